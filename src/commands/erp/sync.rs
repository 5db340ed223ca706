//! `erp sync`: objections both ways, erasures from the ERP, new links. Every step can be repeated.

mod exchange;
mod held;
mod orders;
mod report;

use super::LinkArgs;
use super::side::{self, Side};
use crate::commands::Context;
use crate::commands::erase::work::Work;
use crate::commands::exclude::Answer;
use crate::erasure::Memory;
use crate::erp::{Access, Connection, Crm, Objections, Plan, Step};
use crate::fault::{Fault, Outcome, Result};
use crate::objection::{Contacts, Register};
use crate::state::State;
use crate::store::Store;
use clap::Args;
use exchange::Exchange;
use report::SyncReport;
use std::path::PathBuf;

/// The name in the state folder that a synchronisation keeps for itself.
pub const LOCK: &str = "erp.lock";

/// Synchronise with the ERP
///
/// An objection on either side holds on both; only a newer, explicit act takes it
/// back. A third party that was erased in the ERP is erased here, with the
/// company that is linked to it and its contacts, and proven to be gone; the ERP
/// learns of that. What was erased does not come back. New third parties get a
/// row, and are linked to the company with their SIRET. What else differs is
/// listed and left alone.
///
/// Killed at any point, run it again. Two at once: the second waits for
/// --lock-wait, then ends with exit status 6.
///
/// Examples:
///   crm-admin --db crm.db erp sync --dry-run
///   crm-admin --db crm.db erp sync --certificates /srv/crm/certificates
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SyncArgs {
    /// The folder for certificates of erasures [default: certificates/ in the state folder]
    #[arg(long, value_name = "DIR")]
    pub certificates: Option<PathBuf>,
    /// What becomes of the contacts of a company whose objection is taken back
    #[arg(long, value_enum, default_value_t = Answer::Keep)]
    pub contacts: Answer,
    #[command(flatten)]
    pub link: LinkArgs,
}

/// Runs `erp sync`.
///
/// # Errors
/// Denied when the ERP has revoked the key; busy while another one is under way.
pub fn run(args: &SyncArgs, context: &mut Context) -> Result<Outcome> {
    let mut crm = Side::open(context)?;
    let connection = side::connection(&mut crm, args.link.name.as_deref())?;
    let state = crm.desk.state()?;
    let _alone = match context.settings.dry_run {
        true => None,
        false => Some(state.keep(LOCK, context.settings.lock_wait)?),
    };
    let (mut erp, access) = side::enter(&connection, &args.link, &crm.desk, context)?;
    let mut report = SyncReport {
        connection: connection.name.clone(),
        company: access.company.name.clone(),
        dry_run: context.settings.dry_run,
        ..SyncReport::default()
    };
    let Side { desk, map } = &mut crm;
    let mut work = Work::new(false, true, map, desk);
    let mut both = Both { connection: &connection, erp: &mut erp, access: &access, state: &state };
    if context.settings.dry_run {
        let (plan, _) = both.plan(&mut work, args, &mut report, context)?;
        report.would_do(&plan);
        context.ui.report(&report)?;
        return Ok(Outcome::Done);
    }
    work.certificates = Some(certificates(args, &state, &mut report)?);
    work.by = work.desk.actor()?;
    work.desk.store.let_triggers_run()?;
    both.erp.desk.store.let_triggers_run()?;
    let done = synchronise(&mut both, &mut work, args, &mut report, context);
    let put_back = work.put_back();
    done.and(put_back)?;
    context.ui.report(&report)?;
    let owes = !report.owed.is_empty() || report.unproven > 0;
    if owes {
        context.ui.warn("erasures that the ERP ordered are owed; the next synchronisation goes on with them");
    }
    Ok(if owes { Outcome::Owed } else { Outcome::Done })
}

/// What a synchronisation is between.
pub struct Both<'a> {
    pub connection: &'a Connection,
    pub erp: &'a mut Side,
    pub access: &'a Access,
    pub state: &'a State,
}

