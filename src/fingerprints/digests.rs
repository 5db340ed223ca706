//! The digests of whole runs: each by itself, or, where there are very many, in memory that hardly grows.

use super::sieve::Sieve;
use super::sorted::{self, Fingerprints};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// Where more are expected than these, none is remembered by itself.
pub const MOST_EXPECTED: u64 = 4_500_000;
/// Nor where more different ones come, though they were not expected: these take some 80 MB while they are gathered.
const MOST_DIFFERENT: usize = 4_000_000;
/// The sieve for those that were not expected is for so many.
const UNEXPECTED: u64 = 32_000_000;

/// Digests that are being gathered.
#[derive(Debug)]
pub enum Gathered {
    /// Each by itself.
    Each {
        /// The ones that came.
        digests: sorted::Gathering,
        /// Where they go when they are too many, and those of all siblings with them.
        sieve: Arc<OnceLock<Arc<Sieve>>>,
    },
    /// In one sieve, which all siblings share.
    Sifted(Arc<Sieve>),
    /// Those of them that are asked for.
    Sought {
        /// The ones that are asked for.
        wanted: Arc<HashSet<u64>>,
        /// The ones that came.
        found: HashSet<u64>,
    },
}

/// Digests that can be searched for.
#[derive(Debug)]
pub enum Known {
    /// Each by itself.
    Each(Fingerprints),
    /// In a sieve.
    Sifted(Arc<Sieve>),
}

impl Gathered {
    /// None yet, and about so many to come.
    pub fn of_about(count: u64) -> Self {
        if count > MOST_EXPECTED {
            return Gathered::Sifted(Arc::new(Sieve::of_about(count)));
        }
        Gathered::each(Arc::default())
    }

    fn each(sieve: Arc<OnceLock<Arc<Sieve>>>) -> Self {
        Gathered::Each { digests: sorted::Gathering::default(), sieve }
    }

    /// Others of the same kind, for another thread.
    pub fn sibling(&self) -> Self {
        match self {
            Gathered::Each { sieve, .. } => Gathered::each(Arc::clone(sieve)),
            Gathered::Sifted(sieve) => Gathered::Sifted(Arc::clone(sieve)),
            Gathered::Sought { wanted, .. } => {
                Gathered::Sought { wanted: Arc::clone(wanted), found: HashSet::new() }
            }
        }
    }

    /// Adds those of a sibling.
    pub fn join(&mut self, sibling: Self) {
        match (&mut *self, sibling) {
            (Gathered::Each { digests, .. }, Gathered::Each { digests: others, .. }) => {
                digests.join(others);
                self.look_after_memory();
            }
            (Gathered::Each { .. }, Gathered::Sifted(_)) => self.sift(),
            (Gathered::Sifted(sieve), Gathered::Each { digests, .. }) => {
                digests.finish_in_order().into_iter().for_each(|digest| sieve.add(digest));
            }
            (Gathered::Sought { found, .. }, Gathered::Sought { found: others, .. }) => found.extend(others),
            // There is one sieve for all.
            _ => {}
        }
    }

    /// Where there are too many to remember each, all go to the sieve.
    fn look_after_memory(&mut self) {
        if let Gathered::Each { digests, .. } = self
            && digests.len() > MOST_DIFFERENT
        {
            self.sift();
        }
    }

    #[cold]
    fn sift(&mut self) {
        if let Gathered::Each { digests, sieve } = self {
            let sieve = Arc::clone(sieve.get_or_init(|| Arc::new(Sieve::of_about(UNEXPECTED))));
            std::mem::take(digests).finish_in_order().into_iter().for_each(|digest| sieve.add(digest));
            *self = Gathered::Sifted(sieve);
        }
    }

    /// Adds a digest, whose bits must all be as good as random.
    #[inline]
    pub fn add(&mut self, digest: u64) {
        match self {
            Gathered::Each { digests, .. } => {
                if digests.add(digest) {
                    self.look_after_memory();
                }
            }
            Gathered::Sifted(sieve) => sieve.add(digest),
            Gathered::Sought { wanted, found } => {
                if wanted.contains(&digest) {
                    found.insert(digest);
                }
            }
        }
    }

