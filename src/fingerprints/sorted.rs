//! Digests that are gathered first and searched afterwards, at eight bytes and a little more for each.

use crate::background::beside;

/// So many are gathered before equal ones are taken out for the first time.
const FIRST_SORT: usize = 1 << 20;
/// How many share a drawer at least: together they fit in one line of the processor's cache.
const IN_A_DRAWER: usize = 8;
/// Bits of the sieve for each digest, three of which it sets: they let one in thirty through that is not among them.
const BITS_FOR_EACH: usize = 8;

/// Fingerprints that are being gathered. Equal ones are taken out on the way, so that memory follows the different ones.
#[derive(Debug)]
pub struct Gathering {
    digests: Vec<u64>,
    sort_at: usize,
}

impl Default for Gathering {
    fn default() -> Self {
        Gathering { digests: Vec::new(), sort_at: FIRST_SORT }
    }
}

impl Gathering {
    /// Adds a digest, whose bits must all be as good as random. Returns whether equal ones were taken out just now.
    pub fn add(&mut self, digest: u64) -> bool {
        self.digests.push(digest);
        let is_full = self.digests.len() == self.sort_at;
        if is_full {
            self.sort();
            self.sort_at = FIRST_SORT.max(self.digests.len() + self.digests.len() / 2);
            self.digests.reserve_exact(self.sort_at - self.digests.len());
        }
        is_full
    }

    /// How many there are, some of them perhaps equal.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// The different ones, in their order.
    pub fn finish_in_order(mut self) -> Vec<u64> {
        self.sort();
        self.digests
    }

    /// Adds what another has gathered.
    pub fn join(&mut self, mut other: Self) {
        // Equal ones first: both are in memory for a moment.
        beside(|| other.sort(), || self.sort());
        self.digests.reserve_exact(other.digests.len());
        self.digests.append(&mut other.digests);
        drop(other);
        // Two runs that are in order each: this sort takes them as such.
        self.digests.sort();
        self.digests.dedup();
        self.sort_at = FIRST_SORT.max(self.digests.len() + self.digests.len() / 2);
    }

    /// Makes them searchable.
    pub fn finish(mut self) -> Fingerprints {
        self.sort();
        self.digests.shrink_to_fit();
        let (drawers, sieve) = beside(|| drawers_of(&self.digests), || sieve_of(&self.digests));
        Fingerprints { sieve, sorted: self.digests, drawers }
    }

    fn sort(&mut self) {
        self.digests.sort_unstable();
        self.digests.dedup();
    }
}

/// Fingerprints that can be searched for: most that are not among them are told by one look, into little memory.
#[derive(Debug)]
pub struct Fingerprints {
    sieve: Vec<u64>,
    sorted: Vec<u64>,
    /// Where those begin whose first bits are 0, 1, 2 and so on, and where the last ones end. Memory is full before
    /// four thousand million digests are there.
    drawers: Vec<u32>,
}

impl Fingerprints {
    /// Whether the digest is among them.
    pub fn holds(&self, digest: u64) -> bool {
        let (word, bits) = place_in(&self.sieve, digest);
        if self.sieve[word] & bits != bits {
            return false;
        }
        let drawer = drawer(digest, self.drawers.len() - 1);
        self.sorted[self.drawers[drawer] as usize..self.drawers[drawer + 1] as usize].contains(&digest)
    }

    /// How many different ones there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }
}

fn drawers_of(sorted: &[u64]) -> Vec<u32> {
    let count = (sorted.len() / IN_A_DRAWER).next_power_of_two();
    let mut drawers = Vec::with_capacity(count + 1);
    for (place, digest) in sorted.iter().enumerate() {
        while drawers.len() <= drawer(*digest, count) {
            drawers.push(place as u32);
        }
    }
    drawers.resize(count + 1, sorted.len() as u32);
    drawers
}

fn sieve_of(digests: &[u64]) -> Vec<u64> {
    let mut sieve = vec![0; (digests.len() * BITS_FOR_EACH).next_power_of_two().div_ceil(64)];
    for digest in digests {
        let (word, bits) = place_in(&sieve, *digest);
        sieve[word] |= bits;
    }
    sieve
}

/// The word of a digest and its bits there, by other bits than its drawer.
fn place_in(sieve: &[u64], digest: u64) -> (usize, u64) {
    let bit = |at: u32| 1 << (digest >> at & 63);
    ((digest >> 18) as usize & (sieve.len() - 1), bit(0) | bit(6) | bit(12))
}

/// The first bits of a digest, as many as tell `count` drawers apart.
fn drawer(digest: u64, count: usize) -> usize {
    ((u128::from(digest) * count as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::super::scattered;
    use super::*;

    #[test]
    fn what_was_gathered_is_held_once_and_nothing_else() {
        for count in [0, 1, 7, 8, 9, 1000, 1 << 20] {
            let mut gathering = Gathering::default();
            (0..count).chain(0..count).for_each(|number| {
                gathering.add(scattered(number));
            });
            let digests = gathering.finish();
            assert_eq!(digests.len() as u64, count);
            assert!((0..count).all(|number| digests.holds(scattered(number))), "{count}");
            assert!(!(count..count + 1000).any(|number| digests.holds(scattered(number))), "{count}");
        }
    }

    #[test]
    fn the_first_and_the_last_have_a_drawer() {
        let mut gathering = Gathering::default();
        [0, u64::MAX].into_iter().for_each(|digest| {
            gathering.add(digest);
        });
        let digests = gathering.finish();
        assert!(digests.holds(0) && digests.holds(u64::MAX) && !digests.holds(1));
    }
}
