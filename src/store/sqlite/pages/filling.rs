//! One table while it is filled: its rows, and the entries of its indexes.

use super::affinity::{Oracle, Stored};
use super::key::{self, Collation};
use super::keys::{Keys, Sorted};
use super::output::Output;
use super::plan::{IndexPlan, Place, TablePlan};
use super::record::put_record;
use super::runs::Spill;
use super::tree::Tree;
use crate::fault::{Fault, Result};
use crate::store::{Value, ValueRef, emptied};
use std::sync::mpsc::sync_channel;
use std::thread;

/// A table that is being filled.
pub struct Filling {
    plan: TablePlan,
    tree: Tree,
    page_size: usize,
    /// The entries of each index.
    keys: Vec<Keys>,
    last: Option<i64>,
    /// Room for a record, a key and what they are made of, to be used again.
    record: Vec<u8>,
    key: Vec<u8>,
    entry: Vec<ValueRef<'static>>,
}

impl Filling {
    /// An empty table.
    pub fn of(plan: TablePlan, page_size: usize) -> Self {
        let keys = plan.indexes.iter().map(|_| Keys::default()).collect();
        let tree = Tree::of_table(page_size);
        let (record, key, entry) = Default::default();
        Filling { plan, tree, page_size, keys, last: None, record, key, entry }
    }

    /// Adds a row, unless it is one that the engine would refuse or that does not come in order.
    pub fn add(&mut self, row: &mut [ValueRef<'_>], oracle: &Oracle, output: &mut Output) -> Result<bool> {
        let (number, columns) = match self.plan.number {
            Some(at) => (row[at], row),
            None => (row[0], &mut row[1..]),
        };
        let ValueRef::Integer(number) = number else { return Ok(false) };
        if self.last.is_some_and(|last| number <= last) {
            return Ok(false);
        }
        let mut asked: Vec<(usize, Value)> = Vec::new();
        for (at, (column, value)) in self.plan.columns.iter().zip(columns.iter_mut()).enumerate() {
            match column.affinity.stored(*value) {
                Stored::As(stored) => *value = stored,
                Stored::Ask => asked.push((at, oracle.ask(column.affinity, *value)?)),
            }
        }
        if asked.is_empty() {
            return self.add_stored(number, columns, output);
        }
        let mut stored: Vec<ValueRef<'_>> = columns.to_vec();
        for (at, value) in &asked {
            // A number that a text was is itself stored as short as can be.
            let short = self.plan.columns[*at].affinity.stored(value.borrow());
            stored[*at] = if let Stored::As(short) = short { short } else { value.borrow() };
        }
        self.add_stored(number, &mut stored, output)
    }

    fn add_stored(&mut self, number: i64, row: &mut [ValueRef<'_>], output: &mut Output) -> Result<bool> {
        if let Some(at) = self.plan.number {
            // The number stands with the row, and not in it.
            row[at] = ValueRef::Null;
        }
        let number_at = self.plan.number;
        let fits = self.plan.columns.iter().zip(row.iter()).enumerate().all(|(at, (column, value))| {
            let missing = column.not_null && *value == ValueRef::Null && number_at != Some(at);
            !missing && column.strict.is_none_or(|strict| strict.allows(*value))
        });
        if !fits {
            return Ok(false);
        }
        self.record.clear();
        put_record(&mut self.record, row);
        self.tree.add_row(output, number, &self.record)?;
        self.last = Some(number);
        let mut entry: Vec<ValueRef<'_>> = std::mem::take(&mut self.entry);
        for (plan, keys) in self.plan.indexes.iter().zip(&mut self.keys) {
            if plan.entry(number, row, &mut entry) {
                self.key.clear();
                plan.put_key(&mut self.key, &entry);
                self.record.clear();
                put_record(&mut self.record, &entry);
                keys.add(&self.key, &self.record);
            }
        }
        self.entry = emptied(entry);
        Ok(true)
    }

    /// The memory that the entries of all indexes take.
    pub fn size(&self) -> usize {
        self.keys.iter().map(Keys::size).sum()
    }

    /// Writes the entries of the index that has most of them to the disk.
    pub fn spill(&mut self, spill: &mut Spill) -> Result<()> {
        let most = self.keys.iter_mut().max_by_key(|keys| keys.size());
        most.map_or(Ok(()), |keys| keys.spill(spill))
    }

    /// Completes the table, then its indexes: while one is written, the next one is sorted.
    pub fn finish(self, output: &mut Output, spill: &mut Spill) -> Result<()> {
        self.tree.finish(output, self.plan.root)?;
        let (all, page_size) = (self.keys, self.page_size);
        if all.is_empty() {
            return Ok(());
        }
        thread::scope(|scope| {
            let (give, take) = sync_channel(all.len());
            let sort = move || all.into_iter().try_for_each(|keys| give.send(keys.sorted()).ok());
            thread::Builder::new().spawn_scoped(scope, sort).map_err(Fault::no_thread)?;
            self.plan.indexes.iter().try_for_each(|plan| {
                let keys = take.recv().map_err(|_| Fault::thread_stopped("sorts"))?;
                plan.write(keys, page_size, output, spill)
            })
        })
    }
}

impl IndexPlan {
    fn write(&self, keys: Sorted, page_size: usize, output: &mut Output, spill: &mut Spill) -> Result<()> {
        let mut tree = Tree::of_index(page_size);
        let mut last: Option<Vec<u8>> = None;
        keys.drain(spill, &mut |key, record| {
            if let Some(duplicate) = &self.unique {
                if last.as_deref() == Some(key) {
                    return Err(Fault::refused(duplicate).into());
                }
                let last = last.get_or_insert_default();
                last.clear();
                last.extend_from_slice(key);
            }
            tree.add_entry(output, record)
        })?;
        tree.finish(output, self.root)
    }

    /// Makes the entry of a row, its number last, where the row has one.
    fn entry<'a>(&self, number: i64, row: &[ValueRef<'a>], entry: &mut Vec<ValueRef<'a>>) -> bool {
        let value = |place: Place| match place {
            Place::Column(at) => row[at],
            Place::Number => ValueRef::Integer(number),
        };
        entry.clear();
        entry.extend(self.parts.iter().map(|part| value(part.place)));
        entry.push(ValueRef::Integer(number));
        self.only_with.is_none_or(|place| value(place) != ValueRef::Null)
    }

    /// Makes the key of an entry. Its number is in it only where a NULL makes it like no other; entries with equal keys
    /// come in the order of their numbers.
    fn put_key(&self, key: &mut Vec<u8>, entry: &[ValueRef<'_>]) {
        for (part, value) in self.parts.iter().zip(entry) {
            key::put_value(key, *value, part.collation, part.descending);
        }
        if let Some(number) = entry.last().filter(|_| entry.contains(&ValueRef::Null)) {
            key::put_value(key, *number, Collation::Binary, false);
        }
    }
}
