//! The file behind the engine's back: pages leave in the order of their numbers, in big pieces.

use crate::fault::{Fault, Result};
use crate::store::sqlite::format::page_size;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Bytes that are gathered before they are written.
const PIECE: usize = 1 << 20;
/// The byte that the engine locks: the page that has it is never used.
const LOCKED_BYTE: usize = 1 << 30;
/// Where the header tells how often the file was changed, how many pages it has, and when that was last true.
const CHANGES: usize = 24;
const COUNT: usize = 28;
const COUNTED_AT: usize = 92;
const HEADER: usize = 100;
/// Where it tells how much of each page is reserved, and by which rules the schema is read.
const RESERVED: usize = 20;
const SCHEMA_FORMAT: usize = 44;
const SELF_VACUUM: usize = 52;

/// A database file, to be written at its end.
pub struct Output {
    file: Arc<File>,
    page_size: usize,
    locked: u32,
    /// The number that the next page gets.
    next: u32,
    /// Pages that are not written yet, and the number of the first.
    waiting: Vec<u8>,
    first: u32,
    changed: bool,
}

impl Output {
    /// A file that has pages of this size.
    pub fn new(file: File, page_size: usize) -> Self {
        let locked = (LOCKED_BYTE / page_size + 1) as u32;
        Output {
            file: Arc::new(file),
            page_size,
            locked,
            next: 1,
            waiting: Vec::new(),
            first: 1,
            changed: false,
        }
    }

    /// Another page is never used.
    #[cfg(test)]
    pub fn lock_page(&mut self, number: u32) {
        self.locked = number;
    }

    /// The file, to read what is there already.
    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> usize {
        self.page_size
    }

    /// Takes the file up where the engine has left it.
    pub fn take_up(&mut self) -> Result<()> {
        let last = number(&header_of(&self.file)?, COUNT);
        self.next = self.after(last)?;
        self.changed = false;
        Ok(())
    }

    /// Leaves the file to the engine, which notices that it was changed.
    pub fn leave(&mut self) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        self.flush()?;
        let mut header = header_of(&self.file)?;
        let changes = number(&header, CHANGES).wrapping_add(1);
        let unused = if self.next - 1 == self.locked { 2 } else { 1 };
        for (at, value) in [(CHANGES, changes), (COUNT, self.next - unused), (COUNTED_AT, changes)] {
            header[at..at + 4].copy_from_slice(&value.to_be_bytes());
        }
        self.changed = false;
        self.file.write_all_at(&header, 0).map_err(told)
    }

    /// Leaves the file as it was taken up: what was added since is cut off. Nothing may have been put anywhere else.
    pub fn give_up(&mut self) -> Result<()> {
        self.waiting.clear();
        self.changed = false;
        let count = number(&header_of(&self.file)?, COUNT);
        self.file.set_len(self.place_of(count + 1)).map_err(told)
    }

    /// Adds a page at the end, filled up with zeros; returns its number.
    pub fn append(&mut self, parts: &[&[u8]]) -> Result<u32> {
        let number = self.next;
        self.next = self.after(number)?;
        if self.waiting.is_empty() {
            self.first = number;
        }
        let end = self.waiting.len() + self.page_size;
        parts.iter().for_each(|part| self.waiting.extend_from_slice(part));
        self.waiting.resize(end, 0);
        self.changed = true;
        if self.waiting.len() >= PIECE || self.next != number + 1 {
            self.flush()?;
        }
        Ok(number)
    }

    /// The numbers that the next two pages get.
    pub fn upcoming(&self) -> Result<(u32, u32)> {
        Ok((self.next, self.after(self.next)?))
    }

    /// Writes a page that is there already.
    pub fn put(&mut self, number: u32, page: &[u8]) -> Result<()> {
        self.changed = true;
        if number < self.first {
            return self.file.write_all_at(page, self.place_of(number)).map_err(told);
        }
        let start = (number - self.first) as usize * self.page_size;
        match self.waiting.get_mut(start..start + self.page_size) {
            Some(waiting) => waiting.copy_from_slice(page),
            None => self.file.write_all_at(page, self.place_of(number)).map_err(told)?,
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.waiting.is_empty() {
            self.file.write_all_at(&self.waiting, self.place_of(self.first)).map_err(told)?;
            self.waiting.clear();
        }
        Ok(())
    }

    fn after(&self, number: u32) -> Result<u32> {
        let next = number.checked_add(1).filter(|next| *next < u32::MAX - 1);
        let next =
            next.ok_or_else(|| Fault::unfinished("the new database has more pages than one can have"))?;
        Ok(if next == self.locked { next + 1 } else { next })
    }

    fn place_of(&self, number: u32) -> u64 {
        u64::from(number - 1) * self.page_size as u64
    }
}

/// The size of a file's pages, where it has the shape that all new ones have: nothing reserved, no map of pages that
/// could move, and a schema in which columns may descend.
pub fn understood_page_size(file: &File) -> Result<Option<usize>> {
    let header = header_of(file)?;
    let usual =
        header[RESERVED] == 0 && number(&header, SELF_VACUUM) == 0 && number(&header, SCHEMA_FORMAT) == 4;
    Ok(page_size(&header).filter(|_| usual))
}

fn header_of(file: &File) -> Result<[u8; HEADER]> {
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0).map_err(told)?;
    Ok(header)
}

fn number(header: &[u8; HEADER], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

/// An error of the file, in the words that the engine's errors get.
pub fn told(error: io::Error) -> anyhow::Error {
    let why = match error.kind() {
        ErrorKind::StorageFull => "no space is left on the disk".to_owned(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        _ => error.to_string(),
    };
    Fault::unfinished(format!("writing the new database: {why}")).into()
}
