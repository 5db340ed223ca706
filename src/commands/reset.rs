//! `reset`: makes people change their passwords.

use super::Context;
use super::desk::Desk;
use super::handout::{self, DeliverArgs};
use super::temp_password::sentence;
use crate::accounts::{Account, Accounts, Deed, Guarantee, Plan, Step};
use crate::fault::{Fault, Outcome, Result};
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Have people change their password at the next login
///
/// With --invalidate the current password stops working at once and open sessions
/// end; their owners need a temporary one. A CRM without a flag for it is
/// given the nearest thing that its map names, and which one that was is said: a
/// temporary password is then delivered as by `temp-password`. An unknown login
/// changes nothing (exit status 5); the last administrator is never locked out.
///
/// Examples:
///   crm-admin --db crm.db reset marie jean --end-sessions
///   crm-admin --db crm.db reset --all --yes
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, visible_alias = "force-change")]
pub struct ResetArgs {
    /// Who has to change the password
    #[arg(value_name = "LOGIN", required_unless_present_any = ["all", "expired", "from"],
          conflicts_with_all = ["all", "expired", "from"])]
    pub logins: Vec<String>,
    /// Everybody who can log in
    #[arg(long, conflicts_with_all = ["expired", "from"])]
    pub all: bool,
    /// Those whose password is older than the policy in force allows, or whose temporary one has ended
    #[arg(long, conflicts_with = "from")]
    pub expired: bool,
    /// The logins in this file, one a line; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub from: Option<PathBuf>,
    /// End their sessions too
    #[arg(long)]
    pub end_sessions: bool,
    /// The current password stops working at once, and sessions end
    #[arg(long)]
    pub invalidate: bool,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
    #[command(flatten)]
    pub deliver: DeliverArgs,
}

/// Runs `reset`.
///
/// # Errors
/// Missing for an unknown login, refused when no administrator would be left; nothing is changed then.
pub fn run(args: &ResetArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let guarantee = Guarantee::of(&population);
    let chosen = chosen(args, &mut desk, &accounts)?;
    let deeds = deeds(args, guarantee)?;
    let steps: Vec<Step> =
        chosen.into_iter().filter_map(|account| step(account, &deeds, guarantee)).collect();
    let plan = Plan { steps, ..Plan::default() };
    let mut report = ResetReport::new(&plan, context.settings.dry_run, guarantee);
    if context.settings.dry_run || plan.is_empty() {
        context.ui.report(&report)?;
        return Ok(Outcome::Done);
    }
    confirm(args, &plan, context)?;
    let mut done = plan.steps.len();
    if deeds.contains(&Deed::Temporary) {
        done = handout::hand_out("reset", &args.deliver, context, &mut desk, &accounts, plan)?;
    } else {
        desk.carry_out("reset", &population, &plan, || Ok(()))?;
    }
    let is_all = done == report.rows.len();
    report.rows.truncate(done);
    if !deeds.contains(&Deed::Temporary) || args.deliver.deliver != crate::deliver::Delivery::Print {
        context.ui.report(&report)?;
    }
    if !args.invalidate {
        context.ui.status(format_args!("{}.", sentence(guarantee)));
    }
    Ok(if is_all { Outcome::Done } else { Outcome::Owed })
}

fn chosen<'a>(args: &ResetArgs, desk: &mut Desk, accounts: &'a Accounts) -> Result<Vec<&'a Account>> {
    if args.all {
        return Ok(accounts.all.iter().filter(|account| account.can_log_in(desk.now)).collect());
    }
    if args.expired {
        return expired(desk, accounts);
    }
    match &args.from {
        Some(path) => {
            let text = read(path)?;
            accounts.require(text.lines().map(str::trim).filter(|line| !line.is_empty()))
        }
        None => accounts.require(args.logins.iter().map(String::as_str)),
    }
}

