//! What happens to a whole database: every row read in one moment, masked, and written to a new one.
//!
//! Reading (a `Snapshot`), masking (a `RowMasker`) and writing (a `Builder`) know nothing of each other; this is where
//! they meet. No clear value is written anywhere on the way.

mod health;
pub mod originals;
mod room;
mod told;

pub use room::refuse_narrow_columns;
pub use told::{ColumnTold, Copied, CrowdTold, FilesTold, TableTold};

use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::masking::{Masker, RowMasker};
use crate::progress::Progress;
use crate::schema::{CompleteMap, Content, MappedTable, Rows};
use crate::store::{Builder, Snapshot, TableKind, Value, ValueRef};

/// How many rows pass between two words to the listener.
const ROWS_BETWEEN_WORDS: u64 = 512;

/// Copies every row of the moment into `new`, masked as the map says, completes it, and holds the result against the
/// source: as many rows, and no rule broken that the source keeps.
///
/// # Errors
/// Refused when a value does not fit what the map says of it, or the result breaks a rule that the source keeps;
/// damaged when the source is; whatever the engines say.
pub fn copy(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    masker: &Masker,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<Copied> {
    progress.stage("checking the source", None);
    let before = source.health()?;
    let mut copied = Copied::default();
    for mapped in map.tables() {
        let told = copy_table(source, mapped, masker, new, progress, &mut copied)?;
        copied.tables.push(told);
    }
    progress.stage("making indexes", None);
    new.complete()?;
    progress.stage("checking the copy", None);
    health::hold_against(&before, &new.health()?)?;
    progress.finish();
    Ok(copied)
}

/// What the copy would hold, counted without copying.
///
/// # Errors
/// When a table cannot be counted.
pub fn plan(source: &mut dyn Snapshot, map: &CompleteMap) -> Result<Vec<TableTold>> {
    map.tables()
        .iter()
        .map(|mapped| {
            let rows = if mapped.rows == Rows::Copy { source.count(&mapped.table.name)? } else { 0 };
            Ok(TableTold { name: mapped.table.name.clone(), rows, disposition: mapped.rows })
        })
        .collect()
}

fn copy_table(
    source: &mut dyn Snapshot,
    mapped: &MappedTable,
    masker: &Masker,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
    copied: &mut Copied,
) -> Result<TableTold> {
    let name = mapped.table.name.as_str();
    let told = |rows| TableTold { name: name.to_owned(), rows, disposition: mapped.rows };
    if mapped.rows != Rows::Copy {
        return Ok(told(0));
    }
    refuse_foreign_module(mapped)?;
    let expected = source.count(name)?;
    progress.stage(name, Some(expected));
    new.fill(&mapped.table)?;
    let mut masker = RowMasker::new(masker, mapped)?;
    let rows = mask_rows(source, mapped, &mut masker, new, progress)?;
    if rows != expected {
        return Err(Fault::damaged(format!("{name} counts {expected} rows and shows {rows}")).into());
    }
    if let Some((before, after)) = masker.crowds() {
        let columns = mapped.quasi.clone();
        copied.crowds.push(CrowdTold { table: name.to_owned(), columns, before, after });
    }
    for counts in masker.counts() {
        let Some(rule) = mapped.column(&counts.column) else { continue };
        if matches!(rule.rule.content, Content::File { .. }) && counts.blank > 0 {
            copied.files.push(FilesTold {
                table: name.to_owned(),
                column: counts.column.clone(),
                count: counts.blank,
            });
        }
        copied.columns.push(ColumnTold {
            table: name.to_owned(),
            column: counts.column.clone(),
            done: rule.rule.done(),
            counts: counts.clone(),
        });
    }
    Ok(told(rows))
}

/// Streams the table through the masker; returns how many rows went.
fn mask_rows(
    source: &mut dyn Snapshot,
    mapped: &MappedTable,
    masker: &mut RowMasker<'_>,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<u64> {
    let number = usize::from(mapped.table.row_number.is_some());
    let mut columns: Vec<&str> = mapped.table.row_number.as_deref().into_iter().collect();
    columns.extend(mapped.table.stored().map(|column| column.name.as_str()));
    let mut rows = 0;
    let mut masked: Vec<Value> = Vec::with_capacity(columns.len());
    source.scan(&mapped.table.name, &columns, &mut |row| {
        masker.mask(&row[number..], &mut masked)?;
        let mut out: Vec<ValueRef<'_>> = row[..number].to_vec();
        out.extend(masked.iter().map(Value::borrow));
        new.row(&out)?;
        rows += 1;
        if rows % ROWS_BETWEEN_WORDS == 0 {
            interrupt::check()?;
            progress.advance(ROWS_BETWEEN_WORDS);
        }
        Ok(())
    })?;
    Ok(rows)
}

/// Rows of a virtual table can be copied where its module keeps them as they were given: full-text tables do.
fn refuse_foreign_module(mapped: &MappedTable) -> Result<()> {
    match &mapped.table.kind {
        TableKind::Virtual(module) if !module.starts_with("fts") => Err(Fault::refused(format!(
            "{} is a virtual table of the module {module}, whose rows cannot be copied",
            mapped.table.name
        ))
        .hint(format!("say \"{}\" = \"empty\" under [tables]", mapped.table.name))
        .into()),
        _ => Ok(()),
    }
}
