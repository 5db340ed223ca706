//! Yes and no, numbers and texts, as databases store them.

use crate::store::{Value, ValueRef};

/// Whether a stored value means yes.
pub fn is_true(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => false,
        ValueRef::Integer(number) => number != 0,
        ValueRef::Real(number) => number != 0.0,
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            let text = text.trim_ascii();
            [&b"1"[..], b"t", b"true", b"y", b"yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
        }
    }
}

/// Whether something is stored that is neither empty nor a no.
pub(super) fn is_there(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            let text = text.trim_ascii();
            ![&b""[..], b"0", b"f", b"false", b"n", b"no"].iter().any(|no| text.eq_ignore_ascii_case(no))
        }
        other => is_true(other),
    }
}

/// Yes or no, to be stored.
pub fn flag(truth: bool) -> Value {
    Value::Integer(i64::from(truth))
}

/// A stored text, or number as text; nothing for NULL.
pub fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// A whole number, where the value is one.
pub fn number(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        _ => None,
    }
}
