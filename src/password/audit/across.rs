//! The checks that hold accounts against each other and against their templates.

use super::{AccountFacts, Finding, Rule, Standard, TemplateFacts, on_account};
use crate::password::scheme::{Scheme, Shortcoming, recognise, weaknesses};
use std::collections::{HashMap, HashSet};
use std::hash::Hash as Key;

pub(super) fn check(
    accounts: &[AccountFacts],
    templates: &[TemplateFacts],
    standard: &Standard<'_>,
    findings: &mut Vec<Finding>,
) {
    // Nobody logs in to a disabled account, but whoever knows its password may know its twin's.
    let prints: Vec<Option<Print>> =
        accounts.iter().map(|account| print(account.stored.as_deref()?, standard)).collect();
    let of_templates: HashSet<Vec<u8>> = templates
        .iter()
        .filter_map(|template| print(template.stored.as_deref()?, standard))
        .map(|print| print.whole)
        .collect();
    let by_key: HashMap<&str, &Print> = accounts
        .iter()
        .zip(&prints)
        .filter_map(|(account, print)| Some((&*account.key, print.as_ref()?)))
        .collect();
    let hashes = counted(prints.iter().flatten().map(|print| &print.whole));
    let salts = counted(distinct(&prints));
    let emails = counted(accounts.iter().filter_map(email));
    for (account, print) in accounts.iter().zip(&prints) {
        if account.active == Some(false) {
            continue;
        }
        let mut note = |rule| findings.push(on_account(account, rule, account.changed_at.flatten()));
        if let Some(print) = print {
            let parent = account.template.as_deref().filter(|key| *key != account.key);
            let parent =
                parent.and_then(|key| by_key.get(key)).is_some_and(|parent| parent.whole == print.whole);
            if parent || of_templates.contains(&print.whole) {
                note(Rule::TemplateHash);
            }
            if hashes[&print.whole] > 1 {
                note(Rule::SharedHash);
            }
            if print.salt.as_ref().is_some_and(|salt| salts[salt] > 1) {
                note(Rule::SharedSalt);
            }
        }
        if email(account).is_some_and(|email| emails[&email] > 1) {
            findings.push(on_account(account, Rule::SameEmail, None));
        }
    }
}

/// What of a stored string may be equal to another's.
struct Print {
    whole: Vec<u8>,
    /// A salt of its own; `None` where there is none or one for everybody, which has a rule of its own.
    salt: Option<Vec<u8>>,
}

fn print(stored: &str, standard: &Standard<'_>) -> Option<Print> {
    let scheme = recognise(stored, standard.hints);
    match &scheme {
        Scheme::Nothing | Scheme::Locked => None,
        Scheme::Known(hash) => {
            let own = standard.hints.site_salt.is_none()
                && !weaknesses(&scheme).iter().any(|weakness| weakness.shortcoming == Shortcoming::Unsalted);
            let salt = own.then(|| hash.recipe().salt().to_vec());
            Some(Print { whole: hash.fingerprint(), salt })
        }
        _ => Some(Print { whole: stored.as_bytes().to_vec(), salt: None }),
    }
}

/// Each salt once for every different hash that has it: a copied row is one case, not two.
fn distinct(prints: &[Option<Print>]) -> impl Iterator<Item = &Vec<u8>> {
    let mut seen = HashSet::new();
    prints
        .iter()
        .flatten()
        .filter(move |print| seen.insert(&print.whole))
        .filter_map(|print| print.salt.as_ref())
}

fn email(account: &AccountFacts) -> Option<String> {
    let active = account.active != Some(false);
    account
        .email
        .as_deref()
        .filter(|_| active)
        .map(|email| email.trim().to_lowercase())
        .filter(|email| !email.is_empty())
}

fn counted<T: Key + Eq>(items: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    counts
}
