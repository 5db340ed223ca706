//! What no mask may be: the identifying values of the database itself.

use super::identifiers::siren_in;
use super::phone::national_part;
use crate::fingerprints::{Fingerprints, Gathering, beginning, step};
use crate::schema::Category;
use crate::words::fold;
use std::hash::{BuildHasher, RandomState};

/// The identifying values of a database, being gathered: [`Masker::new`](super::Masker::new) takes them.
pub struct Originals {
    seed: u64,
    digests: Gathering,
    starts: Vec<u64>,
    lengths: Vec<u128>,
    has_short: bool,
}

/// What a value is in other places: the SIREN of a SIRET or VAT number, and a telephone number with its 0 and with the
/// country before it. A mask that is one of these would be taken for the original by whoever looks there.
pub fn also_written(category: Category, value: &str) -> Vec<String> {
    match category {
        Category::Siret | Category::Vat => siren_in(category, value).into_iter().collect(),
        Category::Phone => {
            let ways = |national: String| [format!("0{national}"), format!("33{national}")];
            national_part(value).into_iter().flat_map(ways).collect()
        }
        _ => Vec::new(),
    }
}

/// Digests of the identifying values of a database, so that no mask is, or contains, one of them.
///
/// A value counts from 8 bytes on; case, accents and punctuation do not. The digests are 64 bits under a seed of this
/// process: two values that share one only make a mask be drawn again.
pub(super) struct Taken {
    seed: u64,
    digests: Fingerprints,
    /// A bit for the digest of each value's first bytes: most places of a mask are settled by it.
    starts: Vec<u64>,
    /// For each bucket of beginnings a bit for each length that a value there has, the last one for all longer ones.
    lengths: Vec<u128>,
    /// Whether there are values that are shorter without their accents than [`SHORTEST`].
    has_short: bool,
}

/// Values shorter than this are found everywhere by chance. In bytes.
const SHORTEST: usize = 8;
/// Of a longer value only the whole is compared, with the whole of a mask. In words.
const MOST_WORDS: usize = 12;
/// Bits for beginnings: 2 MiB, so that they stay near the processor.
const START_BITS: usize = 1 << 24;
/// Buckets for the lengths that a beginning can have.
const BUCKETS: usize = 1 << 16;
/// Longer values share the last bit.
const LONG: usize = 127;

impl Default for Originals {
    fn default() -> Self {
        Originals {
            seed: RandomState::new().hash_one(0u8),
            digests: Gathering::default(),
            starts: vec![0; START_BITS / 64],
            lengths: vec![0; BUCKETS],
            has_short: false,
        }
    }
}

impl Originals {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let (run, words) = run_of(value);
        // `Lefèvre` has eight bytes, and the proof finds it; `lefevre` has seven.
        if run.len() < SHORTEST && value.len() >= SHORTEST && !run.is_empty() {
            self.has_short = true;
            self.insert(padded(run.as_bytes()).into_iter());
        }
        if words <= MOST_WORDS {
            self.insert(run.bytes());
        }
        if words > 1 {
            self.insert(without_blanks(&run));
        }
    }

    fn insert(&mut self, run: impl Iterator<Item = u8> + Clone) {
        let Some(whole) = Digest::of(self.seed, run) else { return };
        let (word, bit) = start_bit(whole.start);
        self.starts[word] |= bit;
        self.lengths[bucket(whole.start)] |= 1 << (whole.length - SHORTEST).min(LONG);
        self.digests.add(whole.digest);
    }

    /// Makes them searchable.
    pub(super) fn finish(self) -> Taken {
        let Originals { seed, digests, starts, lengths, has_short } = self;
        Taken { seed, digests: digests.finish(), starts, lengths, has_short }
    }
}

impl Taken {
    /// Whether one of the values stands anywhere in the text, inside a longer word too: `Laine SAS` in `Porcelaine
    /// SAS`; numbers however their digits are grouped.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        if self.digests.is_empty() {
            return false;
        }
        let (run, words) = run_of(text);
        let whole = Digest::of(self.seed, without_blanks(&run)).filter(|_| words > 1);
        whole.is_some_and(|whole| self.digests.holds(whole.digest))
            || self.is_within(&run)
            || with_numbers_closed(&run).is_some_and(|run| self.is_within(&run))
    }

    fn is_within(&self, run: &str) -> bool {
        (0..run.len()).any(|at| self.begins(&run.as_bytes()[at..])) || self.has_short && self.is_short_in(run)
    }

    /// Whether a value that is short without its accents stands in the run, as whole words.
    fn is_short_in(&self, run: &str) -> bool {
        let bytes = run.as_bytes();
        let is_blank = |at: usize| bytes.get(at).is_none_or(|byte| *byte == b' ');
        let starts = (0..bytes.len()).filter(|at| at.checked_sub(1).is_none_or(is_blank) && !is_blank(*at));
        starts.into_iter().any(|start| {
            let ends = (start + 1..start + SHORTEST).filter(|end| *end <= bytes.len() && is_blank(*end));
            ends.into_iter().any(|end| self.begins(&padded(&bytes[start..end])))
        })
    }

    /// Whether one of the values is a beginning of the run.
    fn begins(&self, run: &[u8]) -> bool {
        let Some((first, rest)) = run.split_first_chunk::<SHORTEST>() else { return false };
        let mut running = beginning(self.seed, first);
        let (word, bit) = start_bit(running);
        if self.starts[word] & bit == 0 {
            return false;
        }
        let lengths = self.lengths[bucket(running)];
        let mut rest = rest.iter();
        for more in 0.. {
            if lengths >> more.min(LONG) == 0 {
                return false;
            }
            if lengths >> more.min(LONG) & 1 == 1 && self.digests.holds(running) {
                return true;
            }
            let Some(byte) = rest.next() else { return false };
            running = step(running, *byte);
        }
        false
    }
}

