//! `backup`: the anonymised archive of a database.

mod full;
mod known;
mod report;
mod target;
mod work;

use super::who::WhoArgs;
use super::{Context, key_file};
use crate::anonymise;
use crate::cli;
use crate::fault::{Outcome, Result};
use crate::interrupt::Deadline;
use crate::ledger::{Actor, Counts, Intent, Ledger};
use crate::publish::{Draft, scratch_in};
use crate::state::{self, State};
use crate::store::Store;
use clap::Args;
use report::{BackupReport, PlanReport};
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use target::Target;
use work::Work;

/// Write an anonymised compressed backup that a technician can restore
///
/// The database is read in one moment and never written. Every value is masked
/// before it touches a disk, as the schema map says; what the map does not
/// classify stops the backup with exit status 4. Then the finished archive is
/// held against the database, and gets its name only if nothing is left in it.
///
/// With --full it is a copy in which everybody can be recognised: for an
/// administrator of the CRM (--as), confirmed by typing, readable by its owner
/// alone, with `full` in its name. Only with the state folder of the database at
/// hand can it be restored, and what was erased meanwhile is erased again then.
///
/// The archive is one .zst file: `zstd -dc ARCHIVE > NEW.db` makes a database of
/// it with nothing of crm-admin's installed.
///
/// Examples:
///   crm-admin --db crm.sqlite --map tryton-8 backup -o crm.zst
///   crm-admin --db crm.sqlite backup -o /var/backups/
///   crm-admin --db crm.sqlite backup -o - | ssh desk 'cat > crm.zst'
///   crm-admin --db crm.sqlite backup -o crm.zst --key-file pseudonyms.key
///   crm-admin --db crm.sqlite --as marie backup --full -o /var/backups/
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct BackupArgs {
    /// The archive, a folder for it, or - for standard output
    #[arg(short, long, value_name = "FILE|DIR|-")]
    pub output: String,
    /// How hard to compress, from 1 (fast) to 19 (small)
    #[arg(long, default_value_t = 3, value_name = "LEVEL", value_parser = clap::value_parser!(i32).range(1..=19))]
    pub level: i32,
    /// Do not hold the finished archive against its source; the manifest says so
    #[arg(long)]
    pub no_proof: bool,
    /// Draw the masks under the key in this file, so that each backup with it
    /// gives the same ones; whoever has the file can tell who is who
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Give up with exit status 6 when the database would be read for longer than
    /// this, such as 30s; those who write may have to wait until then
    #[arg(long, value_name = "TIME", value_parser = cli::duration)]
    pub max_lock: Option<Duration>,
    /// Write a copy in which everybody can be recognised
    #[arg(long, conflicts_with_all = ["no_proof", "key_file"])]
    pub full: bool,
    #[command(flatten)]
    pub who: WhoArgs,
}

/// Runs `backup`.
///
/// # Errors
/// Refused when the map does not fit or the archive is there already; damaged when the database is.
pub fn run(args: &BackupArgs, context: &mut Context) -> Result<Outcome> {
    if args.full {
        return full::run(args, context);
    }
    let key = args.key_file.as_deref().map(key_file::read).transpose()?;
    let mut store = context.open()?;
    let map = context.map(&mut store)?;
    let database = store.path().to_owned();
    let target = Target::of(&args.output, store.path(), "anonymised")?;
    let others_wait = store.reading_holds_up_writers()?;
    let mut snapshot = store.snapshot()?;
    let deadline = args.max_lock.map(Deadline::after);
    let catalog = snapshot.catalog()?;
    let complete = map.complete_for(&catalog)?;
    anonymise::refuse_narrow_columns(&mut *snapshot, &complete)?;
    if context.settings.dry_run {
        let tables = anonymise::plan(&mut *snapshot, &complete)?;
        context.ui.report(&PlanReport::new(&complete, &tables))?;
        return Ok(Outcome::Done);
    }
    let mut progress = context.ui.progress();
    let mut work = Work::new(&complete, &catalog, args, key, &mut *progress);
    match target {
        Target::File(path) => {
            let mut draft = Draft::beside(&path)?;
            others_wait.then(|| tell_who_waits(args, context));
            let folder =
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let done =
                work.archive(&mut *snapshot, folder, draft.file()).map_err(|error| draft.explain(error))?;
            // Others have waited long enough: a disk or a network may be slow.
            drop((snapshot, deadline));
            draft.publish()?;
            drop(progress);
            note(context, &database, &done);
            context.ui.report(&BackupReport::new(Some(&path), &complete, &done))?;
            tell_details(context, &done);
        }
        Target::Stdout => {
            let folder = std::env::temp_dir();
            let mut spool = scratch_in(&folder)?;
            spool.unlink()?;
            others_wait.then(|| tell_who_waits(args, context));
            let done = work.archive(&mut *snapshot, &folder, spool.file())?;
            drop((snapshot, deadline));
            drop(progress);
            send(spool.file())?;
            note(context, &database, &done);
            context.ui.status(BackupReport::new(None, &complete, &done).sentence());
            tell_details(context, &done);
        }
    }
    Ok(Outcome::Done)
}

/// Notes the backup where the database has a ledger. A backup only reads, so it makes none, and whoever may read the
/// database need not be allowed to write there.
fn note(context: &Context, database: &Path, done: &work::Done) {
    let place = state::place(database, context.settings.state.as_deref());
    let note = || -> Result<()> {
        let Some(state) = State::find(&place)? else { return Ok(()) };
        let rows = done.copied.tables.iter().map(|table| table.rows).sum();
        let counts = Counts::from([("rows".to_owned(), rows)]);
        let by = Actor::system();
        let intent = Intent { command: "backup".into(), by, counts, ..Intent::default() };
        Ledger::open(&state, context.settings.lock_wait)?.perform(&intent, |_| Ok(()))
    };
    if let Err(error) = note() {
        context.ui.warn(format_args!("the backup is not in the ledger: {error}"));
    }
}

/// Says before it starts that others will not be able to write until it is over.
fn tell_who_waits(args: &BackupArgs, context: &Context) {
    let most = args.max_lock.map_or_else(String::new, |most| format!(", for {most:?} at most"));
    context.ui.status(format_args!(
        "The database is in rollback mode: whoever writes to it has to wait until it has been read{most}."
    ));
}

/// For those who want to know more: where masks came out as their originals, and which step took how much of the time.
fn tell_details(context: &Context, done: &work::Done) {
    for equal in report::came_out_equal(done) {
        let report::Equal { id, count, compared, .. } = equal;
        context.ui.detail(format_args!("{id}: {count} of {compared} values came out equal, as chance gives"));
    }
    let whole: f64 = done.times.iter().map(|(_, time)| time.as_secs_f64()).sum();
    for (step, time) in &done.times {
        let share = 100.0 * time.as_secs_f64() / whole.max(f64::MIN_POSITIVE);
        context.ui.detail(format_args!("{step}: {:.2} s, {share:.0} % of the time", time.as_secs_f64()));
    }
}

/// Sends the finished archive to standard output, which may be gone by now.
fn send(spool: &mut File) -> Result<()> {
    spool.rewind()?;
    let mut out = std::io::stdout().lock();
    std::io::copy(spool, &mut out).and_then(|_| out.flush()).map_err(crate::ui::output::told)
}
