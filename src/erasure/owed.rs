//! What is still owed: an erasure that is committed, and whose values may still be in the files. Kept as digests.

use super::certificate::Summary;
use super::held::HeldRow;
use super::memory::Remembered;
use super::plan::Plan;
use super::row::{self, Act};
use crate::digest::Digest;
use crate::fault::{Fault, Result};
use crate::schema::CompleteMap;
use crate::state::State;
use crate::store::{Needles, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The file in the state folder.
const FILE: &str = "owed.json";

/// So many rows tell whether an erasure was committed.
const WITNESSES: usize = 8;

/// Everything that is owed on one database.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Owed {
    /// One entry for each transaction.
    pub debts: Vec<Debt>,
    /// Settings of the database that are to be put back when nothing is owed any more.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// What is under way, until it is owed or over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
}

/// An erasure that somebody has begun, and that may have been killed before anything was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The name of the act in the ledger.
    pub act: String,
    /// The words of the command.
    pub command: String,
    /// The relations, as they were given.
    pub relations: Vec<String>,
}

/// One relation of erasures that were committed together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// The random name of its act.
    pub act: String,
    /// The relation, as it was given: `contact 42`.
    pub relation: String,
    /// What its certificate says.
    pub summary: Summary,
    /// Rows as they were, by table: where one of them is still so, the erasure was never committed.
    pub witnesses: Vec<(String, Digest)>,
}

/// What erasures owe that were committed together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Debt {
    /// The name of the act in the ledger.
    pub act: String,
    /// The words of the command that began it.
    pub command: String,
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
    /// The settings under which it was done, as they were read back.
    pub settings: BTreeMap<String, String>,
    /// What is remembered of it.
    pub remembered: Remembered,
    /// Rows that a law keeps for a time.
    pub held: Vec<HeldRow>,
    /// Whether it erases what had been kept, and has come due.
    pub due: bool,
}

impl Debt {
    /// Adds an erasure that is about to be committed.
    pub fn add(&mut self, relation: String, plan: &Plan, summary: Summary) {
        let act = match self.items.len() {
            0 => self.act.clone(),
            more => format!("{}.{more}", self.act),
        };
        self.tables.extend(plan.tables.iter().map(|table| table.table.clone()));
        self.files.extend(plan.files.iter().map(|file| file.path.clone()));
        let changed = plan.rows().filter(|(_, row)| row.act == Act::Delete || !row.set.is_empty());
        let mut witnesses: Vec<_> = changed.collect();
        // The relation's own row first: most erasures need to look into one table only.
        witnesses.sort_by_key(|(_, row)| !row.is_self);
        let witnesses =
            witnesses.into_iter().take(WITNESSES).map(|(table, row)| (table.to_owned(), row.digest));
        self.items.push(Item { act, relation, summary, witnesses: witnesses.collect() });
    }

    /// How it began.
    pub fn begun(&self) -> Begun {
        let relations = self.items.iter().map(|item| item.relation.clone()).collect();
        Begun { act: self.act.clone(), command: self.command.clone(), relations }
    }

    /// Whether it was committed, after a command was killed: nothing of it is as it was before.
    ///
    /// # Errors
    /// Those of reading.
    pub fn is_committed(&self, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<bool> {
        let mut known: BTreeMap<&str, BTreeSet<Digest>> = BTreeMap::new();
        for (table, digest) in self.items.iter().flat_map(|item| &item.witnesses) {
            known.entry(table).or_default().insert(*digest);
        }
        let mut committed = true;
        for (table, digests) in known {
            row::each(data, map.require_table(table)?, &mut |_, row| {
                committed &= !digests.contains(&row.digest);
                Ok(())
            })?;
        }
        Ok(committed)
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

    /// Forgets that something is under way, once it is over.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn has_ended(&mut self, act: &str, state: &State) -> Result<()> {
        match self.begun.take_if(|begun| begun.act == act) {
            Some(_) => self.write(state),
            None => Ok(()),
        }
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
