//! What `exclude add` and `exclude remove` say.

use crate::objection::{Person, Plan};
use crate::ui::{Page, Report, Ui};
use serde::Serialize;

/// What was done, or would be.
#[derive(Debug, Serialize)]
pub(super) struct ActReport {
    dry_run: bool,
    what: &'static str,
    relation: Relation,
    contacts: u64,
    contacts_changed: u64,
    contacts_left: u64,
    rows_changed: u64,
    register_changed: u64,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Relation {
    kind: &'static str,
    id: String,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    contact: bool,
    rows: u64,
    register: bool,
}

impl ActReport {
    pub(super) fn of(plan: &Plan, dry_run: bool) -> Self {
        let row = |person: &Person| Row {
            kind: person.relation.kind.word(),
            id: person.relation.id.clone(),
            contact: person.is_contact,
            rows: person.rows,
            register: person.register,
        };
        ActReport {
            dry_run,
            what: if plan.adds { "add" } else { "remove" },
            relation: Relation { kind: plan.relation.kind.word(), id: plan.relation.id.clone() },
            contacts: plan.contacts,
            contacts_changed: plan.contacts_changed(),
            contacts_left: plan.contacts_left,
            rows_changed: plan.rows(),
            register_changed: plan.entries(),
            rows: plan.people.iter().map(row).collect(),
        }
    }

    /// Says it in a sentence, and what a script would not look for.
    pub(super) fn say(&self, plan: &Plan, ui: &Ui) {
        if plan.is_empty() {
            ui.status("Nothing to do: it is so already.");
            return;
        }
        let (may, whom) = (if self.dry_run { "Would be" } else { "Now" }, &plan.relation);
        let state =
            if plan.adds { "excluded from marketing" } else { "no longer excluded by its own objection" };
        let contacts = match (plan.contacts, plan.contacts_changed()) {
            (0, _) => String::new(),
            (all, changed) if all == changed => format!(", with its {all} contacts"),
            (all, changed) => {
                format!(", with {changed} of its {all} contacts; for the others nothing changes")
            }
        };
        ui.status(format_args!("{may} {state}: {whom}{contacts}."));
        if plan.adds && plan.entries() > 0 {
            ui.warn(
                "the CRM has no place for all of it: the rest is kept in the state folder, where the CRM does not look",
            );
        }
    }
}

impl Report for ActReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/exclude", 1);

    fn page(&self) -> Page {
        Page::default().facts([
            ("relation", format!("{} {}", self.relation.kind, self.relation.id)),
            ("contacts", format!("{} of {}", self.contacts_changed, self.contacts)),
            ("rows", self.rows_changed.to_string()),
            ("state folder", format!("{} entries", self.register_changed)),
        ])
    }
}
