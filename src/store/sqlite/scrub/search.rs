//! Searches the bytes of every file, and tells for each place whether a row stands there.

use super::look::{self, Ground, Place};
use super::pages::Layout;
use super::raw::RawPages;
use super::survey::{self, Owner};
use crate::fault::Result;
use crate::progress::Progress;
use crate::store::{Held, Hit, Needles, Sort};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How many bytes of another file are read at once.
const PIECE: usize = 1 << 20;

/// Searches the main file. `trees` are the first pages of all trees, each with who holds what is in it.
pub fn main_file(
    pages: &RawPages<'_>,
    trees: &BTreeMap<u32, Held>,
    needles: &Needles,
    progress: &mut dyn Progress,
) -> Result<Vec<Hit>> {
    let layout = Layout::of(pages)?;
    let found = look::at_all(pages, &layout, needles, progress)?;
    let owners = owners(pages, &layout, trees, &found.places)?;
    let common = found.common().map(|needle| Hit { needle, page: 0, held: Held::Row });
    let held = |place: &Place| {
        let owner = owners.get(&place.page).filter(|owner| owner.holds(place));
        owner.and_then(|owner| trees.get(&owner.root)).copied().unwrap_or(Held::Nobody)
    };
    let hits = found.places.iter().filter_map(|place| {
        let held = match (place.sort, held(place)) {
            (Sort::End, held @ Held::Nobody) | (Sort::Value, held) => held,
            (Sort::End, _) => return None,
            (Sort::Word, Held::SearchIndex) => Held::SharedWord,
            (Sort::Word, held) => held,
        };
        Some(Hit { needle: place.needle, page: place.page, held })
    });
    Ok(common.chain(hits).collect())
}

impl Owner {
    /// Whether the place is in its content.
    fn holds(&self, place: &Place) -> bool {
        match place.ground {
            Ground::Dead => false,
            Ground::Tree => true,
            Ground::Open => self.end.is_none_or(|end| place.at + place.length <= end),
        }
    }
}

/// Whose the pages are of which that is in question.
fn owners(
    pages: &RawPages<'_>,
    layout: &Layout,
    trees: &BTreeMap<u32, Held>,
    places: &[Place],
) -> Result<BTreeMap<u32, Owner>> {
    let wanted: BTreeSet<u32> =
        places.iter().filter(|place| place.ground != Ground::Dead).map(|place| place.page).collect();
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
