//! Whose a row is: questions that a walk asks about a row that it has met.

use super::blank;
use super::links::{Inbound, key_of, shown};
use super::row::{Act, Row, RowId};
use super::walk::Walk;
use crate::schema::{Bond, CompleteMap, LinkTarget, MappedTable, RelationKind, RootErase};
use crate::store::Value;

/// The column of a table's emptied rows that says when they were erased.
pub fn erased_at<'a>(map: &'a CompleteMap, mapped: &MappedTable) -> Option<&'a str> {
    let relation = map.relation(RelationKind::ThirdParty)?;
    let is_it = relation.table.eq_ignore_ascii_case(&mapped.table.name);
    map.erp_third_parties().filter(|_| is_it)?.erased_at.as_deref()
}

impl Walk<'_> {
    /// Whether a row that goes stays as an empty one.
    pub(super) fn stays_as_a_row(&self, mapped: &MappedTable, row: &Row) -> bool {
        let is_it = |table: &str| table.eq_ignore_ascii_case(&mapped.table.name);
        let root = self.map.relations().iter().find(|relation| is_it(&relation.table));
        root.is_some_and(|relation| relation.erase == RootErase::Blank)
            || !blank::kept_columns(mapped, row, self.options.as_of).is_empty()
    }

    /// Whether another row than those that go owns it.
    pub(super) fn has_an_owner(&self, mapped: &MappedTable, row: &Row) -> bool {
        mapped.columns.iter().any(|column| {
            let Some(link) = column.rule.link.as_ref().filter(|link| link.bond == Bond::Owner) else {
                return false;
            };
            let LinkTarget::Key { table } = &link.target else { return false };
            let key = key_of(self.map, table);
            let value = row.value(&column.name);
            let goes = |(id, noted): (&RowId, &Row)| {
                id.0.eq_ignore_ascii_case(table) && noted.act == Act::Delete && noted.value(&key) == value
            };
            *value != Value::Null && !self.rows.iter().any(goes)
        })
    }

    /// Until when the document is kept that a row is a part of.
    pub(super) fn kept_with(&self, link: &Inbound<'_>, from: &str, row: &Row) -> Option<String> {
        let (key, value) = (key_of(self.map, from), row.value(link.column));
        let owner = |(id, noted): &(&RowId, &Row)| {
            id.0.eq_ignore_ascii_case(from) && noted.act == Act::Keep && noted.value(&key) == value
        };
        self.rows.iter().find(owner)?.1.kept.clone()?.1
    }

    /// Whether these are contacts that go with the company.
    pub(super) fn is_contact_of_company(&self, link: &Inbound<'_>, from: &str) -> bool {
        let is_root = |kind, table: &str| {
            self.map.relation(kind).is_some_and(|relation| relation.table.eq_ignore_ascii_case(table))
        };
        matches!(self.kind, RelationKind::Company | RelationKind::ThirdParty)
            && is_root(RelationKind::Company, from)
            && is_root(RelationKind::Contact, &link.mapped.table.name)
            && !is_root(RelationKind::Contact, from)
    }

    /// Notes a relation that is perhaps the same person.
    pub(super) fn offer(&mut self, table: &str, row: &Row) {
        let root = self.map.relations().iter().find(|relation| relation.table.eq_ignore_ascii_case(table));
        if let Some(relation) = root
            && let Some(key) = shown(row.value(&relation.key))
        {
            self.offered.insert(format!("{} {key}", relation.kind.word()));
        }
    }
}
