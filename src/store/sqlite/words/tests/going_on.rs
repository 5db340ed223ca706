//! What the engine does afterwards, it does as ever, be it on the connection that saw the pages come.

use super::{Pair, Row, text, usual};

const TRIGGERS: &str = "
    CREATE TRIGGER INDEX_added AFTER INSERT ON text BEGIN
        INSERT INTO INDEX (rowid, a, b) VALUES (NEW.id, NEW.a, NEW.b);
    END;
    CREATE TRIGGER INDEX_removed AFTER DELETE ON text BEGIN
        INSERT INTO INDEX (INDEX, rowid, a, b) VALUES ('delete', OLD.id, OLD.a, OLD.b);
    END;
    CREATE TRIGGER INDEX_changed AFTER UPDATE ON text BEGIN
        INSERT INTO INDEX (INDEX, rowid, a, b) VALUES ('delete', OLD.id, OLD.a, OLD.b);
        INSERT INTO INDEX (rowid, a, b) VALUES (NEW.id, NEW.a, NEW.b);
    END;";

fn filled(count: i64) -> Pair {
    let row =
        |n: i64| (n, text(&format!("été {n} {}", n % 97)), text(&format!("the {} common", n * 7919 % 1009)));
    let rows: Vec<Row> = (1..=count).map(row).collect();
    let pair = Pair::of(&rows).compared(&usual(", tokenize = 'unicode61 remove_diacritics 2'"));
    ["ours", "theirs"].iter().for_each(|index| pair.run(&TRIGGERS.replace("INDEX", index)));
    pair
}

fn asked(pair: &Pair) {
    for phrase in ["ete", "common", "the NOT 5", "\"ete 12\"", "9*", "new", "b: changed OR a: 3"] {
        pair.ask(phrase);
    }
}

#[test]
fn rows_come_change_and_go() {
    for count in [1, 40, 20_000] {
        let pair = filled(count);
        pair.run("DELETE FROM text WHERE id % 3 = 0; INSERT INTO text VALUES (-5, 'new', NULL), (999999, 'new new', 'été');");
        pair.compare();
        pair.run("UPDATE text SET b = 'changed ' || b WHERE id % 5 = 1; UPDATE text SET id = id + 1000000 WHERE id % 7 = 1;");
        pair.compare();
        asked(&pair);
        pair.run("BEGIN; DELETE FROM text; ROLLBACK; BEGIN; DELETE FROM text WHERE id < 100; COMMIT;");
        pair.compare();
        asked(&pair);
        pair.run("DELETE FROM text");
        pair.compare();
    }
}

#[test]
fn many_small_changes_are_merged_as_they_come() {
    let pair = filled(20_000);
    let before = pair.number("SELECT count(*) FROM ours_data");
    for number in 0..600 {
        pair.run(&format!(
            "INSERT INTO text VALUES ({}, 'new {number}', 'the common'); DELETE FROM text WHERE id = {};",
            1_000_000 + number,
            number * 31 + 1
        ));
    }
    pair.compare();
    asked(&pair);
    assert!(pair.number("SELECT count(DISTINCT segid) FROM ours_idx") < 20, "pieces are merged");
    assert!(pair.number("SELECT count(*) FROM ours_data") < before + 200, "and forgotten");
}

#[test]
fn orders_to_the_index() {
    let pair = filled(20_000);
    pair.run("INSERT INTO text VALUES (-5, 'new', NULL); DELETE FROM text WHERE id % 2 = 0;");
    for order in [
        "(INDEX, rank) VALUES ('merge', 5)",
        "(INDEX, rank) VALUES ('merge', -50)",
        "(INDEX) VALUES ('optimize')",
        "(INDEX, rank) VALUES ('pgsz', 1000)",
        "(INDEX, rank) VALUES ('automerge', 2)",
        "(INDEX, rank) VALUES ('secure-delete', 1)",
    ] {
        ["ours", "theirs"]
            .iter()
            .for_each(|index| pair.run(&format!("INSERT INTO {index} {}", order.replace("INDEX", index))));
        pair.run("DELETE FROM text WHERE id IN (SELECT id FROM text LIMIT 500); INSERT INTO text (a) VALUES ('new');");
        pair.compare();
        asked(&pair);
    }
    ["ours", "theirs"]
        .iter()
        .for_each(|index| pair.run(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')")));
    pair.compare();
}

#[test]
fn another_connection_finds_the_same() {
    let pair = filled(5_000);
    let path: String =
        pair.connection.query_row("SELECT file FROM pragma_database_list", [], |row| row.get(0)).unwrap();
    let other = rusqlite::Connection::open(path).unwrap();
    let count = |phrase: &str| -> i64 {
        other.query_row("SELECT count(*) FROM ours WHERE ours MATCH ?1", [phrase], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("ete"), count("\"ete 12\""), count("nothing")), (5_000, 1, 0));
    other.execute_batch("INSERT INTO ours (ours, rank) VALUES ('integrity-check', 1)").unwrap();
}
