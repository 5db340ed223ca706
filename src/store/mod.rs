//! The door to a database: what every engine can do, in words that are no engine's.
//!
//! No SQL stands here. A command opens an address, reads the [`Catalog`], and works through a [`Snapshot`] (which
//! cannot write) or a [`Transaction`]. Whoever builds a new database does it through [`Builder`].

mod catalog;
mod load;
mod needles;
mod scrub;
pub mod sqlite;
mod value;

pub use catalog::{
    Catalog, Column, ForeignKey, Generated, Index, IndexPart, Table, TableKind, Trigger, View,
};
pub use load::Load;
pub use needles::{Alike, Entry, Needles, SHORTEST, Sort};
pub use scrub::{Files, Found, Held, Hit, Scrub, Tidied};
pub use value::{Value, ValueRef, emptied, utf_8};

use crate::fault::Result;

/// What a visitor of rows gets: one row, in the order of the columns that were asked for.
pub type Visit<'a> = dyn FnMut(&[ValueRef<'_>]) -> Result<()> + 'a;

/// An open database.
pub trait Store {
    /// Everything the database declares: tables, columns, keys, indexes, views and triggers.
    ///
    /// # Errors
    /// When the database is damaged, or holds something this engine cannot describe.
    fn catalog(&mut self) -> Result<Catalog>;

    /// Whether others cannot write as long as somebody reads.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn reading_holds_up_writers(&mut self) -> Result<bool>;

    /// One consistent moment of the whole database, for reading. Writers may go on meanwhile where the engine lets them.
    ///
    /// # Errors
    /// Busy when no lock could be had in time.
    fn snapshot(&mut self) -> Result<Box<dyn Snapshot + '_>>;

    /// Takes the write lock at once, so that what is read inside is still true when it is written.
    ///
    /// # Errors
    /// Busy when no lock could be had in time; unfinished where the database cannot be written.
    fn transaction(&mut self) -> Result<Box<dyn Transaction + '_>>;
}

/// A moment of the database. It has no method that writes.
pub trait Snapshot {
    /// The catalogue of this very moment.
    ///
    /// # Errors
    /// As [`Store::catalog`].
    fn catalog(&mut self) -> Result<Catalog>;

    /// How many rows a table has.
    ///
    /// # Errors
    /// When there is no such table or it cannot be read.
    fn count(&mut self, table: &str) -> Result<u64>;

    /// Shows every row of a table, in the order of its key, with the named columns in the order given.
    /// The row's own number comes first, where [`Table::row_number`] says that it has one and `columns` starts with
    /// that name. Values are the stored bytes: text need not be valid UTF-8.
    ///
    /// # Errors
    /// Damaged when a page cannot be read; whatever `visit` returns; stopped when a signal comes.
    fn scan(&mut self, table: &str, columns: &[&str], visit: &mut Visit<'_>) -> Result<()>;

    /// Shows the rows of a table whose `column` has one of the values, each once, with the named columns. Values are
    /// compared as the engine compares them. Without an index on the column the whole table is read once, not once
    /// for each value.
    ///
    /// # Errors
    /// As [`Self::scan`].
    fn find(
        &mut self,
        table: &str,
        column: &str,
        values: &[Value],
        columns: &[&str],
        visit: &mut Visit<'_>,
    ) -> Result<()>;

    /// Shows the rows of a table that a full-text index over it finds for one of the phrases, each once: the words of
    /// the phrase one after the other, the last of them perhaps only begun. How a text is cut into words, and which
    /// letters are the same, is the index's business. A phrase without a word finds nothing.
    ///
    /// # Errors
    /// As [`Self::scan`].
    fn search(
        &mut self,
        table: &str,
        index: &str,
        phrases: &[String],
        columns: &[&str],
        visit: &mut Visit<'_>,
    ) -> Result<()>;

    /// Whether the pages are whole: what can be told without looking at the rules of the schema.
    ///
    /// # Errors
    /// Damaged when a page cannot be read, or contradicts another.
    fn soundness(&mut self) -> Result<()> {
        self.health().map(drop)
    }

    /// What the engine's own quick check and foreign-key check say about the moment.
    ///
    /// # Errors
    /// When the checks cannot be run. What they find is no error.
    fn health(&mut self) -> Result<Health>;

    /// The same with the engine's full check, which holds every index against its table: slower.
    ///
    /// # Errors
    /// As [`Snapshot::health`].
    fn integrity(&mut self) -> Result<Health>;
}

/// A moment of the database that can be changed, all or nothing. Dropping it rolls back.
pub trait Transaction: Snapshot {
    /// Adds one row; the columns that are not named take their defaults.
    ///
    /// # Errors
    /// When a constraint says no.
    fn insert(&mut self, table: &str, columns: &[&str], row: &[ValueRef<'_>]) -> Result<()>;

    /// Sets columns of the rows whose `key` columns are equal to the given values; returns how many rows that were.
    ///
    /// # Errors
    /// When a constraint says no.
    fn update(&mut self, table: &str, set: &[(&str, Value)], key: &[(&str, Value)]) -> Result<u64>;

    /// Removes the rows whose `key` columns are equal to the given values; returns how many rows that were.
    ///
    /// # Errors
    /// When a constraint says no.
    fn delete(&mut self, table: &str, key: &[(&str, Value)]) -> Result<u64>;

    /// Declared keys are held to at the end only: rows that point at one another may go in any order.
    ///
    /// # Errors
    /// When the engine refuses.
    fn hold_keys_at_the_end(&mut self) -> Result<()>;

    /// Makes it all true.
    ///
    /// # Errors
    /// When a deferred constraint says no or the disk is full; everything is rolled back then.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// A database in the making: first its tables, then rows, then all that stands on them. Rows may be written on
/// another thread than the one that masks them.
pub trait Builder: Send {
    /// Starts filling one table; the columns are those that [`Table::stored`] lists. All rows of the source will come, and
    /// only the columns named in `changed` will have other values.
    ///
    /// # Errors
    /// When there is no such table.
    fn fill(&mut self, table: &Table, changed: &[&str]) -> Result<()>;

    /// Adds rows to the table that is being filled: of each its row number first, where the table has one.
    ///
    /// # Errors
    /// When a row cannot be stored; a unique key that is there twice is refused.
    fn rows(&mut self, load: &Load) -> Result<()>;

    /// Puts its indexes on the table that was filled last, also those of words.
    ///
    /// # Errors
    /// When one of them does not fit the rows.
    fn index(&mut self, table: &Table) -> Result<()>;

    /// Puts on what is missing: indexes of tables that were not filled, views, triggers and counters.
    ///
    /// # Errors
    /// When one of them does not fit the rows.
    fn complete(&mut self) -> Result<()>;

    /// What the engine's own checks say about the result. Rules about columns that were not changed need no look: what
    /// breaks them broke them before.
    ///
    /// # Errors
    /// When the checks cannot be run.
    fn health(&mut self) -> Result<Health>;
}

/// What an engine's own checks found. Two of them are compared; they hold no value of the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Damage of pages, and rows that break NOT NULL, CHECK or STRICT: the engine's line, and how often it came.
    pub page_errors: std::collections::BTreeMap<String, u64>,
    /// Rows that point at nothing: child table and parent table, and how many.
    pub dangling: std::collections::BTreeMap<(String, String), u64>,
}
