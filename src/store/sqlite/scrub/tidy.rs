//! Copies of values that the engine makes for itself: samples for its planner, words for its full-text search.

use super::index::{self, SearchIndex, Texts};
use crate::fault::Result;
use crate::interrupt;
use crate::progress::Progress;
use crate::store::Tidied;
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

/// Merges every full-text index to one segment, in which no word of a deleted row is left.
pub fn search_indexes(
    connection: &Connection,
    tables: &BTreeSet<String>,
    progress: &mut dyn Progress,
) -> Result<Tidied> {
    let catalog = catalog::read(connection)?;
    let mut tidied = Tidied::default();
    for index in index::all(&catalog) {
        let name = &index.table.name;
        let is_touched = |table: &String| tables.iter().any(|touched| touched.eq_ignore_ascii_case(table));
        match index.texts() {
            Texts::Of(texts) if catalog.table(&texts).is_some() => {
                let is_untold = !index.is_told && is_touched(&texts);
                if is_untold || remembers_what_is_gone(connection, &index, &texts)? {
                    progress.stage("making a full-text index anew", None);
                    command(connection, name, "rebuild")?;
                }
            }
            Texts::Nowhere if !index.is_told => tidied.unsure.push(name.clone()),
            _ => {}
        }
        if index.is_newest() {
            merge(connection, name, progress)?
        } else {
            command(connection, name, "optimize")?
        }
        tidied.indexes += 1;
    }
    Ok(tidied)
}

/// Whether an index has the words of a text that is there no longer.
fn remembers_what_is_gone(connection: &Connection, index: &SearchIndex<'_>, texts: &str) -> Result<bool> {
    let doing = || format!("looking at {}", index.table.name);
    let sizes = format!("{}_docsize", index.table.name);
    let known = "SELECT count(*) FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE";
    if connection.query_row(known, [&sizes], |row| row.get::<_, i64>(0)).told(doing)? == 0 {
        return Ok(false);
    }
    let id = if index.is_newest() { "id" } else { "docid" };
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM {} AS size WHERE NOT EXISTS (SELECT 1 FROM {} AS text WHERE text.{} = size.{id}))",
        quote(&sizes),
        quote(texts),
        quote(&index.number_column())
    );
    connection.query_row(&sql, [], |row| row.get(0)).told(doing)
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
