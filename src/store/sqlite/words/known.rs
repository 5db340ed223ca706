//! The words that have come up, each with a number: the first is 0, the next 1.

use super::word::{Word, put_bytes};
use crate::fingerprints::fresh_seed;

/// Slots to begin with.
const FEWEST_SLOTS: usize = 1 << 12;
/// Odd, with bits as if by chance.
const STIR: u64 = 0x9e37_79b9_7f4a_7c15;
/// The bit of a hash that says that there is more of the word than its first number.
const LONG: u32 = 1;

/// Words by their numbers, and the other way round.
pub struct Known {
    slots: Vec<Slot>,
    /// All words, one behind the other, and where each ends.
    numbers: Vec<u64>,
    ends: Vec<u32>,
    /// What nobody knows who chooses words, so that nobody can choose such as fall into one slot.
    seed: u64,
}

/// A word's place: for most of them all that there is to compare is here.
#[derive(Clone, Copy, Default)]
struct Slot {
    first: u64,
    hash: u32,
    /// One more than the word's number; 0 where no word is.
    number: u32,
}

impl Known {
    /// None yet.
    pub fn new() -> Self {
        Known {
            slots: vec![Slot::default(); FEWEST_SLOTS],
            numbers: Vec::new(),
            ends: Vec::new(),
            seed: fresh_seed(),
        }
    }

    /// The memory that it takes.
    pub fn size(&self) -> usize {
        self.slots.len() * size_of::<Slot>()
            + self.numbers.len() * size_of::<u64>()
            + self.ends.len() * size_of::<u32>()
    }

    /// The number of a word, which is the next one where it is new.
    pub fn number_of(&mut self, word: &Word) -> usize {
        let (first, between, last) = word.numbers();
        let hash = self.hash(first, between, last);
        let most = self.slots.len() - 1;
        let mut at = (hash >> 1) as usize & most;
        loop {
            let slot = self.slots[at];
            if slot.first == first && slot.hash == hash && slot.number != 0 {
                let number = slot.number as usize - 1;
                if hash & LONG == 0 || self.is_behind_first(number, between, last) {
                    return number;
                }
            } else if slot.number == 0 {
                return self.add(at, Slot { first, hash, number: 0 }, word);
            }
            at = (at + 1) & most;
        }
    }

    /// Puts a word's bytes at the end of others.
    pub fn put_word(&self, out: &mut Vec<u8>, number: usize) {
        put_bytes(out, self.numbers_of(number));
    }

    fn numbers_of(&self, number: usize) -> &[u64] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.numbers[start as usize..self.ends[number] as usize]
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.slots.resize(FEWEST_SLOTS, Slot::default());
        self.numbers.clear();
        self.ends.clear();
    }

    #[inline]
    fn hash(&self, first: u64, between: &[u64], last: Option<u64>) -> u32 {
        let mut state = stirred(self.seed ^ first);
        let mut long = 0;
        for number in between.iter().copied().chain(last) {
            state = stirred(state ^ number);
            long = LONG;
        }
        (state >> 32 ^ state) as u32 & !LONG | long
    }

    /// Whether these are a word's numbers behind its first.
    fn is_behind_first(&self, number: usize, between: &[u64], last: Option<u64>) -> bool {
        let rest = &self.numbers_of(number)[1..];
        match (rest.split_last(), last) {
            (Some((end, before)), Some(last)) => *end == last && before == between,
            _ => rest == between,
        }
    }

    #[cold]
    fn add(&mut self, at: usize, slot: Slot, word: &Word) -> usize {
        let number = self.ends.len();
        self.slots[at] = Slot { number: number as u32 + 1, ..slot };
        let (first, between, last) = word.numbers();
        self.numbers.push(first);
        self.numbers.extend(between.iter().copied().chain(last));
        self.ends.push(self.numbers.len() as u32);
        if self.ends.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let more = vec![Slot::default(); self.slots.len() * 2];
        let fewer = std::mem::replace(&mut self.slots, more);
        let most = self.slots.len() - 1;
        for slot in fewer.into_iter().filter(|slot| slot.number != 0) {
            let mut at = (slot.hash >> 1) as usize & most;
            while self.slots[at].number != 0 {
                at = (at + 1) & most;
            }
            self.slots[at] = slot;
        }
    }
}

fn stirred(state: u64) -> u64 {
    let wide = u128::from(state) * u128::from(STIR);
    (wide >> 64) as u64 ^ wide as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_however_alike() {
        let mut known = Known::new();
        let words: Vec<String> = (0..20_000)
            .flat_map(|number| {
                let digits = number.to_string();
                [
                    format!("w{digits}"),
                    format!("{digits:w<8}"),
                    format!("{digits:w<9}"),
                    "w".repeat(number % 40),
                ]
            })
            .collect();
        let mut numbers = std::collections::HashMap::new();
        for text in &words {
            let mut word = Word::default();
            text.bytes().for_each(|byte| word.push(byte.into(), 1));
            let next = numbers.len();
            let number = known.number_of(&word);
            assert_eq!(*numbers.entry(text).or_insert(next), number, "{text}");
            let mut bytes = Vec::new();
            known.put_word(&mut bytes, number);
            assert_eq!(bytes, text.as_bytes());
        }
    }
}
