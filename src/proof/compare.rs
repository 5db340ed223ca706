//! Holds every row of a finished copy against the row that it was made from.

use super::judge::{Judge, Pair};
use super::needles::Needles;
use super::scan::Search;
use super::verdict::{Evidence, Seen};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::progress::Progress;
use crate::schema::{CompleteMap, MappedTable, Rows};
use crate::store::{Snapshot, Store, Value};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows that travel together from the reader of the copy.
const ROWS_PER_LOAD: usize = 256;
/// Loads that may wait: memory stays flat.
const LOADS_WAITING: usize = 4;

type Row = Vec<Value>;

/// Compares a whole copy with its source, both read in the order of their keys. `copy` opens the decoded archive.
///
/// # Errors
/// When either cannot be read; damaged when they do not have the same rows. What is found is no error here.
pub fn hold_against_source(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    copy: impl FnOnce() -> Result<Box<dyn Store>> + Send,
    needles: &Needles,
    progress: &mut dyn Progress,
    evidence: &mut Evidence,
) -> Result<()> {
    let tables: Vec<&MappedTable> = map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy).collect();
    std::thread::scope(|scope| {
        let (send, loads) = sync_channel(LOADS_WAITING);
        let names = &tables;
        let reader = scope.spawn(move || read_copy(copy, names, &send));
        let mut search = Search::new(needles);
        let mut rows = Loads { loads, current: Vec::new().into_iter() };
        let compared = tables.iter().try_for_each(|mapped| {
            progress.stage(&format!("proving {}", mapped.table.name), None);
            compare_table(source, mapped, &mut rows, &mut search, progress, evidence)
        });
        // A reader that waits for room must not wait for ever.
        drop(rows);
        let read =
            reader.join().unwrap_or_else(|_| Err(Fault::unfinished("reading the archive failed").into()));
        compared.and(read)
    })
}

fn columns_of(mapped: &MappedTable) -> Vec<&str> {
    mapped.table.stored().map(|column| column.name.as_str()).collect()
}

/// Sends all rows of all tables; an empty load ends a table.
fn read_copy(
    copy: impl FnOnce() -> Result<Box<dyn Store>>,
    tables: &[&MappedTable],
    send: &SyncSender<Vec<Row>>,
) -> Result<()> {
    let mut store = copy()?;
    let mut moment = store.snapshot()?;
    for mapped in tables {
        let mut load = Vec::with_capacity(ROWS_PER_LOAD);
        let mut gone = false;
        moment.scan(&mapped.table.name, &columns_of(mapped), &mut |row| {
            load.push(row.iter().map(|value| value.to_value()).collect());
            if load.len() == ROWS_PER_LOAD {
                gone |= send.send(std::mem::take(&mut load)).is_err();
            }
            if gone { Err(Fault::unfinished("nobody compares any more").into()) } else { Ok(()) }
        })?;
        let rest = if load.is_empty() { Ok(()) } else { send.send(load) };
        if rest.and_then(|()| send.send(Vec::new())).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The rows of the copy, one by one.
struct Loads {
    loads: Receiver<Vec<Row>>,
    current: std::vec::IntoIter<Row>,
}

impl Loads {
    /// The table's next row; none after its last.
    fn next(&mut self) -> Result<Option<Row>> {
        if let Some(row) = self.current.next() {
            return Ok(Some(row));
        }
        let load = self.loads.recv().map_err(|_| Fault::damaged("the archive ended before its source"))?;
        self.current = load.into_iter();
        Ok(self.current.next())
    }
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
        for (place, judge) in judges.iter().enumerate() {
            evidence.values += 1;
            let pair = Pair { row, place, mask: &masked[place], is_paired };
            judge.look(&pair, search, &mut seen[place]);
        }
        Ok(())
    })?;
    if rows.next()?.is_some() {
        return Err(Fault::damaged(format!("{name} has rows in the archive that the source has not")).into());
    }
    for (column, seen) in columns.into_iter().zip(seen) {
        evidence.columns.insert((name.clone(), column.to_owned()), seen);
    }
    Ok(())
}

/// Rows pair up by their order where the key that orders them is not masked.
fn is_paired(mapped: &MappedTable) -> bool {
    let kept = |name: &String| mapped.column(name).is_some_and(|column| column.rule.is_kept());
    mapped.table.row_number.is_some() || mapped.table.primary_key.iter().all(kept)
}
