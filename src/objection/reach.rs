//! The addresses and numbers of relations: where the map says that they stand, or all that are attached.

use super::places::rows;
use crate::address;
use crate::erasure::{How, Inbound, inbound, key_of, shown};
use crate::fault::{Fault, Result};
use crate::schema::{
    Bond, Category, CompleteMap, Content, LinkTarget, MappedColumn, MappedTable, Medium, Relation,
    RelationKind,
};
use crate::store::{Snapshot, Value, ValueRef};
use std::collections::BTreeMap;

/// Where the addresses and numbers of relations of one kind stand.
#[derive(Debug)]
pub struct Reach<'a> {
    relation: &'a Relation,
    places: Vec<Place<'a>>,
}

#[derive(Debug)]
struct Place<'a> {
    mapped: &'a MappedTable,
    column: &'a MappedColumn,
    way: Way<'a>,
}

/// How a row with an address is come by from the root row.
#[derive(Debug, Clone)]
enum Way<'a> {
    /// It is the root row.
    Root,
    /// It points at the root row as its owner.
    Owned(Inbound<'a>),
    /// A row that points at the root row points at it, too: an address that several share.
    Shared(Inbound<'a>, &'a str, String),
}

impl<'a> Reach<'a> {
    /// Where the map says that they stand; where it says nothing, every column of addresses or numbers of the root
    /// table and of what belongs to it directly.
    ///
    /// # Errors
    /// Refused when the map names a column that is not attached to the kind's root table.
    pub fn of(kind: RelationKind, map: &'a CompleteMap) -> Result<Option<Self>> {
        let Some(relation) = map.relation(kind) else { return Ok(None) };
        let ways = ways(map, relation);
        let mut places = Vec::new();
        for (mapped, way) in &ways {
            for column in mapped.columns.iter().filter(|column| is_address(&column.rule.content)) {
                places.push(Place { mapped, column, way: way.clone() });
            }
        }
        if relation.reach.is_empty() {
            return Ok(Some(Reach { relation, places }));
        }
        for (table, column) in &relation.reach {
            let is_it = |place: &Place<'_>| place.mapped.table.name == *table && place.column.name == *column;
            if !places.iter().any(is_it) {
                let what =
                    format!("{table}.{column} holds no address of a {} that could be found", kind.word());
                return Err(Fault::refused(what)
                    .hint(format!("see `reach` in [relations.{}]", kind.word()))
                    .into());
            }
        }
        let said = |place: &Place<'_>| {
            let mut all = relation.reach.iter();
            all.any(|(table, column)| place.mapped.table.name == *table && place.column.name == *column)
        };
        places.retain(said);
        Ok(Some(Reach { relation, places }))
    }

    /// Shows every address and number, in its one form, with the id of the relation that it belongs to: of all
    /// relations, or of those with some keys. What is neither is passed over.
    ///
    /// # Errors
    /// Those of reading, and of `visit`.
    pub fn each(
        &self,
        only: Option<&[Value]>,
        data: &mut dyn Snapshot,
        visit: &mut dyn FnMut(&str, Medium, String) -> Result<()>,
    ) -> Result<()> {
        for place in &self.places {
            let by_column = match &place.column.rule.content {
                Content::ByColumn { column, .. } => column.as_str(),
                _ => place.column.name.as_str(),
            };
            let columns = [place.column.name.as_str(), by_column];
            let mut tell = |id: &str, cells: &[ValueRef<'_>]| -> Result<()> {
                let (Some(text), Some(medium)) =
                    (cells[0].as_str(), medium(&place.column.rule.content, &cells[1]))
                else {
                    return Ok(());
                };
                let all = address::all(medium, text).unwrap_or_default();
                all.into_iter().try_for_each(|value| visit(id, medium, value))
            };
            match &place.way {
                Way::Root => {
                    let key = self.relation.key.as_str();
                    let all = [&[key][..], &columns].concat();
                    rows(data, &place.mapped.table.name, key, only, &all, &mut |row| match id_of(row[0]) {
                        Some(id) => tell(&id, &row[1..]),
                        None => Ok(()),
                    })?;
                }
                Way::Owned(link) => {
                    self.owned(link, only, &columns, data, &mut |id, cells| tell(id, cells))?
                }
                Way::Shared(link, to, key) => {
                    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
                    self.owned(link, only, &[*to], data, &mut |id, cells| {
                        id_of(cells[0])
                            .into_iter()
                            .for_each(|key| ids.entry(key).or_default().push(id.to_owned()));
                        Ok(())
                    })?;
                    let all = [&[key.as_str()][..], &columns].concat();
                    data.scan(&place.mapped.table.name, &all, &mut |row| {
                        let owners = id_of(row[0]).and_then(|shared| ids.get(&shared));
                        owners.into_iter().flatten().try_for_each(|id| tell(id, &row[1..]))
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Shows the rows that point at root rows as their owners, each with the owner's id.
    fn owned(
        &self,
        link: &Inbound<'_>,
        only: Option<&[Value]>,
        columns: &[&str],
        data: &mut dyn Snapshot,
        visit: &mut dyn FnMut(&str, &[ValueRef<'_>]) -> Result<()>,
    ) -> Result<()> {
        let type_column = match &link.how {
            How::Typed { column, .. } => column.as_str(),
            _ => link.column,
        };
        let values: Option<Vec<Value>> = only.map(|keys| match &link.how {
            How::Reference(models) => {
                let ids = keys.iter().filter_map(shown);
                ids.flat_map(|id| models.iter().map(move |model| Value::from(format!("{model},{id}"))))
                    .collect()
            }
            _ => keys.to_vec(),
        });
        let all = [&[link.column, type_column][..], columns].concat();
        rows(data, &link.mapped.table.name, link.column, values.as_deref(), &all, &mut |row| {
            let id = match &link.how {
                How::Typed { words, .. } => {
                    let known = row[1].as_str().is_some_and(|word| words.iter().any(|it| it == word));
                    id_of(row[0]).filter(|_| known)
                }
                How::Reference(models) => row[0]
                    .as_str()
                    .and_then(|text| text.rsplit_once(','))
                    .and_then(|(model, id)| models.iter().any(|known| known == model).then(|| id.to_owned())),
                How::Key => id_of(row[0]),
                How::Value(_) => None,
            };
            id.map_or(Ok(()), |id| visit(&id, &row[2..]))
        })
    }
}

/// Every table that has addresses of a relation, with the way there.
fn ways<'a>(map: &'a CompleteMap, relation: &'a Relation) -> Vec<(&'a MappedTable, Way<'a>)> {
    let mut ways: Vec<(&MappedTable, Way<'_>)> =
        map.table(&relation.table).into_iter().map(|mapped| (mapped, Way::Root)).collect();
    let owned = inbound(map, &relation.table).into_iter().filter(|link| {
        let is_root = map.relations().iter().any(|other| other.table == link.mapped.table.name);
        link.bond == Bond::Owner
            && !is_root
            && link.mapped.history.is_none()
            && !matches!(link.how, How::Value(_))
    });
    for link in owned {
        for column in &link.mapped.columns {
            let shared = column.rule.link.as_ref().filter(|link| link.shared && link.bond == Bond::Owner);
            if let Some(LinkTarget::Key { table }) = shared.map(|link| &link.target)
                && let Some(mapped) = map.table(table).filter(|mapped| mapped.table.name != relation.table)
            {
                ways.push((mapped, Way::Shared(link.clone(), &column.name, key_of(map, table))));
            }
        }
        ways.push((link.mapped, Way::Owned(link)));
    }
    ways
}

fn is_address(content: &Content) -> bool {
    let is_one = |category: &Category| address::medium_of(*category).is_some();
    match content {
        Content::One(category) => is_one(category),
        Content::ByColumn { when, otherwise, .. } => when.values().any(is_one) || is_one(otherwise),
        _ => false,
    }
}

fn medium(content: &Content, deciding: &ValueRef<'_>) -> Option<Medium> {
    match content {
        Content::One(category) => address::medium_of(*category),
        Content::ByColumn { when, otherwise, .. } => {
            let decided = deciding.as_str().and_then(|word| when.get(word)).unwrap_or(otherwise);
            address::medium_of(*decided)
        }
        _ => None,
    }
}

/// A key as ids are shown.
fn id_of(value: ValueRef<'_>) -> Option<String> {
    shown(&value.to_value())
}
