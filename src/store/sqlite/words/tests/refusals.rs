//! What is unusual is left to the engine, and nothing is changed.

use super::super::{Plan, Texts, fill};
use super::{Pair, numbered, usual};
use crate::store::sqlite::catalog;

#[test]
fn indexes_that_say_something_unusual() {
    for arguments in [
        usual(", tokenize = 'porter'"),
        usual(", tokenize = 'porter unicode61'"),
        usual(", tokenize = 'trigram'"),
        usual(", tokenize = \"'unicode61'\""),
        usual(", tokenize = ''"),
        usual(", tokenize = \"unicode61 categories 'Lo'\""),
        usual(", prefix = '2 3'"),
        usual(", prefix = ''"),
        usual(", detail = none"),
        usual(", detail = column"),
        usual(", columnsize = 0"),
        usual(", locale = 1"),
        usual(", tokendata = 1"),
        "a, b, cont = 'text', content_rowid = 'id'".to_owned(),
        "a, b, content = ''".to_owned(),
        "a, b 'unindexed', content = 'text', content_rowid = 'id'".to_owned(),
        "a /* odd */, b, content = 'text', content_rowid = 'id'".to_owned(),
    ] {
        let mut pair = Pair::of(&numbered([("one", "two"), ("été", "one")]));
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| pair.make_ours(&arguments)));
        // What the engine itself refuses needs no filling.
        assert_ne!(made.ok(), Some(true), "{arguments}");
    }
}

#[test]
fn tables_of_other_kinds() {
    let pair = Pair::of(&[]);
    pair.run("CREATE VIRTUAL TABLE old USING fts4 (a, b, content='text'); CREATE VIRTUAL TABLE place USING rtree (id, x, y);");
    let tables = catalog::read(&pair.connection).unwrap().tables;
    assert!(tables.len() > 2 && tables.iter().all(|table| Plan::of(table).is_none()));
}

#[test]
fn an_index_that_is_not_empty() {
    let mut pair = Pair::of(&numbered([("one", "two")]));
    let arguments = usual("");
    let table = pair.make("ours", &arguments);
    let plan = Plan::of(&table).unwrap();
    pair.run("INSERT INTO ours (ours) VALUES ('rebuild')");
    let texts = Texts { name: "text", table: None, number: "id", from: "text ORDER BY id" };
    assert!(!fill(&pair.connection, &mut pair.writer, &plan, &texts, 1 << 20).unwrap());
    pair.make_theirs(&arguments);
    pair.compare();
}

#[test]
fn rows_that_do_not_come_in_order_or_have_no_number() {
    for from in
        ["text ORDER BY id DESC", "(SELECT 1 AS id, a, b FROM text)", "(SELECT 'x' AS id, a, b FROM text)"]
    {
        let mut pair = Pair::of(&numbered(std::iter::repeat_n(("one two", "three"), 50_000)));
        let arguments = usual("");
        let table = pair.make("ours", &arguments);
        let plan = Plan::of(&table).unwrap();
        let size = || std::fs::metadata(pair._folder.path().join("new.db")).unwrap().len();
        let before = size();
        let texts = Texts { name: "text", table: None, number: "id", from };
        assert!(!fill(&pair.connection, &mut pair.writer, &plan, &texts, 1 << 16).unwrap(), "{from}");
        assert_eq!(size(), before, "nothing is left behind");
        pair.run("INSERT INTO ours (ours) VALUES ('rebuild')");
        pair.make_theirs(&arguments);
        pair.compare();
    }
}
