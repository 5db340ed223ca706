//! `backup --full`: the identifiable copy, for an administrator.

use super::BackupArgs;
use super::target::Target;
use crate::archive::{self, Archive, Content, Limits, Manifest, Options, Pseudonyms, Summary, Writer};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::who::administrator;
use crate::erasure::Owed;
use crate::fault::{Fault, Outcome, Result};
use crate::interrupt::Deadline;
use crate::ledger::Intent;
use crate::progress::Progress;
use crate::publish::{Draft, Eager, scratch_in};
use crate::schema::Map;
use crate::store::sqlite::{self, Awaited, Sqlite, Whole};
use crate::ui::{Page, Report};
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek};
use std::path::{Path, PathBuf};

/// What stands in the name of such a copy, and has to be typed.
const MARK: &str = "full";

pub(super) fn run(args: &BackupArgs, context: &mut Context) -> Result<Outcome> {
    let mut store = context.open()?;
    let map = context.map(&mut store)?;
    let place = crate::state::place(store.path(), context.settings.state.as_deref());
    let mut desk = Desk::at(context, store, &map, place)?;
    let path = target(args, desk.store.path())?;
    let mut draft = Draft::beside(&path)?;
    if context.settings.dry_run {
        context
            .ui
            .status(format_args!("{} would be a copy in which everybody can be recognised.", path.display()));
        return Ok(Outcome::Done);
    }
    let by = administrator("backup full", &args.who, context, &mut desk)?;
    refuse_what_is_owed(&desk)?;
    let question = format!("Type {MARK} to write a copy in which everybody can be recognised");
    context.ui.confirm_by_typing(&question, MARK)?;
    let id = desk.state()?.id().to_owned();
    let mut ledger = desk.ledger()?;
    let intent = Intent { command: "backup full".into(), by, ..Intent::default() };
    let mut progress = context.ui.progress();
    let (summary, rows) = ledger.perform(&intent, |tally| {
        let _deadline = args.max_lock.map(Deadline::after);
        let work = Work { map: &map, id: &id, level: args.level, folder: folder_of(&path) };
        let done = work.archive(&mut desk.store, draft.file(), &mut *progress);
        let (summary, rows) = done.map_err(|error| draft.explain(error))?;
        tally.counts.insert("rows".into(), rows.iter().map(|(_, rows)| rows).sum());
        draft.publish()?;
        Ok((summary, rows))
    })?;
    drop(progress);
    context.ui.report(&FullReport::new(&path, &map, &summary, &rows))?;
    Ok(Outcome::Done)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where it goes: to a file, whose name says what it is.
fn target(args: &BackupArgs, database: &Path) -> Result<PathBuf> {
    let Target::File(path) = Target::of(&args.output, database, MARK)? else {
        return Err(Fault::usage(
            "a copy in which everybody can be recognised goes to a file that only its owner reads",
        )
        .hint("say -o FILE or -o DIR")
        .into());
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if !name.contains(MARK) {
        return Err(Fault::usage(format!(
            "the name of such a copy says `{MARK}`, so that nobody takes it for another"
        ))
        .hint(format!("say -o DIR for a name of its own, or one like crm-{MARK}.zst"))
        .into());
    }
    Ok(path)
}

/// An erasure whose proof is owed may have left something in the files, which would come along.
fn refuse_what_is_owed(desk: &Desk) -> Result<()> {
    match Owed::read(&desk.state()?)?.debts.len() {
        0 => Ok(()),
        owed => Err(Fault::refused(format!("{owed} erasures still owe their proof, and would come along"))
            .hint("complete them first, with `crm-admin erase resume`")
            .into()),
    }
}

/// What one copy works with.
struct Work<'a> {
    map: &'a Map,
    /// The id of the state folder.
    id: &'a str,
    level: i32,
    folder: &'a Path,
}

type Rows = Vec<(String, u64)>;

impl Work<'_> {
    /// Copies, packs, and reads back what was packed.
    fn archive(
        &self,
        store: &mut Sqlite,
        out: &mut File,
        progress: &mut dyn Progress,
    ) -> Result<(Summary, Rows)> {
        let mut scratch = scratch_in(self.folder)?;
        let awaited = Awaited::at(scratch.path())?;
        // From here on the file has no name: not even a kill leaves anything behind.
        scratch.unlink()?;
        let whole = store.copy_whole(awaited, &scratch.file().try_clone()?, progress)?;
        let database = scratch.file();
        database.rewind()?;
        progress.stage("compressing", Some(database.metadata()?.len()));
        let options = Options { level: self.level, ..Options::default() };
        let mut writer = Writer::new(BufWriter::new(Eager::new(out)), options)?;
        writer.push_all(database, progress)?;
        let (_, summary) = writer.finish(&self.manifest(&whole))?;
        let mut archive =
            Archive::open(BufReader::new(out.try_clone()?), Limits { max_decoded_bytes: u64::MAX })?;
        progress.stage("reading it back", Some(archive.decoded_bytes()));
        archive.verify(progress)?;
        progress.finish();
        Ok((summary, whole.rows))
    }

    fn manifest(&self, whole: &Whole) -> Manifest {
        let setting = |name: &str| whole.catalog.settings.get(name).cloned().unwrap_or_default();
        let number = |name: &str| setting(name).parse::<i32>().unwrap_or_default();
        let table = |(name, rows): &(String, u64)| archive::Table {
            name: name.clone(),
            rows: *rows,
            disposition: "as it is".into(),
        };
        Manifest {
            engine: sqlite::engine_version(),
            created: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            content: Content::Full,
            map: archive::MapStamp { name: self.map.name().to_owned(), digest: self.map.digest().to_owned() },
            state: Some(self.id.to_owned()),
            pseudonyms: Pseudonyms::None,
            database: archive::Database {
                page_size: number("page_size").unsigned_abs(),
                encoding: setting("encoding"),
                user_version: number("user_version"),
                application_id: number("application_id"),
                tables: whole.rows.iter().map(table).collect(),
            },
            ..Manifest::default()
        }
    }
}

/// What `backup --full` wrote.
#[derive(Debug, Serialize)]
struct FullReport {
    archive: String,
    content: Content,
    map: String,
    tables: usize,
    rows_copied: u64,
    database_bytes: u64,
    archive_bytes: u64,
    sha256: String,
}

impl FullReport {
    fn new(path: &Path, map: &Map, summary: &Summary, rows: &Rows) -> Self {
        FullReport {
            archive: path.display().to_string(),
            content: Content::Full,
            map: map.name().to_owned(),
            tables: rows.len(),
            rows_copied: rows.iter().map(|(_, rows)| rows).sum(),
            database_bytes: summary.decoded_bytes,
            archive_bytes: summary.file_bytes,
            sha256: summary.sha256.to_string(),
        }
    }
}

impl Report for FullReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/backup-full", 1);

    fn page(&self) -> Page {
        Page::default().facts([
            ("archive", self.archive.clone()),
            ("content", "full: everybody can be recognised".into()),
            ("map", self.map.clone()),
            ("tables", self.tables.to_string()),
            ("rows copied", self.rows_copied.to_string()),
            ("database bytes", self.database_bytes.to_string()),
            ("archive bytes", self.archive_bytes.to_string()),
            ("SHA-256 of the database", self.sha256.clone()),
        ])
    }
}
