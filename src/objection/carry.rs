//! An objection that is noted by an address, when that address is corrected: it stays that of the person.

use super::{Excluded, Plan, Register, Standing, Wish, apply};
use crate::erasure::RelationRef;
use crate::fault::Result;
use crate::schema::{CompleteMap, Medium};
use crate::store::Transaction;

/// Notes anew what a relation objected to before its addresses were changed in this transaction, and would no longer.
/// How many objections that were.
///
/// # Errors
/// As [`Plan::add`] and [`apply`].
pub fn carry(
    relation: &RelationRef,
    before: &Standing,
    map: &CompleteMap,
    register: &mut Register,
    change: &mut dyn Transaction,
) -> Result<u64> {
    let Some(own) = before.own() else { return Ok(0) };
    let after = Excluded::standing(relation, map, register, change)?;
    let forbids = |medium: Option<Medium>| {
        after.own().is_some_and(|now| medium.map_or(now.all, |medium| now.forbids(medium)))
    };
    let all = own.all.then_some(None);
    let lost = all.into_iter().chain(own.only.iter().copied().map(Some)).filter(|medium| !forbids(*medium));
    let mut carried = 0;
    for medium in lost.collect::<Vec<_>>() {
        let wish = Wish { medium, details: own.details.clone() };
        let plan = Plan::add(relation, &wish, map, register, change)?;
        apply(&plan, map, change)?;
        register.plan(&plan);
        carried += 1;
    }
    Ok(carried)
}
