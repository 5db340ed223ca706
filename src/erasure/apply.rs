//! Does what a plan says, and nothing else.

use super::plan::Plan;
use super::row::{Act, New};
use crate::accounts::moment;
use crate::fault::{Fault, Result};
use crate::schema::CompleteMap;
use crate::store::{Transaction, Value};
use jiff::Timestamp;

/// Applies a plan that was made in this very transaction. The caller commits.
///
/// # Errors
/// Refused when a row is not as planned, or a rule of the database says no; the transaction is worth nothing then.
pub fn apply(plan: &Plan, map: &CompleteMap, change: &mut dyn Transaction, now: Timestamp) -> Result<()> {
    change.hold_keys_at_the_end()?;
    for (table, row) in plan.rows().filter(|(_, row)| row.act != Act::Delete && !row.set.is_empty()) {
        let new = |(column, new): (&'_ String, &New)| -> Result<(String, Value)> {
            let time = || map.time_of(table, column);
            Ok((column.clone(), value(new, now, time)?))
        };
        let set = row.set.iter().map(new).collect::<Result<Vec<(String, Value)>>>()?;
        let set: Vec<(&str, Value)> =
            set.iter().map(|(column, value)| (column.as_str(), value.clone())).collect();
        let identity = map.require_table(table)?.table.identity();
        let key: Vec<(&str, Value)> = identity.into_iter().zip(row.identity.iter().cloned()).collect();
        one(table, change.update(table, &set, &key)?)?;
    }
    for (table, row) in plan.rows().filter(|(_, row)| row.act == Act::Delete) {
        let identity = map.require_table(table)?.table.identity();
        let key: Vec<(&str, Value)> = identity.into_iter().zip(row.identity.iter().cloned()).collect();
        // None where the engine's own cascade was faster.
        one(table, change.delete(table, &key)?.max(1))?;
    }
    Ok(())
}

fn one(table: &str, rows: u64) -> Result<()> {
    if rows == 1 {
        return Ok(());
    }
    Err(Fault::refused(format!("a row of {table} is not as it was planned"))
        .hint("run the command again")
        .into())
}

fn value<'a>(new: &New, now: Timestamp, time: impl FnOnce() -> &'a str) -> Result<Value> {
    Ok(match new {
        New::Value(value) => value.clone(),
        New::Token => Value::from(format!("{:016x}{:016x}", rand::random::<u64>(), rand::random::<u64>())),
        New::Moment => moment::write(now, Some(time()))?,
    })
}
