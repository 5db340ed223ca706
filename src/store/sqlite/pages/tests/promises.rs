//! What is written here is what the engine would have written, and the engine goes on with it.

use super::chance::Chance;
use super::{Pair, Row, soundness};
use crate::store::Value;
use std::fs;

/// Every kind of column and index that is understood.
const WIDE: &str = "
    CREATE TABLE wide (
        id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INTEGER, c REAL, d DECIMAL(10, 2), e BLOB, f,
        g VARCHAR(20) COLLATE RTRIM, h TEXT AS (a || b) VIRTUAL, UNIQUE (f, b, id));
    CREATE INDEX wide_a ON wide (a);
    CREATE INDEX wide_exact ON wide (a COLLATE BINARY DESC, b);
    CREATE INDEX wide_b ON wide (b DESC);
    CREATE INDEX wide_c ON wide (c);
    CREATE INDEX wide_d ON wide (d, c DESC);
    CREATE INDEX wide_e ON wide (e);
    CREATE INDEX wide_f ON wide (f COLLATE NOCASE, g DESC, e);
    CREATE INDEX wide_g ON wide (g);
    CREATE INDEX wide_some ON wide (f DESC) WHERE b IS NOT NULL;
    CREATE UNIQUE INDEX wide_one ON wide (e, f, id DESC);";

#[test]
fn any_rows_are_stored_as_the_engine_stores_them() {
    for (page_size, longest) in [(512, 3_000), (1024, 9_000), (4096, 40_000), (65_536, 200_000)] {
        for seed in 0..6 {
            let mut chance = Chance::new(seed * 7 + page_size as u64);
            let rows = 1 + chance.below(400) as usize;
            let pair = Pair::filled(page_size, WIDE, &chance.rows(rows, 7, longest));
            pair.is_alike();
        }
    }
}

#[test]
fn the_engine_changes_and_packs_what_was_written() {
    for page_size in [512, 4096] {
        let mut chance = Chance::new(page_size as u64);
        let pair = Pair::filled(page_size, WIDE, &chance.rows(600, 7, 4_000));
        for database in [pair.pages(), pair.engine()] {
            let change = "
                DELETE FROM wide WHERE abs(id) % 3 = 0;
                UPDATE wide SET a = a || 'longer than it was', e = zeroblob(700) WHERE abs(id) % 5 = 1;
                INSERT INTO wide (a, b, f, g) SELECT 'new ' || a, b, f, g FROM wide;";
            database.execute_batch(change).unwrap();
            assert_eq!(soundness(&database), "ok");
            database.execute_batch("VACUUM").unwrap();
        }
        pair.is_alike();
    }
}

#[test]
fn a_table_may_have_no_row_or_any_number_of_them() {
    let schema = "
        CREATE TABLE t (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, size INTEGER, note TEXT);
        CREATE INDEX t_size ON t (size);
        CREATE INDEX t_note ON t (note DESC);";
    // A few more rows each time: every way in which the last page of a level can end.
    for count in (0..80).chain((80..1_200).step_by(7)) {
        let row = |number: i64| -> Row {
            vec![
                Value::Integer(number),
                Value::Text(format!("{:0>90}", number * 7919 % 1_201).into_bytes()),
                Value::Integer(number % 10),
                Value::Text(vec![b'x'; 60]),
            ]
        };
        let rows: Vec<Row> = (0..count).map(row).collect();
        let pair = Pair::of(512, schema);
        assert_eq!(pair.write(&rows, |_| ()).unwrap(), rows.len());
        assert_eq!(soundness(&pair.pages()), "ok", "{count} rows");
    }
}

#[test]
fn rows_without_a_column_for_their_number_keep_it() {
    let schema = "CREATE TABLE t (x, y TEXT UNIQUE); CREATE INDEX t_x ON t (x);";
    let rows: Vec<Row> = [-5, 0, 7, i64::MAX]
        .map(|number| vec![Value::Integer(number), Value::Real(2.0), Value::Text(number.to_string().into())])
        .into();
    let pair = Pair::filled(4096, schema, &rows);
    pair.is_alike();
}

