//! Whose a note is, and which numbers and addresses are that relation's own: any other in the note is a third person's.

use super::columns::{Notes, tables_with};
use crate::erasure::Channel;
use crate::fault::Result;
use crate::schema::{Bond, Category, CompleteMap, LinkTarget};
use crate::store::{Snapshot, Value, ValueRef};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A relation's row: its table and key.
#[derive(Debug, Clone, PartialEq)]
pub struct Root {
    /// The table of the root row.
    pub table: String,
    /// Its key.
    pub key: Value,
}

/// The columns by which a row says whose it is.
#[derive(Debug)]
pub(super) struct Owners<'a> {
    map: &'a CompleteMap,
    columns: Vec<(usize, How<'a>)>,
}

#[derive(Debug)]
enum How<'a> {
    Itself(&'a str),
    Key(&'a str),
    Reference,
    Typed { at: usize, types: &'a BTreeMap<String, String> },
}

impl<'a> Owners<'a> {
    /// The columns of a table; they are read from now on.
    pub(super) fn of(map: &'a CompleteMap, notes: &mut Notes<'a>) -> Self {
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
        Owners { map, columns }
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
            How::Itself(table) | How::Key(table) => ((*table).to_owned(), value.to_value()),
            How::Reference => {
                let (model, key) = value.as_str()?.split_once(',')?;
                let key = key.parse().map_or_else(|_| Value::from(key), Value::Integer);
                (self.map.referenced(model)?.table.name.clone(), key)
            }
            How::Typed { at, types } => (types.get(row[*at].as_str()?)?.clone(), value.to_value()),
        };
        let is_root = self.map.relations().iter().any(|relation| relation.table.eq_ignore_ascii_case(&table));
        is_root.then_some(Root { table, key })
    }
}

/// Which numbers and addresses are whose own. Of each only a hash is kept.
#[derive(Debug, Default)]
pub(super) struct Own {
    known: HashSet<u64>,
    above: HashMap<u64, u64>,
}

impl Own {
    /// Reads every telephone number and address that the map knows as one.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn read(map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Self> {
        let mut own = Own::default();
        let roots: HashSet<&str> = map.relations().iter().map(|relation| relation.table.as_str()).collect();
        let staff: HashSet<&str> = map.accounts().iter().map(|accounts| accounts.table.as_str()).collect();
        let is_reached = |category| matches!(category, Category::Email | Category::Phone);
        let mut tables = tables_with(map, &is_reached);
        let is_there =
            |table: &str, tables: &[Notes<'_>]| tables.iter().any(|notes| notes.mapped.table.name == table);
        for root in &roots {
            if !is_there(root, &tables)
                && let Some(mapped) = map.table(root)
            {
                tables.push(Notes::of(mapped, &is_reached));
            }
        }
        for mut notes in tables {
            let table = notes.mapped.table.name.as_str();
            let owners = Owners::of(map, &mut notes);
            let (is_root, is_staff) = (roots.contains(table), staff.contains(table));
            data.scan(table, &notes.read, &mut |row| {
                let whose = owners.whose(row);
                if let Some(whose) = whose.as_ref().filter(|_| is_root) {
                    for above in owners.above(row) {
                        own.above.insert(
                            hash_of(&(&whose.table, shown(&whose.key))),
                            hash_of(&(&above.table, shown(&above.key))),
                        );
                    }
                }
                let whose = whose.map_or(0, |root| hash_of(&(&root.table, shown(&root.key))));
                notes.each(row, |_, category, text| {
                    if is_reached(category) {
                        own.known
                            .insert(hash_of(&(if is_staff { 0 } else { whose }, one_form(category, text))));
                    }
                    Ok::<_, anyhow::Error>(())
                })
            })?;
        }
        Ok(own)
    }

    /// Whether a number or address belongs to the relation that a note is about, to its company, or to the staff.
    pub(super) fn has(&self, whose: Option<&Root>, category: Category, text: &str) -> bool {
        let form = one_form(category, text);
        let knows = |whose: u64| self.known.contains(&hash_of(&(whose, &form)));
        let Some(root) = whose else { return knows(0) };
        let root = hash_of(&(&root.table, shown(&root.key)));
        knows(0) || knows(root) || self.above.get(&root).is_some_and(|above| knows(*above))
    }
}

/// The one form of a number or address, however it is typed.
fn one_form(category: Category, text: &str) -> Option<String> {
    match category {
        Category::Phone => Channel::Phone.normalised(text),
        _ => Channel::Email.normalised(text),
    }
}

/// A key as text, whatever its type.
pub(super) fn shown(key: &Value) -> String {
    crate::masking::decider_text(key.borrow())
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
