//! The names of a map, looked up in a live database. What is not there is noted as stale.

use super::check::{Check, Misfit, Stale, Warning};
use super::complete::Origin;
use super::map::Map;
use super::names::nearest;
use super::period::Period;
use super::read::content::template_parts;
use super::rule::{ColumnRule, Content, Derivation, Erase, Link, LinkTarget};
use crate::store::{Catalog, Table};
use std::cell::RefCell;

/// A map beside a database, and what was found wrong between them.
pub(super) struct Live<'a> {
    pub(super) map: &'a Map,
    pub(super) catalog: &'a Catalog,
    found: RefCell<Check>,
}

impl<'a> Live<'a> {
    pub(super) fn new(map: &'a Map, catalog: &'a Catalog) -> Self {
        Live { map, catalog, found: RefCell::default() }
    }

    /// What was found.
    pub(super) fn into_found(self) -> Check {
        self.found.into_inner()
    }

    pub(super) fn unmapped(&self, unmapped: super::check::Unmapped) {
        self.found.borrow_mut().unmapped.push(unmapped);
    }

    pub(super) fn stale<'n>(
        &self,
        origin: &Origin,
        what: String,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        let stale = Stale { origin: origin.clone(), what, nearest: nearest(name, known).map(str::to_owned) };
        let found = &mut self.found.borrow_mut().stale;
        if !found.contains(&stale) {
            found.push(stale);
        }
    }

    pub(super) fn misfit(&self, origin: &Origin, what: impl Into<String>) {
        let misfit = Misfit { origin: origin.clone(), what: what.into() };
        let found = &mut self.found.borrow_mut().misfits;
        if !found.contains(&misfit) {
            found.push(misfit);
        }
    }

    pub(super) fn warn(&self, origin: &Origin, what: impl Into<String>) {
        self.found.borrow_mut().warnings.push(Warning { origin: origin.clone(), what: what.into() });
    }

    /// The table that a rule names. None without a word where the map says that it may be absent.
    pub(super) fn table(&self, name: &str, origin: &Origin) -> Option<&'a Table> {
        let table = self.catalog.table(name);
        if table.is_none() && !self.map.is_optional(name) {
            let known = self.catalog.data_tables().map(|table| table.name.as_str());
            self.stale(origin, format!("there is no table {name}"), name, known);
        }
        table
    }

    /// The column that a rule names, as the database writes it.
    pub(super) fn column(&self, table: &Table, name: &str, origin: &Origin) -> Option<String> {
        let column = table.column(name);
        if column.is_none() {
            let known = table.columns.iter().map(|column| column.name.as_str());
            self.stale(origin, format!("{} has no column {name}", table.name), name, known);
        }
        column.map(|column| column.name.clone())
    }

    /// A rule with every name as the database writes it. Where a name is not there it stays as it was; that was noted.
    pub(super) fn rule(&self, table: &Table, rule: &ColumnRule, origin: &Origin) -> ColumnRule {
        let here = |name: &String| self.column(table, name, origin).unwrap_or_else(|| name.clone());
        let content = match &rule.content {
            Content::ByColumn { column, when, otherwise } => {
                Content::ByColumn { column: here(column), when: when.clone(), otherwise: *otherwise }
            }
            Content::Derived { how, from } => {
                let how = match how {
                    Derivation::Template(template) => Derivation::Template(with_columns(template, here)),
                    other => other.clone(),
                };
                Content::Derived { how, from: from.iter().map(here).collect() }
            }
            other => other.clone(),
        };
        let mut fit = rule.fit.clone();
        fit.with = fit.with.as_ref().map(here);
        let link = rule.link.as_ref().and_then(|link| self.link(table, link, origin));
        let erase = rule.erase.as_ref().map(|erase| Erase {
            until: erase.until.as_ref().map(|words| until(words, here)),
            ..erase.clone()
        });
        ColumnRule { content, link, erase, fit }
    }

    /// A link as the database writes it; none where it leads to an optional table that is not there.
    fn link(&self, table: &Table, link: &Link, origin: &Origin) -> Option<Link> {
        let target = match &link.target {
            LinkTarget::Key { table } => LinkTarget::Key { table: self.table(table, origin)?.name.clone() },
            LinkTarget::Value { table, column } => {
                let other = self.table(table, origin)?;
                LinkTarget::Value { table: other.name.clone(), column: self.column(other, column, origin)? }
            }
            LinkTarget::Reference => LinkTarget::Reference,
            LinkTarget::TypedKey { type_column, types } => {
                let known = |(value, table): (&String, &String)| {
                    self.table(table, origin).map(|table| (value.clone(), table.name.clone()))
                };
                LinkTarget::TypedKey {
                    type_column: self.column(table, type_column, origin)?,
                    types: types.iter().filter_map(known).collect(),
                }
            }
        };
        Some(Link { target, ..link.clone() })
    }
}

/// A template whose columns are written as `here` says.
fn with_columns(template: &str, here: impl Fn(&String) -> String) -> String {
    let mut written = String::new();
    for (text, column) in template_parts(template).unwrap_or_default() {
        written.push_str(text);
        if let Some(column) = column {
            written.push_str(&format!("{{{}}}", here(&column.to_owned())));
        }
    }
    written
}

fn until(words: &str, here: impl Fn(&String) -> String) -> String {
    match Period::parse_after(words) {
        Some((period, column)) => format!("{period} after {}", here(&column.to_owned())),
        None => words.to_owned(),
    }
}
