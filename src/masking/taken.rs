//! Looks for the originals in what is to be a mask.

use super::run::Run;
use crate::fingerprints::{Runs, SHORTEST};
use std::iter;

/// Digests of the identifying values of a database, so that no mask is, or contains, one of them.
///
/// A value counts from 8 bytes on; case, accents and punctuation do not. Two values that share a digest only make a
/// mask be drawn again.
pub(super) struct Taken {
    pub(super) runs: Runs,
    /// Those that are shorter without their accents than [`SHORTEST`].
    pub(super) short: Lengths,
}

/// Lengths below [`SHORTEST`], in bytes: a bit for each.
pub(super) type Lengths = u8;

/// A longer value is told by its beginning. In bytes.
pub(super) const LONGEST: usize = 32;

impl Taken {
    /// Whether one of the values stands anywhere in the text, inside a longer word too: `Laine SAS` in `Porcelaine
    /// SAS`; numbers however their digits are grouped.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        !self.runs.is_empty() && Run::once(text, |run| self.holds_one_of(run))
    }

    /// Whether one of the values stands in the text in whole words, as a search for it would find it.
    pub(super) fn stand_in_words_of(&self, text: &str) -> bool {
        Run::once(text, |run| {
            self.are_all_of(iter::once(run))
                || self.are_words_of(run)
                || run.with_numbers_closed(|run| self.are_words_of(run))
        })
    }

    fn are_words_of(&self, run: &Run) -> bool {
        run.starts().any(|at| {
            let bytes = &run.text[at..];
            let is_end = |length: usize| bytes.get(length).is_none_or(|byte| *byte == b' ');
            self.runs.begins(bytes, is_end).is_some() || self.short_one_begins(bytes)
        })
    }

    /// Whether one of the values stands anywhere in the two texts, one after the other, in either order.
    pub(super) fn stand_in_either_order(&self, one: &str, other: &str) -> bool {
        if self.runs.is_empty() {
            return false;
        }
        // What stands in one of the two alone is found in the first order.
        Run::of_texts(one, other, |run, _| self.holds_one_of(run))
            || Run::of_texts(other, one, |turned, end| {
                self.are_all_of(iter::once(turned))
                    || (0..end).any(|at| self.begin_at(turned, at))
                    || turned.with_numbers_closed(|run| self.are_within(run))
            })
    }

    fn holds_one_of(&self, run: &Run) -> bool {
        self.are_all_of(iter::once(run))
            || self.are_within(run)
            || run.with_numbers_closed(|run| self.are_within(run))
    }

    /// Whether one of the values is all of the runs, one after the other, their blanks apart.
    pub(super) fn are_all_of<'r>(&self, runs: impl Iterator<Item = &'r Run> + Clone) -> bool {
        let is_whole = || self.runs.holds(runs.clone().flat_map(Run::closed).take(LONGEST));
        runs.clone().map(|run| run.words).sum::<usize>() > 1 && is_whole()
    }

    fn are_within(&self, run: &Run) -> bool {
        self.runs.begin_within(&run.text)
            || self.short != 0 && run.starts().any(|at| self.short_one_begins(&run.text[at..]))
    }

    /// Whether one of the values begins in a place of the run; one that is short without its accents counts as whole
    /// words only.
    pub(super) fn begin_at(&self, run: &Run, at: usize) -> bool {
        let bytes = &run.text[at..];
        self.begins(bytes) || self.short != 0 && run.is_start(at) && self.short_one_begins(bytes)
    }

    fn short_one_begins(&self, bytes: &[u8]) -> bool {
        let is_one = |end: &usize| {
            self.short >> end & 1 == 1 && *end <= bytes.len() && bytes.get(*end).is_none_or(|b| *b == b' ')
        };
        (1..SHORTEST).filter(is_one).any(|end| self.begins(&padded(&bytes[..end])))
    }

    /// Whether one of the values is a beginning of the run.
    fn begins(&self, run: &[u8]) -> bool {
        self.runs.begins(run, |_| true).is_some()
    }

    /// Whether all of a run that begins like this one may be one of the values.
    pub(super) fn may_be_all_of(&self, run: &Run) -> bool {
        self.runs.may_hold(run.closed())
    }

    /// The places of the run at which a value may begin that goes on beyond its end.
    pub(super) fn open_places(&self, run: &Run) -> Vec<usize> {
        (0..run.text.len()).filter(|at| self.is_open(run, *at)).collect()
    }

    /// Whether a value may begin in a place of the run and go on beyond its end.
    pub(super) fn is_open(&self, run: &Run, at: usize) -> bool {
        let bytes = &run.text[at..];
        self.runs.may_go_on(bytes) || self.short != 0 && bytes.len() < SHORTEST && run.is_start(at)
    }
}

/// A run of less than eight bytes, told from the beginning of a longer one.
pub(super) fn padded(run: &[u8]) -> [u8; SHORTEST] {
    std::array::from_fn(|at| run.get(at).copied().unwrap_or_default())
}
