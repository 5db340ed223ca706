//! Byte strings that are sought in files, remembered as keyed digests: what is owed can be kept without the values.

mod sieve;

use crate::digest::Hasher;
use serde::{Deserialize, Serialize};
use sieve::Sieve;

pub use sieve::Alike;

/// What is shorter is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// Of a longer value pieces of this length are sought, in bytes.
const PIECE: usize = 64;
/// How far apart the pieces begin, in bytes.
const STRIDE: usize = 192;
/// No value has more pieces.
const MOST_PIECES: usize = 400;

/// Byte strings that are sought.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Needles {
    key: [u64; 4],
    /// Whole values, by their first bytes.
    whole: Vec<Entry>,
    /// Values without their first few bytes: how one begins on a page to which it was cut.
    tails: Vec<Entry>,
    sieve: Sieve,
    sieve_of_tails: Sieve,
    count: usize,
}

/// One form of what is sought. Their order is that in which they are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    start: u32,
    /// The mixes of its second and of its last eight bytes: many texts begin alike. Where it has no second eight, 0.
    second: u32,
    end: u32,
    length: u32,
    digest: [u64; 2],
    needle: u32,
    sort: Sort,
}

impl Entry {
    /// The number of what is sought.
    pub fn needle(&self) -> usize {
        self.needle as usize
    }

    /// Its length, in bytes.
    pub fn length(&self) -> usize {
        self.length as usize
    }

    /// What it is.
    pub fn sort(&self) -> Sort {
        self.sort
    }
}

/// What a byte string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// A value, or values next to one another.
    Value,
    /// A word, as a full-text index folds it.
    Word,
    /// The end of a word, as an index writes it behind another word. Any word may end like this, so it counts only
    /// where nobody's row or index stands.
    End,
}

/// What is written of them.
#[derive(Serialize, Deserialize)]
struct Stored {
    key: [u64; 4],
    whole: Vec<Entry>,
    tails: Vec<Entry>,
    count: usize,
}

impl From<Stored> for Needles {
    fn from(stored: Stored) -> Self {
        let Stored { key, whole, tails, count } = stored;
        let mut needles = Needles { key, whole, tails, count, ..Needles::default() };
        needles.make_ready();
        needles
    }
}

impl From<Needles> for Stored {
    fn from(needles: Needles) -> Self {
        Stored { key: needles.key, whole: needles.whole, tails: needles.tails, count: needles.count }
    }
}

