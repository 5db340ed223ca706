//! What is still owed: an erasure that is committed, and whose values may still be in the files. Kept as digests.

use super::certificate::Summary;
use super::memory::Remembered;
use super::plan::Plan;
use super::target::RelationRef;
use crate::fault::{Fault, Result};
use crate::state::State;
use crate::store::Needles;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The file in the state folder.
const FILE: &str = "owed.json";

/// Everything that is owed on one database.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Owed {
    /// One entry for each erasure.
    pub debts: Vec<Debt>,
}

/// One relation of erasures that were committed together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// The random name of its act.
    pub act: String,
    /// The relation, as it was given: `contact 42`.
    pub relation: String,
    /// How many rows it changes: as many would be planned again if it had not been committed.
    pub rows: u64,
    /// What its certificate says.
    pub summary: Summary,
}

/// What erasures owe that were committed together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Debt {
    /// Its random name.
    pub act: String,
    /// The relations.
    pub items: Vec<Item>,
    /// Whether the ERP ordered it.
    pub ordered: bool,
    /// The folder into which certificates go once it is proven, where they go into one.
    pub certificates: Option<PathBuf>,
    /// What has to be gone.
    pub needles: Needles,
    /// The tables that were touched.
    pub tables: BTreeSet<String>,
    /// Files below the database's folder that have to go.
    pub files: Vec<String>,
    /// Settings that are to be put back.
    pub settings: BTreeMap<String, String>,
    /// What is remembered of it.
    pub remembered: Remembered,
}

impl Debt {
    /// Adds an erasure that is about to be committed.
    pub fn add(&mut self, relation: &RelationRef, plan: &Plan, summary: Summary, act: String) {
        self.tables.extend(plan.tables.iter().map(|table| table.table.clone()));
        self.files.extend(plan.files.iter().map(|file| file.path.clone()));
        self.items.push(Item { act, relation: relation.to_string(), rows: plan.changes(), summary });
    }
}

impl Owed {
    /// What is owed.
    ///
    /// # Errors
    /// Damaged when the file cannot be understood.
    pub fn read(state: &State) -> Result<Self> {
        let Some(bytes) = state.read(FILE)? else { return Ok(Owed::default()) };
        serde_json::from_slice(&bytes)
            .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")).into())
    }

    /// Writes it, all or nothing.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn write(&self, state: &State) -> Result<()> {
        state.replace(FILE, &serde_json::to_vec(self)?)
    }

    /// Takes a debt off, and writes the rest.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn settle(&mut self, act: &str, state: &State) -> Result<()> {
        self.debts.retain(|debt| debt.act != act);
        self.write(state)
    }
}
