//! `temp-password`: replaces a password by a temporary one, and hands it over.

use super::Context;
use super::desk::Desk;
use super::handout::{self, DeliverArgs};
use crate::accounts::{Guarantee, Plan};
use crate::deliver::Delivery;
use crate::fault::{Outcome, Result};
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;

/// Replace a password by a temporary one, handed over on the clipboard
///
/// The password is made by the operating system's generator, hashed, delivered,
/// and only then written: what is not delivered changes nothing (exit status 9).
/// Sessions, tokens and devices of the account end with it. How far the CRM can
/// be made to ask for a new one depends on the CRM, and is said. Several logins
/// go to the clipboard one after the other; if a later one is not delivered,
/// those before it hold and the status is 8.
///
/// Examples:
///   crm-admin --db crm.db temp-password marie
///   crm-admin --db crm.db temp-password marie --words
///   crm-admin --db crm.db temp-password marie jean --deliver file:new.passwords
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TempPasswordArgs {
    /// Whose password is replaced
    #[arg(value_name = "LOGIN", required = true)]
    pub logins: Vec<String>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
    #[command(flatten)]
    pub deliver: DeliverArgs,
}

/// Runs `temp-password`.
///
/// # Errors
/// Missing for an unknown login, unconfirmed when the password was not delivered; nothing is changed then.
pub fn run(args: &TempPasswordArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let found = accounts.require(args.logins.iter().map(String::as_str))?;
    let plan =
        Plan { steps: found.iter().map(|account| handout::step(account)).collect(), ..Plan::default() };
    let until = handout::until(&desk.policy()?, desk.now);
    let row = |account: &&crate::accounts::Account| Row {
        kind: "account",
        id: handout::key(&account.key),
        login: account.login.clone(),
        sessions: account.sessions,
    };
    let guarantee = Guarantee::of(&population);
    let expires = guarantee == Guarantee::CrmTemporary || population.temporary_until.is_some();
    for account in found.iter().filter(|account| !account.active) {
        context.ui.warn(format_args!("{} is disabled and cannot log in", account.login));
    }
    let mut done = found.len();
    if !context.settings.dry_run {
        done = handout::hand_out("temp-password", &args.deliver, context, &mut desk, &accounts, plan)?;
    }
    // What was printed stands alone, so that it can be piped.
    if context.settings.dry_run || args.deliver.deliver != Delivery::Print {
        context.ui.report(&TempPasswordReport {
            dry_run: context.settings.dry_run,
            guarantee,
            until: expires.then(|| until.to_string()),
            rows: found.iter().take(done).map(row).collect(),
        })?;
    }
    context.ui.status(format_args!("{}.", sentence(guarantee)));
    Ok(if done == found.len() { Outcome::Done } else { Outcome::Owed })
}

/// The guarantee as a sentence begins.
pub(super) fn sentence(guarantee: Guarantee) -> String {
    let words = guarantee.words();
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What `temp-password` did.
#[derive(Debug, Serialize)]
struct TempPasswordReport {
    dry_run: bool,
    guarantee: Guarantee,
    until: Option<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    login: String,
    sessions: u64,
}

impl Report for TempPasswordReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/temp-password", 1);

    fn page(&self) -> Page {
        let until = self.until.clone().unwrap_or_else(|| "replaced".into());
        let row =
            |row: &Row| vec![row.id.clone(), row.login.clone(), until.clone(), row.sessions.to_string()];
        let last = if self.dry_run { "Sessions to end" } else { "Sessions ended" };
        Page::default().table(&["Account", "Login", "Holds until", last], self.rows.iter().map(row).collect())
    }
}
