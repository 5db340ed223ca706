//! The fields, search indexes and groups of a map, looked up in a live database.

use super::category::Category;
use super::complete::MappedTable;
use super::list_roles::{Field, FieldPlace, Groups, SearchIndex};
use super::live::Live;
use super::live_roles::{columns_of, kind, pointing_column};
use super::roles::Relation;
use super::rule::Content;
use crate::store::{Table, TableKind};

/// The module whose indexes can be asked.
const FULL_TEXT: &str = "fts5";

/// A field, with the way from its table to the root table.
pub(super) fn field(live: &Live<'_>, tables: &[MappedTable], written: &Field) -> Option<Field> {
    let relation = kind(live, written.kind, &written.origin)?;
    // That the root table is not there is the relation's business.
    let root = live.catalog.table(&relation.table)?;
    let named = if written.table.is_empty() { &relation.table } else { &written.table };
    let columns = columns_of(live, named, &written.origin)?;
    let column = columns.one(&written.column);
    let mapped = |table: &Table| tables.iter().find(|mapped| mapped.table.name == table.name);
    let is_secret = mapped(columns.table)
        .and_then(|mapped| mapped.column(&column))
        .is_some_and(|column| column.rule.content == Content::One(Category::Secret));
    if is_secret {
        live.misfit(&written.origin, format!("{}.{column} is a secret, and no field", columns.table.name));
    }
    Some(Field {
        place: place(live, written, (root, relation), columns.table, &mapped)?,
        table: columns.table.name.clone(),
        filter: columns.filter(&written.filter),
        also: written.also.iter().map(|(name, how)| (columns.one(name), how.clone())).collect(),
        column,
        ..written.clone()
    })
}

fn place<'a>(
    live: &Live<'_>,
    written: &Field,
    (root, relation): (&'a Table, &Relation),
    table: &'a Table,
    mapped: &impl Fn(&Table) -> Option<&'a MappedTable>,
) -> Option<FieldPlace> {
    if table.name == root.name {
        return Some(FieldPlace::Root);
    }
    let key = || match live.map.roles.relations.iter().find(|other| is(table, &other.table)) {
        Some(other) => other.key.clone(),
        None => table.identity().first().map(|name| (*name).to_owned()).unwrap_or_default(),
    };
    if let FieldPlace::Child { by } = &written.place {
        if let Some(column) = table.column(by) {
            return Some(FieldPlace::Child { by: column.name.clone() });
        }
        return live.column(root, by, &written.origin).map(|link| FieldPlace::Parent { link, key: key() });
    }
    // What is not settled yet is told as unmapped; a complaint on top would only confuse.
    let (child, parent) = (mapped(table)?, mapped(root)?);
    match (pointing_column(child, root), pointing_column(parent, table)) {
        (Ok(by), _) => Some(FieldPlace::Child { by }),
        (Err(_), Ok(link)) => Some(FieldPlace::Parent { link, key: key() }),
        (Err(why), Err(_)) => {
            let kind = relation.kind.word();
            live.misfit(&written.origin, format!("no way from a {kind} to {}: {why}", written.name));
            None
        }
    }
}

fn is(table: &Table, name: &str) -> bool {
    table.name.eq_ignore_ascii_case(name)
}

/// A search index, which has to be one that can be asked.
pub(super) fn search(live: &Live<'_>, written: &SearchIndex) -> Option<SearchIndex> {
    let table = live.table(&written.table, &written.origin)?;
    let index = live.table(&written.index, &written.origin)?;
    match &index.kind {
        TableKind::Virtual(module) if module.eq_ignore_ascii_case(FULL_TEXT) => {}
        _ => {
            live.misfit(&written.origin, format!("{} is no {FULL_TEXT} index", index.name));
            return None;
        }
    }
    Some(SearchIndex { table: table.name.clone(), index: index.name.clone(), ..written.clone() })
}

/// The groups.
pub(super) fn groups(live: &Live<'_>, written: &Groups) -> Option<Groups> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    let members = columns_of(live, &written.members, &written.origin)?;
    for (of, _) in &written.of {
        kind(live, *of, &written.origin)?;
    }
    Some(Groups {
        table: columns.table.name.clone(),
        key: columns.one(&written.key),
        name: columns.one(&written.name),
        members: members.table.name.clone(),
        group: members.one(&written.group),
        of: written.of.iter().map(|(of, column)| (*of, members.one(column))).collect(),
        origin: written.origin.clone(),
    })
}
