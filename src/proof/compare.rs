//! Holds every row of a finished copy against the row that it was made from.

use super::copy::{Loads, columns_of, ends, read_copy};
use super::judge::{Judge, Pair};
use super::needles::Needles;
use super::scan::Search;
use super::verdict::{Evidence, Seen};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::progress::Progress;
use crate::schema::{CompleteMap, MappedTable, Rows};
use crate::store::{Snapshot, Store};

/// Compares a whole copy with its source, both read in the order of their keys. `copy` is the decoded archive.
///
/// # Errors
/// When either cannot be read; damaged when they do not have the same rows. What is found is no error here.
pub fn hold_against_source(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    copy: &mut (dyn Store + Send),
    needles: &Needles,
    progress: &mut dyn Progress,
    evidence: &mut Evidence,
) -> Result<()> {
    let tables: Vec<&MappedTable> = map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy).collect();
    std::thread::scope(|scope| {
        let (sending, mut rows) = ends();
        let names = &tables;
        let reader = std::thread::Builder::new()
            .spawn_scoped(scope, move || read_copy(copy, names, needles, sending))
            .map_err(Fault::no_thread)?;
        let mut search = Search::new(needles);
        let compared = tables.iter().try_for_each(|mapped| {
            progress.stage(&format!("proving {}", mapped.table.name), None);
            compare_table(source, mapped, &mut rows, &mut search, progress, evidence)
        });
        // A reader that waits for room must not wait for ever.
        drop(rows);
        let read =
            reader.join().unwrap_or_else(|_| Err(Fault::unfinished("reading the archive failed").into()));
        // Where both failed, the comparison did because nothing came any more.
        read.and(compared)
    })
}

fn compare_table(
    source: &mut dyn Snapshot,
    mapped: &MappedTable,
    rows: &mut Loads,
    search: &mut Search<'_>,
    progress: &mut dyn Progress,
    evidence: &mut Evidence,
) -> Result<()> {
    let name = &mapped.table.name;
    let columns = columns_of(mapped);
    let judges: Vec<Judge<'_>> = columns.iter().map(|column| Judge::of(mapped, column, &columns)).collect();
    let mut seen = vec![Seen::default(); columns.len()];
    let is_paired = is_paired(mapped);
    let mut count = 0u64;
    source.scan(name, &columns, &mut |row| {
        count += 1;
        if count.is_multiple_of(1024) {
            interrupt::check()?;
            progress.advance(1024);
        }
        let masked = rows.next()?.ok_or_else(|| Fault::damaged(format!("rows of {name} are missing")))?;
        for ((place, judge), mask) in judges.iter().enumerate().zip(rows.current.row(masked)) {
            evidence.values += 1;
            let pair = Pair { row, place, mask, is_paired };
            judge.look(&pair, search, &mut seen[place]);
        }
        Ok(())
    })?;
    if rows.next()?.is_some() {
        return Err(Fault::damaged(format!("{name} has rows in the archive that the source has not")).into());
    }
    for ((column, seen), originals) in columns.into_iter().zip(seen).zip(rows.originals.drain(..)) {
        let seen = Seen { originals, ..seen };
        evidence.columns.insert((name.clone(), column.to_owned()), seen);
    }
    Ok(())
}

/// Rows pair up by their order where the key that orders them is not masked.
fn is_paired(mapped: &MappedTable) -> bool {
    let kept = |name: &String| mapped.column(name).is_some_and(|column| column.rule.is_kept());
    mapped.table.row_number.is_some() || mapped.table.primary_key.iter().all(kept)
}
