//! Accounts and templates as the facts that an audit looks at.

use super::account::{Account, Accounts};
use super::flag::text;
use super::template::Template;
use crate::password::audit::{AccountFacts, TemplateFacts};
use crate::schema::Accounts as Population;
use crate::secret::Secret;
use crate::store::Value;
use jiff::Timestamp;

fn key(value: &Value) -> String {
    text(value.borrow()).unwrap_or_default()
}

fn stored(secret: Option<&Secret>) -> String {
    secret.map(|secret| secret.expose().to_owned()).unwrap_or_default()
}

impl Accounts {
    /// What an audit looks at, of every account.
    pub fn facts(&self) -> Vec<AccountFacts> {
        self.all.iter().map(|account| facts(account, &self.population)).collect()
    }
}

fn facts(account: &Account, population: &Population) -> AccountFacts {
    let mapped = |column: &Option<String>, moment: Option<Timestamp>| column.as_ref().map(|_| moment);
    let clear = population.temporary.as_ref().is_some_and(|temporary| temporary.clear);
    AccountFacts {
        key: key(&account.key),
        login: Some(account.login.clone()),
        email: population.email.as_ref().map(|_| account.email.clone().unwrap_or_default()),
        stored: population.hash.as_ref().map(|_| stored(account.hash.as_ref())),
        active: Some(account.active),
        administrator: population.administrator.as_ref().map(|_| account.administrator),
        created_at: account.created_at,
        changed_at: mapped(&population.changed_at, account.changed_at),
        must_change: account.must_change,
        temporary_until: account.temporary_until,
        code_in_clear: population.temporary.as_ref().map(|_| clear && account.temporary.is_some()),
        never_expires: account.never_expires,
        second_factor: account.second_factor,
        service: account.service,
        last_login: mapped(&population.last_login, account.last_login),
        has_session: Some(account.sessions > 0),
        template: account.template.as_ref().map(key),
    }
}

impl Template {
    /// What an audit looks at.
    pub fn facts(&self) -> TemplateFacts {
        let small = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        TemplateFacts {
            key: key(&self.key),
            stored: Some(stored(self.hash.as_ref())),
            minimum_length: small(self.rules.minimum_length),
            minimum_classes: small(self.rules.minimum_classes),
            maximum_age_days: small(self.rules.maximum_age_days),
            must_change: self.rules.must_change,
            never_expires: self.rules.never_expires,
        }
    }
}
