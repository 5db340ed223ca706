//! The organisation that works with the CRM, and texts that stand in rows of it.

use super::super::roles::*;
use super::cursor::Entry;
use super::roles::filter;

/// `[organisation]`.
pub(super) fn organisation(entry: &Entry<'_>) -> Option<Organisation> {
    let mut fields = entry.fields()?;
    let origin = entry.origin_as("[organisation]");
    let mut read =
        Organisation { name: None, town: None, postcode: None, product: fields.text("product"), origin };
    for (word, place) in read.lookups() {
        *place = fields.take(word).and_then(|entry| lookup(&entry));
    }
    fields.finish();
    Some(read)
}

/// `{ table, column, where, key, in }`: texts that stand in rows of a table.
pub(super) fn lookup(entry: &Entry<'_>) -> Option<Lookup> {
    let mut fields = entry.fields()?;
    let table = fields.need("table").and_then(|entry| entry.text());
    let column = fields.need("column").and_then(|entry| entry.text());
    let filter = filter(&mut fields);
    let key = fields.take("key");
    let named = match (key, fields.take("in")) {
        (None, None) => None,
        (Some(key), Some(other)) => Some(named(&key, &other)?),
        (Some(only), None) | (None, Some(only)) => {
            only.complain("`key` and `in` go together: the rows whose key another table names");
            None
        }
    };
    fields.finish();
    Some(Lookup { table: table?, column: column?, filter, named })
}

fn named(key: &Entry<'_>, other: &Entry<'_>) -> Option<Named> {
    let mut fields = other.fields()?;
    let table = fields.need("table").and_then(|entry| entry.text());
    let column = fields.need("column").and_then(|entry| entry.text());
    fields.finish();
    Some(Named { key: key.text()?, table: table?, column: column? })
}
