//! The engine's own checks, told as counts.

use super::catalog;
use super::errors::Told;
use super::sql::quote;
use super::unseen;
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::store::{Health, TableKind};
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
    dangling(connection, "foreign_key_check", &mut health)?;
    Ok(health)
}

/// What there is to look at in a table, besides its pages and the types of its values.
pub struct Look<'a> {
    /// Its name.
    pub table: &'a str,
    /// The conditions that its rows may break; nothing where they may break any.
    pub conditions: Option<Vec<&'a str>>,
    /// Whether its rows may point at nothing.
    pub keys: bool,
}

/// The same, quickly, of these tables alone: they must be all that can be damaged.
///
/// # Errors
/// As [`of`].
pub fn of_tables(connection: &Connection, looks: &[Look<'_>]) -> Result<Health> {
    let mut health = Health::default();
    for look in looks {
        let table = quote(look.table);
        let broken = look.conditions.as_ref().map(|conditions| broken(connection, &table, conditions));
        // Conditions that are no question of their own, the engine understands in their place.
        let understood = broken.and_then(std::result::Result::ok);
        ignore_conditions(connection, understood.is_some())?;
        pages_and_rows(connection, &format!("quick_check({table})"), &mut health)?;
        if let Some(count) = understood.filter(|count| *count > 0) {
            health.page_errors.insert(format!("CHECK constraint failed in {}", look.table), count);
        }
        if look.keys {
            dangling(connection, &format!("foreign_key_check({table})"), &mut health)?;
        }
    }
    Ok(health)
}

/// How many rows break one of the conditions.
fn broken(connection: &Connection, table: &str, conditions: &[&str]) -> rusqlite::Result<u64> {
    if conditions.is_empty() {
        return Ok(0);
    }
    let broken: Vec<String> = conditions.iter().map(|condition| format!("NOT ({condition}\n)")).collect();
    let count = format!("SELECT count(*) FROM main.{table} WHERE {}", broken.join(" OR "));
    connection.query_row(&count, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

fn dangling(connection: &Connection, check: &str, health: &mut Health) -> Result<()> {
    let doing = || "checking the database".to_owned();
    let mut check = connection.prepare(&format!("PRAGMA main.{check}")).told(doing)?;
    let mut dangling = check.query([]).told(doing)?;
    while let Some(row) = dangling.next().told(doing)? {
        let pair = (row.get(0).told(doing)?, row.get(2).told(doing)?);
        *health.dangling.entry(pair).or_default() += 1;
    }
    Ok(())
}

/// Whether `quick_check` finds the pages of every table whole. CHECK constraints take it most of its time and say nothing
/// about that; what a search index remembers of words is made anew wherever it matters.
///
/// # Errors
/// As [`of`].
pub fn soundness(connection: &Connection) -> Result<()> {
    let catalog = catalog::read(connection)?;
    let mut tables = catalog.tables.iter().filter(|table| !matches!(table.kind, TableKind::Virtual(_)));
    ignore_conditions(connection, true)?;
    let checked = tables.try_for_each(|table| {
        let check = format!("quick_check({})", quote(&table.name));
        pages_and_rows(connection, &check, &mut Health::default())
    });
    ignore_conditions(connection, false)?;
    checked
}

fn ignore_conditions(connection: &Connection, ignore: bool) -> Result<()> {
    connection
        .execute_batch(&format!("PRAGMA ignore_check_constraints = {ignore}"))
        .told(|| "checking the database".into())
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
