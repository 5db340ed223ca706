//! What earlier erasures still owe, and what an older copy has brought back.

use super::report::{EraseReport, ResumeReport};
use super::work::Work;
use crate::commands::Context;
use crate::erasure::{Debt, Memory, Owed, RelationRef};
use crate::fault::{Outcome, Result};
use crate::ledger::{Counts, Intent};

/// Whether an erasure of this relation is committed and still owes its proof.
pub fn owes(work: &mut Work<'_>, relation: &RelationRef) -> Result<bool> {
    // Whoever is at work on it holds the ledger, and owes nothing once it is free.
    let _ledger = work.desk.ledger()?;
    let owed = Owed::read(&work.desk.state()?)?;
    let owes = |debt: &Debt| debt.items.iter().any(|item| item.relation == relation.to_string());
    Ok(owed.debts.iter().any(owes))
}

/// Completes everything that is owed.
pub fn resume(work: &mut Work<'_>, context: &mut Context) -> Result<Outcome> {
    let report = complete(work, context)?;
    context.ui.report(&report)?;
    Ok(if report.owed == 0 { Outcome::Done } else { Outcome::Owed })
}

/// Completes everything that is owed, and counts erasures.
pub fn complete(work: &mut Work<'_>, context: &Context) -> Result<ResumeReport> {
    let state = work.desk.state()?;
    let mut ledger = work.desk.ledger()?;
    let mut owed = Owed::read(&state)?;
    let mut report = ResumeReport::default();
    for debt in owed.debts.clone() {
        let erasures = debt.items.len() as u64;
        if !work.is_committed(&debt)? {
            owed.settle(&debt.act, &state)?;
            report.not_begun += erasures;
            continue;
        }
        let rows = debt.items.iter().map(|item| item.rows).sum();
        let counts = Counts::from([("rows".to_owned(), rows)]);
        let by = work.by.clone();
        let intent = Intent {
            command: "erase resume".into(),
            by,
            accounts: Vec::new(),
            relations: Vec::new(),
            counts,
        };
        let removed = ledger.perform(&intent, |tally| {
            Memory::open(&state)?.merge(debt.remembered.clone(), work.options.as_of, &state)?;
            crate::store::Scrub::make_ready(&mut work.desk.store)?;
            let removed = work.settle(&debt, &state, context)?;
            tally.counts.insert("files".into(), debt.files.len() as u64);
            tally.counts.insert("residue".into(), removed.residue);
            tally.counts.insert("owed".into(), u64::from(!removed.is_proven()));
            Ok(removed)
        })?;
        if removed.is_proven() {
            report.completed += erasures;
        } else {
            report.owed += erasures;
            context.ui.warn(super::report::cause(&removed));
        }
    }
    Ok(report)
}

/// Erases again what was erased once and is there again.
pub fn replay(work: &mut Work<'_>, context: &mut Context) -> Result<Outcome> {
    let state = work.desk.state()?;
    let memory = Memory::open(&state)?;
    let returned = {
        use crate::store::Store;
        memory.returned(work.map, &mut *work.desk.store.snapshot()?)?
    };
    let mut all = Vec::new();
    for relation in returned {
        // One erasure may have taken another of them along.
        let Ok(plan) = work.plan(&relation) else { continue };
        if plan.changes() > 0 {
            super::confirm(&plan, context)?;
            all.push(work.erase(&relation, plan, context)?);
        }
    }
    context.ui.report(&EraseReport::done(&all))?;
    Ok(if all.iter().all(super::Done::is_proven) { Outcome::Done } else { Outcome::Owed })
}