/// The digests of a run of eight bytes or more.
struct Digest {
    /// That of its first bytes.
    start: u64,
    /// That of all of it.
    digest: u64,
    length: usize,
}

impl Digest {
    fn of(seed: u64, mut run: impl Iterator<Item = u8>) -> Option<Self> {
        let mut first = [0; SHORTEST];
        for place in &mut first {
            *place = run.next()?;
        }
        let start = beginning(seed, &first);
        let add = |(running, length), byte| (step(running, byte), length + 1);
        let (digest, length) = run.fold((start, SHORTEST), add);
        Some(Digest { start, digest, length })
    }
}

fn start_bit(start: u64) -> (usize, u64) {
    let place = start as usize & (START_BITS - 1);
    (place / 64, 1 << (place % 64))
}

fn bucket(start: u64) -> usize {
    (start >> 48) as usize & (BUCKETS - 1)
}

/// The text's folded words with one blank between two, and how many they are.
fn run_of(text: &str) -> (String, usize) {
    let folded = fold(text);
    let (mut run, mut words) = (String::with_capacity(folded.len()), 0);
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if words > 0 {
            run.push(' ');
        }
        run.push_str(word);
        words += 1;
    }
    (run, words)
}

/// The run without the blanks between two digits; nothing where there are none.
fn with_numbers_closed(run: &str) -> Option<String> {
    let bytes = run.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let is_gap = |at: usize| bytes[at] == b' ' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    if !(0..bytes.len()).any(is_gap) {
        return None;
    }
    Some(run.char_indices().filter(|(at, _)| !is_gap(*at)).map(|(_, letter)| letter).collect())
}

/// A run of less than eight bytes, told from the beginning of a longer one.
fn padded(run: &[u8]) -> [u8; SHORTEST] {
    std::array::from_fn(|at| run.get(at).copied().unwrap_or_default())
}

fn without_blanks(run: &str) -> impl Iterator<Item = u8> + Clone {
    run.bytes().filter(|byte| *byte != b' ')
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
        originals.add("Laine SAS");
        let originals = originals.finish();
        assert!(originals.stand_in("12 rue Victor-Hugo"));
        assert!(originals.stand_in("DOMINIQUE Martin"));
        assert!(originals.stand_in("julie.dominique7k3"));
        assert!(originals.stand_in("Porcelaine SAS"));
        assert!(!originals.stand_in("Laine de verre SAS"));
        assert!(!originals.stand_in("rue Victor"));
    }

    #[test]
    fn a_number_is_found_however_it_is_grouped() {
        let mut originals = Originals::default();
        originals.add("01 99 00 12 34");
        let originals = originals.finish();
        assert!(originals.stand_in("0199001234"));
        assert!(originals.stand_in("01.99.00.12.34"));
        assert!(originals.stand_in("tel 01 99 00 12 34, poste 5"));
        assert!(!originals.stand_in("01 99 00 12 43"));
    }

    #[test]
    fn a_value_that_is_short_without_its_accents_is_found_as_a_whole() {
        let mut originals = Originals::default();
        originals.add("Lefèvre");
        originals.add("Zoé Roy");
        originals.add("Petit");
        let originals = originals.finish();
        assert!(originals.stand_in("LEFÈVRE") && originals.stand_in("Marie Lefèvre-Durand"));
        assert!(originals.stand_in("mme zoé roy"));
        assert!(
            !originals.stand_in("Lefèvres") && !originals.stand_in("Roy Zoé") && !originals.stand_in("Petit")
        );
    }

    #[test]
    fn a_value_is_known_as_other_places_write_it() {
        assert_eq!(also_written(Category::Siret, "732 829 320 00074"), ["732829320"]);
        assert_eq!(also_written(Category::Vat, "FR44 732829320"), ["732829320"]);
        assert_eq!(also_written(Category::Phone, "+33 (0)6 12 34 56 78"), ["0612345678", "33612345678"]);
        assert_eq!(also_written(Category::Phone, "+44 20 7946 0958"), [""; 0]);
        assert_eq!(also_written(Category::Siren, "732829320"), [""; 0]);
    }
}
