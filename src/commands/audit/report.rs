//! What an audit tells: one finding a line.

use super::guessing::Guessed;
use super::overview::Overview;
use super::{Seen, repair};
use crate::accounts::Plan;
use crate::commands::handout::key;
use crate::password::audit::{Finding, Subject, generations};
use crate::password::norms::BLIND_SPOTS;
use crate::ui::{Page, Report};
use serde::Serialize;

/// What `audit` found.
#[derive(Debug, Serialize)]
pub(super) struct AuditReport {
    policy_in_force_for: String,
    hashes_do_not_tell: &'static str,
    accounts: usize,
    templates: usize,
    schemes: Vec<Stored>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guessing: Option<Guessing>,
    /// Whether the repairs were done.
    pub repaired: bool,
    /// Why relations and notes were not looked at, where they should have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Stored {
    scheme: String,
    accounts: usize,
}

#[derive(Debug, Serialize)]
struct Guessing {
    guesses: u64,
    guessed: usize,
    tried_to_the_end: usize,
    left: usize,
    not_guessable: usize,
    ended: &'static str,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    severity: &'static str,
    rule: String,
    /// The account's login or the template's name.
    name: String,
    since: Option<String>,
    what: String,
    repair: &'static str,
    /// Whether `--repair` does something about it.
    repairable: bool,
}

impl AuditReport {
    pub(super) fn new(seen: &Seen, guessed: Option<&Guessed>, plan: Option<&Plan>) -> Self {
        let hints = seen.accounts.population.hash.as_ref().map(crate::accounts::hints).unwrap_or_default();
        let schemes = generations(&seen.accounts.facts(), &hints);
        let empty = Plan::default();
        let mut rows = hits(seen, guessed);
        rows.extend(seen.findings.iter().map(|finding| row(finding, seen, plan.unwrap_or(&empty))));
        AuditReport {
            policy_in_force_for: seen.policy.scope.words(),
            hashes_do_not_tell: BLIND_SPOTS,
            accounts: seen.accounts.all.len(),
            templates: seen.templates.len(),
            schemes: schemes.into_iter().map(|(scheme, accounts)| Stored { scheme, accounts }).collect(),
            guessing: guessed.map(guessing),
            repaired: false,
            left_out: None,
            rows,
        }
    }
}

impl AuditReport {
    /// Adds how much there is of the rest.
    pub(super) fn add(&mut self, more: Overview) {
        self.left_out = more.left_out;
        self.rows.extend(more.lines.into_iter().map(|line| Row {
            kind: line.kind,
            id: line.id,
            severity: line.severity.name(),
            rule: line.rule,
            name: String::new(),
            since: None,
            what: line.what,
            repair: line.repair,
            repairable: false,
        }));
    }
}

fn guessing(guessed: &Guessed) -> Guessing {
    use crate::password::guess::Ended;
    Guessing {
        guesses: guessed.report.guesses,
        guessed: guessed.hits.len(),
        tried_to_the_end: guessed.report.tried,
        left: guessed.report.left,
        not_guessable: guessed.unknown,
        ended: match guessed.report.ended {
            Ended::Done => "done",
            Ended::OutOfTime => "out of time",
            Ended::Interrupted => "interrupted",
        },
    }
}

/// An account whose password was guessed: that it was, and which family of guesses hit.
fn hits(seen: &Seen, guessed: Option<&Guessed>) -> Vec<Row> {
    let hits = guessed.iter().flat_map(|guessed| &guessed.hits);
    hits.map(|hit| {
        let account = seen.accounts.of_fact(&hit.account);
        let asked = seen.is_asked(&hit.account);
        Row {
            kind: "account",
            id: hit.account.clone(),
            severity: if asked { "information" } else { "high" },
            rule: "password.guessed".to_owned(),
            name: account.map(|account| account.login.clone()).unwrap_or_default(),
            since: account.and_then(|account| account.changed_at).map(|since| since.to_string()),
            what: format!("the password was guessed: {}", hit.family.words()),
            repair: "make the owner change the password at the next login",
            repairable: !asked,
        }
    })
    .collect()
}

fn row(finding: &Finding, seen: &Seen, plan: &Plan) -> Row {
    let (kind, id, name) = match &finding.subject {
        Subject::Account(id) => {
            ("account", id, seen.accounts.of_fact(id).map(|account| account.login.clone()))
        }
        Subject::Template(id) => {
            let template = seen.templates.iter().find(|template| key(&template.key) == *id);
            ("template", id, template.map(|template| template.name.clone()))
        }
    };
    Row {
        kind,
        id: id.clone(),
        severity: finding.severity.name(),
        rule: finding.rule.id().to_owned(),
        name: name.unwrap_or_default(),
        since: finding.since.map(|since| since.to_string()),
        what: finding.rule.words().to_owned(),
        repair: finding.repair.words(),
        repairable: repair::cures(plan, finding, seen),
    }
}

impl Report for AuditReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/audit", 1);

    fn page(&self) -> Page {
        let row = |row: &Row| {
            let since = row.since.as_deref().map(|since| since[..10].to_owned()).unwrap_or_default();
            vec![
                row.severity.to_owned(),
                row.rule.clone(),
                if row.name.is_empty() { row.id.clone() } else { row.name.clone() },
                since,
                row.what.clone(),
                row.repair.to_owned(),
            ]
        };
        let headings = ["Severity", "Rule", "Account", "Since", "What", "Repair"];
        let mut facts = vec![
            ("policy in force for".to_owned(), self.policy_in_force_for.clone()),
            ("note".to_owned(), self.hashes_do_not_tell.to_owned()),
        ];
        facts.extend(
            self.schemes.iter().map(|one| (one.scheme.clone(), format!("{} accounts", one.accounts))),
        );
        if let Some(guessing) = &self.guessing {
            facts.push((
                "guessing".into(),
                format!(
                    "{} guesses, {} guessed, {} tried to the end, {} with guesses left, {} not guessable: {}",
                    guessing.guesses,
                    guessing.guessed,
                    guessing.tried_to_the_end,
                    guessing.left,
                    guessing.not_guessable,
                    guessing.ended
                ),
            ));
        }
        facts.extend(self.left_out.iter().map(|why| ("left out".to_owned(), why.clone())));
        facts.push(("findings".into(), self.rows.len().to_string()));
        Page::default().table(&headings, self.rows.iter().map(row).collect()).facts(facts)
    }
}
