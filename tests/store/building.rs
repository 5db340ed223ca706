//! A new database, built from the rows of another: the same to everybody who looks into it.

use crm_admin::fault::{Kind, Result, kind_of};
use crm_admin::store::sqlite::{NewFile, Options, Sqlite};
use crm_admin::store::{Builder, Catalog, Load, Store, Table, TableKind, Value, ValueRef};
use rusqlite::Connection;
use std::path::PathBuf;
use tempfile::TempDir;

/// Tables and indexes of every shape, those that the writer of pages knows and those that it leaves to the engine, in
/// turn.
const SCHEMA: &str = "
    CREATE TABLE person (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, mail TEXT UNIQUE, size REAL,
        born DATE, photo BLOB, shout TEXT AS (upper(name)), CHECK (length(name) < 40));
    CREATE INDEX person_name ON person (name, born DESC);
    CREATE INDEX person_shout ON person (shout);
    CREATE INDEX person_lower ON person (lower(mail)) WHERE mail LIKE '%@%';
    CREATE INDEX person_size ON person (size) WHERE size IS NOT NULL;
    CREATE TABLE pair (a, b TEXT, c, PRIMARY KEY (b, a)) WITHOUT ROWID;
    CREATE INDEX pair_c ON pair (c DESC);
    CREATE TABLE loose (x, y, z NUMERIC);
    CREATE UNIQUE INDEX loose_x ON loose (x);
    CREATE TABLE kept (x UNIQUE ON CONFLICT REPLACE, y);
    CREATE TABLE made (x INT, y INT AS (x * 2) STORED);
    CREATE INDEX made_y ON made (y);
    CREATE TABLE exact (id INTEGER PRIMARY KEY, n INT NOT NULL, t TEXT, r REAL, b BLOB, a ANY) STRICT;
    CREATE INDEX exact_all ON exact (t COLLATE RTRIM, r, b, a DESC, n);
    CREATE TABLE empty (id INTEGER PRIMARY KEY, x TEXT UNIQUE);
    CREATE VIRTUAL TABLE words USING fts5 (name, content = 'person', content_rowid = 'id');
    CREATE VIEW named AS SELECT id, name FROM person;
    CREATE TRIGGER person_added AFTER INSERT ON person BEGIN
        INSERT INTO words (rowid, name) VALUES (NEW.id, NEW.name);
    END;";

const ROWS: &str = "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO person (id, name, mail, size, born, photo)
        SELECT i * 3, 'Marie ' || (i * 7919 % 3001), iif(i % 7, 'marie' || i || '@exemple.fr', NULL),
            iif(i % 3, i / 4.0, NULL), '19' || (i % 90 + 10) || '-01-02', randomblob(i % 50 * (i % 50)) FROM n;
    INSERT INTO pair SELECT id % 5, name, mail FROM person;
    INSERT INTO loose (rowid, x, y, z) SELECT -id, iif(id % 4, mail, NULL), size, born FROM person WHERE mail NOT NULL;
    INSERT INTO kept SELECT id, name FROM person;
    INSERT INTO made (x) SELECT id FROM person;
    INSERT INTO exact SELECT id, id, name || '  ', size, photo, mail FROM person;
    DELETE FROM person WHERE id > 8990;
    INSERT INTO words (words) VALUES ('rebuild');";

/// A folder with `source.db`.
struct Built {
    folder: TempDir,
}

