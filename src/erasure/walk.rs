//! Walks from a relation's own row along every link of the map, until no further row is met. Cycles end by themselves:
//! a row that was met is not met again unless more happens to it.

use super::links::{How, Inbound, inbound, key_of};
use super::plan::{Cost, Options};
use super::row::{Act, New, Row, RowId, read};
use super::target::RelationRef;
use super::{blank, verdict};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::schema::{Bond, CompleteMap, EraseAct, LinkTarget, RelationKind};
use crate::store::{Snapshot, Value};
use std::collections::{BTreeMap, BTreeSet};
use verdict::Verdict;

/// What a walk met.
pub struct Walked {
    /// Every row, with what happens to it.
    pub rows: BTreeMap<RowId, Row>,
    /// Contacts that go with their company.
    pub contacts: u64,
    /// Relations that are offered.
    pub offered: BTreeSet<String>,
    /// Whole tables that were read.
    pub costs: Vec<Cost>,
}

/// Rows that are known to be kept, with the reason and the last day.
pub(super) type KnownKept = BTreeMap<RowId, (String, Option<String>)>;

/// Where a walk begins.
pub type Roots = Vec<(RowId, Row)>;

/// Walks from some rows, which are part of a relation of this kind.
///
/// # Errors
/// Refused when a rule says no; those of reading.
pub fn from(
    kind: RelationKind,
    roots: &Roots,
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    options: Options,
) -> Result<Walked> {
    // What belongs to a kept row is kept with it, even where it was met by another way first: so the walk begins again
    // with the kept rows known, until it meets no new one.
    let mut known = KnownKept::new();
    loop {
        let mut walk = Walk::new(kind, map, data, options, &known);
        walk.all(roots)?;
        let kept = walk.rows.iter().filter(|(_, row)| row.act == Act::Keep);
        let kept: KnownKept =
            kept.map(|(id, row)| (id.clone(), row.kept.clone().unwrap_or_default())).collect();
        if kept.keys().all(|id| known.contains_key(id)) {
            walk.refuse_loose_keys()?;
            return walk.finish();
        }
        known.extend(kept);
    }
}

/// The row of a relation, as the map knows it.
///
/// # Errors
/// Those of reading.
pub fn root(
    relation: &RelationRef,
    key: &Value,
    map: &CompleteMap,
    data: &mut dyn Snapshot,
) -> Result<Roots> {
    let about = relation.relation(map)?;
    let mapped = map.require_table(&about.table)?;
    let mut roots = Vec::new();
    read(data, mapped, &about.key, std::slice::from_ref(key), &mut |id, row| {
        roots.push((id, Row { is_self: true, ..row }));
        Ok(())
    })?;
    Ok(roots)
}

