//! What an audit finds without guessing: pure checks on what a map can tell of accounts and of user templates.
//!
//! Each fact may be unknown, because a CRM keeps none or its map names none; what is unknown is no finding. A disabled
//! account is no finding for age or dormancy, as nobody logs in with it.

mod account;
mod across;
mod rule;
mod template;

#[cfg(test)]
mod tests;

pub use crate::severity::Severity;
pub use rule::{Repair, Rule};

use super::policy::Policy;
use super::scheme::{Hints, recognise};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is known of one account. It has no `Debug`: a stored string may be a password in clear.
#[derive(Clone, Default)]
pub struct AccountFacts {
    /// The account's key. Findings name it, never the login.
    pub key: String,
    /// What is typed to log in.
    pub login: Option<String>,
    /// The e-mail address; `Some("")` where the column is mapped and empty.
    pub email: Option<String>,
    /// What is stored for the password, `Some("")` for nothing; `None` where no column is mapped.
    pub stored: Option<String>,
    /// Whether it may log in.
    pub active: Option<bool>,
    /// Whether it is an administrator.
    pub administrator: Option<bool>,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// When the password was last changed, where that is kept: `Some(None)` means never.
    pub changed_at: Option<Option<Timestamp>>,
    /// Whether the password must be replaced at the next login.
    pub must_change: Option<bool>,
    /// Until when a temporary password holds, if the current one is temporary.
    pub temporary_until: Option<Timestamp>,
    /// Whether a temporary password or reset code is stored in clear.
    pub code_in_clear: Option<bool>,
    /// Whether the password is exempt from ageing.
    pub never_expires: Option<bool>,
    /// Whether a second factor is asked for at the login.
    pub second_factor: Option<bool>,
    /// Whether it belongs to a program, not to a person.
    pub service: Option<bool>,
    /// When it last logged in, where that is kept: `Some(None)` means never.
    pub last_login: Option<Option<Timestamp>>,
    /// Whether it has a session, token or device.
    pub has_session: Option<bool>,
    /// The key of the template or account it was made from.
    pub template: Option<String>,
}

/// What is known of one user template. No `Debug`, for the same reason.
#[derive(Clone, Default)]
pub struct TemplateFacts {
    /// Its key.
    pub key: String,
    /// What is stored for the password that newcomers get.
    pub stored: Option<String>,
    /// The least number of characters.
    pub minimum_length: Option<u32>,
    /// The least number of classes.
    pub minimum_classes: Option<u32>,
    /// The age at which a password ends, in days; `Some(0)` for never.
    pub maximum_age_days: Option<u32>,
    /// Whether newcomers must replace the password at their first login.
    pub must_change: Option<bool>,
    /// Whether newcomers are exempt from ageing.
    pub never_expires: Option<bool>,
}

/// What the facts are held against.
pub struct Standard<'a> {
    /// The policy that is applied; `None` where none is, and then nothing is held against age or templates.
    pub policy: Option<&'a Policy>,
    /// What the map says of the column of hashes.
    pub hints: &'a Hints,
    /// The hashes that the CRM comes with.
    pub shipped: &'a [String],
    /// The moment of the audit.
    pub as_of: Timestamp,
    /// An account is dormant after so many days without a login.
    pub dormant_days: u32,
}

/// The days after which an account counts as dormant, where nobody says otherwise.
pub const DORMANT_DAYS: u32 = 180;

/// Whose finding it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The account with this key.
    Account(String),
    /// The template with this key.
    Template(String),
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is; no more than information while its owner is already made to change the password.
    pub severity: Severity,
    /// Which rule.
    pub rule: Rule,
    /// Whose.
    pub subject: Subject,
    /// Since when, where that can be told.
    pub since: Option<Timestamp>,
    /// The mildest thing that cures it.
    pub repair: Repair,
}

/// All findings: the worst first, then by account and rule.
pub fn findings(
    accounts: &[AccountFacts],
    templates: &[TemplateFacts],
    standard: &Standard<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for account in accounts {
        account::check(account, standard, &mut findings);
    }
    across::check(accounts, templates, standard, &mut findings);
    for template in templates {
        template::check(template, standard, &mut findings);
    }
    findings.sort_by(|one, other| {
        (other.severity, &one.subject, one.rule).cmp(&(one.severity, &other.subject, other.rule))
    });
    findings
}

/// How many accounts are stored in which way: the generations that live side by side, the largest first.
pub fn generations(accounts: &[AccountFacts], hints: &Hints) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for stored in accounts.iter().filter_map(|account| account.stored.as_deref()) {
        *counts.entry(recognise(stored, hints).label()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// A finding on an account. Where the owner must change the password anyway, what that cures is on its way.
fn on_account(account: &AccountFacts, rule: Rule, since: Option<Timestamp>) -> Finding {
    let waiting = rule.repair() == Repair::ForceChange && account.must_change == Some(true);
    Finding {
        severity: if waiting { Severity::Information } else { rule.severity() },
        rule,
        subject: Subject::Account(account.key.clone()),
        since,
        repair: if waiting { Repair::Waiting } else { rule.repair() },
    }
}
