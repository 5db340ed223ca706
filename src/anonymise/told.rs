//! What was copied, in numbers: it goes into the manifest and the report, and holds no value.

use super::stream::Passed;
use crate::masking::{Crowd, Tally};
use crate::schema::{Content, MappedTable, Rows};

/// Everything that was copied.
#[derive(Debug, Clone, Default)]
pub struct Copied {
    /// The tables, in the database's order.
    pub tables: Vec<TableTold>,
    /// The columns of the copied tables.
    pub columns: Vec<ColumnTold>,
    /// The columns that named files, which were not copied.
    pub files: Vec<FilesTold>,
    /// The tables whose columns single somebody out together.
    pub crowds: Vec<CrowdTold>,
}

impl Copied {
    /// Adds what was done to the columns of a table.
    pub(super) fn note(&mut self, mapped: &MappedTable, passed: Passed) {
        let table = &mapped.table.name;
        if let Some((before, after)) = passed.crowds {
            let columns = mapped.quasi.clone();
            self.crowds.push(CrowdTold { table: table.clone(), columns, before, after });
        }
        for (stored, counts) in mapped.table.stored().zip(passed.tallies) {
            let Some(rule) = mapped.column(&stored.name) else { continue };
            let (table, column) = (table.clone(), stored.name.clone());
            if matches!(rule.rule.content, Content::File { .. }) && counts.blank > 0 {
                self.files.push(FilesTold {
                    table: table.clone(),
                    column: column.clone(),
                    count: counts.blank,
                });
            }
            self.columns.push(ColumnTold { table, column, done: rule.rule.done(), counts });
        }
    }
}

/// One table.
#[derive(Debug, Clone)]
pub struct TableTold {
    /// Its name.
    pub name: String,
    /// How many rows the copy has.
    pub rows: u64,
    /// What the map said about its rows.
    pub disposition: Rows,
}

/// One column.
#[derive(Debug, Clone)]
pub struct ColumnTold {
    /// The table's name.
    pub table: String,
    /// The column's name.
    pub column: String,
    /// What was done, in the map's word.
    pub done: String,
    /// How many values were masked, kept and blanked.
    pub counts: Tally,
}

/// Columns that single somebody out together, and how many people are alike in them.
#[derive(Debug, Clone)]
pub struct CrowdTold {
    /// The table's name.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
    /// In the source.
    pub before: Crowd,
    /// In the copy.
    pub after: Crowd,
}

/// A column that named files.
#[derive(Debug, Clone)]
pub struct FilesTold {
    /// The table's name.
    pub table: String,
    /// The column's name.
    pub column: String,
    /// How many rows named one.
    pub count: u64,
}
