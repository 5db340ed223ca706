//! What is remembered of erased people: keyed digests only, to know them again in an older copy or in a later import.

use super::plan::Plan;
use super::target::RelationRef;
use crate::address;
use crate::digest::{Digest, digest};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Content, Medium, RelationKind};
use crate::state::State;
use crate::store::{Snapshot, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

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

    /// Opens the memory where there is one, for commands that only read.
    ///
    /// # Errors
    /// Damaged when there are digests and no key that made them.
    pub fn find(state: &State) -> Result<Option<Self>> {
        if state.read(FILE)?.is_none() {
            return Ok(None);
        }
        if state.read(KEY)?.is_none() {
            return Err(Fault::damaged(format!("{FILE} of the state folder has lost its {KEY}")).into());
        }
        Self::open(state).map(Some)
    }

    /// The addresses and numbers that are not to be written to, to be asked again and again.
    ///
    /// # Errors
    /// Damaged when one of them is no digest.
    pub fn suppressed(&self) -> Result<Suppressed> {
        let digest = |text: &str| Digest::parse(text).map(|digest| digest.0);
        let digests = self.remembered.suppressed.iter().map(|(_, text, _)| digest(text));
        let digests: Option<HashSet<[u8; 32]>> = digests.collect();
        let digests =
            digests.ok_or_else(|| Fault::damaged(format!("{FILE} of the state folder holds no digests")))?;
        Ok(Suppressed { key: self.key.clone(), digests })
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

    fn keyed(&self, text: &str) -> Digest {
        keyed(&self.key, text)
    }
}

/// Two rounds, so that nothing can be added behind what was digested.
fn keyed(key: &[u8], text: &str) -> Digest {
    let inner = digest(&[key, text.as_bytes()].concat());
    digest(&[key, &inner.0].concat())
}

/// Whom not to write to any more, as digests under a key.
#[derive(Debug, Default)]
pub struct Suppressed {
    key: Vec<u8>,
    digests: HashSet<[u8; 32]>,
}

impl Suppressed {
    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Whether an address or number, in its one form, is of somebody who was erased.
    pub fn holds(&self, medium: Medium, value: &str) -> bool {
        !self.is_empty() && self.digests.contains(&keyed(&self.key, &format!("{}:{value}", medium.word())).0)
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
            let Some(medium) = address::medium_of(category) else { continue };
            for part in text.split([',', ';', '\n']) {
                found.extend(
                    address::all(medium, part).unwrap_or_default().into_iter().map(|it| (medium.word(), it)),
                );
            }
        }
    }
    found
}
