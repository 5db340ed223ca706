//! What is remembered of erased people: keyed digests of kind and id, to know them again in an older copy.

use super::plan::Plan;
use super::row::{self, Act, Row, RowId};
use super::suppression::{Suppressed, Suppression};
use super::target::RelationRef;
use crate::address;
use crate::digest::{Digest, keyed};
use crate::fault::{Fault, Result};
use crate::schema::{Category, CompleteMap, Content, Medium, RelationKind};
use crate::state::State;
use crate::store::{Snapshot, Value};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const KEY: &str = "erasure.key";
const FILE: &str = "erased.json";

/// What is remembered, with its key.
pub struct Memory {
    key: [u8; 32],
    relations: BTreeSet<Erased>,
    marks: BTreeSet<String>,
    suppression: Suppression,
}

/// What the file holds.
#[derive(Default, Serialize, Deserialize)]
struct Stored {
    relations: BTreeSet<Erased>,
    marks: BTreeSet<String>,
}

/// A relation that was erased.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Erased {
    /// The keyed digest of kind and id.
    relation: Digest,
    /// The keyed digests of the texts of its own row. An id may be given to somebody else by now: most of these tell
    /// whether it was.
    texts: BTreeSet<Digest>,
}

/// What there is to remember of one erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The relations.
    pub relations: BTreeSet<Erased>,
    /// Digests by which an ERP's copies of them are known.
    pub marks: BTreeSet<String>,
    /// Addresses and numbers that are not to be written to again.
    pub suppressed: BTreeSet<Suppressed>,
}

impl Remembered {
    /// Adds what else is remembered.
    pub fn extend(&mut self, more: Remembered) {
        self.relations.extend(more.relations);
        self.marks.extend(more.marks);
        self.suppressed.extend(more.suppressed);
    }
}

impl Memory {
    /// Opens the memory, and makes its key where there is none.
    ///
    /// # Errors
    /// Unfinished or damaged when the state folder is.
    pub fn open(state: &State) -> Result<Self> {
        let known = state.read(FILE)?;
        let key = match state.read(KEY)? {
            Some(key) => {
                key.try_into().map_err(|_| Fault::damaged(format!("{KEY} of the state folder is no key")))?
            }
            None if known.is_some() => {
                return Err(Fault::damaged(format!("{KEY} of the state folder is gone")).into());
            }
            None => {
                let key: [u8; 32] = rand::random();
                state.replace(KEY, &key)?;
                key
            }
        };
        let Stored { relations, marks } = match known {
            None => Stored::default(),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")))?,
        };
        Ok(Memory { key, relations, marks, suppression: Suppression::open(state)? })
    }

