//! Where each word stands, gathered in memory: a list for each word, in the order of the rows, as an index has it.

use super::known::Known;
use super::word::Word;
use crate::store::sqlite::pages::{Keys, varint};

/// The most that one place takes: a size that becomes longer, the row's number, a size, a column and a position.
const MOST_OF_PLACE: usize = MOST_OF_SIZE + 9 + 1 + 1 + 3 + 5;
const MOST_OF_SIZE: usize = 4;
/// Bytes of the smallest block.
const BLOCK: usize = 32;
/// The mark before the number of a column.
const COLUMN: u8 = 1;
/// So much more than it is a position is written as: smaller numbers are marks.
const MORE: u32 = 2;
/// Bytes of places from which on their size has no room in a byte.
const LARGE: usize = 0x40;
/// Bytes of a row's number where it is not written as short as can be.
const ROW: usize = 8;

/// Lists of places by words.
pub struct Postings {
    words: Known,
    lists: Vec<List>,
    blocks: Blocks,
    row: i64,
}

/// The list of a word: the first row's number in eight bytes, the size of its places and these; then for each row how
/// much higher its number is, and the same of it.
struct List {
    last: i64,
    block: Block,
    /// How much of the block is used.
    used: u32,
    /// Where the size of the last row's places stands; while they come, one byte is kept for it.
    size_at: u32,
    /// The last place in this row.
    column: u16,
    position: u32,
}

impl Postings {
    /// No words yet.
    pub fn new() -> Self {
        Postings { words: Known::new(), lists: Vec::new(), blocks: Blocks::default(), row: 0 }
    }

    /// The memory that it takes.
    pub fn size(&self) -> usize {
        self.words.size() + self.lists.len() * size_of::<List>() + self.blocks.bytes.len()
    }

    /// Begins a row, whose number must be higher than those before.
    pub fn begin(&mut self, row: i64) {
        self.row = row;
    }

    /// The number of a word, until all are given away.
    #[inline]
    pub fn number_of(&mut self, word: &Word) -> usize {
        let number = self.words.number_of(word);
        if number == self.lists.len() {
            self.lists.push(List::new(self.row, &mut self.blocks));
        }
        number
    }

    /// Notes which words stand in a column of the row, one behind the other from this position on.
    pub fn add(&mut self, column: u16, first: u32, words: &[usize]) {
        for (position, number) in (first..).zip(words) {
            self.lists[*number].add(&mut self.blocks, self.row, column, position);
        }
    }

    /// Gives all lists away, as pieces of lists that may go on.
    pub fn drain_into(&mut self, keys: &mut Keys) {
        let mut word = Vec::new();
        for (number, list) in self.lists.iter_mut().enumerate() {
            word.clear();
            self.words.put_word(&mut word, number);
            keys.add(&word, list.piece(&mut self.blocks));
        }
        self.lists.clear();
        self.words.clear();
        self.blocks.clear();
    }
}

/// The first and the last row of a piece of a list, and all places.
pub fn parts(piece: &[u8]) -> (i64, i64, &[u8]) {
    let (first, rest) = piece.split_at(ROW);
    let (places, last) = rest.split_at(rest.len() - ROW);
    let number = |bytes: &[u8]| i64::from_le_bytes(std::array::from_fn(|at| bytes[at]));
    (number(first), number(last), places)
}

impl List {
    fn new(row: i64, blocks: &mut Blocks) -> Self {
        let block = blocks.take(0);
        blocks.of(block)[..ROW].copy_from_slice(&row.to_le_bytes());
        // A byte is kept for the size.
        List { last: row, block, used: ROW as u32 + 1, size_at: ROW as u32, column: 0, position: 0 }
    }

    #[inline]
    fn add(&mut self, blocks: &mut Blocks, row: i64, column: u16, position: u32) {
        if self.used as usize + MOST_OF_PLACE > self.block.length() {
            let most = self.most_of(row, column, position);
            self.make_room(blocks, most);
        }
        let mut bytes = Bytes { bytes: blocks.of(self.block), used: self.used as usize };
        if self.last != row {
            bytes.end_row(self.size_at as usize);
            bytes.put(row.wrapping_sub(self.last) as u64);
            self.size_at = bytes.used as u32;
            bytes.put(0);
            (self.last, self.column, self.position) = (row, 0, 0);
        }
        if self.column != column {
            bytes.put(COLUMN.into());
            bytes.put(column.into());
            (self.column, self.position) = (column, 0);
        }
        bytes.put((position - self.position + MORE).into());
        bytes.set_size(self.size_at as usize);
        self.position = position;
        self.used = bytes.used as u32;
    }

