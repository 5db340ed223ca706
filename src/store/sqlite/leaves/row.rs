//! The rows of a leaf, decoded as far as they are asked for.

use super::file::PageFile;
use super::plan::{Plan, Wanted};
use super::{Defaults, damaged, tree};
use crate::fault::Result;
use crate::store::sqlite::format::{LINK, local_length, long, read_varint};
use crate::store::{Value, ValueRef, Visit, emptied};

/// Reads the rows of one table.
pub struct RowReader<'a> {
    plan: &'a Plan,
    defaults: Defaults<'a>,
    /// The number of the row before.
    last: Option<i64>,
    /// The fields of the row.
    fields: Vec<Field>,
    /// A row that is longer than its page, put together.
    whole: Vec<u8>,
    overflow: Overflow,
}

/// A field: its kind, which tells its length too, and where it ends in the row.
#[derive(Clone, Copy)]
struct Field {
    kind: u64,
    end: usize,
}

/// A row as its leaf has it.
struct Cell<'p> {
    number: i64,
    /// How long the row is.
    length: usize,
    /// What of it stands in the leaf.
    local: &'p [u8],
    /// Where it goes on.
    next: u32,
}

impl<'a> RowReader<'a> {
    /// Begins before the first row.
    pub fn new(plan: &'a Plan, defaults: Defaults<'a>) -> Self {
        RowReader {
            plan,
            defaults,
            last: None,
            fields: Vec::with_capacity(plan.fields),
            whole: Vec::new(),
            overflow: Overflow::default(),
        }
    }

    /// Shows every row of the next leaf.
    ///
    /// # Errors
    /// Damaged where a row is none, or does not come after the one before; whatever `visit` returns.
    pub fn each(&mut self, pages: &PageFile<'_>, leaf: &[u8], visit: &mut Visit<'_>) -> Result<()> {
        let mut room = Vec::with_capacity(self.plan.wanted.len());
        for start in tree::cells(leaf) {
            let cell = start.and_then(|start| Cell::at(leaf, start)).ok_or_else(|| self.damaged())?;
            // What does not rise would never end where a page is its own ancestor.
            if self.last.is_some_and(|last| cell.number <= last) {
                return Err(self.damaged());
            }
            self.last = Some(cell.number);
            let row = self.row(pages, &cell)?;
            let mut values: Vec<ValueRef<'_>> = room;
            for wanted in &self.plan.wanted {
                values.push(self.value(*wanted, &cell, row.unwrap_or(&self.whole)));
            }
            visit(&values)?;
            room = emptied(values);
        }
        Ok(())
    }

    /// Finds the fields of a row; returns its bytes where all that is asked for stands in the leaf, and puts them together
    /// otherwise.
    fn row<'p>(&mut self, pages: &PageFile<'_>, cell: &Cell<'p>) -> Result<Option<&'p [u8]>> {
        let mut end = self.find_fields(cell.local);
        if end.is_none() && cell.local.len() < cell.length {
            // Not even the kinds of its fields may stand in the leaf.
            self.put_together(pages, cell, cell.length)?;
            let whole = std::mem::take(&mut self.whole);
            end = self.find_fields(&whole);
            self.whole = whole;
        }
        let end = end.filter(|end| *end <= cell.length).ok_or_else(|| self.damaged())?;
        for wanted in &self.plan.wanted {
            if let Wanted::Field(at, _) = wanted
                && *at >= self.fields.len()
            {
                self.defaults.learn(self.plan, *at, cell.number)?;
            }
        }
        if end <= cell.local.len() {
            return Ok(Some(cell.local));
        }
        self.put_together(pages, cell, end)?;
        Ok(None)
    }

    fn put_together(&mut self, pages: &PageFile<'_>, cell: &Cell<'_>, end: usize) -> Result<()> {
        let table = &self.defaults.table.name;
        self.whole.clear();
        self.whole.extend_from_slice(cell.local);
        self.overflow.add(pages, cell.next, end, &mut self.whole, table)
    }

    /// Finds the fields that are looked at; returns where the last of them ends.
    fn find_fields(&mut self, row: &[u8]) -> Option<usize> {
        self.fields.clear();
        let (header, mut at) = read_varint(row)?;
        let header = usize::try_from(header).ok()?;
        let kinds = row.get(..header)?;
        let mut end = header;
        while at < header && self.fields.len() < self.plan.fields {
            let (kind, length) = read_varint(&kinds[at..])?;
            at += length;
            end = end.checked_add(length_of(kind)?)?;
            self.fields.push(Field { kind, end });
        }
        Some(end)
    }

