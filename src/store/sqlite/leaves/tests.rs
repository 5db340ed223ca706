//! The promise: rows that are read off the leaves are those that the engine shows.

use super::Leaves;
use crate::fault::{Kind, Result, kind_of};
use crate::store::Value;
use crate::store::sqlite::snapshot::{self, Tables};
use crate::store::sqlite::sql::{bind, places};
use proptest::prelude::*;
use rusqlite::Connection;
use std::fs::File;
use std::os::unix::fs::FileExt;
use tempfile::TempDir;

type Row = Vec<Value>;

struct Database {
    folder: TempDir,
}

impl Database {
    fn of(page_size: usize, script: &str) -> Self {
        let database = Database { folder: tempfile::tempdir().unwrap() };
        let setting = format!("PRAGMA page_size = {page_size}; PRAGMA synchronous = OFF;");
        database.connection().execute_batch(&(setting + script)).unwrap();
        database
    }

    fn connection(&self) -> Connection {
        Connection::open(self.folder.path().join("a.db")).unwrap()
    }

    fn file(&self) -> File {
        File::options().read(true).write(true).open(self.folder.path().join("a.db")).unwrap()
    }

    fn insert(&self, rows: &[Row]) {
        let connection = self.connection();
        connection.execute_batch("BEGIN").unwrap();
        for row in rows {
            let mut insert =
                connection.prepare_cached(&format!("INSERT INTO t VALUES ({})", places(row.len()))).unwrap();
            bind(&mut insert, 1, row.iter().map(Value::borrow)).unwrap();
            insert.raw_execute().unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
    }

    /// The rows as the leaves show them; none where the engine has to.
    fn by_leaves(&self, columns: &[&str]) -> Result<Option<Vec<Row>>> {
        let (connection, file) = (self.connection(), self.file());
        let Some(leaves) = Leaves::of(&connection, &file) else { return Ok(None) };
        let mut tables = Tables::default();
        let mut rows = Vec::new();
        let read = leaves.scan(tables.named(&connection, "t")?, columns, &mut |row| {
            rows.push(row.iter().map(|value| value.to_value()).collect());
            Ok(())
        })?;
        Ok(read.then_some(rows))
    }

    fn by_engine(&self, columns: &[&str]) -> Vec<Row> {
        let connection = self.connection();
        let mut rows = Vec::new();
        snapshot::scan(
            &connection,
            Tables::default().named(&connection, "t").unwrap(),
            columns,
            &mut |row| {
                rows.push(row.iter().map(|value| value.to_value()).collect());
                Ok(())
            },
        )
        .unwrap();
        rows
    }

    /// That many rows, and both ways show the same ones.
    fn shows_the_same(&self, columns: &[&str], count: usize) {
        let rows = self.by_leaves(columns).unwrap().expect("the leaves are read");
        assert_eq!(rows.len(), count);
        assert!(rows == self.by_engine(columns), "{columns:?}");
    }
}

/// As many rows as asked for, each with a text of so many letters.
fn texts(count: usize, length: usize) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO t SELECT i, substr(hex(zeroblob({length})), 1, {length}) || i, i * 0.5, i * 1000003 FROM n;"
    )
}

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, part REAL, number INT);";

#[test]
fn trees_of_every_depth_are_read_in_order() {
    for (page_size, count) in [(512, 0), (512, 1), (512, 20_000), (4096, 20_000), (65_536, 20_000)] {
        let database = Database::of(
            page_size,
            &format!("{TABLE} {}", if count > 0 { texts(count, 40) } else { String::new() }),
        );
        database.shows_the_same(&["id", "body", "part", "number"], count);
        database.shows_the_same(&["number", "id", "number"], count);
    }
}

#[test]
fn rows_that_go_on_over_other_pages_are_put_together() {
    for page_size in [512, 1024, 4096, 65_536] {
        let database = Database::of(page_size, TABLE);
        let longest = 3 * page_size + 40;
        let lengths = (0..longest).step_by(1 + longest / 900).chain([100_000, 1_000_000]);
        let rows: Vec<Row> = lengths
            .enumerate()
            .map(|(id, length)| {
                let body = (0..length).map(|at| b'a' + (at % 23) as u8).collect();
                vec![Value::Integer(id as i64), Value::Text(body), Value::Real(1.5), Value::Integer(7)]
            })
            .collect();
        database.insert(&rows);
        database.shows_the_same(&["id", "body", "part", "number"], rows.len());
        database.shows_the_same(&["number", "part"], rows.len());
        database.shows_the_same(&["id"], rows.len());
    }
}

