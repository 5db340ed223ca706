//! Which relations are meant: those of a kind that fit every word, group and condition. Of each only the key is kept.

use super::condition::Condition;
use super::field::FieldSet;
use super::key::{Key, shown};
use super::words::Term;
use super::{children, found};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::schema::{CompleteMap, Field, FieldPlace, Filter, Groups, Relation, nearest};
use crate::store::{Snapshot, Value, ValueRef};
use crate::words::fold;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

/// Sets of keys, as they are met.
pub type Keys = HashSet<Key>;

/// Fewer keys than this are looked up one by one; for more the whole table is read.
const FEW: usize = 20_000;
/// How many keys are looked up at once.
const BATCH: usize = 2_000;

/// What is wanted. Everything has to fit.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Words.
    pub terms: &'a [Term],
    /// The name of a group.
    pub group: Option<&'a str>,
    /// Conditions.
    pub conditions: &'a [Condition],
}

/// In which order: by a column of the root table.
#[derive(Debug, Clone)]
pub struct Sort {
    /// The field.
    pub field: Field,
    /// The last one first.
    pub reverse: bool,
}

/// The relations that fit.
#[derive(Debug, Default)]
pub struct Selection {
    /// Their keys, in order.
    pub keys: Vec<Key>,
    /// Tables that were read from end to end for words, since the map names no index over them.
    pub read_through: BTreeSet<String>,
}

impl Selection {
    /// Finds them.
    ///
    /// # Errors
    /// Missing when there is no such group; those of reading.
    pub fn find(
        fields: &FieldSet<'_>,
        wanted: &Wanted<'_>,
        sort: Option<&Sort>,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let mut selection = Selection::default();
        let mut among = among(fields, wanted, &mut selection.read_through, data)?;
        let relation = fields.relation;
        let mut links = Vec::new();
        for condition in wanted.conditions {
            match &condition.field.place {
                FieldPlace::Root => {}
                FieldPlace::Child { by } => {
                    let keys = children::that_fit(condition, by, data)?;
                    among.demand(keys, condition.is_negative());
                }
                FieldPlace::Parent { link, key } => {
                    links.push((
                        link.as_str(),
                        children::that_fit(condition, key, data)?,
                        condition.is_negative(),
                    ));
                }
            }
        }
        kin(fields.map, relation, &mut among, data)?;
        let own: Vec<&Condition> =
            wanted.conditions.iter().filter(|condition| condition.field.place == FieldPlace::Root).collect();
        let roots = Roots { relation, own: &own, links: &links, sort };
        selection.keys = roots.keys(&among, data)?;
        Ok(selection)
    }
}

/// The keys that may and may not be among the answer.
#[derive(Default)]
struct Among {
    only: Option<Keys>,
    never: Keys,
}

impl Among {
    fn demand(&mut self, keys: Keys, negative: bool) {
        match (negative, self.only.take()) {
            (true, only) => {
                self.never.extend(keys);
                self.only = only;
            }
            (false, None) => self.only = Some(keys),
            (false, Some(only)) => {
                self.only = Some(only.into_iter().filter(|key| keys.contains(key)).collect())
            }
        }
    }

    fn has(&self, key: &Key) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(key)) && !self.never.contains(key)
    }
}

/// What words and groups leave.
fn among(
    fields: &FieldSet<'_>,
    wanted: &Wanted<'_>,
    read_through: &mut BTreeSet<String>,
    data: &mut dyn Snapshot,
) -> Result<Among> {
    let mut among = Among::default();
    for keys in found::by_words(fields, wanted.terms, read_through, data)? {
        among.demand(keys, false);
    }
    if let Some(name) = wanted.group {
        among.demand(in_group(fields, name, data)?, false);
    }
    Ok(among)
}

/// The relations in a group.
fn in_group(fields: &FieldSet<'_>, name: &str, data: &mut dyn Snapshot) -> Result<Keys> {
    let kind = fields.relation.kind;
    let unknown =
        || Fault::missing(format!("the map {} knows no groups of {}", fields.map.name(), kind.word()));
    let groups = fields.map.groups().ok_or_else(unknown)?;
    let column = groups.member(kind).ok_or_else(unknown)?;
    let group = group_key(groups, name, data)?;
    let mut keys = Keys::new();
    data.find(&groups.members, &groups.group, &[group], &[column], &mut |row| {
        keys.extend(Key::of(row[0]));
        Ok(())
    })?;
    Ok(keys)
}

fn group_key(groups: &Groups, name: &str, data: &mut dyn Snapshot) -> Result<Value> {
    let (mut same, mut alike, mut names) = (None, Vec::new(), Vec::new());
    data.scan(&groups.table, &[&groups.key, &groups.name], &mut |row| {
        let text = shown(row[1]);
        if text == name {
            same = Some(row[0].to_value());
        } else if fold(&text) == fold(name) {
            alike.push(row[0].to_value());
        }
        names.push(text);
        Ok(())
    })?;
    match (same, alike.as_slice()) {
        (Some(key), _) => Ok(key),
        (None, [key]) => Ok(key.clone()),
        (None, []) => {
            let fault = Fault::missing("there is no such group");
            let near = nearest(name, names.iter().map(String::as_str));
            Err(match near {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            }
            .into())
        }
        (None, _) => Err(Fault::missing("several groups have that name: write it as the CRM does").into()),
    }
}

