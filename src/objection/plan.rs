//! One act, planned: which rows change so that an objection is noted, or taken back.

use super::contacts::{By, pairs};
use super::excluded::{found, own};
use super::places::{Noted, noted, tying, written};
use super::reach::Reach;
use super::register::Register;
use super::{Details, Objecting, removal};
use crate::accounts::moment;
use crate::address;
use crate::erasure::{RelationRef, shown};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Medium, Objection, ObjectionSign, RelationKind, RestoredMark, Tie};
use crate::store::{Snapshot, Value};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

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
        let known = self.people.iter_mut().find(|person| person.relation == target.relation);
        let rows = changes.len() as u64;
        if rows == 0 && entry.is_none() {
            return;
        }
        match known {
            Some(person) => {
                person.rows += rows;
                person.register |= entry.is_some();
            }
            None => self.people.push(Person {
                relation: target.relation.clone(),
                is_contact: target.is_contact,
                rows,
                register: entry.is_some(),
            }),
        }
        // Two people may share an address, and so a row.
        changes.into_iter().for_each(|change| {
            if !self.changes.contains(&change) {
                self.changes.push(change);
            }
        });
        self.register.extend(entry.map(|entry| (target.relation.clone(), entry)));
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

/// The places of a kind that are about a way of marketing.
pub(super) fn places<'a>(
    kind: RelationKind,
    medium: Option<Medium>,
    map: &'a CompleteMap,
) -> Result<Vec<&'a Objection>> {
    let of_kind = || map.objection().iter().filter(move |place| place.kind == kind);
    let found: Vec<&Objection> =
        of_kind().filter(|place| medium.is_none() || place.medium == medium).collect();
    if let Some(medium) = medium.filter(|_| found.is_empty() && of_kind().any(|place| place.medium.is_none()))
    {
        let what = format!("this CRM cannot note that a {} objects to {} only", kind.word(), medium.word());
        let hint = "leave --only out to exclude from all marketing";
        return Err(Fault::refused(what).hint(hint).into());
    }
    Ok(found)
}

/// What a place has of one target: its rows, and what new ones are tied by.
#[derive(Default)]
pub(super) struct Tied {
    pub(super) rows: Vec<Noted>,
    pub(super) ties: Vec<Value>,
}

/// What a place has of each target, in their order.
pub(super) fn tied(
    place: &Objection,
    map: &CompleteMap,
    targets: &[Target],
    data: &mut dyn Snapshot,
) -> Result<Vec<Tied>> {
    let Some(relation) = map.relation(place.kind) else { return Ok(Vec::new()) };
    let keys: Vec<Value> = targets.iter().map(|target| target.key.clone()).collect();
    let mut tied: Vec<Tied> = targets.iter().map(|_| Tied::default()).collect();
    let mut at: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let only = match &place.tie {
        Tie::Address(_, medium) => {
            let ids: BTreeMap<&str, usize> =
                targets.iter().enumerate().map(|(at, target)| (target.relation.id.as_str(), at)).collect();
            let mut own: BTreeSet<(usize, String)> = BTreeSet::new();
            if let Some(reach) = Reach::of(place.kind, map)? {
                reach.each(Some(&keys), data, &mut |id, of, address| {
                    own.extend(ids.get(id).filter(|_| of == *medium).map(|at| (*at, address)));
                    Ok(())
                })?;
            }
            for (target, address) in own {
                tied[target].ties.push(Value::from(address.as_str()));
                at.entry(address).or_default().push(target);
            }
            None
        }
        _ => {
            for (target, key) in keys.iter().enumerate() {
                tied[target].ties.push(key.clone());
                at.entry(shown(key).unwrap_or_default()).or_default().push(target);
            }
            Some(keys.as_slice())
        }
    };
    if at.is_empty() {
        return Ok(tied);
    }
    noted(place, map, relation, only, data, &mut |row| {
        for name in names(place, &row.tied) {
            for target in at.get(&name).into_iter().flatten() {
                tied[*target].rows.push(row.clone());
            }
        }
        Ok(())
    })?;
    Ok(tied)
}

/// What a row's tie is compared by.
fn names(place: &Objection, tie: &Value) -> Vec<String> {
    match &place.tie {
        Tie::Address(_, medium) => {
            tie.borrow().as_str().and_then(|text| address::all(*medium, text)).unwrap_or_default()
        }
        _ => shown(tie).into_iter().collect(),
    }
}

/// What has to change for one target, place by place.
#[derive(Default)]
struct Adding {
    changes: Vec<Change>,
    /// What the CRM notes when that has been done.
    covered: Objecting,
    /// Whether it cannot keep all the details.
    loses: bool,
}

