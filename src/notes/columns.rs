//! The columns of a table whose values are of certain categories, and how they are read out of a row.

use crate::masking::{decider_text, json_texts, list_items};
use crate::schema::{Category, CompleteMap, Content, JsonPath, MappedTable, Rows};
use crate::store::{Generated, ValueRef};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A table with the columns of it that are looked at.
#[derive(Debug)]
pub struct Notes<'a> {
    /// The table.
    pub mapped: &'a MappedTable,
    /// Every column that is read: first those that tell one row from another.
    pub read: Vec<&'a str>,
    /// How many those are.
    pub identity: usize,
    texts: Vec<Text<'a>>,
}

/// A column that is looked at.
#[derive(Debug)]
struct Text<'a> {
    column: &'a str,
    at: usize,
    sort: Sort<'a>,
}

/// How a column's values are told to be of a category.
#[derive(Debug)]
enum Sort<'a> {
    One(Category),
    List(Category),
    Decided { at: usize, when: &'a BTreeMap<String, Category>, otherwise: Category },
    Json { paths: &'a [(JsonPath, Category)], otherwise: Category },
}

/// The tables with free text in them.
pub fn notes_of(map: &CompleteMap) -> Vec<Notes<'_>> {
    tables_with(map, &|category| category == Category::FreeText)
}

/// The tables that have columns of some categories.
pub(super) fn tables_with<'a>(map: &'a CompleteMap, wanted: &dyn Fn(Category) -> bool) -> Vec<Notes<'a>> {
    let tables = map.tables().iter().filter(|mapped| mapped.rows != Rows::Rebuild);
    tables.map(|mapped| Notes::of(mapped, wanted)).filter(|notes| !notes.texts.is_empty()).collect()
}

impl<'a> Notes<'a> {
    /// A table with its columns of some categories; there may be none.
    pub(super) fn of(mapped: &'a MappedTable, wanted: &dyn Fn(Category) -> bool) -> Self {
        let read = mapped.table.identity();
        let mut notes = Notes { mapped, identity: read.len(), read, texts: Vec::new() };
        for (column, live) in mapped.columns.iter().zip(&mapped.table.columns) {
            let sort = match &column.rule.content {
                _ if live.generated != Generated::No => continue,
                Content::One(category) if wanted(*category) => Sort::One(*category),
                Content::ListOf(category) if wanted(*category) => Sort::List(*category),
                Content::ByColumn { column, when, otherwise }
                    if wanted(*otherwise) || when.values().any(|category| wanted(*category)) =>
                {
                    Sort::Decided { at: notes.reads(column), when, otherwise: *otherwise }
                }
                Content::Json { paths, otherwise }
                    if wanted(*otherwise) || paths.iter().any(|(_, category)| wanted(*category)) =>
                {
                    Sort::Json { paths, otherwise: *otherwise }
                }
                _ => continue,
            };
            let at = notes.reads(&column.name);
            notes.texts.push(Text { column: &column.name, at, sort });
        }
        notes
    }

    /// The place of a column among those that are read; from now on it is.
    pub(super) fn reads(&mut self, column: &'a str) -> usize {
        let known = self.read.iter().position(|name| name.eq_ignore_ascii_case(column));
        known.unwrap_or_else(|| {
            self.read.push(column);
            self.read.len() - 1
        })
    }

    /// The columns that are looked at.
    pub fn columns(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.texts.iter().map(|text| text.column)
    }

    /// Looks no longer at some columns.
    pub(super) fn leave_out(&mut self, is_left_out: impl Fn(&str) -> bool) {
        self.texts.retain(|text| !is_left_out(text.column));
    }

    /// Shows each text of a row, with its column and its category.
    pub(super) fn each<E>(
        &self,
        row: &[ValueRef<'_>],
        mut show: impl FnMut(&'a str, Category, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        for Text { column, at, sort } in &self.texts {
            let Some(text) = text_of(row[*at]) else { continue };
            match sort {
                Sort::One(category) => show(column, *category, &text)?,
                Sort::List(category) => {
                    list_items(&text).into_iter().try_for_each(|item| show(column, *category, item))?;
                }
                Sort::Decided { at, when, otherwise } => {
                    let category = when.get(&*decider_text(row[*at])).copied().unwrap_or(*otherwise);
                    show(column, category, &text)?;
                }
                Sort::Json { paths, otherwise } => {
                    for (category, item) in json_texts(&text, paths, *otherwise) {
                        show(column, category, &item)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// How a row is told from the others: the values of its identity.
    pub(super) fn row_name(&self, row: &[ValueRef<'_>]) -> String {
        row[..self.identity].iter().map(|value| decider_text(*value)).collect::<Vec<_>>().join(",")
    }
}

/// A value's text; bytes count where they are text.
fn text_of(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Text(bytes) if !bytes.is_empty() => Some(String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => {
            std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty()).map(Cow::Borrowed)
        }
        _ => None,
    }
}
