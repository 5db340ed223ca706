//! One consistent moment of a database, for reading.

use super::columns::Columns;
use super::errors::Told;
use super::health::Depth;
use super::leaves::Leaves;
use super::session::Session;
use super::sql::{bind, ours, places, quote, quoted_list};
use super::{catalog, health, search};
use crate::fault::{Fault, Result};
use crate::store::{Catalog, Health, Snapshot, Table, TableKind, Value, ValueRef, Visit};
use rusqlite::{Connection, Rows};
use std::collections::HashMap;
use std::fs::File;

/// A read transaction; it ends when it is dropped.
pub struct Moment<'a> {
    connection: &'a Connection,
    tables: Tables,
    leaves: Option<Leaves<'a>>,
}

impl<'a> Moment<'a> {
    /// Begins the moment now, not at the first read.
    pub fn begin(session: &'a Session) -> Result<Self> {
        let connection = session.connection();
        connection
            .execute_batch("PRAGMA query_only = ON; BEGIN; SELECT count(*) FROM sqlite_schema")
            .told(|| "beginning to read".into())?;
        Ok(Moment { connection, tables: Tables::default(), leaves: None })
    }

    /// The same moment, of which the file itself holds every page: rows are read from there.
    pub fn beside(mut self, file: Option<&'a File>) -> Self {
        self.leaves = file.and_then(|file| Leaves::of(self.connection, file));
        self
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        // Nothing was written, so ending it cannot lose anything.
        let _ = self.connection.execute_batch("ROLLBACK; PRAGMA query_only = OFF");
    }
}

impl Snapshot for Moment<'_> {
    fn catalog(&mut self) -> Result<Catalog> {
        catalog::read(self.connection)
    }

    fn count(&mut self, table: &str) -> Result<u64> {
        count(self.connection, table)
    }

    fn scan(&mut self, table: &str, columns: &[&str], visit: &mut Visit<'_>) -> Result<()> {
        let known = self.tables.named(self.connection, table)?;
        match &self.leaves {
            Some(leaves) if leaves.scan(known, columns, visit)? => Ok(()),
            _ => scan(self.connection, known, columns, visit),
        }
    }

    fn find(
        &mut self,
        table: &str,
        column: &str,
        values: &[Value],
        columns: &[&str],
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        find(self.connection, table, column, values, columns, visit)
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

    fn soundness(&mut self) -> Result<()> {
        health::soundness(self.connection)
    }

    fn health(&mut self) -> Result<Health> {
        health::of(self.connection, Depth::Quick)
    }

    fn integrity(&mut self) -> Result<Health> {
        health::of(self.connection, Depth::Full)
    }
}

/// How many values one look for rows may name.
const MOST_VALUES: usize = 30_000;

/// Shows the rows whose column has one of the values.
pub fn find(
    connection: &Connection,
    table: &str,
    column: &str,
    values: &[Value],
    columns: &[&str],
    visit: &mut Visit<'_>,
) -> Result<()> {
    let doing = || format!("looking for rows of {table}");
    let selected = if columns.is_empty() { "NULL".to_owned() } else { quoted_list(columns) };
    for some in values.chunks(MOST_VALUES) {
        let sql = format!(
            "SELECT {selected} FROM {} WHERE {} IN ({})",
            quote(table),
            quote(column),
            places(some.len())
        );
        let mut statement = connection.prepare_cached(&sql).told(doing)?;
        let borrowed: Vec<ValueRef<'_>> = some.iter().map(Value::borrow).collect();
        bind(&mut statement, 1, borrowed.iter().copied()).told(doing)?;
        show(statement.raw_query(), columns.len(), &doing, visit)?;
    }
    Ok(())
}

/// Shows every row of a result.
pub fn show(
    mut rows: Rows<'_>,
    columns: usize,
    doing: &impl Fn() -> String,
    visit: &mut Visit<'_>,
) -> Result<()> {
    while let Some(row) = rows.next().told(doing)? {
        let mut shown = Vec::with_capacity(columns);
        for index in 0..columns {
            shown.push(ours(row.get_ref(index).told(doing)?));
        }
        visit(&shown)?;
    }
    Ok(())
}

/// How many rows a table has.
pub fn count(connection: &Connection, table: &str) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {}", quote(table));
    connection
        .query_row(&sql, [], |row| row.get::<_, i64>(0))
        .map(|rows| rows.unsigned_abs())
        .told(|| format!("counting {table}"))
}

/// Shows every row of a table in the order of its key.
pub fn scan(connection: &Connection, table: &Table, columns: &[&str], visit: &mut Visit<'_>) -> Result<()> {
    let from = format!("{}{}", quote(&table.name), order_of(table));
    Columns::prepare(connection, &table.name, columns, &from)?.each(visit)
}

/// What is declared about each table. Read once: in one moment it stays the same.
#[derive(Default)]
pub struct Tables(Option<HashMap<String, Table>>);

impl Tables {
    /// The table of that name.
    ///
    /// # Errors
    /// Missing when there is none.
    pub fn named(&mut self, connection: &Connection, name: &str) -> Result<&Table> {
        if self.0.is_none() {
            let tables = catalog::read(connection)?.tables;
            self.0 = Some(tables.into_iter().map(|table| (folded(&table.name), table)).collect());
        }
        let known = self.0.as_ref().and_then(|tables| tables.get(&folded(name)));
        known.ok_or_else(|| Fault::missing(format!("there is no table {name}")).into())
    }
}

/// A name as the engine compares names.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The order of a table's own tree, in which nothing has to be sorted.
fn order_of(table: &Table) -> String {
    let key: Vec<&str> = table.primary_key.iter().map(String::as_str).collect();
    match (&table.kind, &table.row_number) {
        (TableKind::Virtual(_), _) => String::new(),
        (_, Some(number)) => format!(" ORDER BY {}", quote(number)),
        (_, None) if !key.is_empty() => format!(" ORDER BY {}", quoted_list(&key)),
        _ => String::new(),
    }
}
