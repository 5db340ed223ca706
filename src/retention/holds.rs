//! What keeps a relation, or rows of it, beyond its term.

use super::day::{Days, Zone};
use super::key::{Key, Pointer};
use crate::fault::Result;
use crate::schema::{Bond, CompleteMap, EraseAct, LinkTarget, MappedTable, Period, Relation};
use crate::store::Snapshot;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::HashMap;

/// Something that keeps a relation or some of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// What: a table, an event, the ERP, another relation.
    pub what: String,
    /// How many rows, where it is rows that are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The last day; none where nobody knows one.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
}

/// What the map's own rules for erasures say of the relations of a kind, by their key.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Rows that an erasure leaves where they are, for a reason.
    pub(super) kept: HashMap<Key, Vec<Hold>>,
    /// Rows that forbid the erasure.
    pub(super) refused: HashMap<Key, Vec<Hold>>,
}

/// Reads each table once whose rows an erasure of these relations would keep, or be refused for.
///
/// # Errors
/// Those of reading.
pub(super) fn held(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    relation: &Relation,
    as_of: Date,
    zone: &Zone,
) -> Result<Held> {
    let mut held = Held::default();
    for mapped in map.tables() {
        for column in &mapped.columns {
            let (Some(link), Some(erase)) = (&column.rule.link, &column.rule.erase) else { continue };
            let points = match &link.target {
                LinkTarget::Key { table } => table.eq_ignore_ascii_case(&relation.table),
                LinkTarget::TypedKey { types, .. } => {
                    types.values().any(|table| table.eq_ignore_ascii_case(&relation.table))
                }
                LinkTarget::Reference => true,
                LinkTarget::Value { .. } => false,
            };
            let keeps = erase.act == EraseAct::Keep && link.bond == Bond::Owner;
            if !points || !(keeps || erase.act == EraseAct::Refuse) {
                continue;
            }
            let reason = erase.reason.clone().unwrap_or_else(|| "the map says so".to_owned());
            let rule = Rule { mapped, column: &column.name, until: erase.until.as_deref(), reason };
            let into = if keeps { &mut held.kept } else { &mut held.refused };
            rule.read(map, data, relation, (as_of, zone), into)?;
        }
    }
    Ok(held)
}

/// A column that makes an erasure keep its rows, or refuses it.
struct Rule<'a> {
    mapped: &'a MappedTable,
    column: &'a str,
    until: Option<&'a str>,
    reason: String,
}

impl Rule<'_> {
    fn read(
        &self,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
        relation: &Relation,
        (as_of, zone): (Date, &Zone),
        into: &mut HashMap<Key, Vec<Hold>>,
    ) -> Result<()> {
        let table = &self.mapped.table.name;
        let (pointer, mut columns) = Pointer::of(map, self.mapped, self.column, &relation.table);
        let term = self.until.and_then(Period::parse_after);
        let at = columns.len();
        columns.extend(term.map(|(_, column)| column));
        let days = term.map(|(period, column)| (period, Days::of(map, table, column, zone)));
        data.scan(table, &columns, &mut |row| {
            let Some(key) = pointer.key(row) else { return Ok(()) };
            let until = days.as_ref().and_then(|(period, days)| period.end(days.read(row[at])?));
            if until.is_none_or(|until| until >= as_of) {
                self.note(into.entry(key).or_default(), until);
            }
            Ok(())
        })
    }

    fn note(&self, holds: &mut Vec<Hold>, until: Option<Date>) {
        let table = &self.mapped.table.name;
        match holds.iter_mut().find(|hold| hold.what == *table && hold.reason == self.reason) {
            Some(hold) => {
                hold.rows = hold.rows.map(|rows| rows + 1);
                hold.until = hold.until.zip(until).map(|(known, until)| known.max(until));
            }
            None => {
                holds.push(Hold { what: table.clone(), rows: Some(1), until, reason: self.reason.clone() })
            }
        }
    }
}
