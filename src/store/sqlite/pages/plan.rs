//! Which tables and indexes the page writer understands, and what it has to know of them.
//!
//! Where anything is unusual, the engine does the work: it is asked to rather once too often.

use super::affinity::{Affinity, Strict};
use super::key::Collation;
use crate::fault::{Fault, Result};
use crate::store::sqlite::errors::Told;
use crate::store::sqlite::sql::quote;
use crate::store::{Column, Generated, Index, Table, TableKind};
use rusqlite::Connection;

/// A table that the page writer fills.
pub struct TablePlan {
    /// The page where the engine looks for it.
    pub root: u32,
    /// The column that is the row's number; none where the number comes before the columns.
    pub number: Option<usize>,
    /// Its stored columns.
    pub columns: Vec<ColumnPlan>,
    /// The indexes that are filled with it.
    pub indexes: Vec<IndexPlan>,
}

/// A stored column.
pub struct ColumnPlan {
    /// What its type makes of values.
    pub affinity: Affinity,
    /// The type that it insists on.
    pub strict: Option<Strict>,
    /// Whether NULL is refused.
    pub not_null: bool,
}

/// An index that the page writer fills.
pub struct IndexPlan {
    /// The page where the engine looks for it.
    pub root: u32,
    /// What a duplicate in it is told as; none where duplicates may be.
    pub unique: Option<String>,
    /// Its parts, in order.
    pub parts: Vec<PartPlan>,
    /// The column without which a row is not in it.
    pub only_with: Option<Place>,
}

/// A part of an index.
pub struct PartPlan {
    /// What stands there.
    pub place: Place,
    /// How texts are compared.
    pub collation: Collation,
    /// Whether the highest comes first.
    pub descending: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A stored column.
    Column(usize),
    /// The row's number.
    Number,
}

/// Whether rows of the table can be written as pages.
pub fn understands(table: &Table) -> bool {
    let computed = |column: &Column| column.generated != Generated::No;
    let usual = table.kind == TableKind::Plain
        && table.columns.iter().all(|column| matches!(column.generated, Generated::No | Generated::Virtual))
        // What is computed is not looked at here; its type, the engine's check of the finished copy looks at.
        && !table.columns.iter().any(|column| computed(column) && column.not_null)
        // `ON CONFLICT REPLACE` makes something else of a row that does not fit.
        && !table.definition.to_ascii_lowercase().contains("conflict");
    let of_constraints = table.indexes.iter().filter(|index| index.definition.is_none());
    usual
        && (table.row_number.is_some() || number_column(table).is_some())
        && of_constraints.into_iter().all(|index| understands_index(table, index))
        && (!table.strict || table.stored().all(|column| Strict::of(column).is_some()))
}

/// Whether the entries of an index of such a table can be written as pages.
pub fn understands_index(table: &Table, index: &Index) -> bool {
    let plain = |name: &str| place_of(table, name).is_some();
    let parts = index
        .parts
        .iter()
        .all(|part| Collation::named(&part.collation).is_some() && part.column.as_deref().is_some_and(plain));
    parts && (!index.partial || condition(table, index).is_some())
}

/// The column that is the row's number itself. A table whose rows have no name for their number might also hide it.
pub fn number_column(table: &Table) -> Option<usize> {
    let [key] = table.primary_key.as_slice() else { return None };
    let is_a_column = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let hidden = ["rowid", "_rowid_", "oid"].into_iter().all(is_a_column);
    let is_it = |column: &Column| column.name == *key && column.declared_type.eq_ignore_ascii_case("INTEGER");
    let none = table.row_number.is_none() && !hidden;
    none.then(|| table.stored().position(is_it)).flatten()
}

fn place_of(table: &Table, name: &str) -> Option<Place> {
    let at = table.stored().position(|column| column.name.eq_ignore_ascii_case(name))?;
    Some(if number_column(table) == Some(at) { Place::Number } else { Place::Column(at) })
}

