//! The sections for lists: fields, search indexes, groups.

use super::super::list_roles::{Field, FieldPlace, Groups, SearchIndex};
use super::super::roles::RelationKind;
use super::super::rule::Derivation;
use super::content::derivation;
use super::cursor::{Entry, Fields};
use super::roles::filter;

/// `[fields.KIND]`.
pub(super) fn fields(kind: RelationKind, fields: Fields<'_>) -> Vec<Field> {
    let heading = format!("[fields.{}]", kind.word());
    fields.rest().iter().filter_map(|entry| field(kind, entry, &heading)).collect()
}

fn field(kind: RelationKind, entry: &Entry<'_>, heading: &str) -> Option<Field> {
    let fits = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '-');
    if !entry.key.chars().all(fits) || entry.key.is_empty() {
        entry.complain_of_key("a field's name has letters, digits, `-` and `_`");
        return None;
    }
    let (place, by, filter, also) = match entry.is_table() {
        false => (entry.text()?, None, Vec::new(), Vec::new()),
        true => {
            let mut fields = entry.fields()?;
            let column = fields.need("column").and_then(|entry| entry.text());
            let by = fields.text("by");
            let filter = filter(&mut fields);
            let also = also(&mut fields);
            fields.finish();
            (column?, by, filter, also)
        }
    };
    let (table, column) = match place.rsplit_once('.') {
        Some((table, column)) => (table.to_owned(), column.to_owned()),
        None => (String::new(), place),
    };
    let place = by.map_or(FieldPlace::Root, |by| FieldPlace::Child { by });
    let name = entry.key.to_owned();
    Some(Field { kind, name, table, column, place, filter, also, origin: entry.origin(heading) })
}

/// `also = { value_compact = "e164" }`.
fn also(fields: &mut Fields<'_>) -> Vec<(String, Derivation)> {
    let entries = fields.take("also").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    let one = |entry: &Entry<'_>| Some((entry.key.to_owned(), derivation(entry)?));
    entries.iter().filter_map(one).collect()
}

/// `[search]`: a table and the full-text index over it.
pub(super) fn search(entry: &Entry<'_>) -> Option<SearchIndex> {
    let index = entry.text()?;
    Some(SearchIndex { table: entry.key.to_owned(), index, origin: entry.origin("[search]") })
}

/// `[groups]`.
pub(super) fn groups(entry: &Entry<'_>) -> Option<Groups> {
    let mut fields = entry.fields()?;
    let mut need = |key| fields.need(key).and_then(|entry| entry.text());
    let (table, key, name) = (need("table"), need("key"), need("name"));
    let members = fields.need("members").and_then(|entry| members(&entry));
    fields.finish();
    let (members, group, of) = members?;
    let origin = entry.origin_as("[groups]");
    Some(Groups { table: table?, key: key?, name: name?, members, group, of, origin })
}

/// The table of the members, its column with the group, and its columns by kind of relation.
type Members = (String, String, Vec<(RelationKind, String)>);

fn members(entry: &Entry<'_>) -> Option<Members> {
    let mut fields = entry.fields()?;
    let table = fields.need("table").and_then(|entry| entry.text());
    let group = fields.need("group").and_then(|entry| entry.text());
    let column = |(word, kind): &(&'static str, RelationKind)| Some((*kind, fields.text(word)?));
    let of: Vec<_> = RelationKind::WORDS.iter().filter_map(column).collect();
    if of.is_empty() {
        entry.complain("no kind of relation is in these groups: name a column for one, such as `contact`");
    }
    fields.finish();
    Some((table?, group?, of))
}
