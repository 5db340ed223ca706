//! What earlier erasures still owe, what a law kept and keeps no longer, and what an older copy has brought back.

use super::report::{self, EraseReport, ResumeReport};
use super::work::{Done, Work};
use crate::commands::Context;
use crate::erasure::{Debt, Held, Memory, Owed, Plan, RelationRef};
use crate::fault::{Kind, Outcome, Result, kind_of};
use crate::store::Store;

/// What is typed before rows go that a law had kept.
const DUE: &str = "due";

/// Whether an erasure of this relation is committed and still owes its proof.
pub fn owes(work: &mut Work<'_>, relation: &RelationRef) -> Result<bool> {
    // Whoever is at work on it holds the ledger, and owes nothing once it is free.
    let _ledger = work.desk.ledger()?;
    let owed = Owed::read(&work.desk.state()?)?;
    Ok(owed.debts.iter().any(|debt| is_of(debt, relation)))
}

/// Whether it was erased before: it may have gone along with its company.
pub fn was_erased(work: &Work<'_>, relation: &RelationRef) -> Result<bool> {
    let memory = Memory::open(&work.desk.state()?)?;
    Ok(memory.has(relation.kind, &relation.key(work.map)?))
}

fn is_of(debt: &Debt, relation: &RelationRef) -> bool {
    debt.items.iter().any(|item| item.relation == relation.to_string())
}

/// What there is to do, without doing it.
pub fn look(work: &mut Work<'_>, context: &Context) -> Result<Outcome> {
    let mut report = ResumeReport::default();
    if let Some(state) = work.desk.known_state()? {
        report.owed = Owed::read(&state)?.debts.iter().map(|debt| debt.items.len() as u64).sum();
        report.rows = Held::read(&state)?.counted(work.options.as_of);
    }
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}

/// How many erasures owe something.
pub fn count(work: &Work<'_>) -> Result<usize> {
    Ok(Owed::read(&work.desk.state()?)?.debts.iter().map(|debt| debt.items.len()).sum())
}

/// Completes everything that is owed, and erases what has come due. What was done comes back.
pub fn resume(work: &mut Work<'_>, context: &Context) -> Result<(Vec<Done>, Outcome)> {
    let (mut all, mut report) = complete(work, context, &|_| true)?;
    let is_left = !erase_due(work, context, &mut all, &mut report)?;
    report.rows = Held::read(&work.desk.state()?)?.counted(work.options.as_of);
    context.ui.report(&report)?;
    let outcome = if report.owed > 0 || is_left { Outcome::Owed } else { Outcome::Done };
    Ok((all, outcome))
}

/// Completes what is owed of one relation.
pub fn finish(work: &mut Work<'_>, relation: &RelationRef, context: &Context) -> Result<Vec<Done>> {
    Ok(complete(work, context, &|debt| is_of(debt, relation))?.0)
}

/// Completes what is owed, and counts erasures.
pub fn complete(
    work: &mut Work<'_>,
    context: &Context,
    wanted: &dyn Fn(&Debt) -> bool,
) -> Result<(Vec<Done>, ResumeReport)> {
    let state = work.desk.state()?;
    let mut ledger = work.desk.ledger()?;
    let mut owed = Owed::read(&state)?;
    let (mut all, mut report) = (Vec::new(), ResumeReport::default());
    for debt in owed.debts.clone().into_iter().filter(|debt| wanted(debt)) {
        let erasures = debt.items.len() as u64;
        if !debt.is_committed(work.map, &mut *work.desk.store.snapshot()?)? {
            owed.settle(&debt.act, &state)?;
            report.not_begun += erasures;
            continue;
        }
        let by = work.by.clone();
        let settled = ledger.go_on(&debt.act, &debt.command, &by, |tally| {
            work.make_ready(&state)?;
            Ok(work.settle(&debt, &state, tally, context))
        })?;
        let is_proven = settled.proven;
        let done = settled.or_trouble()?;
        *(if is_proven { &mut report.completed } else { &mut report.owed }) += erasures;
        if let Some(removed) = done.iter().find_map(|done| done.removed.as_ref()).filter(|_| !is_proven) {
            context.ui.warn(report::cause(removed));
        }
        all.extend(done);
        owed = Owed::read(&state)?;
    }
    Ok((all, report))
}

/// Erases what a law had kept and keeps no longer. False where somebody has to say yes first.
fn erase_due(
    work: &mut Work<'_>,
    context: &Context,
    all: &mut Vec<Done>,
    report: &mut ResumeReport,
) -> Result<bool> {
    let (state, day) = (work.desk.state()?, work.options.as_of);
    let memory = Memory::open(&state)?;
    let due = Held::read(&state)?.due(&memory, work.map, &mut *work.desk.store.snapshot()?, day)?;
    let mut plans = Vec::new();
    for (kind, rows) in due {
        let data = &mut *work.desk.store.snapshot()?;
        plans.push(Plan::for_rows(kind, rows, work.map, data, work.options)?);
    }
    for plan in plans.into_iter().filter(|plan| plan.changes() > 0) {
        report::lines(&plan, context).into_iter().for_each(|line| context.ui.status(line));
        let rows = plan.deleted() + plan.blanked();
        let question = format!("Type {DUE} to erase these {rows} rows, which nothing keeps any more");
        match context.ui.confirm_by_typing(&question, DUE) {
            Ok(()) => {}
            Err(error) if kind_of(&error) == Kind::Usage => {
                context.ui.warn(format_args!("{rows} rows have come due; say --yes to erase them"));
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        let mut done = work.erase_one("erase resume", "kept rows".to_owned(), plan, context)?;
        done.trouble.take().map_or(Ok(()), Err)?;
        report.due += rows;
        report.owed += u64::from(!done.is_proven());
        all.push(done);
    }
    // Rows that the CRM itself has deleted meanwhile are nobody's any more.
    Held::read(&state)?.forget_due(day, &state)?;
    Ok(true)
}

/// Erases again what was erased once and is there again.
pub fn replay(work: &mut Work<'_>, context: &Context) -> Result<Outcome> {
    let (all, failed) = repeat(work, context, super::confirm)?;
    context.ui.report(&EraseReport::done(&all))?;
    for done in all.iter().filter(|done| !done.is_proven()) {
        context.ui.warn(report::owed(done));
    }
    Ok(if failed == 0 && all.iter().all(Done::is_proven) { Outcome::Done } else { Outcome::Owed })
}

/// The relations that were erased once and are there again.
pub fn returned(work: &mut Work<'_>) -> Result<Vec<RelationRef>> {
    let Some(state) = work.desk.known_state()? else { return Ok(Vec::new()) };
    Memory::open(&state)?.returned(work.map, &mut *work.desk.store.snapshot()?)
}

/// The same without a report, each after `confirm`: what was done, and how many could not be erased again.
pub fn repeat(
    work: &mut Work<'_>,
    context: &Context,
    confirm: fn(&Plan, &Context) -> Result<()>,
) -> Result<(Vec<Done>, u64)> {
    let returned = returned(work)?;
    let (mut all, mut failed) = (Vec::new(), 0);
    for relation in returned {
        match work.plan(&relation) {
            Ok(plan) if plan.changes() > 0 => {
                confirm(&plan, context)?;
                let mut done = work.erase(&relation, plan, context)?;
                done.trouble.take().map_or(Ok(()), Err)?;
                all.push(done);
            }
            Ok(_) => {}
            // One erasure may have taken another of them along.
            Err(error) if kind_of(&error) == Kind::Missing => {}
            Err(error) if kind_of(&error) == Kind::Refused => {
                context.ui.error(&error);
                failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok((all, failed))
}
