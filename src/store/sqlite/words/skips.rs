//! For words that stand in very many rows: which row is the first on each page, so that the engine need not read all
//! pages between. A tree of its own for each such word, from its leaves upwards.

use crate::store::sqlite::pages::put_varint;

/// The first byte of a page that another one leads to, and of one that is the uppermost.
const BELOW: u8 = 1;
const UPPERMOST: u8 = 0;

/// The trees of one index.
pub struct Skips {
    /// Bytes from which on a page is full.
    size: usize,
    levels: Vec<Level>,
    /// Finished pages: their levels, their numbers and what is in them.
    pub pages: Vec<(u32, u32, Vec<u8>)>,
}

/// The page of a level that is being filled.
#[derive(Default)]
struct Level {
    bytes: Vec<u8>,
    number: u32,
    first: i64,
    last: i64,
}

impl Skips {
    /// None yet.
    pub fn new(size: usize) -> Self {
        Skips { size, levels: vec![Level::default()], pages: Vec::new() }
    }

    /// Begins a word that stands on this page.
    pub fn begin(&mut self, page: u32) {
        self.levels[0].number = page;
    }

    /// A further page begins with this row, or nearly.
    pub fn add(&mut self, page: u32, row: i64) {
        self.add_to(0, page, row);
    }

    /// A further page has no row that begins there.
    pub fn skip(&mut self) {
        let lowest = &mut self.levels[0].bytes;
        if !lowest.is_empty() {
            lowest.push(0);
        }
    }

    /// Ends the word; says whether it has a tree. It is only `worth` one where it stands on enough pages.
    pub fn end(&mut self, worth: bool) -> bool {
        let keep = worth && !self.levels[0].bytes.is_empty();
        for (height, level) in (0..).zip(&mut self.levels).filter(|(_, level)| !level.bytes.is_empty()) {
            if keep {
                self.pages.push((height, level.number, std::mem::take(&mut level.bytes)));
            }
            level.bytes.clear();
        }
        keep
    }

    fn add_to(&mut self, height: usize, child: u32, row: i64) {
        let level = &mut self.levels[height];
        if level.bytes.is_empty() {
            level.begin(UPPERMOST, child, row);
        } else if level.bytes.len() < self.size {
            put_varint(&mut level.bytes, row.wrapping_sub(level.last) as u64);
            level.last = row;
        } else {
            self.begin_page(height, child, row);
        }
    }

    /// Finishes the page of a level, and begins the next, to which the level above leads.
    fn begin_page(&mut self, height: usize, child: u32, row: i64) {
        let level = &mut self.levels[height];
        let (number, first) = (level.number, level.first);
        let mut full = std::mem::take(&mut level.bytes);
        full[0] = BELOW;
        level.number += 1;
        level.begin(BELOW, child, row);
        self.pages.push((height as u32, number, full));
        if self.levels.len() == height + 1 {
            self.levels.push(Level::default());
        }
        let above = &mut self.levels[height + 1];
        if above.bytes.is_empty() {
            above.number = number;
            above.begin(UPPERMOST, number, first);
        }
        self.add_to(height + 1, number + 1, row);
    }
}

impl Level {
    fn begin(&mut self, kind: u8, child: u32, row: i64) {
        self.bytes.push(kind);
        put_varint(&mut self.bytes, child.into());
        put_varint(&mut self.bytes, row as u64);
        (self.first, self.last) = (row, row);
    }
}
