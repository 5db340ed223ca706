//! A table's tree, walked from its root to its leaves in the order of the rows.

use super::damaged;
use super::file::PageFile;
use crate::fault::Result;
use crate::interrupt;
use crate::store::sqlite::format::{long, short};

const INTERIOR: u8 = 5;
const LEAF: u8 = 13;
/// Where a page tells how many cells it has, and an interior one its last child.
const CELLS: usize = 3;
const LAST_CHILD: usize = 8;
/// Where the list of cells begins, in a leaf and in an interior page.
pub const LEAF_HEADER: usize = 8;
const INTERIOR_HEADER: usize = 12;
/// No tree is deeper than the engine's longest way.
const DEEPEST: usize = 20;
/// Pages between two that are wanted, which cost less to read than another call.
const WIDEST_GAP: u32 = 2;

/// Shows every leaf, from the first to the last.
///
/// # Errors
/// Damaged where a page is none of a table's tree; whatever `visit` returns; stopped when a signal comes.
pub fn each_leaf(
    pages: &PageFile<'_>,
    root: u32,
    table: &str,
    visit: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    Walk { pages, table, visit, rooms: Vec::new() }.below(&[root], 0)
}

struct Walk<'a> {
    pages: &'a PageFile<'a>,
    table: &'a str,
    visit: &'a mut dyn FnMut(&[u8]) -> Result<()>,
    /// Memory for pages that is not in use.
    rooms: Vec<Vec<u8>>,
}

impl Walk<'_> {
    /// Walks the trees that begin at these pages.
    fn below(&mut self, roots: &[u32], depth: usize) -> Result<()> {
        if depth == DEEPEST {
            return Err(damaged(self.table));
        }
        let mut room = self.rooms.pop().unwrap_or_default();
        let mut left = roots;
        while let [first, ..] = *left {
            interrupt::check()?;
            let (some, rest) = left.split_at(span(left, self.pages.at_once()));
            let count = some.last().map_or(0, |last| last - first) as usize + 1;
            self.pages.read(first, count, &mut room, self.table)?;
            for number in some {
                let page = self.pages.page(&room, (number - first) as usize);
                match page[0] {
                    LEAF if depth == 0 || short(page, CELLS) != Some(0) => (self.visit)(page)?,
                    INTERIOR => {
                        let children = children(page).ok_or_else(|| damaged(self.table))?;
                        self.below(&children, depth + 1)?;
                    }
                    _ => return Err(damaged(self.table)),
                }
            }
            left = rest;
        }
        self.rooms.push(room);
        Ok(())
    }
}

/// How many pages of a list, from the first on, lie so near to one another that they are read at once.
fn span(pages: &[u32], at_once: usize) -> usize {
    let end = pages[0].saturating_add(at_once as u32);
    let near = |pair: &&[u32]| pair[1] > pair[0] && pair[1] - pair[0] <= WIDEST_GAP + 1 && pair[1] < end;
    1 + pages.windows(2).take_while(near).count()
}

/// The pages below an interior one.
fn children(page: &[u8]) -> Option<Vec<u32>> {
    let cells = short(page, CELLS)?;
    let starts = (0..cells).map(|cell| short(page, INTERIOR_HEADER + 2 * cell));
    let children = starts.map(|start| long(page, start?));
    children.chain([long(page, LAST_CHILD)]).collect()
}

/// Where the cells of a leaf begin.
pub fn cells(leaf: &[u8]) -> impl Iterator<Item = Option<usize>> {
    let cells = short(leaf, CELLS).unwrap_or_default();
    (0..cells).map(|cell| short(leaf, LEAF_HEADER + 2 * cell))
}
