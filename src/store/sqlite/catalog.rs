//! Reads what a database declares.

use super::errors::Told;
use super::sql::quote;
use crate::fault::Result;
use crate::store::{
    Catalog, Column, ForeignKey, Generated, Index, IndexPart, Table, TableKind, Trigger, View,
};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};

/// A line of the engine's list of tables.
struct Listed {
    name: String,
    kind: String,
    without_rowid: bool,
    strict: bool,
}

/// Everything the database declares, in the order in which it was declared.
pub fn read(connection: &Connection) -> Result<Catalog> {
    let definitions = definitions(connection)?;
    let texts: Texts<'_> = definitions
        .iter()
        .map(|entry| ((entry.kind.as_str(), entry.name.as_str()), entry.sql.as_str()))
        .collect();
    let mut tables = Vec::new();
    for listed in listed(connection)? {
        tables.push(describe(connection, &listed, &texts)?);
    }
    let order: BTreeMap<&str, usize> =
        definitions.iter().enumerate().map(|(place, entry)| (entry.name.as_str(), place)).collect();
    tables.sort_by_key(|table| order.get(table.name.as_str()).copied().unwrap_or(usize::MAX));
    let views = definitions
        .iter()
        .filter(|entry| entry.kind == "view")
        .map(|entry| View { name: entry.name.clone(), definition: entry.sql.clone() })
        .collect();
    let triggers = definitions
        .iter()
        .filter(|entry| entry.kind == "trigger")
        .map(|entry| Trigger {
            name: entry.name.clone(),
            table: entry.table.clone(),
            definition: entry.sql.clone(),
        })
        .collect();
    Ok(Catalog { tables, views, triggers, counters: counters(connection)?, settings: settings(connection)? })
}

struct Definition {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

/// The words that make each thing, by its kind and name.
type Texts<'a> = HashMap<(&'a str, &'a str), &'a str>;

fn definitions(connection: &Connection) -> Result<Vec<Definition>> {
    rows(
        connection,
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY rowid",
        |row| Ok(Definition { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? }),
    )
}

fn listed(connection: &Connection) -> Result<Vec<Listed>> {
    let all = rows(connection, "PRAGMA main.table_list", |row| {
        Ok((
            row.get::<_, String>(0)?,
            Listed { name: row.get(1)?, kind: row.get(2)?, without_rowid: row.get(4)?, strict: row.get(5)? },
        ))
    })?;
    let schema_itself = ["sqlite_schema", "sqlite_master", "sqlite_temp_schema"];
    Ok(all
        .into_iter()
        .filter(|(database, table)| {
            database == "main" && table.kind != "view" && !schema_itself.contains(&table.name.as_str())
        })
        .map(|(_, table)| table)
        .collect())
}

fn describe(connection: &Connection, listed: &Listed, texts: &Texts<'_>) -> Result<Table> {
    let name = &listed.name;
    let definition = texts.get(&("table", name.as_str())).copied().unwrap_or_default().to_owned();
    let kind = match listed.kind.as_str() {
        "shadow" => TableKind::Shadow,
        _ if name.to_ascii_lowercase().starts_with("sqlite_") => TableKind::Internal,
        "virtual" => TableKind::Virtual(module_of(&definition)),
        _ if listed.without_rowid => TableKind::WithoutRowid,
        _ => TableKind::Plain,
    };
    let (columns, primary_key) = columns(connection, name, &kind)?;
    let indexes = indexes(connection, name, texts)?;
    let row_number = row_number(&kind, &columns, &primary_key, connection, name)?;
    Ok(Table {
        name: name.clone(),
        kind,
        strict: listed.strict,
        columns,
        primary_key,
        row_number,
        foreign_keys: foreign_keys(connection, name)?,
        indexes,
        definition,
    })
}

/// The module in `CREATE VIRTUAL TABLE name USING module(…)`.
fn module_of(definition: &str) -> String {
    let lower = definition.to_ascii_lowercase();
    let Some(at) = lower.find(" using ") else { return String::new() };
    lower[at + 7..].trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

fn columns(connection: &Connection, table: &str, kind: &TableKind) -> Result<(Vec<Column>, Vec<String>)> {
    let mut keyed = Vec::new();
    let mut columns = Vec::new();
    let found = rows(connection, &format!("PRAGMA main.table_xinfo({})", quote(table)), |row| {
        Ok((
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, bool>(3)?,
            row.get::<_, i64>(5)?,
            row.get::<_, i64>(6)?,
        ))
    })?;
    for (name, declared_type, not_null, key, hidden) in found {
        if key > 0 {
            keyed.push((key, name.clone()));
        }
        let generated = match hidden {
            0 => Generated::No,
            2 => Generated::Virtual,
            3 => Generated::Stored,
            _ => Generated::Hidden,
        };
        let collation = collation_of(connection, table, &name, kind)?;
        columns.push(Column { name, declared_type, not_null, generated, collation });
    }
    keyed.sort();
    Ok((columns, keyed.into_iter().map(|(_, name)| name).collect()))
}

fn collation_of(connection: &Connection, table: &str, column: &str, kind: &TableKind) -> Result<String> {
    if matches!(kind, TableKind::Virtual(_) | TableKind::Shadow | TableKind::Internal) {
        return Ok("BINARY".into());
    }
    let about = connection
        .column_metadata(Some("main"), table, column)
        .told(|| format!("looking at {table}.{column}"))?;
    Ok(about.1.map_or_else(|| "BINARY".into(), |name| name.to_string_lossy().to_ascii_uppercase()))
}

fn foreign_keys(connection: &Connection, table: &str) -> Result<Vec<ForeignKey>> {
    let parts = rows(connection, &format!("PRAGMA main.foreign_key_list({})", quote(table)), |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, Option<String>>(4)?,
        ))
    })?;
    let mut keys: BTreeMap<i64, ForeignKey> = BTreeMap::new();
    for (id, parent, column, parent_column) in parts {
        let key = keys.entry(id).or_insert_with(|| ForeignKey {
            columns: Vec::new(),
            parent,
            parent_columns: Vec::new(),
        });
        key.columns.push(column);
        key.parent_columns.extend(parent_column);
    }
    Ok(keys.into_values().collect())
}

