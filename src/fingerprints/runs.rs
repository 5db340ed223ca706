//! Runs of bytes that are known, found wherever one of them begins.

use super::digests::{Gathered, Known};
pub use super::marks::SHORTEST;
use super::marks::{Marks, STRIDE, step};
use super::soon::{Soon, Waiting};
use std::collections::HashSet;
use std::sync::Arc;

/// Runs that are being gathered.
#[derive(Debug)]
pub struct Gathering {
    digests: Gathered,
    marks: Arc<Marks>,
    share: Share,
    soon: Soon,
}

/// Some of all runs, told by their digests: every run is in one of `of` shares, and each has about as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Which of them: 0, 1 and so on.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Share {
    /// All runs.
    pub const ALL: Share = Share { number: 0, of: 1 };
    /// None of them.
    pub const NONE: Share = Share { number: 1, of: 1 };

    /// Whether a run with this digest is in it.
    fn has(self, digest: u64) -> bool {
        (u128::from(digest) * u128::from(self.of)) >> 64 == u128::from(self.number)
    }
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

impl Gathering {
    /// Gets ready for about so many runs; if more come, they are only found more slowly. The seed is a secret.
    pub fn of_about(count: u64, seed: u64) -> Self {
        let marks = Arc::new(Marks::for_about(count, seed));
        Gathering { digests: Gathered::of_about(count), marks, share: Share::ALL, soon: Soon::default() }
    }

    /// The same, but only those of one share are remembered.
    pub fn only(self, share: Share) -> Self {
        Gathering { share, ..self }
    }

    /// Another gathering of the same runs, for another thread; [`Gathering::join`] brings the two together again.
    pub fn sibling(&self) -> Self {
        Gathering {
            digests: self.digests.sibling(),
            marks: Arc::clone(&self.marks),
            share: self.share,
            soon: Soon::default(),
        }
    }

    /// Adds what a sibling has gathered.
    pub fn join(&mut self, mut sibling: Self) {
        self.settle();
        sibling.settle();
        self.digests.join(sibling.digests);
    }

    /// Adds a run, to be found wherever it stands. Returns whether it is long enough.
    pub fn add(&mut self, run: &[u8]) -> bool {
        let Some((first, rest)) = run.split_first_chunk::<SHORTEST>() else { return false };
        let beginning = self.marks.beginning(first);
        if Soon::has_room_for(run) {
            self.marks.fetch(beginning);
            let before = self.soon.wait(run, beginning);
            self.add_waiting(&before);
        } else {
            self.add_now(first, beginning, rest);
        }
        true
    }

    fn add_waiting(&mut self, run: &Waiting) {
        if let Some((first, beginning, rest)) = run.parts() {
            self.add_now(first, beginning, rest);
        }
    }

    fn add_now(&mut self, first: &[u8; SHORTEST], beginning: u64, rest: &[u8]) {
        let whole = || rest.iter().fold(beginning, |running, byte| step(running, *byte));
        if self.share == Share::ALL || self.share.has(whole()) {
            self.digests.add(self.marks.set_along(first, beginning, rest));
        }
    }

    /// Adds those that still wait.
    fn settle(&mut self) {
        self.soon.all().for_each(|run| self.add_waiting(&run));
    }

    /// Whether there are so many that those which are none of them are hardly told any more.
    pub fn is_crowded(&self) -> bool {
        self.digests.are_crowded()
    }

    /// Which of the digests that are sought have come.
    pub fn found(mut self) -> HashSet<u64> {
        self.settle();
        match self.digests {
            Gathered::Sought { found, .. } => found,
            Gathered::Each { .. } | Gathered::Sifted(_) => HashSet::new(),
        }
    }

    /// Makes them searchable.
    pub fn finish(mut self) -> Runs {
        self.settle();
        Runs { digests: self.digests.finish(), marks: self.marks }
    }
}

impl Runs {
    /// A gathering in which only those runs are remembered whose digest is one of these. What has such a digest, and
    /// does not come again when all runs are gathered once more, only looks like one of them.
    pub fn seeking(&self, wanted: HashSet<u64>) -> Gathering {
        let digests = Gathered::Sought { wanted: Arc::new(wanted), found: HashSet::new() };
        Gathering { digests, marks: Arc::clone(&self.marks), share: Share::ALL, soon: Soon::default() }
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

    /// Shows the digest and the length of every run with which the bytes begin, as far as `may_end` allows.
    #[inline]
    pub fn each_beginning(
        &self,
        bytes: &[u8],
        may_end: impl Fn(usize) -> bool,
        show: &mut dyn FnMut(u64, usize),
    ) {
        let Some(first) = bytes.first_chunk() else { return };
        if let Some(running) = self.marks.beginning_like(first) {
            self.walk_on(running, bytes, may_end, |digest, length| {
                show(digest, length);
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
            Some(running) => self.walk_on(running, bytes, may_end, |_, _| true),
            None => Walk::Nothing,
        }
    }

    #[inline(never)]
    fn walk_on(
        &self,
        beginning: u64,
        bytes: &[u8],
        may_end: impl Fn(usize) -> bool,
        mut is_enough: impl FnMut(u64, usize) -> bool,
    ) -> Walk {
        let mut running = beginning;
        let mut length = SHORTEST;
        loop {
            let marks = self.marks.at(running);
            for place in 0..STRIDE {
                if marks >> place & 1 == 1
                    && may_end(length)
                    && self.digests.holds(running)
                    && is_enough(running, length)
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
    fn each_run_is_in_one_share() {
        // They all begin alike.
        let run = |number: u32| format!("https://{number}.exemple.fr");
        let of = 3;
        let gather = |share: Share| {
            let mut gathering = Gathering::of_about(1000, 1).only(share);
            let mut sibling = gathering.sibling();
            (0..500).for_each(|number| assert!(gathering.add(run(number).as_bytes())));
            (500..1000).for_each(|number| assert!(sibling.add(run(number).as_bytes())));
            gathering.join(sibling);
            gathering.finish()
        };
        let shares: Vec<Runs> = (0..of).map(|number| gather(Share { number, of })).collect();
        assert!(shares.iter().all(|runs| runs.len() > 200));
        for number in 0..1000 {
            let is_in = |runs: &&Runs| runs.begins(run(number).as_bytes(), |_| true).is_some();
            assert_eq!(shares.iter().filter(is_in).count(), 1);
        }
        assert_eq!((gather(Share::ALL).len(), gather(Share::NONE).len()), (1000, 0));
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
