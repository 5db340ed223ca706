//! What a map says for lists: the fields of a relation, the search indexes, the groups that relations are in.

use super::complete::Origin;
use super::roles::{Filter, RelationKind};
use super::rule::Derivation;

/// A named field of the relations of a kind: what may be listed, asked for and rectified under that name.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The kind of relation.
    pub kind: RelationKind,
    /// What people call it: `town`.
    pub name: String,
    /// The table; empty before the map is complete where it is the root table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How the table hangs together with the root table. Found from the links; `by` as the map writes it before.
    pub place: FieldPlace,
    /// Which of the table's rows hold this field.
    pub filter: Filter,
    /// Columns of the same row that the CRM computes from the value, and how: they follow when it is rectified.
    pub also: Vec<(String, Derivation)>,
    /// Where the map says so.
    pub origin: Origin,
}

/// How a field's table hangs together with the root table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldPlace {
    /// A column of the root table itself.
    Root,
    /// Rows that belong to the root row; this column of theirs holds its key.
    Child {
        /// The column.
        by: String,
    },
    /// A row that the root row points at.
    Parent {
        /// The root table's column that points.
        link: String,
        /// The column of the other table that it points at.
        key: String,
    },
}

/// A full-text index over a table, whose rows it knows by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchIndex {
    /// The table.
    pub table: String,
    /// The index.
    pub index: String,
    /// Where the map says so.
    pub origin: Origin,
}

/// Target lists: groups with a name, and a table that says who is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// The table of the groups.
    pub table: String,
    /// Its key.
    pub key: String,
    /// The column with a group's name.
    pub name: String,
    /// The table that says who is in a group.
    pub members: String,
    /// Its column with the group's key.
    pub group: String,
    /// Of each kind of relation the column with its key.
    pub of: Vec<(RelationKind, String)>,
    /// Where the map says so.
    pub origin: Origin,
}

impl Groups {
    /// The column of the members' table that holds the key of a relation of this kind.
    pub fn member(&self, kind: RelationKind) -> Option<&str> {
        self.of.iter().find(|(of, _)| *of == kind).map(|(_, column)| column.as_str())
    }
}
