//! The archive: one `.zst` file that is a whole database, and says what was done to it.
//!
//! This room knows bytes and digests, not databases: it writes to any [`std::io::Write`] and reads from any
//! [`std::io::Read`] that can seek. It is the one home of `zstd`.
//!
//! # crm-admin-archive(5)
//!
//! An archive is a standard zstd file (RFC 8878): `zstd -dc FILE.zst > FILE.db` gives back the SQLite database with
//! nothing of ours installed. From its first byte to its last it is
//!
//! 1. N data frames, N at least 1. Together they decode to one complete SQLite database file. Each frame stands alone:
//!    it decodes to exactly 4 MiB (4,194,304 bytes; the last one to 1 byte or more, up to 4 MiB), carries its content
//!    size and zstd's checksum, names no dictionary, sets no reserved bit, and needs a window of 8 MiB at most;
//! 2. one skippable frame, the *trailer*, which zstd passes over;
//! 3. the end of the file.
//!
//! All numbers of the trailer are little-endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | `5C 2A 4D 18`, the magic number of a skippable frame (0x184D2A5C) |
//! | 4 | how many bytes of the trailer follow: M + 40 N + 92 |
//! | M | the manifest: JSON in UTF-8, see [`Manifest`] |
//! | 40 N | the frame table: for each data frame its compressed length (4), its decoded length (4) and the SHA-256 of its compressed bytes (32) |
//! | 32 | the SHA-256 of all decoded bytes: what `zstd -dc FILE.zst \| sha256sum` prints |
//! | 8 | how many bytes all frames decode to |
//! | 4 | N, from 1 |
//! | 4 | M, from 1 to 16 MiB |
//! | 32 | the SHA-256 of the trailer from its first byte to here |
//! | 4 | the format version, [`FORMAT`] |
//! | 8 | `CRMADMIN` |
//!
//! The last 12 bytes keep their place and their meaning in every future format, so that an older reader can say that
//! it is too old. A reader accepts this layout and nothing else: every byte of the file is covered by a digest, or has
//! one possible value. The SQLite header at the beginning of the decoded bytes has to agree with their number (page
//! size times page count). Digests tell damage, not forgery: whoever can write an archive can also write its digests.

mod ahead;
mod frame;
mod hashing;
mod header;
mod manifest;
mod pool;
mod reader;
mod same;
mod sniff;
mod trailer;
mod writer;

#[cfg(test)]
mod tests;

pub use ahead::Ahead;
pub use manifest::{
    Column, Content, Crowd, Database, FilesNotCopied, Manifest, MapStamp, Proof, ProofState, Pseudonyms,
    QuasiIdentifiers, SCHEMA, Table,
};
pub use reader::{Archive, Limits, Verified};
pub use same::Same;
pub use writer::{Options, Summary, Writer};

use crate::fault::Fault;

/// What each data frame but the last decodes to, in bytes.
pub const FRAME: usize = 4 << 20;

/// The one format version that this program writes and reads.
pub const FORMAT: u32 = 1;

fn damaged(why: impl std::fmt::Display) -> Fault {
    Fault::damaged(format!("the archive is damaged: {why}"))
        .hint("take another copy; nothing of this one can be trusted")
}
