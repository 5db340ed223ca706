//! Masks of late: a town, a job or a first name comes a thousand times, and has one mask.

use crate::fingerprints::{digest, fresh_seed};
use std::ops::Deref;
use std::sync::{Mutex, OnceLock};

/// Longer values hardly come twice. In bytes.
const LONGEST: usize = 48;
/// Threads that look at different shelves do not wait for each other.
const SHELVES: usize = 64;
/// Places next to each other where one value may stand.
const TRIED: usize = 4;
/// Values that are remembered: all together take a few megabytes.
const USUAL: usize = 1 << 15;

/// What was made not long ago, a mask or what goes into one, each in the one place where it may stand. A `kind` is what
/// it depends on besides the value and the key.
///
/// Values are told apart by digests of 63 bits under a seed of this process: that two share one, and so a mask, has a
/// chance of one in 2^63 each time. What comes for the first time leaves its digest alone, and drives nothing out: most
/// values of some columns come only once.
#[derive(Debug)]
pub(super) struct Memo<K, M> {
    seed: u64,
    shelves: Vec<Shelf<K, M>>,
}

type Shelf<K, M> = Mutex<Vec<Place<K, M>>>;

#[derive(Debug)]
struct Place<K, M> {
    /// What came here last, and was not remembered.
    passed: u64,
    entry: Option<Entry<K, M>>,
}

#[derive(Debug)]
struct Entry<K, M> {
    kind: K,
    digest: u64,
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
        let place = || Place { passed: 0, entry: None };
        let shelf = || Mutex::new((0..count / SHELVES).map(|_| place()).collect());
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
        // Who would have to wait is quicker alone.
        let Ok(mut places) = shelf.try_lock() else { return make() };
        let at = (digest >> 32) as usize % places.len();
        let Place { passed, entry } = &mut places[at];
        if let Some(entry) = entry
            && (entry.kind, entry.digest) == (kind, digest)
        {
            return entry.mask.clone();
        }
        let is_first = std::mem::replace(passed, digest) != digest;
        drop(places);
        let mask = make();
        if !is_first && let Ok(mut places) = shelf.try_lock() {
            places[at].entry = Some(Entry { kind, digest, mask: mask.clone() });
        }
        mask
    }
}

/// What was made first, for as long as there is room: the parts of addresses, which are few beside the addresses. Who
/// finds something there writes nothing, not even a lock: threads do not wait for each other's caches. Values are told
/// apart as in a [`Memo`].
#[derive(Debug)]
pub(super) struct Lasting<M> {
    seed: u64,
    places: Vec<OnceLock<(u64, M)>>,
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
        let places = count.next_power_of_two().max(TRIED);
        Lasting { seed: fresh_seed(), places: (0..places).map(|_| OnceLock::new()).collect() }
    }

    /// What `make` makes of the value, or made of it before.
    pub(super) fn of(&self, value: &str, make: impl Fn() -> M) -> Made<'_, M> {
        if value.len() > LONGEST {
            return Made::Fresh(make());
        }
        let digest = digest(self.seed, value.as_bytes());
        let first = (digest >> 32) as usize & (self.places.len() - 1);
        for place in (0..TRIED).map(|next| &self.places[first ^ next]) {
            let (known, made) = place.get_or_init(|| (digest, make()));
            if *known == digest {
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
        assert_eq!(made("town", "Lyon", "Pau"), "Pau", "it may have come for the only time");
        assert_eq!(made("town", "Lyon", "Metz"), "Pau");
        assert_eq!(made("town", "Metz", "Pau"), "Pau");
        assert_eq!(made("street", "Lyon", "rue"), "rue");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(made("town", &long, "Albi"), "Albi");
        assert_eq!(made("town", &long, "Pau"), "Pau", "long values are not remembered");
        assert_eq!(made("town", &long, "Metz"), "Metz");
    }

    #[test]
    fn what_comes_once_drives_nothing_out() {
        let memo = Memo::of_places(SHELVES);
        let made = |value: &str, mask: u32| memo.of((), value, || mask);
        assert_eq!([made("Lyon", 1), made("Lyon", 2)], [1, 2]);
        (10..10_000).for_each(|number| assert_eq!(made(&number.to_string(), number), number));
        assert_eq!(made("Lyon", 3), 2);
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
        let lasting = Lasting::of_places(TRIED);
        let made = |value: &str, made: u8| *lasting.of(value, || made);
        for (made_first, value) in (1..).zip(["a", "b", "c", "d"]) {
            assert_eq!([made(value, made_first), made(value, 9)], [made_first, made_first]);
        }
        assert_eq!([made("e", 5), made("e", 6), made("a", 7)], [5, 6, 1], "the first ones stay");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!([made(&long, 8), made(&long, 9)], [8, 9], "long values are not remembered");
    }
}
