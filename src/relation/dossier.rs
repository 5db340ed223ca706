//! Everything that the CRM holds about one relation: its own row, what belongs to it, and where others mention it.

use super::key::shown;
use crate::erasure::{Inbound, RelationRef, Row, RowId, inbound, key_of, read};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::schema::{Bond, CompleteMap, EraseAct, LinkTarget, MappedTable, Relation};
use crate::store::{Snapshot, Value};
use std::collections::BTreeMap;

/// What a row is to the relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// It is the relation, or another record of the same.
    Itself,
    /// It belongs to it.
    Belongs,
    /// It is a relation of its own that belongs to it: a contact of a company.
    Related,
    /// It is somebody else's, and mentions it.
    Mentions,
}

/// A row about the relation.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is to the relation.
    pub part: Part,
    /// The table.
    pub table: String,
    /// The column that ties it to the relation; none of the relation's own row.
    pub by: Option<String>,
    /// The row's number.
    pub id: String,
    /// The row.
    pub row: Row,
}

/// Everything about one relation.
#[derive(Debug)]
pub struct Dossier {
    /// Its rows: itself first, then by what they are to it and by table.
    pub entries: Vec<Entry>,
}

impl Dossier {
    /// Gathers it, along the links of the map.
    ///
    /// # Errors
    /// Usage when the id is none; missing when there is no such relation; those of reading.
    pub fn of(relation: &RelationRef, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Self> {
        let key = relation.key(map)?;
        if !relation.is_one(map, data, &key)? {
            return Err(Fault::missing(format!("there is no {relation}")).into());
        }
        let about = relation.relation(map)?;
        let mut walk = Walk { map, data, met: BTreeMap::new(), waiting: Vec::new() };
        walk.begin(about, &key)?;
        while let Some(id) = walk.waiting.pop() {
            interrupt::check()?;
            walk.step(&id)?;
        }
        let mut entries: Vec<Entry> = walk.met.into_values().collect();
        entries.sort_by(|one, other| (one.part, &one.table).cmp(&(other.part, &other.table)));
        // The row that was asked for before other records of the same.
        entries.sort_by_key(|entry| entry.by.is_some());
        Ok(Dossier { entries })
    }
}

struct Walk<'a> {
    map: &'a CompleteMap,
    data: &'a mut dyn Snapshot,
    met: BTreeMap<RowId, Entry>,
    waiting: Vec<RowId>,
}

impl Walk<'_> {
    fn begin(&mut self, about: &Relation, key: &Value) -> Result<()> {
        let mapped = self.map.require_table(&about.table)?;
        for (id, row) in self.rows(mapped, &about.key, std::slice::from_ref(key))? {
            self.meet(Part::Itself, id, row, None);
        }
        Ok(())
    }

    /// Goes from one row to those that point at it, and to those that are as much the relation as it is itself.
    fn step(&mut self, id: &RowId) -> Result<()> {
        let Some(entry) = self.met.get(id).cloned() else { return Ok(()) };
        let map = self.map;
        let key = entry.row.value(&key_of(map, &entry.table)).clone();
        for link in inbound(map, &entry.table) {
            let values = link.values(&[(key.clone(), &entry.row)]);
            if values.is_empty() {
                continue;
            }
            let part = self.part(&link, &entry);
            for (id, row) in self.rows(link.mapped, link.column, &values)? {
                if link.points(&row) {
                    self.meet(part, id, row, Some(link.column));
                }
            }
        }
        self.forward(&entry)
    }

    fn part(&self, link: &Inbound<'_>, entry: &Entry) -> Part {
        let table = &link.mapped.table.name;
        let is_root = self.map.relations().iter().any(|relation| relation.table.eq_ignore_ascii_case(table));
        let follows = link.erase.is_some_and(|erase| erase.act == EraseAct::Follow);
        match link.bond {
            Bond::Owner if is_root && !table.eq_ignore_ascii_case(&entry.table) => Part::Related,
            Bond::Owner => Part::Belongs,
            Bond::Mention if follows && entry.part == Part::Itself => Part::Itself,
            Bond::Mention => Part::Mentions,
        }
    }

    /// Follows links to other records of the same, and to what the row shares with others.
    fn forward(&mut self, entry: &Entry) -> Result<()> {
        let mapped = self.map.require_table(&entry.table)?;
        for column in &mapped.columns {
            let Some(link) = &column.rule.link else { continue };
            let LinkTarget::Key { table } = &link.target else { continue };
            let follows = column.rule.erase.as_ref().is_some_and(|erase| erase.act == EraseAct::Follow);
            let part = match (link.bond, entry.part) {
                (Bond::Mention, Part::Itself) if follows => Part::Itself,
                (Bond::Owner, _) if link.shared => Part::Belongs,
                _ => continue,
            };
            let value = entry.row.value(&column.name).clone();
            let Some(target) = self.map.table(table).filter(|_| value != Value::Null) else { continue };
            for (id, row) in self.rows(target, &key_of(self.map, table), &[value])? {
                self.meet(part, id, row, Some(&column.name));
            }
        }
        Ok(())
    }

    fn meet(&mut self, part: Part, id: RowId, row: Row, by: Option<&str>) {
        if self.met.get(&id).is_some_and(|known| known.part <= part) {
            return;
        }
        let number = row.identity.iter().map(|value| shown(value.borrow())).collect::<Vec<_>>().join("/");
        let table = id.0.clone();
        self.met.insert(id.clone(), Entry { part, table, by: by.map(str::to_owned), id: number, row });
        if matches!(part, Part::Itself | Part::Belongs) {
            self.waiting.push(id);
        }
    }

    fn rows(&mut self, mapped: &MappedTable, column: &str, values: &[Value]) -> Result<Vec<(RowId, Row)>> {
        let mut rows = Vec::new();
        read(self.data, mapped, column, values, &mut |id, row| {
            rows.push((id, row));
            Ok(())
        })?;
        Ok(rows)
    }
}
