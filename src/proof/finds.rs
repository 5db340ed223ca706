//! What a search came upon: digests, and how often each came. Where originals are remembered in a sieve, others may look
//! like one of them, and only the source itself can tell.

use std::collections::{HashMap, HashSet};

/// So many different ones are kept apart; what comes after them counts as it is.
const MOST_DIFFERENT: usize = 1 << 16;

/// Digests of what was found.
#[derive(Debug, Clone, Default)]
pub struct Finds {
    counts: HashMap<u64, u64>,
    others: u64,
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

    /// Those of another search, too.
    pub fn join(&mut self, other: Self) {
        self.others += other.others;
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
    fn memory_ends_and_counting_does_not() {
        let mut finds = Finds::default();
        let many = MOST_DIFFERENT as u64 + 10;
        (0..many).chain(0..many).for_each(|digest| finds.add(digest));
        assert_eq!((finds.total(), finds.digests().count()), (2 * many, MOST_DIFFERENT));
        finds.keep(&HashSet::new());
        assert_eq!(finds.total(), 20);
    }
}
