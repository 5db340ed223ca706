//! When something last happened to each relation: each table on the way is read once, whatever the number of relations.

use super::day::{Days, Zone};
use super::key::{Key, Pointer};
use crate::erasure::key_of;
use crate::fault::Result;
use crate::schema::{CompleteMap, Filter, Hop, Relation, Since};
use crate::store::{Snapshot, ValueRef};
use jiff::civil::Date;
use std::collections::HashMap;

/// The latest day of each row, by the row's key.
pub(super) type Latest = HashMap<Key, Date>;

/// The latest event of each relation, by its key.
///
/// # Errors
/// Those of reading.
pub(super) fn latest(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    relation: &Relation,
    since: &Since,
    zone: &Zone,
) -> Result<Latest> {
    let days = Days::of(map, &since.table, &since.column, zone);
    let Some((last, before)) = since.path.split_last() else {
        return of_table(map, data, since, (&relation.key, &since.table), &days);
    };
    let near = before.last().map_or(relation.table.as_str(), |hop| &hop.to);
    let mut found = match last.back {
        true => of_table(map, data, since, (&last.column, near), &days)?,
        false => {
            let key = key_of(map, &since.table);
            let events = of_table(map, data, since, (&key, &since.table), &days)?;
            carried(map, data, last, near, events)?
        }
    };
    if let [first] = before {
        found = carried(map, data, first, &relation.table, found)?;
    }
    Ok(found)
}

/// The latest event for each row of `at` that a column of the event's table names.
fn of_table(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    since: &Since,
    (column, at): (&str, &str),
    days: &Days<'_>,
) -> Result<Latest> {
    let mapped = map.require_table(&since.table)?;
    let (pointer, mut columns) = Pointer::of(map, mapped, column, at);
    let pointing = columns.len();
    columns.push(&since.column);
    columns.extend(since.filter.iter().map(|(column, _)| column.as_str()));
    let mut found = Latest::new();
    data.scan(&since.table, &columns, &mut |row| {
        if passes(&row[pointing + 1..], &since.filter)
            && let Some(key) = pointer.key(row)
            && let Some(day) = days.read(row[pointing])
        {
            note(&mut found, key, day);
        }
        Ok(())
    })?;
    Ok(found)
}

/// The days of the rows that a hop leads to, carried over to the rows of `near` that it starts from.
fn carried(map: &CompleteMap, data: &mut dyn Snapshot, hop: &Hop, near: &str, far: Latest) -> Result<Latest> {
    // The column stands in one of the two tables; that one is read.
    let (table, other) = if hop.back { (hop.to.as_str(), near) } else { (near, hop.to.as_str()) };
    let mapped = map.require_table(table)?;
    let (pointer, mut columns) = Pointer::of(map, mapped, &hop.column, other);
    let own = key_of(map, table);
    let place = columns.len();
    columns.push(&own);
    let mut found = Latest::new();
    data.scan(table, &columns, &mut |row| {
        let (Some(pointed), Some(own)) = (pointer.key(row), Key::of(row[place])) else { return Ok(()) };
        let (key, from) = if hop.back { (pointed, own) } else { (own, pointed) };
        if let Some(day) = far.get(&from) {
            note(&mut found, key, *day);
        }
        Ok(())
    })?;
    Ok(found)
}

fn note(found: &mut Latest, key: Key, day: Date) {
    found.entry(key).and_modify(|known| *known = (*known).max(day)).or_insert(day);
}

/// Whether the columns of a filter have the values that it asks for.
pub(super) fn passes(values: &[ValueRef<'_>], filter: &Filter) -> bool {
    values.iter().zip(filter).all(|(value, (_, allowed))| allowed.iter().any(|one| one.borrow() == *value))
}
