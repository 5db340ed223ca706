//! The ledger: every administrative act, a line before it and a line after it, each chained to the last.
//!
//! It stands outside the database, is only ever added to, and holds ids and counts: no personal value, no secret, and
//! accounts by their key, never by their login. An act whose second line is missing was interrupted.

mod line;
mod read;

pub use line::{Actor, Counts, Event, Line};
pub use read::{Act, Broken, Ending, Reading, read};

use crate::fault::{self, Fault, Result};
use crate::publish::cannot_write;
use crate::state::{self, State, no_follow};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

/// The ledger's file in the state folder.
pub const FILE: &str = "ledger.jsonl";

/// The ledger, locked: no second command writes to it meanwhile.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    path: PathBuf,
    next: u64,
    previous: String,
}

/// What is about to be done.
#[derive(Debug, Clone, Default)]
pub struct Intent {
    /// The command's words: `temp-password`, `user disable`.
    pub command: String,
    /// Who does it.
    pub by: Actor,
    /// The accounts, by population and key.
    pub accounts: Vec<String>,
    /// The relations, by kind and id.
    pub relations: Vec<String>,
    /// How many of what.
    pub counts: Counts,
}

/// What an act turned out to be, for its second line.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many of what.
    pub counts: Counts,
    /// Accounts that nobody knew before, by population and key.
    pub accounts: Vec<String>,
    /// The act's random name.
    pub act: String,
    /// SHA-256 of the certificates that are written about it.
    pub certificates: Vec<String>,
    /// Whether it was done, and still owes something.
    pub owed: bool,
}

/// The name of an act that is about to be done.
#[derive(Debug)]
pub struct Name {
    act: String,
    /// Whether its first line is there already.
    is_begun: bool,
}

impl Name {
    fn new() -> Self {
        Name { act: line::new_name(), is_begun: false }
    }

    /// As the ledger writes it.
    pub fn as_str(&self) -> &str {
        &self.act
    }
}

impl Tally {
    fn status(&self) -> u8 {
        if self.owed { line::OWED } else { 0 }
    }
}

impl Ledger {
    /// Opens the ledger, makes it where there is none, and waits for another command to be done with it.
    ///
    /// # Errors
    /// Busy when another command keeps it; unfinished when it cannot be written: then nothing may be done.
    pub fn open(state: &State, wait: Duration) -> Result<Ledger> {
        let path = state.path(FILE);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(no_follow())
            .open(&path)
            .map_err(|error| cannot_write(&path, &error))?;
        state::lock(&file, wait)?;
        let mut ledger = Ledger { file, path, next: 1, previous: line::beginning(state.id()) };
        ledger.find_end()?;
        Ok(ledger)
    }

    /// Does something between two lines: what is about to be done, and how it ended. `work` tallies.
    ///
    /// # Errors
    /// Whatever `work` returns, after the ledger has noted it; unfinished when a line cannot be written. Without the
    /// first line nothing is done.
    pub fn perform<T>(&mut self, intent: &Intent, work: impl FnOnce(&mut Tally) -> Result<T>) -> Result<T> {
        self.perform_as(&Name::new(), intent, work)
    }

    /// The same under a name that is known before. An act of that name that was begun, and killed, is taken up: its
    /// first line stands, and its last one says who ended it.
    ///
    /// # Errors
    /// As [`Ledger::perform`].
    pub fn perform_as<T>(
        &mut self,
        name: &Name,
        intent: &Intent,
        work: impl FnOnce(&mut Tally) -> Result<T>,
    ) -> Result<T> {
        let act = name.act.as_str();
        if !name.is_begun {
            self.add(Line::intent(act, intent))?;
        }
        let mut tally = Tally { act: act.to_owned(), ..Tally::default() };
        let result = work(&mut tally);
        let status = result.as_ref().map_or_else(|error| fault::kind_of(error).status(), |_| tally.status());
        let by = name.is_begun.then(|| intent.by.clone());
        let noted = self.add(Line { by, ..Line::outcome(act, &intent.command, status, tally) });
        match (result, noted) {
            (Ok(_), Err(error)) => Err(error.context("it was done, but the ledger could not note it")),
            (result, _) => result,
        }
    }

    /// A name for an act: that of one that was begun, if it has not ended, or a new one.
    ///
    /// # Errors
    /// Unfinished when the ledger cannot be read.
    pub fn name(&mut self, begun: Option<String>) -> Result<Name> {
        let Some(act) = begun else { return Ok(Name::new()) };
        Ok(match self.last_of(&act)? {
            None => Name { act, is_begun: false },
            Some(Event::Intent) => Name { act, is_begun: true },
            Some(_) => Name::new(),
        })
    }

    /// What the last line of an act notes.
    fn last_of(&mut self, act: &str) -> Result<Option<Event>> {
        let text = self.text()?;
        let lines = text.split(|byte| *byte == b'\n').rev();
        let mut lines = lines.filter_map(|bytes| serde_json::from_slice::<Line>(bytes).ok());
        Ok(lines.find(|line| line.act == act).map(|line| line.event))
    }

    /// Goes on with an act that an earlier command began and did not end, or that still owes something: its next line
    /// says how it ended. One that cannot go on is left as it was.
    ///
    /// # Errors
    /// Whatever `work` returns; unfinished when the line cannot be written.
    pub fn go_on<T>(
        &mut self,
        act: &str,
        command: &str,
        by: &Actor,
        work: impl FnOnce(&mut Tally) -> Result<T>,
    ) -> Result<T> {
        let mut tally = Tally { act: act.to_owned(), ..Tally::default() };
        let result = work(&mut tally)?;
        let status = tally.status();
        let line = Line { by: Some(by.clone()), ..Line::outcome(act, command, status, tally) };
        self.add(line).map_err(|error| error.context("it was done, but the ledger could not note it"))?;
        Ok(result)
    }

    /// Notes that somebody was denied what they asked for.
    ///
    /// # Errors
    /// Unfinished when the line cannot be written.
    pub fn denied(&mut self, command: &str, by: &Actor) -> Result<()> {
        self.add(Line::denied(command, by))
    }

    fn text(&mut self) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_end(&mut text));
        read.map_err(|error| Fault::unfinished(format!("{} cannot be read: {error}", self.path.display())))?;
        Ok(text)
    }

    fn find_end(&mut self) -> Result<()> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(());
        }
        let whole = text.ends_with(b"\n");
        let body = if whole { &text[..text.len() - 1] } else { &text[..] };
        self.next = body.split(|byte| *byte == b'\n').count() as u64 + 1;
        let last = body.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        self.previous = line::digest_of(last);
        if !whole {
            // Another command was killed, or the disk was full, in the middle of a line.
            self.write(b"\n")?;
            self.add(Line::mended())?;
        }
        Ok(())
    }

    fn add(&mut self, line: Line) -> Result<()> {
        let line = Line { number: self.next, previous: self.previous.clone(), ..line };
        let mut text = serde_json::to_vec(&line)?;
        self.previous = line::digest_of(&text);
        self.next += 1;
        text.push(b'\n');
        self.write(&text)
    }

    /// One write for one line, and on the disk before anything else happens.
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).and_then(|()| self.file.sync_data()).map_err(|error| {
            let fault = cannot_write(&self.path, &error);
            fault.into()
        })
    }
}

#[cfg(test)]
mod tests;
