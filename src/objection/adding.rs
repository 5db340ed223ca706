//! What has to change at each place so that an objection is noted there.

use super::places::{Noted, tying, written};
use super::plan::{Change, New, Target};
use super::tied::{Tied, names};
use super::{Details, Objecting};
use crate::accounts::moment;
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Objection, ObjectionSign, RestoredMark, Tie};
use crate::store::{Snapshot, Value};

/// What has to change for one target, place by place.
#[derive(Default)]
pub(super) struct Adding {
    pub(super) changes: Vec<Change>,
    /// What the CRM notes when that has been done.
    pub(super) covered: Objecting,
    /// Whether it cannot keep all the details.
    pub(super) loses: bool,
}

impl Adding {
    pub(super) fn at_place(
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
    let once = place.new_row.as_ref().and_then(|new| new.once_for.as_ref());
    let may_be_made = place.new_row.is_some() || place.sign == ObjectionSign::Present;
    if !may_be_made || place.tie == Tie::Root || (once.is_none() && !there.is_empty()) {
        return Ok(Vec::new());
    }
    let row = new_row(place, map, tie, details, said)?;
    let Some(once) = once else { return Ok(vec![Change::Insert { table: place.table.clone(), row }]) };
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

/// A row that notes the objection: the tie, the flag, what makes it count, the details, and what the map says besides.
fn new_row(
    place: &Objection,
    map: &CompleteMap,
    tie: &Value,
    details: &[(String, Value)],
    said: &Details,
) -> Result<Vec<(String, New)>> {
    let tying = map.relation(place.kind).map(|relation| tying(place, relation).to_owned());
    let mut row: Vec<(String, New)> =
        tying.into_iter().map(|tying| (tying, New::Value(tie.clone()))).collect();
    let mut add = |column: &str, new: New| {
        if !row.iter().any(|(known, _)| known == column) {
            row.push((column.to_owned(), new));
        }
    };
    if let Some(flag) = place.sign.column() {
        add(flag, New::Value(place.flag(true)));
    }
    for (column, any) in &place.filter {
        any.first().into_iter().for_each(|value| add(column, New::Value(value.clone())));
    }
    details.iter().for_each(|(column, value)| add(column, New::Value(value.clone())));
    for (column, value) in place.new_row.iter().flat_map(|new| &new.set) {
        let is_moment = value.borrow().as_str() == Some(RestoredMark::MOMENT);
        match said.at.as_ref().filter(|_| is_moment) {
            Some(at) => add(column, New::Value(moment_of(at, map, &place.table, column)?)),
            None => add(column, New::Value(value.clone())),
        }
    }
    let random = map.require_table(&place.table)?.columns.iter().filter(|column| column.rule.fit.random);
    random.for_each(|column| add(&column.name, New::Token));
    Ok(row)
}
