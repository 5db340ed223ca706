//! What a map says of objections, looked up in a live database.

use super::category::Category;
use super::complete::{MappedTable, Origin};
use super::live::Live;
use super::live_roles::{Columns, columns_of, kind};
use super::roles::*;
use super::rule::{Bond, Content, LinkTarget};
use crate::store::Table;

/// A place of objections, as the database writes it.
pub(super) fn objection(live: &Live<'_>, tables: &[MappedTable], written: &Objection) -> Option<Objection> {
    let root = kind(live, written.kind, &written.origin)?;
    let columns = columns_of(live, &written.table, &written.origin)?;
    let sign = match &written.sign {
        ObjectionSign::MayBeMailed(flag) => ObjectionSign::MayBeMailed(columns.one(flag)),
        ObjectionSign::Objected(flag) => ObjectionSign::Objected(columns.one(flag)),
        ObjectionSign::Present => ObjectionSign::Present,
    };
    let word = |written: &Option<WordColumn>| {
        let written = written.as_ref()?;
        Some(WordColumn { column: columns.one(&written.column), words: written.words.clone() })
    };
    Some(Objection {
        table: columns.table.name.clone(),
        tie: tie(live, tables, written, &root.table, &columns),
        filter: columns.filter(&written.filter),
        sign,
        at: columns.maybe(&written.at),
        withdrawn_at: columns.maybe(&written.withdrawn_at),
        channel: word(&written.channel),
        made_by: word(&written.made_by),
        new_row: written.new_row.as_ref().map(|new| new_row(live, tables, new, &columns)),
        ..written.clone()
    })
}

/// How the rows are tied: as `by` says, else the one column that can be meant.
fn tie(
    live: &Live<'_>,
    tables: &[MappedTable],
    written: &Objection,
    root: &str,
    columns: &Columns<'_>,
) -> Tie {
    let Tie::Written(by) = &written.tie else { return written.tie.clone() };
    let table = &columns.table.name;
    let mapped = tables.iter().find(|mapped| mapped.table.name == *table);
    match (by, mapped) {
        (None, _) if table.eq_ignore_ascii_case(root) => Tie::Root,
        (Some(by), None) => Tie::Key(columns.one(by)),
        (Some(by), Some(mapped)) => {
            let by = columns.one(by);
            match medium_of(mapped, &by) {
                Some(medium) => Tie::Address(by, medium),
                None => Tie::Key(by),
            }
        }
        // What is not settled yet is told as unmapped; a complaint on top would only confuse.
        (None, None) => Tie::Root,
        (None, Some(mapped)) => tied(mapped, root).unwrap_or_else(|| {
            let what = format!("it is not known how {table} is tied to {root}: say which column with `by`");
            live.misfit(&written.origin, what);
            Tie::Root
        }),
    }
}

/// The only owner or else the only link to the root, else the only column of addresses.
fn tied(mapped: &MappedTable, root: &str) -> Option<Tie> {
    let pointing = |bond| -> Vec<&str> {
        let fits = mapped.columns.iter().filter(|column| {
            let link = column.rule.link.as_ref().filter(|link| link.bond == bond);
            match link.map(|link| &link.target) {
                Some(LinkTarget::Key { table }) => table.eq_ignore_ascii_case(root),
                Some(LinkTarget::TypedKey { types, .. }) => {
                    types.values().any(|table| table.eq_ignore_ascii_case(root))
                }
                _ => false,
            }
        });
        fits.map(|column| column.name.as_str()).collect()
    };
    match (pointing(Bond::Owner).as_slice(), pointing(Bond::Mention).as_slice()) {
        ([only], _) | ([], [only]) => return Some(Tie::Key((*only).to_owned())),
        ([], []) => {}
        _ => return None,
    }
    let mut addresses = mapped.columns.iter().filter_map(|column| {
        medium_of(mapped, &column.name).map(|medium| Tie::Address(column.name.clone(), medium))
    });
    addresses.next().filter(|_| addresses.next().is_none())
}

