//! What a column is: its category, or what decides it.

use super::super::category::Category;
use super::super::names::did_you_mean;
use super::super::rule::{Content, Derivation, JsonPath, JsonStep};
use super::cursor::{Entry, Fields};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The keys that say what a column is; only one of them can.
const SORTS: &[&str] = &["as", "by", "derive", "json", "list-of"];

/// The category that an entry names.
pub(super) fn category(entry: &Entry<'_>) -> Option<Category> {
    let word = entry.any_text()?;
    let category = Category::from_word(&word);
    if category.is_none() {
        let near = did_you_mean(&word, Category::ALL.iter().map(|category| category.word()));
        entry.complain(format!("unknown word `{word}`{near}"));
    }
    category
}

/// Takes what says what the column is. None when nothing does, or when it is wrong and was complained of.
pub(super) fn content(fields: &mut Fields<'_>) -> Option<Content> {
    if let Some(file) = fields.take("file") {
        return file_name(&file, fields);
    }
    let found: Vec<Entry<'_>> = SORTS.iter().filter_map(|key| fields.take(key)).collect();
    if let [first, second, ..] = found.as_slice() {
        second.complain_of_key(format!("`{}` and `{}` both say what the column is", first.key, second.key));
    }
    let entry = found.first()?;
    match entry.key {
        "by" => by_column(entry, fields),
        "derive" => derived(entry, fields),
        "json" => json(entry),
        "list-of" => category(entry).map(Content::ListOf),
        _ => category(entry).map(Content::One),
    }
}

fn by_column(entry: &Entry<'_>, fields: &mut Fields<'_>) -> Option<Content> {
    let mut when = BTreeMap::new();
    for case in fields.need("when").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default() {
        if let Some(category) = category(&case) {
            when.insert(case.key.to_owned(), category);
        }
    }
    let otherwise = fields.need("else").and_then(|entry| category(&entry));
    Some(Content::ByColumn { column: entry.text()?, when, otherwise: otherwise? })
}

/// The words for how one column is computed from one other.
const DERIVATIONS: &[(&str, Derivation)] = &[
    ("compact", Derivation::Compact),
    ("lower", Derivation::Lower),
    ("upper", Derivation::Upper),
    ("digits", Derivation::Digits),
    ("e164", Derivation::E164),
    ("copy", Derivation::Copy),
];

/// How one column is computed from one other, by its word.
pub(super) fn derivation(entry: &Entry<'_>) -> Option<Derivation> {
    let places: Vec<(&'static str, usize)> =
        DERIVATIONS.iter().enumerate().map(|(place, (word, _))| (*word, place)).collect();
    entry.word(&places).map(|place| DERIVATIONS[place].1.clone())
}

fn derived(entry: &Entry<'_>, fields: &mut Fields<'_>) -> Option<Content> {
    let from = fields.take("from");
    let word = entry.text()?;
    if word.contains(['{', '}']) {
        if let Some(from) = from {
            from.complain_of_key("a template names its columns itself");
        }
        return from_template(entry, &word);
    }
    let how = derivation(entry)?;
    if from.is_none() {
        entry.complain("`derive` needs `from`: the column that it is computed from");
    }
    Some(Content::Derived { how, from: vec![from?.text()?] })
}

fn from_template(entry: &Entry<'_>, template: &str) -> Option<Content> {
    let Some(parts) = template_parts(template) else {
        entry.complain("a template has its columns in braces: \"{first_name} {last_name}\"");
        return None;
    };
    let mut from: Vec<String> = Vec::new();
    for column in parts.into_iter().filter_map(|(_, column)| column) {
        if !from.iter().any(|known| known == column) {
            from.push(column.to_owned());
        }
    }
    Some(Content::Derived { how: Derivation::Template(template.to_owned()), from })
}

/// A template cut into pieces: a text, and the column that follows it. None when its braces do not fit.
pub(in crate::schema) fn template_parts(template: &str) -> Option<Vec<(&str, Option<&str>)>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (column, after) = after.split_once('}')?;
        if text.contains('}') || column.is_empty() || column.contains('{') {
            return None;
        }
        parts.push((text, Some(column)));
        rest = after;
    }
    if rest.contains('}') {
        return None;
    }
    parts.push((rest, None));
    Some(parts)
}

fn file_name(entry: &Entry<'_>, fields: &mut Fields<'_>) -> Option<Content> {
    let holds = fields.take("as").map_or(Some(Category::Document), |entry| category(&entry));
    let path = entry.text()?;
    if let Err(wrong) = check_path(&path) {
        entry.complain(wrong);
        return None;
    }
    Some(Content::File { path, holds: holds? })
}

