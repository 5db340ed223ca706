//! The sections about who logs in, what a relation is, and how long it may stay.

use super::super::complete::Neutralise;
use super::super::roles::*;
use super::cursor::{Entry, Fields};
use super::{accounts, erp, lists, objection, organisation};

/// Reads every role.
pub(super) fn roles(fields: &mut Fields<'_>) -> Roles {
    let (erp, erp_sections) = erp::erp(fields);
    Roles {
        accounts: named(fields, "accounts", accounts::accounts),
        policy: fields.take("policy").and_then(|entry| accounts::policy(&entry)),
        organisation: fields.take("organisation").and_then(|entry| organisation::organisation(&entry)),
        relations: by_kind(fields, "relations", relation),
        objection: objection::objections(fields),
        erp,
        erp_sections,
        retention: super::retention::retention(fields),
        neutralise: named(fields, "neutralise", neutralise),
        restored: named(fields, "restored", restored),
        fields: by_kind(fields, "fields", |kind, _, fields| Some(lists::fields(kind, fields)))
            .into_iter()
            .flatten()
            .collect(),
        search: named(fields, "search", lists::search),
        groups: fields.take("groups").and_then(|entry| lists::groups(&entry)),
    }
}

fn named<T>(fields: &mut Fields<'_>, key: &'static str, read: fn(&Entry<'_>) -> Option<T>) -> Vec<T> {
    let entries = fields.take(key).and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    entries.iter().filter_map(read).collect()
}

fn by_kind<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: fn(RelationKind, &Entry<'_>, Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(mut section) = fields.take(key).and_then(|entry| entry.fields()) else { return Vec::new() };
    let mut roles = Vec::new();
    for (word, kind) in RelationKind::WORDS {
        if let Some(entry) = section.take(word)
            && let Some(fields) = entry.fields()
        {
            roles.extend(read(*kind, &entry, fields));
        }
    }
    section.finish();
    roles
}

/// `where = { column = value or list }`.
pub(super) fn filter(fields: &mut Fields<'_>) -> Filter {
    let entries = fields.take("where").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored_list()?))).collect()
}

fn relation(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<Relation> {
    fields.not_yet(&["tenant"]);
    let table = fields.need("table").and_then(|entry| entry.text());
    let key = fields.need("key").and_then(|entry| entry.text());
    let label = fields.text("label");
    let changed_at = fields.text("changed-at");
    let filter = filter(&mut fields);
    let has = fields.take("has").and_then(|entry| has_child(&entry));
    let unless = fields.take("unless").and_then(|entry| {
        let other = entry.word(RelationKind::WORDS)?;
        if other == kind {
            entry.complain("a kind cannot be unless itself");
        }
        Some(other)
    });
    let words = [("delete", RootErase::Delete), ("blank", RootErase::Blank)];
    let erase = fields.take("erase").and_then(|entry| entry.word(&words)).unwrap_or(RootErase::Delete);
    let company = objection::company_links(kind, &mut fields);
    let reach = objection::reach(&mut fields);
    fields.finish();
    let origin = entry.origin_as(format!("[relations.{}]", kind.word()));
    Some(Relation {
        kind,
        table: table?,
        key: key?,
        label,
        changed_at,
        filter,
        has,
        unless,
        erase,
        company,
        reach,
        origin,
    })
}

fn has_child(entry: &Entry<'_>) -> Option<HasChild> {
    let mut fields = entry.fields()?;
    let table = fields.need("table").and_then(|entry| entry.text());
    let by = fields.text("by").unwrap_or_default();
    let filter = filter(&mut fields);
    fields.finish();
    Some(HasChild { table: table?, by, filter })
}

fn neutralise(entry: &Entry<'_>) -> Option<NeutraliseTable> {
    let mut fields = entry.fields()?;
    let is_long = fields.has_table("set") && fields.only_has(&["set", "only"]);
    let (set, only) = match is_long {
        true => {
            let set = fields.take("set")?.fields()?.rest();
            let only =
                fields.take("only").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
            (set, only)
        }
        false => (fields.rest(), Vec::new()),
    };
    if set.is_empty() {
        entry.complain("nothing is set");
    }
    let set = set.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    let only = only.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored_list()?))).collect();
    let what = Neutralise { set, only };
    Some(NeutraliseTable { table: entry.key.to_owned(), what, origin: entry.origin("[neutralise]") })
}

fn restored(entry: &Entry<'_>) -> Option<RestoredMark> {
    let row = entry.fields()?.rest();
    if row.is_empty() {
        entry.complain("the row has no values");
    }
    let row = row.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    Some(RestoredMark { table: entry.key.to_owned(), row, origin: entry.origin("[restored]") })
}
