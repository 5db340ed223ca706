//! The sections about tables: everywhere, whole tables, blocks of columns, views, triggers, indexes, references.

use super::super::map::{Block, Named, PatternRule, Reference, TableRule, TableWord};
use super::super::names::toml_key;
use super::super::pattern::Pattern;
use super::super::types::TypeSort;
use super::columns::column_rule;
use super::cursor::{Entry, Fields};
use std::collections::HashSet;

/// The entries of a section whose keys are names, and its heading.
fn section<'t>(fields: &mut Fields<'t>, key: &'static str) -> (Vec<Entry<'t>>, String) {
    let entries = fields.take(key).and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    (entries, format!("[{key}]"))
}

/// Complains of names that stand twice, which TOML allows where only their case differs.
fn check_twice(entries: &[Entry<'_>]) {
    let mut names = HashSet::new();
    for entry in entries {
        if !names.insert(entry.key.to_ascii_lowercase()) {
            entry.complain_of_key(format!(
                "`{}` is there twice: the case of a name makes no difference",
                entry.key
            ));
        }
    }
}

fn pattern_of(entry: &Entry<'_>) -> Pattern {
    Pattern::new(entry.key)
}

/// `[everywhere.types]` and `[everywhere.columns]`.
pub(super) fn everywhere(fields: &mut Fields<'_>) -> (Vec<Named>, Vec<PatternRule>) {
    let Some(mut everywhere) = fields.take("everywhere").and_then(|entry| entry.fields()) else {
        return Default::default();
    };
    let (types, _) = section(&mut everywhere, "types");
    check_twice(&types);
    let types = types.iter().filter_map(type_rule).collect();
    let (columns, _) = section(&mut everywhere, "columns");
    let columns = column_rules(&columns, "[everywhere.columns]");
    everywhere.finish();
    (types, columns)
}

fn type_rule(entry: &Entry<'_>) -> Option<Named> {
    entry.word(&[("keep", ())])?;
    let name = entry.key;
    if name.contains('(') {
        entry.complain_of_key(format!("`{name}` is written without its length"));
    } else if !TypeSort::of(name).may_be_kept_by_type() {
        let what = format!("type `{name}` is never kept by type alone: people write what is in it");
        entry.complain_of_key(format!("{what}; say what each column is"));
    }
    Some(Named { pattern: Pattern::new(name), origin: entry.origin("[everywhere.types]") })
}

fn column_rules(entries: &[Entry<'_>], heading: &str) -> Vec<PatternRule> {
    check_twice(entries);
    let rule = |entry: &Entry<'_>| {
        let rule = column_rule(entry)?;
        Some(PatternRule { pattern: pattern_of(entry), rule, origin: entry.origin(heading) })
    };
    entries.iter().filter_map(rule).collect()
}

/// `[tables]`.
pub(super) fn whole_tables(fields: &mut Fields<'_>) -> Vec<TableRule> {
    let (entries, heading) = section(fields, "tables");
    check_twice(&entries);
    let rule = |entry: &Entry<'_>| {
        let (word, optional) = match entry.is_table() {
            true => long_table_rule(entry)?,
            false => (Some(entry.word(WORDS)?.word()), false),
        };
        Some(TableRule { pattern: pattern_of(entry), word, optional, origin: entry.origin(&heading) })
    };
    entries.iter().filter_map(rule).collect()
}

#[derive(Clone, Copy)]
enum Word {
    Keep,
    Empty,
    Rebuild,
}

const WORDS: &[(&str, Word)] = &[("keep", Word::Keep), ("empty", Word::Empty), ("rebuild", Word::Rebuild)];

impl Word {
    fn word(self) -> TableWord {
        match self {
            Word::Keep => TableWord::Keep,
            Word::Empty => TableWord::Empty,
            Word::Rebuild => TableWord::Rebuild,
        }
    }
}

fn long_table_rule(entry: &Entry<'_>) -> Option<(Option<TableWord>, bool)> {
    let mut fields = entry.fields()?;
    fields.not_yet(&["tenant"]);
    let rows = fields.take("rows");
    let optional = fields.take("optional");
    let history = fields.take("history");
    let row = fields.take("row");
    let nothing = rows.is_none() && optional.is_none() && history.is_none();
    let word = match (&rows, &history) {
        (Some(rows), Some(_)) => {
            rows.complain_of_key("`rows` and `history` both say what the table is");
            None
        }
        (Some(rows), None) => rows.word(WORDS).map(Word::word),
        (None, Some(history)) => history_of(history, row.as_ref()),
        (None, None) => None,
    };
    if let (None, Some(row)) = (&history, &row) {
        row.complain_of_key("`row` belongs to a `history`");
    }
    if nothing {
        fields.complain("nothing says what the table is: add `rows`, `history` or `optional`");
    }
    fields.finish();
    Some((word, optional.and_then(|entry| entry.truth()).unwrap_or(false)))
}

fn history_of(history: &Entry<'_>, row: Option<&Entry<'_>>) -> Option<TableWord> {
    let Some(row) = row else {
        history.complain_of_key("a `history` needs `row`: the column that numbers its versions");
        return None;
    };
    Some(TableWord::History { table: history.text()?, row: row.text()? })
}

/// Every `[table.T]`.
pub(super) fn blocks(fields: &mut Fields<'_>) -> Vec<Block> {
    let (entries, _) = section(fields, "table");
    check_twice(&entries);
    let block = |entry: &Entry<'_>| {
        let heading = format!("[table.{}]", toml_key(entry.key));
        let columns = column_rules(&entry.fields()?.rest(), &heading);
        Some(Block { table: entry.key.to_owned(), columns, origin: entry.origin_as(heading) })
    };
    entries.iter().filter_map(block).collect()
}

/// `[views]`, `[triggers]` or `[indexes]`.
pub(super) fn acknowledged(fields: &mut Fields<'_>, key: &'static str) -> Vec<Named> {
    let (entries, heading) = section(fields, key);
    check_twice(&entries);
    let named = |entry: &Entry<'_>| {
        entry.word(&[("keep", ())])?;
        Some(Named { pattern: pattern_of(entry), origin: entry.origin(&heading) })
    };
    entries.iter().filter_map(named).collect()
}

/// `[references]`.
pub(super) fn references(fields: &mut Fields<'_>) -> Vec<Reference> {
    let (entries, heading) = section(fields, "references");
    let reference = |entry: &Entry<'_>| {
        let table = entry.text()?;
        Some(Reference { model: entry.key.to_owned(), table, origin: entry.origin(&heading) })
    };
    entries.iter().filter_map(reference).collect()
}

/// Where attachments lie, which must be below the database's folder.
pub(super) fn folder(entry: &Entry<'_>) -> Option<String> {
    let folder = entry.text()?;
    if folder.starts_with('/') || folder.contains('\\') || folder.split('/').any(|part| part == "..") {
        entry.complain("`folder` is relative to the database's folder and stays below it");
        return None;
    }
    Some(folder)
}
