//! Runs of bytes that are known, found wherever one of them begins.

use super::digests::{Gathered, Known};
use super::fresh_seed;
use super::marks::{GOES_ON, Marks};
use super::strides::{ended, first_of, gone_on, together};
use std::sync::Arc;

/// What is shorter is found everywhere by chance. In bytes.
pub const SHORTEST: usize = 8;
/// How far apart the marks along a run may be, in bytes. Close ones tell sooner that no run goes on like the bytes at
/// hand; wide ones are fewer, and so are the far places of memory that each run touches.
pub const CLOSE: usize = 7;
/// The same.
pub const WIDE: usize = 15;

/// Runs that are being gathered, with marks every `STRIDE` bytes: [`CLOSE`] or [`WIDE`].
#[derive(Debug)]
pub struct Gathering<const STRIDE: usize> {
    digests: Gathered,
    marks: Arc<Marks>,
}

/// Runs that are known, with marks every `STRIDE` bytes.
///
/// The digests are 64 bits under a seed of this process: the chance that bytes which are none of ten million runs are
/// taken for one is below one in a million for a terabyte.
#[derive(Debug)]
pub struct Runs<const STRIDE: usize> {
    digests: Known,
    marks: Arc<Marks>,
}

impl<const STRIDE: usize> Gathering<STRIDE> {
    /// Gets ready for about so many runs; if more come, they are only found more slowly.
    pub fn of_about(count: u64) -> Self {
        Self::with(count, fresh_seed(), Gathered::each())
    }

    /// The same in memory that does not grow with the runs. Bytes that are none of them are taken for one the more often
    /// the more there are: one in many millions of what is looked up. Which ones, the seed decides.
    pub fn sifting_about(count: u64, seed: u64) -> Self {
        Self::with(count, seed, Gathered::sifted(count))
    }

    fn with(count: u64, seed: u64, digests: Gathered) -> Self {
        let marks = Marks::of_about(count, STRIDE, seed);
        Gathering { digests, marks: Arc::new(marks) }
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
        let mut running = marks.beginning(first);
        marks.start(first, running);
        let (strides, last) = rest.as_chunks::<STRIDE>();
        for stride in strides {
            marks.set(running, GOES_ON);
            running = gone_on(running, together(stride));
        }
        marks.set(running, 1 << last.len());
        self.digests.add(ended(running, together(last), last.len()));
        true
    }

    /// Makes them searchable.
    pub fn finish(self) -> Runs<STRIDE> {
        Runs { digests: self.digests.finish(), marks: self.marks }
    }
}

impl<const STRIDE: usize> Runs<STRIDE> {
    /// How many different ones there are.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether these bytes are one of the runs.
    pub fn holds(&self, run: impl Iterator<Item = u8>) -> bool {
        let mut run = run;
        let Some(first) = first_bytes(&mut run) else { return false };
        // Most that is asked for begins like none of them.
        let start = self.marks.beginning_like(&first);
        start.is_some_and(|mut running| {
            let (mut stride, mut length) = ([0; STRIDE], 0);
            for byte in run {
                if length == STRIDE {
                    running = gone_on(running, together(&stride));
                    length = 0;
                }
                stride[length] = byte;
                length += 1;
            }
            if length == STRIDE {
                (running, length) = (gone_on(running, together(&stride)), 0);
            }
            self.digests.holds(ended(running, together(&stride[..length]), length))
        })
    }

    /// The digest of the shortest run with which the bytes begin; only those count that are as long as `may_end` allows.
    #[inline]
    pub fn begins(&self, bytes: &[u8], may_end: impl Fn(usize) -> bool) -> Option<u64> {
        match self.walk(bytes, may_end) {
            Walk::Found(digest) => Some(digest),
            Walk::Open | Walk::Nothing => None,
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
            Some(running) => self.walk_on(running, bytes, may_end),
            None => Walk::Nothing,
        }
    }

