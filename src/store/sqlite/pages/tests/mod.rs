//! The promise: nobody can tell pages that are written here from those of the engine.

mod chance;
mod promises;
mod refusals;
mod shapes;

use super::PageWriter;
use crate::fault::Result;
use crate::store::sqlite::catalog;
use crate::store::sqlite::sql::{bind, ours, places, quote, quoted_list};
use crate::store::{Catalog, Table, Value, ValueRef};
use rusqlite::Connection;
use std::fs::File;
use std::path::PathBuf;
use tempfile::TempDir;

type Row = Vec<Value>;

/// A database whose first table is filled once by the page writer and once by the engine.
struct Pair {
    folder: TempDir,
    catalog: Catalog,
}

impl Pair {
    /// Two empty databases.
    fn of(page_size: usize, schema: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pages.db", "engine.db"] {
            let database = Connection::open(folder.path().join(name)).unwrap();
            database
                .execute_batch(&format!("PRAGMA page_size = {page_size}; PRAGMA synchronous = OFF; {schema}"))
                .unwrap();
        }
        let catalog = catalog::read(&Connection::open(folder.path().join("pages.db")).unwrap()).unwrap();
        Pair { folder, catalog }
    }

    /// Two databases with the same rows, each with its number first where it has one. The writer must take them all.
    fn filled(page_size: usize, schema: &str, rows: &[Row]) -> Self {
        let pair = Self::of(page_size, schema);
        assert_eq!(pair.write(rows, |_| ()).unwrap(), rows.len(), "the writer takes every row");
        pair.insert(rows);
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn pages(&self) -> Connection {
        Connection::open(self.path("pages.db")).unwrap()
    }

    fn engine(&self) -> Connection {
        Connection::open(self.path("engine.db")).unwrap()
    }

    fn table(&self) -> &Table {
        &self.catalog.tables[0]
    }

    /// Writes rows as pages until one is declined; returns how many were taken.
    fn write(&self, rows: &[Row], change: impl FnOnce(&mut PageWriter)) -> Result<usize> {
        let engine = self.pages();
        let file = File::options().read(true).write(true).open(self.path("pages.db")).unwrap();
        let mut writer = PageWriter::of(&engine, file, self.folder.path().into())?.unwrap();
        change(&mut writer);
        assert!(writer.begin(&self.table().name)?);
        let mut taken = 0;
        for row in rows {
            let mut values: Vec<ValueRef<'_>> = row.iter().map(Value::borrow).collect();
            if !writer.add(&mut values)? {
                break;
            }
            taken += 1;
        }
        writer.end()?;
        Ok(taken)
    }

    /// The same rows through the engine.
    fn insert(&self, rows: &[Row]) {
        let database = self.engine();
        database.execute_batch("PRAGMA synchronous = OFF; BEGIN").unwrap();
        let columns = self.columns();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quote(&self.table().name),
            quoted_list(&columns),
            places(columns.len())
        );
        let mut insert = database.prepare(&sql).unwrap();
        for row in rows {
            bind(&mut insert, 1, row.iter().map(Value::borrow)).unwrap();
            insert.raw_execute().unwrap();
        }
        drop(insert);
        database.execute_batch("COMMIT").unwrap();
    }

    /// The number, where it has a name of its own, and the stored columns.
    fn columns(&self) -> Vec<&str> {
        let table = self.table();
        let number = table.row_number.iter().map(String::as_str);
        number.chain(table.stored().map(|column| column.name.as_str())).collect()
    }

    /// Both are sound, hold the same, and find it by each of their indexes.
    #[track_caller]
    fn is_alike(&self) {
        let (pages, engine) = (self.pages(), self.engine());
        assert_eq!(soundness(&pages), "ok");
        assert_eq!(soundness(&engine), "ok");
        assert!(self.dump(&pages, "") == self.dump(&engine, ""), "the rows differ");
        for index in &self.table().indexes {
            let order = order_of(&pages, &index.name);
            let condition = index.definition.as_deref().and_then(|sql| sql.split_once(" WHERE "));
            let condition = condition.map_or_else(String::new, |(_, condition)| format!("WHERE {condition}"));
            let by = format!("INDEXED BY {} {condition} ORDER BY {order}", quote(&index.name));
            assert!(self.dump(&pages, &by) == self.dump(&engine, &by), "the rows differ by {}", index.name);
        }
    }

    /// Every value of every row, with its type.
    fn dump(&self, database: &Connection, by: &str) -> Vec<Row> {
        let columns = self.columns();
        let types: Vec<String> = columns.iter().map(|name| format!("typeof({})", quote(name))).collect();
        let sql = format!(
            "SELECT {}, {} FROM {} {by}",
            quoted_list(&columns),
            types.join(", "),
            quote(&self.table().name)
        );
        let mut statement = database.prepare(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut dump = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            dump.push((0..2 * columns.len()).map(|at| ours(row.get_ref(at).unwrap()).to_value()).collect());
        }
        dump
    }
}

/// The parts of an index as an order of rows.
fn order_of(database: &Connection, index: &str) -> String {
    let sql = "SELECT coalesce(name, 'rowid'), coll, \"desc\" FROM pragma_index_xinfo(?1) WHERE key";
    let mut statement = database.prepare(sql).unwrap();
    let parts = statement.query_map([index], |row| {
        let (name, collation, descends) = (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?);
        Ok(format!("{} COLLATE {collation}{}", quote(&name), if descends { " DESC" } else { "" }))
    });
    parts.unwrap().map(std::result::Result::unwrap).collect::<Vec<_>>().join(", ")
}

fn soundness(database: &Connection) -> String {
    let mut check = database.prepare("PRAGMA integrity_check").unwrap();
    let lines = check.query_map([], |row| row.get::<_, String>(0)).unwrap();
    lines.map(std::result::Result::unwrap).collect::<Vec<_>>().join("\n")
}
