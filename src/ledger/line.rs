//! One line of the ledger: what it says, and how it is chained to the line before.

use super::{Intent, Tally};
use crate::digest::digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The exit status of what was done, and still owes something.
pub(super) const OWED: u8 = 8;

/// How many of what: accounts, sessions, rows.
pub type Counts = BTreeMap<String, u64>;

/// Who acted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The number of the operating system's user.
    pub user_id: u32,
    /// The name of the operating system's user, where the system knows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The account of `--as`, by population and key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether that account's password was verified.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proven: bool,
}

impl Actor {
    /// The operating system's user who runs this program.
    pub fn system() -> Actor {
        let user_id = rustix::process::getuid().as_raw();
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name_of = |line: &str| {
            let mut parts = line.split(':');
            let (name, id) = (parts.next()?, parts.nth(1)?);
            (id == user_id.to_string()).then(|| name.to_owned())
        };
        Actor { user_id, user: users.lines().find_map(name_of), ..Actor::default() }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.user {
            Some(user) => f.write_str(user)?,
            None => write!(f, "user {}", self.user_id)?,
        }
        match (&self.account, self.proven) {
            (Some(account), true) => write!(f, " as {account}"),
            (Some(account), false) => write!(f, " as {account} (unproven)"),
            (None, _) => Ok(()),
        }
    }
}

/// What a line notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Something is about to be done.
    Intent,
    /// It was done.
    Done,
    /// It was not done, and nothing was changed.
    Failed,
    /// Somebody was not allowed to do it.
    Denied,
    /// The line before was cut off, and this one says so.
    Mended,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The act that it belongs to, by a random name.
    pub act: String,
    /// What it notes.
    pub event: Event,
    /// When, in UTC to the second.
    pub at: String,
    /// The command's words.
    pub command: String,
    /// Who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// The accounts, by population and key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// The relations, by kind and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<String>,
    /// How many of what.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub counts: Counts,
    /// SHA-256 of the certificates that were written about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// The exit status that the act led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u8>,
    /// SHA-256 of the line before, without its line end; of the state's id before the first.
    pub previous: String,
}

impl Line {
    fn of(event: Event, act: &str, command: &str) -> Line {
        let now = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default();
        Line {
            number: 0,
            act: act.to_owned(),
            event,
            at: now.to_string(),
            command: command.to_owned(),
            by: None,
            accounts: Vec::new(),
            relations: Vec::new(),
            counts: Counts::new(),
            certificates: Vec::new(),
            status: None,
            previous: String::new(),
        }
    }

    pub(super) fn intent(act: &str, intent: &Intent) -> Line {
        Line {
            by: Some(intent.by.clone()),
            accounts: intent.accounts.clone(),
            relations: intent.relations.clone(),
            counts: intent.counts.clone(),
            ..Line::of(Event::Intent, act, &intent.command)
        }
    }

    pub(super) fn outcome(act: &str, command: &str, status: u8, tally: Tally) -> Line {
        let event = if matches!(status, 0 | OWED) { Event::Done } else { Event::Failed };
        Line {
            counts: tally.counts,
            accounts: tally.accounts,
            certificates: tally.certificates,
            status: Some(status),
            ..Line::of(event, act, command)
        }
    }

    pub(super) fn denied(command: &str, by: &Actor) -> Line {
        let act = new_name();
        Line { by: Some(by.clone()), status: Some(10), ..Line::of(Event::Denied, &act, command) }
    }

    pub(super) fn mended() -> Line {
        Line::of(Event::Mended, &new_name(), "ledger")
    }
}

/// A random name for an act.
pub(super) fn new_name() -> String {
    format!("{:016x}", rand::random::<u64>())
}

/// What the first line is chained to.
pub(super) fn beginning(state_id: &str) -> String {
    digest_of(state_id.as_bytes())
}

/// SHA-256 in hexadecimal.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    digest(bytes).to_string()
}
