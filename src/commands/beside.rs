//! Names beside a database that its engine takes for a log of it: no result may come to stand under one, or next to one.

use crate::fault::{Fault, Result};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// What the engine adds to a database's name for the files that it keeps beside it.
const ADDED: [&str; 3] = ["-wal", "-journal", "-shm"];

/// Refuses a new database's name beside which a log lies: the engine would play it into the new database.
///
/// # Errors
/// Refused, naming the log.
pub fn refuse_leftovers(database: &Path) -> Result<()> {
    for added in ADDED {
        let mut name = OsString::from(database.as_os_str());
        name.push(added);
        let beside = PathBuf::from(name);
        if std::fs::symlink_metadata(&beside).is_ok() {
            return Err(Fault::refused(format!("{} is there already", beside.display()))
                .hint("it belongs to another database: choose another name")
                .into());
        }
    }
    Ok(())
}

/// Refuses a result's name that would make it the log of a database that is there.
///
/// # Errors
/// Refused, naming the database.
pub fn refuse_log_names(result: &Path) -> Result<()> {
    for added in ADDED {
        let Some(name) = result.as_os_str().as_bytes().strip_suffix(added.as_bytes()) else { continue };
        let database = PathBuf::from(OsString::from_vec(name.to_vec()));
        if database.is_file() {
            let (result, database) = (result.display(), database.display());
            return Err(Fault::refused(format!("{result} would be taken for a log of {database}"))
                .hint("choose another name")
                .into());
        }
    }
    Ok(())
}
