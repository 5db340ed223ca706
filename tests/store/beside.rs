//! Rows are read from the file beside the engine: only what belongs to the moment, and without loosening its locks.

use crm_admin::store::sqlite::{Options, Sqlite};
use crm_admin::store::{Snapshot, Store};
use rusqlite::Connection;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const ROWS: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO t SELECT i, 'before' FROM n;";
const CHANGE: &str = "UPDATE t SET x = 'after'; DELETE FROM t WHERE id > 2000;";

fn made(folder: &TempDir, script: &str) -> (PathBuf, Connection) {
    let path = folder.path().join("a.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(script).unwrap();
    (path, connection)
}

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, &Options::default()).unwrap()
}

/// How many rows there are, and what they all say.
fn rows(moment: &mut dyn Snapshot) -> (usize, String) {
    let (mut count, mut says) = (0, String::new());
    moment
        .scan("t", &["x", "id"], &mut |row| {
            let x = row[0].as_str().unwrap();
            assert!(count == 0 || x == says, "one moment says one thing");
            says = x.to_owned();
            count += 1;
            Ok(())
        })
        .unwrap();
    (count, says)
}

#[test]
fn what_only_the_log_has_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; {ROWS}");
    let (path, other) = made(&folder, &script);
    let mut store = open(&path);
    assert_eq!(rows(&mut *store.snapshot().unwrap()), (3000, "before".into()));
    other.execute_batch(&format!("PRAGMA wal_checkpoint(TRUNCATE); {CHANGE}")).unwrap();
    assert_eq!(rows(&mut *store.snapshot().unwrap()), (2000, "after".into()));
    // The log is in the file, but not empty: the next writer begins it anew.
    other.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
    assert_eq!(rows(&mut *store.snapshot().unwrap()), (2000, "after".into()));
}

#[test]
fn a_moment_stays_what_it_was_while_others_write_and_empty_their_log() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) =
        made(&folder, &format!("PRAGMA journal_mode = WAL; {ROWS} PRAGMA wal_checkpoint(TRUNCATE);"));
    let mut store = open(&path);
    let mut moment = store.snapshot().unwrap();
    assert_eq!(rows(&mut *moment), (3000, "before".into()));
    for checkpoint in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"] {
        let empty = format!("PRAGMA busy_timeout = 50; {CHANGE} PRAGMA wal_checkpoint({checkpoint});");
        other.execute_batch(&empty).unwrap();
        assert_eq!(rows(&mut *moment), (3000, "before".into()), "{checkpoint}");
    }
    drop(moment);
    assert_eq!(rows(&mut *store.snapshot().unwrap()), (2000, "after".into()));
}

#[test]
fn another_file_under_the_same_name_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = made(&folder, ROWS);
    drop(other);
    let mut store = open(&path);
    let elsewhere = tempfile::tempdir().unwrap();
    let (changed, other) = made(&elsewhere, &format!("{ROWS} {CHANGE}"));
    drop(other);
    std::fs::rename(changed, &path).unwrap();
    assert_eq!(rows(&mut *store.snapshot().unwrap()), (3000, "before".into()));
}

#[test]
fn the_engines_locks_hold_while_rows_are_read_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = made(&folder, ROWS);
    drop(other);
    let file = std::fs::metadata(&path).unwrap();
    let locks = || {
        let lines = std::fs::read_to_string("/proc/locks").unwrap_or_default();
        let ours = format!(":{} ", file.ino());
        lines.lines().filter(|line| line.contains(&ours) && line.contains("READ")).count()
    };
    let mut store = open(&path);
    let mut first = store.snapshot().unwrap();
    assert_eq!(rows(&mut *first), (3000, "before".into()));
    drop(first);
    let mut moment = store.snapshot().unwrap();
    // Not every system tells who locks what.
    if locks() == 0 {
        return;
    }
    assert_eq!(rows(&mut *moment), (3000, "before".into()));
    assert_eq!(locks(), 1);
    drop(moment);
    drop(store);
    assert_eq!(locks(), 0);
}
