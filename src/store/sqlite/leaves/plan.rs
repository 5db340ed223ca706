//! Which tables can be read off their leaves, and where in a row the columns stand that are asked for.

use crate::fault::Result;
use crate::store::sqlite::errors::Told;
use crate::store::sqlite::pages::{Affinity, number_column};
use crate::store::{Column, Generated, Table, TableKind};
use rusqlite::{Connection, OptionalExtension};

/// How a table is read.
pub struct Plan {
    /// Where its tree begins.
    pub root: u32,
    /// What is asked for, in order.
    pub wanted: Vec<Wanted>,
    /// How many fields of a row have to be looked at.
    pub fields: usize,
    /// The names of the columns that rows have as fields.
    pub names: Vec<String>,
    /// By which name the engine knows the row's number.
    pub number_name: String,
}

/// A value that is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// The row's number.
    Number,
    /// One of its fields, and whether its whole numbers are shown with a fraction.
    Field(usize, bool),
}

impl Plan {
    /// The plan for these columns of a table; none where the engine has to read them.
    ///
    /// # Errors
    /// When the engine cannot say where the table is.
    pub fn of(connection: &Connection, table: &Table, columns: &[&str]) -> Result<Option<Self>> {
        if table.kind != TableKind::Plain || columns.is_empty() {
            return Ok(None);
        }
        let is_field = |column: &&Column| matches!(column.generated, Generated::No | Generated::Stored);
        let fields: Vec<&Column> = table.columns.iter().filter(is_field).collect();
        let key = number_column(table).map(|at| table.stored().nth(at).map_or("", |column| &column.name));
        let Some(number_name) = table.row_number.as_deref().or(key) else { return Ok(None) };
        let place = |name: &&str| {
            if name.eq_ignore_ascii_case(number_name) {
                return Some(Wanted::Number);
            }
            let at = fields.iter().position(|column| column.name.eq_ignore_ascii_case(name))?;
            Some(Wanted::Field(at, Affinity::of(&fields[at].declared_type) == Affinity::Real))
        };
        let Some(wanted) = columns.iter().map(place).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let looked_at = wanted.iter().map(|wanted| match wanted {
            Wanted::Number => 0,
            Wanted::Field(at, _) => at + 1,
        });
        let looked_at = looked_at.max().unwrap_or_default();
        Ok(root(connection, &table.name)?.map(|root| Plan {
            root,
            fields: looked_at,
            wanted,
            names: fields.iter().map(|column| column.name.clone()).collect(),
            number_name: number_name.to_owned(),
        }))
    }
}

fn root(connection: &Connection, table: &str) -> Result<Option<u32>> {
    let select = "SELECT rootpage FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
    let mut select = connection.prepare_cached(select).told(|| format!("looking for {table}"))?;
    select.query_row([table], |row| row.get(0)).optional().told(|| format!("looking for {table}"))
}
