//! Searches the bytes of every file, and tells for each place whether a row stands there.

use super::pages::{Layout, Pages, Tree, number};
use super::survey::{self, Owner};
use crate::fault::Result;
use crate::interrupt;
use crate::progress::Progress;
use crate::store::{Held, Hit, Needles, SHORTEST, Sort};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A place in the main file where a value begins.
struct Place {
    needle: usize,
    page: u32,
    at: usize,
    length: usize,
    sort: Sort,
}

/// What stands in more rows than this is a word that many use: those rows hold it, and nobody asks further.
const COMMON: u32 = 64;

/// The places that were found.
#[derive(Default)]
struct Places {
    places: Vec<Place>,
    /// In how many rows each value stands.
    common: BTreeMap<usize, u32>,
}

impl Places {
    fn add(&mut self, place: Place, is_live: bool) {
        let count = self.common.entry(place.needle).or_default();
        *count += u32::from(is_live);
        if *count <= COMMON {
            self.places.push(place);
        }
    }
}

/// How many bytes of another file are read at once.
const PIECE: usize = 1 << 20;

/// Searches the main file. `trees` are the first pages of all trees, each with who holds what is in it.
pub fn main_file(
    pages: &dyn Pages,
    trees: &BTreeMap<u32, Held>,
    needles: &Needles,
    progress: &mut dyn Progress,
) -> Result<Vec<Hit>> {
    let layout = Layout::of(pages)?;
    let mut places = Places::default();
    progress.stage("searching the database", Some(u64::from(pages.count())));
    for page in 1..=pages.count() {
        if page % 256 == 0 {
            interrupt::check()?;
            progress.advance(256);
        }
        look_at(pages, &layout, page, needles, &mut places)?;
    }
    progress.finish();
    let Places { mut places, common } = places;
    places.retain(|place| common.get(&place.needle).is_none_or(|count| *count <= COMMON));
    let owners = owners(pages, &layout, trees, &places)?;
    let common = common.into_iter().filter(|(_, count)| *count > COMMON);
    let mut hits: Vec<Hit> = common.map(|(needle, _)| Hit { needle, page: 0, held: Held::Row }).collect();
    for place in &places {
        let bytes = pages.read(place.page)?;
        let owner = owners.get(&place.page);
        let dead = layout.dead(place.page, &bytes, owner.and_then(|owner| owner.end));
        let end = place.at + place.length;
        let is_dead = dead.iter().any(|range| range.start < end && place.at < range.end);
        let held = match owner.and_then(|owner| trees.get(&owner.root)) {
            Some(held) if !is_dead => *held,
            _ => Held::Nobody,
        };
        let held = match (place.sort, held) {
            (Sort::End, Held::Nobody) | (Sort::Value, _) => held,
            (Sort::End, _) => continue,
            (Sort::Word, Held::SearchIndex) => Held::SharedWord,
            (Sort::Word, held) => held,
        };
        hits.push(Hit { needle: place.needle, page: place.page, held });
    }
    Ok(hits)
}

fn look_at(
    pages: &dyn Pages,
    layout: &Layout,
    page: u32,
    needles: &Needles,
    places: &mut Places,
) -> Result<()> {
    let bytes = pages.read(page)?;
    let is_tree = Tree::of(page, &bytes).is_some();
    let mut fault = None;
    needles.candidates(&bytes, &mut |at, candidate| {
        let (needle, length, sort) = (candidate.needle(), candidate.length(), candidate.sort());
        let goes_on = needles.goes_on(&candidate, &bytes[at..]);
        if goes_on && at + length <= bytes.len() && needles.is_whole(&candidate, &bytes[at..at + length]) {
            let is_live =
                || layout.dead(page, &bytes, None).iter().all(|range| at < range.start || range.end <= at);
            let is_live = is_tree && is_live();
            if !is_live || sort != Sort::End {
                places.add(Place { needle, page, at, length, sort }, is_live);
            }
            return;
        }
        // What soon goes on otherwise can only be cut before.
        let most = if goes_on { length } else { length.min(2 * SHORTEST) };
        match cut(pages, layout, is_tree, &bytes, at, length, most) {
            Ok(parts) => {
                for (here, next, rest) in parts {
                    if needles.is(&candidate, &[&bytes[at..at + here], &rest]) {
                        places.add(Place { needle, page, at, length: here, sort }, false);
                        places.add(Place { needle, page: next, at: 4, length: rest.len(), sort }, false);
                    }
                }
            }
            Err(error) => fault = Some(error),
        }
    });
    for needle in needles.tails(bytes.get(4..).unwrap_or_default()) {
        places.add(Place { needle, page, at: 4, length: SHORTEST, sort: Sort::Value }, false);
    }
    fault.map_or(Ok(()), Err)
}

/// How a value that begins here may go on elsewhere: so many bytes here (fewer than `most`), the page, and the bytes there.
fn cut(
    pages: &dyn Pages,
    layout: &Layout,
    is_tree: bool,
    bytes: &[u8],
    at: usize,
    length: usize,
    most: usize,
) -> Result<Vec<(usize, u32, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut consider = |here: usize, next: u32| -> Result<()> {
        if here > 0 && here < length && (2..=pages.count()).contains(&next) {
            let rest = pages.read(next)?;
            if let Some(rest) = rest.get(4..4 + length - here) {
                found.push((here, next, rest.to_vec()));
            }
        }
        Ok(())
    };
    if !is_tree && at + length > layout.usable && at + most >= layout.usable {
        consider(layout.usable.saturating_sub(at), number(bytes, 0))?;
    }
    let last = (at + most).min(bytes.len().saturating_sub(4));
    for end in at + SHORTEST..last {
        // A page's number is small: no text begins with such a byte.
        if bytes[end] < 2 {
            consider(end - at, number(bytes, end))?;
        }
    }
    Ok(found)
}

fn owners(
    pages: &dyn Pages,
    layout: &Layout,
    trees: &BTreeMap<u32, Held>,
    places: &[Place],
) -> Result<BTreeMap<u32, Owner>> {
    let in_question = places.iter().map(|place| place.page).filter(|page| !layout.free.contains_key(page));
    let wanted: BTreeSet<u32> = in_question.collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let roots: Vec<u32> = trees.keys().copied().collect();
    survey::owners(pages, layout.usable, &roots, &wanted)
}

/// Searches a file that is no database.
pub fn other_file(path: &Path, needles: &Needles, held: Held) -> std::io::Result<Vec<Hit>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    let mut hits = Vec::new();
    loop {
        let kept = bytes.len();
        file.by_ref().take(PIECE as u64).read_to_end(&mut bytes)?;
        if bytes.len() == kept {
            return Ok(hits);
        }
        // Any text of somebody else's may end like a word.
        let counts = |sort: Sort| sort != Sort::End || held == Held::Nobody;
        let found = needles.within(&bytes).into_iter().filter(|(_, sort)| counts(*sort));
        hits.extend(found.map(|(needle, _)| Hit { needle, page: 0, held }));
        let keep = needles.longest().min(bytes.len());
        bytes.drain(..bytes.len() - keep);
    }
}
