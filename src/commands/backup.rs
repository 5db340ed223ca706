//! `backup`: the anonymised archive of a database.

mod report;
mod target;

use super::Context;
use crate::anonymise::{self, Copied};
use crate::archive::{self, Manifest, Options, Summary, Writer};
use crate::fault::{Fault, Outcome, Result};
use crate::masking::Key;
use crate::progress::Progress;
use crate::publish::{self, Draft, Scratch, scratch_in};
use crate::schema::{CompleteMap, Rows};
use crate::store::sqlite::{NewDatabase, engine_version};
use crate::store::{Builder, Catalog, Snapshot, Store};
use clap::Args;
use report::{BackupReport, PlanReport};
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use target::Target;

/// Write an anonymised compressed backup that a technician can restore
///
/// The database is read in one moment and never written. Every value is masked before it touches a disk, as the
/// schema map says; what the map does not classify stops the backup with exit status 4. The archive is one .zst file:
/// `zstd -dc ARCHIVE > NEW.db` makes a database of it with nothing of crm-admin's installed.
///
/// Examples:
///   crm-admin --db crm.sqlite --map tryton-8 backup -o crm.zst
///   crm-admin --db crm.sqlite backup -o /var/backups/
///   crm-admin --db crm.sqlite backup -o - | ssh desk 'cat > crm.zst'
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct BackupArgs {
    /// The archive, a folder for it, or - for standard output
    #[arg(short, long, value_name = "FILE|DIR|-")]
    pub output: String,
    /// How hard to compress, from 1 (fast) to 19 (small)
    #[arg(long, default_value_t = 3, value_name = "LEVEL", value_parser = clap::value_parser!(i32).range(1..=19))]
    pub level: i32,
}

/// Runs `backup`.
///
/// # Errors
/// Refused when the map does not fit or the archive is there already; damaged when the database is.
pub fn run(args: &BackupArgs, context: &mut Context) -> Result<Outcome> {
    let mut store = context.open()?;
    let map = context.map(&mut store)?;
    let target = Target::of(&args.output, store.path())?;
    let mut snapshot = store.snapshot()?;
    let catalog = snapshot.catalog()?;
    let complete = map.complete_for(&catalog)?;
    if context.settings.dry_run {
        let tables = anonymise::plan(&mut *snapshot, &complete)?;
        context.ui.report(&PlanReport::new(&complete, &tables))?;
        return Ok(Outcome::Done);
    }
    let mut progress = context.ui.progress();
    let mut work = Work { complete: &complete, catalog: &catalog, level: args.level, progress: &mut *progress };
    match target {
        Target::File(path) => {
            let mut draft = Draft::beside(&path)?;
            let folder = path.parent().unwrap_or(&path).to_owned();
            let done = work.archive(&mut *snapshot, &folder, draft.file()).map_err(|error| draft.explain(error))?;
            draft.publish()?;
            let (copied, summary) = done;
            context.ui.report(&BackupReport::new(Some(&path), &complete, &copied, &summary))?;
        }
        Target::Stdout => {
            let folder = std::env::temp_dir();
            let mut spool = scratch_in(&folder)?;
            spool.unlink()?;
            let (copied, summary) = work.archive(&mut *snapshot, &folder, spool.file())?;
            drop(progress);
            send(spool.file())?;
            let told = BackupReport::new(None, &complete, &copied, &summary);
            context.ui.status(told.sentence());
        }
    }
    Ok(Outcome::Done)
}

/// What one backup works with.
struct Work<'a> {
    complete: &'a CompleteMap,
    catalog: &'a Catalog,
    level: i32,
    progress: &'a mut dyn Progress,
}

impl Work<'_> {
    /// Masks the moment into a database without a name in `folder`, and packs that into `out`.
    fn archive(
        &mut self,
        source: &mut dyn Snapshot,
        folder: &std::path::Path,
        out: &mut File,
    ) -> Result<(Copied, Summary)> {
        let folder = if folder.as_os_str().is_empty() { std::path::Path::new(".") } else { folder };
        let mut scratch = scratch_in(folder)?;
        let copied = self.mask(source, &mut scratch)?;
        let manifest = self.manifest(&copied)?;
        scratch.file().rewind()?;
        self.progress.stage("compressing", Some(scratch.file().metadata()?.len()));
        let options = Options { level: self.level, ..Options::default() };
        let mut writer = Writer::new(BufWriter::new(out), options)?;
        writer.push_all(scratch.file(), self.progress)?;
        let (_, summary) = writer.finish(&manifest)?;
        self.progress.finish();
        Ok((copied, summary))
    }

    fn mask(&mut self, source: &mut dyn Snapshot, scratch: &mut Scratch) -> Result<Copied> {
        let rebuilt: Vec<&str> = self
            .complete
            .tables()
            .iter()
            .filter(|mapped| mapped.rows == Rows::Rebuild)
            .map(|mapped| mapped.table.name.as_str())
            .collect();
        let mut new = NewDatabase::begin(scratch.path(), self.catalog, &rebuilt)?;
        // From here on the file has no name: not even a kill leaves anything behind.
        scratch.unlink()?;
        anonymise::copy(source, self.complete, &Key::fresh()?, &mut new, self.progress)
    }

    fn manifest(&self, copied: &Copied) -> Result<Manifest> {
        let setting = |name: &str| self.catalog.settings.get(name).cloned().unwrap_or_default();
        let number = |name: &str| setting(name).parse::<i64>().unwrap_or_default();
        Ok(Manifest {
            engine: engine_version(),
            created: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            map: archive::MapStamp {
                name: self.complete.name().to_owned(),
                digest: self.complete.digest().to_owned(),
            },
            database: archive::Database {
                page_size: number("page_size") as u32,
                encoding: setting("encoding"),
                user_version: number("user_version") as i32,
                application_id: number("application_id") as i32,
                tables: copied.tables.iter().map(report::table).collect(),
            },
            columns: copied.columns.iter().map(report::column).collect(),
            files_not_copied: copied.files.iter().map(report::files).collect(),
            ..Manifest::default()
        })
    }
}

/// Sends the finished archive to standard output, which may be gone by now.
fn send(spool: &mut File) -> Result<()> {
    spool.rewind()?;
    let mut out = std::io::stdout().lock();
    std::io::copy(spool, &mut out)
        .and_then(|_| out.flush())
        .map_err(crate::ui::output::told)
}
