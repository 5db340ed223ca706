//! What happens to a whole database: every row read in one moment, masked, and written to a new one.
//!
//! Reading (a `Snapshot`), masking (a `RowMasker`) and writing (a `Builder`) know nothing of each other; this is where
//! they meet. No clear value is written anywhere on the way.

mod health;
pub mod originals;
mod room;
mod stream;
mod told;

pub use room::refuse_narrow_columns;
pub use told::{ColumnTold, Copied, CrowdTold, FilesTold, TableTold};

use crate::fault::{Fault, Result};
use crate::masking::{Masker, RowMasker};
use crate::progress::Progress;
use crate::schema::{CompleteMap, Content, MappedTable, Rows};
use crate::store::{Builder, Health, Snapshot, TableKind};

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
    let mut copied = Copied::default();
    for mapped in map.tables() {
        match copy_table(source, mapped, masker, new, progress, &mut copied) {
            Ok(told) => copied.tables.push(told),
            // Damage is the better explanation, where there is some.
            Err(error) => return Err(source.health().err().unwrap_or(error)),
        }
    }
    progress.stage("making indexes", None);
    let before = complete(source, new)?;
    progress.stage("checking the copy", None);
    health::hold_against(&before, &new.health()?)?;
    progress.finish();
    Ok(copied)
}

/// Completes the copy, and meanwhile checks the source; returns what was found there.
fn complete(source: &mut dyn Snapshot, new: &mut dyn Builder) -> Result<Health> {
    std::thread::scope(|scope| {
        let completing =
            std::thread::Builder::new().spawn_scoped(scope, || new.complete()).map_err(stream::no_thread)?;
        let before = source.health();
        let completed = completing
            .join()
            .unwrap_or_else(|_| Err(Fault::unfinished("a thread that makes indexes stopped").into()));
        let before = before?;
        completed.and(Ok(before))
    })
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
    let rows = stream::mask_rows(source, mapped, &mut masker, new, progress)?;
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
