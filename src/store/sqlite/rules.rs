//! Which rules of a schema a copy may break: those about columns whose values are not those of the source. What came
//! across as it was keeps and breaks what it kept and broke before.

use crate::store::{Catalog, ForeignKey, Generated, Table};

/// A table that was filled, and the columns whose values were changed.
pub struct Filled {
    /// Its name.
    pub table: String,
    /// Its columns that have other values now.
    pub changed: Vec<String>,
}

/// The conditions of the table's CHECK constraints that may have another outcome now, in the schema's own words;
/// nothing where its definition cannot be read.
pub fn conditions<'a>(table: &'a Table, changed: &[String]) -> Option<Vec<&'a str>> {
    let mut conditions = all_conditions(&table.definition)?;
    // A computed column changes with those that it is computed from: which these are is not looked at.
    let computed = table.columns.iter().filter(|column| column.generated != Generated::No);
    let columns: Vec<&str> =
        changed.iter().map(String::as_str).chain(computed.map(|column| column.name.as_str())).collect();
    conditions.retain(|condition| {
        let names = |column: &str| {
            words(condition).flatten().any(|word| word.name().is_some_and(|name| is_same(&name, column)))
        };
        !changed.is_empty() && columns.iter().any(|column| names(column))
    });
    Some(conditions)
}

/// Whether rows of the table may point at nothing now, although they did not before.
pub fn may_dangle(table: &Table, catalog: &Catalog, filled: &[Filled]) -> bool {
    let changed = |table: &str| filled.iter().find(|filled| is_same(&filled.table, table));
    // A table that was not filled has no rows.
    let Some(own) = changed(&table.name) else { return false };
    let touches = |changed: &[String], columns: &[String]| {
        columns.iter().any(|column| changed.iter().any(|changed| is_same(changed, column)))
    };
    let may_be_broken = |key: &ForeignKey| {
        let (Some(parent), Some(of_parent)) = (catalog.table(&key.parent), changed(&key.parent)) else {
            return true;
        };
        let columns = if key.parent_columns.is_empty() { &parent.primary_key } else { &key.parent_columns };
        touches(&own.changed, &key.columns) || touches(&of_parent.changed, columns)
    };
    table.foreign_keys.iter().any(may_be_broken)
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// What stands in the brackets behind each CHECK.
fn all_conditions(definition: &str) -> Option<Vec<&str>> {
    let mut conditions = Vec::new();
    let mut words = words(definition);
    while let Some(word) = words.next() {
        if !matches!(word?, Word::Bare(word) if is_same(word, "check")) {
            continue;
        }
        let Some(Word::Sign('(')) = words.next()? else { return None };
        let start = words.at;
        let mut open = 1;
        while open > 0 {
            match words.next()?? {
                Word::Sign('(') => open += 1,
                Word::Sign(')') => open -= 1,
                _ => {}
            }
        }
        conditions.push(&definition[start..words.at - 1]);
    }
    Some(conditions)
}

/// A piece of SQL, as far as it matters here.
#[derive(Debug, PartialEq)]
enum Word<'a> {
    /// A name, keyword or number.
    Bare(&'a str),
    /// What stands between quotes, and the sign that ends it.
    Quoted(&'a str, char),
    Sign(char),
}

impl Word<'_> {
    /// What it may name. Even a text may name a column in an old schema.
    fn name(&self) -> Option<String> {
        match self {
            Word::Bare(name) => Some((*name).to_owned()),
            Word::Quoted(name, end) => Some(name.replace(&format!("{end}{end}"), &end.to_string())),
            Word::Sign(_) => None,
        }
    }
}

/// The words of some SQL, without its comments; nothing in place of one that does not end.
fn words(sql: &str) -> Words<'_> {
    Words { sql, at: 0 }
}

struct Words<'a> {
    sql: &'a str,
    /// How far it is read, in bytes.
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = Option<Word<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.sql[self.at..];
            let first = rest.chars().next()?;
            if first.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                // One that does not end goes on to the end.
                self.at += comment.find("*/").map_or(rest.len(), |end| end + 4);
            } else {
                return Some(self.word(rest, first));
            }
        }
    }
}

