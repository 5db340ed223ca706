//! The register of the state folder: objections that the CRM has no place for, and what it cannot keep of those that it
//! has. By kind and id; no name and no address.

use super::plan::Plan;
use super::{Details, Objecting};
use crate::fault::{Fault, Result};
use crate::schema::{Medium, RelationKind};
use crate::state::State;
use std::collections::BTreeMap;

/// The file in the state folder.
const FILE: &str = "objections.json";

/// What the register holds, by kind and id.
type Entries = BTreeMap<String, BTreeMap<String, Objecting>>;

/// The register, and what has been planned to change in it.
///
/// An objection must not get lost between the database and the register, so an addition is written before the
/// database commits ([`Register::before_commit`]) and a removal after ([`Register::after_commit`]): whatever happens in
/// between, whoever objected stays excluded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    entries: Entries,
    next: Option<Entries>,
}

impl Register {
    /// The register of a state folder; an empty one where there is none.
    ///
    /// # Errors
    /// Damaged when it cannot be understood.
    pub fn read(state: Option<&State>) -> Result<Self> {
        let Some(bytes) = state.map(|state| state.read(FILE)).transpose()?.flatten() else {
            return Ok(Self::default());
        };
        let entries = serde_json::from_slice(&bytes)
            .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")))?;
        Ok(Register { entries, next: None })
    }

    /// What is noted of a relation.
    pub fn of(&self, kind: RelationKind, id: &str) -> Option<&Objecting> {
        self.entries.get(kind.word())?.get(id)
    }

    /// Everything that is noted of relations of a kind.
    pub fn all(&self, kind: RelationKind) -> impl Iterator<Item = (&str, &Objecting)> {
        self.entries.get(kind.word()).into_iter().flatten().map(|(id, noted)| (id.as_str(), noted))
    }

    /// Takes over what a plan changes here. Several plans of one transaction may follow each other.
    pub fn plan(&mut self, plan: &Plan) {
        for (relation, noted) in &plan.register {
            self.set(relation.kind, &relation.id, noted.clone());
        }
    }

    /// Keeps no ids of relations that have been erased.
    ///
    /// # Errors
    /// Damaged when the register cannot be understood; unfinished when it cannot be written.
    pub fn forget(state: &State, is_erased: impl Fn(RelationKind, &str) -> bool) -> Result<()> {
        let mut register = Self::read(Some(state))?;
        for (_, kind) in RelationKind::WORDS {
            let ids = register.all(*kind).map(|(id, _)| id.to_owned());
            let erased: Vec<String> = ids.filter(|id| is_erased(*kind, id)).collect();
            erased.iter().for_each(|id| register.set(*kind, id, None));
        }
        register.after_commit(state)
    }

    fn set(&mut self, kind: RelationKind, id: &str, noted: Option<Objecting>) {
        let next = self.next.get_or_insert_with(|| self.entries.clone());
        let of_kind = next.entry(kind.word().to_owned()).or_default();
        match noted {
            Some(noted) => of_kind.insert(id.to_owned(), noted),
            None => of_kind.remove(id),
        };
    }

    /// Writes what is added, and what was there: before the database commits.
    ///
    /// # Errors
    /// Unfinished when it cannot be written; then the transaction must not be committed.
    pub fn before_commit(&self, state: &State) -> Result<()> {
        let Some(next) = self.next.as_ref().filter(|next| **next != self.entries) else { return Ok(()) };
        let mut both = next.clone();
        for (kind, of_kind) in &self.entries {
            let kept = both.entry(kind.clone()).or_default();
            for (id, old) in of_kind {
                let kept = kept.entry(id.clone()).or_insert_with(|| old.clone());
                kept.all |= old.all;
                kept.only.extend(old.only.iter().copied());
            }
        }
        write(state, &both)
    }

    /// Writes what holds now: after the database has committed.
    ///
    /// # Errors
    /// Unfinished when it cannot be written. Nobody loses an objection by it; running the command again completes it.
    pub fn after_commit(&mut self, state: &State) -> Result<()> {
        let Some(mut next) = self.next.take() else { return Ok(()) };
        next.retain(|_, of_kind| !of_kind.is_empty());
        if next == self.entries {
            return Ok(());
        }
        write(state, &next)?;
        self.entries = next;
        Ok(())
    }

    /// Writes what held before: after the database has refused to commit.
    ///
    /// # Errors
    /// Unfinished when it cannot be written.
    pub fn roll_back(&mut self, state: &State) -> Result<()> {
        match self.next.take().filter(|next| *next != self.entries) {
            Some(_) => write(state, &self.entries),
            None => Ok(()),
        }
    }
}

fn write(state: &State, entries: &Entries) -> Result<()> {
    state.replace(FILE, &serde_json::to_vec_pretty(entries)?)
}

impl Objecting {
    /// The objection with the details of another place where this one knows none.
    pub(super) fn with_details(mut self, details: &Details) -> Self {
        self.details = self.details.or(details);
        self
    }

    /// Without one way of marketing, or without any.
    pub(super) fn without(&self, medium: Option<Medium>) -> Option<Objecting> {
        let mut left = self.clone();
        match medium {
            None => return None,
            Some(medium) => left.only.remove(&medium),
        };
        Some(left).filter(|left| left.is_any() || !left.details.is_empty())
    }
}
