//! What is written comes back, and nothing else is believed. The frames here are small, so that there are many.

mod forged;
mod mutants;
mod writing;

use super::frame::{Encoder, Entry};
use super::trailer;
use super::{Ahead, Archive, FRAME, Limits, Manifest, Options, Verified, Writer};
use crate::digest::{Digest, digest};
use crate::fault::{Kind, Result, fault_of};
use crate::progress::Silence;
use std::io::Cursor;

const SMALL: usize = 1024;
const NO_LIMIT: Limits = Limits { max_decoded_bytes: u64::MAX };

/// So many pages of 512 bytes that look like a SQLite database from outside: some compress well, some do not.
fn database(pages: u32) -> Vec<u8> {
    let mut bytes = vec![0; 512 * pages as usize];
    let mut noise = 1_u32;
    for (place, byte) in bytes.iter_mut().enumerate() {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = if place / 512 % 3 == 0 { (noise >> 24) as u8 } else { (place / 64) as u8 };
    }
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    bytes[16..18].copy_from_slice(&512_u16.to_be_bytes());
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    bytes
}

fn archived(database: &[u8], frame: usize) -> Vec<u8> {
    let mut writer = Writer::with_frame(Vec::new(), Options { level: 3, threads: 2 }, frame).unwrap();
    writer.push(database).unwrap();
    writer.finish(&Manifest::default()).unwrap().0
}

fn open(archive: &[u8], frame: usize) -> Result<Archive<Cursor<&[u8]>>> {
    Archive::with_frame(Cursor::new(archive), NO_LIMIT, frame)
}

/// Checks an archive completely, and gives what is in it.
fn unpacked(archive: &[u8], frame: usize) -> Result<(Verified, Vec<u8>)> {
    let mut database = Vec::new();
    let verified = open(archive, frame)?.unpack(&mut database, &mut Silence)?;
    Ok((verified, database))
}

/// Why an archive is refused. It has to be, as damaged.
fn refusal(archive: &[u8]) -> String {
    let error = unpacked(archive, SMALL).expect_err("this archive should be refused");
    let fault = fault_of(&error).unwrap_or_else(|| panic!("unclassified: {error:#}"));
    assert_eq!(fault.kind, Kind::Damaged, "{fault}");
    fault.what.clone()
}

/// An archive from parts that the writer would never put together, with digests that agree.
struct Forgery {
    frames: Vec<(Vec<u8>, u32)>,
    manifest: Vec<u8>,
    decoded_bytes: u64,
    sha256: Digest,
}

impl Forgery {
    /// An honest archive of a database, to be spoilt.
    fn of(database: &[u8], frame: usize) -> Forgery {
        let mut encoder = Encoder::new(3).unwrap();
        let encode = |plain: &[u8]| {
            let mut frame = Vec::new();
            encoder.encode(plain, &mut frame).unwrap();
            (frame, plain.len() as u32)
        };
        Forgery {
            frames: database.chunks(frame).map(encode).collect(),
            manifest: serde_json::to_vec(&Manifest::default()).unwrap(),
            decoded_bytes: database.len() as u64,
            sha256: digest(database),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let entry = |(frame, decoded): &(Vec<u8>, u32)| Entry {
            compressed: frame.len() as u32,
            decoded: *decoded,
            digest: digest(frame),
        };
        let entries: Vec<Entry> = self.frames.iter().map(entry).collect();
        let mut bytes: Vec<u8> = self.frames.iter().flat_map(|(frame, _)| frame.clone()).collect();
        bytes.extend(trailer::write(&self.manifest, &entries, self.decoded_bytes, self.sha256).unwrap());
        bytes
    }
}

/// Makes the digest of the trailer agree with it again, where the archive still has a trailer.
fn signed_again(mut archive: Vec<u8>) -> Vec<u8> {
    let end = archive.len();
    let Some(footer) = end.checked_sub(trailer::FOOTER) else { return archive };
    let number = |at: usize| u32::from_le_bytes(archive[at..at + 4].try_into().unwrap()) as usize;
    let length = 8 + number(footer + 44) + 40 * number(footer + 40) + trailer::FOOTER;
    if let Some(start) = end.checked_sub(length) {
        let agreed = digest(&archive[start..footer + 48]);
        archive[footer + 48..footer + 80].copy_from_slice(&agreed.0);
    }
    archive
}
