//! `erp revoke`: on the ERP's side, its administrator ends a link.

use super::report::RevokeReport;
use super::side::{self, Side};
use crate::commands::Context;
use crate::commands::who::{WhoArgs, administrator};
use crate::erp::{KeyRecord, Office};
use crate::fault::{Fault, Outcome, Result};
use crate::ledger::{Counts, Intent};
use clap::Args;
use std::path::PathBuf;

/// Revoke the key of a link, on the ERP's side
///
/// The next synchronisation is refused (exit status 10) and says whom to ask.
/// `erp connect` makes a new link. --as is an administrator of the ERP here.
///
/// Example:
///   crm-admin --as paul erp revoke Gestion --erp /srv/erp/erp.db
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RevokeArgs {
    /// The key, by its name [default: the only good one, or chosen from a list]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The ERP's database
    #[arg(long, value_name = "FILE")]
    pub erp: PathBuf,
    /// The map of the ERP's database [default: its own, where it is one of crm-admin's]
    #[arg(long, value_name = "NAME|FILE", env = "CRM_ADMIN_ERP_MAP", hide_env_values = true)]
    pub erp_map: Option<String>,
    #[command(flatten)]
    pub who: WhoArgs,
}

/// Runs `erp revoke`.
///
/// # Errors
/// Missing when there is no such key; denied to whoever is no administrator of the ERP.
pub fn run(args: &RevokeArgs, context: &mut Context) -> Result<Outcome> {
    let acting = context.settings.acting.clone();
    let erp_context = side::context_of(&args.erp, args.erp_map.as_deref(), acting.as_deref(), context);
    let mut erp = Side::open(&erp_context)?;
    let good: Vec<KeyRecord> =
        erp.erp()?.keys()?.into_iter().filter(|key| key.revoked_at.is_none()).collect();
    let name = name(args.name.as_deref(), &good, context)?;
    let keys = good.iter().filter(|key| key.name == name).count() as u64;
    if context.settings.dry_run {
        context.ui.report(&RevokeReport { name, keys, dry_run: true })?;
        return Ok(Outcome::Done);
    }
    let by = administrator("erp revoke", &args.who, &erp_context, &mut erp.desk)?;
    context.ui.confirm_by_typing(&format!("Type {name} to revoke its key"), &name)?;
    erp.desk.store.let_triggers_run()?;
    let mut ledger = erp.desk.ledger()?;
    let counts = Counts::from([("keys".to_owned(), keys)]);
    let intent = Intent { command: "erp revoke".into(), by, counts, ..Intent::default() };
    let revoked = ledger.perform(&intent, |tally| {
        let revoked = erp.erp()?.revoke(&name)?;
        tally.counts.insert("keys".into(), revoked);
        Ok(revoked)
    })?;
    context.ui.report(&RevokeReport { name, keys: revoked, dry_run: false })?;
    Ok(Outcome::Done)
}

/// The name that is meant, as the ERP writes it.
fn name(said: Option<&str>, good: &[KeyRecord], context: &Context) -> Result<String> {
    let mut names: Vec<String> = good.iter().map(|key| key.name.clone()).collect();
    names.dedup();
    let found = said.map(|said| names.iter().find(|name| name.to_lowercase() == said.to_lowercase()));
    match (found, names.as_slice()) {
        (Some(Some(name)), _) => Ok(name.clone()),
        (Some(None), _) => Err(Fault::missing("the ERP has no good key of that name").details(names).into()),
        (None, []) => Err(Fault::missing("the ERP has no good key").into()),
        (None, [only]) => Ok(only.clone()),
        (None, _) if context.ui.can_ask() => Ok(names[context.ui.choose("Which key?", &names)?].clone()),
        (None, _) => {
            Err(Fault::usage("the ERP has several good keys").details(names).hint("say which").into())
        }
    }
}