    /// Whether nothing was ever erased.
    pub fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }

    /// What there is to remember of a plan: its relations, and their addresses and numbers.
    pub fn of_plan(&self, plan: &Plan, map: &CompleteMap, day: Date) -> Remembered {
        let mut remembered = Remembered::default();
        for relation in map.relations() {
            for (_, row) in plan.rows().filter(|(table, _)| table.eq_ignore_ascii_case(&relation.table)) {
                if matches!(row.act, Act::Delete | Act::Blank) {
                    let texts = self.texts(row);
                    let relation = self.of_relation(relation.kind, row.value(&relation.key));
                    remembered.relations.insert(Erased { relation, texts });
                }
            }
        }
        remembered.marks.extend(self.third_parties(plan, map, day));
        remembered.suppressed = self.suppression.of_plan(plan, map, day);
        remembered
    }

    /// Opens the memory where there is one, for commands that only read.
    ///
    /// # Errors
    /// As [`Memory::open`].
    pub fn find(state: &State) -> Result<Option<Self>> {
        if state.read(FILE)?.is_none() {
            return Ok(None);
        }
        Self::open(state).map(Some)
    }

    /// Third parties also by the code that the ERP knows them by, and companies by their SIRET with the day: they must
    /// not come back from there.
    fn third_parties(&self, plan: &Plan, map: &CompleteMap, day: Date) -> Vec<String> {
        let mut found = Vec::new();
        let code = map.erp_third_parties().zip(map.relation(RelationKind::ThirdParty));
        for (table, row) in plan.rows() {
            let Some(mapped) = map.table(table) else { continue };
            if !matches!(row.act, super::Act::Delete | super::Act::Blank) {
                continue;
            }
            if let Some((parties, relation)) = code
                && relation.table.eq_ignore_ascii_case(table)
            {
                found.extend(super::links::shown(row.value(&parties.code)).map(|code| self.of_code(&code)));
            }
            for column in &mapped.columns {
                if column.rule.content == Content::One(Category::Siret)
                    && let Some(siret) = row.value(&column.name).borrow().as_str()
                {
                    found.push(format!("{}@{day}", self.of_siret(siret)));
                }
            }
        }
        found
    }

    fn of_code(&self, code: &str) -> String {
        keyed(&self.key, format!("third-party-code:{code}").as_bytes()).to_string()
    }

    fn of_siret(&self, siret: &str) -> String {
        let digits: String = siret.chars().filter(char::is_ascii_digit).collect();
        keyed(&self.key, format!("siret:{digits}").as_bytes()).to_string()
    }

    /// Whether a third party with this code of the ERP was erased.
    pub fn has_erased_code(&self, code: &str) -> bool {
        self.marks.contains(&self.of_code(code))
    }

    /// The last day on which a company with this SIRET was erased.
    pub fn siret_erased_on(&self, siret: &str) -> Option<Date> {
        let from = format!("{}@", self.of_siret(siret));
        let days = self.marks.range(from.clone()..).take_while(|entry| entry.starts_with(&from));
        days.last().and_then(|entry| entry[from.len()..].parse().ok())
    }

    /// The last day on which somebody was erased who had one of these addresses or numbers, as long as that is remembered.
    pub fn erased_on(&self, medium: Medium, text: &str, today: Date) -> Option<Date> {
        address::some(medium, text).filter_map(|form| self.suppression.since(medium, &form, today)).max()
    }

    /// Remembers more.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn merge(&mut self, more: Remembered, day: Date, state: &State) -> Result<()> {
        self.relations.extend(more.relations);
        self.marks.extend(more.marks);
        self.suppression.add(more.suppressed, day, state)?;
        let stored = Stored { relations: self.relations.clone(), marks: self.marks.clone() };
        state.replace(FILE, &serde_json::to_vec(&stored)?)
    }

    /// The relations of a database that were erased once and are there again: in an older copy.
    ///
    /// # Errors
    /// Those of reading.
    pub fn returned(&self, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Vec<RelationRef>> {
        let mut known: BTreeMap<Digest, Vec<&Erased>> = BTreeMap::new();
        for erased in &self.relations {
            known.entry(erased.relation).or_default().push(erased);
        }
        let mut found = BTreeSet::new();
        for relation in map.relations() {
            row::each(data, map.require_table(&relation.table)?, &mut |_, row| {
                let key = row.value(&relation.key);
                let erased = known.get(&self.of_relation(relation.kind, key));
                if erased.is_some_and(|all| all.iter().any(|erased| self.is_it(erased, &row)))
                    && let Some(id) = super::links::shown(key)
                {
                    found.insert(RelationRef { kind: relation.kind, id });
                }
                Ok(())
            })?;
        }
        Ok(found.into_iter().collect())
    }

    /// Whether a relation with this key was erased.
    pub fn has(&self, kind: RelationKind, key: &Value) -> bool {
        let wanted = self.of_relation(kind, key);
        self.relations.iter().any(|erased| erased.relation == wanted)
    }

    /// Whether a row is the erased one, and not somebody else's who was given the same id.
    fn is_it(&self, erased: &Erased, row: &Row) -> bool {
        erased.texts.intersection(&self.texts(row)).count() * 2 >= erased.texts.len()
    }

    fn texts(&self, row: &Row) -> BTreeSet<Digest> {
        let text = |(column, value): &(String, Value)| match value {
            Value::Text(text) if text.len() > 1 => {
                Some(keyed(&self.key, &[b"text:", column.as_bytes(), b":", text].concat()))
            }
            _ => None,
        };
        row.cells.iter().filter_map(text).collect()
    }

    /// The digest of a row's identity.
    pub fn of_row(&self, (table, identity): &RowId) -> Digest {
        keyed(&self.key, &[b"row:", table.as_bytes(), b":", identity].concat())
    }

    /// Whether a relation is among those that are remembered here.
    pub fn is_in(&self, remembered: &Remembered, kind: RelationKind, id: &str) -> bool {
        let wanted = self.of_id(kind, id);
        remembered.relations.iter().any(|erased| erased.relation == wanted)
    }

    fn of_relation(&self, kind: RelationKind, key: &Value) -> Digest {
        self.of_id(kind, &super::links::shown(key).unwrap_or_default())
    }

    fn of_id(&self, kind: RelationKind, id: &str) -> Digest {
        keyed(&self.key, format!("{}:{id}", kind.word()).as_bytes())
    }
}
