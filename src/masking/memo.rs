//! Masks of late: a town, a job or a first name comes a thousand times, and has one mask.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Mutex;

/// Longer values hardly come twice. In bytes.
const LONGEST: usize = 48;
/// Threads that look at different shelves do not wait for each other.
const SHELVES: usize = 64;
/// Places of a shelf: all together take a few megabytes.
const PLACES: usize = 512;

/// Masks that were made not long ago, each in the one place where it may stand. A `kind` is what a mask depends on
/// besides the value and the key.
#[derive(Debug)]
pub(super) struct Memo<K> {
    state: RandomState,
    shelves: Vec<Shelf<K>>,
}

type Shelf<K> = Mutex<Vec<Option<Entry<K>>>>;

#[derive(Debug)]
struct Entry<K> {
    kind: K,
    value: Box<str>,
    mask: Box<str>,
}

impl<K> Default for Memo<K> {
    fn default() -> Self {
        let shelf = || Mutex::new((0..PLACES).map(|_| None).collect());
        Memo { state: RandomState::new(), shelves: (0..SHELVES).map(|_| shelf()).collect() }
    }
}

impl<K: Copy + Eq + Hash> Memo<K> {
    /// The mask that `make` makes of the value, or made of it a while ago.
    pub(super) fn of(&self, kind: K, value: &str, make: impl FnOnce() -> Option<String>) -> Option<String> {
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
            return Some(entry.mask.clone().into());
        }
        let mask = make()?;
        if let Ok(mut shelf) = shelf.try_lock() {
            shelf[place] = Some(Entry { kind, value: value.into(), mask: mask.as_str().into() });
        }
        Some(mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_made_once_for_each_value_and_kind() {
        let memo = Memo::default();
        let made =
            |kind: &'static str, value: &str, mask: &str| memo.of(kind, value, || Some(mask.to_owned()));
        assert_eq!(made("town", "Lyon", "Albi").as_deref(), Some("Albi"));
        assert_eq!(made("town", "Lyon", "Pau").as_deref(), Some("Albi"));
        assert_eq!(made("town", "Metz", "Pau").as_deref(), Some("Pau"));
        assert_eq!(made("street", "Lyon", "rue").as_deref(), Some("rue"));
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(made("town", &long, "Albi").as_deref(), Some("Albi"));
        assert_eq!(made("town", &long, "Pau").as_deref(), Some("Pau"), "long values are not remembered");
    }

    #[test]
    fn more_values_than_there_are_places_keep_their_masks() {
        let memo = Memo::default();
        for round in 0..2 {
            for number in 0..50_000 {
                let value = number.to_string();
                assert_eq!(memo.of((), &value, || Some(value.clone())), Some(value.clone()), "{round}");
            }
        }
    }
}
