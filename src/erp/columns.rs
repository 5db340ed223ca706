//! The columns that are read of a row, some of which a map may not name.

use crate::store::ValueRef;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Columns, in the order in which they are read.
pub struct Columns<'a>(pub Vec<&'a str>);

impl<'a> Columns<'a> {
    /// Adds a column, where the map names one; where it will stand.
    pub fn place(&mut self, column: Option<&'a str>) -> Option<usize> {
        self.0.push(column?);
        Some(self.0.len() - 1)
    }
}

/// The value at a place; NULL where there is none.
pub fn cell<'r>(row: &[ValueRef<'r>], place: Option<usize>) -> ValueRef<'r> {
    place.and_then(|place| row.get(place).copied()).unwrap_or(ValueRef::Null)
}

/// A fingerprint of a value, to compare two sides within one run. What is empty is as good as nothing.
pub fn print_of(value: ValueRef<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        ValueRef::Null => {}
        ValueRef::Integer(number) => number.to_string().as_bytes().hash(&mut hasher),
        ValueRef::Real(number) => number.to_string().as_bytes().hash(&mut hasher),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let bytes = bytes.trim_ascii();
            if !bytes.is_empty() {
                bytes.hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}
