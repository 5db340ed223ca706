//! The columns of a table, read row by row, be they more than one statement may ask for.

use super::errors::Told;
use super::sql::{ours, quoted_list};
use crate::fault::{Fault, Result};
use crate::store::{ValueRef, Visit, emptied};
use rusqlite::limits::Limit;
use rusqlite::{Connection, Row, Rows, Statement};

/// Statements over the same rows in the same order, each with as many of the columns as one may have. A table can have
/// as many columns as a statement, and its rows have a number besides.
pub struct Columns<'a> {
    statements: Vec<(Statement<'a>, usize)>,
    doing: String,
}

impl<'a> Columns<'a> {
    /// Prepares to read columns; `from` is a table and an order, in SQL.
    pub fn prepare(connection: &'a Connection, table: &str, columns: &[&str], from: &str) -> Result<Self> {
        let doing = format!("reading {table}");
        let most = connection.limit(Limit::SQLITE_LIMIT_COLUMN).told(|| doing.clone())?;
        let most = usize::try_from(most).unwrap_or_default().max(1);
        let prepare = |columns: &[&str]| {
            let selected = if columns.is_empty() { "NULL".to_owned() } else { quoted_list(columns) };
            let statement = connection.prepare(&format!("SELECT {selected} FROM {from}"));
            Ok((statement.told(|| doing.clone())?, columns.len()))
        };
        let statements = match columns {
            [] => vec![prepare(columns)?],
            _ => columns.chunks(most).map(prepare).collect::<Result<_>>()?,
        };
        Ok(Columns { statements, doing })
    }

    /// Shows every row.
    pub fn each(mut self, visit: &mut Visit<'_>) -> Result<()> {
        let doing = || self.doing.clone();
        let count = self.statements.iter().map(|(_, count)| count).sum();
        let mut parts: Vec<(Rows<'_>, usize)> = Vec::with_capacity(self.statements.len());
        for (statement, count) in &mut self.statements {
            parts.push((statement.query([]).told(doing)?, *count));
        }
        let mut room = Vec::with_capacity(count);
        loop {
            let mut values: Vec<ValueRef<'_>> = room;
            let mut ended = 0;
            for (rows, count) in &mut parts {
                match rows.next().told(doing)? {
                    Some(row) => take(row, *count, &mut values).told(doing)?,
                    None => ended += 1,
                }
            }
            match ended {
                0 => visit(&values)?,
                _ if ended == parts.len() => return Ok(()),
                _ => return Err(Fault::damaged(format!("{} gives two answers", doing())).into()),
            }
            room = emptied(values);
        }
    }
}

fn take<'a>(row: &'a Row<'_>, count: usize, values: &mut Vec<ValueRef<'a>>) -> rusqlite::Result<()> {
    for index in 0..count {
        values.push(ours(row.get_ref(index)?));
    }
    Ok(())
}
