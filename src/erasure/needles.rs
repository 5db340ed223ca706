//! What is searched for after an erasure: every value that went, and how values stood next to one another in its row.

use super::plan::Plan;
use super::row::{Act, New};
use crate::fault::Result;
use crate::schema::CompleteMap;
use crate::store::{Needles, Scrub, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is searched for.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The byte strings, as digests.
    pub needles: Needles,
    /// How many there are of each sort: values, and neighbours in a row.
    pub classes: BTreeMap<&'static str, u64>,
}

/// The byte strings that a plan erases, in clear. In memory only.
#[derive(Debug, Default)]
pub struct Bytes {
    values: BTreeSet<Vec<u8>>,
    neighbours: BTreeSet<Vec<u8>>,
}

impl Bytes {
    /// What is searched for.
    pub fn sought(&self) -> Sought {
        let long = |bytes: &&Vec<u8>| bytes.len() >= crate::store::SHORTEST;
        let classes = [
            ("values", self.values.iter().filter(long).count() as u64),
            ("neighbours", self.neighbours.iter().filter(long).count() as u64),
        ];
        let needles = Needles::of(self.values.iter().chain(&self.neighbours).map(Vec::as_slice));
        Sought { needles, classes: classes.into() }
    }

    /// Adds those of another plan.
    pub fn add(&mut self, other: Bytes) {
        self.values.extend(other.values);
        self.neighbours.extend(other.neighbours);
    }
}

/// Everything that a plan erases, as the engine's files hold it.
///
/// # Errors
/// When the map lacks a table of the plan, which it cannot.
pub fn bytes(plan: &Plan, map: &CompleteMap, engine: &dyn Scrub) -> Result<Bytes> {
    let (mut values, mut neighbours) = (BTreeSet::new(), BTreeSet::new());
    for (table, row) in plan.rows() {
        let table = &map.require_table(table)?.table;
        let goes = |column: &str| row.act == Act::Delete || row.set.contains_key(column);
        for (_, value) in row.cells.iter().filter(|(column, _)| goes(column)) {
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
    Ok(Bytes { values, neighbours })
}
