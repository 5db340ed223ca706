//! Eyes of its own on a database in the making: they look at tables that are done while others are made.

use super::errors::Told;
use super::health::{self, Look};
use super::session;
use crate::fault::Result;
use crate::store::Health;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// The engine's way of opening a file of which it locks nothing.
const WITHOUT_LOCKS: &str = "unix-none";

/// A connection that takes no lock, and so holds nobody up. What it looks at must not change meanwhile.
pub struct Checker(Connection);

impl Checker {
    /// Opens the file. Nothing is read yet.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        // Nothing is written. But of a database that it may only read the engine forgets the CHECK constraints.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        Connection::open_with_flags_and_vfs(path, flags, WITHOUT_LOCKS)
            .map(Checker)
            .told(|| format!("opening {}", path.display()))
    }

    /// Learns what there is. From now on tables may be added, but none of those that are there may change.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn begin(&mut self) -> Result<()> {
        let checking = || "checking the new database".to_owned();
        // Not before: what is read first is taken to be all that there is.
        session::profile(&mut self.0, false).told(checking)?;
        // As the one who makes it understands the definitions.
        self.0.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, true).told(checking)?;
        self.0.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").told(checking)
    }

    /// What the engine's checks say about these tables.
    ///
    /// # Errors
    /// Damaged when a page contradicts another.
    pub fn health(self, looks: &[Look<'_>]) -> Result<Health> {
        health::of_tables(&self.0, looks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_done_is_checked_while_another_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        std::fs::File::create_new(&path).unwrap();
        let making = Connection::open(&path).unwrap();
        let mut checker = Checker::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                    INSERT INTO t SELECT i, 5 - i % 5 FROM n;";
        making
            .execute_batch(&format!(
                "PRAGMA journal_mode = MEMORY; PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
                 CREATE TABLE t (id INTEGER PRIMARY KEY, \"n\" INTEGER CHECK (n <> 3)); {rows}
                 CREATE TABLE child (t_id REFERENCES t (id)); INSERT INTO child VALUES (1), (5001);",
            ))
            .unwrap();
        checker.begin().unwrap();
        making
            .execute_batch("BEGIN; CREATE TABLE later AS SELECT * FROM t; CREATE INDEX x ON later (n)")
            .unwrap();
        let look = |table, condition| Look { table, conditions: Some(vec![condition]), keys: true };
        let health = checker.health(&[look("t", "n <> 3"), look("child", "t_id > 0")]).unwrap();
        making.execute_batch("COMMIT").unwrap();
        assert_eq!(
            health.page_errors.into_iter().collect::<Vec<_>>(),
            [("CHECK constraint failed in t".to_owned(), 1000)]
        );
        assert_eq!(
            health.dangling.into_iter().collect::<Vec<_>>(),
            [(("child".to_owned(), "t".to_owned()), 1)]
        );
    }
}
