//! What no mask may be: the identifying values of the database itself.

use crate::words::fold;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Digests of the identifying values of a database, so that no mask is, or contains, one of them.
///
/// A value counts from 8 letters and digits on; case, accents and punctuation do not. The digests are 64 bits under
/// a key of this process: two values that share one only make a mask be drawn again.
#[derive(Default)]
pub struct Originals {
    state: RandomState,
    digests: HashSet<u64>,
    longest: usize,
}

/// Values shorter than this are found everywhere by chance.
const SHORTEST: usize = 8;
/// A longer original is compared with whole masks only.
const MOST_WORDS: usize = 40;

impl Originals {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let words = words_of(value);
        if words.len() <= MOST_WORDS {
            self.longest = self.longest.max(words.len());
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

    /// Whether some run of whole words of the text is one of the values.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let words = words_of(text);
        if self.holds(&words.concat()) {
            return true;
        }
        let mut run = String::new();
        (0..words.len()).any(|start| {
            run.clear();
            words[start..].iter().take(self.longest).any(|word| {
                if !run.is_empty() {
                    run.push(' ');
                }
                run.push_str(word);
                self.holds(&run)
            })
        })
    }

    fn insert(&mut self, run: &str) {
        if run.len() >= SHORTEST {
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
    fn runs_of_whole_words_are_found_and_parts_of_words_are_not() {
        let mut originals = Originals::default();
        originals.add("Rue Victor Hugo");
        originals.add("dominique");
        originals.add("rue");
        assert!(originals.stand_in("12 rue Victor-Hugo"));
        assert!(originals.stand_in("DOMINIQUE Martin"));
        assert!(!originals.stand_in("julie.dominique7k3"));
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
