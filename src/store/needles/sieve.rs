//! The quick look at every byte of a file: does something that is sought begin here?

use super::{Entry, Needles, SHORTEST};

/// The sieve has two to the power of so many bits: it fits into a core's own cache.
const SIZE: u32 = 20;
const WORDS: usize = 1 << (SIZE - 6);
/// Entries are looked up by so many bits of their beginning.
const SHELVES: u32 = 12;
/// So many places are tried before anybody looks whether one of them has passed.
const AT_ONCE: usize = 8;

/// Bits that tell which beginnings there are, and where their entries are.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    bits: Box<[u64; WORDS]>,
    /// Where the entries of each shelf begin.
    shelves: Vec<u32>,
}

impl Sieve {
    /// The sieve of entries that are in order.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut bits = Box::new([0; WORDS]);
        for entry in entries {
            let (word, bit) = place(entry.start);
            bits[word] |= 1 << bit;
        }
        let begin = |shelf: u32| entries.partition_point(|entry| entry.start >> (32 - SHELVES) < shelf) as u32;
        Sieve { bits, shelves: (0..=1 << SHELVES).map(begin).collect() }
    }

    #[inline]
    fn has(&self, start: u32) -> bool {
        let (word, bit) = place(start);
        self.bits[word] >> bit & 1 == 1
    }
}

/// The word of the sieve and the bit in it.
#[inline]
fn place(start: u32) -> (usize, u32) {
    ((start >> (32 + 6 - SIZE)) as usize, start >> (32 - SIZE) & 63)
}

impl Default for Sieve {
    fn default() -> Self {
        Sieve::of(&[])
    }
}

/// What is sought and begins alike, in its first eight bytes.
#[derive(Clone, Copy)]
pub struct Alike<'a> {
    entries: &'a [Entry],
    needles: &'a Needles,
}

impl<'a> Alike<'a> {
    /// All of it.
    pub fn all(&self) -> impl Iterator<Item = &'a Entry> + use<'a> {
        self.entries.iter()
    }

    /// What goes on like these bytes in its second eight bytes too, or has none.
    pub fn going_on(&self, bytes: &[u8]) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let short = self.entries.iter().take_while(|entry| entry.second == 0);
        let second = bytes.get(SHORTEST..2 * SHORTEST).map_or(0, |second| self.needles.mix(second));
        let from = self.entries.partition_point(|entry| entry.second < second);
        let alike = self.entries[from..].iter().take_while(move |entry| entry.second == second);
        short.chain(alike.filter(|entry| entry.second != 0))
    }

    /// The longest of it, in bytes.
    pub fn longest(&self) -> usize {
        self.entries.iter().map(Entry::length).max().unwrap_or(0)
    }
}

impl Needles {
    /// Calls `each` with every place at which something that is sought may begin.
    pub fn beginnings(&self, bytes: &[u8], each: &mut impl FnMut(usize, Alike<'_>)) {
        let starts = |bytes: &[u8]| self.mix(bytes);
        let mut pass = |at: usize, start: u32| {
            if self.sieve.has(start) {
                let entries = self.beginning(start);
                if !entries.is_empty() {
                    each(at, Alike { entries, needles: self });
                }
            }
        };
        if self.whole.is_empty() || bytes.len() < SHORTEST {
            return;
        }
        let places = bytes.len() - SHORTEST + 1;
        let whole = places - places % AT_ONCE;
        for first in (0..whole).step_by(AT_ONCE) {
            let some = &bytes[first..first + AT_ONCE + SHORTEST - 1];
            let some: [u32; AT_ONCE] = std::array::from_fn(|at| starts(&some[at..at + SHORTEST]));
            if some.iter().fold(false, |any, start| any | self.sieve.has(*start)) {
                some.into_iter().enumerate().for_each(|(at, start)| pass(first + at, start));
            }
        }
        (whole..places).for_each(|at| pass(at, starts(&bytes[at..at + SHORTEST])));
    }

    /// The entries that begin so.
    fn beginning(&self, start: u32) -> &[Entry] {
        let shelf = (start >> (32 - SHELVES)) as usize;
        let shelf = self.sieve.shelves[shelf] as usize..self.sieve.shelves[shelf + 1] as usize;
        super::alike(&self.whole[shelf], start)
    }
}
