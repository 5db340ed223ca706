//! What went wrong, for a person and for a script: one error type, and the one table of exit statuses.

use std::fmt;

/// Why a command did not do what it was asked.
///
/// Each kind has one exit status, which scripts rely on; the table is in [`Kind::status`] and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It could not be finished: no rights, no room, an engine that refused.
    Unfinished,
    /// The command line, the configuration or a map's TOML cannot be understood.
    Usage,
    /// A rule said no, and nothing was changed.
    Refused,
    /// There is no such user, relation, archive, database or table.
    Missing,
    /// Somebody else holds the database; the same call may succeed later.
    Busy,
    /// The file is damaged, or is not what it was taken for.
    Damaged,
    /// A question was answered with no, or a secret was not delivered.
    Unconfirmed,
    /// Wrong password, key or profile.
    Denied,
    /// A signal asked to stop; what was under way has been rolled back. The number is the signal's.
    Stopped(i32),
}

impl Kind {
    /// The exit status of this kind. Statuses 0, 3 and 8 belong to [`Outcome`].
    pub fn status(self) -> u8 {
        match self {
            Kind::Unfinished => 1,
            Kind::Usage => 2,
            Kind::Refused => 4,
            Kind::Missing => 5,
            Kind::Busy => 6,
            Kind::Damaged => 7,
            Kind::Unconfirmed => 9,
            Kind::Denied => 10,
            Kind::Stopped(signal) => 128 + signal as u8,
        }
    }

    /// The kind's name in JSON errors. Stable.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Unfinished => "unfinished",
            Kind::Usage => "usage",
            Kind::Refused => "refused",
            Kind::Missing => "missing",
            Kind::Busy => "busy",
            Kind::Damaged => "damaged",
            Kind::Unconfirmed => "unconfirmed",
            Kind::Denied => "denied",
            Kind::Stopped(_) => "stopped",
        }
    }
}

/// How a command that worked ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or nothing to do: status 0.
    Done,
    /// The check worked and found something: status 3.
    Findings,
    /// Done, but something is still owed: status 8.
    Owed,
}

/// What every command returns.
pub type Result<T, E = anyhow::Error> = anyhow::Result<T, E>;

/// An error with its kind, what failed, and what to do about it.
///
/// `what` starts in lower case, names the thing that failed and has no full stop. Never put a value of the database
/// or a secret into one.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Decides the exit status.
    pub kind: Kind,
    /// What failed, and why.
    pub what: String,
    /// What to do now.
    pub hint: Option<String>,
    /// Lines to show below, as they are: what to add to a map, what was found where.
    pub details: Vec<String>,
}

impl Fault {
    /// A fault of any kind; the named constructors below read better.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Fault { kind, what: what.into(), hint: None, details: Vec::new() }
    }

    /// See [`Kind::Unfinished`].
    pub fn unfinished(what: impl Into<String>) -> Self {
        Self::new(Kind::Unfinished, what)
    }

    /// See [`Kind::Usage`].
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// See [`Kind::Refused`].
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Kind::Refused, what)
    }

    /// See [`Kind::Missing`].
    pub fn missing(what: impl Into<String>) -> Self {
        Self::new(Kind::Missing, what)
    }

    /// See [`Kind::Busy`].
    pub fn busy(what: impl Into<String>) -> Self {
        Self::new(Kind::Busy, what)
    }

    /// See [`Kind::Damaged`].
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::new(Kind::Damaged, what)
    }

    /// A machine that gives no thread: the limits are too narrow.
    pub fn no_thread(error: std::io::Error) -> Self {
        Self::unfinished(format!("no thread can be had: {error}"))
    }

    /// A thread that is gone; `what` is what it does: `writes`.
    pub fn thread_stopped(what: &str) -> Self {
        Self::unfinished(format!("a thread that {what} stopped before its time"))
    }

    /// See [`Kind::Unconfirmed`].
    pub fn unconfirmed(what: impl Into<String>) -> Self {
        Self::new(Kind::Unconfirmed, what)
    }

    /// Says what to do now.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds lines that are shown below the message.
    pub fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

/// The fault inside an error, if it has one, whatever context was put around it.
pub fn fault_of(error: &anyhow::Error) -> Option<&Fault> {
    error.downcast_ref::<Fault>()
}

/// The kind of an error; what nobody classified could not be finished.
pub fn kind_of(error: &anyhow::Error) -> Kind {
    fault_of(error).map_or(Kind::Unfinished, |fault| fault.kind)
}

/// The exit status of a command's result.
pub fn exit_status(result: &Result<Outcome>) -> u8 {
    match result {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Findings) => 3,
        Ok(Outcome::Owed) => 8,
        Err(error) => kind_of(error).status(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn every_status_is_the_one_in_the_manual() {
        let of = |kind| exit_status(&Err(Fault::new(kind, "x").into()));
        assert_eq!(exit_status(&Ok(Outcome::Done)), 0);
        assert_eq!(of(Kind::Unfinished), 1);
        assert_eq!(of(Kind::Usage), 2);
        assert_eq!(exit_status(&Ok(Outcome::Findings)), 3);
        assert_eq!(of(Kind::Refused), 4);
        assert_eq!(of(Kind::Missing), 5);
        assert_eq!(of(Kind::Busy), 6);
        assert_eq!(of(Kind::Damaged), 7);
        assert_eq!(exit_status(&Ok(Outcome::Owed)), 8);
        assert_eq!(of(Kind::Unconfirmed), 9);
        assert_eq!(of(Kind::Denied), 10);
        assert_eq!([1, 2, 15].map(|signal| of(Kind::Stopped(signal))), [129, 130, 143]);
    }

    #[test]
    fn context_does_not_hide_the_kind() {
        let error: Result<()> = Err(Fault::busy("the database is locked").into());
        let error = error.context("reading t").context("backing up").unwrap_err();
        assert_eq!(kind_of(&error), Kind::Busy);
        assert_eq!(kind_of(&anyhow::anyhow!("anything")), Kind::Unfinished);
    }
}
