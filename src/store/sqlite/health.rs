//! The engine's own checks, told as counts.

use super::errors::Told;
use super::sql::quote;
use super::unseen;
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::store::Health;
use rusqlite::Connection;

/// Lines about rows that break a rule of their table; every other line is damage of the file.
const ABOUT_ROWS: [&str; 8] = [
    "NULL value in ",
    "CHECK constraint failed in ",
    "NUMERIC value in ",
    "TEXT value in ",
    "non-INT value in ",
    "non-REAL value in ",
    "non-TEXT value in ",
    "non-BLOB value in ",
];

/// More lines than this are one finding: the database is beyond counting.
const MOST_LINES: u32 = 1_000_000;

/// How deep a check goes.
#[derive(Debug, Clone, Copy)]
pub enum Depth {
    /// Pages and rows: `quick_check`.
    Quick,
    /// Every index against its table, too: `integrity_check`.
    Full,
}

/// What `quick_check` or `integrity_check`, and `foreign_key_check`, say.
///
/// # Errors
/// Damaged when the file itself is: a page that cannot be read, a tree that contradicts itself.
pub fn of(connection: &Connection, depth: Depth) -> Result<Health> {
    let mut health = Health::default();
    let word = match depth {
        Depth::Quick => "quick_check",
        Depth::Full => "integrity_check",
    };
    pages_and_rows(connection, &format!("{word}({MOST_LINES})"), &mut health)?;
    unseen::add_broken_checks(connection, &mut health)?;
    dangling(connection, &mut health)?;
    Ok(health)
}

/// The same, quickly, of these tables alone: they must be all that can be damaged.
///
/// # Errors
/// As [`of`].
pub fn of_tables(connection: &Connection, tables: &[&str]) -> Result<Health> {
    let mut health = Health::default();
    for table in tables {
        pages_and_rows(connection, &format!("quick_check({})", quote(table)), &mut health)?;
    }
    dangling(connection, &mut health)?;
    Ok(health)
}

fn dangling(connection: &Connection, health: &mut Health) -> Result<()> {
    let doing = || "checking the database".to_owned();
    let mut check = connection.prepare("PRAGMA main.foreign_key_check").told(doing)?;
    let mut dangling = check.query([]).told(doing)?;
    while let Some(row) = dangling.next().told(doing)? {
        let pair = (row.get(0).told(doing)?, row.get(2).told(doing)?);
        *health.dangling.entry(pair).or_default() += 1;
    }
    Ok(())
}

/// Whether `quick_check` finds the pages whole. CHECK constraints take it most of its time and say nothing about that.
///
/// # Errors
/// As [`of`].
pub fn soundness(connection: &Connection) -> Result<()> {
    let ignore = |on: &str| {
        connection
            .execute_batch(&format!("PRAGMA ignore_check_constraints = {on}"))
            .told(|| "checking the database".into())
    };
    ignore("ON")?;
    let checked = pages_and_rows(connection, &format!("quick_check({MOST_LINES})"), &mut Health::default());
    ignore("OFF")?;
    checked
}

fn pages_and_rows(connection: &Connection, check: &str, health: &mut Health) -> Result<()> {
    let doing = || "checking the database".to_owned();
    let mut check = connection.prepare(&format!("PRAGMA main.{check}")).told(doing)?;
    let mut lines = check.query([]).told(doing)?;
    while let Some(line) = lines.next().told(doing)? {
        let line: String = line.get(0).told(doing)?;
        if line == "ok" {
            continue;
        }
        if !is_about_rows(&line) {
            // A check that is stopped halfway calls the rest damaged.
            interrupt::check()?;
            return Err(Fault::damaged("the database is damaged: its pages contradict themselves")
                .details([line.lines().next().unwrap_or_default().to_owned()])
                .hint("restore it from a backup, or try `sqlite3 DB .recover`")
                .into());
        }
        *health.page_errors.entry(line).or_default() += 1;
    }
    Ok(())
}

/// An index of words that has fallen behind its rows is about rows too: an archive makes it anew.
fn is_about_rows(line: &str) -> bool {
    ABOUT_ROWS.iter().any(|start| line.starts_with(start)) || line.starts_with("malformed inverted index")
}
