//! Whose a note is, and which numbers and addresses are that relation's own: any other in the note is a third person's.

use super::columns::{Notes, tables_with};
use crate::address;
use crate::erasure::key_of;
use crate::fault::Result;
use crate::retention::Key;
use crate::schema::{Bond, Category, CompleteMap, LinkTarget};
use crate::store::{Snapshot, ValueRef};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A relation's row: its table and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Root {
    /// The table of the root row.
    pub table: String,
    /// Its key.
    pub key: Key,
}

/// The columns by which a row says whose it is.
#[derive(Debug)]
pub(super) struct Owners<'a> {
    map: &'a CompleteMap,
    between: &'a Between,
    columns: Vec<(usize, How<'a>)>,
}

#[derive(Debug)]
enum How<'a> {
    Itself(&'a str),
    Key(&'a str),
    Reference,
    Typed { at: usize, types: &'a BTreeMap<String, String> },
}

/// Whose the rows are of tables that stand between a note and its relation: an opportunity's, a conversation's.
#[derive(Debug, Default)]
pub(super) struct Between(HashMap<String, HashMap<Key, Root>>);

/// No more tables stand between.
const MOST_BETWEEN: usize = 3;

impl Between {
    /// Reads the tables that own rows of these ones and are no relations themselves, each once.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn read(map: &CompleteMap, data: &mut dyn Snapshot, tables: &[Notes<'_>]) -> Result<Self> {
        let mut layers: Vec<Vec<&str>> =
            vec![tables.iter().map(|notes| notes.mapped.table.name.as_str()).collect()];
        for depth in 0..MOST_BETWEEN {
            let above = |table: &&str| -> Vec<&str> { owning(map, table) };
            let mut next: Vec<&str> = layers[depth].iter().flat_map(above).collect();
            next.retain(|table| !is_root(map, table));
            next.sort_unstable();
            next.dedup();
            layers.push(next);
        }
        let mut between = Between::default();
        // From the relations downwards, so that each finds those above it.
        for table in layers.into_iter().skip(1).rev().flatten() {
            let Some(mapped) = map.table(table).filter(|_| !between.0.contains_key(table)) else { continue };
            let mut notes = Notes::of(mapped, &|_| false);
            let own = key_of(map, table);
            let Some(own) = mapped.column(&own) else { continue };
            let at = notes.reads(&own.name);
            let mut whose: HashMap<Key, Root> = HashMap::new();
            let owners = Owners::of(map, &between, &mut notes);
            data.scan(table, &notes.read, &mut |row| {
                if let (Some(key), Some(root)) = (Key::of(row[at]), owners.whose(row)) {
                    whose.insert(key, root);
                }
                Ok(())
            })?;
            between.0.insert(table.to_owned(), whose);
        }
        Ok(between)
    }
}

fn is_root(map: &CompleteMap, table: &str) -> bool {
    map.relations().iter().any(|relation| relation.table.eq_ignore_ascii_case(table))
}

/// The tables whose rows own rows of this one.
fn owning<'a>(map: &'a CompleteMap, table: &str) -> Vec<&'a str> {
    let columns = map.table(table).into_iter().flat_map(|mapped| &mapped.columns);
    let links =
        columns.filter_map(|column| column.rule.link.as_ref().filter(|link| link.bond == Bond::Owner));
    links
        .flat_map(|link| match &link.target {
            LinkTarget::Key { table } => vec![table.as_str()],
            LinkTarget::TypedKey { types, .. } => types.values().map(String::as_str).collect(),
            LinkTarget::Reference | LinkTarget::Value { .. } => Vec::new(),
        })
        .collect()
}

impl<'a> Owners<'a> {
    /// The columns of a table; they are read from now on.
    pub(super) fn of(map: &'a CompleteMap, between: &'a Between, notes: &mut Notes<'a>) -> Self {
        let mut columns = Vec::new();
        let table = &notes.mapped.table.name;
        if let Some(relation) = map.relations().iter().find(|relation| relation.table == *table) {
            columns.push((notes.reads(&relation.key), How::Itself(table)));
        }
        for column in &notes.mapped.columns {
            let Some(link) = column.rule.link.as_ref().filter(|link| link.bond == Bond::Owner) else {
                continue;
            };
            let how = match &link.target {
                LinkTarget::Key { table } => How::Key(table),
                LinkTarget::Reference => How::Reference,
                LinkTarget::TypedKey { type_column, types } => {
                    How::Typed { at: notes.reads(type_column), types }
                }
                LinkTarget::Value { .. } => continue,
            };
            columns.push((notes.reads(&column.name), how));
        }
        Owners { map, between, columns }
    }

