//! Rows that the engine would refuse, and files that cannot be written.

use super::super::output::Output;
use super::{Pair, Row, soundness};
use crate::fault::{Kind, kind_of};
use crate::store::Value;
use std::fs::File;

fn rows(values: &[Value]) -> Vec<Row> {
    (1..).zip(values).map(|(number, value)| vec![Value::Integer(number), value.clone()]).collect()
}

/// What the writer says of texts in a unique column, and what the engine does.
#[track_caller]
fn judged(collation: &str, values: &[Value]) -> Option<String> {
    let pair =
        Pair::of(512, &format!("CREATE TABLE t (id INTEGER PRIMARY KEY, x COLLATE {collation} UNIQUE)"));
    let rows = rows(values);
    let engine = pair.engine();
    let mut insert = engine.prepare("INSERT INTO t VALUES (?1, ?2)").unwrap();
    let refusal = rows.iter().find_map(|row| {
        crate::store::sqlite::sql::bind(&mut insert, 1, row.iter().map(Value::borrow)).unwrap();
        insert.raw_execute().err()
    });
    let written = pair.write(&rows, |_| ()).err();
    let told = refusal.map(|refusal| format!("writing t: {refusal}"));
    assert_eq!(written.as_ref().map(ToString::to_string), told);
    assert!(written.is_none_or(|error| kind_of(&error) == Kind::Refused));
    told
}

#[test]
fn a_duplicate_is_what_the_engine_calls_one() {
    let text = |text: &str| Value::from(text);
    assert!(judged("BINARY", &[text("a"), text("b"), text("a")]).is_some());
    assert!(judged("BINARY", &[text("a"), text("A"), text("a ")]).is_none());
    assert!(judged("NOCASE", &[text("Zoé"), text("zOé")]).is_some());
    assert!(judged("NOCASE", &[text("É"), text("é")]).is_none());
    assert!(judged("RTRIM", &[text("a"), text("a  ")]).is_some());
    assert!(judged("BINARY", &[Value::Integer(2), Value::Real(2.0)]).is_some());
    assert!(judged("BINARY", &[Value::Integer((1 << 53) + 1), Value::Real((1_i64 << 53) as f64)]).is_none());
    assert!(judged("BINARY", &[text("a"), Value::Blob(b"a".to_vec())]).is_none());
    assert!(judged("BINARY", &[Value::Null, text(""), Value::Null, Value::Null]).is_none());
}

#[test]
fn a_duplicate_is_found_on_the_disk_too() {
    let pair = Pair::of(512, "CREATE TABLE t (id INTEGER PRIMARY KEY, x); CREATE UNIQUE INDEX t_x ON t (x);");
    let mut values: Vec<Value> = (0..500).map(Value::Integer).collect();
    values.push(Value::Integer(3));
    let error = pair.write(&rows(&values), |writer| writer.most_in_memory = 1_000).unwrap_err();
    assert_eq!(error.to_string(), "making index t_x: UNIQUE constraint failed: t.x");
    assert_eq!(kind_of(&error), Kind::Refused);
}

#[test]
fn a_row_that_the_engine_would_refuse_is_left_to_it() {
    let schema =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, size INT, name TEXT NOT NULL, rest ANY, part REAL) STRICT";
    let good = |number| -> Row {
        vec![Value::Integer(number), Value::Real(7.0), Value::Integer(5), Value::Real(2.0), Value::Integer(3)]
    };
    let with = |at: usize, value: Value| {
        let mut row = good(9);
        row[at] = value;
        row
    };
    let declined = [
        with(0, Value::Integer(2)),
        with(0, Value::Integer(1)),
        with(0, Value::Null),
        with(1, Value::Text(b"seven".to_vec())),
        with(1, Value::Real(7.5)),
        with(2, Value::Null),
        with(2, Value::Blob(b"name".to_vec())),
        with(4, Value::Text(b"x".to_vec())),
    ];
    for row in declined {
        let pair = Pair::of(4096, schema);
        let told = format!("{row:?}");
        assert_eq!(pair.write(&[good(1), good(2), row, good(10)], |_| ()).unwrap(), 2, "{told}");
        pair.insert(&[good(1), good(2)]);
        pair.is_alike();
    }
    let pair = Pair::filled(
        4096,
        schema,
        &[good(1), with(1, Value::Text(b"12".to_vec())), with(3, Value::Null)][..2],
    );
    pair.is_alike();
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let pair = Pair::of(512, "CREATE TABLE t (id INTEGER PRIMARY KEY, x)");
    let file = File::open(pair.path("pages.db")).unwrap();
    let readable = |writer: &mut super::PageWriter| writer.output = Output::new(file, 512);
    let error = pair.write(&rows(&[Value::Null]), readable).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Unfinished);
    assert!(error.to_string().starts_with("writing the new database: "), "{error}");
    assert_eq!(soundness(&pair.pages()), "ok");
}

#[test]
fn a_full_disk_is_told_as_the_engine_tells_it() {
    let full = File::options().read(true).write(true).open("/dev/full").unwrap();
    let mut output = Output::new(full, 4096);
    let error = (0..300).find_map(|_| output.append(&[b"page"]).err()).unwrap();
    assert_eq!(error.to_string(), "writing the new database: no space is left on the disk");
    assert_eq!(kind_of(&error), Kind::Unfinished);
}
