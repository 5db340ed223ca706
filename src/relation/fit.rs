//! A value as it was typed, made into one that a column can hold.

use super::condition::{is_numeric, moments};
use crate::accounts::moment;
use crate::masking::{doubt_about, objection_to};
use crate::schema::{Category, Content, MappedColumn, MappedTable};
use crate::store::{Column, Value};
use jiff::civil::Date;
use jiff::fmt::strtime;

/// A value that fits, and what is unusual about it.
pub struct Fitting {
    /// The value.
    pub value: Value,
    /// Why somebody should look twice.
    pub doubt: Option<String>,
}

/// The column that a value is made for.
pub struct Fit<'a> {
    /// Its table.
    pub mapped: &'a MappedTable,
    /// The column, as the map has it.
    pub column: &'a MappedColumn,
    /// The same, as the database has it.
    pub live: &'a Column,
    /// How it writes a moment.
    pub time: &'a str,
    /// No day of birth is later.
    pub today: Date,
}

impl Fit<'_> {
    /// Makes a typed text into a value; `row` gives the other values of the row. Nothing typed empties the column. The
    /// error says why it does not fit, without the text.
    pub fn made(&self, typed: &str, row: &dyn Fn(&str) -> Value) -> Result<Fitting, String> {
        if typed.is_empty() {
            return emptied(self.column, self.live).map(|value| Fitting { value, doubt: None });
        }
        if typed.chars().any(char::is_control) {
            return Err("there is a control character in it".into());
        }
        let category = category(self.column, row);
        if let Some(objection) = category.and_then(|category| objection_to(category, typed)) {
            return Err(objection.into());
        }
        self.check_length(typed)?;
        let sort = self.live.type_name();
        let value = match (category, &self.column.rule.content) {
            _ if is_numeric(&sort) => number(typed, &sort)?,
            (Some(Category::Date | Category::BirthDate), _) => self.day(typed, category)?,
            (_, Content::Json { .. }) if serde_json::from_str::<serde_json::Value>(typed).is_err() => {
                return Err("it is JSON on one line".into());
            }
            _ if self.is_moment(&sort, row(&self.live.name)) => moment_of(typed, self.time)?,
            _ => Value::from(typed),
        };
        let doubt = category.and_then(|category| doubt_about(category, typed)).map(str::to_owned);
        Ok(Fitting { value, doubt })
    }

    fn check_length(&self, typed: &str) -> Result<(), String> {
        let by_check = self.mapped.table.checked_length(&self.live.name);
        let most = [self.column.rule.fit.max_chars, self.live.declared_length(), by_check];
        match most.into_iter().flatten().min() {
            Some(most) if typed.chars().count() > most => Err(format!("it has more than {most} characters")),
            _ => Ok(()),
        }
    }

    /// A day as this column writes it: in the map's format where that is one of days, else as in ISO 8601.
    fn day(&self, typed: &str, category: Option<Category>) -> Result<Value, String> {
        let wrong = || "it is a day such as 2026-05-04".to_owned();
        let day: Date = typed.parse().map_err(|_| wrong())?;
        if typed.len() != 10 {
            return Err(wrong());
        }
        if category == Some(Category::BirthDate) && day > self.today {
            return Err("it is in the future".into());
        }
        let is_of_days = !["%H", "%I", "%M", "%S", "%s", "%T"].iter().any(|part| self.time.contains(part));
        let written = if is_of_days { strtime::format(self.time, day).ok() } else { None };
        Ok(Value::from(written.unwrap_or_else(|| typed.to_owned())))
    }

    fn is_moment(&self, sort: &str, before: Value) -> bool {
        let is_long = before.borrow().as_str().is_some_and(|text| text.len() >= 16);
        sort.contains("TIME") || (is_long && moment::read(before.borrow(), Some(self.time)).is_some())
    }
}

/// What the values of a column are in this row.
pub fn category(column: &MappedColumn, row: &dyn Fn(&str) -> Value) -> Option<Category> {
    match &column.rule.content {
        Content::One(category) => Some(*category),
        Content::ByColumn { column, when, otherwise } => {
            let word = row(column);
            let word = word.borrow().as_str().unwrap_or_default().to_owned();
            Some(when.get(&word).copied().unwrap_or(*otherwise))
        }
        _ => None,
    }
}

/// NULL, else what the map says, else an empty text.
fn emptied(column: &MappedColumn, live: &Column) -> Result<Value, String> {
    match &column.rule.fit.blank_is {
        _ if !live.not_null => Ok(Value::Null),
        Some(text) => Ok(Value::from(text.as_str())),
        None if is_numeric(&live.type_name()) => Err("it cannot be empty".into()),
        None => Ok(Value::from("")),
    }
}

fn number(typed: &str, sort: &str) -> Result<Value, String> {
    if sort.contains("BOOL") || sort.contains("BIT") {
        return truth(typed).map(Value::Integer).ok_or_else(|| "it is yes or no".into());
    }
    if let Ok(number) = typed.parse::<i64>() {
        return Ok(Value::Integer(number));
    }
    if sort.contains("INT") {
        return truth(typed).map(Value::Integer).ok_or_else(|| "it is a whole number".into());
    }
    let number = typed.parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Value::Real).ok_or_else(|| "it is a number".into())
}

fn truth(typed: &str) -> Option<i64> {
    match typed.to_lowercase().as_str() {
        "yes" | "true" | "1" => Some(1),
        "no" | "false" | "0" => Some(0),
        _ => None,
    }
}

fn moment_of(typed: &str, time: &str) -> Result<Value, String> {
    let (from, _) = moments(typed).ok_or("it is a moment such as 2026-05-04T09:30:00Z")?;
    moment::write(from, Some(time)).map_err(|error| error.to_string())
}
