//! What is searched for after an erasure: every value that went, and how values stood next to one another in its row.

use super::plan::Plan;
use super::row::{Act, New};
use crate::fault::Result;
use crate::schema::CompleteMap;
use crate::store::{Needles, Scrub, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The byte strings that a plan erases, in clear. In memory only.
#[derive(Debug, Default)]
pub struct Bytes {
    values: BTreeSet<Vec<u8>>,
    neighbours: BTreeSet<Vec<u8>>,
    texts: BTreeSet<Vec<u8>>,
}

impl Bytes {
    /// How many there are of each sort: values, neighbours in a row, and so many words of full-text indexes.
    pub fn classes(&self, words: usize) -> BTreeMap<String, u64> {
        let long = |all: &BTreeSet<Vec<u8>>| {
            all.iter().filter(|bytes| bytes.len() >= crate::store::SHORTEST).count() as u64
        };
        let counts =
            [("values", long(&self.values)), ("neighbours", long(&self.neighbours)), ("words", words as u64)];
        counts.map(|(sort, many)| (sort.to_owned(), many)).into()
    }

    /// The words that full-text indexes hold of what goes, all plans together: a word that only they have is sought.
    ///
    /// # Errors
    /// When an index cannot be asked.
    pub fn words(all: &[Bytes], engine: &dyn Scrub) -> Result<Vec<Vec<Vec<u8>>>> {
        let texts: BTreeSet<&[u8]> = all.iter().flat_map(|bytes| &bytes.texts).map(Vec::as_slice).collect();
        engine.words(&texts.into_iter().collect::<Vec<_>>())
    }

    /// What is searched for.
    pub fn needles(&self, words: &[Vec<Vec<u8>>]) -> Needles {
        Needles::of(self.values.iter().chain(&self.neighbours).map(Vec::as_slice)).with_words(words)
    }

    /// Adds those of another plan.
    pub fn add(&mut self, other: Bytes) {
        self.values.extend(other.values);
        self.neighbours.extend(other.neighbours);
        self.texts.extend(other.texts);
    }
}

/// Everything that a plan erases, as the engine's files hold it.
///
/// # Errors
/// When the map lacks a table of the plan, which it cannot.
pub fn bytes(plan: &Plan, map: &CompleteMap, engine: &dyn Scrub) -> Result<Bytes> {
    let (mut values, mut neighbours, mut texts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (table, row) in plan.rows() {
        let table = &map.require_table(table)?.table;
        let goes = |column: &str| row.act == Act::Delete || row.set.contains_key(column);
        for (_, value) in row.cells.iter().filter(|(column, _)| goes(column)) {
            texts.extend(if let Value::Text(text) = value { Some(text.clone()) } else { None });
            match value {
                // Shorter ones count with their neighbours.
                Value::Text(text) if text.len() >= crate::store::SHORTEST => {
                    values.insert(text.clone());
                    values.insert(engine.encoded(text));
                }
                Value::Blob(bytes) => {
                    values.insert(bytes.clone());
                }
                _ => {}
            }
        }
        let before = engine.written(table, &row.cells);
        if row.act == Act::Delete {
            neighbours.extend(before);
        } else if !row.set.is_empty() {
            let cell = |(column, value): &(String, Value)| match row.set.get(column) {
                Some(New::Value(new)) => (column.clone(), new.clone()),
                Some(New::Token | New::Moment) => (column.clone(), Value::from("")),
                None => (column.clone(), value.clone()),
            };
            let cells: Vec<(String, Value)> = row.cells.iter().map(cell).collect();
            let after: BTreeSet<Vec<u8>> = engine.written(table, &cells).into_iter().collect();
            neighbours.extend(before.into_iter().filter(|run| !after.contains(run)));
        }
    }
    Ok(Bytes { values, neighbours, texts })
}
