//! The password policy of a database: where it lives, whether it is in force, and for whom.

use super::account::{Account, Accounts};
use super::flag::text;
use super::lookup::office;
use crate::fault::{Fault, Result};
use crate::reference;
use crate::schema::{AccountRoles, PolicyPlace};
use crate::state::State;
use crate::store::{Snapshot, Transaction, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The file in the state folder, for databases that have no place for a policy.
const FILE: &str = "policy.json";

/// The words of the rules with the largest value of each. A 0 asks for nothing.
pub const WORDS: [(&str, i64); 8] = [
    ("minimum-length", 1_024),
    ("minimum-classes", 4),
    ("maximum-age-days", 36_500),
    ("temporary-hours", 8_760),
    ("refuse-login", 1),
    ("refuse-company-name", 1),
    ("refuse-common", 1),
    ("dormant-days", 36_500),
];

/// The rules, by their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules(BTreeMap<String, i64>);

impl Default for Rules {
    /// Those of a new database.
    fn default() -> Self {
        let rule = |(name, value): &(&str, &str)| {
            let word = name.strip_prefix("password.").unwrap_or(name).to_owned();
            (word, value.parse().unwrap_or_default())
        };
        Rules(reference::POLICY.iter().map(rule).collect())
    }
}

impl Rules {
    /// The value of a rule; 0 asks for nothing.
    pub fn get(&self, word: &str) -> i64 {
        self.0.get(word).copied().unwrap_or_default()
    }

    /// Whether a rule that is on or off is on.
    pub fn is_on(&self, word: &str) -> bool {
        self.get(word) != 0
    }

    /// Sets a rule.
    ///
    /// # Errors
    /// Usage for an unknown word or a value that is out of bounds.
    pub fn set(&mut self, word: &str, value: i64) -> Result<()> {
        let known = WORDS.iter().find(|(known, _)| *known == word);
        let Some((_, most)) = known else {
            let words = WORDS.iter().map(|(word, _)| (*word).to_owned());
            return Err(Fault::usage(format!("there is no rule {word}")).details(words).into());
        };
        if !(0..=*most).contains(&value) {
            return Err(Fault::usage(format!("{word} is a number from 0 to {most}")).into());
        }
        self.0.insert(word.to_owned(), value);
        Ok(())
    }

    /// Every rule with its value, in the order of [`WORDS`].
    pub fn all(&self) -> impl Iterator<Item = (&'static str, i64)> + '_ {
        WORDS.iter().map(|(word, _)| (*word, self.get(word)))
    }
}

/// For whom the policy is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scope {
    /// For everybody.
    pub everybody: bool,
    /// For these accounts, as the ledger names them.
    #[serde(default)]
    pub accounts: BTreeSet<String>,
    /// For the accounts made from these templates, by population and key.
    #[serde(default)]
    pub templates: BTreeSet<String>,
}

impl Scope {
    /// Whether it is in force for nobody.
    pub fn is_nobody(&self) -> bool {
        !self.everybody && self.accounts.is_empty() && self.templates.is_empty()
    }

    /// Whether it is in force for an account and what that was made from.
    pub fn covers(&self, account: &str, template: Option<&str>) -> bool {
        self.everybody
            || self.accounts.contains(account)
            || template.is_some_and(|template| self.templates.contains(template))
    }

    /// The scope in words.
    pub fn words(&self) -> String {
        match (self.everybody, self.accounts.len(), self.templates.len()) {
            (true, _, _) => "everybody".into(),
            (false, 0, 0) => "nobody: no policy has been applied".into(),
            (false, accounts, templates) => format!("{accounts} accounts and {templates} templates"),
        }
    }
}

/// The policy of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Policy {
    /// The rules.
    pub rules: Rules,
    /// For whom they are in force.
    pub scope: Scope,
    /// The organisation's own names, which no password may hold.
    #[serde(skip)]
    pub organisation: Vec<String>,
}

impl Policy {
    /// Whether it is in force for an account.
    pub fn covers(&self, accounts: &Accounts, account: &Account) -> bool {
        let template = account.template.as_ref().and_then(|key| text(key.borrow()));
        let template = template.map(|key| format!("{}:{key}", accounts.name()));
        self.scope.covers(&accounts.ledger_name(account), template.as_deref())
    }

    /// The oldest password that it allows an account, in days; `None` for any, and where it is not in force.
    pub fn oldest(&self, accounts: &Accounts, account: &Account) -> Option<i64> {
        let days = self.rules.get("maximum-age-days");
        (days > 0 && self.covers(accounts, account)).then_some(days)
    }
}

/// Reads the policy: from the database where the map has a place for it and it was applied there, else from the state
/// folder, else the usual rules, in force for nobody.
///
/// # Errors
/// Damaged when the file of the state folder cannot be understood.
pub fn read(snapshot: &mut dyn Snapshot, roles: &AccountRoles, state: Option<&State>) -> Result<Policy> {
    let mut policy = match state.map(|state| state.read(FILE)).transpose()?.flatten() {
        Some(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| Fault::damaged(format!("the state's {FILE} cannot be understood: {error}")))?,
        None => Policy::default(),
    };
    policy.organisation = office(snapshot, roles)?.names;
    let Some(place) = &roles.policy else { return Ok(policy) };
    let settings = settings(snapshot, place)?;
    let mut there = false;
    for (word, most) in WORDS {
        let stored = settings.get(&format!("{}{word}", place.prefix)).and_then(|value| value.parse().ok());
        if let Some(value) = stored {
            there = true;
            policy.rules.set(word, i64::clamp(value, 0, most))?;
        }
    }
    policy.scope.everybody |= there;
    Ok(policy)
}

fn settings(snapshot: &mut dyn Snapshot, place: &PolicyPlace) -> Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    snapshot.scan(&place.table, &[&place.name, &place.value], &mut |row| {
        if let (Some(name), Some(value)) = (text(row[0]), text(row[1])) {
            settings.insert(name, value);
        }
        Ok(())
    })?;
    Ok(settings)
}

/// Whether the rules of a policy stand in the database itself.
pub fn is_in_the_database(roles: &AccountRoles, policy: &Policy) -> bool {
    roles.policy.is_some() && policy.scope.everybody
}

/// Writes the rules into the database; returns how many of them changed.
///
/// # Errors
/// When a row cannot be written.
pub fn write_to_database(
    transaction: &mut dyn Transaction,
    place: &PolicyPlace,
    rules: &Rules,
) -> Result<u64> {
    let before = settings(transaction, place)?;
    let mut changed = 0;
    for (word, value) in rules.all() {
        let name = format!("{}{word}", place.prefix);
        let value = value.to_string();
        match before.get(&name) {
            Some(known) if *known == value => continue,
            Some(_) => {
                let set = [(place.value.as_str(), Value::from(value))];
                transaction.update(&place.table, &set, &[(&place.name, Value::from(name))])?;
            }
            None => {
                let row = [Value::from(name), Value::from(value)];
                transaction.insert(
                    &place.table,
                    &[&place.name, &place.value],
                    &[row[0].borrow(), row[1].borrow()],
                )?;
            }
        }
        changed += 1;
    }
    Ok(changed)
}

/// Writes a policy into the state folder.
///
/// # Errors
/// Unfinished when it cannot be written.
pub fn write_to_state(state: &State, policy: &Policy) -> Result<()> {
    state.replace(FILE, &serde_json::to_vec_pretty(policy)?)
}
