//! The fields of relations, read some relations at a time.

use super::field::FieldSet;
use super::key::Key;
use super::selection::passes;
use crate::fault::Result;
use crate::interrupt;
use crate::schema::{Field, FieldPlace};
use crate::store::{Snapshot, Value};
use std::collections::HashMap;

/// How many relations are read at once where the tables beside have an index.
const BATCH: usize = 500;
/// The same where a table beside them has to be read from end to end each time.
const LARGE_BATCH: usize = 20_000;

/// A relation with the fields that were asked for.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its key.
    pub key: Key,
    /// Its fields, in the order in which they were asked for.
    pub cells: Vec<Cell>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// One value, of the relation itself or of what it points at.
    One(Value),
    /// One for each row that belongs to it.
    Several(Vec<Value>),
}

/// Shows fields of the relations with these keys, in the order of the keys.
///
/// # Errors
/// Those of reading; whatever `visit` returns.
pub fn listed(
    fields: &FieldSet<'_>,
    wanted: &[&Field],
    keys: &[Key],
    data: &mut dyn Snapshot,
    visit: &mut dyn FnMut(Listed) -> Result<()>,
) -> Result<()> {
    for some in keys.chunks(batch(fields, wanted)) {
        interrupt::check()?;
        let values: Vec<Value> = some.iter().map(Key::value).collect();
        let (own, links) = own(fields, wanted, &values, data)?;
        let mut columns = Vec::with_capacity(wanted.len());
        for (at, field) in wanted.iter().enumerate() {
            columns.push(match &field.place {
                FieldPlace::Root => HashMap::new(),
                FieldPlace::Child { by } => beside(field, by, &values, data)?,
                FieldPlace::Parent { key, .. } => {
                    let pointed: Vec<Value> = links[at].values().map(Key::value).collect();
                    beside(field, key, &pointed, data)?
                }
            });
        }
        for key in some.iter().filter(|key| own.contains_key(key)) {
            let cell = |(at, field): (usize, &&Field)| match &field.place {
                FieldPlace::Root => Cell::One(own[key][at].clone()),
                FieldPlace::Child { .. } => Cell::Several(columns[at].get(key).cloned().unwrap_or_default()),
                FieldPlace::Parent { .. } => {
                    let values = links[at].get(key).and_then(|link| columns[at].get(link));
                    Cell::One(values.and_then(|values| values.first()).cloned().unwrap_or(Value::Null))
                }
            };
            visit(Listed { key: key.clone(), cells: wanted.iter().enumerate().map(cell).collect() })?;
        }
    }
    Ok(())
}

fn batch(fields: &FieldSet<'_>, wanted: &[&Field]) -> usize {
    let is_indexed = |field: &&Field| {
        let column = match &field.place {
            FieldPlace::Root => return true,
            FieldPlace::Child { by } => by,
            FieldPlace::Parent { key, .. } => key,
        };
        fields.map.table(&field.table).is_some_and(|mapped| mapped.table.is_indexed(column))
    };
    if wanted.iter().all(is_indexed) { BATCH } else { LARGE_BATCH }
}

/// Of each row its own values and, by field, what it points at.
type Own = (HashMap<Key, Vec<Value>>, Vec<HashMap<Key, Key>>);

fn own(fields: &FieldSet<'_>, wanted: &[&Field], keys: &[Value], data: &mut dyn Snapshot) -> Result<Own> {
    let relation = fields.relation;
    let mut columns = vec![relation.key.as_str()];
    columns.extend(wanted.iter().map(|field| match &field.place {
        FieldPlace::Root => field.column.as_str(),
        FieldPlace::Child { .. } => relation.key.as_str(),
        FieldPlace::Parent { link, .. } => link.as_str(),
    }));
    let mut own = HashMap::with_capacity(keys.len());
    let mut links = vec![HashMap::new(); wanted.len()];
    data.find(&relation.table, &relation.key, keys, &columns, &mut |row| {
        let Some(key) = Key::of(row[0]) else { return Ok(()) };
        for (at, field) in wanted.iter().enumerate() {
            if matches!(field.place, FieldPlace::Parent { .. })
                && let Some(link) = Key::of(row[1 + at])
            {
                links[at].insert(key.clone(), link);
            }
        }
        own.insert(key, row[1..].iter().map(|value| value.to_value()).collect());
        Ok(())
    })?;
    Ok((own, links))
}

/// The values of a field in the rows whose `column` has one of the keys, by key. Empty ones are left out.
fn beside(
    field: &Field,
    column: &str,
    keys: &[Value],
    data: &mut dyn Snapshot,
) -> Result<HashMap<Key, Vec<Value>>> {
    let mut columns = vec![column, field.column.as_str()];
    columns.extend(field.filter.iter().map(|(column, _)| column.as_str()));
    let mut found: HashMap<Key, Vec<Value>> = HashMap::new();
    data.find(&field.table, column, keys, &columns, &mut |row| {
        let is_empty = matches!(row[1], crate::store::ValueRef::Null | crate::store::ValueRef::Text(b""));
        if let Some(key) = Key::of(row[0])
            && !is_empty
            && passes(&field.filter, &row[2..])
        {
            found.entry(key).or_default().push(row[1].to_value());
        }
        Ok(())
    })?;
    Ok(found)
}