fn indexes(connection: &Connection, table: &str, texts: &Texts<'_>) -> Result<Vec<Index>> {
    let found = rows(connection, &format!("PRAGMA main.index_list({})", quote(table)), |row| {
        Ok((row.get::<_, String>(1)?, row.get::<_, bool>(2)?, row.get::<_, bool>(4)?))
    })?;
    let mut indexes = Vec::new();
    for (name, unique, partial) in found {
        let parts = rows(connection, &format!("PRAGMA main.index_xinfo({})", quote(&name)), |row| {
            Ok((
                row.get::<_, i64>(1)?,
                row.get::<_, Option<String>>(2)?,
                row.get::<_, Option<String>>(4)?,
                row.get::<_, bool>(5)?,
            ))
        })?;
        let parts = parts
            .into_iter()
            .filter(|(_, _, _, is_key)| *is_key)
            .map(|(place, column, collation, _)| IndexPart {
                column,
                expression: place == -2,
                collation: collation.unwrap_or_else(|| "BINARY".into()).to_ascii_uppercase(),
            })
            .collect();
        let definition = texts.get(&("index", name.as_str())).filter(|sql| !sql.is_empty());
        let definition = definition.map(|sql| (*sql).to_owned());
        indexes.push(Index { name, unique, partial, parts, definition });
    }
    Ok(indexes)
}

/// The name under which rows are numbered, where no column is that number itself and no column hides all the names.
fn row_number(
    kind: &TableKind,
    columns: &[Column],
    primary_key: &[String],
    connection: &Connection,
    table: &str,
) -> Result<Option<String>> {
    let numbered = match kind {
        TableKind::Plain => true,
        TableKind::Virtual(module) => module.starts_with("fts"),
        _ => false,
    };
    if !numbered {
        return Ok(None);
    }
    if let [key] = primary_key
        && let Some(column) = columns.iter().find(|column| column.name == *key)
        && column.declared_type.eq_ignore_ascii_case("INTEGER")
        && !has_key_index(connection, table)?
    {
        return Ok(None);
    }
    let free = |name: &&str| !columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    Ok(["rowid", "_rowid_", "oid"].iter().find(|name| free(name)).map(|name| (*name).to_owned()))
}

/// `INTEGER PRIMARY KEY DESC` is no row number: it has an index of its own.
fn has_key_index(connection: &Connection, table: &str) -> Result<bool> {
    let origins = rows(connection, &format!("PRAGMA main.index_list({})", quote(table)), |row| {
        row.get::<_, String>(3)
    })?;
    Ok(origins.iter().any(|origin| origin == "pk"))
}

fn counters(connection: &Connection) -> Result<Vec<(String, i64)>> {
    let there = rows(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'", |row| {
        row.get::<_, i64>(0)
    })?;
    if there.is_empty() {
        return Ok(Vec::new());
    }
    rows(connection, "SELECT name, seq FROM sqlite_sequence WHERE typeof(seq) = 'integer'", |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

fn settings(connection: &Connection) -> Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    for name in ["encoding", "page_size", "auto_vacuum", "user_version", "application_id"] {
        let value = connection
            .query_row(&format!("PRAGMA main.{name}"), [], |row| {
                Ok(match row.get_ref(0)? {
                    rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                    other => other.as_str().unwrap_or_default().to_owned(),
                })
            })
            .told(|| format!("reading {name}"))?;
        settings.insert(name.to_owned(), value);
    }
    let analysed = rows(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'", |row| {
        row.get::<_, i64>(0)
    })?;
    settings.insert("statistics".into(), if analysed.is_empty() { "no" } else { "yes" }.into());
    Ok(settings)
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let doing = || "reading the schema".to_owned();
    let mut statement = connection.prepare(sql).told(doing)?;
    statement.query_map([], read).told(doing)?.collect::<rusqlite::Result<Vec<T>>>().told(doing)
}
