//! An objection taken back.

use super::Details;
use super::adding::moment_of;
use super::excluded::{found, own};
use super::plan::{Change, Contacts, Plan, Target, contacts_of};
use super::register::Register;
use super::tied::{places, tied};
use crate::erasure::RelationRef;
use crate::fault::Result;
use crate::schema::{CompleteMap, Medium, Objection, ObjectionSign, RelationKind};
use crate::store::{Snapshot, Value};
use jiff::Timestamp;

/// Plans it, for a relation and for those contacts who are excluded because their company was.
///
/// # Errors
/// As [`Plan::add`].
pub fn plan(
    relation: &RelationRef,
    (medium, contacts, at): (Option<Medium>, Contacts, Timestamp),
    map: &CompleteMap,
    register: &Register,
    data: &mut dyn Snapshot,
) -> Result<Plan> {
    let key = found(relation, map, data)?;
    let mut plan = Plan::new(relation, false);
    let details = Details { at: Some(at.to_string()), ..Details::default() };
    let target = |key, relation, is_contact| Target { key, relation, details: details.clone(), is_contact };
    take_back(&mut plan, &[target(key.clone(), relation.clone(), false)], medium, map, register, data)?;
    if relation.kind == RelationKind::Company {
        let of_company = contacts_of(&key, map, data)?;
        plan.contacts = of_company.len() as u64;
        let keys: Vec<Value> = of_company.iter().map(|(key, _)| key.clone()).collect();
        let objecting = own(RelationKind::Contact, map, register, Some(&keys), data)?;
        let by_company = of_company.into_iter().filter(|(_, contact)| {
            let details = objecting.get(&contact.id).map(|found| &found.details);
            details.is_some_and(|details| details.origin.as_deref() == Some("company"))
        });
        let by_company: Vec<Target> = by_company.map(|(key, contact)| target(key, contact, true)).collect();
        match contacts {
            Contacts::Keep => plan.contacts_left = by_company.len() as u64,
            Contacts::Clear => take_back(&mut plan, &by_company, medium, map, register, data)?,
        }
    }
    plan.each_row_once(map);
    Ok(plan)
}

fn take_back(
    plan: &mut Plan,
    targets: &[Target],
    medium: Option<Medium>,
    map: &CompleteMap,
    register: &Register,
    data: &mut dyn Snapshot,
) -> Result<()> {
    let Some(kind) = targets.first().map(|target| target.relation.kind) else { return Ok(()) };
    let mut changes: Vec<Vec<Change>> = targets.iter().map(|_| Vec::new()).collect();
    for place in places(kind, medium, map)? {
        let tied = tied(place, map, targets, data)?;
        for ((changes, target), tied) in changes.iter_mut().zip(targets).zip(tied) {
            for row in tied.rows.into_iter().filter(|row| row.objects) {
                changes.push(cleared(place, map, &target.details, row.identity)?);
            }
        }
    }
    for (target, changes) in targets.iter().zip(changes) {
        let old = register.of(kind, &target.relation.id);
        let left = old.and_then(|old| old.without(medium));
        let entry = (old != left.as_ref()).then_some(left);
        plan.push(target, changes, entry);
    }
    Ok(())
}

fn cleared(place: &Objection, map: &CompleteMap, details: &Details, identity: Vec<Value>) -> Result<Change> {
    let table = place.table.clone();
    let Some(flag) = place.sign.column().filter(|_| place.sign != ObjectionSign::Present) else {
        return Ok(Change::Delete { table, identity });
    };
    let mut set = vec![(flag.to_owned(), place.flag(false))];
    let words = [&place.channel, &place.made_by].into_iter().flatten().map(|word| &word.column);
    let mapped = map.table(&table);
    let may_be_empty = |column: &&String| {
        let live = mapped.and_then(|mapped| mapped.table.column(column));
        live.is_some_and(|live| !live.not_null)
    };
    let columns = place.at.iter().chain(words).filter(may_be_empty);
    set.extend(columns.map(|column| (column.clone(), Value::Null)));
    if let (Some(column), Some(at)) = (&place.withdrawn_at, &details.at) {
        set.push((column.clone(), moment_of(at, map, &table, column)?));
    }
    Ok(Change::Update { table, identity, set })
}
