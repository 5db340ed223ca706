//! Marks along runs of bytes, which tell at once where none of them can be.

use crate::memory::fetch;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What is shorter is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// Bits for the first bytes: 2 MiB, so that few of them are there by chance.
const START_BITS: usize = 1 << 24;
/// So many bytes of a run tell whether one may begin there at all, for less than its first [`SHORTEST`] ones do.
const FEW: usize = 4;
/// Bits for the few first bytes: 32 KiB, so that they stay within the processor.
const FEW_BITS: usize = 1 << 18;
/// How far apart the marks along a run are, in bytes.
pub const STRIDE: usize = 7;
/// The mark of a place from which a run goes on to the next one.
const GOES_ON: u8 = 1 << STRIDE;
/// There are never fewer places for marks, and never more.
const FEWEST_PLACES: usize = 1 << 16;
const MOST_PLACES: usize = 1 << 24;

/// Places for each run that is expected: a run has several marks, but most come more than once.
const PLACES_FOR_EACH: usize = 2;

/// Marks along the runs, by the digests of their beginnings of 8, 15, 22… bytes: where one ends before the next mark,
/// and whether one goes on. They are those of all runs together, so they say where none can be.
///
/// Several threads may set them: a mark is never taken back, so their order does not matter, and nobody looks before
/// all threads are done.
#[derive(Debug)]
pub struct Marks {
    seed: u64,
    /// A bit for the few first bytes of each.
    few: Vec<AtomicU64>,
    /// A bit for the first bytes of each.
    starts: Vec<AtomicU64>,
    /// A power of two of them.
    places: Vec<AtomicU8>,
}

impl Marks {
    /// None yet, with room for those of about so many runs; if more come, less is told by them. The seed is a secret.
    pub fn for_about(count: u64, seed: u64) -> Self {
        let places = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(PLACES_FOR_EACH);
        let places = places.clamp(FEWEST_PLACES, MOST_PLACES);
        let places = places.next_power_of_two();
        Marks {
            seed,
            few: std::iter::repeat_with(AtomicU64::default).take(FEW_BITS / 64).collect(),
            starts: std::iter::repeat_with(AtomicU64::default).take(START_BITS / 64).collect(),
            places: std::iter::repeat_with(AtomicU8::default).take(places).collect(),
        }
    }

    /// The digest of these first bytes, where a run may begin with them.
    #[inline]
    pub fn beginning_like(&self, first: &[u8; SHORTEST]) -> Option<u64> {
        let [a, b, c, d, ..] = *first;
        if !self.may_start_with([a, b, c, d]) {
            return None;
        }
        let running = self.beginning(first);
        let (word, bit) = start_bit(running);
        (self.starts[word].load(Ordering::Relaxed) & bit != 0).then_some(running)
    }

    /// Whether a run may begin with so few bytes.
    #[inline]
    pub fn may_start_with(&self, few: [u8; FEW]) -> bool {
        let (word, bit) = few_bit(self.seed, few);
        self.few[word].load(Ordering::Relaxed) & bit != 0
    }

    fn place(&self, running: u64) -> &AtomicU8 {
        &self.places[(running >> 32) as usize & (self.places.len() - 1)]
    }

    /// The marks where a beginning has this digest.
    #[inline]
    pub fn at(&self, running: u64) -> u8 {
        self.place(running).load(Ordering::Relaxed)
    }

    fn set(&self, running: u64, mark: u8) {
        let place = self.place(running);
        if place.load(Ordering::Relaxed) & mark == 0 {
            place.fetch_or(mark, Ordering::Relaxed);
        }
    }

    /// Marks a run by its first bytes, their digest and the rest; returns the digest of the whole.
    pub fn set_along(&self, first: &[u8; SHORTEST], beginning: u64, rest: &[u8]) -> u64 {
        let [a, b, c, d, ..] = *first;
        set_bit(&self.few, few_bit(self.seed, [a, b, c, d]));
        set_bit(&self.starts, start_bit(beginning));
        let mut running = beginning;
        let (strides, last) = rest.as_chunks::<STRIDE>();
        for stride in strides {
            self.set(running, GOES_ON);
            running = stride.iter().fold(running, |running, byte| step(running, *byte));
        }
        self.set(running, 1 << last.len());
        last.iter().fold(running, |running, byte| step(running, *byte))
    }

    /// Sends for the memory where a run with this beginning has its first marks.
    #[inline]
    pub fn fetch(&self, beginning: u64) {
        fetch(&self.starts[start_bit(beginning).0]);
        fetch(self.place(beginning));
    }

    /// The digest of a run's first bytes; all its bits are good.
    #[inline]
    pub fn beginning(&self, first: &[u8; SHORTEST]) -> u64 {
        let mixed = (u64::from_le_bytes(*first) ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}

/// Sets a bit. Most are there already, and to look is cheaper than to write.
fn set_bit(bits: &[AtomicU64], (word, bit): (usize, u64)) {
    if bits[word].load(Ordering::Relaxed) & bit == 0 {
        bits[word].fetch_or(bit, Ordering::Relaxed);
    }
}

/// The digest with one byte more, so that every length of a run costs one step more.
#[inline]
pub fn step(running: u64, byte: u8) -> u64 {
    let mixed = (running ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn few_bit(seed: u64, few: [u8; FEW]) -> (usize, u64) {
    let place = (u32::from_le_bytes(few) ^ seed as u32).wrapping_mul(0x9e37_79b1) as usize;
    let place = place >> (u32::BITS - FEW_BITS.ilog2());
    (place / 64, 1 << (place % 64))
}

fn start_bit(start: u64) -> (usize, u64) {
    let place = start as usize & (START_BITS - 1);
    (place / 64, 1 << (place % 64))
}
