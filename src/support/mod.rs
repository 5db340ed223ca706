//! A restored copy made usable: one login for a technician, and a mark that says what the database is.
//!
//! Nobody can log in to an anonymised copy with an old password, since no hash of one is in an archive. So one
//! administrator's account is given a new login and a new password before the copy gets its name.

mod account;

pub use account::Account;

use crate::fault::Result;
use crate::schema::{CompleteMap, RestoredMark};
use crate::store::{Transaction, Value};
use jiff::Timestamp;

/// Says in the database that it is a restored copy, where the map knows a place for it. A row with the same key is
/// replaced. Returns the tables that say it now.
///
/// # Errors
/// When a row does not fit its table.
pub fn mark(map: &CompleteMap, change: &mut dyn Transaction, now: Timestamp) -> Result<Vec<String>> {
    for mark in map.restored() {
        let row: Vec<(&str, Value)> = mark
            .row
            .iter()
            .map(|(column, value)| (column.as_str(), filled(map, mark, column, value, now)))
            .collect();
        let key: Vec<(&str, Value)> =
            row.iter().filter(|(column, _)| is_key(map, mark, column)).cloned().collect();
        if !key.is_empty() {
            change.delete(&mark.table, &key)?;
        }
        let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
        let values: Vec<_> = row.iter().map(|(_, value)| value.borrow()).collect();
        change.insert(&mark.table, &columns, &values)?;
    }
    Ok(map.restored().iter().map(|mark| mark.table.clone()).collect())
}

fn is_key(map: &CompleteMap, mark: &RestoredMark, column: &str) -> bool {
    let key = map.table(&mark.table).map(|mapped| mapped.table.primary_key.as_slice()).unwrap_or_default();
    key.iter().any(|name| name == column)
}

fn filled(map: &CompleteMap, mark: &RestoredMark, column: &str, value: &Value, now: Timestamp) -> Value {
    match value.borrow().as_str() {
        Some(text) if text.contains(RestoredMark::MOMENT) => {
            text.replace(RestoredMark::MOMENT, &moment(map, &mark.table, column, now)).into()
        }
        _ => value.clone(),
    }
}

/// A moment as the column writes it, in UTC.
fn moment(map: &CompleteMap, table: &str, column: &str, now: Timestamp) -> String {
    now.strftime(map.time_of(table, column)).to_string()
}
