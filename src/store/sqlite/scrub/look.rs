//! One page after the other, in two hands or more: which of the byte strings that are sought stand there, whole or cut
//! by the end of a page.

use super::pages::{Layout, Pages, Tree, number};
use super::raw::RawPages;
use crate::fault::Result;
use crate::interrupt;
use crate::progress::Progress;
use crate::store::{Alike, Entry, Needles, SHORTEST, Sort};
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

/// How many bytes of the file are read at once.
const AT_ONCE: usize = 1 << 20;
/// More hands than these wait for the disk.
const MOST_HANDS: usize = 4;
/// What stands in more rows than this is a word that many use: those rows hold it, and nobody asks further.
const COMMON: u32 = 64;

/// A place in the main file where something that is sought begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub page: u32,
    pub at: usize,
    pub length: usize,
    pub needle: usize,
    pub sort: Sort,
    pub ground: Ground,
}

/// What a place stands on, as far as its page alone tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The content of a tree's page.
    Tree,
    /// Bytes of no row: a free page, or what is free in a tree's page.
    Dead,
    /// A page of no tree: it is for the trees to say whether a long row goes on there.
    Open,
}

/// The places that were found.
#[derive(Default)]
pub struct Places {
    pub places: Vec<Place>,
    /// In how many rows each value stands, by its number.
    rows: Vec<u32>,
}

impl Places {
    fn of(needles: &Needles) -> Self {
        Places { places: Vec::new(), rows: vec![0; needles.len()] }
    }

    /// What stands in the rows of many, by its number.
    pub fn common(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().enumerate().filter(|(_, rows)| **rows > COMMON).map(|(needle, _)| needle)
    }

    fn is_common(&self, needle: usize) -> bool {
        self.rows[needle] > COMMON
    }

    fn add(&mut self, place: Place) {
        self.rows[place.needle] += u32::from(place.ground == Ground::Tree);
        if !self.is_common(place.needle) {
            self.places.push(place);
        }
    }

    fn join(mut self, other: Places) -> Self {
        self.places.extend(other.places);
        self.rows.iter_mut().zip(other.rows).for_each(|(rows, more)| *rows += more);
        self
    }

    fn in_order(mut self) -> Self {
        let mut places = std::mem::take(&mut self.places);
        places.retain(|place| !self.is_common(place.needle));
        places.sort_unstable();
        Places { places, ..self }
    }
}

/// Looks at every page.
pub fn at_all(
    pages: &RawPages<'_>,
    layout: &Layout,
    needles: &Needles,
    progress: &mut dyn Progress,
) -> Result<Places> {
    progress.stage("searching the database", Some(u64::from(pages.count())));
    let (next, kinds) = (AtomicU32::new(1), Kinds::of(pages));
    let hand = |progress: Option<&mut dyn Progress>| -> Result<Places> {
        let mut look = Look { pages, layout, needles, kinds: &kinds, places: Places::of(needles) };
        look.take_turns(&next, progress)?;
        Ok(look.places)
    };
    let hands = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_HANDS);
    let all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..hands).map(|_| scope.spawn(|| hand(None))).collect();
        let mine = hand(Some(progress));
        others.into_iter().try_fold(mine?, |all, other| -> Result<Places> {
            let theirs = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(all.join(theirs?))
        })
    })?;
    progress.finish();
    Ok(all.in_order())
}

/// Which pages may go on with what is cut on another one, as far as anybody has looked.
struct Kinds(Vec<AtomicU8>);

impl Kinds {
    const UNKNOWN: u8 = 0;
    const YES: u8 = 1;
    const NO: u8 = 2;

    fn of(pages: &RawPages<'_>) -> Self {
        Kinds((0..=pages.count()).map(|_| AtomicU8::new(Self::UNKNOWN)).collect())
    }

    /// Such a page begins with the number of another one, or with none. Where a tree has taken it since, its first bytes
    /// are the tree's.
    fn note(&self, page: u32, bytes: &[u8]) -> bool {
        let may = (number(bytes, 0) as usize) < self.0.len();
        self.0[page as usize].store(if may { Self::YES } else { Self::NO }, Ordering::Relaxed);
        may
    }

    fn may_go_on(&self, page: u32, pages: &RawPages<'_>) -> Result<bool> {
        match self.0[page as usize].load(Ordering::Relaxed) {
            Self::UNKNOWN => {
                let mut first = [0; 4];
                pages.read_at(page, &mut first)?;
                Ok(self.note(page, &first))
            }
            known => Ok(known == Self::YES),
        }
    }
}

/// Of one hand.
struct Look<'a> {
    pages: &'a RawPages<'a>,
    layout: &'a Layout,
    needles: &'a Needles,
    kinds: &'a Kinds,
    places: Places,
}

/// A page under the eyes.
struct Page<'a> {
    number: u32,
    bytes: &'a [u8],
    is_tree: bool,
    /// Which of its bytes are of no row, once somebody has asked.
    dead: Option<Vec<Range<usize>>>,
}

