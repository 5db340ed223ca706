//! Where rows of synthetic data are written: numbers them, counts them, and knows what time it is.

use crate::fault::Result;
use crate::store::{Transaction, ValueRef};
use jiff::Timestamp;
use std::collections::BTreeMap;

const DAY: i64 = 86_400;

/// One cell: a column and its value.
pub type Cell<'a> = (&'a str, ValueRef<'a>);

/// The tables being filled.
pub struct Sheet<'a> {
    transaction: &'a mut dyn Transaction,
    now: i64,
    next_id: BTreeMap<&'static str, i64>,
    counts: BTreeMap<&'static str, u64>,
}

impl<'a> Sheet<'a> {
    /// Rows go through this transaction; "now" is what the caller says.
    pub fn new(transaction: &'a mut dyn Transaction, now: Timestamp) -> Self {
        Sheet { transaction, now: now.as_second(), next_id: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// The number that the next row of this table gets from [`Sheet::add`].
    pub fn next_id(&mut self, table: &'static str) -> Result<i64> {
        if let Some(id) = self.next_id.get(table) {
            return Ok(*id);
        }
        let id = self.transaction.count(table)? as i64 + 1;
        self.next_id.insert(table, id);
        Ok(id)
    }

    /// Adds a row that has a number of its own, and returns that number.
    pub fn add(&mut self, table: &'static str, cells: &[Cell<'_>]) -> Result<i64> {
        let id = self.next_id(table)?;
        self.next_id.insert(table, id + 1);
        let mut row = Vec::with_capacity(cells.len() + 1);
        row.push(("id", number(id)));
        row.extend_from_slice(cells);
        self.put(table, &row)?;
        Ok(id)
    }

    /// Adds a row as it is.
    pub fn put(&mut self, table: &'static str, cells: &[Cell<'_>]) -> Result<()> {
        let (columns, values): (Vec<&str>, Vec<ValueRef<'_>>) = cells.iter().copied().unzip();
        self.transaction.insert(table, &columns, &values)?;
        *self.counts.entry(table).or_default() += 1;
        Ok(())
    }

    /// How many rows each table was given.
    pub fn counts(self) -> BTreeMap<&'static str, u64> {
        self.counts
    }

    /// The moment so many seconds before now, as the schema writes moments.
    pub fn seconds_ago(&self, seconds: i64) -> String {
        moment(self.now - seconds)
    }

    /// Some moment in office hours, so many days before now; `within` chooses it, and days before now may be negative.
    pub fn days_ago(&self, days: i64, within: u64) -> String {
        let midnight = (self.now - days * DAY).div_euclid(DAY) * DAY;
        let at = midnight + 7 * 3600 + (within % (11 * 60)) as i64 * 60;
        moment(if days > 0 { at.min(self.now) } else { at })
    }

    /// The day so many days before now, as the schema writes days.
    pub fn day_ago(&self, days: i64) -> String {
        let mut day = moment(self.now - days * DAY);
        day.truncate(10);
        day
    }

    /// The year it is.
    pub fn year(&self) -> i64 {
        moment(self.now)[..4].parse().unwrap_or(1970)
    }
}

/// A moment as the schema writes it. Years beyond four digits, which only a wrong clock has, end in 9999.
pub fn moment(seconds: i64) -> String {
    const LAST: i64 = 253_402_207_200;
    let within = Timestamp::from_second(seconds.clamp(0, LAST));
    within.expect("the seconds were clamped to what a timestamp can hold").to_string()
}

/// A text, or nothing where it is empty.
pub fn maybe(value: &str) -> ValueRef<'_> {
    if value.is_empty() { ValueRef::Null } else { text(value) }
}

/// A text.
pub fn text(value: &str) -> ValueRef<'_> {
    ValueRef::Text(value.as_bytes())
}

/// A number.
pub fn number(value: i64) -> ValueRef<'static> {
    ValueRef::Integer(value)
}

/// A number, or nothing.
pub fn maybe_number(value: Option<i64>) -> ValueRef<'static> {
    value.map_or(ValueRef::Null, number)
}

/// Yes or no.
pub fn flag(value: bool) -> ValueRef<'static> {
    ValueRef::Integer(i64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_to_the_second_in_utc() {
        assert_eq!(moment(1_777_887_000), "2026-05-04T09:30:00Z");
        assert_eq!(moment(-5), "1970-01-01T00:00:00Z");
        assert_eq!(moment(i64::MAX).len(), 20);
    }
}
