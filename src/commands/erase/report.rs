//! What `erase` tells: the plan with the relation's label, and what was done. Values of other rows never.

use super::work::Done;
use crate::commands::Context;
use crate::erasure::{Cost, HeldRows, Kept, Plan, Removed, TablePlan};
use crate::ledger::Act;
use crate::schema::RelationKind;
use crate::ui::{Page, Report};
use serde::Serialize;

/// Erasures, planned or done.
#[derive(Debug, Serialize)]
pub struct EraseReport {
    rows: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    kind: RelationKind,
    id: String,
    /// Its name; not when it has been erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    contacts: u64,
    tables: Vec<TablePlan>,
    kept: Vec<Kept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    offered: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    costs: Vec<Cost>,
    files: u64,
    done: bool,
    proven: Option<bool>,
    removal: Option<Removed>,
}

impl EraseReport {
    /// What would be done.
    pub fn planned(plans: &[Plan]) -> Self {
        let one = |plan: &Plan| One {
            kind: plan.kind,
            id: plan.id.clone(),
            label: plan.label.clone(),
            contacts: plan.contacts,
            tables: plan.tables.clone(),
            kept: plan.kept.clone(),
            offered: plan.offered.clone(),
            costs: plan.costs.clone(),
            files: plan.files.len() as u64,
            done: false,
            proven: None,
            removal: None,
        };
        EraseReport { rows: plans.iter().map(one).collect() }
    }

    /// What was done.
    pub fn done(all: &[Done]) -> Self {
        let one = |done: &Done| One {
            kind: done.summary.kind,
            id: done.relation.split_once(' ').map_or("", |(_, id)| id).to_owned(),
            label: None,
            contacts: done.summary.contacts,
            tables: done.summary.tables.clone(),
            kept: done.summary.kept.clone(),
            offered: Vec::new(),
            costs: Vec::new(),
            files: done.summary.files,
            done: true,
            proven: Some(done.is_proven()),
            removal: done.removed.clone(),
        };
        EraseReport { rows: all.iter().map(one).collect() }
    }
}

impl Report for EraseReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erase", 1);

    fn page(&self) -> Page {
        self.rows.iter().fold(Page::default(), |page, one| {
            let tables = one.tables.iter().map(|table| {
                let counts = [table.delete, table.blank, table.detach, table.keep];
                [vec![table.table.clone()], counts.map(|count| count.to_string()).to_vec()].concat()
            });
            let page = page
                .facts(facts(one))
                .table(&["Table", "Delete", "Empty", "Detach", "Keep"], tables.collect());
            let details = details(&one.kept, &one.costs, &one.offered);
            if details.is_empty() { page } else { page.lines(details) }
        })
    }
}

fn facts(one: &One) -> Vec<(&'static str, String)> {
    let sum = |count: fn(&TablePlan) -> u64| one.tables.iter().map(count).sum::<u64>();
    let (deleted, emptied) = (sum(|table| table.delete), sum(|table| table.blank));
    let rows = match one.done {
        true => format!("{deleted} deleted, {emptied} emptied"),
        false => format!("{deleted} to delete, {emptied} to empty"),
    };
    let name = format!("{} {}", one.id, one.label.as_deref().unwrap_or_default());
    let mut facts =
        vec![(one.kind.word(), name.trim_end().to_owned()), ("rows", rows), ("files", one.files.to_string())];
    if one.contacts > 0 {
        facts.push(("contacts of its own", one.contacts.to_string()));
    }
    if let Some(removal) = &one.removal {
        facts.push(("searched for", format!("{} byte strings", removal.sought)));
        facts.push(("held lawfully by others", removal.held_elsewhere.to_string()));
        facts.push((
            "residue",
            format!("{} places before, {} after", removal.residue_before, removal.residue),
        ));
    }
    if let Some(proven) = one.proven {
        facts.push(("proven", if proven { "yes" } else { "no" }.to_owned()));
    }
    facts
}

/// Whole tables of so many rows are worth a word before they are read.
const MANY_ROWS: u64 = 10_000;

fn details(kept: &[Kept], costs: &[Cost], offered: &[String]) -> Vec<String> {
    let kept = kept.iter().map(Kept::sentence);
    let costs = costs.iter().filter(|cost| cost.rows >= MANY_ROWS).map(|cost| {
        let (table, column, rows) = (&cost.table, &cost.column, cost.rows);
        format!("{table}.{column} has no index: all {rows} rows are read once")
    });
    let offered = offered.iter().map(|other| format!("perhaps the same person: {other}"));
    kept.chain(costs).chain(offered).collect()
}

