//! Several threads at the same work: what they have in common.

use std::num::NonZero;
use std::thread;

/// Loads that may wait before each thread, and behind it: memory stays flat.
pub(super) const LOADS_WAITING: usize = 8;
/// More threads than these would only wait for the one that writes.
const MOST_THREADS: usize = 4;

/// How many threads work beside the one that reads.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

/// The ends of several channels, each in turn.
pub(super) struct InTurn<T> {
    ends: Vec<T>,
    next: usize,
}

impl<T> InTurn<T> {
    pub(super) fn of(ends: Vec<T>) -> Self {
        InTurn { ends, next: 0 }
    }

    pub(super) fn next(&mut self) -> &T {
        let turn = self.next % self.ends.len();
        self.next = turn + 1;
        &self.ends[turn]
    }
}
