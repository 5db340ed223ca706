//! `user show`: one account, as the map tells it.

use super::list::Shown;
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::fault::{Outcome, Result};
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;

/// Show one account: everything but its secrets
///
/// Example:
///   crm-admin --db crm.db user show marie
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    /// Whose account
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
}

pub(super) fn run(args: &ShowArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let account = accounts.require([args.login.as_str()])?[0];
    let covered = desk.policy()?.covers(&accounts, account);
    context.ui.report(&ShowReport {
        accounts: population.name.clone(),
        ledger_name: accounts.ledger_name(account),
        policy_in_force: covered,
        account: Shown::of(account, &population),
    })?;
    Ok(Outcome::Done)
}

/// What `user show` shows.
#[derive(Debug, Serialize)]
struct ShowReport {
    accounts: String,
    ledger_name: String,
    policy_in_force: bool,
    #[serde(flatten)]
    account: Shown,
}

impl Report for ShowReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/user-show", 1);

    fn page(&self) -> Page {
        let user = &self.account;
        let yes = |truth: bool| if truth { "yes".to_owned() } else { "no".to_owned() };
        let maybe = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let flag = |truth: Option<bool>| truth.map_or("not mapped".to_owned(), yes);
        Page::default().facts([
            ("login", user.login.clone()),
            ("in the ledger", self.ledger_name.clone()),
            ("name", maybe(&user.name)),
            ("e-mail", maybe(&user.email)),
            ("may log in", yes(user.active)),
            ("administrator", yes(user.administrator)),
            ("password", user.password.clone()),
            ("changed", maybe(&user.changed_at)),
            ("must change", flag(user.must_change)),
            ("temporary until", maybe(&user.temporary_until)),
            ("never expires", flag(user.never_expires)),
            ("last login", maybe(&user.last_login)),
            ("sessions", user.sessions.to_string()),
            ("policy in force", yes(self.policy_in_force)),
        ])
    }
}
