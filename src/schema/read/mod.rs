//! From a map's TOML to a [`Map`], with a place for every rule and for everything that is wrong.

mod accounts;
mod columns;
pub(super) mod content;
mod cursor;
mod erp;
mod generalise;
mod lists;
mod objection;
mod organisation;
mod retention;
mod roles;
mod tables;

use super::map::Map;
use crate::digest::Hasher;
use crate::fault::{Fault, Result, fault_of};
use cursor::{Fields, Source};
use toml::de::DeTable;

/// How many things that are wrong are told at once.
const MOST_COMPLAINTS: usize = 20;
/// How many maps may stand on each other.
const MOST_STOREYS: usize = 8;

/// Reads a map and all that it extends, and lays them on each other.
pub(super) fn chain(
    text: &str,
    label: &str,
    find: &mut dyn FnMut(&str) -> Result<(String, String)>,
) -> Result<Map> {
    let mut storeys = Vec::new();
    let mut digest = Hasher::default();
    digest.add(text.as_bytes());
    let mut next = Some((text.to_owned(), label.to_owned()));
    while let Some((text, label)) = next.take() {
        let written = one(&text, &label)?;
        if let Some(extends) = &written.extends {
            if storeys.len() + 1 == MOST_STOREYS {
                let what = format!("{}: maps extend each other without end", extends.place);
                return Err(Fault::usage(what).into());
            }
            let found = find(&extends.name).map_err(|error| at_place(error, &extends.place))?;
            digest.add(&[0]);
            digest.add(found.0.as_bytes());
            next = Some(found);
        }
        storeys.push(written.map);
    }
    let base = storeys.pop().expect("the first text has been read");
    let map = storeys.into_iter().rev().fold(base, Map::overlaid);
    Ok(Map { digest: digest.digest().to_string(), ..map })
}

/// One text, read.
struct Written {
    map: Map,
    extends: Option<Extends>,
}

/// What a map stands on, and where it says so.
struct Extends {
    name: String,
    place: String,
}

fn one(text: &str, label: &str) -> Result<Written> {
    let source = Source::new(text, label);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        source.complain(at, error.message().replace('\n', ", "));
    }
    if !errors.is_empty() {
        return Err(refusal(&source));
    }
    let written = document_of(Fields::new(&source, document.get_ref(), 0));
    written.ok_or_else(|| refusal(&source)).and_then(|written| match source.complaints().is_empty() {
        true => Ok(written),
        false => Err(refusal(&source)),
    })
}

/// Reads every section, so that all complaints come together. None when the map cannot even be named.
fn document_of(mut fields: Fields<'_>) -> Option<Written> {
    let name = fields.need("name").and_then(|entry| entry.text());
    let about = fields.need("for").and_then(|entry| entry.text());
    if let Some(format) = fields.need("format")
        && format.count().is_some_and(|format| format != 1)
    {
        format.complain("this program reads `format` 1; the map is for a newer one");
    }
    let extends = fields.take("extends").and_then(|entry| {
        let place = entry.origin("").to_string();
        entry.text().map(|name| Extends { name, place })
    });
    let time = fields.take("time").and_then(|entry| columns::moment_format(&entry));
    let zone = fields.text("zone");
    let folder = fields.take("folder").and_then(|entry| tables::folder(&entry));
    let (types, columns) = tables::everywhere(&mut fields);
    let map = Map {
        name: name.clone().unwrap_or_default(),
        about: about.clone().unwrap_or_default(),
        digest: String::new(),
        time,
        zone,
        folder,
        types,
        columns,
        tables: tables::whole_tables(&mut fields),
        blocks: tables::blocks(&mut fields),
        views: tables::acknowledged(&mut fields, "views"),
        triggers: tables::acknowledged(&mut fields, "triggers"),
        indexes: tables::acknowledged(&mut fields, "indexes"),
        references: tables::references(&mut fields),
        roles: roles::roles(&mut fields),
        quasi: generalise::quasi(&mut fields),
    };
    fields.not_yet(&["prefix", "tenant"]);
    fields.finish();
    name.and(about).map(|_| Written { map, extends })
}

fn refusal(source: &Source<'_>) -> anyhow::Error {
    let complaints = source.complaints();
    let more = complaints.len().saturating_sub(MOST_COMPLAINTS);
    let mut lines = complaints.into_iter().take(MOST_COMPLAINTS);
    let mut fault =
        Fault::usage(lines.next().unwrap_or_else(|| "the map cannot be read".to_owned())).details(lines);
    if more > 0 {
        fault = fault.details([format!("and {more} more")]);
    }
    fault.hint("the map's language is described in crm-admin-map(5)").into()
}

/// The same error, with the place of the `extends` that led to it.
fn at_place(error: anyhow::Error, place: &str) -> anyhow::Error {
    match fault_of(&error) {
        Some(fault) => Fault { what: format!("{place}: {}", fault.what), ..fault.clone() }.into(),
        None => error.context(format!("{place}: reading what the map extends")),
    }
}
