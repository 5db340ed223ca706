//! Holds a map against a database: what is unmapped, what is stale, and the complete map where nothing is.

use super::category::Category;
use super::check::{Check, Thing};
use super::complete::{CompleteMap, History, MappedColumn, MappedTable, Origin, Rows};
use super::derived;
use super::live::Live;
use super::map::{Map, Named, TableWord};
use super::names::is_personal_name;
use super::rule::{ColumnRule, Content, Generalise};
use super::settle::{Settled, settle};
use super::suggest;
use super::types::TypeSort;
use super::{live_roles, pattern};
use crate::store::{Catalog, Column, Generated, Index, Table, TableKind};

/// The check of a map, and the map as complete as it is. Only a clean check makes it worth its name.
pub(super) fn resolve(map: &Map, catalog: &Catalog) -> (Check, CompleteMap) {
    let live = Live::new(map, catalog);
    written_names(&live);
    let tables: Vec<MappedTable> =
        catalog.data_tables().filter_map(|table| mapped_table(&live, table)).collect();
    definitions(&live);
    let references = live_roles::references(&live);
    let roles = live_roles::roles(&live, &tables);
    let tables = with_quasi(&live, tables);
    let tables = live_roles::with_neutralise(tables, &roles.neutralise);
    let complete = CompleteMap {
        name: map.name.clone(),
        digest: map.digest.clone(),
        time: map.time.clone(),
        zone: map.zone.clone(),
        folder: map.folder.clone(),
        tables,
        references,
        roles,
    };
    (live.into_found(), complete)
}

/// Notes every exact name of tables, columns, views, triggers and indexes that is not there.
fn written_names(live: &Live<'_>) {
    let (map, catalog) = (live.map, live.catalog);
    for rule in map.tables.iter().filter(|rule| rule.pattern.is_exact()) {
        live.table(rule.pattern.as_str(), &rule.origin);
    }
    for block in &map.blocks {
        let Some(table) = live.table(&block.table, &block.origin) else { continue };
        for rule in block.columns.iter().filter(|rule| rule.pattern.is_exact()) {
            live.column(table, rule.pattern.as_str(), &rule.origin);
        }
    }
    everywhere_names(live);
    let views = || catalog.views.iter().map(|view| view.name.as_str());
    let triggers = || catalog.triggers.iter().map(|trigger| trigger.name.as_str());
    let indexes = || catalog.tables.iter().flat_map(|table| &table.indexes).map(|index| index.name.as_str());
    unknown_names(live, "view", &map.views, views);
    unknown_names(live, "trigger", &map.triggers, triggers);
    unknown_names(live, "index", &map.indexes, indexes);
}

fn unknown_names<'n, I: Iterator<Item = &'n str>>(
    live: &Live<'_>,
    noun: &str,
    written: &[Named],
    known: impl Fn() -> I,
) {
    for named in written.iter().filter(|named| named.pattern.is_exact()) {
        let name = named.pattern.as_str();
        if !known().any(|known| known.eq_ignore_ascii_case(name)) {
            live.stale(&named.origin, format!("there is no {noun} {name}"), name, known());
        }
    }
}

/// A column's name that no table has is stale, unless an optional table that is not there may have had it.
fn everywhere_names(live: &Live<'_>) {
    let (map, catalog) = (live.map, live.catalog);
    let optional = map.tables.iter().filter(|rule| rule.optional);
    if optional.into_iter().any(|rule| !catalog.tables.iter().any(|table| rule.pattern.matches(&table.name)))
    {
        return;
    }
    let columns =
        || catalog.data_tables().flat_map(|table| &table.columns).map(|column| column.name.as_str());
    for rule in map.columns.iter().filter(|rule| rule.pattern.is_exact()) {
        let name = rule.pattern.as_str();
        if !columns().any(|column| column.eq_ignore_ascii_case(name)) {
            live.stale(&rule.origin, format!("no table has a column {name}"), name, columns());
        }
    }
}

