//! Copies of values that the engine makes for itself: samples for its planner, words for its full-text search.

use crate::fault::Result;
use crate::interrupt;
use crate::progress::Progress;
use crate::store::TableKind;
use crate::store::sqlite::catalog;
use crate::store::sqlite::errors::Told;
use crate::store::sqlite::sql::quote;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Pages that one step of merging may write.
const PAGES_OF_A_STEP: i64 = 64;

/// Deletes samples of these tables' indexes; of all tables where none is named.
pub fn forget_samples(connection: &Connection, tables: &BTreeSet<String>) -> Result<u64> {
    let doing = || "dropping samples".to_owned();
    let mut gone = 0;
    for samples in ["sqlite_stat4", "sqlite_stat3"] {
        let there: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = ?1", [samples], |row| row.get(0))
            .told(doing)?;
        if there == 0 {
            continue;
        }
        if tables.is_empty() {
            gone += connection.execute(&format!("DELETE FROM {samples}"), []).told(doing)?;
        }
        for table in tables {
            let sql = format!("DELETE FROM {samples} WHERE tbl = ?1 COLLATE NOCASE");
            gone += connection.execute(&sql, [table]).told(doing)?;
        }
    }
    Ok(gone as u64)
}

/// Merges every full-text index to one segment, in which no term of a deleted row is left.
pub fn search_indexes(connection: &Connection, progress: &mut dyn Progress) -> Result<Vec<String>> {
    let tables = catalog::read(connection)?.tables;
    let mut names = Vec::new();
    for table in &tables {
        let TableKind::Virtual(module) = &table.kind else { continue };
        match module.to_ascii_lowercase().as_str() {
            "fts5" => merge(connection, &table.name, progress)?,
            "fts4" | "fts3" => command(connection, &table.name, "optimize")?,
            _ => continue,
        }
        names.push(table.name.clone());
    }
    Ok(names)
}

fn command(connection: &Connection, table: &str, words: &str) -> Result<()> {
    let sql = format!("INSERT INTO {0} ({0}) VALUES (?1)", quote(table));
    connection.execute(&sql, [words]).map(|_| ()).told(|| format!("tidying {table}"))
}

/// A step at a time, so that others may write in between and a signal is heeded.
fn merge(connection: &Connection, table: &str, progress: &mut dyn Progress) -> Result<()> {
    let doing = || format!("tidying {table}");
    progress.stage("tidying full-text indexes", None);
    let sql = format!("INSERT INTO {0} ({0}, rank) VALUES ('merge', ?1)", quote(table));
    let mut statement = connection.prepare(&sql).told(doing)?;
    let mut pages = -PAGES_OF_A_STEP;
    loop {
        interrupt::check()?;
        let before = connection.total_changes();
        statement.execute([pages]).told(doing)?;
        // So says the manual: less than two changed rows mean that there was nothing left to merge.
        if connection.total_changes() - before < 2 {
            break;
        }
        pages = PAGES_OF_A_STEP;
        progress.advance(1);
    }
    // What merging leaves where there is one segment already.
    command(connection, table, "optimize")
}
