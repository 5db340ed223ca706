//! A table's rows on their way: read and masked on one thread, written on another.

use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::masking::RowMasker;
use crate::progress::Progress;
use crate::schema::MappedTable;
use crate::store::{Builder, Load, Snapshot, Value};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Loads that may wait to be written: memory stays flat.
const LOADS_WAITING: usize = 4;

/// Streams the table through the masker; returns how many rows went.
pub fn mask_rows(
    source: &mut dyn Snapshot,
    mapped: &MappedTable,
    masker: &mut RowMasker<'_>,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<u64> {
    thread::scope(|scope| {
        let (send, loads) = sync_channel(LOADS_WAITING);
        let (give_back, empties) = channel();
        let writer = thread::Builder::new()
            .spawn_scoped(scope, move || write(new, &loads, &give_back))
            .map_err(no_thread)?;
        let masked = Masking { masker, load: Load::default(), send, empties }.rows(source, mapped, progress);
        let written =
            writer.join().unwrap_or_else(|_| Err(Fault::unfinished("a thread that writes stopped").into()));
        // Where writing failed, masking could not go on either; the cause comes first.
        written.and(masked)
    })
}

fn write(new: &mut dyn Builder, loads: &Receiver<Load>, give_back: &Sender<Load>) -> Result<()> {
    for mut load in loads {
        new.rows(&load)?;
        load.clear();
        // Nobody needs it any more where the last row has been masked.
        let _ = give_back.send(load);
    }
    Ok(())
}

struct Masking<'a, 'm> {
    masker: &'a mut RowMasker<'m>,
    load: Load,
    send: SyncSender<Load>,
    empties: Receiver<Load>,
}

impl Masking<'_, '_> {
    fn rows(
        mut self,
        source: &mut dyn Snapshot,
        mapped: &MappedTable,
        progress: &mut dyn Progress,
    ) -> Result<u64> {
        let number = usize::from(mapped.table.row_number.is_some());
        let mut columns: Vec<&str> = mapped.table.row_number.as_deref().into_iter().collect();
        columns.extend(mapped.table.stored().map(|column| column.name.as_str()));
        let mut rows = 0;
        let mut masked: Vec<Value> = Vec::with_capacity(columns.len());
        source.scan(&mapped.table.name, &columns, &mut |row| {
            self.masker.mask(&row[number..], &mut masked)?;
            self.load.push(row[..number].iter().copied().chain(masked.iter().map(Value::borrow)));
            rows += 1;
            if self.load.is_full() {
                interrupt::check()?;
                progress.advance(self.load.len() as u64);
                self.hand_over()?;
            }
            Ok(())
        })?;
        self.hand_over()?;
        Ok(rows)
    }

    fn hand_over(&mut self) -> Result<()> {
        let next = self.empties.try_recv().unwrap_or_default();
        let load = std::mem::replace(&mut self.load, next);
        self.send.send(load).map_err(|_| Fault::unfinished("nobody writes any more").into())
    }
}

/// The fault of a machine that gives no thread: the limits are too narrow.
pub(super) fn no_thread(error: std::io::Error) -> Fault {
    Fault::unfinished(format!("no thread can be had: {error}"))
}