impl Built {
    fn of(settings: &str, script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Connection::open(folder.path().join("source.db")).unwrap();
        database
            .execute_batch(&format!("{settings}; PRAGMA synchronous = OFF; BEGIN; {script}; COMMIT"))
            .unwrap();
        Built { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self, name: &str) -> Connection {
        Connection::open(self.path(name)).unwrap()
    }

    fn source(&self) -> Sqlite {
        Sqlite::open(&self.path("source.db"), &Options::default()).unwrap()
    }

    fn catalog(&self) -> Catalog {
        self.source().catalog().unwrap()
    }

    /// A new `copy.db`, without rows yet. Its name is gone for as long as it is built.
    fn begin(&self, catalog: &Catalog) -> impl Builder + use<> {
        std::fs::write(self.path("copy.db"), "").unwrap();
        NewFile::open(&self.path("copy.db")).unwrap().begin(catalog, &["words"]).unwrap()
    }

    /// Copies every row, table by table.
    fn copy(&self, catalog: &Catalog) {
        let mut new = self.begin(catalog);
        let mut source = self.source();
        let mut moment = source.snapshot().unwrap();
        for table in catalog.data_tables().filter(|table| !matches!(table.kind, TableKind::Virtual(_))) {
            new.fill(table, &[]).unwrap();
            let mut load = Load::default();
            moment
                .scan(&table.name, &columns(table), &mut |row| {
                    load.push(row.iter().copied());
                    if load.is_full() {
                        new.rows(&load)?;
                        load.clear();
                    }
                    Ok(())
                })
                .unwrap();
            new.rows(&load).unwrap();
            new.index(table).unwrap();
        }
        new.complete().unwrap();
        assert_eq!(new.health().unwrap(), moment.health().unwrap());
    }

    #[track_caller]
    fn is_alike(&self) {
        let (source, copy) = (self.open("source.db"), self.open("copy.db"));
        assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
        let schema =
            "SELECT type || name || tbl_name || ifnull(sql, '') FROM sqlite_schema ORDER BY type, name";
        assert_eq!(texts(&copy, schema), texts(&source, schema));
        for table in self.catalog().data_tables() {
            let columns: Vec<String> =
                columns(table).iter().map(|name| format!("typeof({name}) || quote({name})")).collect();
            let rows = format!("SELECT {} FROM {}", columns.join(" || ',' || "), table.name);
            assert!(texts(&copy, &rows) == texts(&source, &rows), "{} differs", table.name);
        }
    }

    /// The same, with what only the whole schema has.
    #[track_caller]
    fn is_alike_in_all(&self) {
        self.is_alike();
        let (source, copy) = (self.open("source.db"), self.open("copy.db"));
        for sql in [
            "SELECT name || seq FROM sqlite_sequence",
            "SELECT rowid || '' FROM words WHERE words MATCH 'marie 12'",
            "SELECT id || '' FROM person INDEXED BY person_size WHERE size IS NOT NULL ORDER BY size",
            "SELECT id || '' FROM person INDEXED BY person_lower WHERE mail LIKE '%@%' ORDER BY lower(mail)",
        ] {
            assert_eq!(texts(&copy, sql), texts(&source, sql), "{sql}");
        }
    }
}

/// The number of a row, where it has one, and the stored columns.
fn columns(table: &Table) -> Vec<&str> {
    let number = table.row_number.iter().map(String::as_str);
    number.chain(table.stored().map(|column| column.name.as_str())).collect()
}

fn texts(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(std::result::Result::unwrap).collect()
}

#[test]
fn every_shape_of_table_comes_across() {
    for settings in [
        "PRAGMA page_size = 512",
        "PRAGMA page_size = 4096",
        "PRAGMA page_size = 65536",
        "PRAGMA encoding = 'UTF-16le'",
        "PRAGMA auto_vacuum = FULL",
    ] {
        let built = Built::of(settings, &format!("{SCHEMA} {ROWS}"));
        built.copy(&built.catalog());
        built.is_alike_in_all();
    }
}

#[test]
fn a_new_database_lives_on() {
    let built = Built::of("", &format!("{SCHEMA} {ROWS}"));
    built.copy(&built.catalog());
    for name in ["source.db", "copy.db"] {
        built
            .open(name)
            .execute_batch(
                "DELETE FROM person WHERE id % 5 = 0; UPDATE exact SET t = t || 'x', r = r + 1 WHERE id % 2;
                 INSERT INTO person (name) VALUES ('Hélène'); INSERT INTO loose SELECT id, name, size FROM person;
                 INSERT INTO words (words) VALUES ('rebuild'); VACUUM;",
            )
            .unwrap();
    }
    built.is_alike_in_all();
}

#[test]
fn rows_may_come_in_any_order() {
    let built =
        Built::of("", "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT UNIQUE); CREATE INDEX t_x ON t (x)");
    let numbers: Vec<i64> =
        (0..4_000).map(|at| if at < 1_000 { at } else { at * 7919 % 4_001 + 10_000 }).collect();
    let catalog = built.catalog();
    let mut new = built.begin(&catalog);
    let mut load = Load::default();
    for number in &numbers {
        let (number, text) = (Value::Integer(*number), Value::from(format!("text {number}")));
        load.push([number.borrow(), text.borrow()]);
    }
    new.fill(&catalog.tables[0], &[]).unwrap();
    new.rows(&load).unwrap();
    new.index(&catalog.tables[0]).unwrap();
    new.complete().unwrap();
    let copy = built.open("copy.db");
    assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
    let found = texts(&copy, "SELECT id || '' FROM t WHERE x = 'text ' || id ORDER BY id");
    let mut numbers = numbers;
    numbers.sort_unstable();
    assert_eq!(found, numbers.iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn a_row_that_does_not_fit_is_refused_in_the_engines_words() {
    let schema = "
        CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT COLLATE NOCASE UNIQUE, size INT) STRICT;
        CREATE UNIQUE INDEX t_size ON t (size, name);";
    let good = || [Value::Integer(1), Value::from("a"), Value::from("M"), Value::Integer(5)];
    let with = |at: usize, value: Value| {
        let mut row = [Value::Integer(2), Value::from("b"), Value::Null, Value::Null];
        row[at] = value;
        row
    };
    for (row, refusal) in [
        (with(0, Value::Integer(1)), "writing t: UNIQUE constraint failed: t.id"),
        (with(0, Value::from("x")), "writing t: datatype mismatch"),
        (with(1, Value::Null), "writing t: NOT NULL constraint failed: t.name"),
        (with(2, Value::from("m")), "writing t: UNIQUE constraint failed: t.mail"),
        (with(3, Value::from("x")), "writing t: cannot store TEXT value in INT column t.size"),
        (
            [Value::Integer(2), Value::from("a"), Value::Null, Value::Integer(5)],
            "making index t_size: UNIQUE constraint failed: t.size, t.name",
        ),
    ] {
        let error = written(schema, &[good(), row]).unwrap_err();
        assert_eq!(error.to_string(), refusal);
        let kind = if refusal.contains("mismatch") { Kind::Unfinished } else { Kind::Refused };
        assert_eq!(kind_of(&error), kind, "{refusal}");
    }
    written(schema, &[good(), with(3, Value::from("12"))]).unwrap();
}

/// Writes rows into the first table of a schema.
fn written<const N: usize>(schema: &str, rows: &[[Value; N]]) -> Result<()> {
    let built = Built::of("", schema);
    let catalog = built.catalog();
    let mut new = built.begin(&catalog);
    let mut load = Load::default();
    rows.iter().for_each(|row| load.push(row.iter().map(Value::borrow)));
    new.fill(&catalog.tables[0], &[])?;
    new.rows(&load)?;
    new.index(&catalog.tables[0])?;
    new.complete()
}

#[test]
fn what_an_older_engine_called_its_indexes_does_not_matter() {
    let built = Built::of(
        "",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT UNIQUE); INSERT INTO t VALUES (1, 'a')",
    );
    let mut catalog = built.catalog();
    catalog.tables[0].indexes[0].name = "sqlite_autoindex_t_2".into();
    built.copy(&catalog);
    built.is_alike();
}

#[test]
fn what_a_strict_table_computes_is_held_to_its_type() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY, b INT AS (a)) STRICT";
    for (value, fits) in [(Value::Integer(7), true), (Value::Null, true), (Value::from("x"), false)] {
        let built = Built::of("", schema);
        let catalog = built.catalog();
        let mut new = built.begin(&catalog);
        let mut load = Load::default();
        load.push([ValueRef::Integer(1), value.borrow()]);
        let mut filled = || {
            new.fill(&catalog.tables[0], &[])?;
            new.rows(&load)?;
            new.index(&catalog.tables[0])?;
            new.complete()?;
            new.health()
        };
        assert_eq!(filled().is_ok_and(|health| health.page_errors.is_empty()), fits, "{value:?}");
    }
}

