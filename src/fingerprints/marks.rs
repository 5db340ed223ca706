//! Marks along runs: they say where none can be, so that few digests are looked up.

use super::runs::{SHORTEST, WIDE};
use std::iter::repeat_with;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

/// Bits for the first bytes: 2 MiB, so that few of them are there by chance.
const START_BITS: usize = 1 << 24;
/// So many bytes of a run tell whether one may begin there at all, for less than its first [`SHORTEST`] ones do.
const FEW: usize = 4;
/// Bits for the few first bytes: 32 KiB, so that they stay within the processor.
const FEW_BITS: usize = 1 << 18;
/// The mark of a place from which a run goes on to the next one.
pub const GOES_ON: u16 = 1 << WIDE;
/// There are never fewer places for marks, and never more: 16 MiB.
const FEWEST_PLACES: usize = 1 << 15;
const MOST_PLACES: usize = 1 << 23;
/// So many bytes of each run that is expected share a mark: a run is longer, but most marks come more than once.
const BYTES_FOR_EACH: usize = 14;

/// Marks along the runs, by the digests of their beginnings of 8, 15, 22… (or 23, 38…) bytes: where one ends before the
/// next, and whether one goes on. They are those of all runs together, so they say where none can be, and the digests of
/// whole runs the rest.
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
    places: Vec<AtomicU16>,
}

impl Marks {
    /// Room for those of about so many runs, a stride apart.
    pub fn of_about(count: u64, stride: usize, seed: u64) -> Self {
        let bytes = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(BYTES_FOR_EACH);
        let places = (bytes / stride).clamp(FEWEST_PLACES, MOST_PLACES).next_power_of_two();
        Marks {
            seed,
            few: repeat_with(AtomicU64::default).take(FEW_BITS / 64).collect(),
            starts: repeat_with(AtomicU64::default).take(START_BITS / 64).collect(),
            places: repeat_with(AtomicU16::default).take(places).collect(),
        }
    }

    /// The digest of a run's first bytes; all its bits are good.
    #[inline]
    pub fn beginning(&self, first: &[u8; SHORTEST]) -> u64 {
        let mixed = (u64::from_le_bytes(*first) ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
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

    /// Whether a run may begin with these few bytes.
    #[inline]
    pub fn may_start_with(&self, few: [u8; FEW]) -> bool {
        let (word, bit) = few_bit(self.seed, few);
        self.few[word].load(Ordering::Relaxed) & bit != 0
    }

    /// The marks at the end of what has this digest.
    #[inline]
    pub fn at(&self, running: u64) -> u16 {
        self.place(running).load(Ordering::Relaxed)
    }

    /// Sets a mark.
    #[inline]
    pub fn set(&self, running: u64, mark: u16) {
        let place = self.place(running);
        if place.load(Ordering::Relaxed) & mark == 0 {
            place.fetch_or(mark, Ordering::Relaxed);
        }
    }

    /// Notes a run's first bytes, and their digest.
    pub fn start(&self, first: &[u8; SHORTEST], running: u64) {
        let [a, b, c, d, ..] = *first;
        set_bit(&self.few, few_bit(self.seed, [a, b, c, d]));
        set_bit(&self.starts, start_bit(running));
    }

    fn place(&self, running: u64) -> &AtomicU16 {
        &self.places[(running >> 32) as usize & (self.places.len() - 1)]
    }
}

/// Sets a bit. Most are there already, and to look is cheaper than to write.
fn set_bit(bits: &[AtomicU64], (word, bit): (usize, u64)) {
    if bits[word].load(Ordering::Relaxed) & bit == 0 {
        bits[word].fetch_or(bit, Ordering::Relaxed);
    }
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
