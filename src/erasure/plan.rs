//! The plan of an erasure: every row that it touches, and what a person reads of it. A value, so that two can be compared.

use super::blank;
use super::file::FileRef;
use super::row::{Act, Row, RowId};
use super::target::RelationRef;
use super::walk::{self, Roots};
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
    /// Where the walk began, for another one; none where that is the relation itself.
    #[serde(skip)]
    roots: Option<Roots>,
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
    /// The column, where the rest of the row goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How many rows.
    pub rows: u64,
    /// Why.
    pub reason: String,
    /// The last day of the last of them, where it is known.
    pub until: Option<String>,
}

impl Kept {
    /// What is kept, why, and until when.
    pub fn sentence(&self) -> String {
        let until = self.until.as_deref().unwrap_or("further notice");
        let (rows, table, reason) = (self.rows, &self.table, &self.reason);
        match &self.column {
            Some(column) => format!("{column} of {rows} rows of {table} is kept until {until}: {reason}"),
            None => format!("{rows} rows of {table} are kept until {until}: {reason}"),
        }
    }
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
        let roots = walk::root(relation, &key, map, data)?;
        let label = label(relation, map, data, &key)?;
        let plan = Self::of(relation.kind, &roots, map, data, options)?;
        Ok(Plan { id: relation.id.clone(), label, ..plan })
    }

    /// Walks from rows that were kept of relations of this kind, and that nothing keeps any more.
    ///
    /// # Errors
    /// As [`Self::for_relation`].
    pub fn for_rows(
        kind: RelationKind,
        roots: Roots,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
        options: Options,
    ) -> Result<Self> {
        let plan = Self::of(kind, &roots, map, data, options)?;
        Ok(Plan { roots: Some(roots), ..plan })
    }

    /// The same plan, made anew.
    ///
    /// # Errors
    /// As [`Self::for_relation`].
    pub fn again(&self, map: &CompleteMap, data: &mut dyn Snapshot, options: Options) -> Result<Self> {
        let Some(roots) = &self.roots else {
            let relation = RelationRef { kind: self.kind, id: self.id.clone() };
            return Self::for_relation(&relation, map, data, options);
        };
        let mut now = Roots::new();
        for (id, row) in roots {
            let mapped = map.require_table(&id.0)?;
            let first = mapped.table.identity().first().map(|name| (*name).to_owned()).unwrap_or_default();
            super::row::read(data, mapped, &first, &row.identity[..1], &mut |found, row| {
                now.extend((found == *id).then_some((found, row)));
                Ok(())
            })?;
        }
        Self::for_rows(self.kind, now, map, data, options)
    }

    fn of(
        kind: RelationKind,
        roots: &Roots,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
        options: Options,
    ) -> Result<Self> {
        let walked = walk::from(kind, roots, map, data, options)?;
        let mut plan = Plan {
            kind,
            id: String::new(),
            label: None,
            tables: tables(&walked.rows),
            contacts: walked.contacts,
            kept: kept(&walked.rows, map, options.as_of),
            offered: walked.offered.into_iter().collect(),
            files: Vec::new(),
            costs: walked.costs,
            rows: walked.rows,
            roots: None,
        };
        plan.files = super::file::of_plan(&plan, map, data)?;
        Ok(plan)
    }

    /// Whether it is of rows that were kept when their relation was erased.
    pub fn is_of_kept_rows(&self) -> bool {
        self.roots.is_some()
    }

    /// The rows with their identities.
    pub(super) fn identified(&self) -> impl Iterator<Item = (&RowId, &Row)> {
        self.rows.iter()
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

fn kept(rows: &BTreeMap<RowId, Row>, map: &CompleteMap, day: Date) -> Vec<Kept> {
    let mut found: BTreeMap<(String, Option<String>, String), Kept> = BTreeMap::new();
    let mut note = |table: &str, column: Option<&str>, reason: String, until: Option<String>| {
        let (table, column) = (table.to_owned(), column.map(str::to_owned));
        let kept = found.entry((table.clone(), column.clone(), reason.clone())).or_insert(Kept {
            table,
            column,
            rows: 0,
            reason,
            until: None,
        });
        kept.rows += 1;
        kept.until = kept.until.take().max(until);
    };
    for ((table, _), row) in rows {
        match (row.act, &row.kept) {
            (Act::Keep, Some((reason, until))) => note(table, None, reason.clone(), until.clone()),
            (Act::Blank, _) => {
                let mapped = map.table(table);
                for (column, reason, until) in
                    mapped.map(|mapped| blank::kept_columns(mapped, row, day)).unwrap_or_default()
                {
                    note(table, Some(column), reason, until);
                }
            }
            _ => {}
        }
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
