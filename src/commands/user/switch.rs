//! `user enable` and `user disable`: who may log in.

use crate::accounts::{Account, Deed, Plan, Step};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::handout::key;
use crate::fault::{Outcome, Result};
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;

/// Let accounts log in again
///
/// Example:
///   crm-admin --db crm.db user enable marie
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct EnableArgs {
    #[command(flatten)]
    pub whom: WhomArgs,
}

/// Keep accounts from logging in, and end their sessions
///
/// The last administrator who can log in is never disabled (exit status 4).
///
/// Example:
///   crm-admin --db crm.db user disable jean
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DisableArgs {
    #[command(flatten)]
    pub whom: WhomArgs,
}

/// Whose accounts.
#[derive(Debug, Args)]
pub struct WhomArgs {
    /// Whose accounts
    #[arg(value_name = "LOGIN", required = true)]
    pub logins: Vec<String>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
}

pub(super) fn enable(args: &EnableArgs, context: &mut Context) -> Result<Outcome> {
    let step = |account: &Account| (!account.active).then(|| Step::new(account, [Deed::Enable]));
    switch("user enable", &args.whom, context, step)
}

pub(super) fn disable(args: &DisableArgs, context: &mut Context) -> Result<Outcome> {
    let step = |account: &Account| {
        let deeds = [(account.active, Deed::Disable), (account.sessions > 0, Deed::EndSessions)];
        let deeds: Vec<Deed> = deeds.iter().filter(|(wanted, _)| *wanted).map(|(_, deed)| *deed).collect();
        (!deeds.is_empty()).then(|| Step::new(account, deeds))
    };
    switch("user disable", &args.whom, context, step)
}

fn switch(
    command: &str,
    whom: &WhomArgs,
    context: &mut Context,
    step: impl Fn(&Account) -> Option<Step>,
) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(whom.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let found = accounts.require(whom.logins.iter().map(String::as_str))?;
    let plan = Plan { steps: found.into_iter().filter_map(step).collect(), ..Plan::default() };
    let row = |step: &Step| Row {
        kind: "account",
        id: key(&step.account.key),
        login: step.account.login.clone(),
        done: step.deeds.iter().copied().collect(),
        sessions: if step.deeds.contains(&Deed::EndSessions) { step.account.sessions } else { 0 },
    };
    let report =
        SwitchReport { dry_run: context.settings.dry_run, rows: plan.steps.iter().map(row).collect() };
    if !context.settings.dry_run && !plan.is_empty() {
        desk.carry_out(command, &population, &plan, || Ok(()))?;
    }
    context.ui.report(&report)?;
    if plan.is_empty() {
        context.ui.status("Nothing to do: it is so already.");
    }
    Ok(Outcome::Done)
}

/// What was switched.
#[derive(Debug, Serialize)]
struct SwitchReport {
    dry_run: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    login: String,
    done: Vec<Deed>,
    sessions: u64,
}

impl Report for SwitchReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/user-switch", 1);

    fn page(&self) -> Page {
        let row = |row: &Row| {
            let done = row.done.iter().map(|deed| deed.words()).collect::<Vec<_>>().join(", ");
            vec![row.id.clone(), row.login.clone(), done, row.sessions.to_string()]
        };
        Page::default().table(&["Account", "Login", "What", "Sessions"], self.rows.iter().map(row).collect())
    }
}
