//! The checks that look at one account alone.

use super::{AccountFacts, Finding, Rule, Standard, on_account};
use crate::password::scheme::{Scheme, recognise, weaknesses};
use jiff::{SignedDuration, Timestamp};

/// Logins that say what somebody does, not who it is.
const GENERIC: [&str; 16] = [
    "admin",
    "administrateur",
    "administrator",
    "root",
    "test",
    "demo",
    "compta",
    "accueil",
    "support",
    "commercial",
    "direction",
    "stagiaire",
    "user",
    "info",
    "contact",
    "service",
];

pub(super) fn check(account: &AccountFacts, standard: &Standard<'_>, findings: &mut Vec<Finding>) {
    let mut note = |rule, since| findings.push(on_account(account, rule, since));
    storage(account, standard, &mut note);
    if account.code_in_clear == Some(true) {
        note(Rule::CodeInClear, None);
    }
    if account.active == Some(false) {
        disabled(account, &mut note);
        return;
    }
    age(account, standard, &mut note);
    temporary(account, standard, &mut note);
    presence(account, standard, &mut note);
}

type Note<'a> = dyn FnMut(Rule, Option<Timestamp>) + 'a;

/// How the password is stored. Of a disabled account only what gives the password away, as it may serve elsewhere.
fn storage(account: &AccountFacts, standard: &Standard<'_>, note: &mut Note<'_>) {
    let Some(stored) = &account.stored else { return };
    let active = account.active != Some(false);
    let scheme = recognise(stored, standard.hints);
    let rule = match &scheme {
        Scheme::ClearText => Some(Rule::ClearText),
        Scheme::Reversible => Some(Rule::Reversible),
        Scheme::Nothing if active => Some(Rule::NoPassword),
        Scheme::Locked if active => Some(Rule::Locked),
        Scheme::Broken(_) if active => Some(Rule::Broken),
        Scheme::Absurd(_) if active => Some(Rule::Absurd),
        Scheme::Unknown if active => Some(Rule::Unknown),
        _ => None,
    };
    let since = account.changed_at.flatten();
    rule.into_iter().for_each(|rule| note(rule, since));
    if standard.shipped.contains(stored) {
        note(Rule::ShippedHash, since);
    }
    if active {
        weaknesses(&scheme).into_iter().for_each(|weakness| note(weakness.shortcoming.into(), since));
    }
}

fn disabled(account: &AccountFacts, note: &mut Note<'_>) {
    let administrator = account.administrator == Some(true);
    match account.has_session {
        Some(true) if administrator => note(Rule::DisabledAdministratorSession, None),
        Some(true) => note(Rule::DisabledSession, None),
        _ => {}
    }
    if administrator {
        note(Rule::DisabledAdministrator, None);
    }
}

fn age(account: &AccountFacts, standard: &Standard<'_>, note: &mut Note<'_>) {
    let has_password = account.stored.as_deref().is_none_or(|stored| !stored.trim().is_empty());
    let Some(policy) = standard.policy else { return untouched(account, standard, has_password, note) };
    if account.never_expires == Some(true) && policy.maximum_age_days.is_some() {
        note(Rule::NeverExpires, None);
    }
    if let Some(Some(changed)) = account.changed_at
        && has_password
        && policy.is_too_old(changed, standard.as_of)
    {
        note(Rule::TooOld, Some(changed));
    }
    untouched(account, standard, has_password, note);
}

/// Never changed since the account was made, or changed at a time that has not come.
fn untouched(account: &AccountFacts, standard: &Standard<'_>, has_password: bool, note: &mut Note<'_>) {
    let temporary = account.temporary_until.is_some();
    match account.changed_at {
        Some(Some(changed)) if changed > standard.as_of => note(Rule::ChangedInFuture, Some(changed)),
        Some(None) if has_password && !temporary => note(Rule::NeverChanged, account.created_at),
        Some(changed @ Some(_)) if changed == account.created_at && has_password && !temporary => {
            note(Rule::NeverChanged, account.created_at);
        }
        _ => {}
    }
}

fn temporary(account: &AccountFacts, standard: &Standard<'_>, note: &mut Note<'_>) {
    let forced = account.must_change == Some(true);
    if let Some(until) = account.temporary_until {
        if account.must_change == Some(false) {
            note(Rule::TemporaryUnforced, None);
        }
        if until < standard.as_of {
            note(Rule::TemporaryOver, Some(until));
        } else if forced {
            note(Rule::TemporaryRunning, None);
        }
    } else if forced {
        // Asked for, and no login since: after as long as a password may live, somebody should ask why.
        let days =
            standard.policy.and_then(|policy| policy.maximum_age_days).unwrap_or(standard.dormant_days);
        if let Some(Some(changed)) = account.changed_at
            && is_before(changed, standard.as_of, days.saturating_mul(2))
        {
            note(Rule::ChangePending, Some(changed));
        }
    }
}

fn presence(account: &AccountFacts, standard: &Standard<'_>, note: &mut Note<'_>) {
    let administrator = account.administrator == Some(true);
    let long_ago = |moment| is_before(moment, standard.as_of, standard.dormant_days);
    match account.last_login {
        Some(Some(last)) if long_ago(last) && administrator => note(Rule::DormantAdministrator, Some(last)),
        Some(Some(last)) if long_ago(last) => note(Rule::Dormant, Some(last)),
        Some(None) if account.created_at.is_some_and(long_ago) => note(Rule::NeverUsed, account.created_at),
        _ => {}
    }
    let has_password = account.stored.as_deref().is_some_and(|stored| !stored.trim().is_empty());
    match account.second_factor {
        Some(false) if administrator => note(Rule::AdministratorSingleFactor, None),
        Some(false) if account.service != Some(true) => note(Rule::SingleFactor, None),
        _ => {}
    }
    if account.service == Some(true) && has_password {
        note(Rule::ServicePassword, None);
    }
    let generic = |login: &String| GENERIC.contains(&login.to_lowercase().as_str());
    if administrator && account.login.as_ref().is_some_and(generic) {
        note(Rule::GenericAdministrator, None);
    }
    if account.email.as_deref().is_some_and(|email| email.trim().is_empty()) {
        note(Rule::NoEmail, None);
    }
}

fn is_before(moment: Timestamp, as_of: Timestamp, days: u32) -> bool {
    as_of.duration_since(moment) > SignedDuration::from_hours(24 * i64::from(days))
}
