//! The quick look at every byte of a file: does something that is sought begin here?

use super::{Entry, Needles, SHORTEST};
use std::ops::Range;

/// The sieve has two to the power of so many holes of eight bits each: it fits into a core's own cache.
const HOLES: u32 = 17;
/// Entries are looked up by so many bits of their beginning.
const SHELVES: u32 = 12;
/// So many places are tried before anybody looks whether one of them has passed.
const AT_ONCE: usize = 8;
/// The bytes of so many places.
const WINDOW: usize = AT_ONCE + SHORTEST - 1;

/// Bits that tell which beginnings there are, and where their entries are.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    holes: Box<[u8; 1 << HOLES]>,
    /// The beginnings in order, each with where its entries begin; a last one of none.
    beginnings: Vec<(u32, u32)>,
    /// How each entry goes on: apart from the entries, many of which begin alike.
    seconds: Vec<u32>,
    /// Where the beginnings of each shelf begin.
    shelves: Box<[u32; (1 << SHELVES) + 1]>,
}

impl Sieve {
    /// The sieve of entries that are in order.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut holes = Box::new([0; 1 << HOLES]);
        let mut beginnings: Vec<(u32, u32)> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            holes[hole(entry.start)] |= bit(entry.start);
            if beginnings.last().is_none_or(|(start, _)| *start != entry.start) {
                beginnings.push((entry.start, at as u32));
            }
        }
        let begin = |shelf: usize| {
            beginnings.partition_point(|(start, _)| ((start >> (32 - SHELVES)) as usize) < shelf) as u32
        };
        let shelves = Box::new(std::array::from_fn(begin));
        beginnings.push((0, entries.len() as u32));
        let seconds = entries.iter().map(|entry| entry.second).collect();
        Sieve { holes, beginnings, seconds, shelves }
    }

    #[inline]
    fn has(&self, start: u32) -> bool {
        self.holes[hole(start)] & bit(start) != 0
    }

    /// Where the entries are that begin so.
    #[inline]
    pub(super) fn entries(&self, start: u32) -> Option<Range<usize>> {
        if !self.has(start) {
            return None;
        }
        let shelf = (start >> (32 - SHELVES)) as usize;
        let (from, to) = (self.shelves[shelf] as usize, self.shelves[shelf + 1] as usize);
        let at = from + self.beginnings[from..to].iter().position(|(known, _)| *known == start)?;
        Some(self.beginnings[at].1 as usize..self.beginnings[at + 1].1 as usize)
    }
}

#[inline]
fn hole(start: u32) -> usize {
    (start >> (32 - HOLES)) as usize
}

#[inline]
fn bit(start: u32) -> u8 {
    1 << (start >> (32 - HOLES - 3) & 7)
}

impl Default for Sieve {
    fn default() -> Self {
        Sieve::of(&[])
    }
}

/// What is sought and begins alike, in its first eight bytes.
#[derive(Clone, Copy)]
pub struct Alike<'a> {
    entries: &'a [Entry],
    seconds: &'a [u32],
    needles: &'a Needles,
}

impl<'a> Alike<'a> {
    /// All of it.
    pub fn all(&self) -> impl Iterator<Item = &'a Entry> + use<'a> {
        self.entries.iter()
    }

    /// What goes on like these bytes in its second eight bytes too, or has none.
    pub fn going_on(&self, bytes: &[u8]) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let second = bytes.get(SHORTEST..2 * SHORTEST).map_or(0, |second| self.needles.mix(second));
        if let [known] = self.seconds {
            let goes_on = *known == 0 || *known == second;
            return self.entries[..usize::from(goes_on)].iter().chain(&[]);
        }
        let short = self.seconds.iter().take_while(|known| **known == 0).count();
        let from = self.seconds.partition_point(|known| *known < second).max(short);
        let many = self.seconds[from..].iter().take_while(|known| **known == second).count();
        self.entries[..short].iter().chain(&self.entries[from..from + many])
    }
}

impl Needles {
    /// Calls `each` with every place at which something that is sought may begin.
    pub fn beginnings(&self, bytes: &[u8], each: &mut impl FnMut(usize, Alike<'_>)) {
        if self.whole.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(window) = bytes.get(at..).and_then(|rest| rest.first_chunk::<WINDOW>()) {
            let mut starts = [0; AT_ONCE];
            let mut any = 0;
            for (start, eight) in starts.iter_mut().zip(window.windows(SHORTEST)) {
                *start = self.mix(eight);
                any |= self.sieve.holes[hole(*start)];
            }
            if any != 0 {
                for (step, start) in
                    starts.into_iter().enumerate().filter(|(_, start)| self.sieve.has(*start))
                {
                    self.pass(at + step, start, each);
                }
            }
            at += AT_ONCE;
        }
        let rest = bytes.get(at..).unwrap_or_default().windows(SHORTEST);
        rest.enumerate().for_each(|(step, eight)| self.pass(at + step, self.mix(eight), each));
    }

    /// Lets through what begins like something that is sought.
    fn pass(&self, at: usize, start: u32, each: &mut impl FnMut(usize, Alike<'_>)) {
        if let Some(entries) = self.sieve.entries(start) {
            let seconds = &self.sieve.seconds[entries.clone()];
            each(at, Alike { entries: &self.whole[entries], seconds, needles: self });
        }
    }
}
