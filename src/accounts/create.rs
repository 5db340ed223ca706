//! A new account, where the map says how one is made.

use super::account::Accounts;
use super::flag::flag;
use super::moment;
use super::plan::{Deed, NewPassword, Step, cells};
use super::template::Template;
use crate::fault::{Fault, Result};
use crate::schema::{AccountRoles, Accounts as Population, Administrator, Creation};
use crate::store::{Transaction, Value, ValueRef};
use jiff::Timestamp;

/// Who gets an account.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// What will be typed to log in.
    pub login: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether it is an administrator, whatever its template says.
    pub administrator: bool,
}

/// How accounts of this population are made.
///
/// # Errors
/// Refused where the map does not say.
pub fn creation<'a>(roles: &AccountRoles, population: &'a Population) -> Result<&'a Creation> {
    population.create.as_ref().ok_or_else(|| {
        Fault::refused(format!(
            "the map {} does not say how an account of {} is made",
            roles.map, population.name
        ))
        .hint("make it in the CRM itself; `crm-admin temp-password LOGIN` then hands out its first password")
        .into()
    })
}

/// Makes an account with a temporary password; the caller commits. Returns how the ledger names it.
///
/// # Errors
/// Refused where the map does not say how, or when the login is taken or an administrator cannot be made so.
pub fn create(
    transaction: &mut dyn Transaction,
    roles: &AccountRoles,
    population: &Population,
    new: &NewAccount,
    template: Option<&Template>,
    password: &NewPassword,
    now: Timestamp,
) -> Result<String> {
    let creation = creation(roles, population)?;
    let before = Accounts::read(transaction, roles, population)?;
    if !before.seek([new.login.as_str()])?.found.is_empty() {
        return Err(Fault::refused(format!("the login {} is taken", new.login)).into());
    }
    let row = row(roles, population, creation, new, template, now)?;
    let (columns, values): (Vec<&str>, Vec<ValueRef<'_>>) =
        row.iter().map(|(column, value)| (column.as_str(), value.borrow())).unzip();
    transaction.insert(&population.table, &columns, &values)?;
    let after = Accounts::read(transaction, roles, population)?;
    let made = after.require([new.login.as_str()])?[0];
    let mut step = Step::new(made, [Deed::Temporary]);
    step.new = Some(password.clone());
    let set = cells(&step, population, roles.time.as_deref(), &Value::Null, now)?;
    let set: Vec<(&str, Value)> =
        set.iter().map(|(column, value)| (column.as_str(), value.clone())).collect();
    transaction.update(&population.table, &set, &[(&population.key, made.key.clone())])?;
    for (table, by) in &creation.also {
        transaction.insert(table, &[by], &[made.key.borrow()])?;
    }
    Ok(after.ledger_name(made))
}

fn row(
    roles: &AccountRoles,
    population: &Population,
    creation: &Creation,
    new: &NewAccount,
    template: Option<&Template>,
    now: Timestamp,
) -> Result<Vec<(String, Value)>> {
    let mut row = creation.set.clone();
    let mut put = |column: Option<&String>, value: Value| {
        if let Some(column) = column {
            row.retain(|(known, _)| known != column);
            row.push((column.clone(), value));
        }
    };
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    put(Some(&population.login), Value::from(new.login.as_str()));
    put(new.email.as_ref().and(population.email.as_ref()), text(&new.email));
    put(new.given_name.as_ref().and(creation.given_name.as_ref()), text(&new.given_name));
    put(new.family_name.as_ref().and(creation.family_name.as_ref()), text(&new.family_name));
    put(population.created_at.as_ref(), moment::write(now, roles.time.as_deref())?);
    put(template.and(population.template.as_ref()), template.map_or(Value::Null, |one| one.key.clone()));
    if let Some(active) = &population.active {
        put(Some(&active.column), flag(!active.inverted));
    }
    let administrator = new.administrator || template.is_some_and(|template| template.administrator);
    match &population.administrator {
        Some(Administrator::Column(column)) => put(Some(column), flag(administrator)),
        _ if administrator => {
            return Err(
                Fault::refused("the map does not say how a new account becomes an administrator").into()
            );
        }
        _ => {}
    }
    Ok(row)
}
