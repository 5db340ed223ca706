//! The places where the CRM notes objections, row by row.

use super::Details;
use crate::accounts::{flag, moment};
use crate::fault::Result;
use crate::schema::{CompleteMap, Objection, ObjectionSign, Relation, RelationKind, Tie, WordColumn};
use crate::store::{Snapshot, Value, ValueRef, Visit};
use jiff::Timestamp;
use std::collections::HashMap;

/// Shows the rows of a table, all of them or those whose column has one of some values.
pub fn rows(
    data: &mut dyn Snapshot,
    table: &str,
    column: &str,
    only: Option<&[Value]>,
    columns: &[&str],
    visit: &mut Visit<'_>,
) -> Result<()> {
    match only {
        None => data.scan(table, columns, visit),
        Some(values) => data.find(table, column, values, columns, visit),
    }
}

/// A row of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// What the row is known by.
    pub identity: Vec<Value>,
    /// What ties it to relations: a key, or an address.
    pub tied: Value,
    /// Whether it says that somebody objected.
    pub objects: bool,
    /// What it says about that.
    pub details: Details,
    /// The target of the link that has a row for each of its targets.
    pub once: Option<Value>,
}

/// The column that ties a place's rows to relations.
pub fn tying<'a>(place: &'a Objection, relation: &'a Relation) -> &'a str {
    match &place.tie {
        Tie::Key(column) | Tie::Address(column, _) => column,
        Tie::Root | Tie::Written(_) => &relation.key,
    }
}

/// Shows the rows of a place that count: all, or those tied to some values.
///
/// # Errors
/// Those of reading, and of `visit`.
pub fn noted(
    place: &Objection,
    map: &CompleteMap,
    relation: &Relation,
    only: Option<&[Value]>,
    data: &mut dyn Snapshot,
    visit: &mut dyn FnMut(Noted) -> Result<()>,
) -> Result<()> {
    let mapped = map.require_table(&place.table)?;
    let mut columns = mapped.table.identity();
    let identity = columns.len();
    let tied = tying(place, relation);
    let once = place.new_row.as_ref().and_then(|new| new.once_for.as_ref()).map(|once| once.column.as_str());
    let optional = [
        place.sign.column(),
        place.at.as_deref(),
        place.channel.as_ref().map(|word| word.column.as_str()),
        place.made_by.as_ref().map(|word| word.column.as_str()),
        once,
    ];
    columns.push(tied);
    // A column that the place does not have is read as the tie again, and not looked at.
    columns.extend(optional.iter().map(|column| column.unwrap_or(tied)));
    columns.extend(place.filter.iter().map(|(column, _)| column.as_str()));
    rows(data, &place.table, tied, only, &columns, &mut |row| {
        let (keys, row) = row.split_at(identity);
        let (row, filtered) = row.split_at(1 + optional.len());
        let counts = filtered
            .iter()
            .zip(&place.filter)
            .all(|(value, (_, allowed))| allowed.contains(&value.to_value()));
        if !counts || matches!(row[0], ValueRef::Null) {
            return Ok(());
        }
        let cell = |at: usize| optional[at].map(|_| row[at + 1]);
        let at = place
            .at
            .as_deref()
            .zip(cell(1))
            .and_then(|(column, value)| moment::read(value, Some(map.time_of(&place.table, column))));
        visit(Noted {
            identity: keys.iter().map(|value| value.to_value()).collect(),
            tied: row[0].to_value(),
            objects: objects(place, cell(0)),
            details: Details {
                at: at.map(|at| at.to_string()),
                channel: said(&place.channel, cell(2)),
                origin: said(&place.made_by, cell(3)),
            },
            once: cell(4).map(ValueRef::to_value),
        })
    })
}

/// When relations of a kind took an objection to all marketing back, by id, where the CRM keeps that.
///
/// # Errors
/// Those of reading.
pub fn withdrawn(
    kind: RelationKind,
    map: &CompleteMap,
    only: Option<&[Value]>,
    data: &mut dyn Snapshot,
) -> Result<HashMap<String, Timestamp>> {
    let mut found = HashMap::new();
    let Some(relation) = map.relation(kind) else { return Ok(found) };
    let of_kind = map.objection().iter().filter(|place| place.kind == kind && place.medium.is_none());
    for place in of_kind.filter(|place| !matches!(place.tie, Tie::Address(..))) {
        let Some(column) = &place.withdrawn_at else { continue };
        let (tied, time) = (tying(place, relation), map.time_of(&place.table, column));
        rows(data, &place.table, tied, only, &[tied, column], &mut |row| {
            let at = moment::read(row[1], Some(time));
            found.extend(crate::erasure::shown(&row[0].to_value()).zip(at));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Whether a flag says that somebody objected. Where it says who is welcome, only a true value welcomes.
fn objects(place: &Objection, flag: Option<ValueRef<'_>>) -> bool {
    let Some(value) = flag else { return true };
    let usual = place.stored == [Value::Integer(1), Value::Integer(0)];
    let yes = if usual { flag::is_true(value) } else { value.to_value() == place.stored[0] };
    match place.sign {
        ObjectionSign::MayBeMailed(_) => !yes,
        ObjectionSign::Objected(_) => yes,
        ObjectionSign::Present => true,
    }
}

/// Our word for what a column holds, else what it holds.
fn said(column: &Option<WordColumn>, value: Option<ValueRef<'_>>) -> Option<String> {
    let (column, value) = (column.as_ref()?, value?);
    let known = column.words.iter().find(|(_, written)| *written == value.to_value());
    known.map(|(word, _)| word.clone()).or_else(|| flag::text(value).filter(|text| !text.is_empty()))
}

/// What a column holds for one of our words; none where the CRM has no word for it.
pub fn written(column: &WordColumn, word: &str) -> Option<Value> {
    if column.words.is_empty() {
        return Some(Value::from(word));
    }
    column.words.iter().find(|(known, _)| known == word).map(|(_, value)| value.clone())
}

impl Objection {
    /// What the flag's column holds for an objection, or for none.
    pub(super) fn flag(&self, objects: bool) -> Value {
        let yes = objects == matches!(self.sign, ObjectionSign::Objected(_));
        self.stored[usize::from(!yes)].clone()
    }
}
