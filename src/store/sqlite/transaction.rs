//! A moment of a database that can be changed, all or nothing.

use super::errors::Told;
use super::health::Depth;
use super::snapshot::Tables;
use super::sql::{bind, borrowed, equals, places, quote, quoted_list};
use super::{catalog, health, search, snapshot};
use crate::fault::Result;
use crate::store::{Catalog, Health, Snapshot, Transaction, Value, ValueRef, Visit};
use rusqlite::Connection;

/// A write transaction; dropping it rolls back.
pub struct Change<'a> {
    connection: &'a Connection,
    tables: Tables,
    open: bool,
}

impl<'a> Change<'a> {
    /// Takes the write lock at once.
    pub fn begin(connection: &'a Connection) -> Result<Self> {
        connection.execute_batch("BEGIN IMMEDIATE").told(|| "beginning to write".into())?;
        Ok(Change { connection, tables: Tables::default(), open: true })
    }

    /// Runs a statement whose rows are counted by the engine.
    fn run(&self, doing: &str, sql: &str, values: &[ValueRef<'_>]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(sql).told(|| doing.to_owned())?;
        bind(&mut statement, 1, values.iter().copied()).told(|| doing.to_owned())?;
        statement.raw_execute().map(|rows| rows as u64).told(|| doing.to_owned())
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        if self.open {
            // The engine may have rolled back by itself already (a full disk); then this says so, and that is fine.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Snapshot for Change<'_> {
    fn catalog(&mut self) -> Result<Catalog> {
        catalog::read(self.connection)
    }

    fn count(&mut self, table: &str) -> Result<u64> {
        snapshot::count(self.connection, table)
    }

    fn scan(&mut self, table: &str, columns: &[&str], visit: &mut Visit<'_>) -> Result<()> {
        snapshot::scan(self.connection, self.tables.named(self.connection, table)?, columns, visit)
    }

    fn find(
        &mut self,
        table: &str,
        column: &str,
        values: &[Value],
        columns: &[&str],
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        snapshot::find(self.connection, table, column, values, columns, visit)
    }

    fn search(
        &mut self,
        table: &str,
        index: &str,
        phrases: &[String],
        columns: &[&str],
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        search::by_words(self.connection, (table, index), phrases, columns, visit)
    }

    fn health(&mut self) -> Result<Health> {
        health::of(self.connection, Depth::Quick)
    }

    fn integrity(&mut self) -> Result<Health> {
        health::of(self.connection, Depth::Full)
    }
}

impl Transaction for Change<'_> {
    fn insert(&mut self, table: &str, columns: &[&str], row: &[ValueRef<'_>]) -> Result<()> {
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quote(table),
            quoted_list(columns),
            places(columns.len())
        );
        self.run(&format!("adding to {table}"), &sql, row).map(|_| ())
    }

    fn update(&mut self, table: &str, set: &[(&str, Value)], key: &[(&str, Value)]) -> Result<u64> {
        let set_names: Vec<&str> = set.iter().map(|(name, _)| *name).collect();
        let key_names: Vec<&str> = key.iter().map(|(name, _)| *name).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quote(table),
            equals(&set_names, 1, ", "),
            equals(&key_names, 1 + set.len(), " AND ")
        );
        let mut values = borrowed(set);
        values.extend(borrowed(key));
        self.run(&format!("changing {table}"), &sql, &values)
    }

    fn delete(&mut self, table: &str, key: &[(&str, Value)]) -> Result<u64> {
        let names: Vec<&str> = key.iter().map(|(name, _)| *name).collect();
        let sql = format!("DELETE FROM {} WHERE {}", quote(table), equals(&names, 1, " AND "));
        self.run(&format!("deleting from {table}"), &sql, &borrowed(key))
    }

    fn hold_keys_at_the_end(&mut self) -> Result<()> {
        self.connection.execute_batch("PRAGMA defer_foreign_keys = ON").told(|| "beginning to write".into())
    }

    fn commit(mut self: Box<Self>) -> Result<()> {
        self.connection.execute_batch("COMMIT").told(|| "making the changes durable".into())?;
        self.open = false;
        Ok(())
    }
}
