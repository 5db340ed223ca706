//! A map that has been held against the live database: the only key to copying and erasing.

use super::erp_roles::{ErpCompanies, ErpConnections, ErpKeys, ErpLink, ErpThirdParties};
use super::list_roles::{Field, Groups, SearchIndex};
use super::names::{missing, nearest};
use super::roles::{Accounts, Objection, Relation, RelationKind, RestoredMark, Retention, Roles};
use super::rule::ColumnRule;
use crate::fault::Result;
use crate::store::{Table, Value};
use serde::Serialize;
use std::collections::BTreeMap;

/// A map that classifies every table and column of one live database, and names nothing that is not there.
///
/// Only [`super::Map`] makes one. Whatever copies or erases personal data asks for it, so that a check
/// that was forgotten does not compile.
#[derive(Debug, Clone)]
pub struct CompleteMap {
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) tables: Vec<MappedTable>,
    pub(super) time: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) references: BTreeMap<String, String>,
    pub(super) roles: Roles,
}

impl CompleteMap {
    /// The map's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the map's text and of what it extends, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Every table that holds rows, in the database's order.
    pub fn tables(&self) -> &[MappedTable] {
        &self.tables
    }

    /// The table of that name.
    ///
    /// # Errors
    /// Missing when there is none, with the nearest name.
    pub fn require_table(&self, name: &str) -> Result<&MappedTable> {
        self.table(name).ok_or_else(|| {
            let known = self.tables.iter().map(|mapped| mapped.table.name.as_str());
            missing(format!("there is no table {name}"), nearest(name, known)).into()
        })
    }

    /// The table of that name, ASCII case folded.
    pub fn table(&self, name: &str) -> Option<&MappedTable> {
        self.tables.iter().find(|mapped| mapped.table.name.eq_ignore_ascii_case(name))
    }

    /// Those who log in, one entry for each population.
    pub fn accounts(&self) -> &[Accounts] {
        &self.roles.accounts
    }

    /// What the companies, contacts, leads and third parties are.
    pub fn relations(&self) -> &[Relation] {
        &self.roles.relations
    }

    /// What the relations of a kind are, if this CRM has any.
    pub fn relation(&self, kind: RelationKind) -> Option<&Relation> {
        self.roles.relations.iter().find(|relation| relation.kind == kind)
    }

    /// How objections to mail are noted.
    pub fn objection(&self) -> &[Objection] {
        &self.roles.objection
    }

    /// Which columns say that a relation is linked to the ERP.
    pub fn erp(&self) -> &[ErpLink] {
        &self.roles.erp
    }

    /// Where a CRM keeps its connections to ERPs; none in an ERP.
    pub fn erp_connections(&self) -> Option<&ErpConnections> {
        self.roles.erp_sections.connections.as_ref()
    }

    /// What a third party is, on either side of the link.
    pub fn erp_third_parties(&self) -> Option<&ErpThirdParties> {
        self.roles.erp_sections.third_parties.as_ref()
    }

    /// The companies whose books an ERP keeps; none in a CRM.
    pub fn erp_companies(&self) -> Option<&ErpCompanies> {
        self.roles.erp_sections.companies.as_ref()
    }

    /// The keys by which programs come into an ERP; none in a CRM.
    pub fn erp_keys(&self) -> Option<&ErpKeys> {
        self.roles.erp_sections.keys.as_ref()
    }

    /// How long relations may stay.
    pub fn retention(&self) -> &[Retention] {
        &self.roles.retention
    }

    /// The fields that the map names for the relations of a kind, in the map's order.
    pub fn fields(&self, kind: RelationKind) -> impl Iterator<Item = &Field> {
        self.roles.fields.iter().filter(move |field| field.kind == kind)
    }

    /// The full-text index over a table.
    pub fn search_index(&self, table: &str) -> Option<&SearchIndex> {
        self.roles.search.iter().find(|search| search.table.eq_ignore_ascii_case(table))
    }

    /// The groups that relations are in.
    pub fn groups(&self) -> Option<&Groups> {
        self.roles.groups.as_ref()
    }

    /// The rows that say that a database is a restored copy.
    pub fn restored(&self) -> &[RestoredMark] {
        &self.roles.restored
    }

    /// The models of reference strings whose table does not follow from their name; see [`Self::referenced`].
    pub fn references(&self) -> &BTreeMap<String, String> {
        &self.references
    }

    /// The table that a model of a reference string means: by `[references]`, else its name with `_` for every dot.
    pub fn referenced(&self, model: &str) -> Option<&MappedTable> {
        match self.references.get(model) {
            Some(table) => self.table(table),
            None => self.table(&model.replace('.', "_")),
        }
    }

    /// Where attachments lie, relative to the database's folder.
    pub fn files_folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// How this CRM writes moments (jiff's strtime), where a column does not say otherwise.
    pub fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// The time zone in which the days of those who use this CRM begin (`Europe/Paris`); UTC where none is said.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// How a column writes moments: as it says itself, else as this CRM does, else as SQLite's own functions do.
    pub fn time_of(&self, table: &str, column: &str) -> &str {
        let own = self.table(table).and_then(|mapped| mapped.column(column));
        own.and_then(|column| column.rule.fit.time.as_deref()).or(self.time()).unwrap_or("%Y-%m-%d %H:%M:%S")
    }
}

/// A live table and what the map says about it.
#[derive(Debug, Clone)]
pub struct MappedTable {
    /// The live table.
    pub table: Table,
    /// What happens to its rows in an archive.
    pub rows: Rows,
    /// Where the map said so.
    pub origin: Origin,
    /// Its columns, one for each of the live table's and in that order. The computed and hidden ones are there too,
    /// though nothing is to be done with them.
    pub columns: Vec<MappedColumn>,
    /// The derived columns by their place in `columns`, in an order in which each comes after those it is made from.
    pub derived: Vec<usize>,
    /// Whose older versions the rows are, where it is a history table.
    pub history: Option<History>,
    /// The columns that single somebody out together, where the map says which: quasi-identifiers.
    pub quasi: Vec<String>,
    /// What a restored copy must not do by itself: values that are set in every copied row that fits.
    pub neutralise: Vec<Neutralise>,
}

impl MappedTable {
    /// The column of that name, ASCII case folded.
    pub fn column(&self, name: &str) -> Option<&MappedColumn> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

/// What a history table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// The table whose versions it keeps, with the same columns.
    pub table: String,
    /// The column that numbers the versions.
    pub row: String,
}

/// What happens to a table's rows in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// Copied, each column by its own rule.
    Copy,
    /// The table comes without its rows.
    Empty,
    /// A search index: made anew from the masked rows.
    Rebuild,
}

/// A live column and what the map says about it.
#[derive(Debug, Clone)]
pub struct MappedColumn {
    /// Its name, as the database writes it.
    pub name: String,
    /// The rule that holds.
    pub rule: ColumnRule,
    /// Whether only the column's declared type settled it: its values are then held to that type.
    pub by_type: bool,
    /// Whether only a word for its whole table settled it.
    pub by_table: bool,
    /// Where the map said so.
    pub origin: Origin,
}

/// Values that make a row of a restored copy inert.
#[derive(Debug, Clone, PartialEq)]
pub struct Neutralise {
    /// What is set.
    pub set: Vec<(String, Value)>,
    /// In which rows: each column has one of the values. All rows when empty.
    pub only: Vec<(String, Vec<Value>)>,
}

/// The place in a map that decided something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The map's file, or the shipped map's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The rule in the map's words: `[everywhere.types] INTEGER = "keep"`.
    pub words: String,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
