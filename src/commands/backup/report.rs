//! What `backup` tells: never a value, only counts and what was done.

use super::work::Done;
use crate::anonymise::{ColumnTold, CrowdTold, FilesTold, TableTold};
use crate::archive;
use crate::commands::archive::{CROWD_HEADINGS, crowd_rows};
use crate::masking::Crowd;
use crate::proof::Seen;
use crate::schema::{CompleteMap, Rows};
use crate::ui::{Page, Report};
use serde::Serialize;
use std::path::Path;

/// The word for what happened to a table's rows.
fn word(rows: Rows) -> &'static str {
    match rows {
        Rows::Copy => "copy",
        Rows::Empty => "empty",
        Rows::Rebuild => "rebuild",
    }
}

/// A table, for the manifest.
pub fn table(told: &TableTold) -> archive::Table {
    archive::Table { name: told.name.clone(), rows: told.rows, disposition: word(told.disposition).into() }
}

/// A column, for the manifest.
pub fn column(told: &ColumnTold) -> archive::Column {
    archive::Column {
        table: told.table.clone(),
        column: told.column.clone(),
        done: told.done.clone(),
        masked: told.counts.masked,
        kept: told.counts.kept,
        blank: told.counts.blank,
    }
}

/// Files that were not copied, for the manifest.
pub fn files(told: &FilesTold) -> archive::FilesNotCopied {
    archive::FilesNotCopied { table: told.table.clone(), column: told.column.clone(), count: told.count }
}

/// Columns that single somebody out together, for the manifest.
pub fn crowd(told: &CrowdTold) -> archive::QuasiIdentifiers {
    let crowd = |crowd: Crowd| archive::Crowd {
        rows: crowd.rows,
        smallest: crowd.smallest,
        alone: crowd.alone,
        below_five: crowd.below_five,
    };
    archive::QuasiIdentifiers {
        table: told.table.clone(),
        columns: told.columns.clone(),
        before: crowd(told.before),
        after: crowd(told.after),
    }
}

/// What a backup did.
#[derive(Debug, Serialize)]
pub struct BackupReport {
    archive: Option<String>,
    map: String,
    tables: usize,
    rows_copied: u64,
    values_masked: u64,
    values_blanked: u64,
    values_kept: u64,
    files_not_copied: u64,
    pseudonyms: archive::Pseudonyms,
    quasi_identifiers: Vec<archive::QuasiIdentifiers>,
    proof: Proof,
    database_bytes: u64,
    archive_bytes: u64,
    sha256: String,
}

impl BackupReport {
    /// Counts what was copied.
    pub fn new(path: Option<&Path>, map: &CompleteMap, done: &Done) -> Self {
        let Done { copied, summary, .. } = done;
        let sum = |pick: fn(&ColumnTold) -> u64| copied.columns.iter().map(pick).sum();
        BackupReport {
            archive: path.map(|path| path.display().to_string()),
            map: map.name().to_owned(),
            tables: copied.tables.len(),
            rows_copied: copied.tables.iter().map(|table| table.rows).sum(),
            values_masked: sum(|column| column.counts.masked),
            values_blanked: sum(|column| column.counts.blank),
            values_kept: sum(|column| column.counts.kept),
            files_not_copied: copied.files.iter().map(|files| files.count).sum(),
            pseudonyms: done.pseudonyms,
            quasi_identifiers: copied.crowds.iter().map(crowd).collect(),
            proof: Proof::of(done),
            database_bytes: summary.decoded_bytes,
            archive_bytes: summary.file_bytes,
            sha256: summary.sha256.to_string(),
        }
    }

    /// The same in one sentence, for when standard output is taken.
    pub fn sentence(&self) -> String {
        format!(
            "Wrote {} rows of {} tables ({} values masked, {} blanked) in {} bytes.",
            self.rows_copied, self.tables, self.values_masked, self.values_blanked, self.archive_bytes
        )
    }
}

impl Report for BackupReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/backup", 1);

    fn page(&self) -> Page {
        Page::default()
            .facts([
                ("archive", self.archive.clone().unwrap_or_else(|| "standard output".into())),
                ("map", self.map.clone()),
                ("tables", self.tables.to_string()),
                ("rows copied", self.rows_copied.to_string()),
                ("values masked", self.values_masked.to_string()),
                ("values blanked", self.values_blanked.to_string()),
                ("values kept", self.values_kept.to_string()),
                ("files not copied", self.files_not_copied.to_string()),
                ("pseudonyms", pseudonyms(self.pseudonyms).into()),
                ("proof", self.proof.words()),
                ("database bytes", self.database_bytes.to_string()),
                ("archive bytes", self.archive_bytes.to_string()),
                ("SHA-256 of the database", self.sha256.clone()),
            ])
            .table(CROWD_HEADINGS, self.quasi_identifiers.iter().flat_map(crowd_rows).collect())
    }
}