impl Needles {
    /// Needles for these byte strings, equal ones counted once; what is too short to be sought is left out.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut values: Vec<&[u8]> = values.into_iter().filter(|value| value.len() >= SHORTEST).collect();
        values.sort_unstable();
        values.dedup();
        let key = std::array::from_fn(|_| rand::random());
        let mut needles = Needles { key, count: values.len(), ..Needles::default() };
        for (number, value) in values.into_iter().enumerate() {
            needles.add(number as u32, value);
        }
        needles.make_ready();
        needles
    }

    /// The same, and words besides, each by its forms: whole, and as its ends.
    pub fn with_words(mut self, words: &[Vec<Vec<u8>>]) -> Self {
        for forms in words.iter().filter(|forms| forms[0].len() >= SHORTEST) {
            let needle = self.count as u32;
            self.count += 1;
            for (at, form) in forms.iter().enumerate().filter(|(_, form)| form.len() >= SHORTEST) {
                let sort = if at == 0 { Sort::Word } else { Sort::End };
                let entry = Entry { sort, ..self.entry(needle, form) };
                self.whole.push(entry);
            }
        }
        self.make_ready();
        self
    }

    fn add(&mut self, needle: u32, value: &[u8]) {
        if value.len() <= PIECE * 2 {
            let entry = self.entry(needle, value);
            self.whole.push(entry);
            for cut in 1..SHORTEST.min(value.len() - SHORTEST + 1) {
                let tail = self.entry(needle, &value[cut..]);
                self.tails.push(tail);
            }
            return;
        }
        let last = value.len() - PIECE;
        let starts = (0..last).step_by(STRIDE).take(MOST_PIECES).chain([last]);
        for start in starts {
            let piece = &value[start..start + PIECE];
            // What a thousand documents have in common (padding, zeros) tells nobody.
            if piece.iter().any(|byte| *byte != piece[0]) {
                let entry = self.entry(needle, piece);
                self.whole.push(entry);
            }
        }
    }

    fn make_ready(&mut self) {
        self.whole.sort_unstable();
        self.whole.dedup();
        self.tails.sort_unstable();
        self.tails.dedup();
        self.sieve = Sieve::of(&self.whole);
        self.sieve_of_tails = Sieve::of(&self.tails);
    }

    /// How many different values are sought.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is nothing to seek.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The values that go on at the beginning of these bytes, their own beginning being elsewhere.
    pub fn tails(&self, bytes: &[u8]) -> Vec<usize> {
        let Some(first) = bytes.first_chunk::<SHORTEST>() else { return Vec::new() };
        let fits = |entry: &&Entry| bytes.get(..entry.length()).is_some_and(|tail| self.is(entry, tail));
        let entries = self.sieve_of_tails.entries(self.mix(first)).unwrap_or_default();
        self.tails[entries].iter().filter(fits).map(Entry::needle).collect()
    }

    /// Whether these bytes are it: all of it, in one piece.
    pub fn is(&self, entry: &Entry, bytes: &[u8]) -> bool {
        self.is_in_two(entry, bytes, &[])
    }

    /// Whether it is these bytes and then those.
    pub fn is_in_two(&self, entry: &Entry, first: &[u8], second: &[u8]) -> bool {
        if first.len() + second.len() != entry.length() {
            return false;
        }
        let of_second = second.len().min(SHORTEST);
        let mut end = [0; SHORTEST];
        end[..SHORTEST - of_second].copy_from_slice(&first[first.len() + of_second - SHORTEST..]);
        end[SHORTEST - of_second..].copy_from_slice(&second[second.len() - of_second..]);
        self.mix(&end) == entry.end && self.digest(&[first, second]) == entry.digest
    }

    /// The numbers of the values in some bytes, and what each was found as.
    pub fn within(&self, bytes: &[u8]) -> Vec<(usize, Sort)> {
        let mut found = Vec::new();
        self.beginnings(bytes, &mut |at, alike| {
            let is = |entry: &&Entry| {
                let piece = bytes.get(at..at + entry.length());
                piece.is_some_and(|piece| self.is(entry, piece))
            };
            found.extend(alike.going_on(&bytes[at..]).filter(is).map(|entry| (entry.needle(), entry.sort())));
        });
        found
    }

    /// The longest piece that is sought, in bytes.
    pub fn longest(&self) -> usize {
        self.whole.iter().map(|entry| entry.length as usize).max().unwrap_or(0)
    }

    fn entry(&self, needle: u32, bytes: &[u8]) -> Entry {
        let start = self.mix(&bytes[..SHORTEST]);
        let second = bytes.get(SHORTEST..2 * SHORTEST).map_or(0, |second| self.mix(second));
        let end = self.mix(&bytes[bytes.len() - SHORTEST..]);
        let (length, digest) = (bytes.len() as u32, self.digest(&[bytes]));
        Entry { start, length, digest, needle, sort: Sort::Value, second, end }
    }

    /// Half of a keyed mix of eight bytes: enough to sieve, too little to tell them.
    #[inline]
    fn mix(&self, eight: &[u8]) -> u32 {
        let eight = u64::from_le_bytes(eight[..SHORTEST].try_into().unwrap_or_default());
        let mixed = (eight ^ self.key[0]).wrapping_mul(self.key[1] | 1);
        (mixed >> 32) as u32
    }

    fn digest(&self, parts: &[&[u8]]) -> [u64; 2] {
        let mut hasher = Hasher::default();
        self.key.iter().for_each(|key| hasher.add(&key.to_le_bytes()));
        parts.iter().for_each(|part| hasher.add(part));
        let digest = hasher.digest().0;
        let half = |from: usize| u64::from_le_bytes(std::array::from_fn(|at| digest[from + at]));
        [half(0), half(8)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_anywhere_and_a_near_one_is_not() {
        let needles = Needles::of([&b"marie.durand@exemple.fr"[..], b"short", b"12 rue des Lilas"]);
        assert_eq!(needles.len(), 2);
        assert_eq!(needles.within(b"xxmarie.durand@exemple.fryy12 rue des Lilas").len(), 2);
        assert!(needles.within(b"marie.durand@exemple.fs 12 rue des Lila").is_empty());
    }

    #[test]
    fn a_word_is_found_whole_and_by_its_end() {
        let forms = vec![b"lagrange".to_vec(), b"\x03\x06grange".to_vec()];
        let needles = Needles::of([&b"12 rue des Lilas"[..]]).with_words(&[forms]);
        assert_eq!(needles.len(), 2);
        assert_eq!(needles.within(b"..lagrange.."), [(1, Sort::Word)]);
        assert_eq!(needles.within(b"..\x03\x06grange.."), [(1, Sort::End)]);
        assert!(needles.within(b"..\x04\x06grange..").is_empty());
    }

    #[test]
    fn a_long_value_is_found_by_any_part() {
        let long: Vec<u8> =
            (0..5000u32).flat_map(|at| (at.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let needles = Needles::of([&long[..]]);
        assert!(!needles.within(&long[9_000..9_400]).is_empty());
    }

    #[test]
    fn what_is_kept_of_them_finds_the_same_and_holds_no_value() {
        let needles = Needles::of([&b"marie.durand@exemple.fr"[..]]);
        let kept = serde_json::to_string(&needles).unwrap();
        assert!(!kept.contains("marie"));
        let back: Needles = serde_json::from_str(&kept).unwrap();
        assert_eq!(back.within(b"<marie.durand@exemple.fr>"), [(0, Sort::Value)]);
        assert_eq!(back.tails(b"ie.durand@exemple.fr..."), [0]);
    }
}
