//! The erasures that an ERP orders: done on the same path as an administrator's, proven, certified, acknowledged.

use super::report::Owing;
use super::{Both, SyncReport};
use crate::commands::Context;
use crate::commands::erase::resume;
use crate::commands::erase::work::{Done, Work};
use crate::erasure::{self, Plan, RelationRef};
use crate::erp::{self, Erp};
use crate::fault::{Kind, Result, fault_of, kind_of};
use crate::interrupt;
use crate::schema::RelationKind;
use crate::store::Value;

/// So many third parties are erased in one transaction, and searched for at once.
const BATCH: usize = 50;

/// Completes what earlier runs owe, before anything is added to it.
pub fn complete(work: &mut Work<'_>, report: &mut SyncReport, context: &Context) -> Result<()> {
    let (_, resumed) = resume::complete(work, context, &|_| true)?;
    report.completed += resumed.completed;
    report.unproven += resumed.owed;
    Ok(())
}

/// Erases what the ERP has erased, and tells it so.
pub fn run(
    plan: &erp::Plan,
    both: &mut Both<'_>,
    work: &mut Work<'_>,
    report: &mut SyncReport,
    context: &Context,
) -> Result<()> {
    // What is committed and not proven was not acknowledged; it is when the proof has come.
    if report.unproven == 0 && !plan.gone.is_empty() {
        report.acknowledged += both.erp.erp()?.acknowledge(both.access, &plan.gone)?;
    }
    let mut progress = context.ui.progress();
    progress.stage("erasing what the ERP erased", Some(plan.orders.len() as u64));
    for batch in plan.orders.chunks(BATCH) {
        interrupt::check()?;
        let mut left = erase(batch, both, work, report, context)?;
        // Those that stood in each other's way go one by one.
        for order in std::mem::take(&mut left) {
            let one = std::slice::from_ref(&order);
            for (code, _) in erase(one, both, work, report, context)? {
                let why = "it changed while it was being erased".to_owned();
                report.owed.push(Owing { id: code, why });
            }
        }
        progress.advance(batch.len() as u64);
    }
    progress.finish();
    Ok(())
}

/// Erases some third parties; those that were not as planned come back.
fn erase(
    orders: &[(String, Value)],
    both: &mut Both<'_>,
    work: &mut Work<'_>,
    report: &mut SyncReport,
    context: &Context,
) -> Result<Vec<(String, Value)>> {
    let Planned { plans, mut gone, mut left } = planned(orders, work, report)?;
    if !plans.is_empty() {
        let done = work.erase_together("erp sync: erase", plans, context)?;
        let is_done = |key: &Value| {
            let id = erasure::shown(key).unwrap_or_default();
            done.iter()
                .any(|done| done.is_of(&RelationRef { kind: RelationKind::ThirdParty, id: id.clone() }))
        };
        let (erased, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(_, key)| is_done(key));
        left = others;
        report.erased += erased.len() as u64;
        if done.iter().all(Done::is_proven) {
            gone.extend(erased.into_iter().map(|(code, _)| code));
        } else {
            report.unproven += erased.len() as u64;
        }
    }
    if !gone.is_empty() {
        report.acknowledged += both.erp.erp()?.acknowledge(both.access, &gone)?;
    }
    Ok(left)
}

/// Orders, by what there is to do about them.
#[derive(Default)]
struct Planned {
    /// What goes.
    plans: Vec<(RelationRef, Plan)>,
    /// Whose that is: code and key.
    left: Vec<(String, Value)>,
    /// Codes of those that are gone already.
    gone: Vec<String>,
}

/// Plans each order; what a rule forbids is owed.
fn planned(orders: &[(String, Value)], work: &mut Work<'_>, report: &mut SyncReport) -> Result<Planned> {
    let mut planned = Planned::default();
    for (code, key) in orders {
        let id = erasure::shown(key).unwrap_or_default();
        let relation = RelationRef { kind: RelationKind::ThirdParty, id };
        match work.plan(&relation) {
            Ok(plan) if plan.changes() == 0 => planned.gone.push(code.clone()),
            Ok(plan) => {
                planned.plans.push((relation, plan));
                planned.left.push((code.clone(), key.clone()));
            }
            Err(error) if kind_of(&error) == Kind::Missing => planned.gone.push(code.clone()),
            Err(error) if kind_of(&error) == Kind::Refused => {
                let details = fault_of(&error).map(|fault| fault.details.join("; ")).unwrap_or_default();
                let why = format!("{error}: {details}");
                report.owed.push(Owing { id: code.clone(), why });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(planned)
}
