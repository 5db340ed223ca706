//! The values that must not be in an archive, remembered without their text: a few bytes each, flat in memory.

use super::starts::is_word;
pub use crate::fingerprints::SHORTEST;
use crate::fingerprints::{Gathering, Recent, Runs, Share, fresh_seed};
use std::collections::HashSet;

/// Of a longer value only so much is searched: its beginning. In bytes.
pub const LONGEST: usize = 64;
/// A number of fewer digits is not searched by its digits alone: dates and amounts look like it.
pub const FEWEST_DIGITS: usize = 10;
/// The longest letter of UTF-8, in bytes.
const LONGEST_LETTER: usize = 4;

/// Values that are being collected.
pub struct Collector {
    runs: Gathering,
    recent: Recent,
    room: Vec<u8>,
}

/// Values that can be searched for.
pub struct Needles(Runs);

impl Default for Collector {
    fn default() -> Self {
        Collector::of_about(0)
    }
}

impl Collector {
    /// Gets ready for about so many values.
    pub fn of_about(count: u64) -> Self {
        Collector::with(Gathering::of_about(count, fresh_seed()))
    }

    /// Gets ready for one share of all values, which are about so many together; the others are only looked at. Which
    /// value is in which share, the seed says.
    pub fn of_share(count: u64, share: Share, seed: u64) -> Self {
        Collector::with(Gathering::of_about(count / u64::from(share.of), seed).only(share))
    }

    /// Remembers nothing, but tells of each value whether it would be searched.
    pub fn idle() -> Self {
        Collector::of_share(0, Share::NONE, 0)
    }

    fn with(runs: Gathering) -> Self {
        Collector { runs, recent: Recent::default(), room: Vec::new() }
    }

    /// Another one, for another thread; [`Collector::join`] brings the two together again.
    pub fn sibling(&self) -> Self {
        Collector::with(self.runs.sibling())
    }

    /// Adds what a sibling has gathered.
    pub fn join(&mut self, sibling: Self) {
        self.runs.join(sibling.runs);
    }

    /// Adds a value; case does not count, nor what stands around its first and last letter or digit. Returns whether
    /// it is long enough to be searched.
    pub fn add(&mut self, value: &[u8]) -> bool {
        self.room.clear();
        push_folded(trim(value), &mut self.room);
        // A long text is told by its beginning, cut where a letter begins.
        let value = &self.room[..cut(&self.room, LONGEST)];
        value.len() >= SHORTEST && (self.recent.has_seen(value) || self.runs.add(value))
    }

    /// Adds a number by its digits alone, as another column or a text may write it: a French telephone number both
    /// with its 0 and with the country's 33. Returns whether it is long enough.
    pub fn add_digits(&mut self, value: &[u8]) -> bool {
        let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        if digits.len() < FEWEST_DIGITS || digits.len() * 2 < value.len() {
            return false;
        }
        match digits.as_slice() {
            [b'0', national @ ..] if national.len() == 9 => self.add(&[b"33", national].concat()),
            [b'3', b'3', national @ ..] if national.len() == 9 => self.add(&[b"0", national].concat()),
            _ => false,
        };
        self.add(&digits)
    }

    /// Which of the digests that are sought have come.
    pub fn found(self) -> HashSet<u64> {
        self.runs.found()
    }

    /// Makes them searchable.
    pub fn finish(self) -> Needles {
        Needles(self.runs.finish())
    }
}

impl Needles {
    /// How many different values are searched.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something that is found may only look like one of the values, so that the source has to be asked.
    pub fn may_err(&self) -> bool {
        self.0.may_err()
    }

    /// Collects once more, and only those with one of these digests.
    pub fn seeking(&self, digests: HashSet<u64>) -> Collector {
        Collector::with(self.0.seeking(digests))
    }

    /// Shows the digest and the length of each value that begins here and ends at a boundary. `bytes` is folded already.
    #[inline]
    pub fn each_at(&self, bytes: &[u8], show: &mut dyn FnMut(u64, usize)) {
        // What was cut goes on in the middle of a word.
        let may_end = |length: usize| length > LONGEST - LONGEST_LETTER || ends_here(&bytes[length..]);
        self.0.each_beginning(bytes, may_end, show);
    }
}

fn ends_here(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| !is_word(*byte))
}

/// Without what stands before the first and after the last letter or digit.
pub fn trim(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| is_word(*byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| is_word(*byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// Adds the value in lower case, byte for byte: ASCII, and the Latin letters of UTF-8 that differ in one bit.
pub fn push_folded(value: &[u8], to: &mut Vec<u8>) {
    let from = to.len();
    to.extend_from_slice(value);
    fold(&mut to[from..]);
}

/// The same, in place.
pub fn fold(bytes: &mut [u8]) {
    bytes.make_ascii_lowercase();
    fold_latin(bytes);
}

/// Folds the letters À to Þ, which UTF-8 writes as C3 80 to C3 9E, to à to þ.
pub fn fold_latin(bytes: &mut [u8]) {
    const LEAD: u8 = 0xc3;
    const STRIDE: usize = 64;
    for from in (0..bytes.len()).step_by(STRIDE) {
        let to = bytes.len().min(from + STRIDE);
        // Most strides have no such letter, and that is told many bytes at a time.
        if !bytes[from..to].iter().fold(false, |found, byte| found | (*byte == LEAD)) {
            continue;
        }
        for place in from..to {
            if bytes[place] == LEAD
                && let Some(letter @ (0x80..=0x96 | 0x98..=0x9e)) = bytes.get_mut(place + 1)
            {
                *letter += 0x20;
            }
        }
    }
}

/// The last place at or before `most` where a character begins.
fn cut(bytes: &[u8], most: usize) -> usize {
    if bytes.len() <= most {
        return bytes.len();
    }
    (SHORTEST..=most).rev().find(|&at| bytes[at] & 0xc0 != 0x80).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests_at(needles: &Needles, text: &str) -> Vec<u64> {
        let mut digests = Vec::new();
        needles.each_at(text.as_bytes(), &mut |digest, _| digests.push(digest));
        digests
    }

    #[test]
    fn what_was_found_among_very_many_is_asked_of_the_source_once_more() {
        let values = ["marie.durand@example.org", "marie.durand", "12 rue des tilleuls"];
        let mut collector = Collector::of_about(10_000_000);
        values.iter().for_each(|value| assert!(collector.add(value.as_bytes())));
        let needles = collector.finish();
        assert!(needles.may_err());
        let both = digests_at(&needles, "marie.durand@example.org");
        assert_eq!(both.len(), 2, "the longer one is found behind the shorter one");
        let mut again = needles.seeking([both[0], both[1], 7].into());
        let mut sibling = again.sibling();
        again.add(values[0].as_bytes());
        sibling.add(values[2].as_bytes());
        again.join(sibling);
        assert_eq!(again.found(), HashSet::from([both[1]]));
    }

    #[test]
    fn a_few_are_known_for_certain() {
        let mut collector = Collector::of_about(1000);
        collector.add(b"marie.durand@example.org");
        let needles = collector.finish();
        assert!(!needles.may_err() && needles.len() == 1);
        assert_eq!(digests_at(&needles, "marie.durand@example.com"), [0; 0]);
    }
}
