//! What is remembered of erased people: keyed digests of kind and id, to know them again in an older copy.

use super::plan::Plan;
use super::suppression::{Suppressed, Suppression};
use super::target::RelationRef;
use crate::digest::keyed;
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, RelationKind};
use crate::state::State;
use crate::store::{Snapshot, Value};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const KEY: &str = "erasure.key";
const FILE: &str = "erased.json";

/// What is remembered, with its key.
pub struct Memory {
    key: [u8; 32],
    relations: BTreeSet<String>,
    suppression: Suppression,
}

/// What there is to remember of one erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Digests of kind and id.
    pub relations: BTreeSet<String>,
    /// Addresses and numbers that are not to be written to again.
    pub suppressed: BTreeSet<Suppressed>,
}

impl Remembered {
    /// Adds what else is remembered.
    pub fn extend(&mut self, more: Remembered) {
        self.relations.extend(more.relations);
        self.suppressed.extend(more.suppressed);
    }
}

impl Memory {
    /// Opens the memory, and makes its key where there is none.
    ///
    /// # Errors
    /// Unfinished or damaged when the state folder is.
    pub fn open(state: &State) -> Result<Self> {
        let known = state.read(FILE)?;
        let key = match state.read(KEY)? {
            Some(key) => {
                key.try_into().map_err(|_| Fault::damaged(format!("{KEY} of the state folder is no key")))?
            }
            None if known.is_some() => {
                return Err(Fault::damaged(format!("{KEY} of the state folder is gone")).into());
            }
            None => {
                let key: [u8; 32] = rand::random();
                state.replace(KEY, &key)?;
                key
            }
        };
        let relations = match known {
            None => BTreeSet::new(),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")))?,
        };
        Ok(Memory { key, relations, suppression: Suppression::open(state)? })
    }

    /// What there is to remember of a plan: its relations, and their addresses and numbers.
    pub fn of_plan(&self, plan: &Plan, map: &CompleteMap, day: Date) -> Remembered {
        let mut remembered = Remembered::default();
        for relation in map.relations() {
            for (_, row) in plan.rows().filter(|(table, _)| table.eq_ignore_ascii_case(&relation.table)) {
                if matches!(row.act, super::Act::Delete | super::Act::Blank) {
                    let digest = self.of_relation(relation.kind, row.value(&relation.key));
                    remembered.relations.insert(digest);
                }
            }
        }
        remembered.suppressed = self.suppression.of_plan(plan, map, day);
        remembered
    }

    /// Remembers more.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn merge(&mut self, more: Remembered, day: Date, state: &State) -> Result<()> {
        self.relations.extend(more.relations);
        self.suppression.add(more.suppressed, day, state)?;
        state.replace(FILE, &serde_json::to_vec(&self.relations)?)
    }

    /// The relations of a database that were erased once and are there again: in an older copy.
    ///
    /// # Errors
    /// Those of reading.
    pub fn returned(&self, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Vec<RelationRef>> {
        let mut found = Vec::new();
        for relation in map.relations() {
            data.scan(&relation.table, &[&relation.key], &mut |row| {
                let key = row[0].to_value();
                if self.relations.contains(&self.of_relation(relation.kind, &key))
                    && let Some(id) = super::links::shown(&key)
                {
                    found.push(RelationRef { kind: relation.kind, id });
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    fn of_relation(&self, kind: RelationKind, key: &Value) -> String {
        let shown = super::links::shown(key).unwrap_or_default();
        keyed(&self.key, format!("{}:{shown}", kind.word()).as_bytes()).to_string()
    }
}
