//! Sorted entries that memory has no room for, in a file without a name. They are masked values, no originals.

use super::keys::{LENGTHS, lengths, parts};
use super::output::told;
use crate::fault::Result;
use crate::publish;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// Bytes that are gathered before they are written.
const PIECE: usize = 1 << 20;
/// Bytes that are read at once, of all runs together and of one.
const READ_IN_ALL: usize = 4 << 20;
const READ: std::ops::RangeInclusive<usize> = 4 << 10..=64 << 10;

/// The file, once it is needed.
pub struct Spill {
    folder: PathBuf,
    file: Option<File>,
    end: u64,
}

/// Where a run is.
pub struct Run {
    start: u64,
    end: u64,
}

impl Spill {
    /// A file that will be in this folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Spill { folder, file: None, end: 0 }
    }

    /// Writes a run.
    pub fn write<'a>(&mut self, entries: impl Iterator<Item = &'a [u8]>) -> Result<Run> {
        if self.file.is_none() {
            self.file = Some(publish::unnamed_in(&self.folder)?);
        }
        let start = self.end;
        let mut waiting = Vec::with_capacity(PIECE);
        for entry in entries {
            waiting.extend_from_slice(entry);
            if waiting.len() >= PIECE {
                self.flush(&mut waiting)?;
            }
        }
        self.flush(&mut waiting)?;
        Ok(Run { start, end: self.end })
    }

    fn flush(&mut self, waiting: &mut Vec<u8>) -> Result<()> {
        if let Some(file) = &self.file {
            file.write_all_at(waiting, self.end).map_err(told)?;
            self.end += waiting.len() as u64;
            waiting.clear();
        }
        Ok(())
    }

    /// Reads a run, one of so many that are read together.
    pub fn read(&self, run: &Run, together: usize) -> Reader<'_> {
        let most = (READ_IN_ALL / together).clamp(*READ.start(), *READ.end());
        Reader {
            file: self.file.as_ref(),
            next: run.start,
            end: run.end,
            most,
            bytes: Vec::new(),
            at: 0,
            length: 0,
        }
    }

    /// Forgets all runs, and gives their room back.
    pub fn clear(&mut self) -> Result<()> {
        if let Some(file) = &self.file {
            file.set_len(0).map_err(told)?;
        }
        self.end = 0;
        Ok(())
    }
}

/// Reads a run, entry by entry.
pub struct Reader<'a> {
    file: Option<&'a File>,
    /// What is not read yet.
    next: u64,
    end: u64,
    /// Bytes that are read at once.
    most: usize,
    bytes: Vec<u8>,
    /// The entry, among the bytes.
    at: usize,
    length: usize,
}

impl Reader<'_> {
    /// Goes to the next entry, if there is one.
    pub fn advance(&mut self) -> Result<bool> {
        self.at += self.length;
        self.length = 0;
        if self.at == self.bytes.len() && self.next == self.end {
            return Ok(false);
        }
        self.have(LENGTHS)?;
        let (key, record) = lengths(&self.bytes[self.at..]);
        self.length = LENGTHS + key + record;
        self.have(self.length)?;
        Ok(true)
    }

    /// The key and the record of the entry.
    pub fn entry(&self) -> (&[u8], &[u8]) {
        parts(&self.bytes[self.at..self.at + self.length])
    }

    /// Reads on until there are so many bytes.
    fn have(&mut self, length: usize) -> Result<()> {
        let there = self.bytes.len() - self.at;
        let Some(file) = self.file.filter(|_| there < length) else { return Ok(()) };
        self.bytes.drain(..self.at);
        self.at = 0;
        let more = ((length - there).max(self.most) as u64).min(self.end - self.next) as usize;
        self.bytes.resize(there + more, 0);
        file.read_exact_at(&mut self.bytes[there..], self.next).map_err(told)?;
        self.next += more as u64;
        Ok(())
    }
}