pub(super) struct Walk<'a> {
    pub(super) kind: RelationKind,
    pub(super) map: &'a CompleteMap,
    pub(super) data: &'a mut dyn Snapshot,
    pub(super) options: Options,
    known: &'a KnownKept,
    pub(super) rows: BTreeMap<RowId, Row>,
    waiting: BTreeMap<(String, Act, bool), BTreeSet<RowId>>,
    inbound: BTreeMap<String, Vec<Inbound<'a>>>,
    /// Rows with several owners: each with the table and column that may hold another one, and the value there.
    shared: Vec<(RowId, Row, String, String, Value)>,
    pub(super) refused: BTreeSet<String>,
    pub(super) offered: BTreeSet<String>,
    costs: BTreeMap<(String, String), u64>,
    contacts: BTreeSet<RowId>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        kind: RelationKind,
        map: &'a CompleteMap,
        data: &'a mut dyn Snapshot,
        options: Options,
        known: &'a KnownKept,
    ) -> Self {
        Walk {
            kind,
            map,
            data,
            options,
            known,
            rows: BTreeMap::new(),
            waiting: BTreeMap::new(),
            inbound: BTreeMap::new(),
            shared: Vec::new(),
            refused: BTreeSet::new(),
            offered: BTreeSet::new(),
            costs: BTreeMap::new(),
            contacts: BTreeSet::new(),
        }
    }

    pub(super) fn all(&mut self, roots: &Roots) -> Result<()> {
        for (id, row) in roots {
            self.reach(id.clone(), row.clone(), Act::Delete);
        }
        loop {
            while let Some(((table, act, is_self), ids)) = self.waiting.pop_first() {
                interrupt::check()?;
                self.wave(&table, act, is_self, &ids)?;
            }
            if !self.settle_shared()? {
                return Ok(());
            }
        }
    }

    /// Goes one step further from some rows of one table, to which the same happens.
    fn wave(&mut self, table: &str, act: Act, is_self: bool, ids: &BTreeSet<RowId>) -> Result<()> {
        let rows: Vec<Row> =
            ids.iter().filter_map(|id| self.rows.get(id)).filter(|row| row.act == act).cloned().collect();
        let key = key_of(self.map, table);
        let keyed: Vec<(Value, &Row)> = rows.iter().map(|row| (row.value(&key).clone(), row)).collect();
        if !self.inbound.contains_key(table) {
            self.inbound.insert(table.to_owned(), inbound(self.map, table));
        }
        for link in self.inbound.get(table).cloned().unwrap_or_default() {
            let verdict = match self.is_ordered_along(&link, table) {
                true if act == Act::Delete => Some(Verdict::Delete),
                _ => verdict::of(&link, act),
            };
            let Some(verdict) = verdict else { continue };
            let values = link.values(&keyed);
            if values.is_empty() {
                continue;
            }
            self.note_cost(&link)?;
            let mut met = Vec::new();
            read(self.data, link.mapped, link.column, &values, &mut |id, row| {
                if link.points(&row) {
                    met.push((id, row));
                }
                Ok(())
            })?;
            for (id, row) in met {
                self.meet(&link, table, &verdict, (act, is_self), id, row)?;
            }
        }
        rows.iter()
            .filter(|row| matches!(row.act, Act::Delete | Act::Blank))
            .try_for_each(|row| self.forward(table, row))
    }

    fn meet(
        &mut self,
        link: &Inbound<'_>,
        from: &str,
        verdict: &Verdict,
        (act, is_self): (Act, bool),
        id: RowId,
        row: Row,
    ) -> Result<()> {
        let name = format!("{}.{}", id.0, link.column);
        match verdict {
            Verdict::Delete if self.is_contact_of_company(link, from) && self.options.keep_contacts => {
                self.detach(link, id, row);
            }
            Verdict::Delete => {
                if let How::Value(column) = &link.how
                    && link.shared
                {
                    let value = row.value(link.column).clone();
                    self.shared.push((id, row, from.to_owned(), column.clone(), value));
                    return Ok(());
                }
                if self.is_contact_of_company(link, from) {
                    self.contacts.insert(id.clone());
                }
                self.reach(id, row, Act::Delete);
            }
            Verdict::Follow if is_self => self.reach(id, Row { is_self: true, ..row }, Act::Delete),
            Verdict::Follow if self.has_an_owner(link.mapped, &row) => {
                if act == Act::Delete {
                    self.detach(link, id, row);
                }
            }
            Verdict::Follow => self.reach(id, row, Act::Delete),
            Verdict::Blank => {
                if act == Act::Delete {
                    self.detach(link, id.clone(), row.clone());
                }
                self.reach(id, row, Act::Blank);
            }
            Verdict::Detach => self.detach(link, id, row),
            Verdict::Keep(reason, until) => match verdict::last_day(until.as_deref(), &row) {
                Some(day) if day < self.options.as_of => self.reach(id, row, Act::Delete),
                day => {
                    let until = day.map(|day| day.to_string()).or_else(|| until.clone());
                    let until = until.or_else(|| self.kept_with(link, from, &row));
                    let row = Row { kept: Some((reason.clone(), until)), ..row };
                    if act == Act::Delete {
                        self.detach(link, id.clone(), row.clone());
                    }
                    self.reach(id, row, Act::Keep);
                }
            },
            Verdict::Refuse(reason) => {
                self.refused.insert(format!("{name}: {reason}"));
            }
            Verdict::Offer => {
                self.offer(&id.0, &row);
                if act == Act::Delete {
                    self.detach(link, id, row);
                }
            }
        }
        Ok(())
    }

    /// Notes a row, or that more happens to it than was noted.
    fn reach(&mut self, id: RowId, row: Row, act: Act) {
        let map = self.map;
        let Some(mapped) = map.table(&id.0) else { return };
        let row = match self.known.get(&id) {
            Some(kept) => Row { kept: Some(kept.clone()), ..row },
            None => row,
        };
        let act = match act {
            Act::Detach => Act::Detach,
            _ if row.kept.is_some() => Act::Keep,
            Act::Delete if self.stays_as_a_row(mapped, &row) => Act::Blank,
            other => other,
        };
        let noted = self.rows.entry(id.clone()).or_insert_with(|| row.clone());
        let more = act > noted.act || (row.is_self && !noted.is_self);
        if !more {
            return;
        }
        noted.act = noted.act.max(act);
        noted.is_self |= row.is_self;
        noted.kept = noted.kept.take().or(row.kept);
        if matches!(noted.act, Act::Blank | Act::Keep) {
            let emptied = blank::columns(mapped, noted, noted.act == Act::Keep, self.options.as_of);
            noted.set.extend(emptied);
            if noted.act == Act::Blank
                && let Some(column) = super::owners::erased_at(map, mapped)
                && *noted.value(column) == Value::Null
            {
                noted.set.insert(column.to_owned(), New::Moment);
            }
        }
        let (act, is_self) = (noted.act, noted.is_self);
        if act != Act::Detach {
            self.waiting.entry((id.0.clone(), act, is_self)).or_default().insert(id);
        }
    }

    /// Empties the link of a row that stays.
    fn detach(&mut self, link: &Inbound<'_>, id: RowId, row: Row) {
        let (Some(column), Some(live)) =
            (link.mapped.column(link.column), link.mapped.table.column(link.column))
        else {
            return;
        };
        let noted = self.rows.entry(id).or_insert(row);
        if live.not_null && column.rule.fit.blank_is.is_none() {
            if noted.act == Act::Detach {
                self.refused.insert(format!(
                    "{}.{} mentions it and cannot be empty",
                    link.mapped.table.name, link.column
                ));
            }
            return;
        }
        noted.set.insert(link.column.to_owned(), blank::empty(&link.mapped.table, column, live));
    }

    /// Goes from a row to the rows that it points at, where the map says so.
    fn forward(&mut self, table: &str, row: &Row) -> Result<()> {
        let Some(mapped) = self.map.table(table) else { return Ok(()) };
        for column in &mapped.columns {
            let Some(link) = &column.rule.link else { continue };
            let LinkTarget::Key { table: other } = &link.target else { continue };
            let act = column.rule.erase.as_ref().map(|erase| erase.act);
            let value = row.value(&column.name).clone();
            if value == Value::Null {
                continue;
            }
            let follows = act == Some(EraseAct::Follow) && row.is_self;
            let offers = act == Some(EraseAct::Offer);
            let shares = link.shared && link.bond == Bond::Owner;
            if !(follows || offers || shares) {
                continue;
            }
            let Some(target) = self.map.table(other) else { continue };
            let mut met = Vec::new();
            read(
                self.data,
                target,
                &key_of(self.map, other),
                std::slice::from_ref(&value),
                &mut |id, row| {
                    met.push((id, row));
                    Ok(())
                },
            )?;
            for (id, other_row) in met {
                if follows {
                    self.reach(id, Row { is_self: true, ..other_row }, Act::Delete);
                } else if offers {
                    self.offer(other, &other_row);
                } else {
                    self.shared.push((id, other_row, table.to_owned(), column.name.clone(), value.clone()));
                }
            }
        }
        Ok(())
    }

    /// Rows with several owners go when the last of them does. Whether any did.
    fn settle_shared(&mut self) -> Result<bool> {
        let mut left = Vec::new();
        let mut any = false;
        for (id, row, table, column, value) in std::mem::take(&mut self.shared) {
            if self.rows.get(&id).is_some_and(|noted| noted.act >= Act::Delete) {
                continue;
            }
            let Some(mapped) = self.map.table(&table) else { continue };
            let mut owners = Vec::new();
            read(self.data, mapped, &column, std::slice::from_ref(&value), &mut |id, _| {
                owners.push(id);
                Ok(())
            })?;
            let goes = |id: &RowId| {
                self.rows.get(id).is_some_and(|noted| matches!(noted.act, Act::Delete | Act::Blank))
            };
            if owners.iter().all(goes) {
                self.reach(id, row, Act::Delete);
                any = true;
            } else {
                left.push((id, row, table, column, value));
            }
        }
        self.shared = left;
        Ok(any)
    }

    fn note_cost(&mut self, link: &Inbound<'_>) -> Result<()> {
        let table = &link.mapped.table;
        let place = (table.name.clone(), link.column.to_owned());
        if !table.is_indexed(link.column) && !self.costs.contains_key(&place) {
            let rows = self.data.count(&table.name)?;
            self.costs.insert(place, rows);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Walked> {
        self.refuse_what_the_erp_owns()?;
        if !self.refused.is_empty() {
            return Err(Fault::refused("a rule of the map forbids this erasure")
                .details(self.refused)
                .into());
        }
        let rows = &mut self.rows;
        rows.retain(|_, row| row.act != Act::Detach || !row.set.is_empty());
        rows.values_mut().filter(|row| row.act == Act::Delete).for_each(|row| row.set.clear());
        let costs =
            self.costs.into_iter().map(|((table, column), rows)| Cost { table, column, rows }).collect();
        let contacts = self.contacts.iter().filter(|id| rows.contains_key(*id)).count() as u64;
        Ok(Walked { rows: self.rows, contacts, offered: self.offered, costs })
    }
}