#[test]
fn a_row_with_more_columns_than_a_page_has_room_for_is_read() {
    let columns: Vec<String> = (0..900).map(|at| format!("c{at}")).collect();
    let database = Database::of(512, &format!("CREATE TABLE t ({});", columns.join(", ")));
    let row = |with: i64| (0..900).map(|at| Value::Integer(at * with * 77)).collect();
    database.insert(&[row(0), row(1), row(-1_000_000)]);
    let all: Vec<&str> = columns.iter().map(String::as_str).collect();
    database.shows_the_same(&all, 3);
    database.shows_the_same(&["c899", "c0"], 3);
    database.shows_the_same(&["rowid", "c3"], 3);
}

#[test]
fn values_are_those_that_the_engine_makes_of_what_is_stored() {
    let database = Database::of(
        4096,
        "CREATE TABLE t (free, part REAL, text TEXT, float DOUBLE PRECISION, point FLOATING POINT, day DATE);
         CREATE TABLE other (x);",
    );
    let numbers =
        [0, 1, -1, 127, -128, 128, 32_767, -32_769, 8_388_607, -8_388_609, 1 << 31, 1 << 47, -(1 << 48)];
    let mut values: Vec<Value> = numbers.into_iter().map(Value::Integer).collect();
    values.extend([i64::MIN, i64::MAX].map(Value::Integer));
    values.extend([0.0, -0.0, 0.5, -1e300, 7.0, f64::INFINITY, f64::NAN].map(Value::Real));
    values.extend(["", "é", "12", "1e3", "x\0y"].map(Value::from));
    values.extend([
        Value::Text(vec![0xff, 0xfe]),
        Value::Blob(Vec::new()),
        Value::Blob(vec![0, 255]),
        Value::Null,
    ]);
    let rows: Vec<Row> = values.iter().map(|value| vec![value.clone(); 6]).collect();
    database.insert(&rows);
    database.shows_the_same(&["rowid", "free", "part", "text", "float", "point", "day"], rows.len());
    database.shows_the_same(&["DAY", "Part"], rows.len());
}

#[test]
fn row_numbers_may_be_anything() {
    let database = Database::of(512, "CREATE TABLE t (id INTEGER PRIMARY KEY, x);");
    let ids = [i64::MIN, i64::MIN + 1, -3, 0, 1, 300, 1 << 40, i64::MAX - 1, i64::MAX];
    let rows: Vec<Row> = ids.iter().map(|id| vec![Value::Integer(*id), Value::from("x")]).collect();
    database.insert(&rows);
    assert_eq!(database.by_leaves(&["id", "x"]).unwrap(), Some(rows));
}

#[test]
fn rows_that_are_older_than_a_column_show_its_default() {
    let script = "INSERT INTO t VALUES (1, 'a'), (2, 'b');
        ALTER TABLE t ADD COLUMN town TEXT DEFAULT 'Lyon'; ALTER TABLE t ADD COLUMN part REAL DEFAULT 3;
        INSERT INTO t (id, x) VALUES (3, 'c'); INSERT INTO t VALUES (4, 'd', NULL, 1);
        ALTER TABLE t ADD COLUMN number NUMERIC NOT NULL DEFAULT '7.0'; ALTER TABLE t ADD COLUMN other;
        INSERT INTO t VALUES (5, 'e', 'Brest', 2, 8, 9);";
    for schema in ["CREATE TABLE t (id INTEGER PRIMARY KEY, x);", "CREATE TABLE t (id INT, x);"] {
        let database = Database::of(4096, &format!("{schema} {script}"));
        database.shows_the_same(&["id", "x", "town", "part", "number", "other"], 5);
        database.shows_the_same(&["other", "number"], 5);
        assert_eq!(database.by_leaves(&["town"]).unwrap().unwrap()[0], [Value::from("Lyon")]);
    }
}

#[test]
fn what_was_removed_is_not_shown() {
    let script = format!(
        "{TABLE} {} DELETE FROM t WHERE id % 7 < 5 OR id BETWEEN 3000 AND 4000; ALTER TABLE t DROP COLUMN part;",
        texts(6_000, 90)
    );
    let database = Database::of(1024, &script);
    let left = (1..=6000).filter(|id| id % 7 >= 5 && !(3000..=4000).contains(id)).count();
    database.shows_the_same(&["id", "body", "number"], left);
}

