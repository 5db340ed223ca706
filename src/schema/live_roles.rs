//! The roles of a map, looked up in a live database. A role on an optional table that is not there falls away.

use super::complete::{MappedTable, Neutralise, Origin};
use super::erp_lookup;
use super::live::Live;
use super::objection_lookup;
use super::roles::*;
use super::rule::{Bond, LinkTarget};
use super::{account_lookup, live_lists};
use crate::store::Table;
use std::collections::BTreeMap;

/// The tables of reference strings.
pub(super) fn references(live: &Live<'_>) -> BTreeMap<String, String> {
    let written = live.map.references.iter();
    let found = written.filter_map(|reference| {
        let table = live.table(&reference.table, &reference.origin)?;
        Some((reference.model.clone(), table.name.clone()))
    });
    found.collect()
}

/// Every role whose tables are there.
pub(super) fn roles(live: &Live<'_>, tables: &[MappedTable]) -> Roles {
    let written = &live.map.roles;
    Roles {
        accounts: written
            .accounts
            .iter()
            .filter_map(|accounts| account_lookup::accounts(live, tables, accounts))
            .collect(),
        policy: written.policy.as_ref().and_then(|place| account_lookup::policy(live, place)),
        organisation: written.organisation.as_ref().map(|one| account_lookup::organisation(live, one)),
        relations: written
            .relations
            .iter()
            .filter_map(|relation| self::relation(live, tables, relation))
            .collect(),
        objection: written
            .objection
            .iter()
            .filter_map(|objection| objection_lookup::objection(live, tables, objection))
            .collect(),
        erp: written.erp.iter().filter_map(|link| erp_lookup::link(live, link)).collect(),
        erp_sections: erp_lookup::sections(live, &written.erp_sections),
        retention: written
            .retention
            .iter()
            .filter_map(|retention| super::retention_roles::retention(live, tables, retention))
            .collect(),
        neutralise: written.neutralise.iter().filter_map(|table| neutralise(live, table)).collect(),
        restored: written.restored.iter().filter_map(|mark| restored(live, mark)).collect(),
        fields: written.fields.iter().filter_map(|field| live_lists::field(live, tables, field)).collect(),
        search: written.search.iter().filter_map(|index| live_lists::search(live, index)).collect(),
        groups: written.groups.as_ref().and_then(|groups| live_lists::groups(live, groups)),
    }
}

/// The tables with what neutralises them.
pub(super) fn with_neutralise(tables: Vec<MappedTable>, all: &[NeutraliseTable]) -> Vec<MappedTable> {
    let what_of = |table: &MappedTable| -> Vec<Neutralise> {
        all.iter().filter(|one| one.table == table.table.name).map(|one| one.what.clone()).collect()
    };
    tables.into_iter().map(|table| MappedTable { neutralise: what_of(&table), ..table }).collect()
}

/// The columns of one table that one rule names.
pub(super) struct Columns<'a> {
    pub(super) live: &'a Live<'a>,
    pub(super) table: &'a Table,
    pub(super) origin: &'a Origin,
}

impl Columns<'_> {
    pub(super) fn one(&self, name: &str) -> String {
        self.live.column(self.table, name, self.origin).unwrap_or_else(|| name.to_owned())
    }

    pub(super) fn maybe(&self, name: &Option<String>) -> Option<String> {
        name.as_deref().map(|name| self.one(name))
    }

    pub(super) fn filter(&self, filter: &Filter) -> Filter {
        filter.iter().map(|(column, values)| (self.one(column), values.clone())).collect()
    }
}

pub(super) fn columns_of<'a>(live: &'a Live<'a>, table: &str, origin: &'a Origin) -> Option<Columns<'a>> {
    Some(Columns { live, table: live.table(table, origin)?, origin })
}

