//! What to add to a map for a thing it does not mention: careful guesses, never less safe than emptying.

use super::category::Category;
use super::check::{Thing, Unmapped};
use super::complete::Origin;
use super::names::{is_personal_name, likely_category, toml_key, toml_text};
use super::rule::{Bond, ColumnRule, Content};
use super::types::TypeSort;
use crate::store::{Catalog, Column, Table};

/// A column that a mentioned table has and nothing settles.
pub(super) fn column(catalog: &Catalog, table: &Table, column: &Column) -> Unmapped {
    Unmapped {
        kind: Thing::Column,
        name: format!("{}.{}", table.name, column.name),
        declared_type: Some(column.declared_type.clone()),
        heading: heading(table),
        suggestion: vec![column_line(catalog, table, column)],
    }
}

/// A table that the map does not mention, with a line for each of its columns; those that something already settles
/// come as comments.
pub(super) fn table<'a>(
    catalog: &Catalog,
    table: &'a Table,
    settled: impl Fn(&'a Column) -> Option<(ColumnRule, Origin)>,
) -> Unmapped {
    let line = |column: &'a Column| match settled(column) {
        Some((rule, origin)) => settled_line(column, &rule, &origin),
        None => column_line(catalog, table, column),
    };
    Unmapped {
        kind: Thing::Table,
        name: table.name.clone(),
        declared_type: None,
        heading: heading(table),
        suggestion: table.stored().map(line).collect(),
    }
}

/// A table that a module answers for: a full-text table is made anew, another comes without rows.
pub(super) fn virtual_table(table: &Table, module: &str) -> Unmapped {
    let word = if module.to_ascii_lowercase().starts_with("fts") { "rebuild" } else { "empty" };
    Unmapped {
        kind: Thing::VirtualTable,
        name: table.name.clone(),
        declared_type: None,
        heading: "[tables]".to_owned(),
        suggestion: vec![format!("{} = \"{word}\"  # {}", toml_key(&table.name), on_one_line(module))],
    }
}

/// A view, trigger or index that somebody has to have looked at.
pub(super) fn definition(kind: Thing, name: &str, heading: &str) -> Unmapped {
    Unmapped {
        kind,
        name: name.to_owned(),
        declared_type: None,
        heading: heading.to_owned(),
        suggestion: vec![format!("{} = \"keep\"", toml_key(name))],
    }
}

fn heading(table: &Table) -> String {
    format!("[table.{}]", toml_key(&table.name))
}

fn column_line(catalog: &Catalog, table: &Table, column: &Column) -> String {
    let declared = match on_one_line(&column.declared_type) {
        declared if declared.is_empty() => "no type".to_owned(),
        declared => declared,
    };
    let is_key = table.primary_key.iter().any(|key| key.eq_ignore_ascii_case(&column.name));
    let note = if is_key { ", in the table's key" } else { "" };
    format!("{} = {}  # {declared}{note}", toml_key(&column.name), guess(catalog, table, column, is_key))
}

/// The rule that is proposed, in the map's words.
fn guess(catalog: &Catalog, table: &Table, column: &Column, is_key: bool) -> String {
    let sort = TypeSort::of(&column.type_name());
    if sort == TypeSort::Number
        && let Some(parent) = parent_of(catalog, table, column)
    {
        return format!("{{ link = {} }}", toml_text(parent));
    }
    let category = match sort {
        TypeSort::Number => match is_personal_name(&column.name) {
            Some(Category::Amount) => Category::Amount,
            Some(_) => Category::Blank,
            None => Category::Keep,
        },
        TypeSort::Boolean => Category::Keep,
        TypeSort::Date if is_personal_name(&column.name) == Some(Category::BirthDate) => Category::BirthDate,
        TypeSort::Date => Category::Date,
        TypeSort::Moment if column.type_name().starts_with("TIMESTAMP") => Category::Date,
        TypeSort::Moment | TypeSort::Blob => Category::Blank,
        // A key of generated marks cannot be emptied, and says nothing about anybody.
        TypeSort::Text
            if is_key && ["id", "uuid", "guid"].contains(&column.name.to_ascii_lowercase().as_str()) =>
        {
            Category::Keep
        }
        TypeSort::Text => likely_category(&column.name).unwrap_or(Category::Blank),
    };
    toml_text(category.word())
}

/// The table that a declared foreign key of this one column points at by its key.
fn parent_of<'a>(catalog: &'a Catalog, table: &Table, column: &Column) -> Option<&'a str> {
    let of_column = |columns: &[String]| matches!(columns, [only] if only.eq_ignore_ascii_case(&column.name));
    let key = table.foreign_keys.iter().find(|key| of_column(&key.columns))?;
    let parent = catalog.table(&key.parent)?;
    let is_its_key = match key.parent_columns.as_slice() {
        [] => true,
        [only] => matches!(parent.primary_key.as_slice(), [key] if key.eq_ignore_ascii_case(only)),
        _ => false,
    };
    // A dot or a star in a link means something else.
    Some(parent.name.as_str())
        .filter(|name| is_its_key && !name.contains('.') && *name != "*" && !name.is_empty())
}

fn settled_line(column: &Column, rule: &ColumnRule, origin: &Origin) -> String {
    let what = match (&rule.link, &rule.content) {
        (Some(link), _) if link.bond == Bond::Owner => "owner",
        (Some(_), _) => "link",
        (None, Content::One(category)) => category.word(),
        (None, _) => "settled",
    };
    format!("# {}: {what}, by {}", on_one_line(&column.name), on_one_line(&origin.words))
}

/// What the database says, fit for a comment.
fn on_one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect::<String>().trim().to_owned()
}
