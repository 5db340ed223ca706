//! `relation set`: the right to rectification.

use super::list::as_json;
use crate::commands::Context;
use crate::commands::exclude::{WhoseArgs, ledger_name};
use crate::commands::input;
use crate::commands::office::Office;
use crate::erasure::RelationRef;
use crate::fault::{Fault, Outcome, Result};
use crate::objection::{self, Excluded, Register};
use crate::relation::{Change, Correction, Set, Step, corrections, shown};
use crate::schema::CompleteMap;
use crate::store::{Snapshot, Store, Transaction};
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
///   crm-admin --db crm.db relation set contact 42 --from corrected.txt --dry-run
///   crm-admin --db crm.db --as marie relation set contact 42 --from - --yes
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SetArgs {
    #[command(flatten)]
    pub which: WhoseArgs,
    /// The values, in lines such as NAME=VALUE; - is standard input
    #[arg(long, value_name = "FILE|-")]
    pub from: String,
}

pub(super) fn run(args: &SetArgs, context: &mut Context) -> Result<Outcome> {
    let mut office = Office::open(context)?;
    let wish = Wish {
        relation: args.which.relation(),
        corrections: corrections(&input::text("file", &args.from, LONGEST)?)?,
        // To the second, as it is stored: the plan that is made again inside the transaction is the same.
        now: office.now.round(jiff::Unit::Second)?,
    };
    let change = wish.plan(&office.map, &mut *office.store.snapshot()?)?;
    for doubt in &change.doubts {
        context.ui.warn(doubt);
    }
    let carried = rehearse(&wish, &change, &mut office)?;
    let report = SetReport::of(&wish.relation, &change, context.settings.dry_run);
    if context.settings.dry_run || change.is_empty() {
        context.ui.report(&report)?;
        if change.is_empty() {
            context.ui.status("Nothing to do: it is so already.");
        }
        return Ok(Outcome::Done);
    }
    confirm(&report, context)?;
    carry_out(&wish, &change, &mut office)?;
    context.ui.report(&report)?;
    if carried > 0 {
        context.ui.status("The objection to marketing holds for the new address too.");
    }
    Ok(Outcome::Done)
}

/// What is wanted.
struct Wish {
    relation: RelationRef,
    corrections: Vec<Correction>,
    now: Timestamp,
}

impl Wish {
    fn plan(&self, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Change> {
        Change::plan(&self.relation, map, &self.corrections, data, self.now)
    }

    /// Applies a change. Who objects to marketing does so at a new address too.
    fn apply(
        &self,
        change: &Change,
        map: &CompleteMap,
        register: &mut Register,
        transaction: &mut dyn Transaction,
    ) -> Result<u64> {
        let before = Excluded::standing(&self.relation, map, register, transaction)?;
        change.apply(transaction)?;
        objection::carry(&self.relation, &before, map, register, transaction)
    }
}

/// Sees whether the database lets the change pass, and leaves no trace. How many objections go over to a new address.
fn rehearse(wish: &Wish, change: &Change, office: &mut Office) -> Result<u64> {
    if change.is_empty() {
        return Ok(0);
    }
    let mut register = office.register()?;
    office.store.let_triggers_run()?;
    wish.apply(change, &office.map, &mut register, &mut *office.store.transaction()?)
}

/// Shows what would change, and has the id typed.
fn confirm(report: &SetReport, context: &Context) -> Result<()> {
    for line in report.lines() {
        context.ui.status(line);
    }
    let question = format!("Type {} to change these {} values", report.id, report.rows.len());
    context.ui.confirm_by_typing(&question, &report.id)
}

/// Plans again inside the transaction, compares and applies. The ledger notes which columns, and no value.
fn carry_out(wish: &Wish, change: &Change, office: &mut Office) -> Result<()> {
    let relations = vec![ledger_name(&wish.relation)];
    office.act("relation set", relations, |transaction, map, register, tally| {
        if wish.plan(map, &mut *transaction)? != *change {
            return Err(Fault::refused(format!("{} changed since it was shown", wish.relation))
                .hint("run the command again and look at what would change")
                .into());
        }
        let carried = wish.apply(change, map, register, transaction)?;
        tally.counts.extend(change.columns().into_iter().map(|column| (column, 1)));
        if carried > 0 {
            tally.counts.insert("objections".to_owned(), carried);
        }
        Ok(())
    })
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
            let id =
                step.identity.iter().map(|(_, value)| shown(value.borrow())).collect::<Vec<_>>().join("/");
            let row = |set: &Set| Row {
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
