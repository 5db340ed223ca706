//! The rule of one column: a word, or a table with its content, its link, its erasure and its shape.

use super::super::category::Category;
use super::super::period::Period;
use super::super::rule::{Bond, ColumnRule, Content, Erase, EraseAct, Fit, Link, LinkTarget};
use super::content::{category, content};
use super::cursor::{Entry, Fields};
use super::generalise::generalise;
use std::collections::BTreeMap;

/// Reads a column's rule. None when it is wrong, and was complained of.
pub(super) fn column_rule(entry: &Entry<'_>) -> Option<ColumnRule> {
    if !entry.is_table() {
        return category(entry).map(ColumnRule::of);
    }
    let mut fields = entry.fields()?;
    let says_what = fields.has_any(WHAT);
    fields.not_yet(&["types-from", "as-column", "owns"]);
    let content = content(&mut fields);
    let link = link(&mut fields);
    let erase = erase(&mut fields, link.as_ref());
    let generalise = generalise(&mut fields, content.as_ref());
    let fit = Fit { generalise, ..fit(&mut fields) };
    let content = content.or_else(|| link.is_some().then_some(Content::One(Category::Keep)));
    if content.is_none() && !says_what {
        fields.complain("nothing says what the column is: add as = \"…\" or a link");
    }
    for (key, of) in [("from", "derive"), ("when", "by"), ("else", "by"), ("types", "type-in")] {
        if let Some(alone) = fields.take(key) {
            alone.complain_of_key(format!("`{key}` belongs to `{of}`"));
        }
    }
    fields.finish();
    Some(ColumnRule { content: content?, link, erase, fit })
}

/// The keys of which one at least says what a column is.
const WHAT: &[&str] = &[
    "as",
    "by",
    "derive",
    "json",
    "list-of",
    "file",
    "owner",
    "link",
    "reference",
    "type-in",
    "as-column",
    "owns",
];

fn link(fields: &mut Fields<'_>) -> Option<Link> {
    let (owner, mention) = (fields.take("owner"), fields.take("link"));
    if let (Some(_), Some(mention)) = (&owner, &mention) {
        mention.complain_of_key("a column is `owner` or `link`, not both");
    }
    let shared = fields.take("shared");
    let bond = if owner.is_some() { Bond::Owner } else { Bond::Mention };
    if let (Some(shared), Bond::Mention) = (&shared, bond) {
        shared.complain_of_key("`shared` belongs to an `owner`");
    }
    let reference = fields.take("reference");
    let typed = fields.take("type-in").map(|entry| typed(&entry, fields));
    let Some(entry) = owner.or(mention) else {
        if let Some(reference) = reference {
            reference.complain_of_key("`reference` needs owner = \"*\" or link = \"*\"");
        } else if typed.is_some() {
            fields.complain("`type-in` needs owner = \"*\" or link = \"*\"");
        }
        return None;
    };
    let target = match (entry.text()?.as_str(), reference, typed) {
        ("*", Some(reference), None) => {
            reference.word(&[("model,id", ())]).map(|()| LinkTarget::Reference)?
        }
        ("*", None, Some(typed)) => typed?,
        ("*", None, None) => {
            entry.complain("\"*\" needs reference = \"model,id\", or `type-in` and `types`");
            return None;
        }
        (_, None, None) => plain_target(&entry)?,
        (_, _, _) => {
            entry.complain(format!("`{}` is \"*\" where the table depends on the row", entry.key));
            return None;
        }
    };
    Some(Link { bond, target, shared: shared.and_then(|entry| entry.truth()).unwrap_or(false) })
}

fn plain_target(entry: &Entry<'_>) -> Option<LinkTarget> {
    let text = entry.text()?;
    Some(match text.rsplit_once('.') {
        Some((table, column)) if table.is_empty() || column.is_empty() => {
            entry.complain(format!("`{}` is a table, or \"table.column\"", entry.key));
            return None;
        }
        Some((table, column)) => LinkTarget::Value { table: table.to_owned(), column: column.to_owned() },
        None => LinkTarget::Key { table: text },
    })
}

fn typed(type_in: &Entry<'_>, fields: &mut Fields<'_>) -> Option<LinkTarget> {
    let types = fields.need("types").and_then(|entry| entry.fields()).map(Fields::rest);
    let mut tables = BTreeMap::new();
    for case in types? {
        tables.extend(case.text().map(|table| (case.key.to_owned(), table)));
    }
    Some(LinkTarget::TypedKey { type_column: type_in.text()?, types: tables })
}

const ACTS: &[(&str, EraseAct)] = &[
    ("delete", EraseAct::Delete),
    ("blank", EraseAct::Blank),
    ("detach", EraseAct::Detach),
    ("keep", EraseAct::Keep),
    ("refuse", EraseAct::Refuse),
    ("follow", EraseAct::Follow),
    ("offer", EraseAct::Offer),
];

fn erase(fields: &mut Fields<'_>, link: Option<&Link>) -> Option<Erase> {
    let act = fields.take("erase");
    let reason = fields.take("reason");
    let until = fields.take("for");
    let Some(act) = act else {
        for alone in reason.iter().chain(&until) {
            alone.complain_of_key(format!("`{}` belongs to an `erase`", alone.key));
        }
        return None;
    };
    let meaning = act.word(ACTS)?;
    if !matches!(meaning, EraseAct::Blank | EraseAct::Keep) && link.is_none() {
        act.complain("only a link can say that; a value is kept or blanked");
    }
    match (&reason, &until) {
        (None, _) if meaning == EraseAct::Keep => act.complain("what an erasure keeps needs a `reason`"),
        (_, Some(until)) if meaning != EraseAct::Keep => {
            until.complain_of_key("`for` belongs to erase = \"keep\"")
        }
        _ => {}
    }
    let reason = reason.and_then(|entry| entry.text());
    let until = until.and_then(|entry| {
        let words = entry.text()?;
        let is_period = Period::parse(&words).is_some() || Period::parse_after(&words).is_some();
        if !is_period {
            entry.complain("`for` is a time such as \"10 years after sale_date\"");
        }
        Some(words)
    });
    Some(Erase { act: meaning, reason, until })
}

fn fit(fields: &mut Fields<'_>) -> Fit {
    let mut truth = |key| fields.take(key).and_then(|entry| entry.truth()).unwrap_or(false);
    let (valid, unique, random) = (truth("valid"), truth("unique"), truth("random"));
    Fit {
        max_chars: fields.take("max").and_then(|entry| entry.count()),
        valid,
        unique,
        random,
        with: fields.text("with"),
        blank_is: fields.take("blank-is").and_then(|entry| entry.any_text()),
        generalise: None,
        time: fields.take("time").and_then(|entry| moment_format(&entry)),
    }
}

/// A way to write moments, tried on one.
pub(super) fn moment_format(entry: &Entry<'_>) -> Option<String> {
    let format = entry.text()?;
    let epoch = jiff::ZonedDateTime::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
    if jiff::fmt::strtime::format(&format, &epoch).is_err() {
        entry.complain("`time` is a way to write moments such as \"%Y-%m-%d %H:%M:%S\"");
        return None;
    }
    Some(format)
}