/// What a column of addresses or numbers serves for.
fn medium_of(mapped: &MappedTable, column: &str) -> Option<Medium> {
    match mapped.column(column).map(|column| &column.rule.content) {
        Some(Content::One(Category::Email)) => Some(Medium::Email),
        Some(Content::One(Category::Phone)) => Some(Medium::Phone),
        _ => None,
    }
}

fn new_row(live: &Live<'_>, tables: &[MappedTable], written: &NewRow, columns: &Columns<'_>) -> NewRow {
    let once_for = written.once_for.as_ref().and_then(|once| {
        let column = columns.one(&once.column);
        let mapped = tables.iter().find(|mapped| mapped.table.name == columns.table.name)?;
        let link = mapped.column(&column).and_then(|column| column.rule.link.as_ref());
        match link.map(|link| &link.target) {
            Some(LinkTarget::Key { table }) => {
                let target = live.catalog.table(table)?;
                let key = key_of(live, target);
                Some(OnceFor { column, table: target.name.clone(), key })
            }
            _ => {
                let what = format!("`once-for` wants a link, and {}.{column} is none", columns.table.name);
                live.misfit(columns.origin, what);
                None
            }
        }
    });
    let set = written.set.iter().map(|(column, value)| (columns.one(column), value.clone())).collect();
    NewRow { set, once_for }
}

/// The column by which other tables know the rows of a table.
fn key_of(live: &Live<'_>, table: &Table) -> String {
    let relations = live.map.roles.relations.iter();
    let mut root =
        relations.filter(|relation| relation.table.eq_ignore_ascii_case(&table.name)).map(|it| &it.key);
    let own = table.identity().first().map(|name| (*name).to_owned());
    root.next().cloned().or(own).unwrap_or_default()
}

/// How it is known whose a contact is: as the map says, else by every owner of the root row that is a company.
pub(super) fn company_links(
    live: &Live<'_>,
    tables: &[MappedTable],
    written: &Relation,
    columns: &Columns<'_>,
) -> Vec<CompanyLink> {
    if written.kind != RelationKind::Contact {
        return Vec::new();
    }
    if written.company.is_empty() {
        return owning_companies(live, tables, &columns.table.name);
    }
    let link = |link: &CompanyLink| {
        Some(match link {
            CompanyLink::Column(column) => CompanyLink::Column(columns.one(column)),
            CompanyLink::Table { table, contact, company, filter } => {
                let columns = columns_of(live, table, &written.origin)?;
                CompanyLink::Table {
                    table: columns.table.name.clone(),
                    contact: columns.one(contact),
                    company: columns.one(company),
                    filter: columns.filter(filter),
                }
            }
        })
    };
    written.company.iter().filter_map(link).collect()
}

fn owning_companies(live: &Live<'_>, tables: &[MappedTable], contact: &str) -> Vec<CompanyLink> {
    let relations = &live.map.roles.relations;
    let Some(company) = relations.iter().find(|relation| relation.kind == RelationKind::Company) else {
        return Vec::new();
    };
    let Some(mapped) = tables.iter().find(|mapped| mapped.table.name == contact) else { return Vec::new() };
    let owned = mapped.columns.iter().filter(|column| {
        let link = column.rule.link.as_ref().filter(|link| link.bond == Bond::Owner);
        matches!(link.map(|link| &link.target), Some(LinkTarget::Key { table }) if table.eq_ignore_ascii_case(&company.table))
    });
    owned.map(|column| CompanyLink::Column(column.name.clone())).collect()
}

/// The columns of a relation's own addresses, as the database writes them.
pub(super) fn reach(live: &Live<'_>, written: &[(String, String)], origin: &Origin) -> Vec<(String, String)> {
    let place = |(table, column): &(String, String)| {
        let columns = columns_of(live, table, origin)?;
        Some((columns.table.name.clone(), columns.one(column)))
    };
    written.iter().filter_map(place).collect()
}
