//! Runs of bytes that are known, found wherever one of them begins.

use super::digests::{Gathered, Known};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What is shorter is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// Bits for the first bytes: 2 MiB, so that few of them are there by chance.
const START_BITS: usize = 1 << 24;
/// So many bytes of a run tell whether one may begin there at all, for less than its first [`SHORTEST`] ones do.
const FEW: usize = 4;
/// Bits for the few first bytes: 32 KiB, so that they stay within the processor.
const FEW_BITS: usize = 1 << 18;
/// How far apart the marks along a run are, in bytes.
const STRIDE: usize = 7;
/// The mark of a place from which a run goes on to the next one.
const GOES_ON: u8 = 1 << STRIDE;
/// There are never fewer places for marks, and never more.
const FEWEST_PLACES: usize = 1 << 16;
const MOST_PLACES: usize = 1 << 24;

/// Places for each run that is expected: a run has several marks, but most come more than once.
const PLACES_FOR_EACH: usize = 2;

/// Runs that are being gathered.
#[derive(Debug)]
pub struct Gathering {
    digests: Gathered,
    marks: Arc<Marks>,
}

/// Runs that are known.
///
/// The digests are 64 bits under a seed of this process: the chance that bytes which are none of ten million runs are
/// taken for one is below one in a million for a terabyte.
#[derive(Debug)]
pub struct Runs {
    digests: Known,
    marks: Arc<Marks>,
}

/// Marks along the runs, by the digests of their beginnings of 8, 15, 22… bytes: where one ends before the next mark,
/// and whether one goes on. They are those of all runs together, so they say where none can be, and `digests` the rest.
///
/// Several threads may set them: a mark is never taken back, so their order does not matter, and nobody looks before
/// all threads are done.
#[derive(Debug)]
struct Marks {
    seed: u64,
    /// A bit for the few first bytes of each.
    few: Vec<AtomicU64>,
    /// A bit for the first bytes of each.
    starts: Vec<AtomicU64>,
    /// A power of two of them.
    places: Vec<AtomicU8>,
}

impl Gathering {
    /// Gets ready for about so many runs; if more come, they are only found more slowly. The seed is a secret.
    pub fn of_about(count: u64, seed: u64) -> Self {
        let places = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(PLACES_FOR_EACH);
        let places = places.clamp(FEWEST_PLACES, MOST_PLACES);
        let places = places.next_power_of_two();
        let marks = Marks {
            seed,
            few: std::iter::repeat_with(AtomicU64::default).take(FEW_BITS / 64).collect(),
            starts: std::iter::repeat_with(AtomicU64::default).take(START_BITS / 64).collect(),
            places: std::iter::repeat_with(AtomicU8::default).take(places).collect(),
        };
        Gathering { digests: Gathered::of_about(count), marks: Arc::new(marks) }
    }

    /// Another gathering of the same runs, for another thread; [`Gathering::join`] brings the two together again.
    pub fn sibling(&self) -> Self {
        Gathering { digests: self.digests.sibling(), marks: Arc::clone(&self.marks) }
    }

    /// Adds what a sibling has gathered.
    pub fn join(&mut self, sibling: Self) {
        self.digests.join(sibling.digests);
    }

    /// Adds a run, to be found wherever it stands. Returns whether it is long enough.
    pub fn add(&mut self, run: &[u8]) -> bool {
        let Some((first, rest)) = run.split_first_chunk::<SHORTEST>() else { return false };
        let marks = &self.marks;
        let mut running = beginning(marks.seed, first);
        marks.start(first, running);
        let (strides, last) = rest.as_chunks::<STRIDE>();
        for stride in strides {
            marks.set(running, GOES_ON);
            running = stride.iter().fold(running, |running, byte| step(running, *byte));
        }
        marks.set(running, 1 << last.len());
        self.digests.add(last.iter().fold(running, |running, byte| step(running, *byte)));
        true
    }

    /// Which of the digests that are sought have come.
    pub fn found(self) -> HashSet<u64> {
        match self.digests {
            Gathered::Sought { found, .. } => found,
            Gathered::Each(_) | Gathered::Sifted(_) => HashSet::new(),
        }
    }

    /// Makes them searchable.
    pub fn finish(self) -> Runs {
        Runs { digests: self.digests.finish(), marks: self.marks }
    }
}

impl Runs {
    /// A gathering in which only those runs are remembered whose digest is one of these. What has such a digest, and
    /// does not come again when all runs are gathered once more, only looks like one of them.
    pub fn seeking(&self, wanted: HashSet<u64>) -> Gathering {
        let digests = Gathered::Sought { wanted: Arc::new(wanted), found: HashSet::new() };
        Gathering { digests, marks: Arc::clone(&self.marks) }
    }

    /// Whether others may be taken for one of them.
    pub fn may_err(&self) -> bool {
        self.digests.are_sifted()
    }