/// The plan in a few lines, for somebody who has to confirm it. The name is for whoever is asked: not for the mail that
/// cron makes of it.
pub fn lines(plan: &Plan, context: &Context) -> Vec<String> {
    let named = match (&plan.label, context.ui.is_to_confirm()) {
        (Some(label), true) => format!("{} {}: {label}", plan.kind.word(), plan.id),
        _ => format!("{} {}", plan.kind.word(), plan.id),
    };
    let mut lines = vec![named.trim_end().to_owned()];
    for table in &plan.tables {
        let words = [
            (table.delete, "deleted"),
            (table.blank, "emptied"),
            (table.detach, "detached"),
            (table.keep, "kept"),
        ];
        let words: Vec<String> = words
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        lines.push(format!("  {}: {}", table.table, words.join(", ")));
    }
    if plan.contacts > 0 {
        lines.push(format!(
            "  with {} contacts that only this company has (--keep-contacts keeps them)",
            plan.contacts
        ));
    }
    lines.extend(details(&plan.kept, &plan.costs, &plan.offered).into_iter().map(|line| format!("  {line}")));
    lines
}

/// Why a proof is owed.
pub fn owed(done: &Done) -> String {
    done.removed.as_ref().map(cause).unwrap_or_default()
}

/// Why something is owed.
pub fn cause(removed: &Removed) -> String {
    let hint = "run `crm-admin erase resume` later";
    if !removed.log_emptied {
        return format!(
            "erased, but another program reads the log of the database, which still holds old pages: {hint}"
        );
    }
    if let Some(index) = removed.unsure.first() {
        return format!(
            "erased, but not proven: the full-text index {index} has words without their texts, and no trigger tells \
             it what goes"
        );
    }
    let places = removed.hits_after.iter().filter(|(held, _)| !held.is_lawful());
    let places: Vec<String> = places.map(|(held, many)| format!("{many} in {}", held.words())).collect();
    format!("erased, but not proven: something is left ({}); {hint}", places.join(", "))
}

/// What `erase resume` did, and what a law still keeps.
#[derive(Debug, Default, Serialize)]
pub struct ResumeReport {
    /// Erasures that are proven now.
    pub completed: u64,
    /// Erasures that still owe something.
    pub owed: u64,
    /// Erasures that were stopped before they changed anything.
    pub not_begun: u64,
    /// Rows that had been kept, and are erased now.
    pub due: u64,
    /// What is kept, and until when.
    pub rows: Vec<HeldRows>,
}

impl Report for ResumeReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erase-resume", 1);

    fn page(&self) -> Page {
        let row = |held: &HeldRows| {
            let until = held.until.map_or("further notice".to_owned(), |until| until.to_string());
            let until = if held.due { format!("{until} (due)") } else { until };
            vec![held.table.clone(), held.rows.to_string(), until, held.reason.clone()]
        };
        Page::default()
            .facts([
                ("completed", self.completed.to_string()),
                ("owed", self.owed.to_string()),
                ("never begun", self.not_begun.to_string()),
                ("come due and erased", format!("{} rows", self.due)),
            ])
            .table(&["Kept in", "Rows", "Until", "Reason"], self.rows.iter().map(row).collect())
    }
}

/// What `erase verify` says.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    act: String,
    at: String,
    /// How the erasure stood when the certificate was written.
    ending: String,
    /// How the act stands in the ledger today.
    ledger: &'static str,
}

impl VerifyReport {
    /// What a certificate that is sound says of itself, and the ledger of its act.
    pub fn of(bytes: &[u8], act: &Act) -> Self {
        let read: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
        let word = |name: &str| read[name].as_str().unwrap_or_default().to_owned();
        let is_owed = act.counts.get("owed").is_some_and(|owed| *owed > 0);
        let ledger = if is_owed { "owed" } else { act.ending.word() };
        VerifyReport { act: act.id.clone(), at: word("at"), ending: word("ending"), ledger }
    }
}

impl Report for VerifyReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erase-verify", 1);

    fn page(&self) -> Page {
        Page::default().facts([
            ("act", self.act.as_str()),
            ("at", &self.at),
            ("ending", &self.ending),
            ("in the ledger", self.ledger),
        ])
    }
}