/// The column of an index that is made `WHERE column IS NOT NULL`, in just these words.
fn condition(table: &Table, index: &Index) -> Option<Place> {
    let (_, condition) = index.definition.as_deref()?.rsplit_once(')')?;
    let words: Vec<&str> = condition.split_ascii_whitespace().collect();
    let [r#where, name, is, not, null] = words.as_slice() else { return None };
    let said = [(r#where, "where"), (is, "is"), (not, "not"), (null, "null")];
    if !said.iter().all(|(word, expected)| word.eq_ignore_ascii_case(expected)) {
        return None;
    }
    let bare = ['"', '`'].iter().find_map(|mark| name.strip_prefix(*mark)?.strip_suffix(*mark));
    let bare = bare.unwrap_or(name);
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || !sign.is_ascii();
    // A value by itself, even where a column has its name.
    let is_value = ["null", "true", "false", "current_time", "current_date", "current_timestamp"]
        .iter()
        .any(|value| name.eq_ignore_ascii_case(value));
    if is_value || !bare.chars().all(is_plain) || bare.starts_with(|sign: char| sign.is_ascii_digit()) {
        return None;
    }
    place_of(table, bare)
}

impl TablePlan {
    /// What has to be known of a table that is understood and there, with those of its indexes that are.
    pub fn of(new: &Connection, table: &Table) -> Result<Self> {
        let columns = table.stored().map(|column| ColumnPlan {
            affinity: match Strict::of(column).filter(|_| table.strict) {
                Some(Strict::Any) => Affinity::Blob,
                _ => Affinity::of(&column.declared_type),
            },
            strict: Strict::of(column).filter(|_| table.strict),
            not_null: column.not_null,
        });
        let columns = columns.collect();
        let known = table.indexes.iter().filter(|index| understands_index(table, index));
        let indexes = known.map(|index| IndexPlan::of(new, table, index)).collect::<Result<_>>()?;
        let root = root(new, "table", &table.name)?;
        Ok(TablePlan { root, number: number_column(table), columns, indexes })
    }
}

impl IndexPlan {
    fn of(new: &Connection, table: &Table, index: &Index) -> Result<Self> {
        let reading = || format!("looking at index {}", index.name);
        let sql = "SELECT name, coll, \"desc\" FROM pragma_index_xinfo(?1) WHERE key ORDER BY seqno";
        let mut statement = new.prepare(sql).told(reading)?;
        let mut rows = statement.query([&index.name]).told(reading)?;
        let mut parts = Vec::new();
        while let Some(row) = rows.next().told(reading)? {
            let (name, collation): (String, String) = (row.get(0).told(reading)?, row.get(1).told(reading)?);
            let (Some(place), Some(collation)) = (place_of(table, &name), Collation::named(&collation))
            else {
                return Err(Fault::unfinished(format!("{}: it is not what it was", reading())).into());
            };
            parts.push(PartPlan { place, collation, descending: row.get(2).told(reading)? });
        }
        let unique = index.unique.then(|| duplicate(table, index));
        let root = root(new, "index", &index.name)?;
        Ok(IndexPlan { root, unique, parts, only_with: condition(table, index).filter(|_| index.partial) })
    }
}

/// What is said of a duplicate, in the engine's own words.
fn duplicate(table: &Table, index: &Index) -> String {
    let doing = match index.definition {
        Some(_) => format!("making index {}", index.name),
        None => format!("writing {}", table.name),
    };
    let columns = index.parts.iter().filter_map(|part| part.column.as_deref());
    let columns: Vec<String> = columns.map(|column| format!("{}.{column}", table.name)).collect();
    format!("{doing}: UNIQUE constraint failed: {}", columns.join(", "))
}

fn root(new: &Connection, kind: &str, name: &str) -> Result<u32> {
    new.query_row("SELECT rootpage FROM sqlite_schema WHERE type = ?1 AND name = ?2", [kind, name], |row| {
        row.get(0)
    })
    .told(|| format!("looking for {kind} {}", quote(name)))
}
