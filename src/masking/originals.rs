//! What no mask may be: the identifying values of the database itself.

use crate::words::fold;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Digests of the identifying values of a database, so that no mask is, or contains, one of them.
///
/// A value counts from 8 bytes on; case, accents and punctuation do not. The digests are 64 bits under a key of this
/// process: two values that share one only make a mask be drawn again.
pub struct Originals {
    state: RandomState,
    digests: HashSet<u64>,
    /// A bit for the digest of each value's first bytes: most places of a mask are settled by it.
    starts: Vec<u64>,
}

/// Values shorter than this are found everywhere by chance. In bytes.
const SHORTEST: usize = 8;
/// Of a longer value only the whole is compared, with the whole of a mask. In words.
const MOST_WORDS: usize = 12;
/// Bits for beginnings: 512 KiB.
const START_BITS: usize = 1 << 22;

impl Default for Originals {
    fn default() -> Self {
        Originals { state: RandomState::new(), digests: HashSet::new(), starts: vec![0; START_BITS / 64] }
    }
}

impl Originals {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let words = words_of(value);
        if words.len() <= MOST_WORDS {
            self.insert(&words.join(" "));
        }
        if words.len() > 1 {
            self.insert(&words.concat());
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Whether one of the values stands anywhere in the text, inside a longer word too: `Laine SAS` in `Porcelaine
    /// SAS`.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let words = words_of(text);
        let run = words.join(" ");
        self.holds(&words.concat())
            || (0..run.len()).any(|at| run.is_char_boundary(at) && self.begins(&run[at..]))
    }

    /// Whether one of the values is a beginning of the run.
    fn begins(&self, run: &str) -> bool {
        let Some(first) = run.as_bytes().first_chunk::<SHORTEST>() else { return false };
        let (word, bit) = self.start(first);
        self.starts[word] & bit != 0
            && (SHORTEST..=run.len()).any(|end| run.is_char_boundary(end) && self.holds(&run[..end]))
    }

    fn start(&self, first: &[u8; SHORTEST]) -> (usize, u64) {
        let place = self.state.hash_one(u64::from_le_bytes(*first)) as usize & (START_BITS - 1);
        (place / 64, 1 << (place % 64))
    }

    fn insert(&mut self, run: &str) {
        if let Some(first) = run.as_bytes().first_chunk::<SHORTEST>() {
            let (word, bit) = self.start(first);
            self.starts[word] |= bit;
            self.digests.insert(self.state.hash_one(run));
        }
    }

    fn holds(&self, run: &str) -> bool {
        run.len() >= SHORTEST && self.digests.contains(&self.state.hash_one(run))
    }
}

fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_wherever_it_stands() {
        let mut originals = Originals::default();
        originals.add("Rue Victor Hugo");
        originals.add("dominique");
        originals.add("rue");
        assert!(originals.stand_in("12 rue Victor-Hugo"));
        assert!(originals.stand_in("DOMINIQUE Martin"));
        assert!(originals.stand_in("julie.dominique7k3"));
        originals.add("Laine SAS");
        assert!(originals.stand_in("Porcelaine SAS"));
        assert!(!originals.stand_in("Laine de verre SAS"));
        assert!(!originals.stand_in("rue Victor"));
    }

    #[test]
    fn a_number_is_found_however_it_is_grouped() {
        let mut originals = Originals::default();
        originals.add("01 99 00 12 34");
        assert!(originals.stand_in("0199001234"));
        assert!(originals.stand_in("01.99.00.12.34"));
    }
}
