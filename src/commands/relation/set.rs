//! `relation set`: the right to rectification.

use super::list::as_json;
use super::{About, Opened, WhichArgs, read_text};
use crate::accounts::Accounts;
use crate::commands::Context;
use crate::erasure::RelationRef;
use crate::fault::{Fault, Outcome, Result};
use crate::ledger::{Actor, Counts, Intent, Ledger};
use crate::relation::{Change, Correction, Step, corrections, shown};
use crate::state::{self, State};
use crate::store::sqlite::Sqlite;
use crate::store::{Snapshot, Store};
use crate::ui::{Page, Report, text};
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

/// No longer list of values is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Rectify what the CRM holds about a relation
///
/// Reads lines such as `email=marie@example.org`. The names are those of
/// `relation list --field`: fields of the map, and columns of the relation's own
/// row. Where there are several rows for a field, `phone@12=...` says which, by
/// the number that `relation show` gives. Nothing after the = empties the field.
/// Lines that begin with # say nothing.
///
/// Types, lengths, check digits and the rules of the database are held to
/// (exit status 4); columns that the CRM computes follow. What would change is
/// shown, and has to be confirmed. The ledger notes the columns, no value.
///
/// Examples:
///   echo 'town=Lyon' | crm-admin --db crm.db relation set contact 42 --from - --yes
///   crm-admin --db crm.db relation set contact 42 --from corrected.txt --dry-run
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SetArgs {
    #[command(flatten)]
    pub which: WhichArgs,
    /// The values, in lines such as NAME=VALUE; - is standard input
    #[arg(long, value_name = "FILE|-")]
    pub from: String,
}

pub(super) fn run(args: &SetArgs, context: &mut Context) -> Result<Outcome> {
    let mut opened = Opened::of(context)?;
    let relation = args.which.relation();
    let corrections = corrections(&read_text(&args.from, LONGEST)?)?;
    let work = Work { relation: &relation, corrections: &corrections, about: &opened.about, now: now() };
    let store = &mut opened.store;
    let change = work.plan(&mut *store.snapshot()?)?;
    for doubt in &change.doubts {
        context.ui.warn(doubt);
    }
    store.let_triggers_run()?;
    work.rehearse(&change, store)?;
    let report = SetReport::of(&relation, &change, context.settings.dry_run);
    if context.settings.dry_run || change.is_empty() {
        context.ui.report(&report)?;
        if change.is_empty() {
            context.ui.status("Nothing to do: it is so already.");
        }
        return Ok(Outcome::Done);
    }
    for line in report.lines() {
        context.ui.status(line);
    }
    let question = format!("Type {} to change these {} values", relation.id, report.rows.len());
    context.ui.confirm_by_typing(&question, &relation.id)?;
    work.carry_out(&change, store, context)?;
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}

/// To the second, as it is stored: the plan that is made again inside the transaction is the same.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

struct Work<'a> {
    relation: &'a RelationRef,
    corrections: &'a [Correction],
    about: &'a About,
    now: Timestamp,
}

impl Work<'_> {
    fn plan(&self, data: &mut dyn Snapshot) -> Result<Change> {
        Change::plan(self.relation, &self.about.map, self.corrections, data, self.now)
    }

    /// Sees whether the database lets the change pass, and leaves no trace.
    fn rehearse(&self, change: &Change, store: &mut Sqlite) -> Result<()> {
        if change.is_empty() { Ok(()) } else { change.apply(&mut *store.transaction()?) }
    }

    /// Plans again inside the transaction, compares and applies, between two lines of the ledger.
    fn carry_out(&self, change: &Change, store: &mut Sqlite, context: &Context) -> Result<()> {
        let by = self.actor(store, context)?;
        let state = State::open(&state::place(store.path(), context.settings.state.as_deref()))?;
        let mut ledger = Ledger::open(&state, context.settings.lock_wait)?;
        let counts: Counts = change.columns().into_iter().map(|column| (column, 1)).collect();
        let (command, relations) = ("relation set".to_owned(), vec![self.relation.to_string()]);
        let intent = Intent { command, by, accounts: Vec::new(), relations, counts: counts.clone() };
        ledger.perform(&intent, |tally| {
            let mut transaction = store.transaction()?;
            if self.plan(&mut *transaction)? != *change {
                return Err(Fault::refused(format!("{} changed since it was shown", self.relation))
                    .hint("run the command again and look at what would change")
                    .into());
            }
            change.apply(&mut *transaction)?;
            transaction.commit()?;
            tally.counts = counts;
            Ok(())
        })
    }

    fn actor(&self, store: &mut Sqlite, context: &Context) -> Result<Actor> {
        let mut actor = Actor::system();
        if let Some(login) = &context.settings.acting {
            let roles = self.about.written.accounts_for(&self.about.catalog)?;
            let accounts = Accounts::read(&mut *store.snapshot()?, &roles, &roles.population(None)?.clone())?;
            actor.account = Some(accounts.ledger_name(accounts.require([login.as_str()])?[0]));
        }
        Ok(actor)
    }
}

/// What was rectified, or would be.
#[derive(Debug, Serialize)]
struct SetReport {
    kind: &'static str,
    id: String,
    dry_run: bool,
    rows: Vec<Row>,
}

/// A value that changes.
#[derive(Debug, Serialize)]
struct Row {
    kind: String,
    id: String,
    column: String,
    before: serde_json::Value,
    after: serde_json::Value,
    follows: bool,
}

impl SetReport {
    fn of(relation: &RelationRef, change: &Change, dry_run: bool) -> Self {
        let of_step = |step: &Step| -> Vec<Row> {
            let id = step.identity.iter().map(|(_, value)| shown(value.borrow())).collect::<Vec<_>>().join("/");
            let row = |set: &crate::relation::Set| Row {
                kind: step.table.clone(),
                id: id.clone(),
                column: set.column.clone(),
                before: as_json(&set.before),
                after: as_json(&set.after),
                follows: set.follows,
            };
            step.set.iter().map(row).collect()
        };
        let rows = change.steps.iter().flat_map(of_step).collect();
        SetReport { kind: relation.kind.word(), id: relation.id.clone(), dry_run, rows }
    }

    /// What would change, for somebody who has to confirm it.
    fn lines(&self) -> Vec<String> {
        let line = |row: &Row| {
            let follows = if row.follows { " (follows)" } else { "" };
            let (before, after) = (told(&row.before), told(&row.after));
            let (before, after) = (text::line(&before), text::line(&after));
            format!("{} {}, {}: {before} -> {after}{follows}", row.kind, row.id, row.column)
        };
        self.rows.iter().map(line).collect()
    }
}

fn told(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "nothing".to_owned(),
        serde_json::Value::String(text) if text.is_empty() => "nothing".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Report for SetReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/relation-set", 1);

    fn page(&self) -> Page {
        let row = |row: &Row| {
            let follows = if row.follows { "follows" } else { "" };
            vec![
                format!("{} {}", row.kind, row.id),
                row.column.clone(),
                told(&row.before),
                told(&row.after),
                follows.to_owned(),
            ]
        };
        Page::default().table(&["Row", "Column", "Before", "After", ""], self.rows.iter().map(row).collect())
    }
}
