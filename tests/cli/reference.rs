//! The reference database: 20,000 synthetic contacts go through, and nobody of them comes out.

use crate::search;
use crate::world::{World, number, texts};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const CONTACTS: u64 = 20_000;

/// One world for all tests here: making it takes seconds.
static COPIED: LazyLock<(World, &'static str)> = LazyLock::new(|| {
    let world = World::demo(CONTACTS);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    world.run(["restore", "a.zst", "--to", "copy.db"]).exits(0);
    (world, "copy.db")
});

fn both() -> (Connection, Connection) {
    let (world, copy) = &*COPIED;
    (world.database("crm.db"), world.database(copy))
}

/// The columns that the map masks or blanks, with the word for what they are.
fn protected_columns() -> Vec<(String, String, String)> {
    let shown = COPIED.0.on_crm(["map", "show", "--json"]).exits(0).json();
    let rows = shown["rows"].as_array().unwrap();
    let column = |row: &serde_json::Value| {
        let (table, column) = row["id"].as_str().unwrap().split_once('.').unwrap();
        (table.to_owned(), column.to_owned(), row["rule"].as_str().unwrap().to_owned())
    };
    let protected = |row: &&serde_json::Value| {
        row["kind"] == "column" && !["keep", "civility", "country"].contains(&row["rule"].as_str().unwrap())
    };
    rows.iter().filter(protected).map(column).collect()
}

#[test]
fn no_identifying_value_of_the_source_is_in_the_copy() {
    let (source, copy) = both();
    let vocabulary =
        ["given-name", "family-name", "town", "postcode", "job-title", "birth-date", "date", "amount", "bic"];
    // What another column decides may be vocabulary too: a company's town, say. The product's own proof knows.
    let vocabulary = [&vocabulary[..], &["by-column", "derived", "json"]].concat();
    let mut values: BTreeSet<(String, String)> = BTreeSet::new();
    let mut columns = 0;
    for (table, column, word) in protected_columns() {
        if vocabulary.contains(&word.as_str()) {
            continue;
        }
        columns += 1;
        let sql = format!(
            "SELECT DISTINCT CAST(\"{column}\" AS TEXT) FROM \"{table}\" WHERE typeof(\"{column}\") = 'text'"
        );
        for value in texts(&source, &sql) {
            let lines = value.lines().filter(|line| word != "free-text" || line.len() >= 24);
            values.extend(lines.map(|line| (word.clone(), line.to_owned())));
        }
    }
    for pair in texts(&source, "SELECT given_name || ' ' || family_name FROM contact") {
        values.insert(("name".into(), pair));
    }
    assert!(
        columns > 10 && values.len() > CONTACTS as usize * 4,
        "{columns} columns, {} values",
        values.len()
    );
    let read = |name: &str| std::fs::read(COPIED.0.path(name)).unwrap();
    let borrowed = || values.iter().map(|(kind, value)| (kind.as_str(), value.as_str()));
    let in_source = search::everywhere(borrowed(), &read("crm.db"), false);
    assert!(in_source.len() > values.len() * 8 / 10, "the search finds the values where they are");
    // In the bytes of a record values touch each other, so each value is searched by itself as well.
    let mut bytes = read("copy.db");
    bytes.extend(every_text_of(&copy));
    let found = search::everywhere(borrowed(), &bytes, true);
    let shown: Vec<_> = found
        .iter()
        .take(20)
        .map(|(value, kind)| format!("{kind}: {}", String::from_utf8_lossy(value)))
        .collect();
    assert!(found.is_empty(), "{} values came through: {shown:#?}", found.len());
}

#[test]
fn custom_fields_keep_what_the_map_keeps_and_nothing_else() {
    let (source, copy) = both();
    let leaves = |database: &Connection| -> BTreeSet<(String, String)> {
        let sql = "SELECT fullkey || '\t' || atom FROM contact, json_tree(contact.custom) WHERE json_tree.type = 'text'
                   UNION SELECT fullkey || '\t' || atom FROM company, json_tree(company.custom) WHERE json_tree.type = 'text'";
        texts(database, sql)
            .iter()
            .filter_map(|leaf| leaf.split_once('\t'))
            .map(|(key, leaf)| (key.replace('"', ""), leaf.to_owned()))
            .collect()
    };
    let (before, after) = (leaves(&source), leaves(&copy));
    let kept: BTreeSet<&str> = before.intersection(&after).map(|(key, _)| key.as_str()).collect();
    let all: BTreeSet<&str> = before.iter().map(|(key, _)| key.as_str()).collect();
    assert!(kept.contains("$.activity_code"), "{kept:?}");
    for personal in
        ["$.purchaser.name", "$.purchaser.email", "$.assistant.name", "$.assistant.phone", "$.profile"]
    {
        assert!(all.contains(personal) && !kept.contains(personal), "{personal}");
    }
}

/// Every text and blob of a database, a line each.
fn every_text_of(database: &Connection) -> Vec<u8> {
    let mut bytes = Vec::new();
    for table in
        texts(database, "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    {
        let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let value = row.get_ref(column).unwrap();
                bytes.extend(value.as_bytes().unwrap_or_default());
                bytes.push(b'\n');
            }
        }
    }
    bytes
}

#[test]
fn the_copy_is_as_sound_and_as_large_as_the_source() {
    let (source, copy) = both();
    assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts(&copy, "SELECT \"table\" FROM pragma_foreign_key_check"), Vec::<String>::new());
    let objects = "SELECT type || name || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1";
    assert_eq!(texts(&copy, objects), texts(&source, objects));
    for table in
        ["contact", "company", "email", "phone", "note", "communication", "document", "opportunity", "user"]
    {
        let count = |database| number(database, &format!("SELECT count(*) FROM {table}"));
        assert!(count(&source) > 0);
        assert_eq!(count(&copy), count(&source), "{table}");
    }
}

#[test]
fn a_word_of_a_masked_note_is_found_through_the_index() {
    let (_, copy) = both();
    let note = texts(&copy, "SELECT body FROM note WHERE length(body) > 40 LIMIT 1").remove(0);
    let word = note.split(|c: char| !c.is_alphabetic()).max_by_key(|word| word.chars().count()).unwrap();
    let index =
        texts(&copy, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'").remove(0);
    let hits =
        number(&copy, &format!("SELECT count(*) FROM \"{index}\" WHERE \"{index}\" MATCH '\"{word}\"'"));
    assert!(hits > 0, "{word}");
}

#[test]
fn joins_by_equal_values_survive() {
    let (source, copy) = both();
    let joined =
        "SELECT count(*) FROM (SELECT town, count(*) AS homes FROM address GROUP BY town HAVING homes > 1)";
    assert!(number(&source, joined) > 10 && number(&copy, joined) > 10);
    let pairs = "SELECT count(DISTINCT given_name || '|' || family_name) FROM contact";
    assert!(number(&copy, pairs) > number(&source, pairs) / 2);
}
