//! Rows beside the root rows: which roots have such a one.

use super::condition::Condition;
use super::key::Key;
use super::selection::{Keys, passes};
use crate::fault::Result;
use crate::schema::Filter;
use crate::store::Snapshot;

/// The keys in `column` of the rows that pass a filter.
pub fn with(table: &str, column: &str, filter: &Filter, data: &mut dyn Snapshot) -> Result<Keys> {
    let mut columns = vec![column];
    columns.extend(filter.iter().map(|(column, _)| column.as_str()));
    let mut keys = Keys::new();
    data.scan(table, &columns, &mut |row| {
        if passes(filter, &row[1..]) {
            keys.extend(Key::of(row[0]));
        }
        Ok(())
    })?;
    Ok(keys)
}

/// The keys in `column` of the rows for which a condition holds; of a negative condition, for which its opposite does.
pub fn that_fit(condition: &Condition, column: &str, data: &mut dyn Snapshot) -> Result<Keys> {
    let field = &condition.field;
    let mut columns = vec![column, field.column.as_str()];
    columns.extend(field.filter.iter().map(|(column, _)| column.as_str()));
    let mut keys = Keys::new();
    data.scan(&field.table, &columns, &mut |row| {
        if condition.holds(row[1]) && passes(&field.filter, &row[2..]) {
            keys.extend(Key::of(row[0]));
        }
        Ok(())
    })?;
    Ok(keys)
}
