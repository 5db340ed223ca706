//! What a database in the making promises.

use super::*;
use crate::store::ValueRef;
use std::collections::BTreeMap;

#[test]
fn nothing_is_written_before_the_name_of_the_file_may_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    let file = std::fs::File::create_new(&path).unwrap();
    let new = NewFile::open(&path).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 0);
    std::fs::remove_file(&path).unwrap();
    let settings = BTreeMap::from([("user_version".to_owned(), "7".to_owned())]);
    let mut new = new.begin(&Catalog { settings, ..Catalog::default() }, &[]).unwrap();
    new.complete().unwrap();
    assert!(file.metadata().unwrap().len() > 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn tables_are_written_as_pages_or_by_the_engine_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let source = Connection::open_in_memory().unwrap();
    let schema =
        "CREATE TABLE a (x UNIQUE); CREATE TABLE b (x PRIMARY KEY) WITHOUT ROWID; CREATE TABLE c (x);";
    source.execute_batch(schema).unwrap();
    let catalog = super::super::catalog::read(&source).unwrap();
    std::fs::write(folder.path().join("new"), "").unwrap();
    let mut new = NewFile::open(&folder.path().join("new")).unwrap().begin(&catalog, &[]).unwrap();
    for (table, by_pages) in catalog.tables.iter().zip([true, false, true]) {
        new.fill(table, &[]).unwrap();
        assert_eq!(new.by_pages, by_pages, "{}", table.name);
        new.index(table).unwrap();
    }
}

#[test]
fn search_indexes_are_written_as_pages_or_by_the_engine_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let source = Connection::open_in_memory().unwrap();
    source
        .execute_batch(
            "CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
             CREATE VIRTUAL TABLE found USING fts5 (title, body, content = 'note', content_rowid = 'id');
             CREATE VIRTUAL TABLE stems USING fts5 (body, content = 'note', tokenize = 'porter');
             CREATE VIRTUAL TABLE old USING fts4 (body, content='note');
             CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
                 INSERT INTO found (rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);
             END;",
        )
        .unwrap();
    let catalog = super::super::catalog::read(&source).unwrap();
    let path = folder.path().join("new");
    std::fs::write(&path, "").unwrap();
    let searches = ["found", "stems", "old"];
    let mut new = NewFile::open(&path).unwrap().begin(&catalog, &searches).unwrap();
    let note = catalog.table("note").unwrap();
    new.fill(note, &[]).unwrap();
    let mut load = Load::default();
    for number in 1..=5000 {
        let title = format!("Note {number}");
        let texts = [title.as_bytes(), "des étés passés".as_bytes()].map(ValueRef::Text);
        load.push([ValueRef::Integer(number)].into_iter().chain(texts));
    }
    new.rows(&load).unwrap();
    new.index(note).unwrap();
    new.complete().unwrap();
    assert_eq!(new.health().unwrap(), Health::default());
    let number = |query: &str| -> i64 { new.connection.query_row(query, [], |row| row.get(0)).unwrap() };
    for (index, word, settings) in [("found", "passes", 1), ("stems", "passé", 2), ("old", "passés", 0)] {
        assert_eq!(
            number(&format!("SELECT count(*) FROM {index} WHERE {index} MATCH '{word}'")),
            5000,
            "{index}"
        );
        if settings > 0 {
            // The engine remembers how much memory it was given.
            assert_eq!(number(&format!("SELECT count(*) FROM {index}_config")), settings, "{index}");
            let check = format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)");
            new.connection.execute(&check, []).unwrap();
        }
    }
    drop(new);
    let other = Connection::open(&path).unwrap();
    let sound: String = other.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    other
        .execute_batch("INSERT INTO note VALUES (9999, 'after', 'all'); DELETE FROM note WHERE id = 0")
        .unwrap();
    let found: i64 = other
        .query_row("SELECT rowid FROM found WHERE found MATCH 'after all'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, 9999);
    other.execute("INSERT INTO found (found, rank) VALUES ('integrity-check', 1)", []).unwrap();
}
