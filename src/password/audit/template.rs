//! The checks on user templates: what they allow that the policy forbids.

use super::{Finding, Rule, Standard, Subject, TemplateFacts};
use crate::password::scheme::{Scheme, recognise};

pub(super) fn check(template: &TemplateFacts, standard: &Standard<'_>, findings: &mut Vec<Finding>) {
    let mut note = |rule: Rule| {
        let subject = Subject::Template(template.key.clone());
        findings.push(Finding {
            severity: rule.severity(),
            rule,
            subject,
            since: None,
            repair: rule.repair(),
        });
    };
    let shares =
        |stored: &str| !matches!(recognise(stored, standard.hints), Scheme::Nothing | Scheme::Locked);
    if template.stored.as_deref().is_some_and(shares) {
        note(Rule::TemplatePassword);
    }
    let Some(policy) = standard.policy else { return };
    let less = |given: Option<u32>, least: usize| given.is_some_and(|given| (given as usize) < least);
    // In a template, an age of 0 means never.
    let older = policy
        .maximum_age_days
        .zip(template.maximum_age_days)
        .is_some_and(|(most, age)| age == 0 || age > most);
    let checks = [
        (less(template.minimum_length, policy.minimum_length), Rule::TemplateLength),
        (less(template.minimum_classes, policy.minimum_classes), Rule::TemplateClasses),
        (older, Rule::TemplateAge),
        (template.must_change == Some(false), Rule::TemplateNoChange),
        (
            template.never_expires == Some(true) && policy.maximum_age_days.is_some(),
            Rule::TemplateNeverExpires,
        ),
    ];
    checks.into_iter().filter(|(is, _)| *is).for_each(|(_, rule)| note(rule));
}
