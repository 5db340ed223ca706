//! Search indexes written as pages of the file, without the engine: a fraction of the time that its INSERT takes.
//!
//! The engine makes the index, empty, and every one that says something unusual ([`plan`]). Rows are read in the order
//! of their numbers; their texts are cut into words ([`cutting`]) by what the engine has told of each sign ([`signs`]);
//! words and where they stand are gathered in memory ([`known`], [`postings`]), leave it sorted where it is not enough,
//! and come back in order as the pages of one whole segment ([`segment`], [`skips`]), which go into the tables that the
//! index consists of ([`shadow`]). From then on it is the engine's.

mod cutting;
mod known;
mod plan;
mod postings;
mod segment;
mod shadow;
mod signs;
mod skips;
#[cfg(test)]
mod tests;
mod word;

pub use plan::Plan;

use super::columns::Columns;
use super::leaves::Leaves;
use super::pages::{Affinity, Keys, Oracle, PageWriter, Spill};
use crate::fault::Result;
use crate::store::{Table, Value, ValueRef, Visit};
use cutting::Cutter;
use postings::Postings;
use rusqlite::Connection;
use segment::Segment;
use shadow::{Roots, Shadow};

/// Memory for words and their places, before they leave it.
pub const MOST_IN_MEMORY: usize = 8 << 20;

/// Words of a text that are looked up before they are noted.
const AT_ONCE: usize = 1 << 10;

/// Where the texts of an index are.
pub struct Texts<'a> {
    /// The table, or the view.
    pub name: &'a str,
    /// What is known of it, where it is a table.
    pub table: Option<&'a Table>,
    /// The column of its rows' numbers.
    pub number: &'a str,
    /// The table and the order of its rows, in SQL.
    pub from: &'a str,
}

/// Fills an index that the engine has just made, and written down. Returns false where that is left to it: then nothing
/// was changed.
///
/// # Errors
/// When the texts cannot be read or the file cannot be written.
pub fn fill(
    connection: &Connection,
    pages: &mut PageWriter,
    plan: &Plan<'_>,
    texts: &Texts<'_>,
    most_in_memory: usize,
) -> Result<bool> {
    let Some(roots) = Roots::of(connection, plan.name)? else { return Ok(false) };
    let Some(cutter) = Cutter::of(&plan.tokenize)? else { return Ok(false) };
    pages.lend(|output, spill| {
        let mut filling = Filling {
            plan,
            cutter,
            oracle: Oracle::new()?,
            postings: Postings::new(),
            keys: Keys::default(),
            most_in_memory,
            shadow: Shadow::new(output, roots, plan.columns.len()),
            counts: vec![0; plan.columns.len()],
            words: Vec::new(),
            last: None,
        };
        let fits = filling.read(connection, texts, spill)?;
        if fits {
            filling.finish(spill)?;
        }
        Ok(fits)
    })
}

/// An index while it is filled.
struct Filling<'a> {
    plan: &'a Plan<'a>,
    cutter: Cutter,
    oracle: Oracle,
    postings: Postings,
    keys: Keys,
    most_in_memory: usize,
    shadow: Shadow<'a>,
    /// How many words there are in each column of a row.
    counts: Vec<u32>,
    /// Words of a text that are not noted yet.
    words: Vec<usize>,
    last: Option<i64>,
}

impl Filling<'_> {
    /// Reads all texts. Returns false where something is not as it should be.
    fn read(&mut self, connection: &Connection, texts: &Texts<'_>, spill: &mut Spill) -> Result<bool> {
        let indexed = self.plan.columns.iter().filter(|(_, is_indexed)| *is_indexed);
        let columns: Vec<&str> = [texts.number].into_iter().chain(indexed.map(|(name, _)| *name)).collect();
        let file = self.shadow.file();
        let leaves = texts.table.zip(Leaves::of(connection, &file));
        let mut fits = true;
        let visit: &mut Visit<'_> = &mut |row| {
            fits = fits && self.add(row)?;
            if self.postings.size() > self.most_in_memory {
                self.postings.drain_into(&mut self.keys);
                self.keys.spill(spill)?;
            }
            Ok(())
        };
        let was_read = match leaves {
            Some((table, leaves)) => leaves.scan(table, &columns, visit)?,
            None => false,
        };
        if !was_read {
            Columns::prepare(connection, texts.name, &columns, texts.from)?.each(visit)?;
        }
        Ok(fits)
    }

    /// Adds a row, its number first. Returns false where it has none, does not come in order or is not understood.
    fn add(&mut self, row: &[ValueRef<'_>]) -> Result<bool> {
        let [ValueRef::Integer(number), texts @ ..] = row else { return Ok(false) };
        if self.last.is_some_and(|last| *number <= last) {
            return Ok(false);
        }
        self.last = Some(*number);
        self.postings.begin(*number);
        let mut texts = texts.iter();
        for column in 0..self.plan.columns.len() {
            self.counts[column] = 0;
            if self.plan.columns[column].1 {
                let text = texts.next().copied().unwrap_or(ValueRef::Null);
                if !self.add_value(column, text)? {
                    return Ok(false);
                }
            }
        }
        self.shadow.add_sizes(*number, &self.counts)?;
        Ok(true)
    }

    fn add_value(&mut self, column: usize, value: ValueRef<'_>) -> Result<bool> {
        match value {
            ValueRef::Null => Ok(true),
            ValueRef::Text(text) | ValueRef::Blob(text) => self.add_text(column, text),
            ValueRef::Integer(number) => self.add_text(column, number.to_string().as_bytes()),
            ValueRef::Real(_) => match self.oracle.ask(Affinity::Text, value)? {
                Value::Text(text) => self.add_text(column, &text),
                _ => Ok(false),
            },
        }
    }

    fn add_text(&mut self, column: usize, text: &[u8]) -> Result<bool> {
        // First what some are, then where they stand: memory is waited for less than if each went all the way.
        let (postings, words, count) = (&mut self.postings, &mut self.words, &mut self.counts[column]);
        let mut note = |postings: &mut Postings, words: &mut Vec<usize>| {
            postings.add(column as u16, *count, words);
            *count += words.len() as u32;
            words.clear();
        };
        let is_known = self.cutter.cut(text, &mut |word| {
            words.push(postings.number_of(word));
            if words.len() == AT_ONCE {
                note(postings, words);
            }
        })?;
        note(postings, words);
        Ok(is_known)
    }

    /// Writes all words in their order, and completes the tables.
    fn finish(mut self, spill: &mut Spill) -> Result<()> {
        self.postings.drain_into(&mut self.keys);
        let (mut segment, shadow) = (Segment::new(), &mut self.shadow);
        self.keys.sorted().drain(spill, &mut |word, piece| {
            let (first, last, places) = postings::parts(piece);
            segment.add(shadow, word, (first, last), places)
        })?;
        let pages = segment.finish(&mut self.shadow)?;
        self.shadow.finish(pages)
    }
}
