//! The pages of a database file, and which of their bytes are dead. File format: sqlite.org/fileformat2.html.

use crate::fault::{Fault, Result};
use crate::store::sqlite::format;
use std::collections::BTreeMap;
use std::ops::Range;

/// Pages that can be read by their number, from 1.
pub trait Pages {
    /// Reads one page.
    fn read(&self, page: u32) -> Result<Vec<u8>>;
    /// How many pages there are.
    fn count(&self) -> u32;
}

/// What every page needs to know of the whole.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Bytes of a page that are used; the rest is reserved.
    pub usable: usize,
    /// Free pages: those that hold nothing, and those that list others, with the end of the list.
    pub free: BTreeMap<u32, usize>,
}

impl Layout {
    /// Reads the header and the list of free pages.
    pub fn of(pages: &dyn Pages) -> Result<Self> {
        let head = pages.read(1)?;
        let usable = head.len() - usize::from(head[20]);
        let mut free = BTreeMap::new();
        let mut trunk = number(&head, 32);
        while trunk != 0 && !free.contains_key(&trunk) {
            if trunk > pages.count() {
                return Err(Fault::damaged("the list of free pages leads out of the file").into());
            }
            let page = pages.read(trunk)?;
            let count = (number(&page, 4) as usize).min(usable / 4 - 2);
            free.insert(trunk, 8 + 4 * count);
            for at in 0..count {
                free.insert(number(&page, 8 + 4 * at), 0);
            }
            trunk = number(&page, 0);
        }
        Ok(Layout { usable, free })
    }

    /// The bytes of a page that belong to no row. `tail` is where the content of an overflow page ends, if it does.
    pub fn dead(&self, page: u32, bytes: &[u8], tail: Option<usize>) -> Vec<Range<usize>> {
        if let Some(end) = self.free.get(&page) {
            return std::iter::once(*end..bytes.len()).collect();
        }
        match Tree::of(page, bytes) {
            Some(tree) => tree.slack(bytes, self.usable),
            None => tail.map(|end| end..bytes.len()).into_iter().collect(),
        }
    }
}

/// A page of a tree.
pub struct Tree {
    /// Where its header is.
    pub head: usize,
    /// 2 and 5 are interior, 10 and 13 leaves; 5 and 13 are of tables.
    pub kind: u8,
    /// How many cells it has.
    pub cells: usize,
}

impl Tree {
    /// The page as one of a tree, if it is one.
    pub fn of(page: u32, bytes: &[u8]) -> Option<Self> {
        let head = if page == 1 { 100 } else { 0 };
        let kind = bytes[head];
        let sound = matches!(kind, 2 | 5 | 10 | 13);
        sound.then(|| Tree { head, kind, cells: short(bytes, head + 3) })
    }

    /// Whether it has pages below it.
    pub fn is_interior(&self) -> bool {
        matches!(self.kind, 2 | 5)
    }

    /// Where the list of cells begins.
    fn list(&self) -> usize {
        self.head + if self.is_interior() { 12 } else { 8 }
    }

    /// Where each cell begins.
    pub fn starts<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let list = self.list();
        let within = (0..self.cells).map(move |at| list + 2 * at).filter(|at| at + 2 <= bytes.len());
        within.map(|at| short(bytes, at)).filter(|start| start + 4 <= bytes.len())
    }

    /// The gap before the first cell, and the free blocks between cells, without the four bytes that chain them.
    fn slack(&self, bytes: &[u8], usable: usize) -> Vec<Range<usize>> {
        let gap = self.list() + 2 * self.cells;
        let content = match short(bytes, self.head + 5) {
            0 => 65_536,
            start => start,
        };
        let mut dead = Vec::from([(gap..content.min(usable).max(gap)), (usable..bytes.len())]);
        let mut block = short(bytes, self.head + 1);
        let mut last = 0;
        while block > last && block + 4 <= usable {
            let size = short(bytes, block + 2);
            dead.push(block + 4..(block + size).clamp(block + 4, usable));
            last = block;
            block = short(bytes, block);
        }
        dead
    }
}

/// A big-endian number of four bytes.
pub fn number(bytes: &[u8], at: usize) -> u32 {
    format::long(bytes, at).unwrap_or_default()
}

/// A big-endian number of two bytes.
fn short(bytes: &[u8], at: usize) -> usize {
    format::short(bytes, at).unwrap_or_default()
}
