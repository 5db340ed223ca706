//! Digests remembered by eight bits each, which others may share.
//!
//! What is remembered is always found. Something else is found by chance: where that only makes somebody choose again or
//! look again, this takes a small part of the memory of [`super::sorted`], and nothing has to be sorted.

use std::sync::atomic::{AtomicU64, Ordering};

/// A line of the processor's memory: all bits of a digest are in one, each in a word of its own.
type Line = [AtomicU64; BITS];

/// How many bits each digest has.
const BITS: usize = 8;
/// How many digests are expected for a line. About half of what is expected comes again and shares its bits with itself;
/// of others one in some two thousand is found by chance then.
const FOR_A_LINE: u64 = 64;
/// There are never fewer lines, and never more: 16 KiB, and 48 MiB.
const FEWEST_LINES: u64 = 1 << 8;
const MOST_LINES: u64 = 3 << 18;
/// Where more of a hundred bits are set, most that is asked for would be found by chance.
const CROWDED_PER_CENT: u64 = 95;

/// Digests that are remembered. Several threads may add: a bit is never taken back.
#[derive(Debug)]
pub struct Sieve {
    lines: Vec<Line>,
    count: AtomicU64,
}

impl Sieve {
    /// Room for about so many. The more there are beyond some fifty million, the more others are found by chance.
    pub fn of_about(count: u64) -> Self {
        let lines = (count / FOR_A_LINE).clamp(FEWEST_LINES, MOST_LINES);
        let lines = std::iter::repeat_with(Line::default).take(lines as usize).collect();
        Sieve { lines, count: AtomicU64::new(0) }
    }

    /// Remembers a digest, whose bits must all be as good as random.
    pub fn add(&self, digest: u64) {
        let mut is_new = false;
        for (word, bit) in self.line(digest).iter().zip(bits(digest)) {
            // Most are there already, and to look is cheaper than to write.
            if word.load(Ordering::Relaxed) & bit == 0 {
                is_new = true;
                word.fetch_or(bit, Ordering::Relaxed);
            }
        }
        if is_new {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the digest is remembered, or looks like it.
    pub fn holds(&self, digest: u64) -> bool {
        let mut all = self.line(digest).iter().zip(bits(digest));
        all.all(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
    }

    /// How many different ones were added, but for those that looked like others.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed) as usize
    }

    /// Whether so many were added that it hardly tells anything: more than some hundred and fifty million.
    pub fn is_crowded(&self) -> bool {
        let words = self.lines.iter().flatten();
        let set: u64 = words.map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum();
        let all = self.lines.len() as u64 * BITS as u64 * u64::from(u64::BITS);
        set * 100 > all * CROWDED_PER_CENT
    }

    fn line(&self, digest: u64) -> &Line {
        // By other bits than those within the line.
        let mixed = u128::from(digest.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        &self.lines[((mixed * self.lines.len() as u128) >> 64) as usize]
    }
}

/// One bit of each word of a line: six bits of the digest say which.
fn bits(digest: u64) -> impl Iterator<Item = u64> {
    (0..BITS).map(move |at| 1 << (digest >> (at * 6) & 63))
}

#[cfg(test)]
mod tests {
    use super::super::scattered;
    use super::*;

    #[test]
    fn what_was_added_is_found_and_hardly_anything_else() {
        const COUNT: u64 = 200_000;
        let sieve = Sieve::of_about(2 * COUNT);
        (0..COUNT).for_each(|number| sieve.add(scattered(number)));
        assert!((0..COUNT).all(|number| sieve.holds(scattered(number))));
        let others = (COUNT..10 * COUNT).filter(|number| sieve.holds(scattered(*number))).count();
        assert!(others < 9 * COUNT as usize / 1_000, "{others} of {} others", 9 * COUNT);
        assert!(sieve.len() as u64 > COUNT - COUNT / 1_000);
    }

    #[test]
    fn more_than_were_expected_are_found_all_the_same() {
        let sieve = Sieve::of_about(0);
        (0..20_000).for_each(|number| sieve.add(scattered(number)));
        assert!((0..20_000).all(|number| sieve.holds(scattered(number))) && !sieve.is_crowded());
        (0..100_000).for_each(|number| sieve.add(scattered(number)));
        assert!(sieve.is_crowded(), "and that is told");
    }

    #[test]
    fn threads_add_to_the_same() {
        let sieve = Sieve::of_about(8_000);
        std::thread::scope(|scope| {
            for part in 0..4 {
                let sieve = &sieve;
                scope.spawn(move || (0..1000).for_each(|number| sieve.add(scattered(part * 1000 + number))));
            }
        });
        assert!((0..4000).all(|number| sieve.holds(scattered(number))));
    }
}
