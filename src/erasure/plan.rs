//! The plan of an erasure: every row that it touches, and what a person reads of it. A value, so that two can be compared.

use super::file::FileRef;
use super::row::{Act, Row, RowId};
use super::target::RelationRef;
use super::walk;
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, RelationKind};
use crate::store::{Snapshot, Value};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may be chosen about an erasure.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Contacts of an erased company lose their company, and stay.
    pub keep_contacts: bool,
    /// The day on which it is decided what has to be kept no longer.
    pub as_of: Date,
    /// The ERP orders it, which is the master of what is linked: a third party takes what is linked to it along.
    pub ordered: bool,
}

/// What an erasure would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The kind of the relation.
    pub kind: RelationKind,
    /// Its id.
    pub id: String,
    /// The name that people know it by, where the map says where that is.
    pub label: Option<String>,
    /// What happens in which table.
    pub tables: Vec<TablePlan>,
    /// Contacts that go with their company; they are counted in `tables` too.
    pub contacts: u64,
    /// What is kept, and why.
    pub kept: Vec<Kept>,
    /// Relations that are perhaps the same person, for somebody to decide.
    pub offered: Vec<String>,
    /// Files on disk that go.
    pub files: Vec<FileRef>,
    /// Columns without an index, for which whole tables are read.
    pub costs: Vec<Cost>,
    /// Every row.
    #[serde(skip)]
    pub(super) rows: BTreeMap<RowId, Row>,
}

/// What happens in one table, in rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePlan {
    /// The table.
    pub table: String,
    /// Rows that go.
    pub delete: u64,
    /// Rows whose personal values are emptied.
    pub blank: u64,
    /// Rows of others that mention it no longer.
    pub detach: u64,
    /// Rows that stay for a reason.
    pub keep: u64,
}

/// Rows that are kept for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The table.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// Why.
    pub reason: String,
    /// The last day of the last of them, where it is known.
    pub until: Option<String>,
}

/// A table that is read from end to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The table.
    pub table: String,
    /// The column that has no index.
    pub column: String,
    /// How many rows the table has.
    pub rows: u64,
}

impl Plan {
    /// Walks every link of the map from one relation.
    ///
    /// # Errors
    /// Usage when the id is none; missing when there is no such relation; refused when the ERP is its master, or a rule
    /// of the map says no.
    pub fn for_relation(
        relation: &RelationRef,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
        options: Options,
    ) -> Result<Self> {
        let key = relation.key(map)?;
        if !relation.is_one(map, data, &key)? {
            return Err(Fault::missing(format!("there is no {relation}")).into());
        }
        let walked = walk::from(relation, &key, map, data, options)?;
        let label = label(relation, map, data, &key)?;
        let mut plan = Plan {
            kind: relation.kind,
            id: relation.id.clone(),
            label,
            tables: tables(&walked.rows),
            contacts: walked.contacts,
            kept: kept(&walked.rows),
            offered: walked.offered.into_iter().collect(),
            files: Vec::new(),
            costs: walked.costs,
            rows: walked.rows,
        };
        plan.files = super::file::of_plan(&plan, map, data)?;
        Ok(plan)
    }

    /// The rows, for those who apply them or search for what was in them.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.rows.iter().map(|((table, _), row)| (table.as_str(), row))
    }

    /// How many rows go.
    pub fn deleted(&self) -> u64 {
        self.tables.iter().map(|table| table.delete).sum()
    }

    /// How many rows are emptied.
    pub fn blanked(&self) -> u64 {
        self.tables.iter().map(|table| table.blank).sum()
    }

    /// How many rows it changes.
    pub fn changes(&self) -> u64 {
        self.rows().filter(|(_, row)| row.act == Act::Delete || !row.set.is_empty()).count() as u64
    }
}

fn tables(rows: &BTreeMap<RowId, Row>) -> Vec<TablePlan> {
    let mut tables: BTreeMap<&str, TablePlan> = BTreeMap::new();
    for ((table, _), row) in rows {
        let counted =
            tables.entry(table).or_insert_with(|| TablePlan { table: table.clone(), ..TablePlan::default() });
        match row.act {
            Act::Delete => counted.delete += 1,
            Act::Blank => counted.blank += 1,
            Act::Detach => counted.detach += 1,
            Act::Keep => counted.keep += 1,
        }
    }
    tables.into_values().collect()
}

fn kept(rows: &BTreeMap<RowId, Row>) -> Vec<Kept> {
    let mut found: BTreeMap<(&str, &str), Kept> = BTreeMap::new();
    for ((table, _), row) in rows {
        let Some((reason, until)) = row.kept.as_ref().filter(|_| row.act == Act::Keep) else { continue };
        let kept = found.entry((table, reason)).or_insert_with(|| Kept {
            table: table.clone(),
            rows: 0,
            reason: reason.clone(),
            until: None,
        });
        kept.rows += 1;
        kept.until = kept.until.take().max(until.clone());
    }
    found.into_values().collect()
}

fn label(
    relation: &RelationRef,
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    key: &Value,
) -> Result<Option<String>> {
    let about = relation.relation(map)?;
    let Some(column) = &about.label else { return Ok(None) };
    let mut label = None;
    data.find(&about.table, &about.key, std::slice::from_ref(key), &[column], &mut |row| {
        label = row[0].as_str().map(str::to_owned);
        Ok(())
    })?;
    Ok(label)
}
