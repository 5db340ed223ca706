//! The pages as they lie in the file, and as a transaction sees them.

use super::pages::Pages;
use super::pragma;
use crate::fault::{Fault, Result};
use crate::store::sqlite::errors::Told;
use rusqlite::Connection;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// The pages as they lie in the file.
pub struct RawPages<'a> {
    pub file: &'a File,
    /// Bytes of a page.
    pub size: usize,
    /// Bytes of the file.
    pub bytes: u64,
}

impl RawPages<'_> {
    /// Reads as many pages as there is room for, beginning with this one; the room is cut where the file ends.
    pub fn read_many(&self, first: u32, room: &mut Vec<u8>) -> Result<()> {
        let left = self.count().saturating_sub(first - 1) as usize * self.size;
        room.truncate(left);
        self.read_at(first, room)
    }

    /// Reads the beginning of a page, or all of it.
    pub fn read_at(&self, page: u32, room: &mut [u8]) -> Result<()> {
        let at = u64::from(page.saturating_sub(1)) * self.size as u64;
        self.file
            .read_exact_at(room, at)
            .map_err(|error| Fault::unfinished(format!("page {page} cannot be read: {error}")).into())
    }
}

impl Pages for RawPages<'_> {
    fn read(&self, page: u32) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.size];
        self.read_at(page, &mut bytes)?;
        Ok(bytes)
    }

    fn count(&self) -> u32 {
        (self.bytes / self.size as u64) as u32
    }
}

/// The pages as a transaction sees them.
pub struct OpenPages<'a> {
    pub connection: &'a Connection,
}

impl Pages for OpenPages<'_> {
    fn read(&self, page: u32) -> Result<Vec<u8>> {
        self.connection
            .prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")
            .and_then(|mut statement| statement.query_row([page], |row| row.get(0)))
            .told(|| format!("reading page {page}"))
    }

    fn count(&self) -> u32 {
        pragma(self.connection, "page_count").ok().and_then(|count| count.parse().ok()).unwrap_or(0)
    }
}
