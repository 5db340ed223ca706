//! Which rows are relations of a kind, told in one pass: by the map's filter, by a child that they have, by not being of
//! another kind. Rows that an erasure has emptied already are nobody's.

use super::day::{Days, Zone};
use super::events::passes;
use super::key::{Key, Pointer};
use crate::erasure::{erased_at, is_emptied};
use crate::fault::Result;
use crate::schema::{CompleteMap, HasChild, Relation, RootErase, Term};
use crate::store::{Generated, Snapshot, ValueRef};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

/// What is known of a relation from its own row.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// For each term of the kind whether it is for this one, and the day that counts where there was no event.
    pub(super) terms: Vec<Option<Option<Date>>>,
    /// Whether the ERP is its master.
    pub(super) is_linked: bool,
}

/// The relations of a kind.
///
/// # Errors
/// Those of reading.
pub(super) fn roots(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    relation: &Relation,
    terms: &[Term],
    zone: &Zone,
) -> Result<HashMap<Key, Root>> {
    let with_child = relation.has.as_ref().map(|has| parents(map, data, relation, has)).transpose()?;
    let others = match relation.unless.and_then(|kind| map.relation(kind)) {
        Some(other) => roots(map, data, other, &[], zone)?.into_keys().collect(),
        None => HashSet::new(),
    };
    let columns = Columns::of(map, relation, terms)?;
    let days: Vec<Option<Days<'_>>> = terms
        .iter()
        .map(|term| term.otherwise.as_ref().map(|column| Days::of(map, &relation.table, column, zone)))
        .collect();
    let mut found = HashMap::new();
    data.scan(&relation.table, &columns.read, &mut |row| {
        let Some(key) = Key::of(row[0]) else { return Ok(()) };
        let is_one = columns.passes(row, &relation.filter, columns.filter)
            && with_child.as_ref().is_none_or(|parents| parents.contains(&key))
            && !others.contains(&key)
            && !columns.is_erased(row);
        if is_one {
            let of_term = |(at, term): (usize, &Term)| {
                let (filter, otherwise) = columns.terms[at];
                let counts = otherwise.zip(days[at].as_ref()).and_then(|(at, days)| days.read(row[at]));
                columns.passes(row, &term.filter, filter).then_some(counts)
            };
            let is_linked = columns.links.iter().any(|at| row[*at] != ValueRef::Null);
            found.insert(key, Root { terms: terms.iter().enumerate().map(of_term).collect(), is_linked });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The keys of the rows that are relations of a kind.
///
/// # Errors
/// Those of reading.
pub fn members(map: &CompleteMap, data: &mut dyn Snapshot, relation: &Relation) -> Result<HashSet<Key>> {
    Ok(roots(map, data, relation, &[], &Zone::utc())?.into_keys().collect())
}

/// The rows that have such a child.
fn parents(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    relation: &Relation,
    has: &HasChild,
) -> Result<HashSet<Key>> {
    let mapped = map.require_table(&has.table)?;
    let (pointer, mut columns) = Pointer::of(map, mapped, &has.by, &relation.table);
    let pointing = columns.len();
    columns.extend(has.filter.iter().map(|(column, _)| column.as_str()));
    let mut found = HashSet::new();
    data.scan(&has.table, &columns, &mut |row| {
        if passes(&row[pointing..], &has.filter) {
            found.extend(pointer.key(row));
        }
        Ok(())
    })?;
    Ok(found)
}

/// The columns of a root table that are read, and where each stands.
struct Columns<'a> {
    read: Vec<&'a str>,
    filter: usize,
    terms: Vec<(usize, Option<usize>)>,
    links: Vec<usize>,
    erased_at: Option<usize>,
    /// The table, and where its whole row begins, for kinds whose rows an erasure empties.
    whole: Option<(&'a crate::schema::MappedTable, usize)>,
}

impl<'a> Columns<'a> {
    fn of(map: &'a CompleteMap, relation: &'a Relation, terms: &'a [Term]) -> Result<Self> {
        let mapped = map.require_table(&relation.table)?;
        let mut read: Vec<&str> = vec![&relation.key];
        let mut add = |names: &mut dyn Iterator<Item = &'a str>| {
            let at = read.len();
            read.extend(names);
            at
        };
        let filter = add(&mut relation.filter.iter().map(|(column, _)| column.as_str()));
        let mut places = Vec::new();
        for term in terms {
            let filter = add(&mut term.filter.iter().map(|(column, _)| column.as_str()));
            places.push((filter, term.otherwise.as_deref().map(|column| add(&mut std::iter::once(column)))));
        }
        let links = map.erp().iter().filter(|link| link.kind == relation.kind);
        let links = links.map(|link| add(&mut std::iter::once(link.column.as_str()))).collect();
        let erased_at = erased_at(map, mapped).map(|column| add(&mut std::iter::once(column)));
        let whole = (relation.erase == RootErase::Blank).then(|| {
            let stored = mapped.table.columns.iter().filter(|column| column.generated != Generated::Hidden);
            (mapped, add(&mut stored.map(|column| column.name.as_str())))
        });
        Ok(Columns { read, filter, terms: places, links, erased_at, whole })
    }

    fn passes(&self, row: &[ValueRef<'_>], filter: &crate::schema::Filter, at: usize) -> bool {
        passes(&row[at..at + filter.len()], filter)
    }

    fn is_erased(&self, row: &[ValueRef<'_>]) -> bool {
        let marked = self.erased_at.is_some_and(|at| row[at] != ValueRef::Null);
        marked || self.whole.is_some_and(|(mapped, at)| is_emptied(mapped, &row[at..]))
    }
}
