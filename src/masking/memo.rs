//! Masks of late: a town, a job or a first name comes a thousand times, and has one mask.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Mutex;

/// Longer values hardly come twice. In bytes.
const LONGEST: usize = 48;
/// Threads that look at different shelves do not wait for each other.
const SHELVES: usize = 64;
/// Places of a shelf: all together take a few megabytes.
const PLACES: usize = 512;

/// What was made not long ago, a mask or what goes into one, each in the one place where it may stand. A `kind` is what
/// it depends on besides the value and the key.
#[derive(Debug)]
pub(super) struct Memo<K, M> {
    state: RandomState,
    shelves: Vec<Shelf<K, M>>,
}

type Shelf<K, M> = Mutex<Vec<Option<Entry<K, M>>>>;

#[derive(Debug)]
struct Entry<K, M> {
    kind: K,
    value: Box<str>,
    mask: M,
}

impl<K, M> Default for Memo<K, M> {
    fn default() -> Self {
        let shelf = || Mutex::new((0..PLACES).map(|_| None).collect());
        Memo { state: RandomState::new(), shelves: (0..SHELVES).map(|_| shelf()).collect() }
    }
}

impl<K: Copy + Eq + Hash, M: Clone> Memo<K, M> {
    /// What `make` makes of the value, or made of it a while ago.
    pub(super) fn of(&self, kind: K, value: &str, make: impl FnOnce() -> M) -> M {
        if value.len() > LONGEST {
            return make();
        }
        let digest = self.state.hash_one((kind, value));
        let shelf = &self.shelves[digest as usize % SHELVES];
        let place = (digest >> 32) as usize % PLACES;
        // Who would have to wait is quicker alone.
        if let Ok(shelf) = shelf.try_lock()
            && let Some(entry) = &shelf[place]
            && entry.kind == kind
            && *entry.value == *value
        {
            return entry.mask.clone();
        }
        let mask = make();
        if let Ok(mut shelf) = shelf.try_lock() {
            shelf[place] = Some(Entry { kind, value: value.into(), mask: mask.clone() });
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_made_once_for_each_value_and_kind() {
        let memo = Memo::default();
        let made = |kind: &'static str, value: &str, mask: &'static str| memo.of(kind, value, || mask);
        assert_eq!(made("town", "Lyon", "Albi"), "Albi");
        assert_eq!(made("town", "Lyon", "Pau"), "Albi");
        assert_eq!(made("town", "Metz", "Pau"), "Pau");
        assert_eq!(made("street", "Lyon", "rue"), "rue");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(made("town", &long, "Albi"), "Albi");
        assert_eq!(made("town", &long, "Pau"), "Pau", "long values are not remembered");
    }

    #[test]
    fn more_values_than_there_are_places_keep_their_masks() {
        let memo = Memo::default();
        for round in 0..2 {
            for number in 0..50_000 {
                let value = number.to_string();
                assert_eq!(memo.of((), &value, || value.clone()), value, "{round}");
            }
        }
    }
}
