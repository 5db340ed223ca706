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
                let account = seen.accounts.of_fact(key);
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
        seen.accounts.of_fact(&key).map(|account| Step::new(account, deeds))
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

/// Whether the plan does something about a finding.
pub(super) fn cures(plan: &Plan, finding: &Finding, seen: &Seen) -> bool {
    let guarantee = Guarantee::of(&seen.accounts.population);
    match &finding.subject {
        Subject::Account(key) => seen
            .accounts
            .of_fact(key)
            .is_some_and(|account| deed(finding.repair, account, guarantee).is_some()),
        Subject::Template(key) => {
            finding.repair == Repair::TightenTemplate
                && plan.templates.iter().any(|step| step.template.facts().key == *key)
        }
    }
}

/// Whether the plan has the owner of an account change the password.
pub(super) fn forces(plan: &Plan, key: &str) -> bool {
    plan.steps.iter().any(|step| {
        crate::commands::handout::key(&step.account.key) == key && step.deeds.contains(&Deed::ForceChange)
    })
}

/// Confirms and carries the plan out.
pub(super) fn carry_out(plan: &Plan, context: &Context, desk: &mut Desk, seen: &Seen) -> Result<()> {
    let count = plan.steps.len() + plan.templates.len();
    let question = format!("Type {count} to repair {count} accounts and templates");
    context.ui.confirm_by_typing(&question, &count.to_string())?;
    desk.carry_out("audit repair", &seen.accounts.population, plan, || Ok(())).map(drop)
}
