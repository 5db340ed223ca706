//! The file below the engine: pages by their number, several at once where they lie side by side.

use super::damaged;
use crate::fault::{Fault, Result};
use crate::store::sqlite::format::{long, page_size};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;

const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER: usize = 100;
/// Where the header tells how much of each page is reserved, and how text is written.
const RESERVED: usize = 20;
const ENCODING: usize = 56;
const UTF_8: u32 = 1;
/// No page has fewer bytes that are used.
const LEAST_USABLE: usize = 480;

/// Bytes that are read at once, at most.
const SPAN: usize = 128 << 10;

/// A database file, to be read by pages.
pub struct PageFile<'a> {
    file: &'a File,
    size: usize,
    /// How many bytes of a page are used.
    pub usable: usize,
    count: u32,
}

impl<'a> PageFile<'a> {
    /// A file that has the usual shape, and text as UTF-8.
    pub fn of(file: &'a File) -> Option<Self> {
        let mut header = [0; HEADER];
        file.read_exact_at(&mut header, 0).ok()?;
        let size = page_size(&header)?;
        let usual = header.starts_with(MAGIC) && long(&header, ENCODING)? == UTF_8 && size.is_power_of_two();
        let usable =
            size.checked_sub(usize::from(header[RESERVED])).filter(|usable| *usable >= LEAST_USABLE)?;
        let count = u32::try_from(file.metadata().ok()?.len() / size as u64).ok()?;
        usual.then_some(PageFile { file, size, usable, count })
    }

    /// How many pages there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many pages are read at once, at most.
    pub fn at_once(&self) -> usize {
        (SPAN / self.size).max(1)
    }

    /// Reads pages that lie side by side into `room`, in place of what was there.
    ///
    /// # Errors
    /// Damaged where the file has no such pages.
    pub fn read(&self, first: u32, count: usize, room: &mut Vec<u8>, table: &str) -> Result<()> {
        if first == 0 || u64::from(first - 1) + count as u64 > u64::from(self.count) {
            return Err(damaged(table));
        }
        room.resize(count * self.size, 0);
        self.file.read_exact_at(room, u64::from(first - 1) * self.size as u64).map_err(|error| {
            match error.kind() {
                ErrorKind::UnexpectedEof => damaged(table),
                _ => Fault::unfinished(format!("reading {table}: {error}")).into(),
            }
        })
    }

    /// The page in which a byte of the file is, and where it is there.
    pub fn place_of(&self, byte: u64) -> (u32, usize) {
        let size = self.size as u64;
        (u32::try_from(byte / size + 1).unwrap_or(u32::MAX), (byte % size) as usize)
    }

    /// The used bytes of one of the pages that were read.
    pub fn page<'r>(&self, room: &'r [u8], at: usize) -> &'r [u8] {
        &room[at * self.size..][..self.usable]
    }
}
