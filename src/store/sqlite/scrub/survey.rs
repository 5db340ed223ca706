//! Whose pages these are: walks the trees only as far as the pages in question ask for.

use super::pages::{Pages, Tree, number};
use crate::fault::Result;
use crate::interrupt;
use crate::store::sqlite::format::{LINK, local_length, read_varint};
use std::collections::{BTreeMap, BTreeSet};

/// A page in question, answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The table or index whose tree it is in.
    pub root: u32,
    /// Where the content ends, on the last page of a long row.
    pub end: Option<usize>,
}

/// Finds the trees of the pages in question. `roots` are the first pages of all trees.
pub fn owners(
    pages: &dyn Pages,
    usable: usize,
    roots: &[u32],
    wanted: &BTreeSet<u32>,
) -> Result<BTreeMap<u32, Owner>> {
    let mut walk = Walk { pages, usable, wanted, found: BTreeMap::new(), overflow: false };
    for page in wanted {
        if Tree::of(*page, &pages.read(*page)?).is_none() {
            walk.overflow = true;
        }
    }
    for root in roots {
        if walk.found.len() == wanted.len() {
            break;
        }
        walk.tree(*root)?;
    }
    Ok(walk.found)
}

struct Walk<'a> {
    pages: &'a dyn Pages,
    usable: usize,
    wanted: &'a BTreeSet<u32>,
    found: BTreeMap<u32, Owner>,
    /// Whether long rows have to be followed, for which every leaf is read.
    overflow: bool,
}

impl Walk<'_> {
    fn tree(&mut self, root: u32) -> Result<()> {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(root, true)];
        while let Some((page, read)) = waiting.pop() {
            if page == 0 || page > self.pages.count() || !seen.insert(page) {
                continue;
            }
            if self.wanted.contains(&page) {
                self.found.insert(page, Owner { root, end: None });
            }
            if !read && !self.overflow {
                continue;
            }
            interrupt::check()?;
            let bytes = self.pages.read(page)?;
            let Some(tree) = Tree::of(page, &bytes) else { continue };
            if tree.is_interior() {
                // All children of a page are of one height: the first tells whether the others need to be read.
                let children: Vec<u32> = tree
                    .starts(&bytes)
                    .map(|start| number(&bytes, start))
                    .chain([number(&bytes, tree.head + 8)])
                    .collect();
                let first = self.pages.read(children[0].clamp(1, self.pages.count()))?;
                let deeper = Tree::of(children[0], &first).is_some_and(|tree| tree.is_interior());
                waiting.extend(children.into_iter().map(|child| (child, deeper)));
            }
            if self.overflow {
                self.long_rows(root, &tree, &bytes)?;
            }
        }
        Ok(())
    }

    fn long_rows(&mut self, root: u32, tree: &Tree, bytes: &[u8]) -> Result<()> {
        for start in tree.starts(bytes) {
            let Some((mut next, mut left)) = overflow(tree.kind, bytes, start, self.usable) else { continue };
            let mut steps = 0;
            while next != 0 && next <= self.pages.count() && steps < self.pages.count() {
                let room = self.usable - 4;
                if self.wanted.contains(&next) {
                    let end = (left < room).then_some(4 + left);
                    self.found.insert(next, Owner { root, end });
                }
                left = left.saturating_sub(room);
                next = number(&self.pages.read(next)?, 0);
                steps += 1;
            }
        }
        Ok(())
    }
}

/// The first further page of a cell's content and how much of it lies on further pages.
fn overflow(kind: u8, bytes: &[u8], start: usize, usable: usize) -> Option<(u32, usize)> {
    let mut at = start;
    if kind == 5 {
        return None;
    }
    if kind == 2 {
        at += 4;
    }
    let (payload, length) = read_varint(bytes.get(at..)?)?;
    at += length;
    if kind == 13 {
        at += read_varint(bytes.get(at..)?)?.1;
    }
    let payload = payload as usize;
    let local = local_length(usable, payload, kind == 13);
    if local == payload {
        return None;
    }
    (at + local + LINK <= bytes.len()).then(|| (number(bytes, at + local), payload - local))
}