fn mapped_table(live: &Live<'_>, table: &Table) -> Option<MappedTable> {
    let (map, catalog) = (live.map, live.catalog);
    let Some(origin) = map.mention(&table.name) else {
        live.unmapped(match &table.kind {
            TableKind::Virtual(module) => suggest::virtual_table(table, module),
            _ => suggest::table(catalog, table, |column| {
                settle(map, catalog, table, column).map(|settled| (settled.rule, settled.origin))
            }),
        });
        return None;
    };
    let rows = rows(live, table);
    let history = history(live, table);
    let column = |column: &Column| mapped_column(live, table, column, rows, origin);
    let columns: Vec<Option<MappedColumn>> = table.columns.iter().map(column).collect();
    let mut columns: Vec<MappedColumn> = columns.into_iter().collect::<Option<_>>()?;
    share_departments(&mut columns);
    check_deciding_columns(live, table, &columns);
    let derived = derived::in_order(live, table, &columns);
    warn_of_loose_keys(live, table, &columns);
    Some(MappedTable {
        table: table.clone(),
        rows,
        origin: origin.clone(),
        columns,
        derived,
        history,
        quasi: Vec::new(),
        neutralise: Vec::new(),
    })
}

fn rows(live: &Live<'_>, table: &Table) -> Rows {
    match live.map.table_word(&table.name) {
        Some((TableWord::Empty, _)) => Rows::Empty,
        Some((TableWord::Rebuild, said)) => {
            if !matches!(table.kind, TableKind::Virtual(_)) {
                live.misfit(
                    &said.origin,
                    format!("only a virtual table can be made anew, and {} is none", table.name),
                );
            }
            Rows::Rebuild
        }
        Some((TableWord::Keep | TableWord::History { .. }, _)) | None => Rows::Copy,
    }
}

fn history(live: &Live<'_>, table: &Table) -> Option<History> {
    let (TableWord::History { table: base, row }, said) = live.map.table_word(&table.name)? else {
        return None;
    };
    let row = live.column(table, row, &said.origin);
    let base = live.table(base, &said.origin);
    if base.is_some_and(|base| base.name == table.name) {
        live.misfit(&said.origin, format!("{} cannot be its own history", table.name));
    }
    Some(History { table: base?.name.clone(), row: row? })
}

/// A column with its rule; none when nothing settles it, which is noted.
fn mapped_column(
    live: &Live<'_>,
    table: &Table,
    column: &Column,
    rows: Rows,
    mention: &Origin,
) -> Option<MappedColumn> {
    let name = column.name.clone();
    let Some(Settled { rule, by_type, by_table, origin }) = settle(live.map, live.catalog, table, column)
    else {
        if column.generated != Generated::No {
            let origin = Origin { words: "computed by the database".to_owned(), ..mention.clone() };
            let rule = ColumnRule::of(Category::Keep);
            return Some(MappedColumn { name, rule, by_type: false, by_table: false, origin });
        }
        live.unmapped(suggest::column(live.catalog, table, column));
        return None;
    };
    let rule = live.rule(table, &rule, &origin);
    if rows == Rows::Copy && column.generated == Generated::No {
        warn_of_kept(live, table, column, &rule, &origin);
    }
    Some(MappedColumn { name, rule, by_type, by_table, origin })
}

fn warn_of_kept(live: &Live<'_>, table: &Table, column: &Column, rule: &ColumnRule, origin: &Origin) {
    let is_kept = rule.content == Content::One(Category::Keep) && rule.link.is_none();
    if !is_kept || TypeSort::of(&column.type_name()) == TypeSort::Boolean {
        return;
    }
    if let Some(category) = is_personal_name(&column.name) {
        let what =
            format!("{}.{} is kept, and its name looks like {}", table.name, column.name, category.meaning());
        live.warn(origin, what);
    }
}

/// A town is no finer than its postcode, nor the other way round: what generalises one generalises both.
fn share_departments(columns: &mut [MappedColumn]) {
    let general: Vec<(String, Option<String>)> = columns
        .iter()
        .filter(|column| column.rule.fit.generalise == Some(Generalise::Department))
        .map(|column| (column.name.clone(), column.rule.fit.with.clone()))
        .collect();
    for column in columns.iter_mut() {
        let is_half = matches!(column.rule.content, Content::One(Category::Postcode | Category::Town));
        let named = |name: &Option<String>| name.as_deref() == Some(column.name.as_str());
        let names = |name: &String| column.rule.fit.with.as_ref() == Some(name);
        if is_half && general.iter().any(|(name, with)| named(with) || names(name)) {
            column.rule.fit.generalise = Some(Generalise::Department);
        }
    }
}

