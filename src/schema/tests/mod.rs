//! The map from its text to a complete map, on small catalogues made by hand.

mod errors;
mod explaining;
mod fitting;
mod gestures;
mod hostile;
mod lists;
mod overlays;
mod precedence;
mod roles;
mod suggestions;

use super::{Check, ColumnRule, CompleteMap, Map};
use crate::fault::{Fault, Result, fault_of};
use crate::store::{Catalog, Column, Generated, Index, IndexPart, Table, TableKind, Trigger, View};

/// A table: `table("party", "id INTEGER, name VARCHAR(80)")`. A column `id` is its key.
fn table(name: &str, columns: &str) -> Table {
    let column = |text: &str| {
        let (name, declared) = text.split_once(' ').unwrap_or((text, ""));
        Column {
            name: name.to_owned(),
            declared_type: declared.to_owned(),
            not_null: false,
            generated: Generated::No,
            collation: "BINARY".to_owned(),
        }
    };
    let columns: Vec<Column> = columns.split(", ").map(column).collect();
    Table {
        name: name.to_owned(),
        kind: TableKind::Plain,
        strict: false,
        primary_key: columns.iter().map(|column| column.name.clone()).filter(|name| name == "id").collect(),
        columns,
        row_number: None,
        foreign_keys: Vec::new(),
        indexes: Vec::new(),
        definition: String::new(),
    }
}

fn catalog<const N: usize>(tables: [Table; N]) -> Catalog {
    Catalog { tables: tables.into(), ..Catalog::default() }
}

fn view(name: &str) -> View {
    View { name: name.to_owned(), definition: String::new() }
}

fn trigger(name: &str) -> Trigger {
    Trigger { name: name.to_owned(), table: "party".to_owned(), definition: String::new() }
}

fn index(name: &str, expression: bool, partial: Option<&str>) -> Index {
    Index {
        name: name.to_owned(),
        unique: false,
        partial: partial.is_some(),
        parts: vec![IndexPart { column: None, expression, collation: "BINARY".to_owned() }],
        definition: partial.map(str::to_owned),
    }
}

/// A map with its three obligatory lines before `text`, which starts on line 4.
fn written(text: &str) -> String {
    format!("name = \"own\"\nformat = 1\nfor = \"tests\"\n{text}\n")
}

fn read(text: &str) -> Result<Map> {
    Map::parse(&written(text), "own.toml", &mut |name| Err(Fault::missing(format!("no map {name}")).into()))
}

fn map(text: &str) -> Map {
    read(text).unwrap_or_else(|error| panic!("{}", told(&error)))
}

/// A map on another one, whose text is `base`.
fn overlay(base: &str, text: &str) -> Map {
    let text = written(&format!("extends = \"base\"\n{text}"));
    let find = &mut |_: &str| Ok((written(base), "base.toml".to_owned()));
    Map::parse(&text, "own.toml", find).unwrap_or_else(|error| panic!("{}", told(&error)))
}

fn check(text: &str, catalog: &Catalog) -> Check {
    map(text).check(catalog)
}

fn complete(text: &str, catalog: &Catalog) -> CompleteMap {
    map(text).complete_for(catalog).unwrap_or_else(|error| panic!("{}", told(&error)))
}

/// The message of an error with its details, one a line.
fn told(error: &anyhow::Error) -> String {
    let fault = fault_of(error).expect("every error of the schema is a fault");
    [std::slice::from_ref(&fault.what), fault.details.as_slice()].concat().join("\n")
}

/// Everything that is wrong with a map's text, one a line.
fn wrong(text: &str) -> String {
    match read(text) {
        Ok(_) => panic!("this map should not be read:\n{text}"),
        Err(error) => told(&error),
    }
}

/// The rule of `party.x` in a map whose block of that table is `line`.
fn rule(line: &str) -> ColumnRule {
    let map = map(&format!("[table.party]\n{line}"));
    let block = map.block("party").expect("the block is there");
    block.columns[0].rule.clone()
}