impl<'a> Words<'a> {
    fn word(&mut self, rest: &'a str, first: char) -> Option<Word<'a>> {
        let of_name =
            |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '$') || !sign.is_ascii();
        if of_name(first) {
            let length = rest.find(|sign| !of_name(sign)).unwrap_or(rest.len());
            self.at += length;
            return Some(Word::Bare(&rest[..length]));
        }
        let end = match first {
            '\'' | '"' | '`' => first,
            '[' => ']',
            _ => {
                self.at += first.len_utf8();
                return Some(Word::Sign(first));
            }
        };
        let mut from = 1;
        loop {
            let found = from + rest[from..].find(end)?;
            // Twice is the sign itself, but for a bracket.
            if end == ']' || !rest[found + 1..].starts_with(end) {
                self.at += found + 1;
                return Some(Word::Quoted(&rest[1..found], end));
            }
            from = found + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Column, TableKind};

    fn table(definition: &str, computed: &[&str]) -> Table {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            declared_type: String::new(),
            not_null: false,
            generated: Generated::Virtual,
            collation: "BINARY".to_owned(),
        };
        Table {
            name: "t".to_owned(),
            kind: TableKind::Plain,
            strict: false,
            columns: computed.iter().map(column).collect(),
            primary_key: vec!["id".to_owned()],
            row_number: None,
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            definition: definition.to_owned(),
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn conditions_are_told_by_the_columns_that_they_name() {
        let table = table(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, -- CHECK (id > 9)
               name TEXT CHECK (\"name\" <> ')' AND length(name) < 9), [a b] CHECK([a b] IN (1, 2)),
               kind TEXT DEFAULT 'check (name)' check /* why */ ((kind) <> ''), full AS (name || kind),
               CONSTRAINT both CHECK (name <> `ki``nd` OR kind = 'x'), CHECK (full <> ''))",
            &["full"],
        );
        let about = |changed: &[&str]| conditions(&table, &names(changed)).unwrap();
        assert_eq!(about(&[]), [""; 0]);
        assert_eq!(about(&["a B"]), ["[a b] IN (1, 2)", "full <> ''"]);
        assert_eq!(about(&["KIND"]), ["(kind) <> ''", "name <> `ki``nd` OR kind = 'x'", "full <> ''"]);
        assert_eq!(about(&["name"])[0], "\"name\" <> ')' AND length(name) < 9");
        assert_eq!(about(&["name"]).len(), 3);
        assert_eq!(about(&["ki`nd"]).len(), 2);
        assert_eq!(about(&["x"]).len(), 2, "a text may be a name");
    }

    #[test]
    fn what_cannot_be_read_is_said_to_be_so() {
        for definition in
            ["CREATE TABLE t (a CHECK (a <> ')", "CREATE TABLE t (a CHECK a)", "CHECK (a", "CHECK"]
        {
            assert_eq!(conditions(&table(definition, &[]), &names(&["a"])), None, "{definition}");
        }
        let none = table("CREATE TABLE t (a) /* CHECK (a", &[]);
        assert_eq!(conditions(&none, &names(&["a"])), Some(Vec::new()));
    }

    #[test]
    fn only_what_changed_or_did_not_come_may_dangle() {
        let key = |parent: &str, parent_columns: &[&str]| ForeignKey {
            columns: names(&["of"]),
            parent: parent.to_owned(),
            parent_columns: names(parent_columns),
        };
        let mut child = table("", &[]);
        child.name = "child".to_owned();
        let parent = table("", &[]);
        let catalog = Catalog { tables: vec![parent], ..Catalog::default() };
        let filled = |of_child: &[&str], of_parent: Option<&[&str]>| {
            let one = |table: &str, changed: &[&str]| Filled { table: table.into(), changed: names(changed) };
            [one("child", of_child)]
                .into_iter()
                .chain(of_parent.map(|changed| one("T", changed)))
                .collect::<Vec<_>>()
        };
        for (parent, columns, filled, expected) in [
            ("t", &[][..], filled(&["name"], Some(&["name"])), false),
            ("t", &[], filled(&["Of"], Some(&[])), true),
            ("t", &[], filled(&[], Some(&["ID"])), true),
            ("t", &["code"], filled(&[], Some(&["id"])), false),
            ("t", &["code"], filled(&[], Some(&["code"])), true),
            ("t", &[], filled(&[], None), true),
            ("gone", &[], filled(&[], Some(&[])), true),
            ("t", &[], Vec::new(), false),
        ] {
            child.foreign_keys = vec![key(parent, columns)];
            assert_eq!(may_dangle(&child, &catalog, &filled), expected, "{parent} {columns:?}");
        }
    }
}
