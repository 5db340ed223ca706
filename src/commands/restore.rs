//! `restore`: a database again, out of an archive.

use super::archive::open;
use super::{Context, beside};
use crate::cli;
use crate::fault::{Outcome, Result};
use crate::publish::Draft;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use std::io::BufWriter;
use std::path::PathBuf;

/// Make a database of an archive
///
/// The archive is checked while it is unpacked; a database that is there is never
/// overwritten. Files that rows named in the source are not in an archive; the
/// rows say so by naming none.
///
/// Example:
///   crm-admin restore crm.zst --to copy.db
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RestoreArgs {
    /// The archive
    pub archive: PathBuf,
    /// The database to make
    #[arg(long, value_name = "NEW.db")]
    pub to: PathBuf,
    /// Refuse an archive that would unpack to more, such as 20G
    #[arg(long, value_name = "SIZE", value_parser = cli::size, default_value = "64G")]
    pub max_size: u64,
}

/// Runs `restore`.
///
/// # Errors
/// Missing when there is no archive, damaged when it is not whole, refused when the database is there already.
pub fn run(args: &RestoreArgs, context: &mut Context) -> Result<Outcome> {
    let mut archive = open(&args.archive, args.max_size)?;
    beside::refuse_leftovers(&args.to)?;
    beside::refuse_log_names(&args.to)?;
    let mut draft = Draft::beside(&args.to)?;
    let mut progress = context.ui.progress();
    progress.stage("restoring", Some(archive.decoded_bytes()));
    let verified = if context.settings.dry_run {
        archive.verify(&mut *progress)?
    } else {
        let mut out = BufWriter::with_capacity(1 << 20, draft.file());
        let unpacked = archive.unpack(&mut out, &mut *progress);
        let verified = unpacked.and_then(|verified| {
            std::io::Write::flush(&mut out)?;
            Ok(verified)
        });
        drop(out);
        verified.map_err(|error| draft.explain(error))?
    };
    progress.finish();
    if !context.settings.dry_run {
        draft.publish()?;
    }
    let manifest = archive.manifest();
    let report = RestoreReport {
        database: args.to.display().to_string(),
        dry_run: context.settings.dry_run,
        map: manifest.map.name.clone(),
        tables: manifest.database.tables.len(),
        rows_restored: manifest.database.tables.iter().map(|table| table.rows).sum(),
        files_not_copied: manifest.files_not_copied.iter().map(|files| files.count).sum(),
        database_bytes: verified.decoded_bytes,
        sha256: verified.sha256.to_string(),
    };
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}

/// What `restore` did.
#[derive(Debug, Serialize)]
struct RestoreReport {
    database: String,
    dry_run: bool,
    map: String,
    tables: usize,
    rows_restored: u64,
    files_not_copied: u64,
    database_bytes: u64,
    sha256: String,
}

impl Report for RestoreReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/restore", 1);

    fn page(&self) -> Page {
        let target =
            if self.dry_run { format!("{} (not made)", self.database) } else { self.database.clone() };
        Page::default().facts([
            ("database", target),
            ("map", self.map.clone()),
            ("tables", self.tables.to_string()),
            ("rows", self.rows_restored.to_string()),
            ("files not in the archive", self.files_not_copied.to_string()),
            ("database bytes", self.database_bytes.to_string()),
            ("SHA-256 of the database", self.sha256.clone()),
        ])
    }
}
