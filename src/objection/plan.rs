//! One act, planned: which rows change so that an objection is noted, or taken back.

use super::adding::Adding;
use super::contacts::{By, pairs};
use super::excluded::{found, own};
use super::register::Register;
use super::tied::{places, tied};
use super::{Details, Objecting, removal};
use crate::erasure::{RelationRef, shown};
use crate::fault::Result;
use crate::schema::{CompleteMap, Medium, RelationKind, Tie};
use crate::store::{Snapshot, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What somebody objects to, and how that came about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// The one way of marketing; none for all of it.
    pub medium: Option<Medium>,
    /// When, how and by whom it was said.
    pub details: Details,
}

/// What becomes of a company's contacts when its objection is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contacts {
    /// They stay excluded.
    Keep,
    /// Those who are excluded because the company was are so no more. Who objected in person stays excluded.
    Clear,
}

/// Somebody whose objection is noted or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub relation: RelationRef,
    /// Whether it is one of the company's contacts.
    pub is_contact: bool,
    /// How many rows of the database change for it.
    pub rows: u64,
    /// Whether the register of the state folder changes for it.
    pub register: bool,
}

/// One act: what changes in the database and in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The relation that was named.
    pub relation: RelationRef,
    /// Whether an objection is noted; else one is taken back.
    pub adds: bool,
    /// Everybody for whom something changes.
    pub people: Vec<Person>,
    /// The contacts of a company, whether or not something changes for them.
    pub contacts: u64,
    /// Contacts that are excluded because the company was, while it is not said what becomes of them.
    pub contacts_left: u64,
    pub(super) changes: Vec<Change>,
    pub(super) register: Vec<(RelationRef, Option<Objecting>)>,
}

/// One row that changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Update { table: String, identity: Vec<Value>, set: Vec<(String, Value)> },
    Insert { table: String, row: Vec<(String, New)> },
    Delete { table: String, identity: Vec<Value> },
}

/// A value of a new row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum New {
    Value(Value),
    /// A random token, drawn when the row is made.
    Token,
}

/// Who is meant, with what is known of the objection.
pub(super) struct Target {
    pub(super) key: Value,
    pub(super) relation: RelationRef,
    pub(super) details: Details,
    pub(super) is_contact: bool,
}

impl Plan {
    pub(super) fn new(relation: &RelationRef, adds: bool) -> Self {
        Plan {
            relation: relation.clone(),
            adds,
            people: Vec::new(),
            contacts: 0,
            contacts_left: 0,
            changes: Vec::new(),
            register: Vec::new(),
        }
    }

    /// Notes an objection of a relation; of a company for all its contacts too. Who objects already keeps the older date.
    ///
    /// # Errors
    /// Usage when the id is none; missing when there is no such relation; refused when the CRM notes objections as a
    /// whole only and one way of marketing is asked for.
    pub fn add(
        relation: &RelationRef,
        wish: &Wish,
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let key = found(relation, map, data)?;
        let mut plan = Plan::new(relation, true);
        let target = |key, relation, details, is_contact| Target { key, relation, details, is_contact };
        let themselves = target(key.clone(), relation.clone(), wish.details.clone(), false);
        plan.note(relation.kind, &[themselves], wish.medium, map, register, data)?;
        if relation.kind == RelationKind::Company {
            let details = Details { origin: Some("company".into()), ..wish.details.clone() };
            let contacts = contacts_of(&key, map, data)?;
            plan.contacts = contacts.len() as u64;
            let contacts = contacts.into_iter();
            let contacts: Vec<Target> =
                contacts.map(|(key, relation)| target(key, relation, details.clone(), true)).collect();
            plan.note(RelationKind::Contact, &contacts, wish.medium, map, register, data)?;
        }
        plan.each_row_once(map);
        Ok(plan)
    }

    /// Takes an objection back, at some moment.
    ///
    /// # Errors
    /// As [`Plan::add`].
    pub fn remove(
        relation: &RelationRef,
        medium: Option<Medium>,
        contacts: Contacts,
        at: Timestamp,
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        removal::plan(relation, (medium, contacts, at), map, register, data)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.register.is_empty()
    }

