//! A whole database, copied page by page as it is: for copies in which everybody can be recognised.

use super::errors::Told;
use super::snapshot::Moment;
use super::{Awaited, Sqlite, pragma};
use crate::fault::{Fault, Kind, Result, kind_of};
use crate::interrupt;
use crate::progress::Progress;
use crate::store::{Catalog, Health, Snapshot};
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Pages copied between two looks at the signals.
const PAGES: i32 = 2_000;
/// Where the file's header says by which journal it is written, and the word for a rollback journal.
const JOURNAL: (u64, [u8; 2]) = (18, [1, 1]);

/// What was copied.
#[derive(Debug)]
pub struct Whole {
    /// What the database declares.
    pub catalog: Catalog,
    /// What the engine's own checks said about it.
    pub health: Health,
    /// Its tables, each with the number of its rows.
    pub rows: Vec<(String, u64)>,
}

impl Sqlite {
    /// Copies one moment of the database, page by page, into an empty file that only its maker knows. It begins with
    /// a rollback journal, whatever the source has: a log would have to come along.
    ///
    /// # Errors
    /// Damaged when the engine's checks find damage; when a page cannot be read or written; stopped by a signal.
    pub fn copy_whole(&mut self, into: Awaited, file: &File, progress: &mut dyn Progress) -> Result<Whole> {
        let mut moment = Moment::begin(&self.session)?;
        let catalog = moment.catalog()?;
        progress.stage("checking the database", None);
        let health = moment.health()?;
        if let Some((what, _)) = health.page_errors.iter().next() {
            return Err(Fault::damaged(format!("the database is damaged: {what}")).into());
        }
        let rows = catalog
            .data_tables()
            .map(|table| Ok((table.name.clone(), moment.count(&table.name)?)))
            .collect::<Result<Vec<_>>>()?;
        let doing = || "copying the database".to_owned();
        let mut to = into.connection;
        to.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF",
        )
        .told(doing)?;
        progress.stage("copying", None);
        let copying = Backup::new(self.session.connection(), &mut to).told(doing)?;
        loop {
            interrupt::check()?;
            match copying.step(PAGES).told(doing)? {
                StepResult::Done => break,
                StepResult::More => progress.advance(PAGES.unsigned_abs().into()),
                _ => return Err(Fault::busy("somebody else holds the database").into()),
            }
        }
        drop(copying);
        drop(to);
        file.write_all_at(&JOURNAL.1, JOURNAL.0)?;
        progress.finish();
        Ok(Whole { catalog, health, rows })
    }

    /// Has the database to itself, with everything in its one file, until it is dropped.
    ///
    /// # Errors
    /// Busy when somebody else has it open.
    pub fn alone(&mut self) -> Result<()> {
        let connection = self.session.connection();
        let alone = || -> Result<bool> {
            if pragma(connection, "journal_mode")? == "wal" {
                pragma(connection, "journal_mode = DELETE")?;
            }
            let lock = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";
            connection.execute_batch(lock).told(|| "locking the database".into())?;
            Ok(pragma(connection, "journal_mode")? != "wal")
        };
        match alone() {
            Ok(true) => Ok(()),
            Err(error) if kind_of(&error) != Kind::Busy => Err(error),
            _ => Err(Fault::busy("another program has the database open")
                .hint("stop the CRM first, and whatever else works on it")
                .into()),
        }
    }
}