fn pseudonyms(kind: archive::Pseudonyms) -> &'static str {
    match kind {
        archive::Pseudonyms::KeyFile => "stable: whoever has the key file can tell who is who",
        archive::Pseudonyms::KeyDestroyed => "the key was made for this archive and destroyed",
        archive::Pseudonyms::None => "none",
    }
}

/// What was proven before the archive got its name.
#[derive(Debug, Serialize)]
struct Proof {
    passed: bool,
    originals_searched: u64,
    bytes_searched: u64,
    across_values: u64,
    values_compared: u64,
    came_out_equal: u64,
    /// The columns where they did.
    rows: Vec<Equal>,
}

/// A column in which masks came out as their originals, no oftener than chance gives.
#[derive(Debug, Serialize)]
pub struct Equal {
    kind: &'static str,
    /// Table and column.
    pub id: String,
    /// In so many rows.
    pub count: u64,
    /// Of so many.
    pub compared: u64,
}

/// The columns in which the proof found masks that are their originals.
pub fn came_out_equal(done: &Done) -> Vec<Equal> {
    let columns = done.evidence.iter().flat_map(|evidence| &evidence.columns);
    let equal = columns.filter(|(_, seen)| seen.equal > 0).map(|((table, column), seen)| Equal {
        kind: "column",
        id: format!("{table}.{column}"),
        count: seen.equal,
        compared: seen.compared,
    });
    equal.collect()
}

impl Proof {
    fn of(done: &Done) -> Self {
        let Some(evidence) = &done.evidence else {
            return Proof {
                passed: false,
                originals_searched: 0,
                bytes_searched: 0,
                across_values: 0,
                values_compared: 0,
                came_out_equal: 0,
                rows: Vec::new(),
            };
        };
        let sum = |pick: fn(&Seen) -> u64| evidence.columns.values().map(pick).sum();
        Proof {
            passed: true,
            originals_searched: evidence.originals,
            bytes_searched: evidence.bytes,
            across_values: evidence.across,
            values_compared: sum(|seen| seen.compared),
            came_out_equal: sum(|seen| seen.equal),
            rows: came_out_equal(done),
        }
    }

    fn words(&self) -> String {
        if !self.passed {
            return "none was made".into();
        }
        let across = match self.across_values {
            0 => String::new(),
            count => format!(" but {count} times across two values that lie side by side"),
        };
        format!(
            "{} originals found nowhere in {} bytes{across}; {} of {} compared values came out equal",
            self.originals_searched, self.bytes_searched, self.came_out_equal, self.values_compared
        )
    }
}

/// What a backup would do.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    map: String,
    rows: Vec<PlannedTable>,
}

#[derive(Debug, Serialize)]
struct PlannedTable {
    kind: &'static str,
    id: String,
    disposition: &'static str,
    rows: u64,
    masked_columns: Vec<String>,
}

impl PlanReport {
    /// Sets the map beside the counts.
    pub fn new(map: &CompleteMap, tables: &[TableTold]) -> Self {
        let planned = |told: &TableTold| PlannedTable {
            kind: "table",
            id: told.name.clone(),
            disposition: word(told.disposition),
            rows: told.rows,
            masked_columns: match map.table(&told.name) {
                Some(mapped) if mapped.rows == Rows::Copy => mapped
                    .columns
                    .iter()
                    .filter(|column| !column.rule.is_kept())
                    .map(|column| format!("{}: {}", column.name, column.rule.done()))
                    .collect(),
                _ => Vec::new(),
            },
        };
        PlanReport { map: map.name().to_owned(), rows: tables.iter().map(planned).collect() }
    }
}

impl Report for PlanReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/backup-plan", 1);

    fn page(&self) -> Page {
        let row = |table: &PlannedTable| {
            vec![
                table.id.clone(),
                table.disposition.to_owned(),
                table.rows.to_string(),
                table.masked_columns.join(", "),
            ]
        };
        Page::default().table(&["Table", "Rows are", "Rows", "Masked"], self.rows.iter().map(row).collect())
    }
}
