//! Handing out temporary passwords: made, hashed, delivered, and only then written. Several commands do it.

use super::Context;
use super::desk::Desk;
use crate::accounts::{self, Accounts, Deed, NewPassword, Plan, Step, Template, policy};
use crate::deliver::Delivery;
use crate::fault::{Fault, Result};
use crate::password;
use crate::schema::Accounts as Population;
use crate::secret::Secret;
use crate::store::{Store, Value};
use clap::Args;
use jiff::Timestamp;

/// How temporary passwords are made, and how they reach their owners.
#[derive(Debug, Clone, Args)]
pub struct DeliverArgs {
    /// How it is delivered: clipboard, clipboard:SECONDS, print, or file:PATH
    #[arg(long, value_name = "HOW", default_value = "clipboard")]
    pub deliver: Delivery,
    /// Make it of seven words, for a password that has to be dictated
    #[arg(long)]
    pub words: bool,
}

/// A temporary password, not yet delivered or written.
pub(super) struct Fresh {
    secret: Secret,
    new: NewPassword,
}

/// Whose password it will be.
pub(super) struct Owner<'a> {
    pub login: &'a str,
    pub names: &'a [String],
    pub template: Option<&'a Template>,
}

/// Until when a temporary password that is handed out now holds.
pub(super) fn until(policy: &policy::Policy, now: Timestamp) -> Timestamp {
    policy.rules.checks().temporary_until(now)
}

/// Makes a temporary password that the policy and the owner's template allow, and hashes it as the map says.
pub(super) fn fresh(
    args: &DeliverArgs,
    population: &Population,
    policy: &policy::Policy,
    owner: &Owner<'_>,
    now: Timestamp,
) -> Result<Fresh> {
    const TRIES: usize = 100;
    let mut policy = policy.clone();
    owner.template.map_or(Ok(()), |template| template.tighten(&mut policy.rules))?;
    let mut random = rand::rngs::SysRng;
    let length = usize::try_from(policy.rules.get("minimum-length")).unwrap_or_default();
    for _ in 0..TRIES {
        let secret = match args.words {
            true => password::dictated(length, &mut random)?,
            false => password::temporary(length, &mut random)?,
        };
        if !accounts::objections(&policy, owner.login, owner.names, &secret).is_empty() {
            continue;
        }
        let hash = accounts::hashed(population, &secret, &mut random)?;
        let new = NewPassword { hash, clear: secret.clone(), until: Some(until(&policy, now)) };
        return Ok(Fresh { secret, new });
    }
    Err(Fault::refused("the policy allows no temporary password").hint("crm-admin policy show").into())
}

impl Fresh {
    /// The password as it will be stored.
    pub(super) fn stored(&self) -> &NewPassword {
        &self.new
    }

    /// The password itself, for delivery.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Calls `each` with as many as delivery takes at once, and lets a person take one password off the clipboard before
/// the next takes its place. Returns how many were done: fewer than all where a later one was not delivered, which has
/// been said then.
///
/// # Errors
/// Those of `each` and of waiting, as long as nothing was done.
pub(super) fn in_turn<T>(
    args: &DeliverArgs,
    context: &Context,
    all: &[T],
    login: impl Fn(&T) -> String,
    mut each: impl FnMut(&[T]) -> Result<()>,
) -> Result<usize> {
    let size = if args.deliver.is_one_at_a_time() { 1 } else { all.len().max(1) };
    let mut done = 0;
    for some in all.chunks(size) {
        let ready = match some {
            [one] if all.len() > 1 => {
                let (place, count) = (done + 1, all.len());
                let of = login(one);
                context
                    .ui
                    .wait_for_enter(&format!("Press Enter for the password of {of} ({place} of {count})"))
            }
            _ => Ok(()),
        };
        match ready.and_then(|()| each(some)) {
            Ok(()) => done += some.len(),
            Err(error) if done == 0 => return Err(error),
            Err(error) => {
                context.ui.error(&error);
                let left = all.len() - done;
                context.ui.warn(format_args!("{done} were done before; {left} are as they were"));
                break;
            }
        }
    }
    Ok(done)
}

/// Gives each of these accounts a temporary password, in the order delivery asks for; returns how many got one.
///
/// # Errors
/// Unconfirmed when the first is not delivered; nothing was changed then. As [`in_turn`] for those after it.
pub(super) fn hand_out(
    command: &str,
    args: &DeliverArgs,
    context: &Context,
    desk: &mut Desk,
    accounts: &Accounts,
    plan: Plan,
) -> Result<usize> {
    args.deliver.ready(plan.steps.len(), &context.ui)?;
    let policy = desk.policy()?;
    let population = accounts.population.clone();
    let templates = accounts::templates(&mut *desk.store.snapshot()?, &population)?;
    let login = |step: &Step| step.account.login.clone();
    in_turn(args, context, &plan.steps, login, |steps| {
        let fresh = |step: &Step| {
            let account = &step.account;
            let names: Vec<String> = account.name.iter().cloned().collect();
            let template = templates.iter().find(|one| Some(&one.key) == account.template.as_ref());
            let owner = Owner { login: &account.login, names: &names, template };
            fresh(args, &population, &policy, &owner, desk.now)
        };
        let fresh = steps.iter().map(fresh).collect::<Result<Vec<_>>>()?;
        hand_out_some(command, args, context, desk, &population, steps, &fresh)
    })
}

fn hand_out_some(
    command: &str,
    args: &DeliverArgs,
    context: &Context,
    desk: &mut Desk,
    population: &Population,
    steps: &[Step],
    fresh: &[Fresh],
) -> Result<()> {
    let mut plan = Plan { steps: steps.to_vec(), templates: Vec::new() };
    for (step, fresh) in plan.steps.iter_mut().zip(fresh) {
        step.new = Some(fresh.new.clone());
    }
    desk.rehearse(population, &plan)?;
    let logins = steps.iter().map(|step| step.account.login.as_str());
    let lines: Vec<(&str, &Secret)> = logins.zip(fresh.iter().map(Fresh::secret)).collect();
    let parcel = args.deliver.prepare_all(&lines)?;
    let (_, delivered) = desk.carry_out(command, population, &plan, || parcel.hand_over(&context.ui))?;
    delivered.keep(&context.ui);
    Ok(())
}

/// The step that gives an account a temporary password and ends its sessions.
pub(super) fn step(account: &accounts::Account) -> Step {
    Step::new(account, [Deed::Temporary, Deed::EndSessions])
}

/// A key as reports show it.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(bytes) | Value::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Real(number) => number.to_string(),
        Value::Null => String::new(),
    }
}
