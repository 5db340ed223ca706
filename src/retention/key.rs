//! Keys of rows, in a form that can be compared whatever column they were read from; and links, followed to a key.

use crate::schema::{CompleteMap, LinkTarget, MappedTable};
use crate::store::ValueRef;
use std::collections::BTreeMap;

/// The key of a row. A number that is stored as text is the number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A whole number.
    Number(i64),
    /// Any other text.
    Text(Box<str>),
}

impl Key {
    /// The key that a value is; none where there is none.
    pub fn of(value: ValueRef<'_>) -> Option<Key> {
        match value {
            ValueRef::Integer(number) => Some(Key::Number(number)),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(Key::of_text),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => None,
        }
    }

    fn of_text(text: &str) -> Key {
        let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
        number.map_or_else(|| Key::Text(text.into()), Key::Number)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Number(number) => write!(f, "{number}"),
            Key::Text(text) => f.write_str(text),
        }
    }
}

/// How a column names the rows of one table.
#[derive(Debug)]
pub(super) enum Pointer<'a> {
    /// By their key.
    Key,
    /// By `model,key`.
    Reference { map: &'a CompleteMap, table: &'a str },
    /// By their key, where the column after it says that it is of this table.
    Typed { types: &'a BTreeMap<String, String>, table: &'a str },
}

impl<'a> Pointer<'a> {
    /// How a column of a table points at another table, and the columns that have to be read for it.
    pub(super) fn of(
        map: &'a CompleteMap,
        mapped: &'a MappedTable,
        column: &'a str,
        table: &'a str,
    ) -> (Self, Vec<&'a str>) {
        let link = mapped.column(column).and_then(|column| column.rule.link.as_ref());
        match link.map(|link| &link.target) {
            Some(LinkTarget::Reference) => (Pointer::Reference { map, table }, vec![column]),
            Some(LinkTarget::TypedKey { type_column, types }) => {
                (Pointer::Typed { types, table }, vec![column, type_column])
            }
            _ => (Pointer::Key, vec![column]),
        }
    }

    /// The key that the columns name; none where they name none, or a row of another table.
    pub(super) fn key(&self, values: &[ValueRef<'_>]) -> Option<Key> {
        match self {
            Pointer::Key => Key::of(values[0]),
            Pointer::Reference { map, table } => {
                let (model, key) = values[0].as_str()?.split_once(',')?;
                let meant = map.referenced(model)?;
                meant.table.name.eq_ignore_ascii_case(table).then(|| Key::of_text(key))
            }
            Pointer::Typed { types, table } => {
                let meant = types.get(values[1].as_str()?)?;
                meant.eq_ignore_ascii_case(table).then(|| Key::of(values[0]))?
            }
        }
    }
}
