//! The mildest thing that cures each finding, as one plan.

use super::Seen;
use super::guessing::Guessed;
use crate::accounts::{Account, Deed, Guarantee, Plan, Step};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::policy::tightened;
use crate::fault::Result;
use crate::password::audit::{Finding, Repair, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// What `--repair` does.
pub(super) fn plan(seen: &Seen, guessed: Option<&Guessed>) -> Plan {
    let guarantee = Guarantee::of(&seen.accounts.population);
    let mut deeds: BTreeMap<String, BTreeSet<Deed>> = BTreeMap::new();
    let mut templates = BTreeSet::new();
    for finding in &seen.findings {
        match &finding.subject {
            Subject::Account(key) => {
                let account = seen.accounts.of_key(key);
                let deed = account.and_then(|account| deed(finding.repair, account, guarantee));
                if let Some(deed) = deed {
                    deeds.entry(key.clone()).or_default().insert(deed);
                }
            }
            Subject::Template(key) if finding.repair == Repair::TightenTemplate => {
                templates.insert(key.clone());
            }
            Subject::Template(_) => {}
        }
    }
    for hit in guessed.iter().flat_map(|guessed| &guessed.hits) {
        if guarantee == Guarantee::Flag && !seen.is_asked(&hit.account) {
            deeds.entry(hit.account.clone()).or_default().insert(Deed::ForceChange);
        }
    }
    let step = |(key, deeds): (String, BTreeSet<Deed>)| {
        seen.accounts.of_key(&key).map(|account| Step::new(account, deeds))
    };
    let loose = |template: &&crate::accounts::Template| templates.contains(&template.facts().key);
    Plan {
        steps: deeds.into_iter().filter_map(step).collect(),
        templates: seen
            .templates
            .iter()
            .filter(loose)
            .filter_map(|template| tightened(template, &seen.policy))
            .collect(),
    }
}

/// What a repair does with an account; nothing where only a person can.
pub(super) fn deed(repair: Repair, account: &Account, guarantee: Guarantee) -> Option<Deed> {
    match repair {
        Repair::ForceChange => (guarantee == Guarantee::Flag && account.active).then_some(Deed::ForceChange),
        Repair::ExpireTemporary => Some(Deed::ExpireTemporary),
        // Without a password beside it, the code is how its owner gets in.
        Repair::EmptyCode => account.hash.is_some().then_some(Deed::EmptyCode),
        Repair::EndSessions => Some(Deed::EndSessions),
        Repair::EndExemption => Some(Deed::LetExpire),
        Repair::Waiting | Repair::TightenTemplate | Repair::Person => None,
    }
}

/// What is done where this CRM cannot be told to ask for another password.
const BY_HAND: &str = "nothing: hand out a temporary one";

/// Whether a repair does something about a finding, and what, in words.
pub(super) fn about(finding: &Finding, seen: &Seen) -> (bool, &'static str) {
    let does = match &finding.subject {
        Subject::Account(key) => {
            let guarantee = Guarantee::of(&seen.accounts.population);
            let account = seen.accounts.of_key(key);
            account.and_then(|account| deed(finding.repair, account, guarantee)).is_some()
        }
        Subject::Template(key) if finding.repair == Repair::TightenTemplate => {
            let template = seen.templates.iter().find(|template| template.facts().key == *key);
            template.and_then(|template| tightened(template, &seen.policy)).is_some()
        }
        Subject::Template(_) => false,
    };
    let words = match (does, finding.repair) {
        (true, repair) | (false, repair @ (Repair::Waiting | Repair::Person)) => repair.words(),
        (false, Repair::ForceChange | Repair::EmptyCode) => BY_HAND,
        (false, _) => Repair::Person.words(),
    };
    (does, words)
}

/// The same for an account whose password was guessed.
pub(super) fn about_hit(key: &str, seen: &Seen) -> (bool, &'static str) {
    match (seen.is_asked(key), Guarantee::of(&seen.accounts.population)) {
        (true, _) => (false, Repair::Waiting.words()),
        (false, Guarantee::Flag) => (true, Repair::ForceChange.words()),
        (false, _) => (false, BY_HAND),
    }
}

/// The accounts whose owners the plan has change the password.
pub(super) fn forced(plan: &Plan) -> BTreeSet<String> {
    let steps = plan.steps.iter().filter(|step| step.deeds.contains(&Deed::ForceChange));
    steps.map(|step| crate::commands::handout::key(&step.account.key)).collect()
}

/// Confirms and carries the plan out.
pub(super) fn carry_out(plan: &Plan, context: &Context, desk: &mut Desk, seen: &Seen) -> Result<()> {
    let count = plan.steps.len() + plan.templates.len();
    let question = format!("Type {count} to repair {count} accounts and templates");
    context.ui.confirm_by_typing(&question, &count.to_string())?;
    desk.carry_out("audit repair", &seen.accounts.population, plan, || Ok(())).map(drop)
}
