//! Walks through a map's TOML with the position of everything, and gathers what is wrong with it.

use super::super::complete::Origin;
use super::super::names::{did_you_mean, toml_key};
use crate::store::Value;
use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One map's text, and the complaints about it.
pub(super) struct Source<'t> {
    label: &'t str,
    text: &'t str,
    lines: Vec<usize>,
    complaints: RefCell<Vec<(usize, String)>>,
}

impl<'t> Source<'t> {
    /// A text, and what it is called in messages.
    pub(super) fn new(text: &'t str, label: &'t str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Source { label, text, lines, complaints: RefCell::default() }
    }

    /// Notes that something is wrong at a byte of the text.
    pub(super) fn complain(&self, at: usize, what: impl Into<String>) {
        self.complaints.borrow_mut().push((at, what.into()));
    }

    /// The complaints in the order of the text, each as `FILE:LINE:COLUMN: what`.
    pub(super) fn complaints(&self) -> Vec<String> {
        let mut complaints = self.complaints.borrow().clone();
        complaints.sort();
        complaints.dedup();
        let said = |(at, what): &(usize, String)| {
            let (line, column) = self.place(*at);
            format!("{}:{line}:{column}: {what}", self.label)
        };
        complaints.iter().map(said).collect()
    }

    /// Line and column, both from 1, the column in characters.
    fn place(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines[line - 1];
        let before = self.text.get(start..at.min(self.text.len())).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    fn origin(&self, at: usize, words: String) -> Origin {
        let (line, column) = self.place(at);
        Origin { file: self.label.to_owned(), line, column, words }
    }

    /// A piece of the text on one line, and not too much of it.
    fn excerpt(&self, span: Range<usize>) -> String {
        const LONGEST: usize = 160;
        let text = self.text.get(span).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(LONGEST) {
            Some((cut, _)) => format!("{}…", &line[..cut]),
            None => line,
        }
    }
}

/// A key with its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    source: &'t Source<'t>,
    /// The key.
    pub(super) key: &'t str,
    at: usize,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Entry<'t> {
    /// Notes that something is wrong with the value.
    pub(super) fn complain(&self, what: impl Into<String>) {
        let span = self.value.span();
        // A table with a heading of its own has no place of its own.
        let at = if self.is_heading() { self.at } else { span.start };
        self.source.complain(at, what);
    }

    /// Notes that something is wrong with the key.
    pub(super) fn complain_of_key(&self, what: impl Into<String>) {
        self.source.complain(self.at, what);
    }

    /// A path as the map means it: below the map's own folder.
    pub(super) fn path(&self) -> Option<PathBuf> {
        let folder = Path::new(self.source.label).parent().unwrap_or(Path::new(""));
        self.text().map(|path| folder.join(path))
    }

    /// Where it stands, with its words: `[table.party] name = "party-name"`.
    pub(super) fn origin(&self, heading: &str) -> Origin {
        let key = toml_key(self.key);
        let words = match self.is_heading() {
            true => format!("{heading} {key}"),
            false => format!("{heading} {key} = {}", self.source.excerpt(self.value.span())),
        };
        self.source.origin(self.at, words.trim().to_owned())
    }

    /// Where it stands, with other words.
    pub(super) fn origin_as(&self, words: impl Into<String>) -> Origin {
        self.source.origin(self.at, words.into())
    }

