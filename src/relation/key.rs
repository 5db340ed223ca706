//! The key of a row, as a value that can be compared and collected.

use crate::store::{Value, ValueRef};

/// A key. NULL is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A number.
    Integer(i64),
    /// A text or bytes.
    Text(Vec<u8>),
}

impl Key {
    /// The key that a stored value is.
    pub fn of(value: ValueRef<'_>) -> Option<Key> {
        match value {
            ValueRef::Null | ValueRef::Real(_) => None,
            ValueRef::Integer(number) => Some(Key::Integer(number)),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(Key::Text(bytes.to_vec())),
        }
    }

    /// The same as a value that can be looked for.
    pub fn value(&self) -> Value {
        match self {
            Key::Integer(number) => Value::Integer(*number),
            Key::Text(bytes) => Value::Text(bytes.clone()),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Integer(number) => write!(f, "{number}"),
            Key::Text(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// A stored value as a person reads it: nothing for NULL, and of bytes only how many they are.
pub fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Blob(bytes) => format!("({} bytes)", bytes.len()),
    }
}
