//! The words that have come up, each with a number: the first is 0, the next 1.

use std::hash::{BuildHasher, RandomState};

/// Slots to begin with.
const FEWEST_SLOTS: usize = 1 << 12;
/// Odd, with bits as if by chance.
const STIR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Words by their numbers, and the other way round.
pub struct Known {
    slots: Vec<Slot>,
    /// All words, one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// What nobody knows who chooses words, so that nobody can choose such as fall into one slot.
    seed: u64,
}

/// A word's place: most of what there is to compare is here.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// One more than the word's number; 0 where no word is.
    number: u32,
}

impl Known {
    /// None yet.
    pub fn new() -> Self {
        Known {
            slots: vec![Slot::default(); FEWEST_SLOTS],
            bytes: Vec::new(),
            ends: Vec::new(),
            seed: RandomState::new().hash_one(0),
        }
    }

    /// The memory that it takes.
    pub fn size(&self) -> usize {
        self.slots.len() * size_of::<Slot>() + self.bytes.len() + self.ends.len() * size_of::<u32>()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of a word, which is the next one where it is new.
    pub fn number_of(&mut self, word: &[u8]) -> usize {
        let hash = hash(self.seed, word);
        let most = self.slots.len() - 1;
        let mut at = hash as usize & most;
        loop {
            let slot = self.slots[at];
            if slot.number == 0 {
                break;
            }
            let number = slot.number as usize - 1;
            if slot.hash == hash && self.word(number) == word {
                return number;
            }
            at = (at + 1) & most;
        }
        let number = self.ends.len();
        self.slots[at] = Slot { hash, number: number as u32 + 1 };
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len() as u32);
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    /// A word.
    pub fn word(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start as usize..self.ends[number] as usize]
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.slots.resize(FEWEST_SLOTS, Slot::default());
        self.bytes.clear();
        self.ends.clear();
    }

    fn grow(&mut self) {
        let more = vec![Slot::default(); self.slots.len() * 2];
        let fewer = std::mem::replace(&mut self.slots, more);
        let most = self.slots.len() - 1;
        for slot in fewer.into_iter().filter(|slot| slot.number != 0) {
            let mut at = slot.hash as usize & most;
            while self.slots[at].number != 0 {
                at = (at + 1) & most;
            }
            self.slots[at] = slot;
        }
    }
}

/// Eight bytes at a time, and at the end the last ones, be they read twice.
fn hash(seed: u64, word: &[u8]) -> u32 {
    let mut state = seed ^ word.len() as u64;
    let mut rest = word;
    while let Some((bytes, more)) = rest.split_first_chunk::<8>().filter(|(_, more)| !more.is_empty()) {
        state = stirred(state ^ u64::from_le_bytes(*bytes));
        rest = more;
    }
    let end = match (word.last_chunk::<8>(), rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(bytes), ..) => u64::from_le_bytes(*bytes),
        (None, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => rest.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)),
    };
    let state = stirred(state ^ end);
    (state >> 32 ^ state) as u32
}

fn stirred(state: u64) -> u64 {
    let wide = u128::from(state) * u128::from(STIR);
    (wide >> 64) as u64 ^ wide as u64
}
