//! What no mask may be: the identifying values of the database itself.

use crate::digests::{Digests, Gathering};
use crate::words::fold;
use std::hash::{BuildHasher, RandomState};

/// The identifying values of a database, being gathered: [`Masker::new`](super::Masker::new) takes them.
pub struct Originals {
    seed: u64,
    digests: Gathering,
    pairs: Vec<u64>,
    longest: usize,
}

/// Digests of the identifying values of a database, so that no mask is, or contains, one of them.
///
/// A value counts from 8 letters and digits on; case, accents and punctuation do not. The digests are 64 bits under
/// a key of this process: two values that share one only make a mask be drawn again.
pub(super) struct Taken {
    seed: u64,
    digests: Digests,
    /// A bit for the digest of each value's first two words: where it is not set, no longer run has to be tried.
    pairs: Vec<u64>,
    longest: usize,
}

/// Values shorter than this are found everywhere by chance.
const SHORTEST: usize = 8;
/// A longer original is compared with whole masks only.
const MOST_WORDS: usize = 40;
/// Bits for the first two words, whatever the size of the database: 2 MiB.
const PAIR_BITS: usize = 1 << 24;

impl Default for Originals {
    fn default() -> Self {
        Originals {
            seed: RandomState::new().hash_one(0u8),
            digests: Gathering::default(),
            pairs: vec![0; PAIR_BITS / 64],
            longest: 0,
        }
    }
}

impl Originals {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let folded = fold(value);
        let (mut run, mut pair) = (Run::of(self.seed), None);
        for word in words_of(&folded) {
            run.extend(word);
            pair = if run.words == 2 { Some(run.digest) } else { pair };
        }
        if run.length < SHORTEST {
            return;
        }
        self.digests.add(run.finished());
        if run.words <= MOST_WORDS {
            self.longest = self.longest.max(run.words);
        }
        if let Some(bit) = pair.map(pair_bit) {
            self.pairs[bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Makes them searchable.
    pub(super) fn finish(self) -> Taken {
        let Originals { seed, digests, pairs, longest } = self;
        Taken { seed, digests: digests.finish(), pairs, longest }
    }
}

impl Taken {
    /// Whether some run of whole words of the text is one of the values, or the whole of it written otherwise.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        if self.digests.is_empty() {
            return false;
        }
        let folded = fold(text);
        let mut whole = Run::of(self.seed);
        words_of(&folded).for_each(|word| whole.extend(word));
        if whole.words < 2 || whole.length < SHORTEST {
            return self.holds(&whole);
        }
        if self.holds(&whole) {
            return true;
        }
        let mut words = words_of(&folded);
        while let Some(first) = words.next() {
            let mut run = Run::of(self.seed);
            run.extend(first);
            if self.holds(&run) || self.begins_with(run, words.clone()) {
                return true;
            }
        }
        false
    }

    /// Whether the run is one of the values once some of the words after it are added.
    fn begins_with<'a>(&self, mut run: Run, words: impl Iterator<Item = &'a str>) -> bool {
        for word in words.take(self.longest.saturating_sub(1)) {
            run.extend(word);
            if run.words == 2 && !self.is_pair(run.digest) {
                return false;
            }
            if self.holds(&run) {
                return true;
            }
        }
        false
    }

    fn is_pair(&self, digest: u64) -> bool {
        let bit = pair_bit(digest);
        self.pairs[bit / 64] & (1 << (bit % 64)) != 0
    }

    fn holds(&self, run: &Run) -> bool {
        run.length >= SHORTEST && self.digests.holds(run.finished())
    }
}

/// Words in a row, as a digest of their letters without the blanks between them: so a number has one digest however
/// it is grouped.
#[derive(Clone, Copy)]
struct Run {
    digest: u64,
    words: usize,
    /// In bytes, with a blank between two words.
    length: usize,
}

impl Run {
    fn of(seed: u64) -> Self {
        Run { digest: seed, words: 0, length: 0 }
    }

    fn extend(&mut self, word: &str) {
        self.length += word.len() + usize::from(self.words > 0);
        self.words += 1;
        for byte in word.bytes() {
            let mixed = (self.digest ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.digest = mixed ^ (mixed >> 29);
        }
    }

    /// The digest with all its bits mixed.
    fn finished(&self) -> u64 {
        let mixed = (self.digest ^ (self.digest >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 32)
    }
}

fn pair_bit(digest: u64) -> usize {
    (digest >> 20) as usize & (PAIR_BITS - 1)
}

fn words_of(folded: &str) -> impl Iterator<Item = &str> + Clone {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_whole_words_are_found_and_parts_of_words_are_not() {
        let mut originals = Originals::default();
        originals.add("Rue Victor Hugo");
        originals.add("dominique");
        originals.add("rue");
        let originals = originals.finish();
        assert!(originals.stand_in("12 rue Victor-Hugo"));
        assert!(originals.stand_in("DOMINIQUE Martin"));
        assert!(!originals.stand_in("julie.dominique7k3"));
        assert!(!originals.stand_in("rue Victor"));
    }

    #[test]
    fn a_number_is_found_however_it_is_grouped() {
        let mut originals = Originals::default();
        originals.add("01 99 00 12 34");
        let originals = originals.finish();
        assert!(originals.stand_in("0199001234"));
        assert!(originals.stand_in("01.99.00.12.34"));
    }
}
