//! Chance that comes out the same on every machine and in every version: for synthetic people, never for secrets.

/// A stream of numbers (SplitMix64, by Sebastiano Vigna): the same seed gives the same numbers for ever, which no
/// library's default generator promises.
pub struct Chance(u64);

impl Chance {
    /// The stream of one thing: the `index`th of its kind. Each thing has its own, so that one more draw for a
    /// company changes nothing for the next company.
    pub fn of(seed: u64, kind: &str, index: u64) -> Self {
        let mut chance = Chance(seed);
        for part in kind.bytes().map(u64::from).chain([index]) {
            chance.0 = chance.next() ^ part;
        }
        chance
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end` - 1; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.below((last - first + 1) as u64) as i64
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, hundredths: u64) -> bool {
        self.below(100) < hundredths
    }

    /// One item of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// As [`Chance::pick`], from a list that has the most common items first: they come more often.
    pub fn pick_early<T: Copy>(&mut self, list: &[T]) -> T {
        let end = list.len() as u64;
        list[self.below(end).min(self.below(end)).min(self.below(end)) as usize]
    }

    /// As [`Chance::pick`], from a list in any order: one item in nine is a favourite, and gets every second draw.
    /// Some names are more common than others.
    pub fn pick_common<T: Copy>(&mut self, list: &[T]) -> T {
        let favourites = list.len().div_ceil(9) as u64;
        if self.percent(50) { list[self.below(favourites) as usize * 9] } else { self.pick(list) }
    }
}

/// Numbers from 0 to `size` - 1 in an order that looks like chance, each once: what is numbered by it is unique
/// without a memory of what was given out.
pub struct Shuffle {
    size: u64,
    step: u64,
    start: u64,
}

impl Shuffle {
    /// An order of `size` numbers, at least one.
    pub fn new(size: u64, chance: &mut Chance) -> Self {
        let size = size.max(1);
        let mut step = 1 + chance.below(size);
        while common_divisor(step, size) != 1 {
            step += 1;
        }
        Shuffle { size, step, start: chance.below(size) }
    }

    /// The number at a place, and how many times all of them had been given out before.
    pub fn at(&self, place: u64) -> (u64, u64) {
        let walked = u128::from(place % self.size) * u128::from(self.step) + u128::from(self.start);
        ((walked % u128::from(self.size)) as u64, place / self.size)
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut chance = Chance(1_234_567);
        assert_eq!([chance.next(), chance.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn a_shuffle_gives_each_number_once_before_it_begins_again() {
        for size in [1, 2, 10, 97, 1000, 76_500] {
            let shuffle = Shuffle::new(size, &mut Chance::of(1, "test", size));
            let all: BTreeSet<u64> = (0..size).map(|place| shuffle.at(place).0).collect();
            assert_eq!(all.len() as u64, size);
            assert!(all.iter().all(|number| *number < size));
            assert_eq!(shuffle.at(size), (shuffle.at(0).0, 1));
        }
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_them() {
        let mut chance = Chance::of(7, "test", 0);
        let drawn: BTreeSet<i64> = (0..500).map(|_| chance.between(-2, 3)).collect();
        assert_eq!(drawn, (-2..=3).collect());
        assert_eq!(chance.below(0), 0);
    }
}