    /// Whose a row is: the first relation that it belongs to, or that it is.
    pub(super) fn whose(&self, row: &[ValueRef<'_>]) -> Option<Root> {
        self.columns.iter().find_map(|(at, how)| self.named(row, *at, how))
    }

    /// Every relation that a row belongs to, but for the one that it is.
    fn above(&self, row: &[ValueRef<'_>]) -> Vec<Root> {
        let others = self.columns.iter().filter(|(_, how)| !matches!(how, How::Itself(_)));
        others.filter_map(|(at, how)| self.named(row, *at, how)).collect()
    }

    fn named(&self, row: &[ValueRef<'_>], at: usize, how: &How<'_>) -> Option<Root> {
        let value = row[at];
        let (table, key) = match how {
            _ if value == ValueRef::Null => return None,
            How::Itself(table) | How::Key(table) => ((*table).to_owned(), Key::of(value)?),
            How::Reference => {
                let (model, key) = value.as_str()?.split_once(',')?;
                (self.map.referenced(model)?.table.name.clone(), Key::of(ValueRef::Text(key.as_bytes()))?)
            }
            How::Typed { at, types } => (types.get(row[*at].as_str()?)?.clone(), Key::of(value)?),
        };
        match is_root(self.map, &table) {
            true => Some(Root { table, key }),
            false => self.between.0.get(&table)?.get(&key).cloned(),
        }
    }
}

/// Which numbers and addresses are whose own. Of each only a hash is kept.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Whose, and what; a company also has what its contacts have.
    known: HashSet<(u64, u64)>,
    above: HashMap<u64, u64>,
}

/// Whose the staff's own numbers are.
const STAFF: u64 = 0;

impl Own {
    /// Reads every telephone number and address that the map knows as one.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn read(map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Self> {
        let mut own = Own::default();
        let is_reached = |category| matches!(category, Category::Email | Category::Phone);
        let mut tables = tables_with(map, &is_reached);
        for relation in map.relations() {
            let is_there = tables.iter().any(|notes| notes.mapped.table.name == relation.table);
            if let Some(mapped) = map.table(&relation.table).filter(|_| !is_there) {
                tables.push(Notes::of(mapped, &is_reached));
            }
        }
        let between = Between::read(map, data, &tables)?;
        for mut notes in tables {
            own.read_table(map, data, &between, &mut notes)?;
        }
        let of_companies: Vec<(u64, u64)> =
            own.known.iter().filter_map(|(whose, what)| Some((*own.above.get(whose)?, *what))).collect();
        own.known.extend(of_companies);
        Ok(own)
    }

    fn read_table<'a>(
        &mut self,
        map: &'a CompleteMap,
        data: &mut dyn Snapshot,
        between: &'a Between,
        notes: &mut Notes<'a>,
    ) -> Result<()> {
        let table = notes.mapped.table.name.as_str();
        let owners = Owners::of(map, between, notes);
        let is_relation = is_root(map, table);
        let is_staff = map.accounts().iter().any(|accounts| accounts.table == table);
        data.scan(table, &notes.read, &mut |row| {
            let whose = owners.whose(row);
            if let Some(whose) = whose.as_ref().filter(|_| is_relation) {
                for above in owners.above(row) {
                    self.above.insert(hash_of(whose), hash_of(&above));
                }
            }
            let whose = whose.filter(|_| !is_staff).map_or(STAFF, |root| hash_of(&root));
            notes.each(row, |_, category, text| {
                // A number that belongs to nobody whom we know is nobody's own.
                if let Some(form) = one_form(category, text).filter(|_| whose != STAFF || is_staff) {
                    self.known.insert((whose, hash_of(&form)));
                }
                Ok::<_, anyhow::Error>(())
            })
        })
    }

    /// Whether a number or address belongs to the relation that a note is about, to its company and those there, or to
    /// the staff.
    pub(super) fn has(&self, whose: Option<&Root>, category: Category, text: &str) -> bool {
        let Some(form) = one_form(category, text) else { return false };
        let what = hash_of(&form);
        let knows = |whose: u64| self.known.contains(&(whose, what));
        let root = whose.map(hash_of);
        let above = root.and_then(|root| self.above.get(&root).copied());
        knows(STAFF) || root.is_some_and(knows) || above.is_some_and(knows)
    }
}

/// The one form of a number or address, however it is typed.
fn one_form(category: Category, text: &str) -> Option<String> {
    match category {
        Category::Phone => address::number(text),
        Category::Email => address::email(text),
        _ => None,
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
