//! Rows that a law keeps beyond an erasure, and the day on which they may go. Known again by keyed digests.

use super::blank;
use super::memory::Memory;
use super::plan::Plan;
use super::row::{self, Act, Row, RowId};
use crate::digest::Digest;
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, RelationKind};
use crate::state::State;
use crate::store::Snapshot;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file in the state folder.
const FILE: &str = "kept.json";

/// A row that is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldRow {
    /// The kind of the relation that was erased.
    pub kind: RelationKind,
    /// Its table.
    pub table: String,
    /// The keyed digest of its identity.
    pub row: Digest,
    /// Why it is kept.
    pub reason: String,
    /// The last day, where it is known.
    pub until: Option<Date>,
}

/// Rows that are kept for one reason until one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldRows {
    /// Their table.
    pub table: String,
    /// How many.
    pub rows: u64,
    /// Why.
    pub reason: String,
    /// The last day, where it is known.
    pub until: Option<Date>,
    /// Whether that day is over.
    pub due: bool,
}

/// Everything that is kept on one database.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Held(Vec<HeldRow>);

impl Held {
    /// What is kept.
    ///
    /// # Errors
    /// Damaged when the file cannot be understood.
    pub fn read(state: &State) -> Result<Self> {
        let Some(bytes) = state.read(FILE)? else { return Ok(Held::default()) };
        serde_json::from_slice(&bytes)
            .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")).into())
    }

    /// Adds rows; those that are there already are kept until the later day.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn add(&mut self, more: &[HeldRow], state: &State) -> Result<()> {
        if more.is_empty() {
            return Ok(());
        }
        let is_known = |row: &HeldRow| more.iter().any(|new| new.table == row.table && new.row == row.row);
        self.0.retain(|row| !is_known(row));
        self.0.extend_from_slice(more);
        self.write(state)
    }

    /// What is kept, counted.
    pub fn counted(&self, day: Date) -> Vec<HeldRows> {
        let mut counted: BTreeMap<(&str, &str, Option<Date>), u64> = BTreeMap::new();
        for row in &self.0 {
            *counted.entry((&row.table, &row.reason, row.until)).or_default() += 1;
        }
        let rows = counted.into_iter().map(|((table, reason, until), rows)| HeldRows {
            table: table.to_owned(),
            rows,
            reason: reason.to_owned(),
            until,
            due: until.is_some_and(|until| until < day),
        });
        rows.collect()
    }

    /// The rows that nothing keeps any more, as they are now, by the kind of relation that they were part of.
    ///
    /// # Errors
    /// Those of reading.
    pub fn due(
        &self,
        memory: &Memory,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
        day: Date,
    ) -> Result<BTreeMap<RelationKind, Vec<(RowId, Row)>>> {
        let mut wanted: BTreeMap<&str, BTreeMap<Digest, RelationKind>> = BTreeMap::new();
        for row in self.0.iter().filter(|row| row.until.is_some_and(|until| until < day)) {
            wanted.entry(&row.table).or_default().insert(row.row, row.kind);
        }
        let mut due: BTreeMap<RelationKind, Vec<(RowId, Row)>> = BTreeMap::new();
        for (table, digests) in wanted {
            // A table that is gone keeps nothing.
            let Some(mapped) = map.table(table) else { continue };
            row::each(data, mapped, &mut |id, row| {
                if let Some(kind) = digests.get(&memory.of_row(&id)) {
                    due.entry(*kind).or_default().push((id, row));
                }
                Ok(())
            })?;
        }
        Ok(due)
    }

    /// Forgets what is due: it has been seen to.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn forget_due(&mut self, day: Date, state: &State) -> Result<()> {
        let before = self.0.len();
        self.0.retain(|row| row.until.is_none_or(|until| until >= day));
        if self.0.len() == before { Ok(()) } else { self.write(state) }
    }

    fn write(&self, state: &State) -> Result<()> {
        state.replace(FILE, &serde_json::to_vec(self)?)
    }
}

/// The rows that a plan keeps, in whole or in a column.
pub fn of_plan(plan: &Plan, map: &CompleteMap, memory: &Memory, day: Date) -> Vec<HeldRow> {
    let mut held = Vec::new();
    for (id, row) in plan.identified() {
        let mapped = map.table(&id.0);
        let kept: Vec<(String, Option<String>)> = match row.act {
            Act::Keep => row.kept.clone().into_iter().collect(),
            Act::Blank => {
                let columns = mapped.map(|mapped| blank::kept_columns(mapped, row, day)).unwrap_or_default();
                columns.into_iter().map(|(_, reason, until)| (reason, until)).collect()
            }
            Act::Detach | Act::Delete => Vec::new(),
        };
        for (reason, until) in kept {
            let until = until.and_then(|until| until.parse().ok());
            held.push(HeldRow {
                kind: plan.kind,
                table: id.0.clone(),
                row: memory.of_row(id),
                reason,
                until,
            });
        }
    }
    held
}