/// What makes a row a relation of the kind, beside the columns of its own: children that it has, other kinds that it
/// is not.
fn kin(map: &CompleteMap, relation: &Relation, among: &mut Among, data: &mut dyn Snapshot) -> Result<()> {
    if let Some(has) = &relation.has {
        among.demand(children::with(&has.table, &has.by, &has.filter, data)?, false);
    }
    if let Some(other) = relation.unless.and_then(|kind| map.relation(kind)) {
        let mut others = Among::default();
        kin(map, other, &mut others, data)?;
        let roots = Roots { relation: other, own: &[], links: &[], sort: None };
        among.demand(roots.keys(&others, data)?.into_iter().collect(), true);
    }
    Ok(())
}

/// A column of the root table, the keys that it may hold, and whether it may hold none of them instead.
type Link<'a> = (&'a str, Keys, bool);

/// The pass over the root table.
struct Roots<'a> {
    relation: &'a Relation,
    own: &'a [&'a Condition],
    links: &'a [Link<'a>],
    sort: Option<&'a Sort>,
}

impl Roots<'_> {
    /// The keys of the rows that fit, in order.
    fn keys(&self, among: &Among, data: &mut dyn Snapshot) -> Result<Vec<Key>> {
        let columns = self.columns();
        let mut kept: Vec<(Place, Key)> = Vec::new();
        let mut visit = |row: &[ValueRef<'_>]| {
            if let Some(key) = Key::of(row[0]).filter(|key| among.has(key))
                && self.fits(row)
            {
                kept.push((self.place(row), key));
            }
            Ok(())
        };
        let (table, key) = (&self.relation.table, &self.relation.key);
        match among.only.as_ref().filter(|only| only.len() < FEW) {
            None => data.scan(table, &columns, &mut visit)?,
            Some(only) => {
                let values: Vec<Value> = only.iter().map(Key::value).collect();
                for some in values.chunks(BATCH) {
                    interrupt::check()?;
                    data.find(table, key, some, &columns, &mut visit)?;
                }
            }
        }
        kept.sort_by(|(one, key), (other, next)| one.cmp(other).then_with(|| key.cmp(next)));
        if self.sort.is_some_and(|sort| sort.reverse) {
            kept.reverse();
        }
        Ok(kept.into_iter().map(|(_, key)| key).collect())
    }

    /// The key, then the filter's columns, those of the conditions, of the links, and of the order.
    fn columns(&self) -> Vec<&str> {
        let mut columns = vec![self.relation.key.as_str()];
        columns.extend(self.relation.filter.iter().map(|(column, _)| column.as_str()));
        columns.extend(self.own.iter().map(|condition| condition.field.column.as_str()));
        columns.extend(self.links.iter().map(|(column, _, _)| *column));
        columns.extend(self.sort.map(|sort| sort.field.column.as_str()));
        columns
    }

    fn fits(&self, row: &[ValueRef<'_>]) -> bool {
        let filter = self.relation.filter.len();
        let (own, links) = (1 + filter, 1 + filter + self.own.len());
        let of_own = |(condition, value): (&&Condition, &ValueRef<'_>)| {
            condition.holds(*value) != condition.is_negative()
        };
        let of_link = |((_, keys, negative), value): (&Link<'_>, &ValueRef<'_>)| {
            Key::of(*value).is_some_and(|key| keys.contains(&key)) != *negative
        };
        passes(&self.relation.filter, &row[1..])
            && self.own.iter().zip(&row[own..]).all(of_own)
            && self.links.iter().zip(&row[links..]).all(of_link)
    }

    fn place(&self, row: &[ValueRef<'_>]) -> Place {
        match (self.sort, row.last()) {
            (Some(_), Some(value)) => Place::of(*value),
            _ => Place::Nowhere,
        }
    }
}

/// Whether values are those that a filter lets through.
pub fn passes(filter: &Filter, values: &[ValueRef<'_>]) -> bool {
    filter.iter().zip(values).all(|((_, allowed), value)| allowed.contains(&value.to_value()))
}

/// Where a value stands in an order: nothing first, then numbers, then texts without regard to accents and case.
#[derive(Debug, PartialEq)]
enum Place {
    Nowhere,
    Number(f64),
    Text(String),
}

impl Place {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Place::Nowhere,
            ValueRef::Integer(number) => Place::Number(number as f64),
            ValueRef::Real(number) => Place::Number(number),
            other => Place::Text(fold(&shown(other))),
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Place::Number(one), Place::Number(other)) => one.total_cmp(other),
            (Place::Text(one), Place::Text(other)) => one.cmp(other),
            (one, other) => one.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Place::Nowhere => 0,
            Place::Number(_) => 1,
            Place::Text(_) => 2,
        }
    }
}
