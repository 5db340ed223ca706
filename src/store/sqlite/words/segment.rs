//! The one segment of an index: pages of words in their order, each with the list of its places. Lists go on from page to
//! page.
//! Format: the comments on the index's contents in the engine's fts5 sources.

use super::shadow::Shadow;
use super::skips::Skips;
use crate::fault::Result;
use crate::store::sqlite::format::read_varint;
use crate::store::sqlite::pages::put_varint;

/// Bytes from which on a page is full.
const SIZE: usize = 4050;
/// Bytes of a page that say where its first row is and where its words end.
const HEAD: usize = 4;
/// The mark before a word: others are before beginnings of words, which are not made here.
const WHOLE: u8 = b'0';
/// The most that a word takes besides itself, and a row besides its places.
const MOST_OF_WORD: usize = 9;
const MOST_OF_ROW: usize = 14;
/// Pages without a word from which on a word's rows are looked up.
const MANY: u32 = 4;

/// The pages in the making.
pub struct Segment {
    /// The page that is being filled, its number, and what will stand at its end: where words begin.
    page: Vec<u8>,
    number: u32,
    foot: Vec<u8>,
    /// Where its last word begins.
    word_at: usize,
    /// Whether a word and a row begin on it, and whether a row of the word has come.
    has_word: bool,
    has_row: bool,
    is_first: bool,
    has_begun: bool,
    word: Vec<u8>,
    row: i64,
    /// The last page on which a word begins, what leads to it, and how many have come since.
    led_to: u32,
    lead: Vec<u8>,
    bare: u32,
    skips: Skips,
}

impl Segment {
    /// No pages yet.
    pub fn new() -> Self {
        Segment {
            page: vec![0; HEAD],
            number: 1,
            foot: Vec::new(),
            word_at: 0,
            has_word: false,
            has_row: false,
            is_first: true,
            has_begun: false,
            word: Vec::new(),
            row: 0,
            led_to: 1,
            lead: Vec::new(),
            bare: 0,
            skips: Skips::new(SIZE),
        }
    }

    /// Adds rows in which a word stands: all of it, or what follows on what came last. `places` are a size and so many
    /// bytes of places for the first row, then the same of each further one behind how much higher its number is.
    pub fn add(&mut self, out: &mut Shadow<'_>, word: &[u8], rows: (i64, i64), places: &[u8]) -> Result<()> {
        if !self.has_begun || self.word != word {
            self.begin(out, word)?;
            self.has_begun = true;
        }
        let (first, last) = rows;
        self.make_room(out)?;
        self.put_row(first);
        let mut rest = places;
        while self.used() + rest.len() > SIZE {
            let (size, length) = varint(rest);
            let (these, others) = rest.split_at(length + (size / 2) as usize);
            self.put_places(out, these)?;
            if others.is_empty() {
                return Ok(());
            }
            let others = self.put_rows(others);
            if others.is_empty() {
                return Ok(());
            }
            let (further, length) = varint(others);
            rest = &others[length..];
            self.make_room(out)?;
            self.put_row(self.row.wrapping_add(further as i64));
        }
        self.page.extend_from_slice(rest);
        self.row = last;
        Ok(())
    }

