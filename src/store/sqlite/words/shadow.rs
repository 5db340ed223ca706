//! The tables behind a search index, written as pages of the file.

use crate::fault::Result;
use crate::store::ValueRef;
use crate::store::sqlite::errors::Told;
use crate::store::sqlite::pages::{Output, Tree, put_record, put_varint};
use crate::store::sqlite::sql::quote;
use rusqlite::{Connection, OptionalExtension};
use std::fs::File;
use std::sync::Arc;

/// The rows that tell how many words there are, and of which pieces the index consists.
const TOTALS: i64 = 1;
const STRUCTURE: i64 = 10;
/// The one piece, and the bits of a row's number that tell it, its trees of skips and their levels from page numbers.
const PIECE: i64 = 1;
const PIECE_BITS: u32 = 37;
const SKIPS_BIT: u32 = 36;
const LEVEL_BITS: u32 = 31;
/// Pages of what the engine usually writes at once, and how many pieces of one level it makes one of the next of.
const USUAL: u32 = 256;
const MERGED: u32 = 4;
/// What the engine says of them while they are empty.
const TABLES: [(&str, &str); 3] = [
    ("data", "(id INTEGER PRIMARY KEY, block BLOB)"),
    ("idx", "(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID"),
    ("docsize", "(id INTEGER PRIMARY KEY, sz BLOB)"),
];
const VERSION: &str = "version=4";
const EMPTY: &str = "1=,10=00000000000000";

/// Where the engine looks for each table.
pub struct Roots {
    data: u32,
    leads: u32,
    sizes: u32,
}

impl Roots {
    /// Of an index that was just made. None where it looks otherwise than is known here.
    pub fn of(connection: &Connection, index: &str) -> Result<Option<Self>> {
        let doing = || format!("making {index}");
        let all = |column: &str, table: &str| {
            let table = quote(&format!("{index}_{table}"));
            let query = format!("SELECT group_concat({column}) FROM main.{table}");
            connection.query_row(&query, [], |row| row.get::<_, Option<String>>(0)).told(doing)
        };
        let mut roots = [0; 3];
        for (root, (table, definition)) in roots.iter_mut().zip(TABLES) {
            let query = "SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 \
                         AND substr(sql, -length(?2)) = ?2";
            let name = format!("{index}_{table}");
            let found = connection.query_row(query, [name.as_str(), definition], |row| row.get(0));
            match found.optional().told(doing)? {
                Some(number) => *root = number,
                None => return Ok(None),
            }
        }
        let is_known = all("k || '=' || v", "config")?.as_deref() == Some(VERSION)
            && all("id || '=' || hex(block)", "data")?.as_deref() == Some(EMPTY);
        let [data, leads, sizes] = roots;
        Ok(is_known.then_some(Roots { data, leads, sizes }))
    }
}

/// The tables in the making.
pub struct Shadow<'a> {
    output: &'a mut Output,
    roots: Roots,
    data: Tree,
    leads: Tree,
    sizes: Tree,
    /// The page of the first rows of the data, which are known last.
    first: Option<u32>,
    /// How many rows and how many words of each column there are.
    rows: u64,
    words: Vec<u64>,
    /// Room for a row, to be used again.
    record: Vec<u8>,
    blob: Vec<u8>,
}

impl<'a> Shadow<'a> {
    /// Empty tables of an index that has so many columns.
    pub fn new(output: &'a mut Output, roots: Roots, columns: usize) -> Self {
        let page = output.page_size();
        Shadow {
            output,
            roots,
            data: Tree::of_table(page),
            leads: Tree::of_index(page),
            sizes: Tree::of_table(page),
            first: None,
            rows: 0,
            words: vec![0; columns],
            record: Vec::new(),
            blob: Vec::new(),
        }
    }

    /// The file that they are in.
    pub fn file(&self) -> Arc<File> {
        self.output.file()
    }

    /// Adds a row of the texts: how many words there are in each column.
    pub fn add_sizes(&mut self, row: i64, words: &[u32]) -> Result<()> {
        self.rows += 1;
        self.blob.clear();
        for (count, total) in words.iter().zip(&mut self.words) {
            put_varint(&mut self.blob, (*count).into());
            *total += u64::from(*count);
        }
        put_numbered(&mut self.record, &self.blob);
        self.sizes.add_row(self.output, row, &self.record)
    }

    /// Adds a page of words, the next one.
    pub fn add_leaf(&mut self, number: u32, page: &[u8]) -> Result<()> {
        if self.first.is_none() {
            self.first = Some(self.data.set_aside(self.output, STRUCTURE)?);
        }
        self.add_data(i64::from(number), page)
    }

    /// Adds a page of skips, after all those of words, in the order of their levels and numbers.
    pub fn add_skips(&mut self, level: u32, number: u32, page: &[u8]) -> Result<()> {
        self.add_data(1 << SKIPS_BIT | i64::from(level) << LEVEL_BITS | i64::from(number), page)
    }

    fn add_data(&mut self, number: i64, page: &[u8]) -> Result<()> {
        put_numbered(&mut self.record, page);
        self.data.add_row(self.output, PIECE << PIECE_BITS | number, &self.record)
    }

    /// Adds what leads to a page: words before the next lead are on it or on pages behind it.
    pub fn add_lead(&mut self, word: &[u8], page: u32, has_skips: bool) -> Result<()> {
        let page = i64::from(page) << 1 | i64::from(has_skips);
        self.record.clear();
        let lead = [ValueRef::Integer(PIECE), ValueRef::Blob(word), ValueRef::Integer(page)];
        put_record(&mut self.record, &lead);
        self.leads.add_entry(self.output, &self.record)
    }

    /// Completes the tables, of which so many pages are of words.
    pub fn finish(mut self, leaves: u32) -> Result<()> {
        let mut totals = Vec::new();
        put_varint(&mut totals, self.rows);
        self.words.iter().for_each(|words| put_varint(&mut totals, *words));
        let root = match self.first {
            None => self.roots.data,
            Some(first) => {
                self.data.finish(self.output, self.roots.data)?;
                first
            }
        };
        let mut first = Tree::of_table(self.output.page_size());
        for (number, blob) in [(TOTALS, totals), (STRUCTURE, structure(leaves))] {
            put_numbered(&mut self.record, &blob);
            first.add_row(self.output, number, &self.record)?;
        }
        first.finish(self.output, root)?;
        self.leads.finish(self.output, self.roots.leads)?;
        self.sizes.finish(self.output, self.roots.sizes)
    }
}

/// Puts a row that has a blob behind its number, which stands with the row.
fn put_numbered(record: &mut Vec<u8>, blob: &[u8]) {
    record.clear();
    put_record(record, &[ValueRef::Null, ValueRef::Blob(blob)]);
}

/// Of what the index consists: one piece, on the level where one of its size would be had the engine merged it, so that
/// small ones that come later are not merged with it too soon.
fn structure(leaves: u32) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    let (mut level, mut size) = (0, leaves);
    while size > USUAL {
        (level, size) = (level + 1, size / MERGED);
    }
    let pieces = u64::from(leaves > 0);
    let levels = if leaves > 0 { level + 1 } else { 0 };
    [levels, pieces, leaves.into()].iter().for_each(|number| put_varint(&mut bytes, *number));
    for below in (0..levels).rev() {
        // Pieces that are being merged, and all.
        put_varint(&mut bytes, 0);
        put_varint(&mut bytes, u64::from(below == 0));
    }
    if leaves > 0 {
        [PIECE as u64, 1, leaves.into()].iter().for_each(|number| put_varint(&mut bytes, *number));
    }
    bytes
}
