//! How long relations may stay: from which events of business, for how long, by which law; and what holds them longer.

use super::complete::{MappedTable, Origin};
use super::live::Live;
use super::live_roles::{Columns, columns_of};
use super::period::Period;
use super::roles::{Filter, RelationKind};
use super::rule::{Bond, LinkTarget};
use crate::store::Table;

/// How long relations of a kind may stay.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// The kind of relation.
    pub kind: RelationKind,
    /// Its terms; a relation may stay as long as one of them runs.
    pub terms: Vec<Term>,
    /// Where the map says so.
    pub origin: Origin,
}

/// A length of time after an event of business.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// How long.
    pub after: Period,
    /// Where the events are noted; the latest counts.
    pub since: Vec<Since>,
    /// The column of the root row that counts where there never was an event: when the relation came.
    pub otherwise: Option<String>,
    /// Whether it only holds what another term has let go: a duty to keep papers is no reason to keep mailing.
    pub holds: bool,
    /// Which relations of the kind it is for.
    pub filter: Filter,
    /// Why, in words.
    pub reason: String,
    /// The law or recommendation that says so.
    pub source: Option<String>,
    /// Where the map says so.
    pub origin: Origin,
}

/// Where events of business are noted.
#[derive(Debug, Clone, PartialEq)]
pub struct Since {
    /// The table.
    pub table: String,
    /// Its column with the moment.
    pub column: String,
    /// Which of its rows count.
    pub filter: Filter,
    /// Its column that points, where it has several.
    pub by: Option<String>,
    /// The table between it and the root: the company, of a contact's company's orders.
    pub through: Option<String>,
    /// The column between that table and the root, where there are several.
    pub via: Option<String>,
    /// The way from the root to the event, at most two hops. Found from the links; empty before the map is complete,
    /// and where the event stands in the root row itself.
    pub path: Vec<Hop>,
}

/// One step from a table to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The table that it leads to.
    pub to: String,
    /// The column that ties the two.
    pub column: String,
    /// Whether the column is of the table that it leads to, and points back.
    pub back: bool,
}

/// A kind's terms as the database writes them; none where all of them stand on optional tables that are not there.
pub(super) fn retention(live: &Live<'_>, tables: &[MappedTable], written: &Retention) -> Option<Retention> {
    let Some(relation) = live.map.roles.relations.iter().find(|relation| relation.kind == written.kind)
    else {
        live.misfit(&written.origin, format!("there is no [relations.{}]", written.kind.word()));
        return None;
    };
    // That the root table is not there is the relation's business.
    let root = live.catalog.table(&relation.table)?;
    let terms: Vec<Term> =
        written.terms.iter().filter_map(|term| self::term(live, tables, root, term)).collect();
    if !terms.is_empty() && terms.iter().all(|term| term.holds) {
        live.misfit(&written.origin, "all terms only hold: one has to let go first");
    }
    (!terms.is_empty()).then(|| Retention { terms, ..written.clone() })
}

fn term(live: &Live<'_>, tables: &[MappedTable], root: &Table, written: &Term) -> Option<Term> {
    let own = Columns { live, table: root, origin: &written.origin };
    let since: Vec<Since> = written
        .since
        .iter()
        .filter_map(|since| self::since(live, tables, root, since, &written.origin))
        .collect();
    let otherwise = own.maybe(&written.otherwise);
    let filter = own.filter(&written.filter);
    let has_any = !since.is_empty() || (written.since.is_empty() && otherwise.is_some());
    has_any.then(|| Term { since, otherwise, filter, ..written.clone() })
}

fn since(
    live: &Live<'_>,
    tables: &[MappedTable],
    root: &Table,
    written: &Since,
    origin: &Origin,
) -> Option<Since> {
    let columns = columns_of(live, &written.table, origin)?;
    let table = columns.table;
    let mut path = Vec::new();
    if let Some(between) = &written.through {
        let between = columns_of(live, between, origin)?.table;
        path.push(hop(live, tables, (root, between), written.via.as_deref(), origin)?);
        path.push(hop(live, tables, (between, table), written.by.as_deref(), origin)?);
    } else if table.name != root.name || written.by.is_some() {
        path.push(hop(live, tables, (root, table), written.by.as_deref(), origin)?);
    }
    Some(Since {
        table: table.name.clone(),
        column: columns.one(&written.column),
        filter: columns.filter(&written.filter),
        path,
        ..written.clone()
    })
}

/// The column that ties two tables: the one that is named, else the only owner, else the only link.
fn hop(
    live: &Live<'_>,
    tables: &[MappedTable],
    (near, far): (&Table, &Table),
    named: Option<&str>,
    origin: &Origin,
) -> Option<Hop> {
    let mapped = |table: &Table| tables.iter().find(|mapped| mapped.table.name == table.name);
    // What is not settled yet is told as unmapped; a complaint on top would only confuse.
    let (near_mapped, far_mapped) = (mapped(near)?, mapped(far)?);
    let mut found = pointing(far_mapped, near).map(|(bond, column)| (bond, column, true)).collect::<Vec<_>>();
    found.extend(pointing(near_mapped, far).map(|(bond, column)| (bond, column, false)));
    if let Some(named) = named {
        found.retain(|(_, column, _)| column.eq_ignore_ascii_case(named));
    }
    if found.iter().any(|(bond, ..)| *bond == Bond::Owner) {
        found.retain(|(bond, ..)| *bond == Bond::Owner);
    }
    let (near, far) = (&near.name, &far.name);
    match found.as_slice() {
        [(_, column, back)] => Some(Hop { to: far.clone(), column: (*column).to_owned(), back: *back }),
        [] => {
            live.misfit(origin, format!("no column ties {near} and {far}"));
            None
        }
        _ => {
            live.misfit(
                origin,
                format!("several columns tie {near} and {far}: say which with `by` or `via`"),
            );
            None
        }
    }
}

/// The columns of a table that may point at another one.
fn pointing<'t>(mapped: &'t MappedTable, at: &'t Table) -> impl Iterator<Item = (Bond, &'t str)> {
    mapped.columns.iter().filter_map(|column| {
        let link = column.rule.link.as_ref()?;
        let points = match &link.target {
            LinkTarget::Key { table } => *table == at.name,
            LinkTarget::TypedKey { types, .. } => types.values().any(|table| *table == at.name),
            LinkTarget::Reference => true,
            LinkTarget::Value { .. } => false,
        };
        points.then_some((link.bond, column.name.as_str()))
    })
}
