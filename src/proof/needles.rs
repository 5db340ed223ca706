//! The values that must not be in an archive, remembered without their text: a few bytes each, flat in memory.

use crate::digests::{Digests, Gathering};
use std::hash::{BuildHasher, RandomState};

/// A value shorter than this is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// Of a longer value only so much is searched: its beginning. In bytes.
pub const LONGEST: usize = 120;
/// Buckets for the lengths that a beginning can have.
const BUCKETS: usize = 1 << 16;
/// Bits for the beginnings, whatever the size of the database: 2 MiB, so that they stay near the processor.
const START_BITS: usize = 1 << 24;

/// Values that are being collected.
pub struct Collector {
    seed: u64,
    digests: Gathering,
    starts: Vec<u64>,
    lengths: Vec<u128>,
    room: Vec<u8>,
}

/// Values that can be searched for. The digests are 64 bits under a seed of this process: the chance that a text which
/// is none of ten million values is taken for one is below one in a million for a terabyte.
pub struct Needles {
    seed: u64,
    /// Digests of whole values.
    digests: Digests,
    /// A bit for each digest of a value's first bytes.
    starts: Vec<u64>,
    /// For each bucket of beginnings, a bit for each length that a value there has.
    lengths: Vec<u128>,
}

impl Default for Collector {
    fn default() -> Self {
        Collector {
            seed: RandomState::new().hash_one(0u8),
            digests: Gathering::default(),
            starts: vec![0; START_BITS / 64],
            lengths: vec![0; BUCKETS],
            room: Vec::new(),
        }
    }
}

impl Collector {
    /// Adds a value; case does not count, nor what stands around its first and last letter or digit. Returns whether
    /// it is long enough to be searched.
    pub fn add(&mut self, value: &[u8]) -> bool {
        self.room.clear();
        push_folded(trim(value), &mut self.room);
        // A long text is told by its beginning, cut where a letter begins.
        let value = &self.room[..cut(&self.room, LONGEST)];
        let Some(first) = value.first_chunk() else { return false };
        let start = start_of(self.seed, first);
        let bit = start_bit(start);
        self.starts[bit / 64] |= 1 << (bit % 64);
        self.lengths[bucket(start)] |= 1 << (value.len() - SHORTEST);
        self.digests.add(value[SHORTEST..].iter().fold(start, |running, byte| step(running, *byte)));
        true
    }

    /// Makes them searchable.
    pub fn finish(self) -> Needles {
        let Collector { seed, digests, starts, lengths, .. } = self;
        Needles { seed, digests: digests.finish(), starts, lengths }
    }
}

impl Needles {
    /// How many different values are searched.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The length of the value that begins here and ends at a boundary, if there is one. `bytes` is folded already.
    pub fn begins_at(&self, bytes: &[u8]) -> Option<usize> {
        let start = start_of(self.seed, bytes.first_chunk()?);
        let bit = start_bit(start);
        if self.starts[bit / 64] & (1 << (bit % 64)) == 0 {
            return None;
        }
        let mut wanted = self.lengths[bucket(start)];
        let mut running = start;
        let mut length = SHORTEST;
        while wanted != 0 {
            if wanted & 1 == 1
                && (length == LONGEST || ends_here(&bytes[length..]))
                && self.digests.holds(running)
            {
                return Some(length);
            }
            running = step(running, *bytes.get(length)?);
            length += 1;
            wanted >>= 1;
        }
        None
    }
}

/// Whether a byte belongs to a word: letters and digits of ASCII, and every byte of a longer character.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn ends_here(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| !is_word(*byte))
}

/// Without what stands before the first and after the last letter or digit.
pub fn trim(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| is_word(*byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| is_word(*byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// Adds the value in lower case, byte for byte: ASCII, and the Latin letters of UTF-8 that differ in one bit.
pub fn push_folded(value: &[u8], to: &mut Vec<u8>) {
    let from = to.len();
    to.extend_from_slice(value);
    to[from..].make_ascii_lowercase();
    fold_latin(&mut to[from..]);
}

/// Folds the letters À to Þ, which UTF-8 writes as C3 80 to C3 9E, to à to þ.
pub fn fold_latin(bytes: &mut [u8]) {
    const LEAD: u8 = 0xc3;
    const STRIDE: usize = 64;
    for from in (0..bytes.len()).step_by(STRIDE) {
        let to = bytes.len().min(from + STRIDE);
        // Most strides have no such letter, and that is told many bytes at a time.
        if !bytes[from..to].iter().fold(false, |found, byte| found | (*byte == LEAD)) {
            continue;
        }
        for place in from..to {
            if bytes[place] == LEAD
                && let Some(letter @ (0x80..=0x96 | 0x98..=0x9e)) = bytes.get_mut(place + 1)
            {
                *letter += 0x20;
            }
        }
    }
}

/// The last place at or before `most` where a character begins.
fn cut(bytes: &[u8], most: usize) -> usize {
    if bytes.len() <= most {
        return bytes.len();
    }
    (SHORTEST..=most).rev().find(|&at| bytes[at] & 0xc0 != 0x80).unwrap_or(most)
}

fn bucket(start: u64) -> usize {
    (start >> 48) as usize & (BUCKETS - 1)
}

/// A keyed digest of a value's first bytes; all its bits are good.
fn start_of(seed: u64, first: &[u8; SHORTEST]) -> u64 {
    let mixed = (u64::from_le_bytes(*first) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

fn start_bit(start: u64) -> usize {
    start as usize & (START_BITS - 1)
}

/// One step of a keyed running digest, so that every length of a beginning costs one step more.
fn step(running: u64, byte: u8) -> u64 {
    let mixed = (running ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}