fn expired<'a>(desk: &mut Desk, accounts: &'a Accounts) -> Result<Vec<&'a Account>> {
    let policy = desk.policy()?;
    if accounts.population.changed_at.is_none() {
        return Err(Fault::refused("the map does not say when passwords were changed")
            .hint("name the logins, or say --all")
            .into());
    }
    let now = desk.now.as_second();
    let is_expired = |account: &&Account| {
        let oldest = policy.oldest(accounts, account);
        let age = account.changed_at.map(|since| now - since.as_second());
        let old = oldest.is_some_and(|days| age.is_none_or(|age| age > days * 86_400));
        let kept = account.never_expires == Some(true);
        let ended = account.own_until().is_some_and(|until| until.as_second() < now);
        account.active && account.hash.is_some() && (ended || old && !kept)
    };
    Ok(accounts.all.iter().filter(is_expired).collect())
}

/// The text of a file or of standard input.
pub(super) fn read(path: &Path) -> Result<String> {
    let read = match path == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin().lock()),
        false => std::fs::read_to_string(path),
    };
    read.map_err(|error| Fault::usage(format!("{} cannot be read: {error}", path.display())).into())
}

fn deeds(args: &ResetArgs, guarantee: Guarantee) -> Result<Vec<Deed>> {
    let mut deeds = match (args.invalidate, guarantee) {
        (true, _) | (false, Guarantee::Invalidated) => vec![Deed::Invalidate, Deed::EndSessions],
        (false, Guarantee::Flag) => vec![Deed::ForceChange],
        (false, Guarantee::CrmTemporary) => vec![Deed::Temporary, Deed::EndSessions],
        (false, Guarantee::Nothing) => {
            return Err(Fault::refused("this CRM has no way to ask for a new password")
                .hint("say --invalidate to have the current one stop working, or use temp-password")
                .into());
        }
    };
    if args.end_sessions {
        deeds.push(Deed::EndSessions);
    }
    Ok(deeds)
}

/// What is to be done with an account; nothing where all of it is so already.
fn step(account: &Account, deeds: &[Deed], guarantee: Guarantee) -> Option<Step> {
    let is_done = |deed: &Deed| match deed {
        Deed::ForceChange => account.must_change == Some(true),
        Deed::Invalidate => {
            account.hash.is_none()
                && account.temporary.is_none()
                && (guarantee != Guarantee::Flag || account.must_change == Some(true))
        }
        Deed::EndSessions => account.sessions == 0,
        _ => false,
    };
    let left: Vec<Deed> = deeds.iter().copied().filter(|deed| !is_done(deed)).collect();
    (!left.is_empty()).then(|| Step::new(account, left))
}

fn confirm(args: &ResetArgs, plan: &Plan, context: &Context) -> Result<()> {
    if args.logins.is_empty() || plan.steps.len() > 10 {
        let count = plan.steps.len().to_string();
        return context.ui.confirm_by_typing(&format!("Type {count} to reset {count} accounts"), &count);
    }
    Ok(())
}

/// What `reset` did, or would do.
#[derive(Debug, Serialize)]
struct ResetReport {
    dry_run: bool,
    guarantee: Guarantee,
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

impl ResetReport {
    fn new(plan: &Plan, dry_run: bool, guarantee: Guarantee) -> Self {
        let row = |step: &Step| Row {
            kind: "account",
            id: handout::key(&step.account.key),
            login: step.account.login.clone(),
            done: step.deeds.iter().copied().collect(),
            sessions: if step.deeds.contains(&Deed::EndSessions) { step.account.sessions } else { 0 },
        };
        ResetReport { dry_run, guarantee, rows: plan.steps.iter().map(row).collect() }
    }
}

impl Report for ResetReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/reset", 1);

    fn page(&self) -> Page {
        let row = |row: &Row| {
            let done = row.done.iter().map(|deed| deed.words()).collect::<Vec<_>>().join(", ");
            vec![row.id.clone(), row.login.clone(), done, row.sessions.to_string()]
        };
        let count = if self.dry_run { "accounts to reset" } else { "accounts reset" };
        Page::default()
            .table(&["Account", "Login", "What", "Sessions"], self.rows.iter().map(row).collect())
            .facts([(count, self.rows.len().to_string())])
    }
}
