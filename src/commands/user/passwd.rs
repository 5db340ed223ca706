//! `user passwd`: a person's own change of password, where our tool is the front.

use crate::accounts::{self, Account, Deed, NewPassword, Plan, Step};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::fault::{Fault, Kind, Outcome, Result};
use crate::ledger::Actor;
use crate::schema::Accounts as Population;
use crate::secret::Secret;
use crate::store::Store;
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;

/// Change one's own password: the current one, then a new one twice
///
/// The new password is held against the policy, and every reason against it is
/// told at once. A temporary password that has ended is refused (exit status 10).
///
/// Examples:
///   crm-admin --db crm.db user passwd marie
///   crm-admin --db crm.db user passwd marie --password-file old --new-password-file new
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct PasswdArgs {
    /// Whose password
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Read the current password from a file that only its owner reads
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Read the new password from a file that only its owner reads
    #[arg(long, value_name = "FILE")]
    pub new_password_file: Option<PathBuf>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
}

pub(super) fn run(args: &PasswdArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let all = desk.accounts(&population)?;
    let account = all.require([args.login.as_str()])?[0];
    // A file that others may read is refused before anything is tried.
    let from_file = args.new_password_file.as_deref().map(Secret::from_file).transpose()?;
    let current = current(args, context)?;
    if let Err(fault) = proven(account, &population, &current, desk.now)? {
        let actor = Actor { account: Some(all.ledger_name(account)), ..Actor::system() };
        desk.ledger()?.denied("user passwd", &actor)?;
        return Err(fault.into());
    }
    let new = from_file.map_or_else(|| new(context), Ok)?;
    refuse_objections(&mut desk, &all, account, &current, &new)?;
    if context.settings.dry_run {
        context.ui.status("The new password would be taken.");
        return Ok(Outcome::Done);
    }
    let hash = accounts::hashed(&population, &new, &mut rand::rngs::SysRng)?;
    let mut step = Step::new(account, [Deed::Own]);
    step.new = Some(NewPassword { hash, clear: new, until: None });
    let plan = Plan { steps: vec![step], ..Plan::default() };
    desk.carry_out("user passwd", &population, &plan, || Ok(()))?;
    context.ui.status("The password was changed.");
    Ok(Outcome::Done)
}

fn current(args: &PasswdArgs, context: &Context) -> Result<Secret> {
    match &args.password_file {
        Some(path) => Secret::from_file(path),
        None => context.ui.ask_secret("Current password", "--password-file FILE"),
    }
}

fn new(context: &Context) -> Result<Secret> {
    let new = context.ui.ask_secret("New password", "--new-password-file FILE")?;
    let again = context.ui.ask_secret("The new password again", "--new-password-file FILE")?;
    match new.expose() == again.expose() {
        true => Ok(new),
        false => Err(Fault::unconfirmed("the two new passwords differ; nothing was changed").into()),
    }
}

/// Whether this is who it says: by the password, or by a temporary one of the CRM's own.
fn proven(
    account: &Account,
    population: &Population,
    current: &Secret,
    now: Timestamp,
) -> Result<Result<(), Fault>> {
    let denied = |what: &str| Fault::new(Kind::Denied, what);
    let by_hash = accounts::fits(population, account.hash.as_ref(), current)?;
    let clear = population.temporary.as_ref().is_some_and(|temporary| temporary.clear);
    let by_temporary = match &account.temporary {
        Some(stored) if clear => stored.expose() == current.expose(),
        Some(stored) => accounts::fits(population, Some(stored), current)?,
        None => false,
    };
    let ended = account.temporary_until.is_some_and(|until| until < now);
    let ended = ended && (by_temporary || account.temporary.is_none());
    Ok(if !by_hash && !by_temporary {
        Err(denied("the current password is wrong"))
    } else if !account.active {
        Err(denied("this account is disabled"))
    } else if ended {
        Err(denied("this temporary password has ended").hint("ask an administrator for a new one"))
    } else {
        Ok(())
    })
}

fn refuse_objections(
    desk: &mut Desk,
    all: &accounts::Accounts,
    account: &Account,
    current: &Secret,
    new: &Secret,
) -> Result<()> {
    let mut policy = desk.policy()?;
    let mut reasons = Vec::new();
    if policy.covers(all, account) {
        follow_template(desk, all, account, &mut policy)?;
        reasons = accounts::objections_of(&policy, account, &all.population, new);
    } else if current.expose() == new.expose() {
        reasons.push("it is the current one".into());
    }
    match reasons.is_empty() {
        true => Ok(()),
        false => {
            Err(Fault::refused("the new password is refused; nothing was changed").details(reasons).into())
        }
    }
}

/// A template may ask for more than the policy.
fn follow_template(
    desk: &mut Desk,
    all: &accounts::Accounts,
    account: &Account,
    policy: &mut accounts::policy::Policy,
) -> Result<()> {
    let templates = accounts::templates(&mut *desk.store.snapshot()?, &all.population)?;
    let template = templates.iter().find(|one| Some(&one.key) == account.template.as_ref());
    template.map_or(Ok(()), |template| template.tighten(&mut policy.rules))
}
