//! What each place has of the relations that an act is about: their rows, and what new ones would be tied by.

use super::places::{Noted, noted};
use super::plan::Target;
use super::reach::Reach;
use crate::address;
use crate::erasure::shown;
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Medium, Objection, RelationKind, Tie};
use crate::store::{Snapshot, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The places of a kind that are about a way of marketing.
pub(super) fn places(
    kind: RelationKind,
    medium: Option<Medium>,
    map: &CompleteMap,
) -> Result<Vec<&Objection>> {
    let of_kind = || map.objection().iter().filter(move |place| place.kind == kind);
    let found: Vec<&Objection> =
        of_kind().filter(|place| medium.is_none() || place.medium == medium).collect();
    if let Some(medium) = medium.filter(|_| found.is_empty() && of_kind().any(|place| place.medium.is_none()))
    {
        let what = format!("this CRM cannot note that a {} objects to {} only", kind.word(), medium.word());
        let hint = "leave --only out to exclude from all marketing";
        return Err(Fault::refused(what).hint(hint).into());
    }
    Ok(found)
}

/// What a place has of one target: its rows, and what new ones are tied by.
#[derive(Default)]
pub(super) struct Tied {
    pub(super) rows: Vec<Noted>,
    pub(super) ties: Vec<Value>,
}

/// What a place has of each target, in their order.
pub(super) fn tied(
    place: &Objection,
    map: &CompleteMap,
    targets: &[Target],
    data: &mut dyn Snapshot,
) -> Result<Vec<Tied>> {
    let Some(relation) = map.relation(place.kind) else { return Ok(Vec::new()) };
    let keys: Vec<Value> = targets.iter().map(|target| target.key.clone()).collect();
    let mut tied: Vec<Tied> = targets.iter().map(|_| Tied::default()).collect();
    let mut at: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let only = match &place.tie {
        Tie::Address(_, medium) => {
            let ids: BTreeMap<&str, usize> =
                targets.iter().enumerate().map(|(at, target)| (target.relation.id.as_str(), at)).collect();
            let mut own: BTreeSet<(usize, String)> = BTreeSet::new();
            if let Some(reach) = Reach::of(place.kind, map)? {
                reach.each(Some(&keys), data, &mut |id, of, address| {
                    own.extend(ids.get(id).filter(|_| of == *medium).map(|at| (*at, address)));
                    Ok(())
                })?;
            }
            for (target, address) in own {
                tied[target].ties.push(Value::from(address.as_str()));
                at.entry(address).or_default().push(target);
            }
            None
        }
        _ => {
            for (target, key) in keys.iter().enumerate() {
                tied[target].ties.push(key.clone());
                at.entry(shown(key).unwrap_or_default()).or_default().push(target);
            }
            Some(keys.as_slice())
        }
    };
    if at.is_empty() {
        return Ok(tied);
    }
    noted(place, map, relation, only, data, &mut |row| {
        for name in names(place, &row.tied) {
            for target in at.get(&name).into_iter().flatten() {
                tied[*target].rows.push(row.clone());
            }
        }
        Ok(())
    })?;
    Ok(tied)
}

/// What a row's tie is compared by.
pub(super) fn names(place: &Objection, tie: &Value) -> Vec<String> {
    match &place.tie {
        Tie::Address(_, medium) => {
            tie.borrow().as_str().and_then(|text| address::all(*medium, text)).unwrap_or_default()
        }
        _ => shown(tie).into_iter().collect(),
    }
}
