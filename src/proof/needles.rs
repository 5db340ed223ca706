//! The values that must not be in an archive, remembered without their text: a few bytes each, flat in memory.

use std::hash::{BuildHasher, RandomState};

/// A value shorter than this is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// Of a longer value only so much is searched: its beginning. In bytes.
pub const LONGEST: usize = 120;
/// A number of fewer digits is not searched by its digits alone: dates and amounts look like it.
pub const FEWEST_DIGITS: usize = 10;
/// Buckets for the lengths that a beginning can have.
const BUCKETS: usize = 1 << 16;

/// Values that are being collected.
pub struct Collector {
    seed: u64,
    digests: Vec<u64>,
    starts: Vec<u64>,
    lengths: Vec<u128>,
}

/// Values that can be searched for. The digests are 64 bits under a seed of this process: the chance that a text which
/// is none of ten million values is taken for one is below one in a million for a terabyte.
pub struct Needles {
    seed: u64,
    /// Digests of whole values, sorted.
    digests: Vec<u64>,
    /// A bit for each digest of a value's first bytes.
    starts: Vec<u64>,
    /// For each bucket of beginnings, a bit for each length that a value there has.
    lengths: Vec<u128>,
}

impl Default for Collector {
    fn default() -> Self {
        let seed = RandomState::new().hash_one(0u8);
        Collector { seed, digests: Vec::new(), starts: Vec::new(), lengths: vec![0; BUCKETS] }
    }
}

impl Collector {
    /// Adds a value; case does not count, nor what stands around its first and last letter or digit. Returns whether
    /// it is long enough to be searched.
    pub fn add(&mut self, value: &[u8]) -> bool {
        let folded = fold(trim(value));
        if folded.len() < SHORTEST {
            return false;
        }
        // A long text is told by its beginning, cut where a letter begins.
        let end = cut(&folded, LONGEST);
        let value = &folded[..end];
        let start = digest(self.seed, &value[..SHORTEST]);
        self.starts.push(start);
        self.lengths[bucket(start)] |= 1 << (value.len() - SHORTEST);
        self.digests.push(digest(self.seed, value));
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

    /// How many values were added, equal ones counted each time.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Makes them searchable.
    pub fn finish(mut self) -> Needles {
        self.digests.sort_unstable();
        self.digests.dedup();
        self.digests.shrink_to_fit();
        let bits = (self.starts.len() * 32).next_power_of_two().clamp(1 << 16, 1 << 30);
        let mut starts = vec![0u64; bits / 64];
        for start in &self.starts {
            let bit = *start as usize & (bits - 1);
            starts[bit / 64] |= 1 << (bit % 64);
        }
        Needles { seed: self.seed, digests: self.digests, starts, lengths: self.lengths }
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
        let first = bytes.first_chunk::<SHORTEST>()?;
        let start = digest(self.seed, first);
        let bit = start as usize & (self.starts.len() * 64 - 1);
        if self.starts[bit / 64] & (1 << (bit % 64)) == 0 {
            return None;
        }
        let lengths = self.lengths[bucket(start)];
        let mut running = start;
        let mut length = SHORTEST;
        loop {
            let wanted = lengths >> (length - SHORTEST);
            if wanted == 0 {
                return None;
            }
            if wanted & 1 == 1
                && self.digests.binary_search(&running).is_ok()
                && (length == LONGEST || ends_here(&bytes[length..]))
            {
                return Some(running);
            }
            running = step(running, *bytes.get(length)?);
            length += 1;
        }
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

/// In lower case, byte for byte: ASCII, and the Latin letters of UTF-8 that differ in one bit.
pub fn fold(value: &[u8]) -> Vec<u8> {
    let mut folded = value.to_ascii_lowercase();
    fold_latin(&mut folded);
    folded
}

/// Folds the letters À to Þ, which UTF-8 writes as C3 80 to C3 9E, to à to þ.
pub fn fold_latin(bytes: &mut [u8]) {
    let mut after_lead = false;
    for byte in bytes {
        if after_lead && (0x80..=0x9e).contains(byte) && *byte != 0x97 {
            *byte += 0x20;
        }
        after_lead = *byte == 0xc3;
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

fn digest(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |running, byte| step(running, *byte))
}

/// One step of a keyed running digest, so that every length of a beginning costs one step more.
fn step(running: u64, byte: u8) -> u64 {
    let mixed = (running ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}
