//! The promise: nobody can tell an index that is written here from one of the engine.

mod chance;
mod going_on;
mod refusals;
mod shapes;
mod texts;

use super::{MOST_IN_MEMORY, Plan, Texts, fill};
use crate::store::sqlite::catalog;
use crate::store::sqlite::pages::PageWriter;
use crate::store::sqlite::sql::{bind, ours};
use crate::store::{Table, Value};
use rusqlite::Connection;
use std::fs::File;
use tempfile::TempDir;

/// The number of a row, and the texts of its two columns.
type Row = (i64, Value, Value);

/// A database with texts, and two indexes over them: `ours` and `theirs`.
struct Pair {
    _folder: TempDir,
    connection: Connection,
    writer: PageWriter,
    most_in_memory: usize,
    /// Whether the texts are read off their leaves, and not by the engine.
    is_read_off: bool,
}

impl Pair {
    /// A database with these texts and no index.
    fn of(rows: &[Row]) -> Self {
        Self::with_pages(4096, rows)
    }

    fn with_pages(page_size: usize, rows: &[Row]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = {page_size}; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
                 CREATE TABLE text (id INTEGER PRIMARY KEY, a, b); BEGIN;"
            ))
            .unwrap();
        let mut insert = connection.prepare("INSERT INTO text VALUES (?1, ?2, ?3)").unwrap();
        for (number, a, b) in rows {
            bind(&mut insert, 1, [Value::Integer(*number).borrow(), a.borrow(), b.borrow()]).unwrap();
            insert.raw_execute().unwrap();
        }
        drop(insert);
        connection.execute_batch("COMMIT").unwrap();
        let file = File::options().read(true).write(true).open(path).unwrap();
        let writer = PageWriter::of(&connection, file, folder.path().into()).unwrap().unwrap();
        Pair { _folder: folder, connection, writer, most_in_memory: MOST_IN_MEMORY, is_read_off: true }
    }

    /// Leaves only so much memory for words.
    fn with_memory(mut self, most_in_memory: usize) -> Self {
        self.most_in_memory = most_in_memory;
        self
    }

    /// Has the engine read the texts.
    fn read_by_engine(mut self) -> Self {
        self.is_read_off = false;
        self
    }

    fn run(&self, orders: &str) {
        self.connection.execute_batch(orders).unwrap_or_else(|error| panic!("{orders}: {error}"));
    }

    fn make(&self, name: &str, arguments: &str) -> Table {
        self.run(&format!("CREATE VIRTUAL TABLE {name} USING fts5 ({arguments})"));
        catalog::read(&self.connection).unwrap().table(name).unwrap().clone()
    }

    /// Makes `ours`; says whether it was filled, and not left to the engine.
    fn make_ours(&mut self, arguments: &str) -> bool {
        let table = self.make("ours", arguments);
        let Some(plan) = Plan::of(&table) else { return false };
        let tables = catalog::read(&self.connection).unwrap();
        let table = tables.table("text").filter(|_| self.is_read_off);
        let texts = Texts { name: "text", table, number: "id", from: "text NOT INDEXED ORDER BY id" };
        fill(&self.connection, &mut self.writer, &plan, &texts, self.most_in_memory).unwrap()
    }

    fn make_theirs(&self, arguments: &str) {
        self.make("theirs", arguments);
        self.run("INSERT INTO theirs (theirs) VALUES ('rebuild')");
    }

    /// Makes both, and holds one against the other.
    fn compared(mut self, arguments: &str) -> Self {
        assert!(self.make_ours(arguments), "it is understood: {arguments}");
        self.make_theirs(arguments);
        self.compare();
        self
    }

    /// Nothing that can be asked tells one from the other, and the engine finds no fault.
    fn compare(&self) {
        self.check();
        self.run(
            "CREATE VIRTUAL TABLE temp.our_words USING fts5vocab(main, ours, instance);
             CREATE VIRTUAL TABLE temp.their_words USING fts5vocab(main, theirs, instance);",
        );
        let (ours, theirs) = ("SELECT * FROM temp.our_words", "SELECT * FROM temp.their_words");
        // A place that only one has would make the number of those that both have smaller.
        assert_eq!(self.rows(ours), self.rows(theirs), "words and places");
        self.run("DROP TABLE temp.our_words; DROP TABLE temp.their_words");
        for query in [
            "SELECT id, hex(sz) FROM main.INDEX_docsize ORDER BY id",
            "SELECT hex(block) FROM main.INDEX_data WHERE id = 1",
        ] {
            let of = |index| self.rows(&query.replace("INDEX", index));
            assert_eq!(of("ours"), of("theirs"), "{query}");
        }
    }

    fn check(&self) {
        self.run("INSERT INTO ours (ours, rank) VALUES ('integrity-check', 1)");
        assert_eq!(self.rows("PRAGMA integrity_check"), [[Value::Text(b"ok".to_vec())]]);
    }

    /// Asks both, in either order and with ranks; returns how many rows there were.
    fn ask(&self, phrase: &str) -> usize {
        let mut count = 0;
        for order in ["rowid", "rowid DESC", "rank, rowid"] {
            let of = |index: &str| {
                let phrase = phrase.replace('\'', "''");
                self.rows(&format!(
                    "SELECT rowid, bm25({index}) FROM {index} WHERE {index} MATCH '{phrase}' ORDER BY {order}"
                ))
            };
            let found = of("ours");
            assert_eq!(found, of("theirs"), "{phrase} by {order}");
            count = found.len();
        }
        count
    }

    fn rows(&self, query: &str) -> Vec<Vec<Value>> {
        let mut statement = self.connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            (0..columns).map(|at| Ok(ours(row.get_ref(at)?).to_value())).collect::<rusqlite::Result<_>>()
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    fn number(&self, query: &str) -> i64 {
        self.connection.query_row(query, [], |row| row.get(0)).unwrap()
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.as_bytes().to_vec())
}

/// Rows that are numbered from 1 on, with texts in both columns.
fn numbered<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Row> {
    (1..).zip(texts).map(|(number, (a, b))| (number, text(a), text(b))).collect()
}

/// The usual arguments, and others behind them.
fn usual(others: &str) -> String {
    format!("a, b, content = 'text', content_rowid = 'id'{others}")
}
