//! What is remembered of erased people: keyed digests only, to know them again in an older copy or in a later import.

use super::plan::Plan;
use super::target::RelationRef;
use crate::digest::{Digest, digest};
use crate::fault::{Fault, Result};
use crate::schema::{Category, CompleteMap, Content, RelationKind};
use crate::state::State;
use crate::store::{Snapshot, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const KEY: &str = "erasure.key";
const FILE: &str = "erased.json";

/// What is remembered, with its key.
#[derive(Debug)]
pub struct Memory {
    key: Vec<u8>,
    remembered: Remembered,
}

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Digests of kind and id.
    pub relations: BTreeSet<String>,
    /// Digests of addresses and numbers that are not to be written to again: channel, digest, and the day.
    pub suppressed: BTreeSet<(String, String, String)>,
}

impl Memory {
    /// Opens the memory, and makes its key where there is none.
    ///
    /// # Errors
    /// Unfinished or damaged when the state folder is.
    pub fn open(state: &State) -> Result<Self> {
        let key = match state.read(KEY)? {
            Some(key) if key.len() == 32 => key,
            Some(_) => return Err(Fault::damaged(format!("{KEY} of the state folder is no key")).into()),
            None => {
                let key: [u8; 32] = rand::random();
                state.replace(KEY, &key)?;
                key.to_vec()
            }
        };
        let remembered = match state.read(FILE)? {
            None => Remembered::default(),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")))?,
        };
        Ok(Memory { key, remembered })
    }

    /// Whether nothing was ever erased.
    pub fn is_empty(&self) -> bool {
        self.remembered.relations.is_empty()
    }

    /// What there is to remember of a plan: its relations, and their addresses and numbers.
    pub fn of_plan(&self, plan: &Plan, map: &CompleteMap, day: &str) -> Remembered {
        let mut remembered = Remembered::default();
        for relation in map.relations() {
            for (_, row) in plan.rows().filter(|(table, _)| table.eq_ignore_ascii_case(&relation.table)) {
                if matches!(row.act, super::Act::Delete | super::Act::Blank) {
                    let digest = self.of_relation(relation.kind, row.value(&relation.key));
                    remembered.relations.insert(digest);
                }
            }
        }
        for (channel, value) in channels(plan, map) {
            let digest = self.keyed(&format!("{channel}:{value}")).to_string();
            remembered.suppressed.insert((channel.to_owned(), digest, day.to_owned()));
        }
        remembered
    }

    /// Remembers more.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn merge(&mut self, more: Remembered, state: &State) -> Result<()> {
        self.remembered.relations.extend(more.relations);
        self.remembered.suppressed.extend(more.suppressed);
        state.replace(FILE, &serde_json::to_vec(&self.remembered)?)
    }

    /// The relations of a database that were erased once and are there again: in an older copy.
    ///
    /// # Errors
    /// Those of reading.
    pub fn returned(&self, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Vec<RelationRef>> {
        let mut found = Vec::new();
        for relation in map.relations() {
            data.scan(&relation.table, &[&relation.key], &mut |row| {
                let key = row[0].to_value();
                if self.remembered.relations.contains(&self.of_relation(relation.kind, &key))
                    && let Some(id) = super::links::shown(&key)
                {
                    found.push(RelationRef { kind: relation.kind, id });
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    fn of_relation(&self, kind: RelationKind, key: &Value) -> String {
        let shown = super::links::shown(key).unwrap_or_default();
        self.keyed(&format!("{}:{shown}", kind.word())).to_string()
    }

    /// Two rounds, so that nothing can be added behind what was digested.
    fn keyed(&self, text: &str) -> Digest {
        let inner = digest(&[&self.key, text.as_bytes()].concat());
        digest(&[&self.key[..], &inner.0].concat())
    }
}

/// The erased addresses and numbers, in their one form.
fn channels(plan: &Plan, map: &CompleteMap) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for (table, row) in plan.rows() {
        let Some(mapped) = map.table(table) else { continue };
        for column in &mapped.columns {
            let goes = row.act == super::Act::Delete || row.set.contains_key(&column.name);
            let category = match &column.rule.content {
                Content::One(category) | Content::ListOf(category) => *category,
                Content::ByColumn { column, when, otherwise } => {
                    let word = row.value(column).borrow().as_str().map(str::to_owned);
                    word.and_then(|word| when.get(&word).copied()).unwrap_or(*otherwise)
                }
                _ => continue,
            };
            let Some(text) = row.value(&column.name).borrow().as_str().filter(|_| goes).map(str::to_owned)
            else {
                continue;
            };
            for part in text.split([',', ';', '\n']) {
                match category {
                    Category::Email if part.contains('@') => {
                        found.insert(("email", part.trim().to_lowercase()));
                    }
                    Category::Phone => {
                        found.extend(number(part).map(|number| ("phone", number)));
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

/// A telephone number in its international form; a French one may be written without the country.
fn number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = match (text.trim().starts_with('+'), digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (true, ..) => digits.clone(),
        (_, Some(rest), _) => rest.to_owned(),
        (_, _, Some(rest)) => format!("33{rest}"),
        _ => digits.clone(),
    };
    (number.len() >= 6).then(|| format!("+{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for text in ["06 12 34 56 78", "+33 6 12 34 56 78", "0033612345678"] {
            assert_eq!(number(text).as_deref(), Some("+33612345678"), "{text}");
        }
        assert_eq!(number("-"), None);
    }
}
