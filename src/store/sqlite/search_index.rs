//! Search indexes over the rows of another table, made anew from these.

use super::errors::Told;
use super::pages::PageWriter;
use super::sql::{quote, quoted_list};
use super::words::{self, Plan, Texts};
use crate::fault::{Fault, Result};
use crate::store::{Catalog, Generated, Table, TableKind};
use rusqlite::Connection;

/// Bytes for the words of a search index that are not written yet, and what the engine takes otherwise.
const ROOM_FOR_WORDS: u32 = 16 << 20;
const USUAL_ROOM_FOR_WORDS: u32 = 1 << 20;

/// Makes an index, and fills it from the rows that it is about: as pages, where that can be, or else through the engine.
/// No transaction may be open.
///
/// # Errors
/// Refused where it keeps text of its own; whatever the engine says.
pub fn make(
    connection: &Connection,
    pages: Option<&mut PageWriter>,
    search: &Table,
    catalog: &Catalog,
) -> Result<()> {
    let name = &search.name;
    let Some(content) = option(&search.definition, "content").filter(|content| !content.is_empty()) else {
        return Err(Fault::refused(format!("{name} keeps text of its own and cannot be rebuilt"))
            .hint(format!("give its columns rules under [table.{name}], or say \"{name}\" = \"empty\""))
            .into());
    };
    connection.execute(&search.definition, []).told(|| format!("making {name}"))?;
    let number = option(&search.definition, "content_rowid").unwrap_or_else(|| "rowid".to_owned());
    let from = in_order(&content, &number, catalog);
    if let (Some(pages), Some(plan)) = (pages, Plan::of(search)) {
        let texts = Texts { name: &content, table: catalog.table(&content), number: &number, from: &from };
        if words::fill(connection, pages, &plan, &texts, words::MOST_IN_MEMORY)? {
            return Ok(());
        }
    }
    let run = |order: &str| connection.execute(order, []).map(|_| ()).told(|| format!("rebuilding {name}"));
    let quoted = quote(name);
    let TableKind::Virtual(module) = &search.kind else { return Ok(()) };
    if module != "fts5" {
        return run(&format!("INSERT INTO {quoted}({quoted}) VALUES ('rebuild')"));
    }
    let room =
        |bytes: u32| run(&format!("INSERT INTO {quoted}({quoted}, rank) VALUES ('hashsize', {bytes})"));
    // Words are gathered in memory and written when there is no more room, or when a row comes that stands before the
    // last one. 'rebuild' takes the rows in the order of whatever index covers them, which is theirs hardly ever.
    room(ROOM_FOR_WORDS)?;
    let shown = search.columns.iter().filter(|column| column.generated != Generated::Hidden);
    let columns = quoted_list(&shown.map(|column| column.name.as_str()).collect::<Vec<_>>());
    let number = quote(&number);
    run(&format!("INSERT INTO {quoted} (rowid, {columns}) SELECT {number}, {columns} FROM {from}"))?;
    room(USUAL_ROOM_FOR_WORDS)
}

/// The rows in the order of their numbers.
fn in_order(content: &str, number: &str, catalog: &Catalog) -> String {
    // A view has no index of its own that could be left out.
    let by_itself = if catalog.table(content).is_some() { "NOT INDEXED" } else { "" };
    format!("{} {by_itself} ORDER BY {}", quote(content), quote(number))
}

/// What a definition says of one of a search index's options: without its quotes.
fn option(definition: &str, name: &str) -> Option<String> {
    arguments_of(definition)?.into_iter().find_map(|argument| {
        let (word, value) = argument.split_once('=')?;
        word.trim().eq_ignore_ascii_case(name).then(|| unquoted(value.trim()))
    })
}

/// The arguments of a definition: what stands between commas, but for commas within quotes.
pub fn arguments_of(definition: &str) -> Option<Vec<&str>> {
    let (_, list) = definition.split_once('(')?;
    let (list, _) = list.rsplit_once(')')?;
    let (mut arguments, mut start, mut within) = (Vec::new(), 0, None);
    for (at, sign) in list.char_indices() {
        match (within, sign) {
            (None, ',') => {
                arguments.push(&list[start..at]);
                start = at + 1;
            }
            (None, '\'' | '"' | '`') => within = Some(sign),
            (None, '[') => within = Some(']'),
            (Some(end), _) if sign == end => within = None,
            _ => {}
        }
    }
    arguments.push(&list[start..]);
    Some(arguments)
}

/// A word or a value without its quotes.
pub fn unquoted(value: &str) -> String {
    let mut signs = value.chars();
    let end = match signs.next() {
        Some(quote @ ('\'' | '"' | '`')) => quote,
        Some('[') => ']',
        _ => return value.to_owned(),
    };
    let within = signs.as_str().strip_suffix(end).unwrap_or(signs.as_str());
    within.replace(&format!("{end}{end}"), &end.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_however_they_are_quoted() {
        for (definition, content) in [
            ("CREATE VIRTUAL TABLE w USING fts5 (a, content = 'note', content_rowid = 'id')", "note"),
            ("CREATE VIRTUAL TABLE w USING fts5(a,content=note)", "note"),
            ("CREATE VIRTUAL TABLE w USING fts5(a, CONTENT=\"the \"\"note\"\"\")", "the \"note\""),
            ("CREATE VIRTUAL TABLE w USING fts5(a, content=[note, old])", "note, old"),
            ("CREATE VIRTUAL TABLE w USING fts5(a, tokenize='porter, content=b', content=`c`)", "c"),
            ("CREATE VIRTUAL TABLE w USING fts5(a, content='')", ""),
        ] {
            assert_eq!(option(definition, "content").as_deref(), Some(content), "{definition}");
        }
        assert_eq!(option("CREATE VIRTUAL TABLE w USING fts5(a, content_rowid=id)", "content"), None);
        assert_eq!(option("CREATE TABLE w", "content"), None);
    }

    #[test]
    fn an_index_over_rows_that_another_index_covers_is_written_once_and_whole() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE mail (id INTEGER PRIMARY KEY, address TEXT UNIQUE);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                 INSERT INTO mail SELECT i, hex(i * 7919 % 2003) || '@x.example' FROM n;",
            )
            .unwrap();
        let definition =
            "CREATE VIRTUAL TABLE words USING fts5 (address, content = 'mail', content_rowid = 'id')";
        let mut catalog = Catalog::default();
        let column = |name: &str, generated| crate::store::Column {
            name: name.to_owned(),
            declared_type: String::new(),
            not_null: false,
            generated,
            collation: "BINARY".to_owned(),
        };
        let table = |name: &str, kind, definition: &str| Table {
            name: name.to_owned(),
            kind,
            strict: false,
            columns: vec![column("address", Generated::No), column("rank", Generated::Hidden)],
            primary_key: Vec::new(),
            row_number: None,
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            definition: definition.to_owned(),
        };
        catalog.tables.push(table("mail", TableKind::Plain, ""));
        let search = table("words", TableKind::Virtual("fts5".to_owned()), definition);
        make(&connection, None, &search, &catalog).unwrap();
        connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)", []).unwrap();
        let found = |phrase: &str| -> i64 {
            let query = "SELECT count(*) FROM words WHERE words MATCH ?1";
            connection.query_row(query, [phrase], |row| row.get(0)).unwrap()
        };
        assert_eq!((found("example"), found("\"x example\"")), (2000, 2000));
        let pieces: i64 = connection
            .query_row("SELECT count(DISTINCT segid) FROM words_idx", [], |row| row.get(0))
            .unwrap();
        assert_eq!(pieces, 1, "rows in their order need no merging");
    }
}
