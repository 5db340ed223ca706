//! The proof that nothing of anybody came through: a finished archive, decoded and held against its source.
//!
//! Two things are searched. *Identifying* values (an e-mail address, a telephone number, a company's name, a line of
//! text) must be nowhere: not in the decoded bytes, not in any value. *Vocabulary* (a given name, a town, a date) is
//! everywhere in any French database, so it is compared row by row: what came out as it went in was not masked. The
//! same two searches are fed with the source's own rows, where they have to find something in every protected
//! column; a search that finds nothing there is broken, and proves nothing.
//!
//! No value is kept: originals are remembered as digests of 64 bits, in memory only.

mod compare;
mod copy;
mod leftover;
mod needles;
mod scan;
mod verdict;

pub use compare::hold_against_source;
pub use needles::{Collector, Needles};
pub use scan::Scanner;
pub use verdict::{Evidence, Seen};

use std::io::{self, Write};

/// Passes bytes on, and looks at each.
pub struct Watching<'a, W> {
    out: W,
    scanner: Scanner<'a>,
}

impl<'a, W: Write> Watching<'a, W> {
    /// Watches what goes to `out`.
    pub fn new(out: W, needles: &'a Needles) -> Self {
        Watching { out, scanner: Scanner::new(needles) }
    }

    /// How many originals were in the bytes, and how many bytes there were.
    pub fn finish(self) -> (u64, u64) {
        self.scanner.finish()
    }
}

impl<W: Write> Write for Watching<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.scanner.push(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