impl Look<'_> {
    /// Takes the next pages as long as there are any. One of the hands tells of all.
    fn take_turns(&mut self, next: &AtomicU32, mut progress: Option<&mut dyn Progress>) -> Result<()> {
        let many = (AT_ONCE / self.pages.size).max(1) as u32;
        let (mut bytes, mut told) = (Vec::new(), 1);
        loop {
            let first = next.fetch_add(many, Ordering::Relaxed);
            if let Some(progress) = &mut progress {
                progress.advance(u64::from(first.min(self.pages.count()) - told));
                told = first.min(self.pages.count());
            }
            if first > self.pages.count() {
                return Ok(());
            }
            interrupt::check()?;
            bytes.resize(many as usize * self.pages.size, 0);
            self.pages.read_many(first, &mut bytes)?;
            for (number, bytes) in (first..).zip(bytes.chunks_exact(self.pages.size)) {
                self.at_page(number, bytes)?;
            }
        }
    }

    fn at_page(&mut self, number: u32, bytes: &[u8]) -> Result<()> {
        let needles = self.needles;
        self.kinds.note(number, bytes);
        let mut page = Page::of(number, bytes);
        let mut result = Ok(());
        needles.beginnings(bytes, &mut |at, alike| {
            if result.is_ok() {
                result = self.at_place(&mut page, at, alike);
            }
        });
        for needle in needles.tails(bytes.get(4..).unwrap_or_default()) {
            self.note(&mut page, needle, Sort::Value, 4..4 + SHORTEST);
        }
        result
    }

    fn at_place(&mut self, page: &mut Page<'_>, at: usize, alike: Alike<'_>) -> Result<()> {
        let bytes = &page.bytes[at..];
        let mut further = 0;
        for entry in alike.going_on(bytes) {
            let length = entry.length();
            if self.places.is_common(entry.needle()) {
                continue;
            }
            match bytes.get(..length) {
                Some(whole) if self.needles.is(entry, whole) => {
                    self.note(page, entry.needle(), entry.sort(), at..at + length);
                }
                _ => further = further.max(length),
            }
        }
        // What soon goes on otherwise can only be cut before.
        self.follow(page, at, SHORTEST..2 * SHORTEST, || alike.all())?;
        self.follow(page, at, 2 * SHORTEST..further, || alike.going_on(bytes))
    }

    /// Follows what begins here and may be cut after so many bytes.
    fn follow<'e, E: Iterator<Item = &'e Entry>>(
        &mut self,
        page: &mut Page<'_>,
        at: usize,
        lengths: Range<usize>,
        entries: impl Fn() -> E,
    ) -> Result<()> {
        let (bytes, usable) = (page.bytes, self.layout.usable);
        let ends = at + lengths.start..at + lengths.end;
        // A page's number begins with a byte that is small, below 128 GB with 0 or 1: no text has it.
        let most = (self.pages.count() >> 24) as u8;
        if ends.is_empty() || ends.end < usable && least(&bytes[ends.clone()]) > most {
            return Ok(());
        }
        for end in ends.take_while(|end| *end <= bytes.len()) {
            if bytes.get(end).is_some_and(|byte| *byte <= most) {
                self.at_cut(page, at..end, number(bytes, end), entries())?;
            }
            if end == usable && !page.is_tree {
                self.at_cut(page, at..end, number(bytes, 0), entries())?;
            }
        }
        Ok(())
    }

    /// Notes what begins in this place and goes on in the next page.
    fn at_cut<'e>(
        &mut self,
        page: &mut Page<'_>,
        place: Range<usize>,
        next: u32,
        entries: impl Iterator<Item = &'e Entry>,
    ) -> Result<()> {
        if !(2..=self.pages.count()).contains(&next) || !self.kinds.may_go_on(next, self.pages)? {
            return Ok(());
        }
        let bytes = self.pages.read(next)?;
        let mut next = Page::of(next, &bytes);
        let here = &page.bytes[place.clone()];
        for entry in entries {
            let rest = 4..4 + entry.length().saturating_sub(here.len());
            let is = |there: &[u8]| !there.is_empty() && self.needles.is_in_two(entry, here, there);
            if !self.places.is_common(entry.needle()) && bytes.get(rest.clone()).is_some_and(is) {
                self.note(page, entry.needle(), entry.sort(), place.clone());
                self.note(&mut next, entry.needle(), entry.sort(), rest);
            }
        }
        Ok(())
    }

    fn note(&mut self, page: &mut Page<'_>, needle: usize, sort: Sort, place: Range<usize>) {
        let ground = page.ground(&place, self.layout);
        // Any word may end like this one: in a row or an index it tells nothing.
        if ground != Ground::Tree || sort != Sort::End {
            let (at, length) = (place.start, place.len());
            self.places.add(Place { page: page.number, at, length, needle, sort, ground });
        }
    }
}

/// The least of some bytes.
fn least(bytes: &[u8]) -> u8 {
    bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte))
}

impl<'a> Page<'a> {
    fn of(number: u32, bytes: &'a [u8]) -> Self {
        Page { number, bytes, is_tree: Tree::of(number, bytes).is_some(), dead: None }
    }

    fn ground(&mut self, place: &Range<usize>, layout: &Layout) -> Ground {
        if layout.free.contains_key(&self.number) {
            return Ground::Dead;
        }
        if !self.is_tree {
            return Ground::Open;
        }
        let dead = self.dead.get_or_insert_with(|| layout.dead(self.number, self.bytes, None));
        let overlaps = dead.iter().any(|range| range.start < place.end && place.start < range.end);
        if overlaps { Ground::Dead } else { Ground::Tree }
    }
}
