//! A plan carried out in one transaction, after a second look at everything it was made from.

use super::account::{Account, Accounts};
use super::flag::text;
use super::plan::{Deed, Plan, cells};
use super::template;
use crate::fault::{Fault, Result};
use crate::schema::{AccountName, AccountRoles, Accounts as Population};
use crate::store::{Catalog, Transaction, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many of what a plan changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Accounts.
    pub accounts: u64,
    /// Sessions, tokens and devices that ended.
    pub sessions: u64,
    /// Templates.
    pub templates: u64,
}

/// Applies a plan; the caller commits.
///
/// # Errors
/// Refused when an account or template is not as it was when the plan was made, or when nobody would be left who can
/// log in as an administrator. The transaction has to be dropped then.
pub fn apply(
    transaction: &mut dyn Transaction,
    roles: &AccountRoles,
    population: &Population,
    plan: &Plan,
    now: Timestamp,
) -> Result<Applied> {
    let before = Accounts::read(transaction, roles, population)?;
    compare(&before, plan)?;
    let unusable = unusable(&transaction.catalog()?, population);
    let mut applied = Applied::default();
    for step in &plan.steps {
        let set = cells(step, population, roles.time.as_deref(), &unusable, now)?;
        let key = [(population.key.as_str(), step.account.key.clone())];
        if !set.is_empty() {
            let set: Vec<(&str, Value)> =
                set.iter().map(|(column, value)| (column.as_str(), value.clone())).collect();
            exactly_one(transaction.update(&population.table, &set, &key)?)?;
        }
        if step.deeds.contains(&Deed::EndSessions) && step.account.sessions > 0 {
            applied.sessions += end_sessions(transaction, population, &step.account)?;
        }
        applied.accounts += 1;
    }
    applied.templates = template::apply(transaction, population, &plan.templates)?;
    let after = Accounts::read(transaction, roles, population)?;
    if before.able_administrators(now) > 0 && after.able_administrators(now) == 0 {
        return Err(Fault::refused("nobody would be left who can log in as an administrator")
            .hint("leave one administrator out, or give one a temporary password in the same go")
            .into());
    }
    Ok(applied)
}

fn compare(now: &Accounts, plan: &Plan) -> Result<()> {
    let key = |account: &Account| text(account.key.borrow()).unwrap_or_default();
    let by_key: BTreeMap<String, &Account> = now.all.iter().map(|account| (key(account), account)).collect();
    let as_planned =
        |planned: &Account| by_key.get(&key(planned)).is_some_and(|account| account.is_as(planned));
    let changed = plan.steps.iter().filter(|step| !as_planned(&step.account)).count();
    if changed == 0 {
        return Ok(());
    }
    Err(Fault::refused(format!(
        "{changed} of the accounts changed since the plan was made; nothing was done"
    ))
    .hint("run the command again")
    .into())
}

/// What stands where no password may work: NULL, or where that is refused a mark that is no hash.
fn unusable(catalog: &Catalog, population: &Population) -> Value {
    let column = population
        .hash
        .as_ref()
        .and_then(|hash| catalog.table(&population.table).and_then(|table| table.column(&hash.column)));
    match column {
        Some(column) if column.not_null => Value::from("!"),
        _ => Value::Null,
    }
}

fn end_sessions(
    transaction: &mut dyn Transaction,
    population: &Population,
    account: &Account,
) -> Result<u64> {
    let mut ended = 0;
    for table in &population.end_sessions {
        let name = match table.holds {
            AccountName::Key => account.key.clone(),
            AccountName::Login => account.stored_login.clone(),
        };
        ended += transaction.delete(&table.table, &[(&table.by, name)])?;
    }
    Ok(ended)
}

fn exactly_one(rows: u64) -> Result<()> {
    match rows {
        1 => Ok(()),
        _ => Err(Fault::refused(format!("an account's key stands for {rows} rows")).into()),
    }
}
