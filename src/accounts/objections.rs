//! The policy of a database in the words of the password room, and what it has against a new password.

use super::account::Account;
use super::password::hints;
use super::policy::{Policy, Rules};
use crate::password::policy as checks;
use crate::schema::Accounts as Population;
use crate::secret::Secret;

impl Rules {
    /// The rules as the password room checks them.
    pub fn checks(&self) -> checks::Policy {
        let count = |word: &str| usize::try_from(self.get(word)).unwrap_or_default();
        let days = |word: &str| u32::try_from(self.get(word)).unwrap_or_default();
        let usual = checks::Policy::default();
        checks::Policy {
            minimum_length: count("minimum-length"),
            minimum_classes: count("minimum-classes"),
            maximum_age_days: Some(days("maximum-age-days")).filter(|days| *days > 0),
            temporary_hours: Some(days("temporary-hours"))
                .filter(|hours| *hours > 0)
                .unwrap_or(usual.temporary_hours),
            refuse_login: self.is_on("refuse-login"),
            refuse_names: self.is_on("refuse-company-name"),
            refuse_common: self.is_on("refuse-common"),
            refuse_current: usual.refuse_current,
        }
    }
}

/// Every reason why the policy refuses a password for somebody of this login and these names.
pub fn objections(policy: &Policy, login: &str, names: &[String], password: &Secret) -> Vec<String> {
    let who = checks::Who { login, names, company: &policy.organisation, current: None };
    let reasons = policy.rules.checks().reasons_against(password, &who);
    reasons.iter().map(ToString::to_string).collect()
}

/// As [`objections`], for an account that has a password, which must not be taken again.
pub fn objections_of(
    policy: &Policy,
    account: &Account,
    population: &Population,
    password: &Secret,
) -> Vec<String> {
    let hints = hints(population);
    let names: Vec<String> = account.name.iter().cloned().collect();
    let current = account.hash.as_ref().map(|hash| (hash.expose(), &hints));
    let who = checks::Who { login: &account.login, names: &names, company: &policy.organisation, current };
    let reasons = policy.rules.checks().reasons_against(password, &who);
    reasons.iter().map(ToString::to_string).collect()
}