fn synchronise(
    both: &mut Both<'_>,
    work: &mut Work<'_>,
    args: &SyncArgs,
    report: &mut SyncReport,
    context: &Context,
) -> Result<()> {
    crate::erp::Erp::note_use(&mut both.erp.erp()?, both.access)?;
    orders::complete(work, report, context)?;
    let (plan, objections) = both.plan(work, args, report, context)?;
    let steps = Exchange { both, objections, report };
    steps.run(&plan.steps, work, context)?;
    orders::run(&plan, both, work, report, context)?;
    let crm = Crm::new(work.map, work.desk.now)?;
    let mut change = work.desk.store.transaction()?;
    crm.note_synced(&mut *change, &both.connection.key)?;
    change.commit()
}

impl Both<'_> {
    /// Reads both sides and plans; the objections of the CRM are needed to carry it out.
    fn plan<'m>(
        &mut self,
        work: &mut Work<'m>,
        args: &SyncArgs,
        report: &mut SyncReport,
        context: &Context,
    ) -> Result<(Plan, Objections<'m>)> {
        let (map, now) = (work.map, work.desk.now);
        let contacts = if args.contacts == Answer::Clear { Contacts::Clear } else { Contacts::Keep };
        let objections = Objections { map, register: Register::read(Some(self.state))?, contacts, now };
        let crm = Crm::new(map, now)?;
        let mut progress = context.ui.progress();
        progress.stage("reading the ERP", None);
        let mut erp = self.erp.erp()?;
        let theirs = crate::erp::Erp::words(&erp);
        let words: Vec<String> = crm.words().into_iter().filter(|word| theirs.contains(word)).collect();
        let parties = crate::erp::Erp::third_parties(&mut erp, self.access, &words)?;
        progress.stage("reading the CRM", None);
        let (seen, linked) = {
            let mut data = work.desk.store.snapshot()?;
            let seen = crm.seen(&objections, &mut *data, &self.connection.key, &words)?;
            (seen, crm.linked(&objections, &mut *data)?)
        };
        let memory = Memory::find(self.state)?;
        let today = now.strftime("%Y-%m-%d").to_string().parse()?;
        let held = held::held(&parties, &seen, memory.as_ref(), (&mut erp, self.access), today)?;
        progress.finish();
        report.third_parties = parties.iter().filter(|party| !party.erased).count() as u64;
        let plan = crate::erp::plan(&words, &parties, &seen, &linked, &held);
        report.rows = plan.drift.clone();
        Ok((plan, objections))
    }
}

/// The folder for certificates, which has to be there or can be made.
fn certificates(args: &SyncArgs, state: &State, report: &mut SyncReport) -> Result<PathBuf> {
    let folder = match &args.certificates {
        None => state.folder("certificates")?,
        Some(folder) if folder.is_dir() => std::path::absolute(folder)?,
        Some(folder) => {
            return Err(
                Fault::missing(format!("there is no folder {} for certificates", folder.display())).into()
            );
        }
    };
    report.certificates = Some(folder.display().to_string());
    Ok(folder)
}

/// How many standings steps change: objections in the CRM and in the ERP, and those taken back there.
fn standings(steps: &[Step]) -> [u64; 4] {
    let mut counts = [0; 4];
    for step in steps {
        for (place, _) in &step.changes {
            let at_erp = usize::from(*place == crate::erp::Place::Erp);
            counts[at_erp + if step.standing.objects { 0 } else { 2 }] += 1;
        }
    }
    counts
}

impl SyncReport {
    /// Counts what a plan would do.
    fn would_do(&mut self, plan: &Plan) {
        self.created = plan.steps.iter().filter(|step| step.key.is_none()).count() as u64;
        self.linked = plan.steps.iter().map(|step| step.link.len() as u64).sum();
        self.count_standings(&plan.steps);
        self.erased = plan.orders.len() as u64;
        self.acknowledged = (plan.orders.len() + plan.gone.len()) as u64;
    }

    fn count_standings(&mut self, steps: &[Step]) {
        let [to_crm, to_erp, in_crm, in_erp] = standings(steps);
        self.objections_to_crm += to_crm;
        self.objections_to_erp += to_erp;
        self.withdrawn_in_crm += in_crm;
        self.withdrawn_in_erp += in_erp;
    }
}
