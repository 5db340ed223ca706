//! Columns that a map keeps by their declared type alone: each value is held to that type.

use super::moments::is_moment;
use crate::store::ValueRef;

/// The kinds of types that may be kept wholesale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Whole numbers and truth values: never text.
    Whole,
    /// Points in time and durations: a number, or text that is one and nothing else.
    Moment,
    /// Numbers: also as text.
    Number,
}

impl Class {
    /// The class of a type's name in upper case. What is not known is held to the strictest.
    pub(super) fn of(type_name: &str) -> Self {
        let holds = |words: &[&str]| words.iter().any(|word| type_name.contains(word));
        if holds(&["TIME", "DATE", "INTERVAL"]) {
            Class::Moment
        } else if holds(&["NUMERIC", "DECIMAL", "REAL", "FLOAT", "DOUBLE", "MONEY", "NUMBER"]) {
            Class::Number
        } else {
            Class::Whole
        }
    }

    /// What a value is that does not belong to the class; nothing where it does.
    pub(super) fn intruder(self, value: ValueRef<'_>) -> Option<&'static str> {
        match value {
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
            // Some programs store decimal numbers as the bytes of their text.
            ValueRef::Blob(bytes) if self == Class::Number => {
                if std::str::from_utf8(bytes).is_ok_and(is_number) { None } else { Some("bytes") }
            }
            ValueRef::Blob(_) => Some("bytes"),
            ValueRef::Text(bytes) => {
                let fits = |text: &str| match self {
                    Class::Whole => false,
                    Class::Moment => text.is_empty() || is_moment(text),
                    Class::Number => text.is_empty() || is_number(text),
                };
                if std::str::from_utf8(bytes).is_ok_and(fits) { None } else { Some("text") }
            }
        }
    }
}

/// Digits with at most one point, a sign, and an exponent: short enough to be no message.
fn is_number(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    plain && text.len() <= 48 && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_belong_to_classes() {
        for (name, class) in [
            ("INTEGER", Class::Whole),
            ("BIGINT", Class::Whole),
            ("BOOLEAN", Class::Whole),
            ("TIMESTAMP", Class::Moment),
            ("INTERVAL", Class::Moment),
            ("NUMERIC", Class::Number),
            ("DOUBLE PRECISION", Class::Number),
            ("GEOMETRY", Class::Whole),
        ] {
            assert_eq!(Class::of(name), class, "{name}");
        }
    }

    #[test]
    fn text_is_no_whole_number_and_a_name_is_no_moment() {
        assert_eq!(Class::Number.intruder(ValueRef::Blob(b"120.00")), None);
        assert_eq!(Class::Number.intruder(ValueRef::Blob(b"Marie")), Some("bytes"));
        assert_eq!(Class::Whole.intruder(ValueRef::Text(b"12")), Some("text"));
        assert_eq!(Class::Moment.intruder(ValueRef::Text(b"2024-05-06 10:11:12")), None);
        assert_eq!(Class::Moment.intruder(ValueRef::Text(b"2024-05-06 Marie")), Some("text"));
        assert_eq!(Class::Number.intruder(ValueRef::Text(b"-12.50")), None);
        assert_eq!(Class::Number.intruder(ValueRef::Text(b"0612345678 Marie")), Some("text"));
        assert_eq!(Class::Whole.intruder(ValueRef::Blob(b"1")), Some("bytes"));
        assert_eq!(Class::Whole.intruder(ValueRef::Integer(1)), None);
    }
}
