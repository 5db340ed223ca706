//! `erp rotate`: another key in place of the one there is, on the word of the old one.

use super::LinkArgs;
use super::report::RotateReport;
use super::sealing;
use super::side::{self, Side};
use crate::commands::Context;
use crate::erp::{Crm, Erp, seal};
use crate::fault::{Outcome, Result};
use crate::ledger::{Counts, Intent};
use crate::store::Store;
use clap::Args;

/// Replace the key of the link by a new one
///
/// The ERP issues another key to whoever holds a good one, and revokes the old
/// one once the new one is sealed. Nobody's password is asked for, so a timer can
/// do it. A kill in between leaves the old key good: run it again.
///
/// Example:
///   crm-admin --db crm.db erp rotate
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RotateArgs {
    #[command(flatten)]
    pub link: LinkArgs,
}

/// Runs `erp rotate`.
///
/// # Errors
/// Denied when the ERP has revoked the key.
pub fn run(args: &RotateArgs, context: &mut Context) -> Result<Outcome> {
    let mut crm = Side::open(context)?;
    let connection = side::connection(&mut crm, args.link.name.as_deref())?;
    let (mut erp, access) = side::enter(&connection, &args.link, &crm.desk, context)?;
    let mut report = RotateReport::new(&connection.name, &access.company.name, context.settings.dry_run);
    if !context.settings.dry_run {
        let state = crm.desk.state()?;
        let _alone = state.keep(super::sync::LOCK, context.settings.lock_wait)?;
        let under = sealing::read(args.link.key_file.as_deref(), Some(&state))?;
        let by = crm.desk.actor()?;
        crm.desk.store.let_triggers_run()?;
        erp.desk.store.let_triggers_run()?;
        let mut ledger = crm.desk.ledger()?;
        let counts = Counts::from([("keys".to_owned(), 1)]);
        let intent = Intent { command: "erp rotate".into(), by, counts, ..Intent::default() };
        report.retired = ledger.perform(&intent, |tally| {
            let mut ours = erp.erp()?;
            let key = ours.renew(&access)?;
            let sealed = seal::seal(&key, &connection.name, &under)?;
            let mut change = crm.desk.store.transaction()?;
            let side = Crm::new(&crm.map, crm.desk.now)?;
            side.store_key(&mut *change, Some(&connection), &connection.name, &connection.place, sealed)?;
            change.commit()?;
            let access = ours.enter(&key)?;
            let retired = ours.retire_others(&access)?;
            tally.counts.insert("retired".into(), retired);
            Ok(retired)
        })?;
    }
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}
