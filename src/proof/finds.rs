//! What a search came upon: digests, and how often each came. Where originals are remembered in a sieve, others may look
//! like one of them, and only the source itself can tell.

use crate::fault::Result;
use std::collections::{HashMap, HashSet};

/// So many different ones are kept apart; what comes after them counts as it is.
const MOST_DIFFERENT: usize = 1 << 18;

/// Digests of what was found.
#[derive(Debug, Clone, Default)]
pub struct Finds {
    counts: HashMap<u64, u64>,
    others: u64,
    /// Where each was, as far as that is known.
    places: Vec<(u64, Place)>,
}

/// A place in the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where it starts, from 0.
    pub start: u64,
    /// How many bytes it has.
    pub length: usize,
}

impl Finds {
    /// One more.
    pub fn add(&mut self, digest: u64) {
        if self.counts.len() < MOST_DIFFERENT || self.counts.contains_key(&digest) {
            *self.counts.entry(digest).or_default() += 1;
        } else {
            // By chance there are never so many: something came through, and the proof has failed.
            self.others += 1;
        }
    }

    /// One more, and where it is.
    pub fn add_at(&mut self, digest: u64, place: Place) {
        self.add(digest);
        if self.places.len() < MOST_DIFFERENT {
            self.places.push((digest, place));
        }
    }

    /// Forgets where everything is.
    pub fn nowhere(self) -> Self {
        Finds { places: Vec::new(), ..self }
    }

    /// Forgets what is in places of which this is true; returns how many that were.
    ///
    /// # Errors
    /// Those of `is_none`.
    pub fn forget_at(&mut self, is_none: &mut dyn FnMut(Place) -> Result<bool>) -> Result<u64> {
        let mut forgotten = 0;
        for (digest, place) in std::mem::take(&mut self.places) {
            // What the source does not know any more has no count.
            let Some(count) = self.counts.get_mut(&digest) else { continue };
            if is_none(place)? {
                *count -= 1;
                forgotten += 1;
            }
        }
        self.counts.retain(|_, count| *count > 0);
        Ok(forgotten)
    }

    /// Those of another search, too.
    pub fn join(&mut self, other: Self) {
        self.others += other.others;
        self.places.extend(other.places);
        for (digest, count) in other.counts {
            *self.counts.entry(digest).or_default() += count;
        }
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.others + self.counts.values().sum::<u64>()
    }

    /// The different ones.
    pub fn digests(&self) -> impl Iterator<Item = u64> {
        self.counts.keys().copied()
    }

    /// Forgets those that are none of these.
    pub fn keep(&mut self, real: &HashSet<u64>) {
        self.counts.retain(|digest, _| real.contains(digest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_an_original_is_forgotten_and_the_rest_counts() {
        let mut finds = Finds::default();
        [7, 8, 7, 9].into_iter().for_each(|digest| finds.add(digest));
        let mut more = Finds::default();
        more.add(8);
        finds.join(more);
        assert_eq!((finds.total(), finds.digests().count()), (5, 3));
        finds.keep(&HashSet::from([7, 1]));
        assert_eq!((finds.total(), finds.digests().collect::<Vec<_>>()), (2, vec![7]));
    }

    #[test]
    fn what_is_somewhere_may_be_none() {
        let mut finds = Finds::default();
        for (digest, start) in [(7, 10), (8, 20), (7, 30), (9, 40)] {
            finds.add_at(digest, Place { start, length: 8 });
        }
        finds.add(8);
        finds.keep(&HashSet::from([7, 8]));
        let forgotten = finds.forget_at(&mut |place| Ok(place.start < 40 && place.start != 30)).unwrap();
        assert_eq!((forgotten, finds.total()), (2, 2), "one of 7, and the 8 that is nowhere");
        assert_eq!(finds.forget_at(&mut |_| Ok(true)).unwrap(), 0);
    }

    #[test]
    fn memory_ends_and_counting_does_not() {
        let mut finds = Finds::default();
        let many = MOST_DIFFERENT as u64 + 10;
        (0..many).chain(0..many).for_each(|digest| finds.add(digest));
        assert_eq!((finds.total(), finds.digests().count()), (2 * many, MOST_DIFFERENT));
        finds.keep(&HashSet::new());
        assert_eq!(finds.total(), 20);
    }
}
