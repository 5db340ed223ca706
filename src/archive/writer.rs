//! Writes an archive: bytes of a database go in, frames and the trailer come out.

use super::ahead::Ahead;
use super::frame::Entry;
use super::hashing::Hashing;
use super::header::{self, Pages};
use super::pool::Pool;
use super::{FRAME, Manifest, trailer};
use crate::digest::Digest;
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::progress::Progress;
use anyhow::Context;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// How to compress.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// zstd's level, from 1 (fast) to 19 (small).
    pub level: i32,
    /// How many threads compress. Each one holds two frames of 4 MiB.
    pub threads: usize,
}

impl Default for Options {
    /// Level 3, and as many threads as the machine has for us, up to four.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(4));
        Options { level: 3, threads }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The number of data frames.
    pub frames: u64,
    /// The length of the database in bytes.
    pub decoded_bytes: u64,
    /// The length of the archive in bytes.
    pub file_bytes: u64,
    /// The SHA-256 of the database.
    pub sha256: Digest,
}

/// An archive being written.
///
/// Dropping it before [`Writer::finish`] stops the threads and leaves a file that no reader accepts. After an error
/// every further call is an error.
pub struct Writer<W: Write> {
    frames: Frames<W>,
    pool: Pool,
    ahead: Option<Ahead>,
    /// A frame of it.
    ready: Vec<u8>,
    plain: Vec<u8>,
    frame: usize,
    start: Vec<u8>,
    hashing: Hashing,
    decoded_bytes: u64,
    failed: bool,
}

/// The frames that have been written, and where they go.
struct Frames<W> {
    out: W,
    entries: Vec<Entry>,
    bytes: u64,
}

impl<W: Write> Frames<W> {
    fn push(&mut self, frame: &[u8], entry: Entry) -> Result<()> {
        self.write(frame)?;
        self.entries.push(entry);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).context("writing the archive")?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

impl<W: Write> Writer<W> {
    /// Begins an archive at the place where `out` stands.
    ///
    /// # Errors
    /// Usage for a level that zstd does not have; unfinished when no thread can be had.
    pub fn new(out: W, options: Options) -> Result<Self> {
        Self::with_frame(out, options, FRAME)
    }

    /// The same with smaller frames, for tests.
    pub(super) fn with_frame(out: W, options: Options, frame: usize) -> Result<Self> {
        if !(1..=19).contains(&options.level) {
            let what = format!("there is no compression level {}", options.level);
            return Err(Fault::usage(what).hint("levels go from 1 to 19").into());
        }
        Ok(Writer {
            frames: Frames { out, entries: Vec::new(), bytes: 0 },
            pool: Pool::new(options.level, options.threads)?,
            ahead: None,
            ready: Vec::new(),
            plain: Vec::new(),
            frame,
            start: Vec::new(),
            hashing: Hashing::begin()?,
            decoded_bytes: 0,
            failed: false,
        })
    }

    /// Takes the frames that are ready wherever the bytes are still those that they were made of. They have to be of the
    /// same level.
    #[must_use]
    pub fn with(self, ahead: Option<Ahead>) -> Self {
        Writer { ahead, ..self }
    }

    /// Adds the next bytes of the database.
    ///
    /// # Errors
    /// Unfinished, with the [`io::Error`] inside, when the archive cannot be written; stopped when a signal came.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.unless_failed(|writer| writer.add(bytes))
    }

    /// Adds all that `from` has left: a whole database file.
    ///
    /// # Errors
    /// As [`Writer::push`], and when `from` cannot be read.
    pub fn push_all(&mut self, from: &mut dyn Read, progress: &mut dyn Progress) -> Result<()> {
        let mut piece = vec![0; self.frame.min(256 << 10)];
        loop {
            let read = match from.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).context("reading the database to archive"),
            };
            self.push(&piece[..read])?;
            progress.advance(read as u64);
        }
    }

    /// Writes what is left and the trailer, and gives the file back, flushed but not synced.
    ///
    /// # Errors
    /// As [`Writer::push`]; unfinished when the bytes were no complete SQLite database file.
    pub fn finish(mut self, manifest: &Manifest) -> Result<(W, Summary)> {
        self.unless_failed(|writer| if writer.plain.is_empty() { Ok(()) } else { writer.compress() })?;
        Pages::of(&self.start, self.decoded_bytes)
            .map_err(|why| Fault::unfinished(format!("the archive would be useless: {why}")))?;
        let Writer { mut frames, mut pool, hashing, decoded_bytes, .. } = self;
        pool.settle(&mut |frame, entry| frames.push(frame, entry))?;
        let sha256 = hashing.end()?;
        let manifest = serde_json::to_vec(manifest).context("writing the manifest")?;
        frames.write(&trailer::write(&manifest, &frames.entries, decoded_bytes, sha256)?)?;
        frames.out.flush().context("writing the archive")?;
        let (frames_written, file_bytes) = (frames.entries.len() as u64, frames.bytes);
        Ok((frames.out, Summary { frames: frames_written, decoded_bytes, file_bytes, sha256 }))
    }

    fn unless_failed(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        if self.failed {
            return Err(Fault::unfinished("the archive was given up after an earlier error").into());
        }
        let result = work(self);
        self.failed = result.is_err();
        result
    }

    fn add(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            self.plain.reserve_exact(self.frame - self.plain.len());
            let (now, later) = bytes.split_at(bytes.len().min(self.frame - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
            if self.plain.len() == self.frame {
                self.compress()?;
            }
        }
        Ok(())
    }

    fn compress(&mut self) -> Result<()> {
        interrupt::check()?;
        if self.decoded_bytes == 0 {
            self.start = self.plain[..self.plain.len().min(header::LENGTH)].to_vec();
        }
        let number = (self.decoded_bytes / self.frame as u64) as usize;
        self.decoded_bytes += self.plain.len() as u64;
        let plain = Arc::new(std::mem::take(&mut self.plain));
        self.hashing.add(Arc::clone(&plain))?;
        let mut push = |frame: &[u8], entry| self.frames.push(frame, entry);
        if let Some(ahead) = &self.ahead
            && let Some(entry) = ahead.take(number, &plain, &mut self.ready)?
        {
            // Those before it come first.
            self.pool.settle(&mut push)?;
            return push(&self.ready, entry);
        }
        self.pool.give(plain, &mut push)
    }
}

/// The same as [`Writer::push`]. An error keeps its kind of [`io::Error`] where it was one, and is a [`Fault`] inside
/// an [`io::Error`] where it was that.
impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.push(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => Err(match error.downcast::<io::Error>() {
                Ok(error) => error,
                Err(error) => match error.downcast::<Fault>() {
                    Ok(fault) => io::Error::other(fault),
                    Err(error) => io::Error::other(error),
                },
            }),
        }
    }

    /// Does nothing: frames are written when they are full, and the last one by [`Writer::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
