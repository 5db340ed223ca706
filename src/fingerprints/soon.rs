//! Runs that wait for a moment, until the memory that they need has come near: each needs some that is far away.

use super::marks::SHORTEST;

/// How many wait: about as many as are made ready in the time that memory takes.
const PLACES: usize = 8;
/// A longer run does not wait. In bytes.
const LONGEST: usize = 64;

/// Some runs, each with the digest of its beginning.
#[derive(Debug)]
pub struct Soon {
    waiting: [Waiting; PLACES],
    /// Whose turn it is.
    next: usize,
}

/// A run that waits; a place without one has no length.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    bytes: [u8; LONGEST],
    length: usize,
    beginning: u64,
}

impl Default for Soon {
    fn default() -> Self {
        Soon { waiting: [Waiting { bytes: [0; LONGEST], length: 0, beginning: 0 }; PLACES], next: 0 }
    }
}

impl Waiting {
    /// The first bytes, the digest of the beginning, and the rest.
    pub fn parts(&self) -> Option<(&[u8; SHORTEST], u64, &[u8])> {
        let (first, rest) = self.bytes[..self.length].split_first_chunk()?;
        Some((first, self.beginning, rest))
    }
}

impl Soon {
    /// Whether a run can wait here.
    pub fn has_room_for(run: &[u8]) -> bool {
        run.len() <= LONGEST
    }

    /// Has a run wait that there is room for, in place of the one that has waited longest.
    #[inline]
    pub fn wait(&mut self, run: &[u8], beginning: u64) -> Waiting {
        let place = &mut self.waiting[self.next];
        self.next = (self.next + 1) % PLACES;
        let before = *place;
        place.bytes[..run.len()].copy_from_slice(run);
        (place.length, place.beginning) = (run.len(), beginning);
        before
    }

    /// All that still wait.
    pub fn all(&mut self) -> impl Iterator<Item = Waiting> + use<> {
        std::mem::take(self).waiting.into_iter()
    }
}
