//! The sections about objections to marketing, and what a relation's section says for their sake.

use super::super::roles::*;
use super::cursor::{Entry, Fields};
use super::roles::filter;
use crate::store::Value;

/// `[objection.KIND]`, or several as `[[objection.KIND]]`.
pub(super) fn objections(fields: &mut Fields<'_>) -> Vec<Objection> {
    let Some(mut section) = fields.take("objection").and_then(|entry| entry.fields()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (word, kind) in RelationKind::WORDS {
        let Some(entry) = section.take(word) else { continue };
        let places = if entry.is_list() { entry.tables() } else { entry.fields().into_iter().collect() };
        found.extend(places.into_iter().filter_map(|fields| objection(*kind, &entry, fields)));
    }
    section.finish();
    found
}

fn objection(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<Objection> {
    let table = fields.need("table").and_then(|entry| entry.text());
    let medium = fields.take("for").and_then(|entry| entry.word(Medium::WORDS));
    let by = fields.text("by");
    let filter = filter(&mut fields);
    let sign = match fields.take("present") {
        Some(present) => {
            if present.truth() == Some(false) {
                present.complain("`present` is true or not there");
            }
            Some(ObjectionSign::Present)
        }
        None => flag(&mut fields),
    };
    let stored = stored(&mut fields);
    let at = fields.text("at");
    let withdrawn_at = fields.text("withdrawn-at");
    let channel = fields.take("channel").and_then(|entry| word_column(&entry, &CHANNELS));
    let made_by = fields.take("origin").and_then(|entry| word_column(&entry, &MAKERS));
    let new_row = fields.take("new").and_then(|entry| new_row(&entry));
    fields.finish();
    let origin = entry.origin_as(format!("[objection.{}]", kind.word()));
    let (table, sign, tie) = (table?, sign?, Tie::Written(by));
    Some(Objection {
        kind,
        medium,
        table,
        tie,
        filter,
        sign,
        stored,
        at,
        withdrawn_at,
        channel,
        made_by,
        new_row,
        origin,
    })
}

fn flag(fields: &mut Fields<'_>) -> Option<ObjectionSign> {
    let flag = fields.need("flag").and_then(|entry| entry.text());
    let words = [("may-be-mailed", true), ("objected", false)];
    let welcome = fields.need("means").and_then(|entry| entry.word(&words));
    let flag = flag?;
    Some(if welcome? { ObjectionSign::MayBeMailed(flag) } else { ObjectionSign::Objected(flag) })
}

/// `yes` and `no`: what a flag holds where it is not 1 and 0. One without the other says too little.
fn stored(fields: &mut Fields<'_>) -> [Value; 2] {
    let usual = [Value::Integer(1), Value::Integer(0)];
    match (fields.take("yes"), fields.take("no")) {
        (Some(yes), Some(no)) => match (yes.stored(), no.stored()) {
            (Some(yes), Some(other)) if yes == other => {
                no.complain("`yes` and `no` are the same");
                usual
            }
            (Some(yes), Some(no)) => [yes, no],
            _ => usual,
        },
        (Some(one), None) | (None, Some(one)) => {
            one.complain_of_key("`yes` and `no` are said together");
            usual
        }
        (None, None) => usual,
    }
}

/// A column, or `{ column, words = { mail = "M" } }`.
fn word_column(entry: &Entry<'_>, known: &[&'static str]) -> Option<WordColumn> {
    if !entry.is_table() {
        return Some(WordColumn { column: entry.text()?, words: Vec::new() });
    }
    let mut fields = entry.fields()?;
    let column = fields.need("column").and_then(|entry| entry.text());
    let words = fields.need("words").and_then(|entry| entry.fields());
    fields.finish();
    let mut words = words?;
    let mut read = Vec::new();
    for word in known {
        if let Some(value) = words.take(word).and_then(|entry| entry.stored()) {
            read.push(((*word).to_owned(), value));
        }
    }
    words.finish();
    Some(WordColumn { column: column?, words: read })
}

/// `{ set = { column = value }, once-for = column }`.
fn new_row(entry: &Entry<'_>) -> Option<NewRow> {
    let mut fields = entry.fields()?;
    let set = fields.take("set").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    let set = set.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    let link = |column| OnceFor { column, table: String::new(), key: String::new() };
    let once_for = fields.text("once-for").map(link);
    fields.finish();
    Some(NewRow { set, once_for })
}

/// `company`: a column of the contact, or one or several `{ table, contact, company, where }`.
pub(super) fn company_links(kind: RelationKind, fields: &mut Fields<'_>) -> Vec<CompanyLink> {
    let Some(entry) = fields.take("company") else { return Vec::new() };
    if kind != RelationKind::Contact {
        entry.complain_of_key("`company` is said of contacts");
    }
    if entry.is_list() {
        return entry.tables().into_iter().filter_map(link_table).collect();
    }
    if entry.is_table() {
        return entry.fields().and_then(link_table).into_iter().collect();
    }
    entry.text().map(CompanyLink::Column).into_iter().collect()
}

fn link_table(mut fields: Fields<'_>) -> Option<CompanyLink> {
    let mut name = |key| fields.need(key).and_then(|entry| entry.text());
    let (table, contact, company) = (name("table"), name("contact"), name("company"));
    let filter = filter(&mut fields);
    fields.finish();
    Some(CompanyLink::Table { table: table?, contact: contact?, company: company?, filter })
}

/// `reach = ["email.address", "phone.number"]`: tables and columns of a relation's own addresses and numbers.
pub(super) fn reach(fields: &mut Fields<'_>) -> Vec<(String, String)> {
    let Some(entry) = fields.take("reach") else { return Vec::new() };
    let texts = entry.texts().unwrap_or_default();
    let place = |text: &String| {
        let place = text.rsplit_once('.').filter(|(table, column)| !table.is_empty() && !column.is_empty());
        if place.is_none() {
            entry.complain("`reach` is a list of TABLE.COLUMN");
        }
        place.map(|(table, column)| (table.to_owned(), column.to_owned()))
    };
    texts.iter().filter_map(place).collect()
}
