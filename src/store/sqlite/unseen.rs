//! The CHECK constraints of a database that may only be read: the engine forgets them when it reads such a schema, so its
//! own check says nothing of rows that break them.

use super::catalog;
use super::columns::Columns;
use super::errors::Told;
use super::sql::{bind, places, quote, quoted_list};
use crate::fault::Result;
use crate::store::{Health, Table, TableKind};
use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_CONSTRAINT_CHECK;
use rusqlite::{Connection, MAIN_DB};

/// Counts what the engine's check would have told, where it could not.
///
/// # Errors
/// When a table cannot be read, or made anew in memory.
pub fn add_broken_checks(connection: &Connection, health: &mut Health) -> Result<()> {
    let doing = || "checking the database".to_owned();
    if !connection.is_readonly(MAIN_DB).told(doing)? {
        return Ok(());
    }
    for table in catalog::read(connection)?.data_tables().filter(|table| may_have_checks(table)) {
        let count = broken_checks(connection, table)?;
        if count > 0 {
            health.page_errors.insert(format!("CHECK constraint failed in {}", table.name), count);
        }
    }
    Ok(())
}

fn may_have_checks(table: &Table) -> bool {
    let is_one = matches!(table.kind, TableKind::Plain | TableKind::WithoutRowid);
    is_one && table.definition.to_ascii_uppercase().contains("CHECK")
}

/// Every row is tried in an empty table of the same definition, in memory, and taken out again.
fn broken_checks(connection: &Connection, table: &Table) -> Result<u64> {
    let doing = || format!("checking {}", table.name);
    let trial = Connection::open_in_memory().told(doing)?;
    trial.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).told(doing)?;
    trial.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, true).told(doing)?;
    trial.execute_batch("PRAGMA foreign_keys = OFF").told(doing)?;
    trial.execute(&table.definition, []).told(doing)?;
    let columns: Vec<&str> = table.stored().map(|column| column.name.as_str()).collect();
    let name = quote(&table.name);
    let insert = format!("INSERT INTO {name} ({}) VALUES ({})", quoted_list(&columns), places(columns.len()));
    let mut insert = trial.prepare(&insert).told(doing)?;
    let mut take_out = trial.prepare(&format!("DELETE FROM {name}")).told(doing)?;
    let mut broken = 0;
    Columns::prepare(connection, &table.name, &columns, &name)?.each(&mut |row| {
        bind(&mut insert, 1, row.iter().copied()).told(doing)?;
        match insert.raw_execute() {
            Err(error)
                if error.sqlite_error().is_some_and(|it| it.extended_code == SQLITE_CONSTRAINT_CHECK) =>
            {
                broken += 1;
            }
            // Whatever else is wrong with a row, the engine's own check tells.
            _ => {
                take_out.execute([]).told(doing)?;
            }
        }
        Ok(())
    })?;
    Ok(broken)
}
