//! One row of a plan: which it is, what is in it, what happens to it.

use crate::digest::{Digest, Hasher};
use crate::fault::Result;
use crate::schema::MappedTable;
use crate::store::{Generated, Snapshot, Table, Value, ValueRef};
use std::collections::BTreeMap;

/// Of a long value only so much is kept in memory, in bytes; the digest covers all of it.
const MOST: usize = 64 << 10;

/// A row's table, and its identity as bytes that sort.
pub type RowId = (String, Vec<u8>);

/// What happens to a row. A later one wins over an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Some links are emptied.
    Detach,
    /// Personal values are emptied.
    Blank,
    /// The row goes.
    Delete,
    /// The row stays, for a reason; at most some columns are emptied.
    Keep,
}

/// What a column becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum New {
    /// This value.
    Value(Value),
    /// A random token, because the CRM wants one there, and each its own.
    Token,
    /// The moment of the erasure.
    Moment,
}

/// A row that the plan touches.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The values of its identity.
    pub identity: Vec<Value>,
    /// Each column with its value, long ones cut.
    pub cells: Vec<(String, Value)>,
    /// The digest of all values, uncut.
    pub digest: Digest,
    /// What happens to it.
    pub act: Act,
    /// What columns become, where the row stays.
    pub set: BTreeMap<String, New>,
    /// Why it is kept, and until when.
    pub kept: Option<(String, Option<String>)>,
    /// Whether it is the person or company itself, or a duplicate of it.
    pub is_self: bool,
}

impl Row {
    /// The value of a column; NULL where there is none.
    pub fn value(&self, column: &str) -> &Value {
        let found = self.cells.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map_or(&Value::Null, |(_, value)| value)
    }
}

/// Reads the rows whose column has one of the values.
///
/// # Errors
/// Those of the store.
pub fn read(
    data: &mut dyn Snapshot,
    mapped: &MappedTable,
    column: &str,
    values: &[Value],
    visit: &mut dyn FnMut(RowId, Row) -> Result<()>,
) -> Result<()> {
    let columns = columns_of(&mapped.table);
    data.find(&mapped.table.name, column, values, &columns, &mut |row| {
        let (id, row) = told(&mapped.table, &columns, row);
        visit(id, row)
    })
}

/// Reads every row.
///
/// # Errors
/// Those of the store.
pub fn each(
    data: &mut dyn Snapshot,
    mapped: &MappedTable,
    visit: &mut dyn FnMut(RowId, Row) -> Result<()>,
) -> Result<()> {
    let columns = columns_of(&mapped.table);
    data.scan(&mapped.table.name, &columns, &mut |row| {
        let (id, row) = told(&mapped.table, &columns, row);
        visit(id, row)
    })
}

/// The columns of a row's identity, and after them all that are there to be read.
fn columns_of(table: &Table) -> Vec<&str> {
    let stored = table.columns.iter().filter(|column| column.generated != Generated::Hidden);
    table.identity().into_iter().chain(stored.map(|column| column.name.as_str())).collect()
}

/// A row that was read with these columns.
fn told(table: &Table, columns: &[&str], row: &[ValueRef<'_>]) -> (RowId, Row) {
    let identity = table.identity().len();
    let mut hasher = Hasher::default();
    row.iter().for_each(|value| hasher.add(&encoded(*value)));
    let id = row[..identity].iter().flat_map(|value| encoded(*value)).collect();
    let names = columns[identity..].iter().map(|name| (*name).to_owned());
    let told = Row {
        identity: row[..identity].iter().map(|value| value.to_value()).collect(),
        cells: names.zip(row[identity..].iter().map(|value| cut(*value))).collect(),
        digest: hasher.digest(),
        act: Act::Detach,
        set: BTreeMap::new(),
        kept: None,
        is_self: false,
    };
    ((table.name.clone(), id), told)
}

fn cut(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Text(bytes) if bytes.len() > MOST => Value::Text(bytes[..MOST].to_vec()),
        ValueRef::Blob(bytes) if bytes.len() > MOST => Value::Blob(bytes[..MOST].to_vec()),
        other => other.to_value(),
    }
}

/// A value with its type and length before it, so that no two rows look the same.
pub fn encoded(value: ValueRef<'_>) -> Vec<u8> {
    let (mark, bytes) = match value {
        ValueRef::Null => (0, Vec::new()),
        ValueRef::Integer(number) => (1, (number as u64 ^ 1 << 63).to_be_bytes().to_vec()),
        ValueRef::Real(number) => (2, number.to_bits().to_be_bytes().to_vec()),
        ValueRef::Text(bytes) => (3, bytes.to_vec()),
        ValueRef::Blob(bytes) => (4, bytes.to_vec()),
    };
    [&[mark][..], &(bytes.len() as u64).to_be_bytes(), &bytes].concat()
}