    /// All of it, and the last row's number behind it.
    fn piece<'a>(&mut self, blocks: &'a mut Blocks) -> &'a [u8] {
        self.make_room(blocks, MOST_OF_SIZE + ROW);
        let mut bytes = Bytes { bytes: blocks.of(self.block), used: self.used as usize };
        bytes.end_row(self.size_at as usize);
        let end = bytes.used + ROW;
        bytes.bytes[bytes.used..end].copy_from_slice(&self.last.to_le_bytes());
        &blocks.of(self.block)[..end]
    }

    /// How much this very place takes at most.
    fn most_of(&self, row: i64, column: u16, position: u32) -> usize {
        let of_row = match row.wrapping_sub(self.last) as u64 {
            0 => 0,
            higher => MOST_OF_SIZE + varint(higher).1 + 1,
        };
        let of_column = if column == 0 { 0 } else { 1 + varint(column.into()).1 };
        of_row + of_column + varint((position + MORE).into()).1
    }

    fn make_room(&mut self, blocks: &mut Blocks, most: usize) {
        if self.used as usize + most > self.block.length() {
            self.block = blocks.larger(self.block, self.used as usize);
        }
    }
}

/// The bytes of a block, to write on.
struct Bytes<'a> {
    bytes: &'a mut [u8],
    used: usize,
}

impl Bytes<'_> {
    /// A number in as few bytes as can be.
    #[inline]
    fn put(&mut self, number: u64) {
        if number < 0x80 {
            self.bytes[self.used] = number as u8;
            self.used += 1;
        } else if number < 0x4000 {
            self.bytes[self.used] = (number >> 7) as u8 | 0x80;
            self.bytes[self.used + 1] = number as u8 & 0x7f;
            self.used += 2;
        } else {
            self.put_long(number);
        }
    }

    #[cold]
    fn put_long(&mut self, number: u64) {
        let (bytes, length) = varint(number);
        self.bytes[self.used..self.used + length].copy_from_slice(&bytes[..length]);
        self.used += length;
    }

    /// Says how many bytes stand behind the one that is kept for their number, where it has room: twice as many, since
    /// the lowest bit tells that a row is gone.
    #[inline]
    fn set_size(&mut self, at: usize) {
        let size = self.used - at - 1;
        if size < LARGE {
            self.bytes[at] = 2 * size as u8;
        }
    }

    /// Makes room for the size of many places.
    #[inline]
    fn end_row(&mut self, at: usize) {
        if self.used - at > LARGE {
            self.put_size(at);
        }
    }

    #[cold]
    fn put_size(&mut self, at: usize) {
        let (bytes, length) = varint(2 * (self.used - at - 1) as u64);
        self.bytes.copy_within(at + 1..self.used, at + length);
        self.bytes[at..at + length].copy_from_slice(&bytes[..length]);
        self.used += length - 1;
    }
}

/// Memory in blocks, each twice as long as the one before it.
#[derive(Default)]
struct Blocks {
    bytes: Vec<u8>,
    /// Blocks of each size that are not used any more.
    free: Vec<Vec<u32>>,
}

/// A block: how many of the smallest stand before it, and how often one was doubled.
#[derive(Clone, Copy)]
struct Block {
    start: u32,
    doubled: u8,
}

impl Block {
    fn length(self) -> usize {
        BLOCK << self.doubled
    }
}

impl Blocks {
    fn take(&mut self, doubled: u8) -> Block {
        let free = self.free.get_mut(usize::from(doubled)).and_then(Vec::pop);
        let start = free.unwrap_or_else(|| {
            let start = self.bytes.len();
            self.bytes.resize(start + (BLOCK << doubled), 0);
            (start / BLOCK) as u32
        });
        Block { start, doubled }
    }

    /// A block of twice the length that begins with the same bytes.
    #[cold]
    fn larger(&mut self, block: Block, used: usize) -> Block {
        let larger = self.take(block.doubled + 1);
        let from = block.start as usize * BLOCK;
        self.bytes.copy_within(from..from + used, larger.start as usize * BLOCK);
        let sizes = self.free.len().max(usize::from(block.doubled) + 1);
        self.free.resize_with(sizes, Vec::new);
        self.free[usize::from(block.doubled)].push(block.start);
        larger
    }

    #[inline]
    fn of(&mut self, block: Block) -> &mut [u8] {
        let start = block.start as usize * BLOCK;
        &mut self.bytes[start..start + block.length()]
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.free.clear();
    }
}
