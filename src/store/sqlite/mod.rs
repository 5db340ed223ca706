//! SQLite behind the store's door. The only home of rusqlite.
#![allow(clippy::disallowed_methods, reason = "this is where databases are opened")]

mod builder;
mod catalog;
mod checker;
mod columns;
mod errors;
mod file;
mod format;
mod health;
mod leaves;
mod pages;
mod rules;
mod scrub;
mod search;
mod search_index;
mod session;
mod snapshot;
mod sql;
mod transaction;
mod unseen;
mod whole;
mod words;

pub use builder::{NewDatabase, NewFile};
pub use file::what_is;
pub use leaves::lies_across;
pub use whole::Whole;

use super::{Catalog, Snapshot, Store, Transaction};
use crate::fault::{Fault, Result};
use errors::Told;
use rusqlite::Connection;
use scrub::pragma;
use session::Session;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for somebody else's lock.
    pub lock_wait: Duration,
    /// Whether triggers run when rows are written. Only for schemas whose triggers are known: one of a stranger can
    /// promote an account.
    pub triggers: bool,
    /// Whether nobody else has the file, and it is thrown away whenever anything goes wrong: then no journal is laid
    /// beside it, which a kill would leave behind.
    pub unpublished: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { lock_wait: Duration::from_secs(5), triggers: false, unpublished: false }
    }
}

/// An SQLite file.
pub struct Sqlite {
    session: Session,
    path: PathBuf,
    names: u64,
    notes: Vec<String>,
    /// The file itself, once it was read beside the engine: after the session, since closing it drops the engine's locks.
    raw: Option<std::fs::File>,
    /// Which file that is, where its name says so.
    identity: Option<file::Identity>,
    /// Whether nobody else has the file, which may have lost its name by now.
    unpublished: bool,
}

impl Sqlite {
    /// Opens a database that exists. Nothing is created, and a source that is only read is not written.
    ///
    /// # Errors
    /// Missing when there is no such file, damaged when it is no sound SQLite database, busy when it stays locked.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let found = file::find(path)?;
        let session = Session::open(&found, options)?;
        let mut notes = found.notes();
        if found.had_journal && !found.journal_is_there() {
            notes.push(format!(
                "{} was rolled back: another program had left a transaction unfinished",
                found.path.display()
            ));
        }
        Ok(Sqlite {
            session,
            names: found.names,
            path: found.path,
            notes,
            raw: None,
            identity: Some(found.identity),
            unpublished: options.unpublished,
        })
    }

    /// Keeps the file itself at hand, of a database that is about to lose its name.
    pub fn keep_file(&mut self, file: std::fs::File) {
        self.raw = Some(file);
    }

    /// Where the database really is, links resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets triggers run from now on. Only once the map has acknowledged each of them.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn let_triggers_run(&mut self) -> Result<()> {
        self.session.let_triggers_run()
    }

    /// What the user should know about how it was opened: a link that was followed, a recovery.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Store for Sqlite {
    fn catalog(&mut self) -> Result<Catalog> {
        catalog::read(self.session.connection())
    }

    fn reading_holds_up_writers(&mut self) -> Result<bool> {
        let mode: String = self
            .session
            .connection()
            .query_row("PRAGMA main.journal_mode", [], |row| row.get(0))
            .told(|| "reading the journal mode".into())?;
        Ok(mode != "wal")
    }

    fn snapshot(&mut self) -> Result<Box<dyn Snapshot + '_>> {
        if let (None, Some(identity)) = (&self.raw, self.identity) {
            self.raw = identity.open(&self.path);
        }
        let moment = snapshot::Moment::begin(&self.session)?;
        // What no log has belongs to nobody's log: writers add to it from now on, and leave the file alone.
        let has_log = file::has_content(&file::beside(&self.path, "-wal"));
        Ok(Box::new(moment.beside(self.raw.as_ref().filter(|_| !has_log))))
    }

    fn transaction(&mut self) -> Result<Box<dyn Transaction + '_>> {
        if self.names > 1 {
            // The journal would lie beside one name only, and a crash would damage what the other names show.
            return Err(Fault::refused(format!("{} has {} names", self.path.display(), self.names))
                .hint("write to a database that has one name: remove its other hard links")
                .into());
        }
        Ok(Box::new(transaction::Change::begin(self.session.connection())?))
    }
}

/// A database that is opened by its name before it is there: once this is made, the name may go.
pub struct Awaited {
    connection: Connection,
    path: PathBuf,
}

impl Awaited {
    /// Opens an empty file of one's own, into which a whole database will be written.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn at(path: &Path) -> Result<Self> {
        Ok(Awaited { connection: session::connect(path)?, path: path.to_owned() })
    }

    /// The database, now that it is there.
    ///
    /// # Errors
    /// Damaged when it is no sound database.
    pub fn arrived(self) -> Result<Sqlite> {
        let session = Session::begin(self.connection, &Options::default(), false)?;
        Ok(Sqlite {
            session,
            path: self.path,
            names: 0,
            notes: Vec::new(),
            raw: None,
            identity: None,
            unpublished: false,
        })
    }
}

/// The version of the engine, as it goes into a manifest.
pub fn engine_version() -> String {
    format!("SQLite {}", rusqlite::version())
}