/// The tables with the columns that single somebody out together.
fn with_quasi(live: &Live<'_>, mut tables: Vec<MappedTable>) -> Vec<MappedTable> {
    for said in &live.map.quasi {
        let Some(table) = live.table(&said.table, &said.origin) else { continue };
        let columns = said.columns.iter().filter_map(|name| live.column(table, name, &said.origin));
        let columns: Vec<String> = columns.collect();
        if let Some(mapped) = tables.iter_mut().find(|mapped| mapped.table.name == table.name) {
            let stored = |name: &String| mapped.table.stored().any(|column| column.name == *name);
            if let Some(computed) = columns.iter().find(|name| !stored(name)) {
                let what = format!("{}.{computed} is computed; name what it is computed from", table.name);
                live.misfit(&said.origin, what);
            }
            mapped.quasi = columns;
        }
    }
    tables
}

/// What decides over another column is read as it is, so it has to stay as it is.
fn check_deciding_columns(live: &Live<'_>, table: &Table, columns: &[MappedColumn]) {
    for column in columns {
        let deciding = match (&column.rule.content, &column.rule.link) {
            (Content::ByColumn { column, .. }, _) => Some(column),
            (_, Some(link)) => match &link.target {
                super::rule::LinkTarget::TypedKey { type_column, .. } => Some(type_column),
                _ => None,
            },
            _ => None,
        };
        let deciding = deciding.and_then(|name| columns.iter().find(|other| other.name == *name));
        if let Some(deciding) = deciding
            && !deciding.rule.is_kept()
        {
            let (one, other) = (&column.name, &deciding.name);
            let what =
                format!("{}.{other} decides what {one} is, and is not kept: {}", table.name, deciding.origin);
            live.misfit(&column.origin, what);
        }
    }
}

/// A declared key to a relation's or an account's table that the map takes for a mere number.
fn warn_of_loose_keys(live: &Live<'_>, table: &Table, columns: &[MappedColumn]) {
    let roles = &live.map.roles;
    for key in &table.foreign_keys {
        let is_root = roles.relations.iter().any(|relation| relation.table.eq_ignore_ascii_case(&key.parent));
        let [only] = key.columns.as_slice() else { continue };
        let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(only));
        if let Some(column) = column.filter(|column| is_root && column.rule.link.is_none()) {
            let (name, parent) = (&column.name, &key.parent);
            let what = format!(
                "{}.{name} is a key to {parent}, and the map says neither owner nor link",
                table.name
            );
            live.warn(&column.origin, what);
        }
    }
}

/// Views, triggers and indexes whose definitions can hold what a person wrote.
fn definitions(live: &Live<'_>) {
    let (map, catalog) = (live.map, live.catalog);
    let is_known =
        |named: &[Named], name: &str| pattern::best(named.iter(), |named| &named.pattern, name).is_some();
    for table in catalog.data_tables() {
        for index in table.indexes.iter().filter(|index| can_hold_text(index)) {
            if !is_known(&map.indexes, &index.name) {
                live.unmapped(suggest::definition(Thing::Index, &index.name, "[indexes]"));
            }
        }
    }
    for view in catalog.views.iter().filter(|view| !is_known(&map.views, &view.name)) {
        live.unmapped(suggest::definition(Thing::View, &view.name, "[views]"));
    }
    for trigger in catalog.triggers.iter().filter(|trigger| !is_known(&map.triggers, &trigger.name)) {
        live.unmapped(suggest::definition(Thing::Trigger, &trigger.name, "[triggers]"));
    }
}

/// An index with an expression, or one of some rows whose choice has a quoted text in it.
fn can_hold_text(index: &Index) -> bool {
    let has_literal = || index.definition.as_deref().is_some_and(|definition| definition.contains('\''));
    index.parts.iter().any(|part| part.expression) || (index.partial && has_literal())
}
