//! Rows written as pages of the file, without the engine: a fraction of the time that its INSERT and CREATE INDEX take.
//!
//! The engine makes all tables and indexes, empty, and everything that is not understood here ([`plan`]). In between the
//! writer takes the file over: rows come in the order of their numbers and become records ([`affinity`], [`record`]),
//! records become leaves of a tree ([`tree`], [`page`]), pages leave one after the other ([`output`]). The entries of
//! indexes are gathered meanwhile ([`key`], [`keys`], [`runs`]) and become trees of their own when the rows have ended.

mod affinity;
mod filling;
mod key;
mod keys;
mod output;
mod page;
mod plan;
mod record;
mod runs;
#[cfg(test)]
mod tests;
mod tree;

pub use affinity::{Affinity, Oracle};
pub use keys::Keys;
pub use output::Output;
pub use plan::{number_column, understands, understands_index};
pub use record::{put_record, put_varint, varint};
pub use runs::Spill;
pub use tree::Tree;

use crate::fault::Result;
use crate::store::sqlite::catalog;
use crate::store::{Catalog, Table, ValueRef};
use filling::Filling;
use plan::TablePlan;
use rusqlite::Connection;
use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;

/// Memory for entries of indexes, before they go to the disk.
const MOST_IN_MEMORY: usize = 12 << 20;

/// Writes tables into a file that the engine has open and leaves alone meanwhile.
pub struct PageWriter {
    output: Output,
    spill: Spill,
    oracle: Oracle,
    most_in_memory: usize,
    /// What is known of each table that is still empty.
    plans: HashMap<String, TablePlan>,
    filling: Option<Filling>,
}

/// Whether databases with such settings can be written here.
pub fn understands_settings(catalog: &Catalog) -> bool {
    let is = |name: &str, value: &str| catalog.settings.get(name).is_none_or(|said| said == value);
    is("encoding", "UTF-8") && is("auto_vacuum", "0")
}

impl PageWriter {
    /// A writer for the file of a database whose tables were made and committed; where memory is not enough, it uses
    /// `folder`. None where the file has a shape that is not understood.
    ///
    /// # Errors
    /// When the engine cannot tell what is there.
    pub fn of(new: &Connection, file: File, folder: PathBuf) -> Result<Option<Self>> {
        // As the new file has them: an engine of another age may have made other indexes of the same words.
        let catalog = catalog::read(new)?;
        let page_size = output::understood_page_size(&file)?;
        let Some(page_size) = page_size.filter(|_| understands_settings(&catalog)) else { return Ok(None) };
        let whole = |table: &&Table| {
            understands(table) && table.indexes.iter().all(|index| understands_index(table, index))
        };
        let plans = catalog.data_tables().filter(whole);
        let plans = plans.map(|table| Ok((table.name.clone(), TablePlan::of(new, table)?)));
        Ok(Some(PageWriter {
            plans: plans.collect::<Result<_>>()?,
            output: Output::new(file, page_size),
            spill: Spill::in_folder(folder),
            oracle: Oracle::new()?,
            most_in_memory: MOST_IN_MEMORY,
            filling: None,
        }))
    }

    /// Takes the file over from the engine, which has written everything down, to fill a table that is still empty.
    /// Returns false where the table is left to the engine.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn begin(&mut self, table: &str) -> Result<bool> {
        let Some(plan) = self.plans.remove(table) else { return Ok(false) };
        self.output.take_up()?;
        self.filling = Some(Filling::of(plan, self.output.page_size()));
        Ok(true)
    }

    /// Adds a row to the table. Returns false where the row is not as it should be, be it out of order: nothing was
    /// written of it, and the engine may say what it thinks of it after [`PageWriter::end`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, row: &mut [ValueRef<'_>]) -> Result<bool> {
        let Some(filling) = &mut self.filling else { return Ok(false) };
        let added = filling.add(row, &self.oracle, &mut self.output)?;
        while filling.size() > self.most_in_memory {
            filling.spill(&mut self.spill)?;
        }
        Ok(added)
    }

    /// Completes the table and its indexes, and gives the file back.
    ///
    /// # Errors
    /// When the file cannot be written; refused where a unique key is there twice.
    pub fn end(&mut self) -> Result<()> {
        let Some(filling) = self.filling.take() else { return Ok(()) };
        filling.finish(&mut self.output, &mut self.spill)?;
        self.spill.clear()?;
        self.output.leave()
    }

    /// Takes the file over for somebody who makes trees of his own, and gives it back: as it was, where he says that
    /// nothing came of it. The engine may read meanwhile what is there already.
    ///
    /// # Errors
    /// Whatever he says; when the file cannot be written.
    pub fn lend(&mut self, fill: impl FnOnce(&mut Output, &mut Spill) -> Result<bool>) -> Result<bool> {
        self.output.take_up()?;
        let done = fill(&mut self.output, &mut self.spill)?;
        self.spill.clear()?;
        if done {
            self.output.leave()?
        } else {
            self.output.give_up()?
        }
        Ok(done)
    }
}
