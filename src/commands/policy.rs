//! `policy`: the rules for passwords, beside what the norms say, and for whom they are in force.

mod apply;
mod norms;

pub(super) use apply::tightened;

use super::Context;
use super::desk::Desk;
use crate::accounts::policy::{self, Policy, Rules};
use crate::fault::{Fault, Outcome, Result};
use crate::password::norms::BLIND_SPOTS;
use crate::ui::{Page, Report};
use clap::{Args, Subcommand};
use serde::Serialize;

/// See, change and put in force the rules for passwords
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    Show(ShowArgs),
    Set(SetArgs),
    Apply(apply::ApplyArgs),
}

/// Show the rules, for whom they are in force, and what the norms say
///
/// Hashes do not tell how long a password is, of which characters it is made, or
/// whether it is used elsewhere: those rules hold when a password is set.
///
/// Example:
///   crm-admin --db crm.db policy show
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {}

/// Change rules; they hold for whom the policy is in force
///
/// A value of 0 asks for nothing. Loosening is allowed, and noted in the ledger.
///
/// Example:
///   crm-admin --db crm.db policy set minimum-length=12 maximum-age-days=0
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SetArgs {
    /// The rule and its value
    #[arg(value_name = "RULE=N", required = true)]
    pub rules: Vec<String>,
}

/// Runs `policy`.
///
/// # Errors
/// Usage for an unknown rule.
pub fn run(command: &PolicyCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        PolicyCommand::Show(_) => show(context),
        PolicyCommand::Set(args) => set(args, context),
        PolicyCommand::Apply(args) => apply::run(args, context),
    }
}

fn show(context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let policy = desk.policy()?;
    context.ui.report(&ShowReport::new(&desk, &policy))?;
    if policy.scope.is_nobody() {
        context.ui.warn("no policy has been applied; `crm-admin policy apply` puts it in force");
    }
    Ok(Outcome::Done)
}

fn set(args: &SetArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let before = desk.policy()?;
    let mut after = before.clone();
    for rule in &args.rules {
        let (word, value) = rule.split_once('=').ok_or_else(|| {
            Fault::usage(format!("`{rule}` is no rule with a value")).hint("write it like minimum-length=12")
        })?;
        let value = value.trim().parse().map_err(|_| Fault::usage(format!("`{value}` is no number")))?;
        after.rules.set(word.trim(), value)?;
    }
    if after != before && !context.settings.dry_run {
        write(&mut desk, "policy set", &after, |_, _, _| Ok(()))?;
    }
    context.ui.report(&ShowReport::new(&desk, &after))?;
    if after.scope.is_nobody() {
        context.ui.warn("no policy has been applied; `crm-admin policy apply` puts it in force");
    }
    Ok(Outcome::Done)
}

/// Writes a policy where it belongs, with `more` in the same transaction.
fn write(
    desk: &mut Desk,
    command: &str,
    after: &Policy,
    more: impl FnOnce(
        &mut dyn crate::store::Transaction,
        jiff::Timestamp,
        &mut crate::ledger::Tally,
    ) -> Result<()>,
) -> Result<()> {
    let in_database = policy::is_in_the_database(&desk.roles, after);
    let state = desk.state()?;
    let done = desk.act(
        command,
        Vec::new(),
        || Ok(()),
        |transaction, roles, now, tally| {
            if let Some(place) = roles.policy.as_ref().filter(|_| in_database) {
                let changed = policy::write_to_database(transaction, place, &after.rules)?;
                tally.counts.insert("rules".into(), changed);
            }
            more(transaction, now, tally)?;
            // Last, so that what the database refuses leaves the state as it was.
            if in_database { Ok(()) } else { policy::write_to_state(&state, after) }
        },
    );
    done.map(drop)
}

/// What `policy show` shows.
#[derive(Debug, Serialize)]
struct ShowReport {
    in_force_for: String,
    applied: bool,
    kept_in: &'static str,
    rules: Rules,
    norms: Vec<norms::Beside>,
    notes: Vec<String>,
    hashes_do_not_tell: &'static str,
}

impl ShowReport {
    fn new(desk: &Desk, policy: &Policy) -> Self {
        let in_database = policy::is_in_the_database(&desk.roles, policy);
        let checks = policy.rules.checks();
        let norms = norms::beside(&checks);
        ShowReport {
            in_force_for: policy.scope.words(),
            applied: !policy.scope.is_nobody(),
            kept_in: if in_database { "the database" } else { "the state folder" },
            rules: policy.rules.clone(),
            notes: norms::notes(&norms, &checks),
            norms,
            hashes_do_not_tell: BLIND_SPOTS,
        }
    }
}

impl Report for ShowReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/policy-show", 1);

    fn page(&self) -> Page {
        let rules =
            self.rules.all().map(|(word, value)| vec![word.to_owned(), norms::value_in_words(word, value)]);
        Page::default()
            .facts([("in force for", self.in_force_for.as_str()), ("kept in", self.kept_in)])
            .table(&["Rule", "Value"], rules.collect())
            .table(
                &["Norm", "Length and classes", "Age", "Storage", "This policy"],
                self.norms.iter().map(norms::Beside::row).collect(),
            )
            .lines(self.notes.iter().cloned().chain([self.hashes_do_not_tell.to_owned()]))
    }
}
