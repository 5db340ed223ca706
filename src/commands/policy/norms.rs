//! What the norms say beside the rules of a policy, and a verdict for each. Told, not preached.

use crate::password::norms::{AGE_NOTE, NORMS, Verdict};
use crate::password::policy::Policy;
use serde::Serialize;

/// What one norm says, and what it makes of the policy.
#[derive(Debug, Serialize)]
pub(super) struct Beside {
    norm: &'static str,
    composition: &'static str,
    age: &'static str,
    storage: &'static str,
    verdict: String,
    source: &'static str,
}

/// The norms beside a policy.
pub(super) fn beside(policy: &Policy) -> Vec<Beside> {
    let beside = |norm: &crate::password::norms::Norm| Beside {
        norm: norm.profile.name(),
        composition: norm.composition,
        age: norm.age,
        storage: norm.storage,
        verdict: in_words(norm.profile.verdict(policy)),
        source: norm.source,
    };
    NORMS.iter().map(beside).collect()
}

fn in_words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Meets => "meets it".into(),
        Verdict::MeetsIf(condition) => format!("meets it if {condition}"),
        Verdict::Differs(how) => format!("differs: {}", how.join(", ")),
        Verdict::Silent => "says nothing about it".into(),
    }
}

impl Beside {
    /// The row of a table.
    pub(super) fn row(&self) -> Vec<String> {
        [self.norm, self.composition, self.age, self.storage, &self.verdict].map(str::to_owned).to_vec()
    }
}

/// Where the table comes from, and why an age is kept.
pub(super) fn notes(beside: &[Beside], policy: &Policy) -> Vec<String> {
    let mut notes: Vec<String> = beside.iter().map(|one| format!("{}: {}", one.norm, one.source)).collect();
    if policy.maximum_age_days.is_some() {
        notes.push(AGE_NOTE.to_owned());
    }
    notes
}

/// A rule's value as people read it.
pub(super) fn value_in_words(word: &str, value: i64) -> String {
    match (word, value) {
        (word, value) if word.starts_with("refuse-") => if value == 0 { "no" } else { "yes" }.into(),
        (_, 0) => "no limit".into(),
        ("minimum-length", value) => format!("{value} characters"),
        ("minimum-classes", value) => format!("{value} of 4"),
        ("temporary-hours", value) => format!("{value} hours"),
        (_, value) => format!("{value} days"),
    }
}