    fn is_heading(&self) -> bool {
        let starts_with_brace =
            || self.source.text.get(self.value.span()).is_some_and(|text| text.starts_with('{'));
        self.value.get_ref().is_table() && !starts_with_brace()
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    fn wrong_sort(&self, wanted: &str) {
        let found = self.value.get_ref().type_str();
        self.complain(format!("`{}` is {wanted}, not {} {found}", self.key, article(found)));
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.any_text()?;
        if text.is_empty() {
            self.complain(format!("`{}` is empty", self.key));
            return None;
        }
        Some(text)
    }

    /// A text.
    pub(super) fn any_text(&self) -> Option<String> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.wrong_sort("a text");
        }
        text.map(str::to_owned)
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.any_text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            let near = did_you_mean(&text, known.clone());
            let list = match near.is_empty() {
                true => format!("; the words are {}", known.collect::<Vec<_>>().join(", ")),
                false => near,
            };
            self.complain(format!("unknown word `{text}` for `{}`{list}", self.key));
        }
        found
    }

    /// Yes or no.
    pub(super) fn truth(&self) -> Option<bool> {
        let truth = self.value.get_ref().as_bool();
        if truth.is_none() {
            self.wrong_sort("true or false");
        }
        truth
    }

    /// A number of things, at least one.
    pub(super) fn count(&self) -> Option<usize> {
        let number = self.value.get_ref().as_integer();
        let count = number.and_then(|number| usize::from_str_radix(number.as_str(), number.radix()).ok());
        let count = count.filter(|count| *count > 0);
        if count.is_none() {
            self.wrong_sort("a whole number from 1");
        }
        count
    }

    /// A value as the database stores it: true is 1, false is 0.
    pub(super) fn stored(&self) -> Option<Value> {
        let value = stored(self.value.get_ref());
        if value.is_none() {
            self.wrong_sort("a text, a number, true or false");
        }
        value
    }

    /// One stored value or a list of them.
    pub(super) fn stored_list(&self) -> Option<Vec<Value>> {
        let Some(list) = self.value.get_ref().as_array() else {
            return self.stored().map(|value| vec![value]);
        };
        let values: Option<Vec<Value>> = list.iter().map(|item| stored(item.get_ref())).collect();
        if values.as_ref().is_none_or(Vec::is_empty) {
            self.complain(format!(
                "`{}` is a list of texts, numbers, true or false, and not an empty one",
                self.key
            ));
            return None;
        }
        values
    }

    /// A list of texts, at least one.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> =
            self.value.get_ref().as_array().and_then(|list| {
                list.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
            });
        if texts.as_ref().is_none_or(Vec::is_empty) {
            self.complain(format!("`{}` is a list of texts, and not an empty one", self.key));
            return None;
        }
        texts
    }

    /// The tables in a list.
    pub(super) fn tables(&self) -> Vec<Fields<'t>> {
        let Some(list) = self.value.get_ref().as_array() else {
            self.wrong_sort("a list of tables");
            return Vec::new();
        };
        let table_of = |item: &'t Spanned<DeValue<'t>>| Entry { value: item, ..*self }.fields();
        list.iter().filter_map(table_of).collect()
    }

    /// The table that the value is.
    pub(super) fn fields(&self) -> Option<Fields<'t>> {
        match self.value.get_ref() {
            DeValue::Table(table) => {
                let at = if self.is_heading() { self.at } else { self.value.span().start };
                Some(Fields::new(self.source, table, at))
            }
            _ => {
                self.wrong_sort("a table");
                None
            }
        }
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'i']) { "an" } else { "a" }
}

fn stored(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::from(&**text)),
        DeValue::Boolean(truth) => Some(Value::Integer(i64::from(*truth))),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Integer)
        }
        DeValue::Float(number) => {
            number.as_str().parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Real)
        }
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// The entries of a table, taken out one by one; what nobody took is a complaint.
pub(super) struct Fields<'t> {
    source: &'t Source<'t>,
    at: usize,
    entries: Vec<Entry<'t>>,
    asked: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    /// The entries of a table, in the order of the text.
    pub(super) fn new(source: &'t Source<'t>, table: &'t DeTable<'t>, at: usize) -> Self {
        let entry = |(key, value): (&'t Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let text: &'t std::borrow::Cow<'t, str> = key.get_ref();
            Entry { source, key: text, at: key.span().start, value }
        };
        let mut entries: Vec<Entry<'t>> = table.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.at);
        Fields { source, at, entries, asked: Vec::new() }
    }

    /// Notes that something is wrong with the table as a whole.
    pub(super) fn complain(&self, what: impl Into<String>) {
        self.source.complain(self.at, what);
    }

    /// Takes the entry of a key, if it is there.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Entry<'t>> {
        self.asked.push(key);
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Takes the entry of a key, and complains when it is not there.
    pub(super) fn need(&mut self, key: &'static str) -> Option<Entry<'t>> {
        let entry = self.take(key);
        if entry.is_none() {
            self.complain(format!("`{key}` is missing"));
        }
        entry
    }

    /// The text of a key, if it is there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.take(key)?.text()
    }

    /// Complains of keys that have a meaning in the manual, and none yet in the program.
    pub(super) fn not_yet(&mut self, keys: &[&str]) {
        self.entries.retain(|entry| {
            let is_later = keys.contains(&entry.key);
            if is_later {
                entry.complain_of_key(format!("`{}` is not there yet; see crm-admin-map(5)", entry.key));
            }
            !is_later
        });
    }

    /// All that is left, for tables whose keys are names.
    pub(super) fn rest(self) -> Vec<Entry<'t>> {
        self.entries
    }

    /// Whether nothing is left but these keys.
    pub(super) fn only_has(&self, keys: &[&str]) -> bool {
        self.entries.iter().all(|entry| keys.contains(&entry.key))
    }

    /// Whether this key is left, and its value is a table.
    pub(super) fn has_table(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key && entry.is_table())
    }

    /// Whether one of these keys is left.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        self.entries.iter().any(|entry| keys.contains(&entry.key))
    }

    /// Complains of the keys that nobody took.
    pub(super) fn finish(self) {
        for entry in &self.entries {
            let near = did_you_mean(entry.key, self.asked.iter().copied());
            entry.complain_of_key(format!("unknown key `{}`{near}", entry.key));
        }
    }
}
