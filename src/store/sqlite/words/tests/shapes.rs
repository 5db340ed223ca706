//! However many rows and words there are, and wherever.

use super::{Pair, Row, numbered, text, usual};
use crate::store::Value;

/// Rows that all have one word, many of them others too.
fn crowd(count: i64) -> Vec<Row> {
    let row = |number: i64| {
        let rare = if number % 50 == 0 { "seldom" } else { "" };
        (number, text(&format!("the row {} {rare}", number % 1000)), text(&format!("the w{number} the")))
    };
    (1..=count).map(row).collect()
}

#[test]
fn no_rows_and_no_words() {
    let pair = Pair::of(&[]).compared(&usual(""));
    assert_eq!(pair.ask("anything"), 0);
    let pair = Pair::of(&numbered([("", "..."), ("-", "")])).compared(&usual(""));
    assert_eq!(pair.ask("anything"), 0);
}

#[test]
fn words_in_so_many_rows_that_they_go_from_page_to_page() {
    for (count, most_in_memory) in [(1, 1), (3_000, 1), (20_000, 300_000), (80_000, 2 << 20)] {
        let pair = Pair::of(&crowd(count)).with_memory(most_in_memory).compared(&usual(""));
        for phrase in
            ["the", "seldom AND the", "w777", "w1*", "\"the row\" NOT seldom", "b: w5 the", "row + 7"]
        {
            pair.ask(phrase);
        }
        assert_eq!(pair.ask("NEAR(row the, 1)") as i64, count);
        if count == 80_000 {
            let skips = pair.number("SELECT count(*) FROM ours_data WHERE (id >> 36) & 1 = 1");
            assert!(skips >= 2, "the engine can skip pages: {skips}");
            assert_eq!(pair.number("SELECT count(DISTINCT segid) FROM ours_idx"), 1, "one piece");
        }
    }
}

#[test]
fn skips_that_are_a_tree_of_their_own() {
    // Numbers so far apart that each page has few rows, and its skip many bytes.
    let rows: Vec<Row> =
        (0..260_000).map(|at: i64| ((at - 100_000) << 44, text("the"), Value::Null)).collect();
    let pair = Pair::of(&rows).with_memory(1 << 20).compared(&usual(""));
    let above =
        pair.number("SELECT count(*) FROM ours_data WHERE (id >> 36) & 1 = 1 AND (id >> 31) & 31 > 0");
    assert_eq!(above, 1, "a page that leads to others");
    assert_eq!(pair.ask("the"), rows.len());
    let some: Vec<i64> = (0..260_000).step_by(25_999).map(|at| (at - 100_000) << 44).collect();
    for number in some {
        let query = format!("SELECT count(*) FROM ours WHERE ours MATCH 'the' AND rowid = {number}");
        assert_eq!(pair.number(&query), 1, "{number}");
        let query = format!("SELECT count(*) FROM ours WHERE ours MATCH 'the' AND rowid >= {number}");
        assert_eq!(pair.number(&query), 260_000 - ((number >> 44) + 100_000));
    }
}

#[test]
fn a_row_whose_places_fill_many_pages() {
    let long = "again and again ".repeat(30_000);
    let rows = numbered([("again", "before"), (&long, &long), ("after", "again"), ("", &long)]);
    for most_in_memory in [1, usize::MAX] {
        let pair = Pair::of(&rows).with_memory(most_in_memory).compared(&usual(""));
        assert_eq!((pair.ask("again"), pair.ask("\"and again\""), pair.ask("a: after")), (4, 2, 1));
    }
}

#[test]
fn numbers_far_apart_and_below_nothing() {
    let numbers =
        [i64::MIN, i64::MIN + 1, -(1 << 40), -300, -1, 0, 1, 127, 128, 1 << 33, 1 << 62, i64::MAX - 1];
    let mut rows: Vec<Row> =
        numbers.iter().map(|number| (*number, text("the same"), text("words"))).collect();
    Pair::of(&rows).compared(&usual("")).ask("same");
    rows.extend((1_000..30_000).map(|at| (at * 1_000_003, text("the same words"), text("words"))));
    rows.sort_by_key(|(number, ..)| *number);
    for most_in_memory in [100_000, usize::MAX] {
        let pair = Pair::of(&rows).with_memory(most_in_memory).compared(&usual(""));
        assert_eq!(pair.ask("the same"), rows.len());
    }
}

#[test]
fn pages_of_any_size() {
    for page_size in [512, 1024, 8192, 65536] {
        let pair = Pair::with_pages(page_size, &crowd(12_000)).compared(&usual(""));
        pair.ask("the AND seldom");
    }
}

#[test]
fn as_many_columns_as_are_understood() {
    let columns: Vec<String> = (0..32).map(|at| format!("c{at}")).collect();
    let columns = columns.join(", ");
    for page_size in [512, 4096] {
        let mut pair = Pair::with_pages(page_size, &[]);
        pair.run(&format!(
            "DROP TABLE text; CREATE TABLE text (id INTEGER PRIMARY KEY, {columns});
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
             INSERT INTO text (id, c0, c17, c31) SELECT i, 'one ' || i, 'two one', replace(hex(zeroblob(100)), '00', 'x ') FROM n;"
        ));
        let arguments = format!("{columns}, content = 'text', content_rowid = 'id'");
        pair = pair.compared(&arguments);
        pair.ask("one AND c31: x");
    }
}