#[test]
fn trees_of_small_pages_grow_high() {
    let schema = "
        CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, size INTEGER);
        CREATE INDEX t_name ON t (name);
        CREATE INDEX t_size ON t (size);";
    let mut chance = Chance::new(3);
    let rows: Vec<Row> = (1..30_000)
        .map(|number| {
            let name = format!("{:0>70}", chance.below(1 << 40));
            vec![Value::Integer(number), name.into(), Value::Integer(chance.below(1 << 20) as i64)]
        })
        .collect();
    let pair = Pair::filled(512, schema, &rows);
    pair.is_alike();
    assert!(height(&pair, "t") >= 4 && height(&pair, "t_name") >= 5);
}

/// How many levels a tree has.
fn height(pair: &Pair, name: &str) -> u32 {
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let mut page: u32 = pair.pages().query_row(sql, [name], |row| row.get(0)).unwrap();
    let bytes = fs::read(pair.path("pages.db")).unwrap();
    let mut levels = 1;
    loop {
        let at = (page as usize - 1) * 512;
        if bytes[at] > 5 {
            return levels;
        }
        page = u32::from_be_bytes(bytes[at + 8..at + 12].try_into().unwrap());
        levels += 1;
    }
}

#[test]
fn what_memory_has_no_room_for_gives_the_same_file() {
    let rows = Chance::new(11).rows(3_000, 7, 3_000);
    let files = [24 << 20, 200_000, 1].map(|most| {
        let pair = Pair::of(1024, WIDE);
        let rows = if most == 1 { &rows[..150] } else { &rows[..] };
        pair.write(rows, |writer| writer.most_in_memory = most).unwrap();
        assert_eq!(soundness(&pair.pages()), "ok");
        assert_eq!(fs::read_dir(pair.folder.path()).unwrap().count(), 2, "nothing lies beside the databases");
        fs::read(pair.path("pages.db")).unwrap()
    });
    assert!(files[0] == files[1], "in memory and over the disk");
    let few = Pair::of(1024, WIDE);
    few.write(&rows[..150], |_| ()).unwrap();
    assert!(files[2] == fs::read(few.path("pages.db")).unwrap(), "a run for each row");
}

#[test]
fn the_page_with_the_locked_byte_is_never_used() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX t_x ON t (x);";
    let rows = Chance::new(5).rows(40, 1, 3_000);
    // Wherever it falls: among leaves, within a chain, behind the last page that the engine made, at the very end.
    let all = pages_of(&rows, schema, u32::MAX);
    for locked in 4..=all + 1 {
        let pair = Pair::of(512, schema);
        pair.write(&rows, |writer| writer.output.lock_page(locked)).unwrap();
        let expected = if locked <= all { format!("Page {locked}: never used") } else { "ok".into() };
        assert_eq!(soundness(&pair.pages()).trim_start_matches("*** in database main ***\n"), expected);
        let bytes = fs::read(pair.path("pages.db")).unwrap();
        let at = (locked as usize - 1) * 512;
        assert!(bytes.iter().skip(at).take(512).all(|byte| *byte == 0), "page {locked} is empty");
        pair.insert(&rows);
        assert!(pair.dump(&pair.pages(), "") == pair.dump(&pair.engine(), ""));
    }
}

fn pages_of(rows: &[Row], schema: &str, locked: u32) -> u32 {
    let pair = Pair::of(512, schema);
    pair.write(rows, |writer| writer.output.lock_page(locked)).unwrap();
    pair.pages().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap()
}

#[test]
fn the_same_connection_sees_what_was_written_behind_its_back() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX t_x ON t (x);
        CREATE TABLE later (y);";
    let pair = Pair::of(4096, schema);
    let engine = pair.pages();
    let count = || engine.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 0);
    pair.write(&Chance::new(1).rows(5_000, 1, 100), |_| ()).unwrap();
    engine.execute_batch("BEGIN; INSERT INTO later SELECT x FROM t; COMMIT").unwrap();
    assert_eq!(count(), 5_000);
    assert_eq!(soundness(&engine), "ok");
}