    /// How many different ones there are.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.digests.len() == 0
    }

    /// Whether these bytes are one of the runs.
    pub fn holds(&self, run: impl Iterator<Item = u8>) -> bool {
        let mut run = run;
        let Some(first) = first_bytes(&mut run) else { return false };
        // Most that is asked for begins like none of them.
        let start = self.marks.beginning_like(&first);
        start.is_some_and(|start| self.digests.holds(run.fold(start, step)))
    }

    /// The digest of the shortest run with which the bytes begin; only those count that are as long as `may_end` allows.
    #[inline]
    pub fn begins(&self, bytes: &[u8], may_end: impl Fn(usize) -> bool) -> Option<u64> {
        match self.walk(bytes, may_end) {
            Walk::Found(digest) => Some(digest),
            Walk::Open | Walk::Nothing => None,
        }
    }

    /// Shows the digest of every run with which the bytes begin, as far as `may_end` allows.
    #[inline]
    pub fn each_beginning(&self, bytes: &[u8], may_end: impl Fn(usize) -> bool, show: &mut dyn FnMut(u64)) {
        let Some(first) = bytes.first_chunk() else { return };
        if let Some(running) = self.marks.beginning_like(first) {
            self.walk_on(running, bytes, may_end, |digest| {
                show(digest);
                false
            });
        }
    }

    /// Whether one of the runs stands anywhere in the bytes.
    pub fn begin_within(&self, bytes: &[u8]) -> bool {
        let last = (bytes.len() + 1).saturating_sub(SHORTEST);
        (0..last).any(|at| self.begins(&bytes[at..], |_| true).is_some())
    }

    /// Whether one of the runs begins like the run, as far as that can be told quickly.
    pub fn may_hold(&self, run: impl Iterator<Item = u8>) -> bool {
        let mut run = run;
        first_bytes(&mut run).is_none_or(|first| self.marks.beginning_like(&first).is_some())
    }

    /// Whether a run may begin like these bytes and be longer.
    pub fn may_go_on(&self, bytes: &[u8]) -> bool {
        matches!(self.walk(bytes, |_| false), Walk::Open)
    }

    // The first look tells nearly all: what comes after it is not to be in its way.
    #[inline]
    fn walk(&self, bytes: &[u8], may_end: impl Fn(usize) -> bool) -> Walk {
        let Some(first) = bytes.first_chunk() else {
            let may = bytes.first_chunk().is_none_or(|few| self.marks.may_start_with(*few));
            return if may { Walk::Open } else { Walk::Nothing };
        };
        match self.marks.beginning_like(first) {
            Some(running) => self.walk_on(running, bytes, may_end, |_| true),
            None => Walk::Nothing,
        }
    }

    #[inline(never)]
    fn walk_on(
        &self,
        beginning: u64,
        bytes: &[u8],
        may_end: impl Fn(usize) -> bool,
        mut is_enough: impl FnMut(u64) -> bool,
    ) -> Walk {
        let mut running = beginning;
        let mut length = SHORTEST;
        loop {
            let marks = self.marks.at(running).load(Ordering::Relaxed);
            for place in 0..STRIDE {
                if marks >> place & 1 == 1
                    && may_end(length)
                    && self.digests.holds(running)
                    && is_enough(running)
                {
                    return Walk::Found(running);
                }
                if marks >> place < 2 {
                    return Walk::Nothing;
                }
                let Some(byte) = bytes.get(length) else { return Walk::Open };
                running = step(running, *byte);
                length += 1;
            }
        }
    }
}

/// Where a look along some bytes ended.
enum Walk {
    /// One of the runs ends there.
    Found(u64),
    /// The bytes are over, and a run may go on.
    Open,
    /// No run goes on like this.
    Nothing,
}

impl Marks {
    /// The digest of these first bytes, where a run may begin with them.
    #[inline]
    fn beginning_like(&self, first: &[u8; SHORTEST]) -> Option<u64> {
        let [a, b, c, d, ..] = *first;
        if !self.may_start_with([a, b, c, d]) {
            return None;
        }
        let running = beginning(self.seed, first);
        let (word, bit) = start_bit(running);
        (self.starts[word].load(Ordering::Relaxed) & bit != 0).then_some(running)
    }

    #[inline]
    fn may_start_with(&self, few: [u8; FEW]) -> bool {
        let (word, bit) = few_bit(self.seed, few);
        self.few[word].load(Ordering::Relaxed) & bit != 0
    }

    fn at(&self, running: u64) -> &AtomicU8 {
        &self.places[(running >> 32) as usize & (self.places.len() - 1)]
    }

    fn set(&self, running: u64, mark: u8) {
        let place = self.at(running);
        if place.load(Ordering::Relaxed) & mark == 0 {
            place.fetch_or(mark, Ordering::Relaxed);
        }
    }

