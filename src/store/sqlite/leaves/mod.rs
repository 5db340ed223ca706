//! Rows read off the leaves of a table's own tree, without the engine: a fraction of the time that its statements take.
//!
//! The engine holds the moment and says where each table begins; its locks keep everybody from changing the pages
//! meanwhile. What is unusual ([`plan`]) the engine reads itself. A tree is walked in the order of its row numbers
//! ([`tree`]) over pages that are read in spans ([`file`]); of each row only the columns that are asked for are decoded
//! ([`row`]). File format: sqlite.org/fileformat2.html.

mod across;
mod file;
mod plan;
mod row;
#[cfg(test)]
mod tests;
mod tree;

pub use across::lies_across;

use super::errors::Told;
use super::sql::{ours, quote};
use crate::fault::{Fault, Result};
use crate::store::{Table, Value, Visit};
use file::PageFile;
use plan::Plan;
use row::RowReader;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;
use std::fs::File;

/// The pages of a database of which the engine holds a moment.
pub struct Leaves<'a> {
    pages: PageFile<'a>,
    connection: &'a Connection,
}

impl<'a> Leaves<'a> {
    /// Pages of a file beside which no log has anything that belongs to the moment; the connection has begun it. None
    /// where the file has a shape that is not understood.
    pub fn of(connection: &'a Connection, file: &'a File) -> Option<Self> {
        Some(Leaves { pages: PageFile::of(file)?, connection })
    }

    /// Shows every row in the order of its number, with the named columns; or says that the engine has to.
    ///
    /// # Errors
    /// Damaged where a page is not what it should be; whatever `visit` returns; stopped when a signal comes.
    pub fn scan(&self, table: &Table, columns: &[&str], visit: &mut Visit<'_>) -> Result<bool> {
        let Some(plan) = Plan::of(self.connection, table, columns)? else { return Ok(false) };
        let defaults = Defaults { connection: self.connection, table, known: BTreeMap::new() };
        let mut reader = RowReader::new(&plan, defaults);
        tree::each_leaf(&self.pages, plan.root, &table.name, &mut |leaf| {
            reader.each(&self.pages, leaf, visit)
        })?;
        Ok(true)
    }
}

/// What the columns of a table have in rows that are older than they are.
struct Defaults<'a> {
    connection: &'a Connection,
    table: &'a Table,
    known: BTreeMap<usize, Value>,
}

impl Defaults<'_> {
    /// Makes sure that the value of a field is known, of which this row has nothing: every such row shows the same.
    fn learn(&mut self, plan: &Plan, field: usize, row: i64) -> Result<()> {
        if self.known.contains_key(&field) {
            return Ok(());
        }
        let select = format!(
            "SELECT {} FROM {} WHERE {} = ?1",
            quote(&plan.names[field]),
            quote(&self.table.name),
            quote(&plan.number_name)
        );
        let value = self.connection.query_row(&select, [row], |row| Ok(ours(row.get_ref(0)?).to_value()));
        let value = value.optional().told(|| format!("reading {}", self.table.name))?;
        // A row that stands where the engine does not look for it.
        self.known.insert(field, value.ok_or_else(|| damaged(&self.table.name))?);
        Ok(())
    }
}

/// A page that is not what it should be, in the words that the engine's errors get.
fn damaged(table: &str) -> anyhow::Error {
    Fault::damaged(format!("reading {table}: the database is damaged"))
        .hint("restore it from a backup")
        .into()
}