#[test]
fn columns_that_are_computed_and_stored_are_read_and_others_are_the_engines() {
    let database = Database::of(
        4096,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, low TEXT AS (lower(x)), kept TEXT AS (upper(x)) STORED, y);
         INSERT INTO t (x, y) VALUES ('aB', 1), ('Cd', 2);",
    );
    database.shows_the_same(&["id", "x", "kept", "y"], 2);
    assert_eq!(database.by_leaves(&["low"]).unwrap(), None);
}

#[test]
fn what_is_unusual_is_left_to_the_engine() {
    for script in [
        "CREATE TABLE t (a TEXT PRIMARY KEY, x) WITHOUT ROWID; INSERT INTO t VALUES ('k', 1);",
        "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a, x); INSERT INTO t VALUES ('k', 1);",
        "CREATE VIRTUAL TABLE t USING fts5 (a, x); INSERT INTO t VALUES ('k', 1);",
    ] {
        assert_eq!(Database::of(4096, script).by_leaves(&["a", "x"]).unwrap(), None, "{script}");
    }
    let plain = Database::of(4096, "CREATE TABLE t (a, x); INSERT INTO t VALUES ('k', 1);");
    assert_eq!(plain.by_leaves(&[]).unwrap(), None);
    assert_eq!(plain.by_leaves(&["a", "nobody"]).unwrap(), None);
    let error = plain.by_engine_of("nothing").unwrap_err();
    assert_eq!(kind_of(&error), Kind::Missing);
    // A descending key is no row number, though it is called INTEGER.
    let descending = "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, x); INSERT INTO t VALUES (9, 1), (7, 2);";
    Database::of(4096, descending).shows_the_same(&["a", "x"], 2);
    let hidden = "CREATE TABLE t (rowid TEXT, oid, _rowid_, x); INSERT INTO t VALUES ('a', 1, 2, 3);";
    assert_eq!(Database::of(4096, hidden).by_leaves(&["rowid"]).unwrap(), None);
}

impl Database {
    fn by_engine_of(&self, table: &str) -> Result<()> {
        let connection = self.connection();
        Tables::default().named(&connection, table).map(drop)
    }
}

/// A page that leads to itself, to nowhere or to a page of another kind must end the reading, not the process.
#[test]
fn a_damaged_page_is_an_error_or_other_rows_and_never_more() {
    let script = format!("{TABLE} {} INSERT INTO t VALUES (-5, hex(zeroblob(3000)), 1, 2);", texts(400, 30));
    let database = Database::of(512, &script);
    let file = database.file();
    let whole: Vec<u8> = std::fs::read(database.folder.path().join("a.db")).unwrap();
    let mut errors = 0;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..3_000 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // The schema stays: what it says is the engine's business.
        let at = 512 + random as usize % (whole.len() - 512);
        let byte = [(random >> 40) as u8, 0, 1, 5, 0xff, whole[at] ^ 1][(random >> 50) as usize % 6];
        file.write_all_at(&[byte], at as u64).unwrap();
        match database.by_leaves(&["id", "body", "part", "number"]) {
            Ok(rows) => assert!(rows.is_some()),
            Err(error) => {
                assert_eq!(kind_of(&error), Kind::Damaged, "{error:#}");
                errors += 1;
            }
        }
        file.write_all_at(&whole[at..=at], at as u64).unwrap();
    }
    assert!(errors > 100, "{errors} of the mutants are noticed");
    database.shows_the_same(&["id", "body", "part", "number"], 401);
}

#[test]
fn a_page_that_is_its_own_ancestor_is_damage() {
    let database = Database::of(512, &format!("{TABLE} {}", texts(2_000, 30)));
    let root: u32 = database
        .connection()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 't'", [], |row| row.get(0))
        .unwrap();
    let file = database.file();
    let last_child = u64::from(root - 1) * 512 + 8;
    file.write_all_at(&root.to_be_bytes(), last_child).unwrap();
    let error = database.by_leaves(&["id"]).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Damaged);
    assert_eq!(error.to_string(), "reading t: the database is damaged");
    file.set_len(512 * 10).unwrap();
    assert_eq!(kind_of(&database.by_leaves(&["id"]).unwrap_err()), Kind::Damaged);
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        (-300_i64..300).prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Real),
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Value::Blob),
        ".{0,900}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_rows_are_shown_as_the_engine_shows_them(
        rows in proptest::collection::vec(proptest::collection::vec(any_value(), 4), 0..60),
        page_size in prop_oneof![Just(512_usize), Just(4096)],
    ) {
        let database = Database::of(page_size, "CREATE TABLE t (a, b REAL, c TEXT, d NUMERIC);");
        database.insert(&rows);
        database.shows_the_same(&["rowid", "d", "c", "b", "a"], rows.len());
    }
}
