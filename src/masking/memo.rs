//! Masks of late: a town, a job or a first name comes a thousand times, and has one mask.

use crate::fingerprints::{digest, fresh_seed};
use std::ops::Deref;
use std::sync::{Mutex, OnceLock};

/// Longer values hardly come twice. In bytes.
const LONGEST: usize = 48;
/// Threads that look at different shelves do not wait for each other.
const SHELVES: usize = 64;
/// Values that are remembered: all together take a few megabytes.
const USUAL: usize = 1 << 15;

/// What was made not long ago, a mask or what goes into one, each in the one place where it may stand. A `kind` is what
/// it depends on besides the value and the key.
#[derive(Debug)]
pub(super) struct Memo<K, M> {
    seed: u64,
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
        Memo::of_places(USUAL)
    }
}

impl<K, M> Memo<K, M> {
    /// One that remembers so many values.
    pub(super) fn of_places(count: usize) -> Self {
        let shelf = || Mutex::new((0..count / SHELVES).map(|_| None).collect());
        Memo { seed: fresh_seed(), shelves: (0..SHELVES).map(|_| shelf()).collect() }
    }
}

impl<K: Copy + Eq, M: Clone> Memo<K, M> {
    /// What `make` makes of the value, or made of it a while ago.
    pub(super) fn of(&self, kind: K, value: &str, make: impl FnOnce() -> M) -> M {
        if value.len() > LONGEST {
            return make();
        }
        // Hardly a value comes as two kinds.
        let digest = digest(self.seed, value.as_bytes());
        let shelf = &self.shelves[(digest >> 8) as usize % SHELVES];
        let place = |count: usize| (digest >> 32) as usize % count;
        // Who would have to wait is quicker alone.
        if let Ok(shelf) = shelf.try_lock()
            && let Some(entry) = &shelf[place(shelf.len())]
            && entry.kind == kind
            && *entry.value == *value
        {
            return entry.mask.clone();
        }
        let mask = make();
        if let Ok(mut shelf) = shelf.try_lock() {
            let place = place(shelf.len());
            shelf[place] = Some(Entry { kind, value: value.into(), mask: mask.clone() });
        }
        mask
    }
}

/// What was made first, for as long as there is room: the parts of addresses, which are few beside the addresses. Who
/// finds something there writes nothing, not even a lock: threads do not wait for each other's caches.
#[derive(Debug)]
pub(super) struct Lasting<M> {
    seed: u64,
    places: Vec<OnceLock<(Box<str>, M)>>,
}

/// What is remembered, or was made just now and is not.
pub(super) enum Made<'a, M> {
    Remembered(&'a M),
    Fresh(M),
}

impl<M> Deref for Made<'_, M> {
    type Target = M;

    fn deref(&self) -> &M {
        match self {
            Made::Remembered(made) => made,
            Made::Fresh(made) => made,
        }
    }
}

impl<M> Lasting<M> {
    /// One that remembers about so many values.
    pub(super) fn of_places(count: usize) -> Self {
        let places = count.next_power_of_two().max(2);
        Lasting { seed: fresh_seed(), places: (0..places).map(|_| OnceLock::new()).collect() }
    }

    /// What `make` makes of the value, or made of it before.
    pub(super) fn of(&self, value: &str, make: impl Fn() -> M) -> Made<'_, M> {
        if value.len() > LONGEST {
            return Made::Fresh(make());
        }
        let first = (digest(self.seed, value.as_bytes()) >> 32) as usize & (self.places.len() - 1);
        // There are two places where it may stand.
        for place in [first, first ^ 1].map(|at| &self.places[at]) {
            let (known, made) = place.get_or_init(|| (value.into(), make()));
            if **known == *value {
                return Made::Remembered(made);
            }
        }
        Made::Fresh(make())
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

    #[test]
    fn what_lasts_is_made_once_as_long_as_there_is_room() {
        let lasting = Lasting::of_places(2);
        let made = |value: &str, made: u8| *lasting.of(value, || made);
        assert_eq!([made("a", 1), made("a", 2), made("b", 3), made("b", 4)], [1, 1, 3, 3]);
        assert_eq!([made("c", 5), made("c", 6), made("a", 7)], [5, 6, 1], "the first ones stay");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!([made(&long, 8), made(&long, 9)], [8, 9], "long values are not remembered");
    }
}
