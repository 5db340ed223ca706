//! The engine's codes in words that an administrator knows.

use crate::fault::{Fault, Result, fault_of};
use crate::interrupt;
use rusqlite::ErrorCode;

/// Turns an engine's result into ours; `doing` says what was tried: `reading contact`.
pub trait Told<T> {
    /// Adds what was being done.
    ///
    /// # Errors
    /// The engine's own, in our words.
    fn told(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Told<T> for rusqlite::Result<T> {
    fn told(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| fault(&error, &doing()).into())
    }
}

/// The fault that an engine's error is.
pub fn fault(error: &rusqlite::Error, doing: &str) -> Fault {
    let Some(code) = error.sqlite_error_code() else {
        return Fault::unfinished(format!("{doing}: {error}"));
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Fault::busy(format!("{doing}: another program holds the database"))
                .hint("try again later, or wait longer with --lock-wait")
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Fault::damaged(format!("{doing}: the database is damaged")).hint("restore it from a backup")
        }
        ErrorCode::OperationInterrupted => match interrupt::check() {
            Err(stopped) => {
                fault_of(&stopped).cloned().unwrap_or_else(|| Fault::unfinished(stopped.to_string()))
            }
            Ok(()) => Fault::unfinished(format!("{doing}: it was stopped")),
        },
        ErrorCode::DiskFull => Fault::unfinished(format!("{doing}: no space is left on the disk")),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            Fault::unfinished(format!("{doing}: the file or its folder may not be written"))
        }
        ErrorCode::CannotOpen => Fault::unfinished(format!("{doing}: the file cannot be opened"))
            .hint("look at the rights on the file and its folder, and on the temporary folder (TMPDIR)"),
        ErrorCode::ConstraintViolation => Fault::refused(format!("{doing}: {}", constraint(error))),
        ErrorCode::OutOfMemory => Fault::unfinished(format!("{doing}: out of memory")),
        _ => Fault::unfinished(format!("{doing}: {}", text(error))),
    }
}

/// What a constraint said, without the value: the engine names only tables and columns here.
fn constraint(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

fn text(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}