impl Adding {
    fn at_place(
        &mut self,
        place: &Objection,
        map: &CompleteMap,
        target: &Target,
        tied: &Tied,
        data: &mut dyn Snapshot,
    ) -> Result<()> {
        let (details, loses) = detail_columns(place, map, &target.details)?;
        let before = self.changes.len();
        // Where moments decide between two sides, who objects again has said it later than whatever took it back.
        let is_later = |row: &Noted| place.withdrawn_at.is_some() && row.details.at < target.details.at;
        for row in tied.rows.iter().filter(|row| !row.objects || (!target.is_contact && is_later(row))) {
            let mut set: Vec<(String, Value)> =
                place.sign.column().map(|column| (column.to_owned(), place.flag(true))).into_iter().collect();
            set.extend(details.clone());
            set.extend(place.withdrawn_at.iter().map(|column| (column.clone(), Value::Null)));
            let (table, identity) = (place.table.clone(), row.identity.clone());
            self.changes.push(Change::Update { table, identity, set });
        }
        let mut lacking = 0;
        for tie in &tied.ties {
            let of_tie = |row: &&Noted| names(place, &row.tied) == names(place, tie);
            let there: Vec<&Noted> = tied.rows.iter().filter(of_tie).collect();
            let rows = new_rows(place, map, tie, &there, &details, &target.details, data)?;
            lacking += usize::from(there.is_empty() && rows.is_empty());
            self.changes.extend(rows);
        }
        if !tied.ties.is_empty() && lacking == 0 {
            self.covered.add(place.medium);
        }
        self.loses |= loses && self.changes.len() > before;
        Ok(())
    }
}

/// The details as a place keeps them, and whether it cannot keep them all.
fn detail_columns(
    place: &Objection,
    map: &CompleteMap,
    details: &Details,
) -> Result<(Vec<(String, Value)>, bool)> {
    let mut set = Vec::new();
    let mut loses = false;
    if let Some(at) = &details.at {
        match &place.at {
            Some(column) => set.push((column.clone(), moment_of(at, map, &place.table, column)?)),
            None => loses = true,
        }
    }
    for (said, place) in [(&details.channel, &place.channel), (&details.origin, &place.made_by)] {
        let Some(said) = said else { continue };
        let value = place.as_ref().and_then(|column| Some((column.column.clone(), written(column, said)?)));
        loses |= value.is_none();
        set.extend(value);
    }
    Ok((set, loses))
}

pub(super) fn moment_of(at: &str, map: &CompleteMap, table: &str, column: &str) -> Result<Value> {
    let at = at.parse().map_err(|_| Fault::usage(format!("`{at}` is no moment")))?;
    moment::write(at, Some(map.time_of(table, column)))
}

/// The rows that are missing, where the map says how they are made.
fn new_rows(
    place: &Objection,
    map: &CompleteMap,
    tie: &Value,
    there: &[&Noted],
    details: &[(String, Value)],
    said: &Details,
    data: &mut dyn Snapshot,
) -> Result<Vec<Change>> {
    let made = place.new_row.clone().unwrap_or(crate::schema::NewRow { set: Vec::new(), once_for: None });
    let may_be_made = place.new_row.is_some() || place.sign == ObjectionSign::Present;
    if !may_be_made || place.tie == Tie::Root || (made.once_for.is_none() && !there.is_empty()) {
        return Ok(Vec::new());
    }
    let Some(relation) = map.relation(place.kind) else { return Ok(Vec::new()) };
    let mut row: Vec<(String, New)> = vec![(tying(place, relation).to_owned(), New::Value(tie.clone()))];
    let flag = place.sign.column().map(|column| (column.to_owned(), place.flag(true)));
    let filter = place.filter.iter().filter_map(|(column, any)| Some((column.clone(), any.first()?.clone())));
    let mut values: Vec<(String, Value)> =
        flag.into_iter().chain(filter).chain(details.iter().cloned()).collect();
    for (column, value) in &made.set {
        let is_moment = value.borrow().as_str() == Some(RestoredMark::MOMENT);
        let value = match (is_moment, &said.at) {
            (true, Some(at)) => moment_of(at, map, &place.table, column)?,
            _ => value.clone(),
        };
        values.push((column.clone(), value));
    }
    for (column, value) in values {
        if !row.iter().any(|(known, _)| *known == column) {
            row.push((column, New::Value(value)));
        }
    }
    for column in map.require_table(&place.table)?.columns.iter().filter(|column| column.rule.fit.random) {
        if !row.iter().any(|(known, _)| *known == column.name) {
            row.push((column.name.clone(), New::Token));
        }
    }
    let Some(once) = &made.once_for else {
        return Ok(vec![Change::Insert { table: place.table.clone(), row }]);
    };
    let mut rows = Vec::new();
    data.scan(&once.table, &[&once.key], &mut |found| {
        let target = found[0].to_value();
        if !there.iter().any(|row| row.once.as_ref() == Some(&target)) {
            let mut row = row.clone();
            row.push((once.column.clone(), New::Value(target)));
            rows.push(Change::Insert { table: place.table.clone(), row });
        }
        Ok(())
    })?;
    Ok(rows)
}