    /// Writes further rows as they are, as long as they fit on the page where one is; returns what is left.
    fn put_rows<'a>(&mut self, rows: &'a [u8]) -> &'a [u8] {
        let room = if self.has_row { SIZE.saturating_sub(self.used()) } else { 0 };
        let mut end = 0;
        while end < rows.len() {
            let (further, before) = varint(&rows[end..]);
            let (size, length) = varint(&rows[end + before..]);
            let next = end + before + length + (size / 2) as usize;
            if next > room {
                break;
            }
            self.row = self.row.wrapping_add(further as i64);
            end = next;
        }
        let (here, others) = rows.split_at(end);
        self.page.extend_from_slice(here);
        others
    }

    /// Writes what is left; returns how many pages there are.
    pub fn finish(mut self, out: &mut Shadow<'_>) -> Result<u32> {
        if self.page.len() > HEAD {
            self.flush(out)?;
        }
        let pages = self.number - 1;
        if pages > 0 {
            self.lead_to(out, &[])?;
            self.skips.pages.sort_unstable_by_key(|(height, number, _)| (*height, *number));
            for (height, number, page) in &self.skips.pages {
                out.add_skips(*height, *number, page)?;
            }
        }
        Ok(pages)
    }

    fn begin(&mut self, out: &mut Shadow<'_>, word: &[u8]) -> Result<()> {
        let most = word.len() + MOST_OF_WORD + MOST_OF_ROW;
        if self.used() + most > SIZE && self.page.len() > HEAD {
            self.flush(out)?;
        }
        let shared = word.iter().zip(&self.word).take_while(|(a, b)| a == b).count();
        put_varint(&mut self.foot, (self.page.len() - self.word_at) as u64);
        self.word_at = self.page.len();
        // The mark counts as a byte of the word.
        if self.has_word {
            put_varint(&mut self.page, shared as u64 + 1);
            put_varint(&mut self.page, (word.len() - shared) as u64);
            self.page.extend_from_slice(&word[shared..]);
        } else {
            put_varint(&mut self.page, word.len() as u64 + 1);
            self.page.push(WHOLE);
            self.page.extend_from_slice(word);
            if self.number > 1 {
                // Enough to tell it from the word before it.
                self.lead_to(out, &word[..shared + 1])?;
            }
        }
        self.word.truncate(shared);
        self.word.extend_from_slice(&word[shared..]);
        (self.has_word, self.has_row, self.is_first) = (true, true, true);
        self.skips.begin(self.number);
        Ok(())
    }

    /// Goes to the next page where there is no room for a row. The first row of a word stands with it.
    fn make_room(&mut self, out: &mut Shadow<'_>) -> Result<()> {
        if !self.is_first && self.used() + MOST_OF_ROW > SIZE { self.flush(out) } else { Ok(()) }
    }

    fn put_row(&mut self, row: i64) {
        if !self.has_row {
            let at = self.page.len() as u16;
            self.page[..2].copy_from_slice(&at.to_be_bytes());
            self.skips.add(self.number, row);
        }
        let is_whole = self.is_first || !self.has_row;
        put_varint(&mut self.page, if is_whole { row as u64 } else { row.wrapping_sub(self.row) as u64 });
        (self.is_first, self.has_row, self.row) = (false, true, row);
    }

    /// Writes the places of a row, with their size. No number in them stands on two pages.
    fn put_places(&mut self, out: &mut Shadow<'_>, places: &[u8]) -> Result<()> {
        let mut rest = places;
        while self.used() + rest.len() > SIZE {
            let (here, others) = rest.split_at(whole(rest, SIZE.saturating_sub(self.used())));
            self.page.extend_from_slice(here);
            rest = others;
            if rest.is_empty() {
                return Ok(());
            }
            self.flush(out)?;
        }
        self.page.extend_from_slice(rest);
        Ok(())
    }

    fn flush(&mut self, out: &mut Shadow<'_>) -> Result<()> {
        let end = self.page.len() as u16;
        self.page[2..HEAD].copy_from_slice(&end.to_be_bytes());
        if self.has_word {
            self.page.extend_from_slice(&self.foot);
        } else {
            self.bare += 1;
            if !self.has_row {
                self.skips.skip();
            }
        }
        out.add_leaf(self.number, &self.page)?;
        self.page.clear();
        self.page.resize(HEAD, 0);
        self.foot.clear();
        self.number += 1;
        (self.has_word, self.has_row, self.word_at) = (false, false, 0);
        Ok(())
    }

    /// Completes what leads to the last page on which a word begins; the next such page is the one being filled.
    fn lead_to(&mut self, out: &mut Shadow<'_>, lead: &[u8]) -> Result<()> {
        let has_skips = self.skips.end(self.bare >= MANY);
        out.add_lead(&self.lead, self.led_to, has_skips)?;
        self.lead.clear();
        self.lead.push(WHOLE);
        self.lead.extend_from_slice(lead);
        (self.led_to, self.bare) = (self.number, 0);
        Ok(())
    }

    fn used(&self) -> usize {
        self.page.len() + self.foot.len()
    }
}

/// How many of these bytes are whole numbers within `room`; one number at least.
fn whole(bytes: &[u8], room: usize) -> usize {
    let ends = |at: &usize| bytes[*at] < 0x80;
    let within = (0..room.min(bytes.len())).rev().find(ends);
    within.or_else(|| (0..bytes.len()).find(ends)).map_or(bytes.len(), |last| last + 1)
}

/// The number that begins here, and how many bytes it takes. What is read was written here, and does not end before.
#[inline]
fn varint(bytes: &[u8]) -> (u64, usize) {
    read_varint(bytes).unwrap_or((0, bytes.len()))
}
