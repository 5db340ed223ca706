//! One connection, set up so that neither a hostile schema nor a spelling mistake can do harm.

use super::Options;
use super::errors::Told;
use super::file::Found;
use crate::fault::{Fault, Kind, Result};
use crate::interrupt;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// How many of the engine's steps pass between two looks at the signals.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// An open, guarded connection.
pub struct Session {
    connection: Connection,
}

impl Session {
    /// Opens what was found, for reading and writing where the rights allow it.
    ///
    /// Reading and writing, since a read-only connection to a database in WAL mode leaves files behind; what is only
    /// read is not written all the same.
    pub fn open(found: &Found, options: &Options) -> Result<Self> {
        let connection = connect(&found.path)?;
        Self::begin(connection, options, found.had_wal).map_err(|error| explain(error, found))
    }

    /// Sets the profile and reads the schema once, which is when damage, foreign locks and hot journals show.
    pub fn begin(connection: Connection, options: &Options, had_wal: bool) -> Result<Self> {
        let mut connection = connection;
        let setting_up = || "setting up the connection".to_owned();
        wait_for_locks(&mut connection, options.lock_wait)?;
        profile(&mut connection, options.triggers).told(setting_up)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, had_wal).told(setting_up)?;
        if options.unpublished {
            connection
                .execute_batch(
                    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF",
                )
                .told(|| "reading the schema".into())?;
        }
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .told(|| "reading the schema".into())?;
        Ok(Session { connection })
    }

    /// The connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// Opens a file that is there, of whatever it is.
pub fn connect(path: &Path) -> Result<Connection> {
    // The path is absolute, so it is never read as a URI or as `:memory:`; nothing is created.
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let writable = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE);
    writable
        .or_else(|_| Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY))
        .told(|| format!("opening {}", path.display()))
}

/// Settings for every connection, to a file of a stranger as to our own.
pub fn profile(connection: &mut Connection, triggers: bool) -> rusqlite::Result<()> {
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        // A misspelt quoted column would otherwise become a string that matches every row.
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, triggers),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, triggers),
    ] {
        connection.set_db_config(setting, on)?;
    }
    connection.execute_batch(
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;",
    )?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(|| interrupt::check().is_err()))
}

fn wait_for_locks(connection: &mut Connection, wait: Duration) -> Result<()> {
    let mut since = Instant::now();
    let patience = move |tries: i32| {
        if tries == 0 {
            since = Instant::now();
        }
        if interrupt::signal().is_some() || since.elapsed() >= wait {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20).min(wait));
        true
    };
    connection.busy_handler(Some(patience)).told(|| "setting up the connection".into())
}

/// Says which file it was, and what usually helps.
fn explain(error: anyhow::Error, found: &Found) -> anyhow::Error {
    let shown = found.path.display();
    let Some(fault) = crate::fault::fault_of(&error) else { return error };
    let mut fault = fault.clone();
    fault.what = format!("{shown}: {}", fault.what);
    if fault.kind == Kind::Unfinished && found.had_journal {
        fault.what = format!(
            "{shown} needs to be rolled back (another program left a transaction unfinished), and its folder may not be written"
        );
        fault = fault
            .hint("run as somebody who may write the folder, or copy the file together with its -journal");
    } else if fault.kind == Kind::Unfinished && fault.hint.is_none() {
        fault = fault.hint("look at the rights on the file and its folder");
    }
    Fault::into(fault)
}
