//! The values that must not be in an archive, remembered without their text: a few bytes each, flat in memory.

use crate::fingerprints::{Fingerprints, Gathering, beginning, step};
use std::hash::{BuildHasher, RandomState};

/// A value shorter than this is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// Of a longer value only so much is searched: its beginning. In bytes.
pub const LONGEST: usize = 120;
/// A number of fewer digits is not searched by its digits alone: dates and amounts look like it.
pub const FEWEST_DIGITS: usize = 10;
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
    /// Fingerprints of whole values.
    digests: Fingerprints,
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
        let start = beginning(self.seed, first);
        let bit = start_bit(start);
        self.starts[bit / 64] |= 1 << (bit % 64);
        self.lengths[bucket(start)] |= 1 << (value.len() - SHORTEST);
        self.digests.add(value[SHORTEST..].iter().fold(start, |running, byte| step(running, *byte)));
        true
    }

    /// Adds a number by its digits alone, as another column or a text may write it: a French telephone number both
    /// with its 0 and with the country's 33. Returns whether it is long enough.
    pub fn add_digits(&mut self, value: &[u8]) -> bool {
        let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        if digits.len() < FEWEST_DIGITS || digits.len() * 2 < value.len() {
            return false;
        }
        match digits.as_slice() {
            [b'0', national @ ..] if national.len() == 9 => self.add(&[b"33", national].concat()),
            [b'3', b'3', national @ ..] if national.len() == 9 => self.add(&[b"0", national].concat()),
            _ => false,
        };
        self.add(&digits)
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

    /// The digest of the value that begins here and ends at a boundary, if there is one. `bytes` is folded already.
    pub fn begins_at(&self, bytes: &[u8]) -> Option<u64> {
        let start = beginning(self.seed, bytes.first_chunk()?);
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
                return Some(running);
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

fn start_bit(start: u64) -> usize {
    start as usize & (START_BITS - 1)
}
