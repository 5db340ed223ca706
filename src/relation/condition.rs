//! A condition on a named field: `town = Lyon`, `created >= 2025-01-01`. Never SQL: a name of the map, one of seven
//! operators, and a value.

use super::field::FieldSet;
use super::key::shown;
use crate::accounts::moment;
use crate::fault::{Fault, Result};
use crate::schema::Field;
use crate::store::ValueRef;
use crate::words::fold;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::cmp::Ordering;

/// How a field's value and the wanted one are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`, without regard to accents and case.
    Is,
    /// `!=`: there is none for which `=` holds.
    IsNot,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `~`: the value is somewhere in it, without regard to accents and case.
    Contains,
}

/// The operators as they are typed, longer ones first.
const OPERATORS: &[(&str, Operator)] = &[
    ("!=", Operator::IsNot),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Is),
    ("<", Operator::Below),
    (">", Operator::Above),
    ("~", Operator::Contains),
];

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    /// No value at all.
    Nothing,
    Number(f64),
    /// From the first moment to before the second. Where the stored value is no moment, the text.
    Moments(Timestamp, Timestamp, String),
    /// A text, folded.
    Text(String),
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The field.
    pub field: Field,
    /// The comparison.
    pub operator: Operator,
    wanted: Wanted,
    /// How the column writes a moment.
    time: String,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// Usage when it is none, its field is unknown, or its value is not of the field's sort.
    pub fn read(text: &str, fields: &FieldSet<'_>) -> Result<Self> {
        let wrong = || {
            Fault::usage("a condition is FIELD OPERATOR VALUE")
                .hint("such as --where 'town = Lyon'; the operators are = != < <= > >= ~")
        };
        let at = text.find(['=', '!', '<', '>', '~']).ok_or_else(wrong)?;
        let (name, rest) = text.split_at(at);
        let found = OPERATORS.iter().find_map(|(word, operator)| Some((*operator, rest.strip_prefix(word)?)));
        let (operator, value) = found.ok_or_else(wrong)?;
        if name.trim().is_empty() {
            return Err(wrong().into());
        }
        let field = fields.require(name.trim())?.clone();
        let live = fields.map.require_table(&field.table)?.table.column(&field.column);
        let sort = live.map(|column| column.type_name()).unwrap_or_default();
        let wanted = wanted(&field.name, operator, value.trim(), &sort)?;
        let time = fields.map.time_of(&field.table, &field.column).to_owned();
        Ok(Condition { field, operator, wanted, time })
    }

    /// Whether a relation fits that has no such value as one for which [`Self::holds`].
    pub fn is_negative(&self) -> bool {
        match self.operator {
            Operator::IsNot => self.wanted != Wanted::Nothing,
            Operator::Is => self.wanted == Wanted::Nothing,
            _ => false,
        }
    }

    /// Whether the comparison holds for a stored value; of a negative condition, its opposite.
    pub fn holds(&self, value: ValueRef<'_>) -> bool {
        let order = match &self.wanted {
            Wanted::Nothing => return !shown(value).is_empty(),
            Wanted::Number(wanted) => match number(value) {
                Some(number) => number.total_cmp(wanted),
                None => return false,
            },
            Wanted::Moments(from, to, text) => match moment::read(value, Some(&self.time)) {
                Some(moment) if moment < *from => Ordering::Less,
                Some(moment) if moment >= *to => Ordering::Greater,
                Some(_) => Ordering::Equal,
                // A text that is no moment is neither before nor after one.
                None if matches!(self.operator, Operator::Is | Operator::IsNot) => {
                    return self.holds_of_text(value, text);
                }
                None => return false,
            },
            Wanted::Text(text) => return self.holds_of_text(value, text),
        };
        self.fits(order)
    }

    fn holds_of_text(&self, value: ValueRef<'_>, wanted: &str) -> bool {
        if value == ValueRef::Null {
            return false;
        }
        let text = fold(shown(value).trim());
        match self.operator {
            Operator::Contains => text.contains(wanted),
            _ => self.fits(text.as_str().cmp(wanted)),
        }
    }

    fn fits(&self, order: Ordering) -> bool {
        match self.operator {
            Operator::Is | Operator::IsNot | Operator::Contains => order == Ordering::Equal,
            Operator::Below => order == Ordering::Less,
            Operator::AtMost => order != Ordering::Greater,
            Operator::Above => order == Ordering::Greater,
            Operator::AtLeast => order != Ordering::Less,
        }
    }
}