/// A map must not lead out of the database's folder, and has to use the value.
fn check_path(path: &str) -> Result<(), &'static str> {
    let is_slice = |slice: &str| {
        let number =
            |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        slice.is_empty() || slice.split_once(':').is_some_and(|(from, len)| number(from) && number(len))
    };
    let parts = template_slices(path).ok_or("a path has the value in braces: \"attachments/{0:2}/{}\"")?;
    if parts.is_empty() || !parts.iter().all(|slice| is_slice(slice)) {
        return Err("a path has the value as {}, or a slice of it as {from:length}");
    }
    if path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..") {
        return Err("a path is relative to the database's folder and stays below it");
    }
    Ok(())
}

fn template_slices(path: &str) -> Option<Vec<&str>> {
    let mut slices = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (slice, after) = after.split_once('}')?;
        if before.contains('}') {
            return None;
        }
        slices.push(slice);
        rest = after;
    }
    (!rest.contains('}')).then_some(slices)
}

fn json(entry: &Entry<'_>) -> Option<Content> {
    let fields = entry.fields()?;
    let mut paths = Vec::new();
    let mut otherwise = None;
    let mut has_rest = false;
    let entries = fields.rest();
    for path in &entries {
        let category = category(path);
        if path.key == "*" {
            has_rest = true;
            otherwise = category;
        } else if let Some(steps) = json_path(path.key) {
            paths.extend(category.map(|category| (steps, category)));
        } else {
            path.complain_of_key(format!("`{}` is no path such as $.lines[*].description", path.key));
        }
    }
    if !has_rest {
        entry.complain("the rest of a JSON document needs a word too: \"*\" = \"blank\"");
    }
    paths.sort_by(|(one, _), (other, _)| by_specificity(one, other));
    Some(Content::Json { paths, otherwise: otherwise? })
}

/// Reads `$.a.b`, `$.a[*].c`, `$.*.c`.
fn json_path(text: &str) -> Option<JsonPath> {
    let mut rest = text.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[*]") {
            steps.push(JsonStep::AnyItem);
            rest = after;
            continue;
        }
        let after = rest.strip_prefix('.')?;
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let key = &after[..end];
        steps.push(match key {
            "" => return None,
            "*" => JsonStep::AnyKey,
            key => JsonStep::Key(key.to_owned()),
        });
        rest = &after[end..];
    }
    (!steps.is_empty()).then_some(JsonPath(steps))
}

/// A name goes before `*` at the first step that differs; a longer path goes before its beginning.
fn by_specificity(one: &JsonPath, other: &JsonPath) -> Ordering {
    let rank = |step: &JsonStep| !matches!(step, JsonStep::Key(_));
    let pairs = one.0.iter().zip(&other.0);
    pairs.map(|(one, other)| rank(one).cmp(&rank(other))).find(|order| order.is_ne()).unwrap_or_else(|| {
        let keys = |path: &JsonPath| format!("{:?}", path.0);
        other.0.len().cmp(&one.0.len()).then_with(|| keys(one).cmp(&keys(other)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_paths_are_read_step_by_step() {
        let key = |name: &str| JsonStep::Key(name.to_owned());
        assert_eq!(json_path("$.a.b"), Some(JsonPath(vec![key("a"), key("b")])));
        assert_eq!(json_path("$.a[*].c"), Some(JsonPath(vec![key("a"), JsonStep::AnyItem, key("c")])));
        assert_eq!(json_path("$[*]"), Some(JsonPath(vec![JsonStep::AnyItem])));
        assert_eq!(json_path("$.*.c"), Some(JsonPath(vec![JsonStep::AnyKey, key("c")])));
        for wrong in ["", "$", "a", "$a", "$.", "$..a", "$.a[0]", "$.a[*", "$.a[*]b"] {
            assert_eq!(json_path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_most_specific_path_comes_first() {
        let mut paths = ["$.*", "$.a", "$.a.*", "$.a.b"].map(|text| json_path(text).expect(text));
        paths.sort_by(by_specificity);
        assert_eq!(paths.each_ref().map(|path| path.0.len()), [2, 2, 1, 1]);
        assert_eq!(paths[0], json_path("$.a.b").expect("a path"));
        assert_eq!(paths[3], json_path("$.*").expect("a path"));
    }

    #[test]
    fn a_path_to_a_file_stays_below_the_folder_and_uses_the_value() {
        for good in ["{}", "attachments/{0:2}/{2:2}/{}"] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        for wrong in ["a", "../{}", "/{}", "a/../{}", "{0}", "{a:b}", "{", "}{}", "a\\{}", "{0:99999}"] {
            assert!(check_path(wrong).is_err(), "{wrong}");
        }
    }
}
