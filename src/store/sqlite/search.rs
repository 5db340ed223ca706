//! Rows found by their words, through a full-text index of the engine's own.

use super::catalog;
use super::errors::Told;
use super::snapshot::show;
use super::sql::{quote, quoted_list};
use crate::fault::{Fault, Result};
use crate::store::Visit;
use rusqlite::Connection;

/// Shows the rows of a table that an index over it finds for one of the phrases.
pub fn by_words(
    connection: &Connection,
    (table, index): (&str, &str),
    phrases: &[String],
    columns: &[&str],
    visit: &mut Visit<'_>,
) -> Result<()> {
    let doing = || format!("searching {table}");
    let Some(wanted) = query(phrases) else { return Ok(()) };
    let number = row_number(connection, table)?;
    let selected = if columns.is_empty() { "NULL".to_owned() } else { quoted_list(columns) };
    let (from, index) = (quote(table), quote(index));
    let sql = format!(
        "SELECT {selected} FROM {from} WHERE {number} IN (SELECT rowid FROM {index} WHERE {index} MATCH ?1)"
    );
    let mut statement = connection.prepare_cached(&sql).told(doing)?;
    statement.raw_bind_parameter(1, wanted).told(doing)?;
    show(statement.raw_query(), columns.len(), &doing, visit)
}

/// The phrases in the index's own language, each between quotes so that none of its words is an order. The star after
/// each lets its last word be only begun.
fn query(phrases: &[String]) -> Option<String> {
    let worded = phrases.iter().filter(|phrase| phrase.chars().any(char::is_alphanumeric));
    // The language has no way to write a NUL; no word has one.
    let quoted = worded.map(|phrase| format!("{} *", quote(&phrase.replace('\0', " "))));
    Some(quoted.collect::<Vec<_>>().join(" OR ")).filter(|query| !query.is_empty())
}

/// What the engine calls the number of a row, by which the index knows it.
fn row_number(connection: &Connection, table: &str) -> Result<String> {
    let tables = catalog::read(connection)?;
    let found = tables.table(table).ok_or_else(|| Fault::missing(format!("there is no table {table}")))?;
    found
        .row_number
        .as_deref()
        .or(found.primary_key.first().map(String::as_str))
        .map(quote)
        .ok_or_else(|| Fault::refused(format!("the rows of {table} have no number")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_phrase_is_an_order() {
        let phrases = ["du\"pont".to_owned(), "NOT x*".to_owned(), " - ".to_owned()];
        assert_eq!(query(&phrases).as_deref(), Some("\"du\"\"pont\" * OR \"NOT x*\" *"));
        assert_eq!(query(&["\"*\"".to_owned()]), None);
    }
}
