//! Which tables and indexes are understood, and which are left to the engine.

use super::super::affinity::Affinity;
use super::super::{PageWriter, understands, understands_index, understands_settings};
use super::Pair;
use rusqlite::Connection;
use std::fs::File;

#[test]
fn tables_with_surprises_are_left_to_the_engine() {
    for (understood, definition) in [
        (true, "CREATE TABLE t (a INTEGER PRIMARY KEY, b)"),
        (true, "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT UNIQUE COLLATE NOCASE)"),
        (true, "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b)"),
        (true, "CREATE TABLE t (a TEXT PRIMARY KEY, b INT CHECK (b > 1)) STRICT"),
        (true, "CREATE TABLE t (a, b AS (a + 1) VIRTUAL)"),
        (true, "CREATE TABLE t (rowid, a)"),
        (false, "CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID"),
        (false, "CREATE TABLE t (rowid, _rowid_, oid)"),
        (false, "CREATE TABLE t (rowid INTEGER PRIMARY KEY, _rowid_, oid)"),
        (false, "CREATE TABLE t (a, b AS (a + 1) STORED)"),
        (false, "CREATE TABLE t (a, b AS (a + 1) NOT NULL)"),
        (true, "CREATE TABLE t (a INT, b TEXT AS (a + 1)) STRICT"),
        (false, "CREATE TABLE t (a, b AS (a + 1) UNIQUE)"),
        (false, "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)"),
        (false, "CREATE TABLE t (a TEXT NOT NULL ON CONFLICT IGNORE)"),
        (false, "CREATE VIRTUAL TABLE t USING fts5(a)"),
    ] {
        assert_eq!(understands(Pair::of(4096, definition).table()), understood, "{definition}");
    }
}

#[test]
fn indexes_with_surprises_are_left_to_the_engine() {
    for (understood, index) in [
        (true, "(a)"),
        (true, "(a COLLATE NOCASE DESC, b, id)"),
        (true, "(c COLLATE RTRIM) WHERE b IS NOT NULL"),
        (true, "(c) where \"b\" is  not null"),
        (true, "(c) WHERE\n`b` IS NOT\tNULL"),
        (false, "(lower(a))"),
        (false, "(made)"),
        (false, "(a) WHERE made IS NOT NULL"),
        (false, "(a) WHERE b IS NULL"),
        (false, "(a) WHERE b NOTNULL"),
        (false, "(a) WHERE b > 1"),
        (false, "(a) WHERE (b IS NOT NULL)"),
        (false, "(a) WHERE a IS NOT NULL AND b IS NOT NULL"),
        (false, "(a) WHERE b IS NOT NULL -- or so"),
        (false, "(a) WHERE null IS NOT NULL"),
        (false, "(a) WHERE 'b' IS NOT NULL"),
    ] {
        let schema = format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, made AS (a || b)); CREATE INDEX i ON t {index};"
        );
        let pair = Pair::of(4096, &schema);
        let table = pair.table();
        assert!(understands(table));
        assert_eq!(understands_index(table, &table.indexes[0]), understood, "{index}");
    }
}

#[test]
fn files_of_another_make_are_left_to_the_engine() {
    let written = |settings: &str| {
        let pair = Pair::of(4096, &format!("{settings}; CREATE TABLE t (a)"));
        let file = File::options().read(true).write(true).open(pair.path("pages.db")).unwrap();
        let understood = PageWriter::of(&pair.pages(), file, pair.folder.path().into()).unwrap().is_some();
        assert_eq!(understands_settings(&pair.catalog), understood, "{settings}");
        understood
    };
    assert!(written("PRAGMA encoding = 'UTF-8'"));
    assert!(!written("PRAGMA encoding = 'UTF-16'"));
    assert!(!written("PRAGMA auto_vacuum = FULL"));
    assert!(!written("PRAGMA auto_vacuum = INCREMENTAL"));
}

#[test]
fn a_type_asks_for_what_the_engine_says_it_does() {
    let database = Connection::open_in_memory().unwrap();
    let types = ";INT;TEXT;BLOB;REAL;DATE;VARCHAR(40);CHARINT;FLOATING POINT;DOUBLE PRECISION;REALTEXT;\
        BLOBTEXT;TEXTBLOB;REALBLOB;BLOBREAL;DECIMAL(10,5);BOOLEAN;clob;Native Character;\
        timestamp;XINTX;tinytext;FLOABLOB;STRING;POINT;ANY";
    for declared in types.split(';') {
        let sql = format!("CREATE TABLE t (x {declared}); INSERT INTO t VALUES ('1'), (1), (1.5), (1.0);");
        database.execute_batch(&sql).unwrap();
        let types: String =
            database.query_row("SELECT group_concat(typeof(x)) FROM t", [], |row| row.get(0)).unwrap();
        database.execute_batch("DROP TABLE t").unwrap();
        let expected = match types.as_str() {
            "text,text,text,text" => Affinity::Text,
            "text,integer,real,real" => Affinity::Blob,
            "real,real,real,real" => Affinity::Real,
            "integer,integer,real,integer" => Affinity::Numeric,
            _ => panic!("{declared}: {types}"),
        };
        assert_eq!(Affinity::of(declared), expected, "{declared}");
    }
}
