//! Reads an archive as if an enemy had written it: nothing is believed before it is checked.

use super::frame::{Decoder, Entry};
use super::header::Pages;
use super::manifest::{Manifest, SCHEMA};
use super::trailer::{FOOTER, Footer, Trailer};
use super::{FORMAT, FRAME, damaged, sniff};
use crate::digest::{Digest, Hasher};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::progress::Progress;
use anyhow::Context;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// How large an archive may be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In bytes. Absolute, because a ratio says nothing: an honest database of zeros compresses 30,000 times.
    pub max_decoded_bytes: u64,
}

impl Limits {
    pub(super) fn check(self, decoded_bytes: u64) -> Result<()> {
        if decoded_bytes <= self.max_decoded_bytes {
            return Ok(());
        }
        let max = self.max_decoded_bytes;
        let what = format!("the archive would unpack to {decoded_bytes} bytes, more than --max-size {max}");
        Err(Fault::damaged(what).hint("give a larger --max-size if you trust where it comes from").into())
    }
}

/// What a complete check of an archive found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The number of data frames.
    pub frames: u64,
    /// The length of the database in bytes.
    pub decoded_bytes: u64,
    /// The SHA-256 of the database.
    pub sha256: Digest,
    /// The database's page size in bytes.
    pub page_size: u32,
    /// How many pages the database has.
    pub pages: u32,
}

/// An archive whose trailer is sound. Its frames have not been looked at before [`Archive::verify`].
#[derive(Debug)]
pub struct Archive<R> {
    reader: R,
    manifest: Manifest,
    entries: Vec<Entry>,
    decoded_bytes: u64,
    sha256: Digest,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the trailer and holds it against the length of the file. Fast: nothing is decoded.
    ///
    /// # Errors
    /// Damaged, with what it looks like, when it is no archive; when any byte of the trailer is not as it was written;
    /// when it was made by a newer crm-admin; when it would unpack to more than `limits` allow. Unfinished when the
    /// file cannot be read.
    pub fn open(reader: R, limits: Limits) -> Result<Self> {
        Self::with_frame(reader, limits, FRAME)
    }

    /// The same with smaller frames, for tests.
    pub(super) fn with_frame(mut reader: R, limits: Limits, frame: usize) -> Result<Self> {
        let length = reader.seek(SeekFrom::End(0)).context("reading the archive")?;
        let bytes = last(&mut reader, length, FOOTER as u64)?;
        let bytes: &[u8; FOOTER] = match bytes.as_slice().try_into() {
            Ok(bytes) if Footer::is_one(bytes) => bytes,
            _ => return Err(sniff::fault(&first(&mut reader)?).into()),
        };
        let footer = Footer::read(bytes, frame, limits)?;
        let Some(data_length) = length.checked_sub(footer.trailer_length()) else {
            return Err(damaged("it is shorter than its trailer").into());
        };
        let bytes = last(&mut reader, length, footer.trailer_length())?;
        if bytes.len() as u64 != footer.trailer_length() {
            return Err(damaged("it became shorter while it was read").into());
        }
        let Trailer { manifest, entries } = Trailer::read(bytes, &footer, frame, data_length)?;
        let manifest = read_manifest(&manifest)?;
        Ok(Archive { reader, manifest, entries, decoded_bytes: footer.decoded_bytes, sha256: footer.sha256 })
    }

    /// What the archive says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The length of the database in bytes, as declared.
    pub fn decoded_bytes(&self) -> u64 {
        self.decoded_bytes
    }

    /// The SHA-256 of the database, as declared.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    /// The number of data frames.
    pub fn frames(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Decodes everything and checks every digest, and that the beginning is the header of a SQLite database of the
    /// right length. Progress counts decoded bytes.
    ///
    /// # Errors
    /// Damaged, naming the frame; unfinished when the file cannot be read; stopped when a signal came.
    pub fn verify(&mut self, progress: &mut dyn Progress) -> Result<Verified> {
        self.unpack(&mut io::sink(), progress)
    }

    /// The same while writing the database to `out`. After an error `out` holds a beginning that is worth nothing: the
    /// caller throws it away.
    ///
    /// # Errors
    /// As [`Archive::verify`]; unfinished, with the [`io::Error`] inside, when `out` cannot be written.
    pub fn unpack(&mut self, out: &mut dyn Write, progress: &mut dyn Progress) -> Result<Verified> {
        self.reader.seek(SeekFrom::Start(0)).context("reading the archive")?;
        let mut decoder = Decoder::new().context("preparing to decode")?;
        let (mut frame, mut plain) = (Vec::new(), Vec::new());
        let (mut hasher, mut pages) = (Hasher::default(), None);
        for (number, entry) in self.entries.iter().enumerate() {
            interrupt::check()?;
            read_frame(&mut self.reader, entry, &mut frame)?;
            decoder
                .decode(&frame, entry, &mut plain)
                .map_err(|why| damaged(format!("frame {} of {}: {why}", number + 1, self.entries.len())))?;
            if pages.is_none() {
                pages = Some(Pages::of(&plain, self.decoded_bytes).map_err(damaged)?);
            }
            hasher.add(&plain);
            out.write_all(&plain).context("writing the unpacked database")?;
            progress.advance(u64::from(entry.decoded));
        }
        let pages = pages.ok_or_else(|| damaged("it has no frames"))?;
        if hasher.digest() != self.sha256 {
            return Err(damaged("the digest of what is in it does not agree").into());
        }
        out.flush().context("writing the unpacked database")?;
        Ok(self.verified(pages))
    }

    fn verified(&self, pages: Pages) -> Verified {
        Verified {
            frames: self.frames(),
            decoded_bytes: self.decoded_bytes,
            sha256: self.sha256,
            page_size: pages.size,
            pages: pages.count,
        }
    }
}

/// Reads the last bytes of a file: `count` of them, or all where it has fewer. Memory grows with what is really there.
fn last(reader: &mut (impl Read + Seek), length: u64, count: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .seek(SeekFrom::Start(length.saturating_sub(count)))
        .and_then(|_| reader.take(count).read_to_end(&mut bytes))
        .context("reading the archive")?;
    Ok(bytes)
}

fn first(reader: &mut (impl Read + Seek)) -> Result<Vec<u8>> {
    last(reader, sniff::LENGTH as u64, sniff::LENGTH as u64)
}

fn read_frame(reader: &mut impl Read, entry: &Entry, frame: &mut Vec<u8>) -> Result<()> {
    frame.resize(entry.compressed as usize, 0);
    match reader.read_exact(frame) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(damaged("it became shorter while it was read").into())
        }
        result => result.context("reading the archive"),
    }
}

fn read_manifest(json: &[u8]) -> Result<Manifest> {
    // serde's message could quote foreign text, so only the place is told.
    let manifest: Manifest = serde_json::from_slice(json).map_err(|error| {
        damaged(format!("its manifest cannot be read at line {}, byte {}", error.line(), error.column()))
    })?;
    if manifest.schema != SCHEMA || manifest.format != FORMAT {
        return Err(damaged("its manifest is of another format than its trailer").into());
    }
    Ok(manifest)
}
