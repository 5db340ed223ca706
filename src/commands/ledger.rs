//! `ledger`: what was done, by whom, and whether the record is whole.

use super::Context;
use crate::fault::{Fault, Outcome, Result};
use crate::ledger::{self, Act, Ending, Reading};
use crate::state::{self, State};
use crate::store::sqlite::{Options, Sqlite};
use crate::ui::{Page, Report};
use clap::{Args, Subcommand};
use serde::Serialize;

/// Show the record of administrative acts, and check that it is whole
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    Show(ShowArgs),
    Verify(VerifyArgs),
}

/// Show what was done, when, by whom and how it ended
///
/// Accounts stand there by their key. An act that was interrupted, by a kill or a
/// power cut, changed the database wholly or not at all.
///
/// Example:
///   crm-admin --db crm.db ledger show --last 20
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    /// Only the newest acts
    #[arg(long, value_name = "N")]
    pub last: Option<usize>,
}

/// Check that no line was changed, removed or put between others
///
/// Exit status 7 when the chain is broken, with the line where it is.
///
/// Example:
///   crm-admin --db crm.db ledger verify
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct VerifyArgs {}

/// Runs `ledger`.
///
/// # Errors
/// Damaged when the chain is broken.
pub fn run(command: &LedgerCommand, context: &mut Context) -> Result<Outcome> {
    let reading = read(context)?;
    match command {
        LedgerCommand::Show(args) => show(args, reading, context),
        LedgerCommand::Verify(_) => verify(&reading, context),
    }
}

fn read(context: &Context) -> Result<Reading> {
    let place = match &context.settings.state {
        Some(folder) => folder.clone(),
        None => {
            let options = Options { lock_wait: context.settings.lock_wait, ..Options::default() };
            state::place(Sqlite::open(&context.database()?, &options)?.path(), None)
        }
    };
    match State::find(&place)? {
        Some(state) => ledger::read(&state),
        None => Ok(Reading::default()),
    }
}

fn show(args: &ShowArgs, reading: Reading, context: &mut Context) -> Result<Outcome> {
    let interrupted = reading.interrupted();
    if let Some(broken) = &reading.broken {
        context.ui.warn(format_args!("the ledger is broken at line {}: {}", broken.line, broken.why));
    }
    let skipped = reading.acts.len().saturating_sub(args.last.unwrap_or(usize::MAX));
    context.ui.report(&ShowReport { rows: reading.acts.into_iter().skip(skipped).collect() })?;
    if interrupted > 0 {
        context.ui.status(format_args!(
            "{interrupted} interrupted: the database was changed wholly or not at all. Running the command again \
             does what is still to do."
        ));
    }
    Ok(Outcome::Done)
}

/// What `ledger show` shows.
#[derive(Debug, Serialize)]
struct ShowReport {
    rows: Vec<Act>,
}

impl Report for ShowReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/ledger-show", 1);

    fn page(&self) -> Page {
        let row = |act: &Act| {
            let by = act.by.as_ref().map(ToString::to_string).unwrap_or_default();
            vec![act.at.clone(), by, act.command.clone(), whom(act), counts(act), act.ending.word().into()]
        };
        let rows = self.rows.iter().map(row).collect();
        Page::default().table(&["When", "Who", "What", "Whom", "How many", "Ending"], rows)
    }
}

/// Accounts and relations.
fn whom(act: &Act) -> String {
    const SHOWN: usize = 3;
    let all = || act.accounts.iter().chain(&act.relations);
    let shown = all().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(" ");
    match all().count().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn counts(act: &Act) -> String {
    if act.ending == Ending::Failed {
        return String::new();
    }
    act.counts.iter().map(|(what, many)| format!("{many} {what}")).collect::<Vec<_>>().join(", ")
}

fn verify(reading: &Reading, context: &mut Context) -> Result<Outcome> {
    if let Some(broken) = &reading.broken {
        return Err(Fault::damaged(format!("the ledger is broken at line {}: {}", broken.line, broken.why))
            .hint("what stands before that line is as it was written; compare the rest with a backup of the state folder")
            .into());
    }
    let report = VerifyReport {
        whole: true,
        lines: reading.lines,
        acts: reading.acts.len(),
        interrupted: reading.interrupted(),
    };
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}

/// What `ledger verify` found in order.
#[derive(Debug, Serialize)]
struct VerifyReport {
    whole: bool,
    lines: u64,
    acts: usize,
    interrupted: usize,
}

impl Report for VerifyReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/ledger-verify", 1);

    fn page(&self) -> Page {
        Page::default().facts([
            ("ledger", "whole".to_owned()),
            ("lines", self.lines.to_string()),
            ("acts", self.acts.to_string()),
            ("interrupted", self.interrupted.to_string()),
        ])
    }
}
