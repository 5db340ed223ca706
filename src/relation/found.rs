//! Relations found by words: through the indexes that the map names, and where it names none by reading.

use super::field::{FieldSet, is_searched};
use super::key::{Key, shown};
use super::selection::{Keys, passes};
use super::words::Term;
use crate::fault::Result;
use crate::schema::{FieldPlace, Filter};
use crate::store::Snapshot;
use std::collections::BTreeSet;

/// A table in which words are looked for.
struct Place<'a> {
    table: &'a str,
    /// The column with the key of the relation.
    key: &'a str,
    /// The columns with the words, each in rows that pass its filter.
    columns: Vec<(&'a str, &'a Filter)>,
}

/// For each word the keys of the relations that have it.
pub fn by_words(
    fields: &FieldSet<'_>,
    terms: &[Term],
    read_through: &mut BTreeSet<String>,
    data: &mut dyn Snapshot,
) -> Result<Vec<Keys>> {
    let mut found = vec![Keys::new(); terms.len()];
    if terms.is_empty() {
        return Ok(found);
    }
    let none = Filter::new();
    for place in places(fields, &none) {
        match fields.map.search_index(place.table) {
            Some(search) => {
                for (term, keys) in terms.iter().zip(&mut found) {
                    data.search(place.table, &search.index, &term.phrases(), &[place.key], &mut |row| {
                        keys.extend(Key::of(row[0]));
                        Ok(())
                    })?;
                }
            }
            None => {
                read_through.insert(place.table.to_owned());
                place.read(terms, &mut found, data)?;
            }
        }
    }
    Ok(found)
}

/// The root table and those whose rows belong to it, as far as there is something to look into.
fn places<'a>(fields: &'a FieldSet<'_>, none: &'a Filter) -> Vec<Place<'a>> {
    let relation = fields.relation;
    let mut columns: Vec<(&str, &Filter)> =
        relation.label.iter().map(|label| (label.as_str(), none)).collect();
    let searched = fields.root.columns.iter().filter(|column| is_searched(column));
    columns.extend(searched.map(|column| (column.name.as_str(), none)));
    let mut places = vec![Place { table: &relation.table, key: &relation.key, columns }];
    for field in fields.all() {
        let FieldPlace::Child { by } = &field.place else { continue };
        if !fields.column(field).is_some_and(is_searched) {
            continue;
        }
        let wanted = (field.column.as_str(), &field.filter);
        match places.iter_mut().find(|place| place.table == field.table && place.key == by) {
            Some(place) => place.columns.push(wanted),
            None => places.push(Place { table: &field.table, key: by, columns: vec![wanted] }),
        }
    }
    places
}

impl Place<'_> {
    /// Reads every row once, for all words.
    fn read(&self, terms: &[Term], found: &mut [Keys], data: &mut dyn Snapshot) -> Result<()> {
        let mut columns = vec![self.key];
        for (column, filter) in &self.columns {
            columns.push(column);
            columns.extend(filter.iter().map(|(column, _)| column.as_str()));
        }
        data.scan(self.table, &columns, &mut |row| {
            let Some(key) = Key::of(row[0]) else { return Ok(()) };
            let mut at = 1;
            for (_, filter) in &self.columns {
                let (value, rest) = (row[at], &row[at + 1..]);
                at += 1 + filter.len();
                if !passes(filter, rest) {
                    continue;
                }
                let text = shown(value);
                for (term, keys) in terms.iter().zip(found.iter_mut()) {
                    if term.is_in(&text) || term.is_number(&text) {
                        keys.insert(key.clone());
                    }
                }
            }
            Ok(())
        })
    }
}
