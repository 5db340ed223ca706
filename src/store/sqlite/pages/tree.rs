//! A tree, built from its leaves upwards out of cells that come in order: each page is written once, when it is full.
//!
//! A page that has to lead anywhere must have a cell, and so must a leaf: whenever a page is full, its last cell goes
//! one level up or into the next page with the new one, so that no page begins without.

use super::output::Output;
use super::page::{Kind, Page};
use super::record::put_varint;
use crate::fault::Result;
use crate::store::sqlite::format::{LINK, local_length};

/// A tree in the making.
pub struct Tree {
    leaf: Page,
    /// One page of each level above the leaves, the lowest first.
    above: Vec<Page>,
    inside: Kind,
    /// Bytes of a page.
    page: usize,
    is_of_rows: bool,
    /// The number of the row that was added last.
    last: i64,
    /// The beginning of a cell, and its end, to be used again.
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Tree {
    /// An empty tree of rows.
    pub fn of_table(page: usize) -> Self {
        Self::new(Kind::TableLeaf, Kind::TableInside, page)
    }

    /// An empty tree of entries.
    pub fn of_index(page: usize) -> Self {
        Self::new(Kind::IndexLeaf, Kind::IndexInside, page)
    }

    fn new(leaf: Kind, inside: Kind, page: usize) -> Self {
        let is_of_rows = leaf == Kind::TableLeaf;
        let (leaf, above, head, tail) = (Page::new(leaf, page), Vec::new(), Vec::new(), Vec::new());
        Tree { leaf, above, inside, page, is_of_rows, last: 0, head, tail }
    }

    /// Adds a row, whose number must be higher than those before.
    pub fn add_row(&mut self, out: &mut Output, number: i64, record: &[u8]) -> Result<()> {
        let here = self.overflow(out, record)?;
        put_varint(&mut self.head, number as u64);
        if !self.add_cell(here) {
            // A number is enough to tell the rows of one leaf from those of the next.
            let mut last = Vec::new();
            put_varint(&mut last, self.last as u64);
            self.begin_leaf(out, &last)?;
            self.add_cell(here);
        }
        self.last = number;
        Ok(())
    }

    /// Leaves a page out for rows up to this number, which must come first; returns where another tree of no more than a
    /// page may be finished with them.
    pub fn set_aside(&mut self, out: &mut Output, last: i64) -> Result<u32> {
        let page = out.append(&[])?;
        let mut between = Vec::new();
        put_varint(&mut between, last as u64);
        self.lift(out, 0, page, &between)?;
        Ok(page)
    }

    /// Adds an entry, which must not come before those that are there.
    pub fn add_entry(&mut self, out: &mut Output, record: &[u8]) -> Result<()> {
        let here = self.overflow(out, record)?;
        if !self.add_cell(here) {
            let last = self.leaf.take_last();
            self.begin_leaf(out, &last)?;
            self.add_cell(here);
        }
        Ok(())
    }

    fn add_cell(&mut self, here: &[u8]) -> bool {
        self.leaf.add(&[&self.head, here, &self.tail])
    }

    /// Writes the leaf that is full; `between` comes between it and the next one.
    fn begin_leaf(&mut self, out: &mut Output, between: &[u8]) -> Result<()> {
        let full = out.append(&[self.leaf.finished(None)])?;
        self.leaf.clear();
        self.lift(out, 0, full, between)
    }

    /// Writes what is left; the uppermost page goes where the engine expects it. An empty tree is there already.
    pub fn finish(mut self, out: &mut Output, root: u32) -> Result<()> {
        if self.leaf.is_empty() {
            return Ok(());
        }
        let Some((top, between)) = self.above.split_last_mut() else {
            return out.put(root, self.leaf.finished(None));
        };
        let mut right = out.append(&[self.leaf.finished(None)])?;
        for page in between {
            right = out.append(&[page.finished(Some(right))])?;
        }
        out.put(root, top.finished(Some(right)))
    }

    /// Notes a page that is full with what comes between it and the next one.
    fn lift(&mut self, out: &mut Output, level: usize, page: u32, between: &[u8]) -> Result<()> {
        if level == self.above.len() {
            self.above.push(Page::new(self.inside, self.page));
        }
        let child = page.to_be_bytes();
        if self.above[level].add(&[&child, between]) {
            return Ok(());
        }
        let last = self.above[level].take_last();
        let (right, last) = last.split_at(4);
        let right = u32::from_be_bytes([right[0], right[1], right[2], right[3]]);
        let full = out.append(&[self.above[level].finished(Some(right))])?;
        self.lift(out, level + 1, full, last)?;
        self.above[level].clear();
        self.above[level].add(&[&child, between]);
        Ok(())
    }

    /// Begins a cell: with the length of the record, and where the rest of it is that does not stand in the tree itself.
    /// Writes that rest, and returns what stands here.
    fn overflow<'a>(&mut self, out: &mut Output, record: &'a [u8]) -> Result<&'a [u8]> {
        self.head.clear();
        put_varint(&mut self.head, record.len() as u64);
        self.tail.clear();
        let (here, rest) = record.split_at(local_length(self.page, record.len(), self.is_of_rows));
        if !rest.is_empty() {
            self.tail.extend_from_slice(&out.upcoming()?.0.to_be_bytes());
        }
        let mut pieces = rest.chunks(self.page - LINK).peekable();
        while let Some(piece) = pieces.next() {
            let next = if pieces.peek().is_some() { out.upcoming()?.1 } else { 0 };
            out.append(&[&next.to_be_bytes(), piece])?;
        }
        Ok(here)
    }
}