    fn start(&self, first: &[u8; SHORTEST], running: u64) {
        let [a, b, c, d, ..] = *first;
        set_bit(&self.few, few_bit(self.seed, [a, b, c, d]));
        set_bit(&self.starts, start_bit(running));
    }
}

/// Sets a bit. Most are there already, and to look is cheaper than to write.
fn set_bit(bits: &[AtomicU64], (word, bit): (usize, u64)) {
    if bits[word].load(Ordering::Relaxed) & bit == 0 {
        bits[word].fetch_or(bit, Ordering::Relaxed);
    }
}

/// The first bytes of a run, which are taken from it.
fn first_bytes(run: &mut impl Iterator<Item = u8>) -> Option<[u8; SHORTEST]> {
    let mut first = [0; SHORTEST];
    for place in &mut first {
        *place = run.next()?;
    }
    Some(first)
}

/// The digest of a run's first bytes; all its bits are good.
fn beginning(seed: u64, first: &[u8; SHORTEST]) -> u64 {
    let mixed = (u64::from_le_bytes(*first) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

/// The digest with one byte more, so that every length of a run costs one step more.
fn step(running: u64, byte: u8) -> u64 {
    let mixed = (running ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn few_bit(seed: u64, few: [u8; FEW]) -> (usize, u64) {
    let place = (u32::from_le_bytes(few) ^ seed as u32).wrapping_mul(0x9e37_79b1) as usize;
    let place = place >> (u32::BITS - FEW_BITS.ilog2());
    (place / 64, 1 << (place % 64))
}

fn start_bit(start: u64) -> (usize, u64) {
    let place = start as usize & (START_BITS - 1);
    (place / 64, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(all: &[&str]) -> Runs {
        let mut gathering = Gathering::of_about(all.len() as u64, 1);
        all.iter().for_each(|run| assert!(gathering.add(run.as_bytes())));
        gathering.finish()
    }

    #[test]
    fn a_run_of_any_length_is_found_at_its_beginning_and_nowhere_else() {
        let text: String = (0..200u32).map(|at| char::from(b'a' + (at * 7 % 26) as u8)).collect();
        for length in SHORTEST..150 {
            let runs = runs(&[&text[3..3 + length]]);
            for at in 0..10 {
                assert_eq!(runs.begins(&text.as_bytes()[at..], |_| true).is_some(), at == 3, "{length} {at}");
            }
            assert!(runs.begins(&text.as_bytes()[3..2 + length], |_| true).is_none(), "cut short");
            assert!(runs.holds(text[3..3 + length].bytes()) && !runs.holds(text[3..4 + length].bytes()));
        }
    }

    #[test]
    fn the_shortest_that_may_end_there_is_found() {
        let runs = runs(&["12 rue des Lilas", "12 rue des Lilas blancs", "12 rue d"]);
        let found = |text: &str, least: usize| runs.begins(text.as_bytes(), |length| length >= least);
        let text = "12 rue des Lilas blancs";
        let three = [found(text, 0), found(text, 9), found(text, 17)];
        assert!(three.iter().all(Option::is_some) && three[0] != three[1] && three[1] != three[2]);
        assert_eq!(found(text, 24), None);
        assert_eq!(found("12 rue des Lilas b", 17), None);
    }

    #[test]
    fn siblings_gather_together() {
        let mut one = Gathering::of_about(2, 1);
        let mut other = one.sibling();
        assert!(
            one.add(b"12 rue des Lilas") && other.add(b"12 rue du Bac") && other.add(b"12 rue des Lilas")
        );
        one.join(other);
        let runs = one.finish();
        assert_eq!(runs.len(), 2);
        assert!(
            ["12 rue des Lilas", "12 rue du Bac"]
                .iter()
                .all(|run| runs.begins(run.as_bytes(), |_| true).is_some())
        );
    }

    #[test]
    fn what_may_go_on_is_told_from_what_may_not() {
        let runs = runs(&["12 rue des Lilas"]);
        assert!((0..16).all(|end| runs.may_go_on(&b"12 rue des Lilas"[..end])));
        for other in ["12 rue des Lilas", "12 rue du Bac 75", "12 a", "13 rue des"] {
            assert!(!runs.may_go_on(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn more_runs_than_were_expected_are_found_all_the_same() {
        let mut gathering = Gathering::of_about(0, 1);
        let run = |number: u32| format!("{:016x}", u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (0..100_000).for_each(|number| assert!(gathering.add(run(number).as_bytes())));
        let runs = gathering.finish();
        assert!((0..100_000).all(|number| runs.begins(run(number).as_bytes(), |_| true).is_some()));
        let others =
            (100_000..200_000).filter(|number| runs.begins(run(*number).as_bytes(), |_| true).is_some());
        assert_eq!((runs.len(), others.count()), (100_000, 0));
    }
}
