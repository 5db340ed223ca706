//! The trailer: the skippable frame with the manifest, the frame table and the digests, at the end of an archive.

use super::frame::{self, Entry};
use super::{FORMAT, Limits, damaged};
use crate::digest::{Digest, digest};
use crate::fault::{Fault, Result};

/// A skippable frame's magic number, as it stands in the file.
pub(super) const SKIPPABLE: [u8; 4] = 0x184D_2A5C_u32.to_le_bytes();

/// What every archive ends with.
pub(super) const MAGIC: &[u8; 8] = b"CRMADMIN";

/// The length of the footer, which ends the trailer, in bytes.
pub(super) const FOOTER: usize = 92;

/// The longest manifest, in bytes.
const MANIFEST: u64 = 16 << 20;

/// The length of a skippable frame's own header, in bytes.
const HEADER: u64 = 8;

/// The length of one line of the frame table, in bytes.
const ENTRY: u64 = 40;

/// What the footer declares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Footer {
    pub(super) sha256: Digest,
    pub(super) decoded_bytes: u64,
    frames: u32,
    manifest: u32,
    trailer_digest: Digest,
}

impl Footer {
    /// Whether these last bytes of a file are an archive's at all.
    pub(super) fn is_one(bytes: &[u8; FOOTER]) -> bool {
        bytes.ends_with(MAGIC)
    }

    /// Reads the footer and holds each number in it against the limits, before anybody relies on one.
    pub(super) fn read(bytes: &[u8; FOOTER], frame: usize, limits: Limits) -> Result<Footer> {
        let mut rest = &bytes[..];
        let footer = Footer {
            sha256: Digest(take(&mut rest)),
            decoded_bytes: u64::from_le_bytes(take(&mut rest)),
            frames: u32::from_le_bytes(take(&mut rest)),
            manifest: u32::from_le_bytes(take(&mut rest)),
            trailer_digest: Digest(take(&mut rest)),
        };
        check_format(u32::from_le_bytes(take(&mut rest)))?;
        if footer.manifest == 0 || u64::from(footer.manifest) > MANIFEST {
            return Err(damaged(format!("it declares a manifest of {} bytes", footer.manifest)).into());
        }
        let frames = u64::from(footer.frames);
        if frames == 0 || footer.decoded_bytes.div_ceil(frame as u64) != frames {
            return Err(
                damaged(format!("it declares {} bytes in {frames} frames", footer.decoded_bytes)).into()
            );
        }
        limits.check(footer.decoded_bytes)?;
        Ok(footer)
    }

    /// The length of the whole trailer in bytes, its own header and footer included.
    pub(super) fn trailer_length(&self) -> u64 {
        HEADER + u64::from(self.manifest) + ENTRY * u64::from(self.frames) + FOOTER as u64
    }
}

fn check_format(version: u32) -> Result<()> {
    match version {
        FORMAT => Ok(()),
        0 => Err(damaged("it declares format 0, which never was").into()),
        newer => Err(Fault::damaged(format!("the archive was made by a newer crm-admin (format {newer})"))
            .hint("use that version, or `zstd -d`: the database in it is plain SQLite")
            .into()),
    }
}

/// A trailer that was read and found sound.
#[derive(Debug)]
pub(super) struct Trailer {
    /// The JSON.
    pub(super) manifest: Vec<u8>,
    /// The frame table.
    pub(super) entries: Vec<Entry>,
}

impl Trailer {
    /// Reads a trailer. `data_length` is the length of what stands before it in the file, in bytes.
    pub(super) fn read(bytes: Vec<u8>, footer: &Footer, frame: usize, data_length: u64) -> Result<Trailer> {
        let reach = bytes.len() - FOOTER + 48;
        if digest(&bytes[..reach]) != footer.trailer_digest {
            return Err(damaged("the digest of its trailer does not agree").into());
        }
        let mut rest = &bytes[..];
        let (magic, length): ([u8; 4], u32) = (take(&mut rest), u32::from_le_bytes(take(&mut rest)));
        if magic != SKIPPABLE || u64::from(length) != rest.len() as u64 {
            return Err(damaged("its trailer is no skippable frame of the right length").into());
        }
        let (manifest, table) = rest.split_at(footer.manifest as usize);
        let entries = entries(table, footer, frame)?;
        let sum: u64 = entries.iter().map(|entry| u64::from(entry.compressed)).sum();
        if sum != data_length {
            return Err(damaged(format!(
                "its frames have {sum} bytes, but {data_length} stand before the trailer"
            ))
            .into());
        }
        Ok(Trailer { manifest: manifest.to_vec(), entries })
    }
}

fn entries(mut table: &[u8], footer: &Footer, frame: usize) -> Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(footer.frames as usize);
    let mut left = footer.decoded_bytes;
    for number in 1..=footer.frames {
        let entry = Entry {
            compressed: u32::from_le_bytes(take(&mut table)),
            decoded: u32::from_le_bytes(take(&mut table)),
            digest: Digest(take(&mut table)),
        };
        let fits = entry.compressed > 0 && entry.compressed as usize <= frame::bound(frame);
        if u64::from(entry.decoded) != left.min(frame as u64) || !fits {
            return Err(damaged(format!(
                "frame {number} of {} is declared with {} bytes that decode to {}",
                footer.frames, entry.compressed, entry.decoded
            ))
            .into());
        }
        left -= u64::from(entry.decoded);
        entries.push(entry);
    }
    Ok(entries)
}

/// The bytes of a trailer.
pub(super) fn write(
    manifest: &[u8],
    entries: &[Entry],
    decoded_bytes: u64,
    sha256: Digest,
) -> Result<Vec<u8>> {
    let too_large = || Fault::unfinished("the database is too large for an archive");
    if manifest.is_empty() || manifest.len() as u64 > MANIFEST {
        return Err(Fault::unfinished("the manifest is too large for an archive").into());
    }
    let frames = u32::try_from(entries.len()).map_err(|_| too_large())?;
    let follows = manifest.len() + ENTRY as usize * entries.len() + FOOTER;
    let mut bytes = Vec::with_capacity(HEADER as usize + follows);
    bytes.extend(SKIPPABLE);
    bytes.extend(u32::try_from(follows).map_err(|_| too_large())?.to_le_bytes());
    bytes.extend(manifest);
    for entry in entries {
        bytes.extend(entry.compressed.to_le_bytes());
        bytes.extend(entry.decoded.to_le_bytes());
        bytes.extend(entry.digest.0);
    }
    bytes.extend(sha256.0);
    bytes.extend(decoded_bytes.to_le_bytes());
    bytes.extend(frames.to_le_bytes());
    bytes.extend((manifest.len() as u32).to_le_bytes());
    bytes.extend(digest(&bytes).0);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(MAGIC);
    Ok(bytes)
}

/// The next N bytes. Only called where the length has been made sure of.
fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (first, rest) = bytes.split_first_chunk().expect("the length was checked");
    *bytes = rest;
    *first
}
