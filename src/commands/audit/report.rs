//! What an audit tells: one finding a line.

use super::guessing::Guessed;
use super::overview::Overview;
use super::{Seen, repair};
use crate::commands::handout::key;
use crate::password::audit::{Finding, Subject, generations};
use crate::password::norms::BLIND_SPOTS;
use crate::ui::{Page, Report};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What `audit` found.
#[derive(Debug, Serialize)]
pub(super) struct AuditReport {
    policy_in_force_for: String,
    hashes_do_not_tell: &'static str,
    accounts: usize,
    administrators: usize,
    /// Administrators who can log in.
    able_administrators: usize,
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
    /// Of what family the guess was.
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'static str>,
    /// The account's login or the template's name.
    name: String,
    since: Option<String>,
    what: String,
    repair: &'static str,
    /// Whether `--repair` does something about it.
    repairable: bool,
}

impl AuditReport {
    pub(super) fn new(seen: &Seen, guessed: Option<&Guessed>, now: Timestamp) -> Self {
        let hints = crate::accounts::hints(&seen.accounts.population);
        let schemes = generations(&seen.accounts.facts(), &hints);
        let mut rows = hits(seen, guessed);
        rows.extend(seen.findings.iter().map(|finding| row(finding, seen)));
        AuditReport {
            policy_in_force_for: seen.policy.scope.words(),
            hashes_do_not_tell: BLIND_SPOTS,
            accounts: seen.accounts.all.len(),
            administrators: seen.accounts.all.iter().filter(|account| account.administrator).count(),
            able_administrators: seen.accounts.able_administrators(now),
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
            family: None,
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
        let account = seen.accounts.of_key(&hit.account);
        let asked = seen.is_asked(&hit.account);
        let (repairable, repair) = repair::about_hit(&hit.account, seen);
        Row {
            kind: "account",
            id: hit.account.clone(),
            severity: if asked { "information" } else { "high" },
            rule: "password.guessed".to_owned(),
            family: Some(hit.family.name()),
            name: account.map(|account| account.login.clone()).unwrap_or_default(),
            since: account.and_then(|account| account.changed_at).map(|since| since.to_string()),
            what: format!("the password was guessed: {}", hit.family.words()),
            repair,
            repairable,
        }
    })
    .collect()
}

fn row(finding: &Finding, seen: &Seen) -> Row {
    let (kind, id, name) = match &finding.subject {
        Subject::Account(id) => {
            ("account", id, seen.accounts.of_key(id).map(|account| account.login.clone()))
        }
        Subject::Template(id) => {
            let template = seen.templates.iter().find(|template| key(&template.key) == *id);
            ("template", id, template.map(|template| template.name.clone()))
        }
    };
    let (repairable, repair) = repair::about(finding, seen);
    Row {
        kind,
        id: id.clone(),
        severity: finding.severity.name(),
        rule: finding.rule.id().to_owned(),
        family: None,
        name: name.unwrap_or_default(),
        since: finding.since.map(|since| since.to_string()),
        what: finding.rule.words().to_owned(),
        repair,
        repairable,
    }
}

impl Report for AuditReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/audit", 1);

    /// The policy first, then a line for each finding, then what the rules mean.
    fn page(&self) -> Page {
        let row = |row: &Row| {
            let since = row.since.as_deref().map(|since| since[..10].to_owned()).unwrap_or_default();
            let name = if row.name.is_empty() { &row.id } else { &row.name };
            let cells = [row.severity, &row.shown_rule(), name, &since, row.repair];
            cells.map(str::to_owned).to_vec()
        };
        let meaning: BTreeMap<String, &str> =
            self.rows.iter().map(|row| (row.shown_rule(), row.what.as_str())).collect();
        let meaning = meaning.into_iter().map(|(rule, what)| vec![rule, what.to_owned()]);
        Page::default()
            .facts([
                ("policy in force for", self.policy_in_force_for.as_str()),
                ("note", self.hashes_do_not_tell),
            ])
            .table(&["Severity", "Rule", "Account", "Since", "Repair"], self.rows.iter().map(row).collect())
            .table(&["Rule", "What it found"], meaning.collect())
            .facts(self.counts())
    }
}

impl Row {
    /// The rule as the table shows it.
    fn shown_rule(&self) -> String {
        let family = self.family.map(|family| format!(": {family}")).unwrap_or_default();
        format!("{}{family}", self.rule)
    }
}

impl AuditReport {
    fn counts(&self) -> Vec<(String, String)> {
        let administrators =
            format!("{}, of whom {} can log in", self.administrators, self.able_administrators);
        let mut counts = vec![
            ("accounts".to_owned(), self.accounts.to_string()),
            ("administrators".to_owned(), administrators),
        ];
        let stored = |one: &Stored| (one.scheme.clone(), format!("{} accounts", one.accounts));
        counts.extend(self.schemes.iter().map(stored));
        counts.extend(self.guessing.iter().map(|guessing| ("guessing".to_owned(), guessing.words())));
        counts.extend(self.left_out.iter().map(|why| ("left out".to_owned(), why.clone())));
        counts.push(("findings".into(), self.rows.len().to_string()));
        counts
    }
}

impl Guessing {
    fn words(&self) -> String {
        format!(
            "{} guesses, {} guessed, {} tried to the end, {} with guesses left, {} not guessable: {}",
            self.guesses, self.guessed, self.tried_to_the_end, self.left, self.not_guessable, self.ended
        )
    }
}