#[test]
fn what_was_changed_is_held_to_the_rules_and_what_was_not_breaks_what_it_broke_before() {
    let schema = "
        CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id REFERENCES parent (id), code REFERENCES parent (code),
                            size INT CHECK (size < 5), day TEXT CHECK (day IS date(day)), twice AS (size * 2),
                            CHECK (twice <> 18));";
    let told = |changed: [&[&str]; 2], with_parent: bool| {
        let built = Built::of("", schema);
        let catalog = built.catalog();
        let mut new = built.begin(&catalog);
        let rows = [("parent", "1 a"), ("child", "1 1 a 9 2026-11-26"), ("child", "2 7 z 3 x")];
        for (table, changed) in ["parent", "child"].into_iter().zip(changed) {
            let table = catalog.table(table).unwrap();
            if table.name == "parent" && !with_parent {
                continue;
            }
            new.fill(table, changed).unwrap();
            let mut load = Load::default();
            for (_, row) in rows.iter().filter(|(name, _)| *name == table.name) {
                let value = |word: &str| word.parse().map_or(Value::from(word), Value::Integer);
                let row: Vec<Value> = row.split(' ').map(value).collect();
                load.push(row.iter().map(Value::borrow));
            }
            new.rows(&load).unwrap();
            new.index(table).unwrap();
        }
        new.complete().unwrap();
        let health = new.health().unwrap();
        let broken: Vec<u64> = health.page_errors.into_values().collect();
        (broken, health.dangling.into_values().collect::<Vec<u64>>())
    };
    assert_eq!(told([&[], &[]], true), (vec![], vec![]), "nothing was changed");
    assert_eq!(
        told([&[], &["id"]], true),
        (vec![2], vec![2]),
        "what is broken anywhere is counted everywhere"
    );
    assert_eq!(told([&[], &["day"]], true), (vec![2], vec![2]));
    assert_eq!(told([&["code"], &[]], true), (vec![], vec![2]), "a parent's key");
    assert_eq!(told([&[], &["Parent_ID"]], true).1, [2], "a child's key");
    assert_eq!(told([&[], &[]], false), (vec![], vec![4]), "no parent came");
}
