//! `archive`: what an archive says about itself, and whether it is whole.

mod verify;

use super::Context;
use crate::archive::{Archive, Crowd, Limits, Manifest, QuasiIdentifiers};
use crate::fault::{Fault, Outcome, Result};
use crate::ui::{Page, Report};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::fs::File;
use std::io::BufReader;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

pub use verify::VerifyArgs;

/// Look into an archive, or check that it is whole
#[derive(Debug, Subcommand)]
pub enum ArchiveCommand {
    Inspect(InspectArgs),
    Verify(VerifyArgs),
}

/// Show what an archive says about itself, without unpacking it
///
/// Example:
///   crm-admin archive inspect crm.zst
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct InspectArgs {
    /// The archive
    pub archive: PathBuf,
    /// What was done to each column, too
    #[arg(long)]
    pub columns: bool,
}

/// Runs `archive`.
///
/// # Errors
/// Missing when there is no archive, damaged when it is not whole.
pub fn run(command: &ArchiveCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        ArchiveCommand::Inspect(args) => inspect(args, context),
        ArchiveCommand::Verify(args) => verify::run(args, context),
    }
}

/// Opens an archive, as another command needs it.
///
/// # Errors
/// Missing when there is none, damaged when its trailer is not sound.
pub fn open(path: &Path, max_size: u64) -> Result<Archive<BufReader<File>>> {
    let shown = path.display();
    // Looked at first: a socket cannot even be opened.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(Fault::damaged(format!("{shown} is no file, so it is no archive")).into());
    }
    let file = File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Fault::missing(format!("there is no archive {shown}")),
            _ => Fault::unfinished(format!("{shown} cannot be read: {error}")),
        })?;
    if !file.metadata()?.is_file() {
        return Err(Fault::damaged(format!("{shown} is no file, so it is no archive")).into());
    }
    Archive::open(BufReader::new(file), Limits { max_decoded_bytes: max_size })
}

fn inspect(args: &InspectArgs, context: &mut Context) -> Result<Outcome> {
    let archive = open(&args.archive, u64::MAX)?;
    context.ui.report(&InspectReport {
        manifest: archive.manifest().clone(),
        reversible: archive.manifest().pseudonyms.reversible(),
        frames: archive.frames(),
        database_bytes: archive.decoded_bytes(),
        sha256: archive.sha256().to_string(),
        show_columns: args.columns,
    })?;
    Ok(Outcome::Done)
}

/// What `archive inspect` shows.
#[derive(Debug, Serialize)]
struct InspectReport {
    manifest: Manifest,
    reversible: bool,
    frames: u64,
    database_bytes: u64,
    sha256: String,
    #[serde(skip)]
    show_columns: bool,
}

impl Report for InspectReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/archive-inspect", 1);

    fn page(&self) -> Page {
        let manifest = &self.manifest;
        let tables = manifest
            .database
            .tables
            .iter()
            .map(|table| vec![table.name.clone(), table.rows.to_string(), table.disposition.clone()])
            .collect();
        let column = |column: &crate::archive::Column| {
            vec![
                format!("{}.{}", column.table, column.column),
                column.done.clone(),
                column.masked.to_string(),
                column.kept.to_string(),
                column.blank.to_string(),
            ]
        };
        let columns =
            if self.show_columns { manifest.columns.iter().map(column).collect() } else { Vec::new() };
        let files = manifest
            .files_not_copied
            .iter()
            .map(|files| vec![format!("{}.{}", files.table, files.column), files.count.to_string()])
            .collect();
        Page::default()
            .facts([
                ("content", word(manifest.content)),
                ("made by", manifest.made_by.clone()),
                ("engine", manifest.engine.clone()),
                ("created", manifest.created.clone()),
                ("map", format!("{} ({})", manifest.map.name, manifest.map.digest)),
                ("pseudonyms", word(manifest.pseudonyms)),
                ("proof", word(manifest.proof.state)),
                ("encoding", manifest.database.encoding.clone()),
                ("database bytes", self.database_bytes.to_string()),
                ("SHA-256 of the database", self.sha256.clone()),
            ])
            .table(&["Table", "Rows", "Rows are"], tables)
            .table(&["Column", "Done", "Masked", "Kept", "Blanked"], columns)
            .table(&["Files not copied", "Count"], files)
            .table(CROWD_HEADINGS, manifest.quasi_identifiers.iter().flat_map(crowd_rows).collect())
    }
}

/// The headings over [`crowd_rows`].
pub const CROWD_HEADINGS: &[&str] =
    &["Alike in", "", "Rows", "Smallest group (k)", "Alone", "In groups below five"];

/// How many people are alike in some columns of a table: a line for the source, a line for the archive.
pub fn crowd_rows(told: &QuasiIdentifiers) -> Vec<Vec<String>> {
    let line = |when: &str, crowd: &Crowd| {
        let numbers = [crowd.rows, crowd.smallest, crowd.alone, crowd.below_five];
        let columns = format!("{}: {}", told.table, told.columns.join(", "));
        [columns, when.to_owned()].into_iter().chain(numbers.iter().map(u64::to_string)).collect()
    };
    vec![line("before", &told.before), line("after", &told.after)]
}

/// The word that a manifest uses for one of its choices.
fn word(choice: impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