    /// Whether there are so many that those which are none of them are hardly told any more.
    pub fn are_crowded(&self) -> bool {
        matches!(self, Gathered::Sifted(sieve) if sieve.is_crowded())
    }

    /// Makes them searchable.
    pub fn finish(self) -> Known {
        match self {
            Gathered::Each { digests, .. } => Known::Each(digests.finish()),
            Gathered::Sifted(sieve) => Known::Sifted(sieve),
            Gathered::Sought { found, .. } => {
                let mut digests = sorted::Gathering::default();
                found.into_iter().for_each(|digest| {
                    digests.add(digest);
                });
                Known::Each(digests.finish())
            }
        }
    }
}

impl Known {
    /// Whether the digest is among them; in a sieve, or looks like one that is.
    #[inline]
    pub fn holds(&self, digest: u64) -> bool {
        match self {
            Known::Each(digests) => digests.holds(digest),
            Known::Sifted(sieve) => sieve.holds(digest),
        }
    }

    /// Whether others may look like one of them.
    pub fn are_sifted(&self) -> bool {
        matches!(self, Known::Sifted(_))
    }

    /// How many different ones there are; of a sieve those are not counted that looked like others.
    pub fn len(&self) -> usize {
        match self {
            Known::Each(digests) => digests.len(),
            Known::Sifted(sieve) => sieve.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scattered;
    use super::*;

    #[test]
    fn few_are_remembered_each_by_itself_and_very_many_in_a_sieve() {
        assert!(matches!(Gathered::of_about(MOST_EXPECTED), Gathered::Each { .. }));
        assert!(Gathered::of_about(MOST_EXPECTED + 1).finish().are_sifted());
    }

    #[test]
    fn very_many_that_were_not_expected_are_in_a_sieve_with_those_of_all_siblings() {
        const EACH: u64 = 2_100_000;
        // Two that are too many together, in either order, and one that is so by itself.
        for counts in [[EACH, EACH, 10], [10, 2 * EACH, 10], [2 * EACH, 10, 10]] {
            let mut all = Gathered::of_about(10);
            let mut siblings = [all.sibling(), all.sibling()];
            let mut next = (0..).map(scattered);
            next.by_ref().take(counts[0] as usize).for_each(|digest| all.add(digest));
            for (sibling, count) in siblings.iter_mut().zip(&counts[1..]) {
                next.by_ref().take(*count as usize).for_each(|digest| sibling.add(digest));
            }
            siblings.into_iter().for_each(|sibling| all.join(sibling));
            let known = all.finish();
            assert!(known.are_sifted());
            assert!((0..counts.iter().sum()).all(|number| known.holds(scattered(number))));
        }
    }

    #[test]
    fn what_only_looks_like_one_does_not_come_again() {
        // A sieve that is far too small.
        let mut first = Gathered::Sifted(Arc::new(Sieve::of_about(0)));
        let mut second = first.sibling();
        (0..6_000).for_each(|number| first.add(scattered(number)));
        (6_000..12_000).for_each(|number| second.add(scattered(number)));
        first.join(second);
        let known = first.finish();
        let suspects: HashSet<u64> =
            (0..200_000).map(scattered).filter(|digest| known.holds(*digest)).collect();
        assert!(suspects.len() > 12_000, "others look like them");
        assert!((0..12_000).all(|number| suspects.contains(&scattered(number))));
        let mut first = Gathered::Sought { wanted: Arc::new(suspects), found: HashSet::new() };
        let mut second = first.sibling();
        (0..6_000).for_each(|number| first.add(scattered(number)));
        (6_000..12_000).for_each(|number| second.add(scattered(number)));
        first.join(second);
        let real = first.finish();
        assert_eq!(real.len(), 12_000);
        assert!((0..200_000).all(|number| real.holds(scattered(number)) == (number < 12_000)));
    }
}
