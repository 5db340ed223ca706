//! Which relation is meant: a kind and an id, read strictly.

use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Relation, RelationKind};
use crate::store::{Snapshot, Value};
use std::fmt;

/// A relation by kind and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelationRef {
    /// The kind.
    pub kind: RelationKind,
    /// The id, as it was given.
    pub id: String,
}

impl fmt::Display for RelationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.word(), self.id)
    }
}

impl RelationRef {
    /// A relation by the words of a line: `contact 42`.
    ///
    /// # Errors
    /// Usage when it is no such line.
    pub fn parse(line: &str) -> Result<Self> {
        let wrong = || Fault::usage("a line is KIND ID, such as `contact 42`");
        let (word, id) = line.split_once(' ').ok_or_else(wrong)?;
        let found = RelationKind::WORDS.iter().find(|(known, _)| *known == word);
        let (_, kind) = found.ok_or_else(wrong)?;
        Ok(RelationRef { kind: *kind, id: id.to_owned() })
    }

    /// The id as the database writes it. Where ids are numbers, only a number's one usual form is one: neither ` 2 `
    /// nor `2e0` nor `+2`.
    ///
    /// # Errors
    /// Usage when it is no id; missing when the map knows no such relations.
    pub fn key(&self, map: &CompleteMap) -> Result<Value> {
        let relation = self.relation(map)?;
        let column = map.require_table(&relation.table)?.table.column(&relation.key);
        let is_number = column.is_some_and(|column| column.type_name().contains("INT"));
        if !is_number {
            let fits = !self.id.is_empty() && !self.id.chars().any(char::is_control);
            return fits.then(|| Value::from(self.id.as_str())).ok_or_else(|| self.no_id());
        }
        let number = self.id.parse::<i64>().ok().filter(|number| number.to_string() == self.id);
        number.map(Value::Integer).ok_or_else(|| self.no_id())
    }

    /// What the map says of relations of this kind.
    ///
    /// # Errors
    /// Missing when it says nothing.
    pub fn relation<'a>(&self, map: &'a CompleteMap) -> Result<&'a Relation> {
        map.relation(self.kind).ok_or_else(|| {
            Fault::missing(format!("the map {} knows no {}", map.name(), self.kind.word())).into()
        })
    }

    fn no_id(&self) -> anyhow::Error {
        Fault::usage(format!("this is no id of a {}", self.kind.word()))
            .hint("give the id as the CRM shows it, without blanks or signs")
            .into()
    }

    /// Whether the row with this key is a relation of the kind, by the map's filter and children.
    ///
    /// # Errors
    /// Those of reading.
    pub fn is_one(&self, map: &CompleteMap, data: &mut dyn Snapshot, key: &Value) -> Result<bool> {
        is_of(map, data, self.relation(map)?, key)
    }
}

fn is_of(map: &CompleteMap, data: &mut dyn Snapshot, relation: &Relation, key: &Value) -> Result<bool> {
    if !has_row(data, &relation.table, &relation.key, key, &relation.filter)? {
        return Ok(false);
    }
    if let Some(has) = &relation.has
        && !has_row(data, &has.table, &has.by, key, &has.filter)?
    {
        return Ok(false);
    }
    match relation.unless.and_then(|kind| map.relation(kind)) {
        Some(other) => Ok(!is_of(map, data, other, key)?),
        None => Ok(true),
    }
}

fn has_row(
    data: &mut dyn Snapshot,
    table: &str,
    column: &str,
    key: &Value,
    filter: &[(String, Vec<Value>)],
) -> Result<bool> {
    let columns: Vec<&str> = filter.iter().map(|(column, _)| column.as_str()).collect();
    let mut found = false;
    data.find(table, column, std::slice::from_ref(key), &columns, &mut |row| {
        found |= row.iter().zip(filter).all(|(value, (_, allowed))| allowed.contains(&value.to_value()));
        Ok(())
    })?;
    Ok(found)
}
