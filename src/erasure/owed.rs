//! What is still owed: an erasure that is committed, and whose values may still be in the files. Kept as digests.

use super::memory::Remembered;
use crate::fault::{Fault, Result};
use crate::state::State;
use crate::store::Needles;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The file in the state folder.
const FILE: &str = "owed.json";

/// Everything that is owed on one database.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Owed {
    /// One entry for each erasure.
    pub debts: Vec<Debt>,
}

/// What one erasure owes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Debt {
    /// Its random name.
    pub act: String,
    /// The relation, as it was given: `contact 42`.
    pub relation: String,
    /// What has to be gone.
    pub needles: Needles,
    /// The tables that were touched.
    pub tables: BTreeSet<String>,
    /// Files below the database's folder that have to go.
    pub files: Vec<String>,
    /// Settings that are to be put back.
    pub settings: BTreeMap<String, String>,
    /// How many rows it changes: as many would be planned again if it had not been committed.
    pub rows: u64,
    /// What is remembered of it.
    pub remembered: Remembered,
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
