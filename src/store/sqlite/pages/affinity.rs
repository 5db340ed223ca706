//! Values as the engine stores them: what a column's type makes of a number or a text.

use super::key::LIMIT;
use crate::fault::Result;
use crate::store::sqlite::errors::Told;
use crate::store::sqlite::sql::{bind, ours};
use crate::store::{Column, Value, ValueRef};
use rusqlite::Connection;

/// What a column's type asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affinity {
    /// Numbers become text.
    Text,
    /// Text that is a number becomes one; one without a fraction becomes whole.
    Numeric,
    /// The same, but numbers are shown with a fraction.
    Real,
    /// Everything stays as it is.
    Blob,
}

/// A value as it is stored, where that can be said at once.
pub enum Stored<'a> {
    As(ValueRef<'a>),
    /// The engine has to be asked.
    Ask,
}

/// Whole numbers that a column of fractions holds as such; longer ones are no shorter than a fraction.
const SHORT: std::ops::RangeInclusive<i64> = -0x8000_0000_0000..=0x7fff_ffff_ffff;

impl Affinity {
    /// The affinity of a declared type, by the engine's own rules.
    pub fn of(declared: &str) -> Self {
        if declared.is_empty() {
            return Affinity::Blob;
        }
        let declared = declared.to_ascii_lowercase();
        let mut affinity = Affinity::Numeric;
        for end in 1..=declared.len() {
            let so_far = &declared.as_bytes()[..end];
            let ends = |words: &[&str]| words.iter().any(|word| so_far.ends_with(word.as_bytes()));
            if ends(&["char", "clob", "text"]) {
                affinity = Affinity::Text;
            } else if ends(&["blob"]) && affinity != Affinity::Text {
                affinity = Affinity::Blob;
            } else if ends(&["real", "floa", "doub"]) && affinity == Affinity::Numeric {
                affinity = Affinity::Real;
            } else if ends(&["int"]) {
                return Affinity::Numeric;
            }
        }
        affinity
    }

    /// What is stored of a value.
    pub fn stored<'a>(self, value: ValueRef<'a>) -> Stored<'a> {
        match (self, value) {
            (_, ValueRef::Real(number)) if number.is_nan() => Stored::As(ValueRef::Null),
            (Affinity::Text, ValueRef::Integer(_) | ValueRef::Real(_)) => Stored::Ask,
            (Affinity::Numeric | Affinity::Real, ValueRef::Text(text)) if may_be_number(text) => Stored::Ask,
            (Affinity::Numeric, ValueRef::Real(number)) => {
                Stored::As(whole(number).map_or(value, ValueRef::Integer))
            }
            (Affinity::Real, ValueRef::Real(number)) => {
                let short = whole(number).filter(|whole| SHORT.contains(whole));
                Stored::As(short.map_or(value, ValueRef::Integer))
            }
            (Affinity::Real, ValueRef::Integer(number)) if !SHORT.contains(&number) => {
                Stored::As(ValueRef::Real(number as f64))
            }
            _ => Stored::As(value),
        }
    }
}

/// The number without a fraction that a number is, if it is one; the very first and last do not count.
fn whole(number: f64) -> Option<i64> {
    (number.trunc() == number && number > -LIMIT && number < LIMIT).then_some(number as i64)
}

/// Whether the engine might take a text for a number: no, where it has no digit, or something that no number has. The
/// engine reads as far as a NUL.
fn may_be_number(text: &[u8]) -> bool {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let is_space = |byte: u8| byte.is_ascii_whitespace() || byte == 0x0b;
    let mut before = b' ';
    let fits = text.iter().all(|byte| {
        let before = std::mem::replace(&mut before, *byte);
        match byte {
            b'+' | b'-' => is_space(before) || before.eq_ignore_ascii_case(&b'e'),
            b'0'..=b'9' | b'.' | b'e' | b'E' => true,
            _ => is_space(*byte),
        }
    });
    fits && text.iter().any(u8::is_ascii_digit)
}

/// An engine in memory with a column of each kind, to be asked for what becomes of a value.
pub struct Oracle(Connection);

impl Oracle {
    /// Gets ready to be asked.
    pub fn new() -> Result<Self> {
        let connection = Connection::open_in_memory().told(asking)?;
        connection
            .execute_batch("CREATE TABLE asked (text TEXT, real REAL, numeric NUMERIC, blob BLOB)")
            .told(asking)?;
        Ok(Oracle(connection))
    }

    /// What becomes of a value in a column of that kind.
    pub fn ask(&self, affinity: Affinity, value: ValueRef<'_>) -> Result<Value> {
        let column = match affinity {
            Affinity::Text => "text",
            Affinity::Real => "real",
            Affinity::Numeric => "numeric",
            Affinity::Blob => "blob",
        };
        let mut ask = self
            .0
            .prepare_cached(&format!("REPLACE INTO asked (rowid, {column}) VALUES (1, ?1)"))
            .told(asking)?;
        bind(&mut ask, 1, [value]).told(asking)?;
        ask.raw_execute().told(asking)?;
        let mut answer = self.0.prepare_cached(&format!("SELECT {column} FROM asked")).told(asking)?;
        answer.query_row([], |row| Ok(ours(row.get_ref(0)?).to_value())).told(asking)
    }
}

fn asking() -> String {
    "looking at a value".into()
}

/// The types to which a strict table holds every value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strict {
    Any,
    Whole,
    Number,
    Text,
    Blob,
}

impl Strict {
    /// The type that a column of a strict table has.
    pub fn of(column: &Column) -> Option<Self> {
        match column.declared_type.to_ascii_uppercase().as_str() {
            "ANY" => Some(Strict::Any),
            "INT" | "INTEGER" => Some(Strict::Whole),
            "REAL" => Some(Strict::Number),
            "TEXT" => Some(Strict::Text),
            "BLOB" => Some(Strict::Blob),
            _ => None,
        }
    }

    /// Whether a value may stand in it, as it is stored.
    pub fn allows(self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Null => true,
            ValueRef::Integer(_) => matches!(self, Strict::Any | Strict::Whole | Strict::Number),
            ValueRef::Real(_) => matches!(self, Strict::Any | Strict::Number),
            ValueRef::Text(_) => matches!(self, Strict::Any | Strict::Text),
            ValueRef::Blob(_) => matches!(self, Strict::Any | Strict::Blob),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_asked_whenever_a_text_is_a_number_to_it() {
        let oracle = Oracle::new().unwrap();
        let texts: Vec<&str> =
            "0|-7|+7| 7\u{b}|\t\n\r\u{c}7 |7.|.5|1e3|1E+3|-1.5e-300|9223372036854775808|7\0x|- 7|\
            1 2|1e|e1|--1|0x10|1_000|| |.|1-2|2024-12-31|10:30|inf|nan|7x|\u{a0}7|٣"
                .split('|')
                .collect();
        for text in &texts {
            for affinity in [Affinity::Numeric, Affinity::Real] {
                let value = ValueRef::Text(text.as_bytes());
                let becomes = oracle.ask(affinity, value).unwrap();
                let asks = matches!(affinity.stored(value), Stored::Ask);
                assert!(asks || becomes.borrow() == value, "{text:?} becomes {becomes:?}");
            }
        }
        let asked = texts.iter().filter(|text| may_be_number(text.as_bytes())).count();
        assert!(asked < 18, "{asked} of {} are asked about", texts.len());
    }
}