fn wanted(name: &str, operator: Operator, value: &str, sort: &str) -> Result<Wanted> {
    if value.is_empty() {
        return match operator {
            Operator::Is | Operator::IsNot => Ok(Wanted::Nothing),
            _ => Err(Fault::usage(format!("`{name}` is compared with nothing"))
                .hint("only = and != may stand before nothing")
                .into()),
        };
    }
    if operator == Operator::Contains {
        return Ok(Wanted::Text(fold(value)));
    }
    if let Some((from, to)) = moments(value) {
        return Ok(Wanted::Moments(from, to, fold(value)));
    }
    if is_numeric(sort) {
        let truth = || match fold(value).as_str() {
            "yes" | "true" => Some(1.0),
            "no" | "false" => Some(0.0),
            _ => None,
        };
        let number = value.parse().ok().filter(|number: &f64| number.is_finite()).or_else(truth);
        return number.map(Wanted::Number).ok_or_else(|| {
            Fault::usage(format!("`{name}` is compared with a number, a day, or yes or no")).into()
        });
    }
    Ok(Wanted::Text(fold(value)))
}

/// Whether a type holds numbers.
pub fn is_numeric(sort: &str) -> bool {
    let words = ["INT", "REAL", "NUM", "FLOA", "DOUB", "DEC", "BOOL", "BIT", "MONEY", "SERIAL"];
    words.iter().any(|word| sort.contains(word)) && !sort.contains("INTERVAL") && !sort.contains("POINT")
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        other => shown(other).trim().parse().ok(),
    }
}

/// The moments that a day or a moment of ISO 8601 stands for, in UTC: a whole day, or a second.
pub fn moments(text: &str) -> Option<(Timestamp, Timestamp)> {
    if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let begins =
            |day: jiff::civil::Date| TimeZone::UTC.to_timestamp(day.to_datetime(Default::default())).ok();
        return Some((begins(day)?, begins(day.checked_add(1.day()).ok()?)?));
    }
    let civil = || TimeZone::UTC.to_timestamp(text.parse::<jiff::civil::DateTime>().ok()?).ok();
    let from = text.parse::<Timestamp>().ok().or_else(civil)?;
    Some((from, from.checked_add(1.second()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(operator: Operator, wanted: &str, sort: &str, value: ValueRef<'_>) -> bool {
        let wanted = super::wanted("x", operator, wanted, sort).expect("a condition");
        let field = Field {
            kind: crate::schema::RelationKind::Contact,
            name: "x".into(),
            table: String::new(),
            column: String::new(),
            place: crate::schema::FieldPlace::Root,
            filter: Vec::new(),
            also: Vec::new(),
            origin: crate::schema::Origin { file: String::new(), line: 1, column: 1, words: String::new() },
        };
        Condition { field, operator, wanted, time: "%Y-%m-%d %H:%M:%S%.f".into() }.holds(value)
    }

    fn text(text: &'static str) -> ValueRef<'static> {
        ValueRef::Text(text.as_bytes())
    }

    #[test]
    fn texts_are_the_same_without_accents_and_case() {
        assert!(holds(Operator::Is, "SAINT-etienne", "TEXT", text("Saint-Étienne")));
        assert!(holds(Operator::Contains, "ETIEN", "TEXT", text("Saint-Étienne")));
        assert!(!holds(Operator::Is, "Saint", "TEXT", text("Saint-Étienne")));
        assert!(holds(Operator::AtLeast, "69000", "TEXT", text("69003")), "a postcode is a text");
    }

    #[test]
    fn a_day_is_all_of_it_in_the_crm_s_own_form() {
        let noon = text("2025-01-01 12:30:00.000123");
        assert!(holds(Operator::Is, "2025-01-01", "TIMESTAMP", noon));
        assert!(holds(Operator::AtLeast, "2025-01-01", "TIMESTAMP", noon));
        assert!(holds(Operator::AtMost, "2025-01-01", "TIMESTAMP", noon));
        assert!(!holds(Operator::Above, "2025-01-01", "TIMESTAMP", noon));
        assert!(holds(Operator::Above, "2025-01-01T12:00:00Z", "TIMESTAMP", noon));
        assert!(holds(Operator::Is, "2025-01-01", "INTEGER", ValueRef::Integer(1_735_732_800)));
        assert!(
            !holds(Operator::Above, "2024-01-01", "TEXT", text("never")),
            "no moment is neither before nor after"
        );
        assert!(!holds(Operator::AtLeast, "2025-01-01", "TEXT", ValueRef::Null));
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(holds(Operator::Below, "10", "INTEGER", ValueRef::Integer(9)));
        assert!(holds(Operator::Above, "9.5", "NUMERIC", text("12.50")));
        assert!(holds(Operator::Is, "yes", "BOOLEAN", ValueRef::Integer(1)));
        assert!(!holds(Operator::Below, "10", "INTEGER", ValueRef::Null));
        assert!(super::wanted("x", Operator::Is, "many", "INTEGER").is_err());
        assert!(super::wanted("x", Operator::Below, "", "TEXT").is_err());
    }
}
