//! What a database in the making promises.

use super::*;
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
