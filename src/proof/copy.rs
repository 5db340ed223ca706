//! Reads the finished copy on a thread of its own, and searches every value on the way.

use super::finds::Finds;
use super::needles::Needles;
use super::values::Values;
use crate::fault::{Fault, Result};
use crate::schema::MappedTable;
use crate::store::{Load, Store};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// Loads that may wait: memory stays flat.
const LOADS_WAITING: usize = 16;

/// What the reader of the copy tells.
enum Told {
    /// The next rows of a table.
    Rows(Load),
    /// The table's end: the originals that stand in values of each column.
    End(Vec<Finds>),
}

/// The two ends between the reader and the one who compares.
pub fn ends() -> (Sending, Loads) {
    let (send, loads) = sync_channel(LOADS_WAITING);
    let (give_back, empties) = channel();
    let loads = Loads { loads, give_back, current: Load::default(), next: 0, originals: Vec::new() };
    (Sending { send, empties, is_alone: false }, loads)
}

/// The columns that are compared, in the order in which both sides read them.
pub fn columns_of(mapped: &MappedTable) -> Vec<&str> {
    mapped.table.stored().map(|column| column.name.as_str()).collect()
}

/// Sends all rows of all tables, each value searched. It ends early, and that is no error, where nobody compares any
/// more.
///
/// # Errors
/// When the copy cannot be read.
pub fn read_copy(
    copy: &mut dyn Store,
    tables: &[&MappedTable],
    needles: &Needles,
    mut sending: Sending,
) -> Result<()> {
    let mut moment = copy.snapshot()?;
    let mut values = Values::new(needles);
    for mapped in tables {
        let columns = columns_of(mapped);
        let mut originals = vec![Finds::default(); columns.len()];
        let mut search = |values: &mut Values<'_>| {
            values.search(|number, digest| originals[number % columns.len()].add(digest))
        };
        let mut load = sending.empty();
        let scanned = moment.scan(&mapped.table.name, &columns, &mut |row| {
            row.iter().for_each(|value| values.put(*value));
            load.push(row.iter().copied());
            if load.is_full() {
                search(&mut values);
                let next = sending.empty();
                sending.send(Told::Rows(std::mem::replace(&mut load, next)))?;
            }
            Ok(())
        });
        if sending.is_alone {
            return Ok(());
        }
        scanned?;
        search(&mut values);
        if sending.send(Told::Rows(load)).and_then(|()| sending.send(Told::End(originals))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The way to the one who compares.
pub struct Sending {
    send: SyncSender<Told>,
    empties: Receiver<Load>,
    /// Whether nobody compares any more.
    is_alone: bool,
}

impl Sending {
    fn empty(&mut self) -> Load {
        let mut load = self.empties.try_recv().unwrap_or_default();
        load.clear();
        load
    }

    fn send(&mut self, told: Told) -> Result<()> {
        self.is_alone |= self.send.send(told).is_err();
        if self.is_alone { Err(Fault::unfinished("nobody compares any more").into()) } else { Ok(()) }
    }
}

/// The rows of the copy, one by one.
pub struct Loads {
    loads: Receiver<Told>,
    give_back: Sender<Load>,
    /// Where the row is that [`Loads::next`] named.
    pub current: Load,
    next: usize,
    /// After a table's last row: the originals that stand in values of each column.
    pub originals: Vec<Finds>,
}

impl Loads {
    /// The number of the next row in [`Loads::current`]; none after the table's last.
    pub fn next(&mut self) -> Result<Option<usize>> {
        while self.next == self.current.len() {
            match self.loads.recv().map_err(|_| Fault::damaged("the archive ended before its source"))? {
                Told::Rows(load) => {
                    let done = std::mem::replace(&mut self.current, load);
                    // The reader may have read everything already.
                    let _ = self.give_back.send(done);
                    self.next = 0;
                }
                Told::End(originals) => {
                    self.originals = originals;
                    return Ok(None);
                }
            }
        }
        self.next += 1;
        Ok(Some(self.next - 1))
    }
}