    fn value<'v>(&'v self, wanted: Wanted, cell: &Cell<'_>, row: &'v [u8]) -> ValueRef<'v> {
        let (at, is_real) = match wanted {
            Wanted::Number => return ValueRef::Integer(cell.number),
            Wanted::Field(at, is_real) => (at, is_real),
        };
        let Some(field) = self.fields.get(at) else {
            return self.defaults.known.get(&at).map_or(ValueRef::Null, Value::borrow);
        };
        match decoded(field.kind, &row[field.end - field.length()..field.end]) {
            ValueRef::Integer(number) if is_real => ValueRef::Real(number as f64),
            value => value,
        }
    }

    fn damaged(&self) -> anyhow::Error {
        damaged(&self.defaults.table.name)
    }
}

impl Field {
    fn length(self) -> usize {
        length_of(self.kind).unwrap_or_default()
    }
}

/// How many bytes a value of this kind has; none where there is no such kind.
pub fn length_of(kind: u64) -> Option<usize> {
    Some(match kind {
        0 | 8 | 9 => 0,
        1..=4 => kind as usize,
        5 => 6,
        6 | 7 => 8,
        10 | 11 => return None,
        _ => usize::try_from((kind - 12) / 2).ok()?,
    })
}

fn decoded(kind: u64, bytes: &[u8]) -> ValueRef<'_> {
    let whole = || {
        let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
        bytes.iter().fold(sign, |number: i64, byte| number << 8 | i64::from(*byte))
    };
    match kind {
        0 => ValueRef::Null,
        8 => ValueRef::Integer(0),
        9 => ValueRef::Integer(1),
        7 => match f64::from_bits(whole() as u64) {
            // The engine knows no such number.
            number if number.is_nan() => ValueRef::Null,
            number => ValueRef::Real(number),
        },
        1..=6 => ValueRef::Integer(whole()),
        _ if kind.is_multiple_of(2) => ValueRef::Blob(bytes),
        _ => ValueRef::Text(bytes),
    }
}

impl<'p> Cell<'p> {
    /// The cell that begins there in a leaf.
    fn at(leaf: &'p [u8], start: usize) -> Option<Self> {
        let bytes = leaf.get(start..)?;
        let (length, first) = read_varint(bytes)?;
        let (number, second) = read_varint(&bytes[first..])?;
        let length = usize::try_from(length).ok()?;
        let content = &bytes[first + second..];
        let local = local_length(leaf.len(), length, true);
        if local == length {
            return Some(Cell { number: number as i64, length, local: content.get(..length)?, next: 0 });
        }
        Some(Cell {
            number: number as i64,
            length,
            local: content.get(..local)?,
            next: long(content, local)?,
        })
    }
}

/// Long rows go on over pages that are chained, and lie side by side as a rule.
struct Overflow {
    room: Vec<u8>,
    /// How many of them do, as it seems.
    side_by_side: usize,
}

impl Default for Overflow {
    fn default() -> Self {
        Overflow { room: Vec::new(), side_by_side: 1 }
    }
}

impl Overflow {
    /// Adds what stands on the pages from `next` on, until the row has `end` bytes.
    fn add(
        &mut self,
        pages: &PageFile<'_>,
        mut next: u32,
        end: usize,
        row: &mut Vec<u8>,
        table: &str,
    ) -> Result<()> {
        let content = pages.usable - LINK;
        if end / content > pages.count() as usize {
            return Err(damaged(table));
        }
        while row.len() < end {
            let left = pages.count().saturating_sub(next.saturating_sub(1)) as usize;
            let missing = (end - row.len()).div_ceil(content);
            let count = missing.min(self.side_by_side).min(pages.at_once()).min(left).max(1);
            pages.read(next, count, &mut self.room, table)?;
            let first = next;
            let mut used = 0;
            while used < count && next == first + used as u32 {
                let page = pages.page(&self.room, used);
                row.extend_from_slice(&page[LINK..][..content.min(end - row.len())]);
                next = long(page, 0).unwrap_or_default();
                used += 1;
            }
            self.side_by_side =
                if used == count { self.side_by_side.max(2 * count).min(pages.at_once()) } else { used };
        }
        Ok(())
    }
}
