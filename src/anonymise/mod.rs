//! What happens to a whole database: every row read in one moment, masked, and written to a new one.
//!
//! Reading (a `Snapshot`), masking (a `RowMasker`) and writing (a `Builder`) know nothing of each other; this is where
//! they meet. No clear value is written anywhere on the way.

mod hands;
mod health;
pub mod originals;
mod room;
mod stream;
mod told;

pub use hands::threads;
pub use room::refuse_narrow_columns;
use stream::Task;
pub use told::{ColumnTold, Copied, CrowdTold, FilesTold, TableTold};

use crate::fault::{Fault, Result};
use crate::masking::{Masker, RowMasker};
use crate::progress::Progress;
use crate::schema::{CompleteMap, MappedTable, Rows};
use crate::store::{Builder, Health, Snapshot, TableKind};
use std::path::Path;

/// Copies every row of the moment into `new`, masked as the map says, and completes it. Whether it keeps the rules that
/// its source keeps, [`check`] says. What memory has no room for goes into files without a name in `folder`.
///
/// # Errors
/// Refused when a value does not fit what the map says of it; damaged when the source is; whatever the engines say.
pub fn copy(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    masker: Masker,
    folder: &Path,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<Copied> {
    let copied = copy_rows(source, map, &masker, folder, new, progress)?;
    stream::complete(source, masker, new, progress)?;
    progress.finish();
    Ok(copied)
}

fn copy_rows(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    masker: &Masker,
    folder: &Path,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<Copied> {
    let copies: Vec<&MappedTable> = map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy).collect();
    let tasks = copies.iter().map(|mapped| task(source, mapped, masker)).collect::<Result<Vec<_>>>()?;
    let passed = stream::pass(source, &tasks, folder, new, progress)?;
    let mut copied = Copied::default();
    let mut done = tasks.iter().zip(passed);
    for mapped in map.tables() {
        let told = |rows| TableTold { name: mapped.table.name.clone(), rows, disposition: mapped.rows };
        match (mapped.rows == Rows::Copy).then(|| done.next()).flatten() {
            Some((task, passed)) => {
                copied.tables.push(told(task.rows));
                copied.note(mapped, passed);
            }
            None => copied.tables.push(told(0)),
        }
    }
    Ok(copied)
}

/// Holds a finished copy against its source: no page may be broken, and no rule that the source keeps.
///
/// # Errors
/// Refused when the copy breaks one; damaged when either database is.
pub fn check(source: &mut dyn Snapshot, copy: &Health) -> Result<()> {
    // Most copies break nothing at all, and then it does not matter what the source breaks.
    if *copy == Health::default() { Ok(()) } else { health::hold_against(&source.health()?, copy) }
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

fn task<'a>(source: &mut dyn Snapshot, mapped: &'a MappedTable, masker: &'a Masker) -> Result<Task<'a>> {
    refuse_foreign_module(mapped)?;
    let rows = source.count(&mapped.table.name)?;
    Ok(Task { mapped, masker: RowMasker::new(masker, mapped)?, rows })
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
