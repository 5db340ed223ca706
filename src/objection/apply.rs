//! Does what a plan says, and nothing else.

use super::plan::{Change, New, Plan};
use crate::fault::{Fault, Result};
use crate::schema::CompleteMap;
use crate::store::{Transaction, Value, ValueRef};

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows of the database that changed.
    pub rows: u64,
    /// Relations that it was done for, the named one included where something changed for it.
    pub people: u64,
    /// Contacts among them.
    pub contacts: u64,
}

/// Applies a plan that was made in this very transaction. The caller commits, and keeps the [`super::Register`].
///
/// # Errors
/// Refused when a row is not as planned, or a rule of the database says no; the transaction is worth nothing then.
pub fn apply(plan: &Plan, map: &CompleteMap, change: &mut dyn Transaction) -> Result<Applied> {
    for one in &plan.changes {
        match one {
            Change::Update { table, identity, set } => {
                let set: Vec<(&str, Value)> =
                    set.iter().map(|(column, value)| (column.as_str(), value.clone())).collect();
                let rows = change.update(table, &set, &key(map, table, identity)?)?;
                is_one(table, rows)?;
            }
            Change::Delete { table, identity } => {
                let rows = change.delete(table, &key(map, table, identity)?)?;
                is_one(table, rows)?;
            }
            Change::Insert { table, row } => {
                let drawn: Vec<Value> = row.iter().map(|(_, new)| value(new)).collect();
                let columns: Vec<&str> = row.iter().map(|(column, _)| column.as_str()).collect();
                let values: Vec<ValueRef<'_>> = drawn.iter().map(Value::borrow).collect();
                change.insert(table, &columns, &values)?;
            }
        }
    }
    let (people, contacts) = (plan.people.len() as u64, plan.contacts_changed());
    Ok(Applied { rows: plan.rows(), people, contacts })
}

fn key<'a>(map: &'a CompleteMap, table: &str, identity: &[Value]) -> Result<Vec<(&'a str, Value)>> {
    let names = map.require_table(table)?.table.identity();
    Ok(names.into_iter().zip(identity.iter().cloned()).collect())
}

fn is_one(table: &str, rows: u64) -> Result<()> {
    if rows == 1 {
        return Ok(());
    }
    Err(Fault::refused(format!("a row of {table} is not as it was planned"))
        .hint("run the command again")
        .into())
}

fn value(new: &New) -> Value {
    match new {
        New::Value(value) => value.clone(),
        New::Token => Value::from(format!("{:016x}{:016x}", rand::random::<u64>(), rand::random::<u64>())),
    }
}
