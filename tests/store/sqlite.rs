//! SQLite, held to the contract; and what only SQLite has to promise.

use crate::contract::{Engine, hold};
use crm_admin::fault::{Kind, kind_of};
use crm_admin::store::sqlite::{Options, Sqlite};
use crm_admin::store::{Store, TableKind};
use rusqlite::Connection;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

const TABLES: &str = "
    CREATE TABLE person (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, mail TEXT COLLATE NOCASE UNIQUE, size REAL, photo BLOB);
    CREATE TABLE letter (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person (id), body TEXT);
    CREATE INDEX letter_person ON letter (person);
    CREATE VIRTUAL TABLE letter_words USING fts5 (
        body, content = 'letter', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
    CREATE TRIGGER letter_added AFTER INSERT ON letter BEGIN
        INSERT INTO letter_words (rowid, body) VALUES (NEW.id, NEW.body);
    END;
    CREATE TRIGGER letter_removed AFTER DELETE ON letter BEGIN
        INSERT INTO letter_words (letter_words, rowid, body) VALUES ('delete', OLD.id, OLD.body);
    END;";

struct File {
    folder: TempDir,
}

impl File {
    fn with(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Connection::open(folder.path().join("a.db")).unwrap().execute_batch(script).unwrap();
        File { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.db")
    }

    fn sqlite(&self) -> Sqlite {
        let options = Options { lock_wait: Duration::from_millis(50), ..Options::default() };
        Sqlite::open(&self.path(), &options).unwrap()
    }
}

impl Engine for File {
    fn open(&self) -> Box<dyn Store> {
        let mut sqlite = self.sqlite();
        sqlite.let_triggers_run().unwrap();
        Box::new(sqlite)
    }
}

#[test]
fn sqlite_with_a_log_keeps_the_contract() {
    hold(|| File::with(&format!("PRAGMA journal_mode = WAL; {TABLES}")));
}

#[test]
fn sqlite_with_a_journal_keeps_the_contract() {
    hold(|| File::with(TABLES));
}

#[test]
fn the_catalogue_knows_every_shape_of_table() {
    let file = File::with(
        "CREATE TABLE plain (a TEXT, b VARCHAR(12) COLLATE NOCASE, c GENERATED ALWAYS AS (a || b) VIRTUAL);
         CREATE TABLE hidden (rowid TEXT, _rowid_ TEXT);
         CREATE TABLE pair (a INTEGER, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID, STRICT;
         CREATE TABLE backwards (id INTEGER PRIMARY KEY DESC);
         CREATE VIRTUAL TABLE words USING fts5(a, content='plain');
         CREATE INDEX folded ON plain (lower(a)) WHERE b > '';
         CREATE VIEW seen AS SELECT a FROM plain;
         CREATE TRIGGER watch AFTER INSERT ON plain BEGIN SELECT 1; END;",
    );
    let catalog = file.sqlite().catalog().unwrap();
    let kind = |name: &str| catalog.table(name).unwrap().kind.clone();
    let number = |name: &str| catalog.table(name).unwrap().row_number.clone();
    assert_eq!(kind("plain"), TableKind::Plain);
    assert_eq!(kind("pair"), TableKind::WithoutRowid);
    assert_eq!(kind("words"), TableKind::Virtual("fts5".into()));
    assert_eq!(kind("words_data"), TableKind::Shadow);
    assert!(catalog.data_tables().all(|table| !table.name.starts_with("words_")));
    assert_eq!(number("plain").as_deref(), Some("rowid"));
    assert_eq!(number("hidden").as_deref(), Some("oid"));
    assert_eq!(number("backwards").as_deref(), Some("rowid"), "a descending key is no row number");
    assert_eq!((number("pair"), catalog.table("pair").unwrap().strict), (None, true));
    assert_eq!(catalog.table("pair").unwrap().primary_key, ["b", "a"]);
    let plain = catalog.table("plain").unwrap();
    assert_eq!(plain.column("b").unwrap().declared_length(), Some(12));
    assert_eq!(plain.stored().count(), 2, "a computed column is not stored");
    let folded = plain.indexes.iter().find(|index| index.name == "folded").unwrap();
    assert!(folded.partial && folded.parts[0].expression);
    assert_eq!((catalog.views.len(), catalog.triggers.len()), (1, 1));
}

#[test]
fn reading_leaves_no_trace_beside_the_database() {
    let file = File::with(&format!("PRAGMA journal_mode = WAL; {TABLES}"));
    let listing = || {
        let mut names: Vec<_> =
            std::fs::read_dir(file.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let (names, bytes) = (listing(), std::fs::read(file.path()).unwrap());
    let mut store = file.sqlite();
    store.snapshot().unwrap().count("person").unwrap();
    drop(store);
    assert_eq!((listing(), std::fs::read(file.path()).unwrap()), (names, bytes));
}

#[test]
fn a_database_with_two_names_is_read_and_not_written() {
    let file = File::with(TABLES);
    std::fs::hard_link(file.path(), file.folder.path().join("b.db")).unwrap();
    let mut store = file.sqlite();
    assert!(store.snapshot().is_ok());
    let error = store.transaction().err().expect("writing is refused");
    assert_eq!(kind_of(&error), Kind::Refused);
}

#[test]
fn a_trigger_of_a_stranger_does_not_run() {
    let file = File::with(&format!(
        "{TABLES} CREATE TRIGGER promote AFTER INSERT ON letter BEGIN DELETE FROM person; END;"
    ));
    let mut store = file.sqlite();
    let mut change = store.transaction().unwrap();
    change.insert("person", &["name"], &[crm_admin::store::ValueRef::Text(b"Ada")]).unwrap();
    change.insert("letter", &["id"], &[crm_admin::store::ValueRef::Integer(1)]).unwrap();
    assert_eq!(change.count("person").unwrap(), 1);
}

#[test]
fn the_engine_shows_its_single_pages() {
    let file = File::with(TABLES);
    let connection = Connection::open(file.path()).unwrap();
    let pages: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_dbpage", [], |row| row.get(0)).unwrap();
    assert!(pages > 1, "the engine was compiled with the table of its pages");
}