    /// How many rows of the database change.
    pub fn rows(&self) -> u64 {
        self.changes.len() as u64
    }

    /// How many entries of the register change.
    pub fn entries(&self) -> u64 {
        self.register.len() as u64
    }

    /// How many of the contacts something changes for.
    pub fn contacts_changed(&self) -> u64 {
        self.people.iter().filter(|person| person.is_contact).count() as u64
    }

    fn note(
        &mut self,
        kind: RelationKind,
        targets: &[Target],
        medium: Option<Medium>,
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<()> {
        if targets.is_empty() {
            return Ok(());
        }
        let places = places(kind, medium, map)?;
        let keys: Vec<Value> = targets.iter().map(|target| target.key.clone()).collect();
        let before = own(kind, map, register, Some(&keys), data)?;
        let mut addings: Vec<Adding> = targets.iter().map(|_| Adding::default()).collect();
        for place in &places {
            let tied = tied(place, map, targets, data)?;
            for ((target, adding), tied) in targets.iter().zip(&mut addings).zip(tied) {
                adding.at_place(place, map, target, &tied, data)?;
            }
        }
        for (target, adding) in targets.iter().zip(addings) {
            self.note_one(target, medium, adding, before.get(&target.relation.id), register);
        }
        Ok(())
    }

    /// What the CRM has no place for goes into the register.
    fn note_one(
        &mut self,
        target: &Target,
        medium: Option<Medium>,
        adding: Adding,
        before: Option<&Objecting>,
        register: &Register,
    ) {
        let old = register.of(target.relation.kind, &target.relation.id);
        let mut entry = old.cloned().unwrap_or_default();
        if !adding.covered.covers(medium) && !entry.covers(medium) {
            entry.add(medium);
        }
        let changes = !adding.changes.is_empty()
            || old.is_some_and(|old| *old != entry)
            || (old.is_none() && entry.is_any());
        let is_new = changes && before.is_none_or(|before| !before.is_any());
        if is_new && (adding.loses || entry.is_any()) {
            entry.details = target.details.clone();
        }
        let entry = (Some(&entry) != old && (entry.is_any() || !entry.details.is_empty())).then_some(entry);
        self.push(target, adding.changes, entry.map(Some));
    }

    pub(super) fn push(&mut self, target: &Target, changes: Vec<Change>, entry: Option<Option<Objecting>>) {
        if changes.is_empty() && entry.is_none() {
            return;
        }
        self.people.push(Person {
            relation: target.relation.clone(),
            is_contact: target.is_contact,
            rows: changes.len() as u64,
            register: entry.is_some(),
        });
        self.changes.extend(changes);
        self.register.extend(entry.map(|entry| (target.relation.clone(), entry)));
    }

    /// Two people may share an address, and so a row that notes an objection by address.
    pub(super) fn each_row_once(&mut self, map: &CompleteMap) {
        if map.objection().iter().any(|place| matches!(place.tie, Tie::Address(..))) {
            let all = std::mem::take(&mut self.changes);
            for change in all {
                if !self.changes.contains(&change) {
                    self.changes.push(change);
                }
            }
        }
    }
}

/// The contacts of a company, by key and as relations.
pub(super) fn contacts_of(
    company: &Value,
    map: &CompleteMap,
    data: &mut dyn Snapshot,
) -> Result<Vec<(Value, RelationRef)>> {
    let mut keys: BTreeMap<String, Value> = BTreeMap::new();
    pairs(map, By::Companies(std::slice::from_ref(company)), data, &mut |contact, _| {
        keys.extend(shown(&contact).map(|id| (id, contact)));
        Ok(())
    })?;
    let mut contacts = Vec::new();
    for (id, key) in keys {
        let relation = RelationRef { kind: RelationKind::Contact, id };
        if relation.is_one(map, data, &key)? {
            contacts.push((key, relation));
        }
    }
    Ok(contacts)
}
