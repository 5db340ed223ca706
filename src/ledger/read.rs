//! Reading the ledger: is the chain whole, and how did each act end?

use super::line::{self, Counts, Event, Line};
use super::{Actor, FILE};
use crate::fault::Result;
use crate::state::State;
use serde::Serialize;
use std::fs::{File, TryLockError};

/// The ledger as it is.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The acts, oldest first.
    pub acts: Vec<Act>,
    /// How many lines there are.
    pub lines: u64,
    /// The first place where the chain does not hold.
    pub broken: Option<Broken>,
}

/// Where and why the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: &'static str,
}

/// One act: its two lines, or the one that there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// What kind of row this is in a list.
    pub kind: &'static str,
    /// The act's random name.
    pub id: String,
    /// When it began.
    pub at: String,
    /// The command's words.
    pub command: String,
    /// Who acted.
    pub by: Option<Actor>,
    /// The accounts, by population and key.
    pub accounts: Vec<String>,
    /// The relations, by kind and id.
    pub relations: Vec<String>,
    /// How many of what: as planned, and then as done.
    pub counts: Counts,
    /// How it ended.
    pub ending: Ending,
    /// SHA-256 of the certificates that were written about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// The exit status that it led to.
    pub status: Option<u8>,
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It was done.
    Done,
    /// It was not done, and nothing was changed.
    Failed,
    /// Somebody was not allowed to do it.
    Denied,
    /// It has not ended yet: the command is at work.
    UnderWay,
    /// It was interrupted, by a kill or a power cut: the database changed wholly or not at all.
    Interrupted,
}

impl Ending {
    /// The ending in a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Failed => "failed",
            Ending::Denied => "denied",
            Ending::UnderWay => "under way",
            Ending::Interrupted => "interrupted",
        }
    }
}

/// Reads the ledger of a state, however broken it is. One that is not there is empty.
///
/// # Errors
/// Unfinished when it cannot be read.
pub fn read(state: &State) -> Result<Reading> {
    let at_work = File::open(state.path(FILE))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
    let text = state.read(FILE)?.unwrap_or_default();
    let mut reading = reading(&text, &line::beginning(state.id()));
    if at_work && let Some(last) = reading.acts.last_mut().filter(|act| act.ending == Ending::Interrupted) {
        last.ending = Ending::UnderWay;
    }
    Ok(reading)
}

fn reading(text: &[u8], beginning: &str) -> Reading {
    let mut reading = Reading::default();
    let mut expected = beginning.to_owned();
    let mut torn = None;
    for bytes in text.split_inclusive(|byte| *byte == b'\n') {
        reading.lines += 1;
        let number = reading.lines;
        let (bytes, whole) = match bytes.strip_suffix(b"\n") {
            Some(bytes) => (bytes, true),
            None => (bytes, false),
        };
        let mut wrong = |line, why| {
            reading.broken.get_or_insert(Broken { line, why });
        };
        match serde_json::from_slice::<Line>(bytes).ok().filter(|_| whole) {
            None => {
                if let Some(line) = torn.replace(number) {
                    wrong(line, "it is no line of a ledger");
                }
            }
            Some(line) => {
                if let Some(torn) = torn.take()
                    && line.event != Event::Mended
                {
                    wrong(torn, "it is no line of a ledger");
                }
                if line.previous != expected {
                    wrong(number, "the line before it is not the one it was chained to");
                }
                if line.number != number {
                    wrong(number, "its number is another");
                }
                reading.take(line);
            }
        }
        expected = line::digest_of(bytes);
    }
    if let Some(line) = torn {
        reading.broken.get_or_insert(Broken { line, why: "it is cut off or is no line of a ledger" });
    }
    reading
}

impl Reading {
    fn take(&mut self, line: Line) {
        let ending = match line.event {
            Event::Intent => Ending::Interrupted,
            Event::Done => Ending::Done,
            Event::Failed => Ending::Failed,
            Event::Denied => Ending::Denied,
            Event::Mended => return,
        };
        let begun = self.acts.iter_mut().rev().find(|act| act.id == line.act);
        match begun {
            Some(act) if line.event != Event::Intent => {
                act.ending = ending;
                act.status = line.status;
                act.counts.extend(line.counts);
                act.accounts.extend(line.accounts);
                act.certificates.extend(line.certificates);
            }
            _ => self.acts.push(Act {
                kind: "act",
                id: line.act,
                at: line.at,
                command: line.command,
                by: line.by,
                accounts: line.accounts,
                relations: line.relations,
                counts: line.counts,
                ending,
                certificates: line.certificates,
                status: line.status,
            }),
        }
    }

    /// The act of which this is a certificate's SHA-256.
    pub fn certified(&self, digest: &str) -> Option<&Act> {
        self.acts.iter().find(|act| act.certificates.iter().any(|known| known == digest))
    }

    /// The acts that were interrupted.
    pub fn interrupted(&self) -> usize {
        self.acts.iter().filter(|act| act.ending == Ending::Interrupted).count()
    }
}
