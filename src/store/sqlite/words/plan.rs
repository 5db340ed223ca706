//! Which search indexes are written here, and what has to be known of them. All others the engine makes.

use crate::store::sqlite::search_index::{arguments_of, unquoted};
use crate::store::{Generated, Table, TableKind};

/// Columns of an index whose totals surely stand on one page.
const MOST_COLUMNS: usize = 32;
/// Ways to cut texts that go from sign to sign, whatever stands around.
const TOKENIZERS: [&str; 2] = ["unicode61", "ascii"];

/// An index that is written here.
pub struct Plan<'a> {
    /// Its name.
    pub name: &'a str,
    /// The names of its columns, and whether their texts are in it.
    pub columns: Vec<(&'a str, bool)>,
    /// What it says of how it cuts texts, as a further argument.
    pub tokenize: String,
}

impl<'a> Plan<'a> {
    /// The plan of an index over the rows of another table, where everything that it says is known here.
    pub fn of(index: &'a Table) -> Option<Self> {
        if index.kind != TableKind::Virtual("fts5".to_owned()) {
            return None;
        }
        let arguments = arguments_of(&index.definition)?;
        let mut tokenize = String::new();
        let mut said = Vec::new();
        let names = index.columns.iter().filter(|column| column.generated != Generated::Hidden);
        let mut names = names.map(|column| column.name.as_str());
        let mut columns = Vec::new();
        for argument in arguments.into_iter().map(str::trim) {
            let Some((word, value)) = option(argument) else {
                columns.push(column(argument, names.next()?)?);
                continue;
            };
            let word = word.to_ascii_lowercase();
            match (word.as_str(), unquoted(value)) {
                ("content", table) if !table.is_empty() => {}
                ("content_rowid", _) => {}
                ("detail", detail) if detail == "full" => {}
                ("columnsize", size) if size == "1" => {}
                ("tokenize", way) if is_known(&way) => tokenize = format!(", {argument}"),
                _ => return None,
            }
            if said.contains(&word) {
                return None;
            }
            said.push(word);
        }
        let whole = names.next().is_none() && (1..=MOST_COLUMNS).contains(&columns.len());
        whole.then_some(Plan { name: &index.name, columns, tokenize })
    }
}

/// The word and the value of an argument that is no column.
fn option(argument: &str) -> Option<(&str, &str)> {
    let is_quoted = argument.starts_with(['\'', '"', '`', '[']);
    let (word, value) = argument.split_once('=').filter(|_| !is_quoted)?;
    Some((word.trim(), value.trim()))
}

/// The column that an argument is, which must have this name.
fn column<'a>(argument: &str, name: &'a str) -> Option<(&'a str, bool)> {
    let last = argument.rsplit_once(char::is_whitespace);
    let (said, is_indexed) = match last.filter(|(_, word)| word.eq_ignore_ascii_case("unindexed")) {
        Some((said, _)) => (said.trim_end(), false),
        None => (argument, true),
    };
    (unquoted(said) == name).then_some((name, is_indexed))
}

fn is_known(way: &str) -> bool {
    let name = way.split(' ').find(|word| !word.is_empty()).unwrap_or_default();
    TOKENIZERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}
