//! Frames made ahead of their time: of bytes that stand in the file already, while others are still being written.

use super::FRAME;
use super::frame::Entry;
use super::pool::Pool;
use super::writer::Options;
use crate::fault::Result;
use crate::fingerprints::{digest, fresh_seed};
use crate::interrupt;
use anyhow::Context;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Frames that are ready, for the [`Writer`](super::Writer) to take wherever the bytes are still the same.
#[derive(Debug)]
pub struct Ahead {
    /// Where the frames are, one after the other.
    spool: File,
    seed: u64,
    made: Vec<Made>,
}

/// The frame of some bytes.
#[derive(Debug)]
struct Made {
    /// Tells whether bytes are those that the frame was made of: 64 bits under a seed of this process.
    plain: u64,
    entry: Entry,
    at: u64,
}

/// The first bytes of a database tell how much of it there is: they change to the end.
const FIRST: usize = 1;

impl Ahead {
    /// Compresses the whole frames among the first `settled` bytes of `database`, all but the first one, into `spool`,
    /// an empty file. Ends early, with what there is, as soon as `goes_on` says no.
    ///
    /// # Errors
    /// As those of [`Writer::push`](super::Writer::push), and when the database cannot be read.
    pub fn make(
        database: &File,
        settled: u64,
        spool: File,
        options: Options,
        goes_on: impl Fn() -> bool,
    ) -> Result<Self> {
        Self::with_frame(database, settled, spool, options, goes_on, FRAME)
    }

    /// The same with smaller frames, for tests.
    pub(super) fn with_frame(
        database: &File,
        settled: u64,
        spool: File,
        options: Options,
        goes_on: impl Fn() -> bool,
        frame: usize,
    ) -> Result<Self> {
        let seed = fresh_seed();
        let (mut plains, mut entries) = (Vec::new(), Vec::new());
        let mut pool = Pool::new(options.level, options.threads)?;
        let mut keep = |frame: &[u8], entry: Entry| {
            entries.push(entry);
            (&spool).write_all(frame).context("compressing ahead")
        };
        for number in FIRST as u64..settled / frame as u64 {
            interrupt::check()?;
            if !goes_on() {
                break;
            }
            let mut plain = vec![0; frame];
            let read = database.read_exact_at(&mut plain, number * frame as u64);
            read.context("reading the database to archive")?;
            plains.push(digest(seed, &plain));
            pool.give(Arc::new(plain), &mut keep)?;
        }
        pool.settle(&mut keep)?;
        let mut next = 0;
        let made = plains.into_iter().zip(entries).map(|(plain, entry)| {
            let at = next;
            next += u64::from(entry.compressed);
            Made { plain, entry, at }
        });
        Ok(Ahead { made: made.collect(), spool, seed })
    }

    /// Puts the frame of that number in place of what is in `frame`, where it was made of these very bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn take(&self, number: usize, plain: &[u8], frame: &mut Vec<u8>) -> Result<Option<Entry>> {
        let made = number.checked_sub(FIRST).and_then(|at| self.made.get(at));
        let Some(made) = made.filter(|made| made.plain == digest(self.seed, plain)) else { return Ok(None) };
        frame.resize(made.entry.compressed as usize, 0);
        self.spool.read_exact_at(frame, made.at).context("reading what was compressed ahead")?;
        Ok(Some(made.entry))
    }
}