    #[inline(never)]
    fn walk_on(&self, beginning: u64, bytes: &[u8], may_end: impl Fn(usize) -> bool) -> Walk {
        let mut running = beginning;
        let mut from = SHORTEST;
        loop {
            let marks = self.marks.at(running);
            let rest = &bytes[from..];
            let stride = together(&rest[..rest.len().min(STRIDE)]);
            for place in 0..STRIDE {
                if marks >> place & 1 == 1 && may_end(from + place) {
                    let digest = ended(running, stride & first_of(place), place);
                    if self.digests.holds(digest) {
                        return Walk::Found(digest);
                    }
                }
                if marks >> place < 2 {
                    return Walk::Nothing;
                }
                if place == rest.len() {
                    return Walk::Open;
                }
            }
            running = gone_on(running, stride);
            from += STRIDE;
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

/// The first bytes of a run, which are taken from it.
fn first_bytes(run: &mut impl Iterator<Item = u8>) -> Option<[u8; SHORTEST]> {
    let mut first = [0; SHORTEST];
    for place in &mut first {
        *place = run.next()?;
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs<const STRIDE: usize>(all: &[&str]) -> Runs<STRIDE> {
        let mut gathering = Gathering::of_about(all.len() as u64);
        all.iter().for_each(|run| assert!(gathering.add(run.as_bytes())));
        gathering.finish()
    }

    #[test]
    fn a_run_of_any_length_is_found_at_its_beginning_and_nowhere_else() {
        found_at_its_beginning::<CLOSE>();
        found_at_its_beginning::<WIDE>();
    }

    fn found_at_its_beginning<const STRIDE: usize>() {
        let text: String = (0..200u32).map(|at| char::from(b'a' + (at * 7 % 26) as u8)).collect();
        for length in SHORTEST..150 {
            let runs = runs::<STRIDE>(&[&text[3..3 + length]]);
            for at in 0..10 {
                assert_eq!(runs.begins(&text.as_bytes()[at..], |_| true).is_some(), at == 3, "{length} {at}");
            }
            assert!(runs.begins(&text.as_bytes()[3..2 + length], |_| true).is_none(), "cut short");
            assert!(runs.holds(text[3..3 + length].bytes()) && !runs.holds(text[3..4 + length].bytes()));
        }
    }

    #[test]
    fn the_shortest_that_may_end_there_is_found() {
        shortest_is_found::<CLOSE>();
        shortest_is_found::<WIDE>();
    }

    fn shortest_is_found<const STRIDE: usize>() {
        let runs = runs::<STRIDE>(&["12 rue des Lilas", "12 rue des Lilas blancs", "12 rue d"]);
        let found = |text: &str, least: usize| runs.begins(text.as_bytes(), |length| length >= least);
        let text = "12 rue des Lilas blancs";
        let three = [found(text, 0), found(text, 9), found(text, 17)];
        assert!(three.iter().all(Option::is_some) && three[0] != three[1] && three[1] != three[2]);
        assert_eq!(found(text, 24), None);
        assert_eq!(found("12 rue des Lilas b", 17), None);
    }

    #[test]
    fn siblings_gather_together() {
        let mut one = Gathering::<WIDE>::of_about(2);
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
        let runs = runs::<CLOSE>(&["12 rue des Lilas"]);
        assert!((0..16).all(|end| runs.may_go_on(&b"12 rue des Lilas"[..end])));
        for other in ["12 rue des Lilas", "12 rue du Bac 75", "12 a", "13 rue des"] {
            assert!(!runs.may_go_on(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn more_runs_than_were_expected_are_found_all_the_same() {
        more_are_found::<CLOSE>();
        more_are_found::<WIDE>();
    }

    fn more_are_found<const STRIDE: usize>() {
        let mut gathering = Gathering::<STRIDE>::of_about(0);
        let run = |number: u32| format!("{:016x}", u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (0..100_000).for_each(|number| assert!(gathering.add(run(number).as_bytes())));
        let runs = gathering.finish();
        assert!((0..100_000).all(|number| runs.begins(run(number).as_bytes(), |_| true).is_some()));
        let others =
            (100_000..200_000).filter(|number| runs.begins(run(*number).as_bytes(), |_| true).is_some());
        assert_eq!((runs.len(), others.count()), (100_000, 0));
    }
}
