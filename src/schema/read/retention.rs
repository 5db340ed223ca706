//! The section about how long relations may stay: one term of a kind, or a list of them.

use super::super::period::Period;
use super::super::retention_roles::{Retention, Since, Term};
use super::super::roles::RelationKind;
use super::cursor::{Entry, Fields};
use super::roles::filter;

/// `[retention.lead]` is one term, `[[retention.lead]]` several.
pub(super) fn retention(fields: &mut Fields<'_>) -> Vec<Retention> {
    let Some(mut section) = fields.take("retention").and_then(|entry| entry.fields()) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (word, kind) in RelationKind::WORDS {
        let Some(entry) = section.take(word) else { continue };
        let written = match entry.is_list() {
            true => entry.tables(),
            false => entry.fields().into_iter().collect(),
        };
        let terms: Vec<Term> = written.into_iter().filter_map(|fields| term(*kind, &entry, fields)).collect();
        if !terms.is_empty() {
            all.push(Retention { kind: *kind, terms, origin: origin(*kind, &entry) });
        }
    }
    section.finish();
    all
}

fn origin(kind: RelationKind, entry: &Entry<'_>) -> super::super::complete::Origin {
    entry.origin_as(format!("[retention.{}]", kind.word()))
}

fn term(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<Term> {
    let after = fields.need("after").and_then(|entry| {
        let period = Period::parse(&entry.text()?);
        if period.is_none() {
            entry.complain("`after` is a time such as \"3 years\"");
        }
        period
    });
    let since = fields.take("since").map(|entry| events(&entry)).unwrap_or_default();
    let otherwise = fields.text("otherwise");
    if since.is_empty() && otherwise.is_none() {
        fields.complain("a term counts from `since`, or from `otherwise`");
    }
    let holds = fields.take("holds").and_then(|entry| entry.truth()).unwrap_or(false);
    let filter = filter(&mut fields);
    let reason = fields.need("reason").and_then(|entry| entry.text());
    let source = fields.text("source");
    fields.finish();
    Some(Term {
        after: after?,
        since,
        otherwise,
        holds,
        filter,
        reason: reason?,
        source,
        origin: origin(kind, entry),
    })
}

/// One kind of event, or a list of them.
fn events(entry: &Entry<'_>) -> Vec<Since> {
    let written = match entry.is_list() {
        true => entry.tables(),
        false => entry.fields().into_iter().collect(),
    };
    written.into_iter().filter_map(since).collect()
}

fn since(mut fields: Fields<'_>) -> Option<Since> {
    let table = fields.need("table").and_then(|entry| entry.text());
    let column = fields.need("column").and_then(|entry| entry.text());
    let filter = filter(&mut fields);
    let (by, through, via) = (fields.text("by"), fields.text("through"), fields.text("via"));
    if via.is_some() && through.is_none() {
        fields.complain("`via` is a column between the root and `through`");
    }
    fields.finish();
    Some(Since { table: table?, column: column?, filter, by, through, via, path: Vec::new() })
}
