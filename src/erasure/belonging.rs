//! What belongs to a relation, whether or not it may be erased.

use super::plan::Options;
use super::row::{Act, Row, RowId};
use super::target::RelationRef;
use super::walk::{KnownKept, Walk, root};
use crate::fault::{Fault, Result};
use crate::schema::CompleteMap;
use crate::store::Snapshot;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The rows that belong to a relation: those that an erasure would delete, empty, or keep for a reason. Rules that forbid
/// the erasure do not count here.
///
/// # Errors
/// As of [`super::Plan::for_relation`], but for refusals.
pub fn rows_of(
    relation: &RelationRef,
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    as_of: Date,
) -> Result<BTreeMap<RowId, Row>> {
    let key = relation.key(map)?;
    if !relation.is_one(map, data, &key)? {
        return Err(Fault::missing(format!("there is no {relation}")).into());
    }
    let roots = root(relation, &key, map, data)?;
    let known = KnownKept::new();
    let options = Options { keep_contacts: true, as_of, ordered: true };
    let mut walk = Walk::new(relation.kind, map, data, options, &known);
    walk.all(&roots)?;
    let mut rows = walk.rows;
    rows.retain(|_, row| row.act != Act::Detach);
    Ok(rows)
}
