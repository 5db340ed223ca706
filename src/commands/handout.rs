//! Handing out temporary passwords: made, hashed, delivered, and only then written. Several commands do it.

use super::Context;
use super::desk::Desk;
use crate::accounts::{self, Accounts, Applied, Deed, NewPassword, Plan, Step, policy};
use crate::deliver::{Delivered, Delivery};
use crate::fault::{Fault, Result};
use crate::password;
use crate::schema::Accounts as Population;
use crate::secret::Secret;
use crate::store::Value;
use clap::Args;
use jiff::Timestamp;

/// How temporary passwords reach their owners.
#[derive(Debug, Clone, Args)]
pub struct DeliverArgs {
    /// How it is delivered: clipboard, clipboard:SECONDS, print, or file:PATH
    #[arg(long, value_name = "HOW", default_value = "clipboard")]
    pub deliver: Delivery,
}

/// A temporary password, not yet delivered or written.
pub(super) struct Fresh {
    secret: Secret,
    new: NewPassword,
}

/// Until when a temporary password that is handed out now holds.
pub(super) fn until(policy: &policy::Policy, now: Timestamp) -> Timestamp {
    policy.rules.checks().temporary_until(now)
}

/// Makes a temporary password that the policy allows, and hashes it as the map says.
pub(super) fn fresh(
    population: &Population,
    policy: &policy::Policy,
    login: &str,
    names: &[String],
    now: Timestamp,
) -> Result<Fresh> {
    let mut random = rand::rngs::SysRng;
    let length = usize::try_from(policy.rules.get("minimum-length")).unwrap_or_default();
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let secret = password::temporary(length.max(password::generate::SHORTEST), &mut random)?;
        if !accounts::objections(policy, login, names, &secret).is_empty() {
            continue;
        }
        let hash = accounts::hashed(population, &secret, &mut random)?;
        let new = NewPassword { hash, clear: secret.clone(), until: Some(until(policy, now)) };
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

/// Gives each of these accounts a temporary password, in the order delivery asks for.
///
/// # Errors
/// Unconfirmed when one is not delivered; that one, and those after it, are as they were.
pub(super) fn hand_out(
    command: &str,
    args: &DeliverArgs,
    context: &Context,
    desk: &mut Desk,
    accounts: &Accounts,
    plan: Plan,
) -> Result<Applied> {
    args.deliver.ready(plan.steps.len(), &context.ui)?;
    let policy = desk.policy()?;
    let population = accounts.population.clone();
    let each = if args.deliver.is_one_at_a_time() { 1 } else { plan.steps.len().max(1) };
    let mut done = Applied::default();
    for steps in plan.steps.chunks(each) {
        let applied = hand_out_some(command, args, context, desk, &population, &policy, steps)?;
        done.accounts += applied.accounts;
        done.sessions += applied.sessions;
    }
    Ok(done)
}

fn hand_out_some(
    command: &str,
    args: &DeliverArgs,
    context: &Context,
    desk: &mut Desk,
    population: &Population,
    policy: &policy::Policy,
    steps: &[Step],
) -> Result<Applied> {
    let mut plan = Plan { steps: steps.to_vec(), templates: Vec::new() };
    let mut secrets = Vec::new();
    for step in &mut plan.steps {
        let names: Vec<String> = step.account.name.iter().cloned().collect();
        let fresh = fresh(population, policy, &step.account.login, &names, desk.now)?;
        step.new = Some(fresh.new);
        secrets.push((step.account.login.clone(), fresh.secret));
    }
    desk.rehearse(population, &plan)?;
    let lines: Vec<(&str, &Secret)> =
        secrets.iter().map(|(login, secret)| (login.as_str(), secret)).collect();
    let parcel = args.deliver.prepare_all(&lines)?;
    let (applied, delivered): (Applied, Delivered) =
        desk.carry_out(command, population, &plan, || parcel.hand_over(&context.ui))?;
    delivered.keep(&context.ui);
    Ok(applied)
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
