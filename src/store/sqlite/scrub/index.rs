//! What a full-text index says of itself: how it cuts words, whose texts it holds, and who tells it of changes.

use crate::store::{Catalog, Table, TableKind};

/// A full-text index of the database.
pub struct SearchIndex<'a> {
    /// Its table.
    pub table: &'a Table,
    /// `fts5`, `fts4` or `fts3`.
    pub module: &'a str,
    arguments: Vec<&'a str>,
    /// Whether a trigger tells it what is changed.
    pub is_told: bool,
}

/// Where the texts of an index are.
#[derive(Debug, PartialEq, Eq)]
pub enum Texts {
    /// In itself: its rows are texts like any other.
    Own,
    /// In another table.
    Of(String),
    /// Nowhere: it has the words alone.
    Nowhere,
}

/// Every full-text index of a database.
pub fn all(catalog: &Catalog) -> Vec<SearchIndex<'_>> {
    catalog.tables.iter().filter_map(|table| SearchIndex::of(table, catalog)).collect()
}

impl<'a> SearchIndex<'a> {
    fn of(table: &'a Table, catalog: &Catalog) -> Option<Self> {
        let TableKind::Virtual(module) = &table.kind else { return None };
        let module = ["fts5", "fts4", "fts3"].into_iter().find(|known| module.eq_ignore_ascii_case(known))?;
        let name = table.name.to_lowercase();
        let is_told =
            catalog.triggers.iter().any(|trigger| trigger.definition.to_lowercase().contains(&name));
        Some(SearchIndex { table, module, arguments: arguments(&table.definition), is_told })
    }

    /// Whether it is of the newest sort.
    pub fn is_newest(&self) -> bool {
        self.module == "fts5"
    }

    /// The argument that says how it cuts texts into words, as it is written.
    pub fn tokenize(&self) -> Option<&'a str> {
        self.arguments.iter().copied().find(|argument| key(argument).eq_ignore_ascii_case("tokenize"))
    }

    /// Where its texts are.
    pub fn texts(&self) -> Texts {
        match self.option("content") {
            None => Texts::Own,
            Some(name) if name.is_empty() => Texts::Nowhere,
            Some(name) => Texts::Of(name),
        }
    }

    /// The column by which the rows of its texts are numbered.
    pub fn number_column(&self) -> String {
        self.option("content_rowid").unwrap_or_else(|| "rowid".to_owned())
    }

    fn option(&self, name: &str) -> Option<String> {
        let found = self.arguments.iter().find(|argument| key(argument).eq_ignore_ascii_case(name))?;
        let (_, value) = found.split_once('=')?;
        let value = value.trim();
        let bare = value.trim_matches(|sign| matches!(sign, '"' | '\'' | '`' | '[' | ']'));
        Some(bare.to_owned())
    }
}

fn key(argument: &str) -> &str {
    argument.split_once('=').map_or("", |(key, _)| key.trim())
}

/// The arguments in `CREATE VIRTUAL TABLE name USING module(…)`.
fn arguments(definition: &str) -> Vec<&str> {
    let lower = definition.to_ascii_lowercase();
    let inside = lower.find(" using ").and_then(|at| Some(at + lower[at..].find('(')? + 1));
    let (Some(start), Some(end)) = (inside, definition.rfind(')')) else { return Vec::new() };
    let Some(inside) = definition.get(start..end) else { return Vec::new() };
    let (mut found, mut from, mut depth) = (Vec::new(), 0, 0);
    let mut closes: Option<char> = None;
    for (at, sign) in inside.char_indices() {
        match (closes, sign) {
            (Some(close), sign) if sign == close => closes = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => closes = Some(sign),
            (None, '[') => closes = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                found.push(inside[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(inside[from..].trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_cut_at_commas_that_no_quote_holds() {
        let definition = "CREATE VIRTUAL TABLE n USING fts5 (\n title, body UNINDEXED, content = 'no,te', \
                          tokenize = \"unicode61 separators ',('\")";
        assert_eq!(
            arguments(definition),
            ["title", "body UNINDEXED", "content = 'no,te'", "tokenize = \"unicode61 separators ',('\""]
        );
        assert!(arguments("CREATE TABLE x (a)").is_empty());
    }
}
