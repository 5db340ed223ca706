//! What is left in the bytes: in databases of every encoding and journal, in statistics, in full-text indexes.

use super::small::small;
use super::worn::{some_contacts, wear_out};
use super::{erase, left, rows, values_of, world};
use crate::counts::count;
use crate::world::{World, number, text, texts};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::fs;

/// The words of a contact's notes as the full-text index folds them, of eight letters or more, that no text of anybody
/// else has in any spelling, in whatever table: others have full-text indexes too.
pub fn words_of(database: &Connection, contact: i64) -> BTreeSet<String> {
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (table, rows) in rows(database) {
        let key = if table == "contact" { "id" } else { "contact_id" };
        for cells in rows.into_values() {
            let is_own = cells.iter().any(|(name, value)| name == key && *value == Value::Integer(contact));
            let texts = cells.iter().filter_map(|(_, value)| match value {
                Value::Text(text) => Some(folded(text)),
                _ => None,
            });
            match is_own {
                true if table == "note" => own.extend(texts.flatten()),
                true => {}
                false => others.extend(texts.flatten()),
            }
        }
    }
    own.into_iter().filter(|word| word.len() >= 8 && !others.contains(word)).collect()
}

fn folded(text: &str) -> Vec<String> {
    let plain = |letter: char| match letter {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    let text: String = text.to_lowercase().chars().map(plain).collect();
    text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect()
}

/// The same database in another encoding of texts.
fn in_encoding(world: &World, encoding: &str) {
    let from = world.database("crm.db");
    let to = world.database("wide.db");
    to.execute_batch(&format!("PRAGMA encoding = '{encoding}'; PRAGMA foreign_keys = OFF")).unwrap();
    // What a full-text index makes for itself comes with it.
    let of = |kind: &str| {
        format!(
            "SELECT sql FROM sqlite_schema s WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND type = '{kind}'
                AND NOT EXISTS (SELECT 1 FROM pragma_table_list l WHERE l.name = s.name AND l.type = 'shadow')"
        )
    };
    for definition in texts(&from, &of("table")) {
        to.execute_batch(&definition).unwrap();
    }
    let tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
    for table in texts(&from, tables) {
        let columns = texts(&from, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let places = vec!["?"; columns.len()].join(", ");
        let names = columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let mut insert = to.prepare(&format!("INSERT INTO \"{table}\" ({names}) VALUES ({places})")).unwrap();
        let mut read = from.prepare(&format!("SELECT {names} FROM \"{table}\"")).unwrap();
        let mut rows = read.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<rusqlite::types::Value> =
                (0..columns.len()).map(|at| row.get(at).unwrap()).collect();
            insert.execute(rusqlite::params_from_iter(values)).unwrap();
        }
    }
    for index in texts(&from, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'")
    {
        to.execute_batch(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')")).unwrap();
    }
    for kind in ["index", "view", "trigger"] {
        texts(&from, &of(kind)).iter().for_each(|definition| to.execute_batch(definition).unwrap());
    }
    for name in ["application_id", "user_version"] {
        let value = number(&from, &format!("PRAGMA {name}"));
        to.execute_batch(&format!("PRAGMA {name} = {value}")).unwrap();
    }
    drop((from, to));
    fs::rename(world.path("wide.db"), world.path("crm.db")).unwrap();
}

#[test]
fn wide_texts_leave_the_bytes_too() {
    for (seed, encoding) in (1..).zip(["UTF-16le", "UTF-16be"].repeat(count(1, 4))) {
        let world = world(60, seed);
        in_encoding(&world, encoding);
        let database = world.database("crm.db");
        assert_eq!(text(&database, "PRAGMA encoding"), encoding);
        wear_out(&database, seed);
        let contact = some_contacts(&database, seed, 1)[0];
        let (values, words) = (values_of(&database, contact), words_of(&database, contact));
        drop(database);
        assert!(left_in_rows(&world, &values) > 3, "the search finds wide texts");
        erase(&world, &["contact", &contact.to_string(), "--yes"]).exits(0).says("proven\tyes");
        assert_eq!(left(&world, &values), Vec::<String>::new(), "{encoding}, seed {seed}, contact {contact}");
        assert_eq!(left(&world, &words), Vec::<String>::new(), "{encoding}, seed {seed}, contact {contact}");
        assert_eq!(texts(&world.database("crm.db"), "PRAGMA integrity_check"), ["ok"]);
    }
}

/// In how many wide forms values stand in the file.
fn left_in_rows(world: &World, values: &BTreeSet<String>) -> usize {
    let bytes = fs::read(world.path("crm.db")).unwrap();
    let wide = |value: &str| value.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |value: &str| value.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let is_there = |wanted: Vec<u8>| bytes.windows(wanted.len()).any(|window| window == wanted);
    values.iter().filter(|value| is_there(wide(value)) || is_there(big(value))).count()
}

#[test]
fn every_journal_is_left_clean_and_as_it_was() {
    for mode in ["delete", "truncate", "persist", "wal"] {
        let world = world(40, 5);
        let database = world.database("crm.db");
        database.execute_batch(&format!("PRAGMA journal_mode = {mode}; PRAGMA secure_delete = OFF")).unwrap();
        wear_out(&database, 2);
        let contact = some_contacts(&database, 2, 1)[0];
        let values = values_of(&database, contact);
        // A journal that persists keeps the old pages: what the CRM had there goes too.
        database.execute_batch("UPDATE note SET title = title || '.'").unwrap();
        drop(database);
        erase(&world, &["contact", &contact.to_string(), "--yes"]).exits(0).says("proven\tyes");
        assert_eq!(left(&world, &values), Vec::<String>::new(), "{mode}");
        let version = fs::read(world.path("crm.db")).unwrap()[18];
        assert_eq!(version, if mode == "wal" { 2 } else { 1 }, "{mode}: the journal is the one that it was");
    }
}

#[test]
fn samples_of_statistics_are_dropped_and_the_others_stay() {
    let world = world(60, 4);
    let database = world.database("crm.db");
    // A database of few rows is sampled whole.
    database.execute_batch("PRAGMA analysis_limit = 0; ANALYZE").unwrap();
    let samples = "SELECT count(*) FROM sqlite_stat4 WHERE instr(sample, CAST(?1 AS BLOB))";
    let sampled = |database: &Connection, value: &str| -> i64 {
        database.query_row(samples, [value], |row| row.get(0)).unwrap()
    };
    let contact = number(
        &database,
        "SELECT contact_id FROM email WHERE contact_id IS NOT NULL AND instr((SELECT group_concat(CAST(sample AS TEXT), ' ') FROM sqlite_stat4), address) LIMIT 1",
    );
    let address = text(&database, &format!("SELECT address FROM email WHERE contact_id = {contact}"));
    assert!(sampled(&database, &address) > 0);
    let others = "SELECT count(*) FROM sqlite_stat4 WHERE tbl = 'user'";
    let before = number(&database, others);
    drop(database);
    erase(&world, &["contact", &contact.to_string(), "--yes"]).exits(0);
    let database = world.database("crm.db");
    assert_eq!(sampled(&database, &address), 0);
    assert_eq!(number(&database, others), before, "samples of tables that were not touched stay");
}

/// A CRM with full-text indexes of every sort, and triggers for some of them.
const INDEXED: &str = "
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, about TEXT NOT NULL);
    CREATE VIRTUAL TABLE told USING fts5 (name, about, content = 'person', content_rowid = 'id', prefix = '3');
    CREATE VIRTUAL TABLE untold USING fts5 (about, content = 'person', content_rowid = 'id');
    CREATE VIRTUAL TABLE own USING fts5 (about);
    CREATE VIRTUAL TABLE older USING fts4 (content=\"person\", about, tokenize=unicode61);
    CREATE VIRTUAL TABLE oldest USING fts3 (about);
    CREATE TRIGGER added AFTER INSERT ON person BEGIN
        INSERT INTO told (rowid, name, about) VALUES (new.id, new.name, new.about);
        INSERT INTO own (rowid, about) VALUES (new.id, new.about);
        INSERT INTO older (docid, about) VALUES (new.id, new.about);
        INSERT INTO oldest (docid, about) VALUES (new.id, new.about);
    END;
    CREATE TRIGGER removed BEFORE DELETE ON person BEGIN
        INSERT INTO told (told, rowid, name, about) VALUES ('delete', old.id, old.name, old.about);
        DELETE FROM own WHERE rowid = old.id;
        DELETE FROM older WHERE docid = old.id;
        DELETE FROM oldest WHERE docid = old.id;
    END;";

const INDEXED_MAP: &str = r#"
[tables]
told = "rebuild"
untold = "rebuild"
own = "rebuild"
older = "rebuild"
oldest = "rebuild"
[triggers]
added = "keep"
removed = "keep"
[table.person]
name = "full-name"
about = "free-text"
"#;

fn fill(database: &Connection, untold: bool) {
    let mut insert = database.prepare("INSERT INTO person (id, name, about) VALUES (?1, ?2, ?3)").unwrap();
    for id in 1..=400 {
        let word = format!("mot{:05}x{:05}", id * 7919 % 99_991, id * 104_729 % 99_991);
        let about = format!("canarissime{id:04} canarissimo{id:04} {word} et des mots de tous les jours");
        insert.execute((id, format!("Canari {id}"), about)).unwrap();
    }
    if untold {
        database.execute_batch("INSERT INTO untold (untold) VALUES ('rebuild')").unwrap();
    }
}

#[test]
fn words_leave_full_text_indexes_of_every_sort() {
    let world = small(INDEXED, INDEXED_MAP);
    let database = world.database("crm.db");
    database.execute_batch("PRAGMA secure_delete = OFF").unwrap();
    fill(&database, true);
    // Old segments, of which pages are free by now.
    database
        .execute_batch(
            "INSERT INTO told (told) VALUES ('rebuild'); INSERT INTO older (older) VALUES ('rebuild')",
        )
        .unwrap();
    drop(database);
    let bytes = || fs::read(world.path("crm.db")).unwrap();
    let has = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(has(&bytes(), "0123"), "an end of a word is written behind what it shares with the word before");
    erase(&world, &["contact", "123", "--yes"]).exits(0).says("proven\tyes");
    let after = bytes();
    for word in ["canarissime0123", "canarissimo0123", "mot73408x82717"] {
        // As an index writes a word: whole, or behind what it shares with the word before.
        for shared in 0..word.len() - 6 {
            let rest = &word[shared..];
            for mark in [0, 1] {
                let form = [&[(shared + mark) as u8, rest.len() as u8][..], rest.as_bytes()].concat();
                let is_there = shared > 0 && after.windows(form.len()).any(|window| window == form);
                assert!(!is_there, "{rest} of {word} is left");
            }
        }
        assert!(!has(&after, word), "{word} is left");
    }
    let database = world.database("crm.db");
    for index in ["told", "untold", "own", "older", "oldest"] {
        let found = |word: &str| {
            number(&database, &format!("SELECT count(*) FROM {index} WHERE {index} MATCH '{word}'"))
        };
        assert_eq!([found("canarissime0123"), found("canarissime0124")], [0, 1], "{index}");
    }
    assert_eq!(texts(&database, "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn an_index_that_has_words_alone_and_is_told_nothing_is_said_to_be_unproven() {
    let schema = INDEXED.replace(
        "CREATE VIRTUAL TABLE untold USING fts5 (about, content = 'person', content_rowid = 'id');",
        "CREATE VIRTUAL TABLE untold USING fts5 (about, content = '');",
    );
    let world = small(&schema, INDEXED_MAP);
    let database = world.database("crm.db");
    fill(&database, false);
    database.execute_batch("INSERT INTO untold (rowid, about) SELECT id, about FROM person").unwrap();
    drop(database);
    erase(&world, &["contact", "123", "--yes"]).exits(8).complains("untold");
}