fn relation(live: &Live<'_>, tables: &[MappedTable], written: &Relation) -> Option<Relation> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    check_unless(live, written);
    let has = match &written.has {
        Some(has) => Some(has_child(live, tables, has, columns.table, &written.origin)?),
        None => None,
    };
    Some(Relation {
        kind: written.kind,
        table: columns.table.name.clone(),
        key: columns.one(&written.key),
        label: columns.maybe(&written.label),
        changed_at: columns.maybe(&written.changed_at),
        filter: columns.filter(&written.filter),
        has,
        unless: written.unless,
        erase: written.erase,
        company: objection_lookup::company_links(live, tables, written, &columns),
        reach: objection_lookup::reach(live, &written.reach, &written.origin),
        origin: written.origin.clone(),
    })
}

/// The other kind of `unless` has to be there, and must not in its turn depend on this one.
fn check_unless(live: &Live<'_>, written: &Relation) {
    let find = |kind| live.map.roles.relations.iter().find(|relation| relation.kind == kind);
    let mut next = written.unless;
    for _ in RelationKind::WORDS {
        let Some(kind) = next else { return };
        let Some(other) = find(kind) else {
            let what = format!("`unless` names {}, and there is no [relations.{0}]", kind.word());
            return live.misfit(&written.origin, what);
        };
        next = other.unless;
    }
    live.misfit(&written.origin, "kinds that are `unless` each other decide nothing");
}

/// A child's filter, with the column by which it points at the root.
fn has_child(
    live: &Live<'_>,
    tables: &[MappedTable],
    written: &HasChild,
    root: &Table,
    origin: &Origin,
) -> Option<HasChild> {
    let columns = columns_of(live, &written.table, origin)?;
    let mapped = tables.iter().find(|mapped| mapped.table.name == columns.table.name);
    let by = match (written.by.is_empty(), mapped) {
        (false, _) => columns.one(&written.by),
        (true, Some(mapped)) => pointing_column(mapped, root).unwrap_or_else(|why| {
            live.misfit(origin, why);
            String::new()
        }),
        // What is not settled yet is told as unmapped; a complaint on top would only confuse.
        (true, None) => String::new(),
    };
    Some(HasChild { by, filter: columns.filter(&written.filter), table: columns.table.name.clone() })
}

/// The column by which a child points at the root: its only owner, else its only link.
pub(super) fn pointing_column(child: &MappedTable, root: &Table) -> Result<String, String> {
    let pointing = |bond| -> Vec<&str> {
        let fits = child.columns.iter().filter(|column| {
            let link = column.rule.link.as_ref().filter(|link| link.bond == bond);
            matches!(link.map(|link| &link.target), Some(LinkTarget::Key { table }) if *table == root.name)
        });
        fits.map(|column| column.name.as_str()).collect()
    };
    let (child, root) = (&child.table.name, &root.name);
    match (pointing(Bond::Owner).as_slice(), pointing(Bond::Mention).as_slice()) {
        ([only], _) | ([], [only]) => Ok((*only).to_owned()),
        ([], []) => Err(format!("no column of {child} is an owner or link to {root}")),
        _ => Err(format!("several columns of {child} point at {root}: say which with `by`")),
    }
}

/// The relation kind that another role speaks of, as the map writes it.
pub(super) fn kind<'a>(live: &Live<'a>, kind: RelationKind, origin: &Origin) -> Option<&'a Relation> {
    let found = live.map.roles.relations.iter().find(|relation| relation.kind == kind);
    if found.is_none() {
        live.misfit(origin, format!("there is no [relations.{}]", kind.word()));
    }
    found
}

fn neutralise(live: &Live<'_>, written: &NeutraliseTable) -> Option<NeutraliseTable> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    let set = written.what.set.iter().map(|(column, value)| (columns.one(column), value.clone())).collect();
    let what = Neutralise { set, only: columns.filter(&written.what.only) };
    Some(NeutraliseTable { table: columns.table.name.clone(), what, origin: written.origin.clone() })
}

fn restored(live: &Live<'_>, written: &RestoredMark) -> Option<RestoredMark> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    let row = written.row.iter().map(|(column, value)| (columns.one(column), value.clone())).collect();
    Some(RestoredMark { table: columns.table.name.clone(), row, origin: written.origin.clone() })
}
