//! What `erase` tells: the plan with the relation's label, and what was done. Values of other rows never.

use super::work::Done;
use crate::erasure::{Plan, Removed};
use crate::ui::{Page, Report};
use serde::Serialize;

/// Erasures, planned or done.
#[derive(Debug, Serialize)]
pub struct EraseReport {
    rows: Vec<One>,
}

#[derive(Debug, Serialize)]
struct One {
    #[serde(flatten)]
    plan: Plan,
    done: bool,
    proven: Option<bool>,
    files_removed: u64,
    removal: Option<Removed>,
}

impl EraseReport {
    /// What would be done.
    pub fn planned(plans: &[Plan]) -> Self {
        let one = |plan: &Plan| One {
            plan: plan.clone(),
            done: false,
            proven: None,
            files_removed: 0,
            removal: None,
        };
        EraseReport { rows: plans.iter().map(one).collect() }
    }

    /// What was done.
    pub fn done(all: &[Done]) -> Self {
        let one = |done: &Done| One {
            plan: done.plan.clone(),
            done: true,
            proven: Some(done.is_proven()),
            files_removed: done.summary.files,
            removal: done.removed.clone(),
        };
        EraseReport { rows: all.iter().map(one).collect() }
    }
}

impl Report for EraseReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erase", 1);

    fn page(&self) -> Page {
        self.rows.iter().fold(Page::default(), |page, one| {
            let tables = one.plan.tables.iter().map(|table| {
                let counts = [table.delete, table.blank, table.detach, table.keep];
                [vec![table.table.clone()], counts.map(|count| count.to_string()).to_vec()].concat()
            });
            let page = page
                .facts(facts(one))
                .table(&["Table", "Delete", "Empty", "Detach", "Keep"], tables.collect());
            let details: Vec<String> = details(&one.plan);
            if details.is_empty() { page } else { page.lines(details) }
        })
    }
}

fn facts(one: &One) -> Vec<(&'static str, String)> {
    let plan = &one.plan;
    let mut facts = vec![
        (plan.kind.word(), format!("{} {}", plan.id, plan.label.as_deref().unwrap_or_default())),
        ("rows", format!("{} to delete, {} to empty", plan.deleted(), plan.blanked())),
        ("files", plan.files.len().to_string()),
    ];
    if plan.contacts > 0 {
        facts.push(("contacts of its own", plan.contacts.to_string()));
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

fn details(plan: &Plan) -> Vec<String> {
    let kept = plan.kept.iter().map(|kept| {
        let until = kept.until.as_deref().unwrap_or("further notice");
        format!("{} rows of {} are kept until {until}: {}", kept.rows, kept.table, kept.reason)
    });
    let costs = plan.costs.iter().filter(|cost| cost.rows >= 10_000).map(|cost| {
        let (table, column, rows) = (&cost.table, &cost.column, cost.rows);
        format!("{table}.{column} has no index: all {rows} rows are read once")
    });
    let offered = plan.offered.iter().map(|other| format!("perhaps the same person: {other}"));
    kept.chain(costs).chain(offered).collect()
}

/// The plan in a few lines, for somebody who has to confirm it.
pub fn lines(plan: &Plan) -> Vec<String> {
    let label = plan.label.as_deref().unwrap_or("(no name)");
    let mut lines = vec![format!("{} {}: {label}", plan.kind.word(), plan.id)];
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
    lines.extend(details(plan).into_iter().map(|line| format!("  {line}")));
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
    format!("erased, but not proven: {} places still hold something; {hint}", removed.residue)
}

/// What `erase resume` did.
#[derive(Debug, Default, Serialize)]
pub struct ResumeReport {
    /// Erasures that are proven now.
    pub completed: u64,
    /// Erasures that still owe something.
    pub owed: u64,
    /// Erasures that were stopped before they changed anything.
    pub not_begun: u64,
}

impl Report for ResumeReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erase-resume", 1);

    fn page(&self) -> Page {
        Page::default().facts([
            ("completed", self.completed.to_string()),
            ("owed", self.owed.to_string()),
            ("never begun", self.not_begun.to_string()),
        ])
    }
}

/// What `erase verify` says.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    act: String,
    at: String,
    ending: String,
}

impl VerifyReport {
    /// What a certificate that is sound says of itself.
    pub fn of(bytes: &[u8]) -> Self {
        let read: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
        let word = |name: &str| read[name].as_str().unwrap_or_default().to_owned();
        VerifyReport { act: word("act"), at: word("at"), ending: word("ending") }
    }
}

impl Report for VerifyReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erase-verify", 1);

    fn page(&self) -> Page {
        Page::default().facts([("act", &self.act), ("at", &self.at), ("ending", &self.ending)])
    }
}
