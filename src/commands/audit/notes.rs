//! `audit notes`: what free text says that it should not, or where it mentions somebody.

use super::AuditArgs;
use super::notes_report::{MentionReport, NotesReport};
use crate::commands::Context;
use crate::erasure::RelationRef;
use crate::fault::{Fault, Outcome, Result};
use crate::notes::{Baseline, Finder, Lexicon, Searched, mentions, search};
use crate::retention::Zone;
use crate::schema::CompleteMap;
use crate::state::{self, State};
use crate::store::Store;
use clap::Args;
use jiff::Timestamp;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// No longer lexicon is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// Options of `audit notes`.
#[derive(Debug, Args)]
#[command(next_help_heading = "For notes")]
pub struct NotesArgs {
    /// Look for these categories only, such as health,nir
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub category: Vec<String>,
    /// Show a few masked words around each match
    #[arg(long)]
    pub excerpts: bool,
    /// Leave out what was found when this file was written
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found, as keyed digests, for --baseline; an older file is replaced
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Words, categories and permissions of one's own (TOML)
    #[arg(long, value_name = "FILE")]
    pub lexicon: Vec<PathBuf>,
    /// Look for mentions of this relation in the notes of others instead
    #[arg(long = "for", num_args = 2, value_names = ["KIND", "ID"],
          conflicts_with_all = ["category", "baseline", "write_baseline", "lexicon"])]
    pub person: Vec<String>,
}

impl NotesArgs {
    /// Whether any of them was said.
    pub fn is_said(&self) -> bool {
        let files = self.baseline.is_some() || self.write_baseline.is_some() || !self.lexicon.is_empty();
        files || self.excerpts || !self.category.is_empty() || !self.person.is_empty()
    }
}

/// Runs `audit notes`.
///
/// # Errors
/// Refused when the map does not fit the database; usage when a lexicon or category cannot be understood.
pub(super) fn run(args: &AuditArgs, context: &mut Context) -> Result<Outcome> {
    let mut store = context.open()?;
    let map = context.map(&mut store)?.complete_for(&store.catalog()?)?;
    if let [kind, id] = args.notes.person.as_slice() {
        return mentioned(&RelationRef::parse(&format!("{kind} {id}"))?, args, context, &map, &mut store);
    }
    let finder_and_lexicon = finder(&args.notes)?;
    let place = state::place(store.path(), context.settings.state.as_deref());
    let mut baseline = baseline(&args.notes, &place, context)?;
    let report = look(args, context, &map, &mut store, finder_and_lexicon, baseline.as_mut())?;
    context.ui.report(&report)?;
    if let (Some(baseline), Some(path)) = (&baseline, &args.notes.write_baseline)
        && !context.settings.dry_run
    {
        baseline.write(path)?;
        context.ui.status(format_args!("Wrote {} matches to {}.", baseline.len(), path.display()));
    }
    let found = report.severities().any(|severity| args.fail_on.counts(severity));
    Ok(if found { Outcome::Findings } else { Outcome::Done })
}

/// Searches the notes and makes the report of it.
fn look(
    args: &AuditArgs,
    context: &Context,
    map: &CompleteMap,
    store: &mut dyn Store,
    (finder, lexicon): (Finder, Lexicon),
    baseline: Option<&mut Baseline>,
) -> Result<NotesReport> {
    let mut progress = context.ui.progress();
    let mut snapshot = store.snapshot()?;
    let with_excerpts = args.notes.excerpts;
    let searched: Searched =
        search(map, &mut *snapshot, &finder, lexicon.allowed(), baseline, with_excerpts, &mut *progress)?;
    NotesReport::new(&searched, finder.categories(), map, &mut *snapshot)
}

/// The same with the words that come with the program, for `audit all`.
pub(super) fn overview(
    args: &AuditArgs,
    context: &Context,
    map: &CompleteMap,
    store: &mut dyn Store,
) -> Result<NotesReport> {
    let lexicon = Lexicon::shipped()?;
    look(args, context, map, store, (Finder::new(&lexicon)?, lexicon), None)
}

fn finder(args: &NotesArgs) -> Result<(Finder, Lexicon)> {
    let mut lexicon = Lexicon::shipped()?;
    for path in &args.lexicon {
        lexicon.add(&read(path)?, &path.display().to_string())?;
    }
    let finder = Finder::new(&lexicon)?;
    if args.category.is_empty() {
        return Ok((finder, lexicon));
    }
    let place = |word: &String| {
        lexicon.categories().find(word).ok_or_else(|| {
            let known: Vec<&str> = lexicon.categories().all().iter().map(|one| one.word.as_str()).collect();
            Fault::usage(format!("there is no category {word}"))
                .hint(format!("they are {}", known.join(", ")))
        })
    };
    let places = args.category.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    Ok((finder.only(&places), lexicon))
}

fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    read.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::missing(format!("there is no lexicon {}", path.display())),
        ErrorKind::InvalidData => {
            Fault::usage(format!("{}: a lexicon is UTF-8 text, and this is not", path.display()))
        }
        _ => Fault::unfinished(format!("{} cannot be read: {error}", path.display())),
    })?;
    Ok(text)
}

/// What was found before, or an empty one that is to be written.
fn baseline(args: &NotesArgs, place: &Path, context: &Context) -> Result<Option<Baseline>> {
    match (&args.baseline, &args.write_baseline) {
        (Some(path), _) => Ok(Some(Baseline::read(path, State::find(place)?.as_ref())?)),
        (None, Some(_)) if !context.settings.dry_run => Ok(Some(Baseline::begin(&State::open(place)?)?)),
        (None, _) => Ok(None),
    }
}

/// Looks for one person in the notes of others.
fn mentioned(
    relation: &RelationRef,
    args: &AuditArgs,
    context: &Context,
    map: &CompleteMap,
    store: &mut dyn Store,
) -> Result<Outcome> {
    let mut progress = context.ui.progress();
    let mut snapshot = store.snapshot()?;
    let today = Zone::of(map)?.day_of(Timestamp::now());
    let (found, read) = mentions(relation, map, &mut *snapshot, today, args.notes.excerpts, &mut *progress)?;
    let counts = found.iter().any(|mention| args.fail_on.counts(mention.severity));
    context.ui.report(&MentionReport::new(relation, &found, read, map, &mut *snapshot)?)?;
    Ok(if counts { Outcome::Findings } else { Outcome::Done })
}
