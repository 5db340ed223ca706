//! The technician's account: an administrator's row that is given another login and a new password.

use super::moment;
use crate::fault::{Fault, Result};
use crate::masking::decider_text;
use crate::schema::{AccountName, Accounts, Administrator, CompleteMap, HashColumn, MustChange};
use crate::store::{Snapshot, Transaction, Value, ValueRef};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The one scheme that this version makes, in the word of a map.
const SCHEME: &str = "argon2id";

/// The account that becomes the technician's. Nothing is changed before [`Account::give`].
///
/// It is the first active administrator by key, else the first administrator: an account of the CRM's own, with all
/// that the CRM ties to one, which a new row would lack.
pub struct Account<'a> {
    map: &'a CompleteMap,
    accounts: &'a Accounts,
    hash: &'a HashColumn,
    key: Value,
    old_login: Value,
}

impl<'a> Account<'a> {
    /// Chooses the account that will be called `login`.
    ///
    /// # Errors
    /// Refused when the map knows no administrators, none is there, the CRM reads no hash that this version makes, or
    /// another account has the login already.
    pub fn choose(map: &'a CompleteMap, data: &mut dyn Snapshot, login: &str) -> Result<Self> {
        let known = map.accounts().iter().find_map(|accounts| {
            accounts
                .hash
                .as_ref()
                .zip(accounts.administrator.as_ref())
                .map(|(hash, who)| (accounts, hash, who))
        });
        let Some((accounts, hash, who)) = known else {
            return Err(Fault::refused(format!(
                "the map {} knows no administrators with a password",
                map.name()
            ))
            .hint("say `hash` and `administrator` under [accounts.NAME]; see crm-admin-map(5)")
            .into());
        };
        refuse_other_schemes(accounts, hash)?;
        let people = People::read(accounts, who, data, login)?;
        if people.login_is_taken {
            return Err(Fault::refused(format!(
                "another account of {} has that login already",
                accounts.table
            ))
            .hint("choose another one with --support-login")
            .into());
        }
        let (key, old_login) = people.active.or(people.any).ok_or_else(|| {
            Fault::refused(format!("no account of {} is an administrator's", accounts.table))
                .hint("look at `administrator` in the map's [accounts] section")
        })?;
        Ok(Account { map, accounts, hash, key, old_login })
    }

    /// The table of the account.
    pub fn table(&self) -> &str {
        &self.accounts.table
    }

    /// Gives the account its login and the password of this Argon2id hash, and ends its sessions. The password need
    /// not be changed at the first login and does not run out: it is the technician's own from the beginning.
    ///
    /// # Errors
    /// When a rule of the database says no; refused when the key is not one account's alone.
    pub fn give(&self, change: &mut dyn Transaction, login: &str, hash: &str, now: Timestamp) -> Result<()> {
        let accounts = self.accounts;
        let stored = format!("{}{hash}", self.hash.prefix.as_deref().unwrap_or_default());
        let mut set = vec![(accounts.login.as_str(), Value::from(login)), (&self.hash.column, stored.into())];
        if let Some(flag) = &accounts.active {
            set.push((&flag.column, Value::Integer(i64::from(!flag.inverted))));
        }
        if let Some(MustChange::Column(column)) = &accounts.must_change {
            set.push((column, Value::Integer(0)));
        }
        if let Some(column) = &accounts.changed_at {
            set.push((column, moment(self.map, &accounts.table, column, now).into()));
        }
        set.extend(self.emptied().map(|column| (column, self.nothing_in(column))));
        let changed = change.update(&accounts.table, &set, &[(&accounts.key, self.key.clone())])?;
        if changed != 1 {
            return Err(Fault::refused(format!("{changed} rows of {} share one key", accounts.table)).into());
        }
        self.end_sessions(change, login)
    }

    /// The columns of a temporary password that may have been there before.
    fn emptied(&self) -> impl Iterator<Item = &str> {
        let temporary = self.accounts.temporary.as_ref();
        let of_temporary = temporary.map(|one| one.column.as_str()).into_iter();
        let until = temporary.and_then(|one| one.until.as_deref());
        let running_out = [self.accounts.temporary_until.as_deref(), until].into_iter().flatten();
        of_temporary.chain(running_out)
    }

    fn nothing_in(&self, column: &str) -> Value {
        let mapped = self.map.table(&self.accounts.table).and_then(|mapped| mapped.table.column(column));
        if mapped.is_some_and(|column| column.not_null) { Value::from("") } else { Value::Null }
    }

    fn end_sessions(&self, change: &mut dyn Transaction, login: &str) -> Result<()> {
        for session in &self.accounts.end_sessions {
            let names = match session.holds {
                AccountName::Key => vec![self.key.clone()],
                AccountName::Login => vec![self.old_login.clone(), login.into()],
            };
            for name in names.into_iter().filter(|name| *name != Value::Null) {
                change.delete(&session.table, &[(&session.by, name)])?;
            }
        }
        Ok(())
    }
}

fn refuse_other_schemes(accounts: &Accounts, hash: &HashColumn) -> Result<()> {
    if hash.prehash.is_none() && hash.schemes.iter().any(|scheme| scheme == SCHEME) {
        return Ok(());
    }
    Err(Fault::refused(format!("the passwords of {} are not stored as {SCHEME}", accounts.table))
        .hint("this version makes no other hash: set the password with the CRM's own means")
        .into())
}

/// Who of the accounts comes into question: key and login of each.
struct People {
    active: Option<(Value, Value)>,
    any: Option<(Value, Value)>,
    login_is_taken: bool,
}

impl People {
    fn read(accounts: &Accounts, who: &Administrator, data: &mut dyn Snapshot, login: &str) -> Result<Self> {
        let members = members(who, data)?;
        let mut columns = vec![accounts.key.as_str(), accounts.login.as_str()];
        columns.extend(accounts.active.as_ref().map(|flag| flag.column.as_str()));
        if let Administrator::Column(column) = who {
            columns.push(column);
        }
        let mut people = People { active: None, any: None, login_is_taken: false };
        let mut holders = Vec::new();
        data.scan(&accounts.table, &columns, &mut |row| {
            if row[1].as_str().is_some_and(|other| other.to_lowercase() == login.to_lowercase()) {
                holders.push(row[0].to_value());
            }
            let is_administrator = match who {
                Administrator::Column(_) => row.last().is_some_and(|flag| is_true(*flag)),
                Administrator::Group { .. } => members.contains(&word(row[0])),
            };
            let is_active = accounts.active.as_ref().is_none_or(|flag| is_true(row[2]) != flag.inverted);
            if is_administrator {
                let found = || (row[0].to_value(), row[1].to_value());
                people.any.get_or_insert_with(found);
                if is_active {
                    people.active.get_or_insert_with(found);
                }
            }
            Ok(())
        })?;
        let chosen = people.active.as_ref().or(people.any.as_ref()).map(|(key, _)| key);
        people.login_is_taken = holders.iter().any(|holder| Some(holder) != chosen);
        Ok(people)
    }
}

/// The keys of those who are in a group of administrators, as text.
fn members(who: &Administrator, data: &mut dyn Snapshot) -> Result<BTreeSet<String>> {
    let mut members = BTreeSet::new();
    if let Administrator::Group { table, user, group, is } = who {
        let groups: Vec<String> = is.iter().map(|group| word(group.borrow())).collect();
        data.scan(table, &[user, group], &mut |row| {
            if groups.contains(&word(row[1])) {
                members.insert(word(row[0]));
            }
            Ok(())
        })?;
    }
    Ok(members)
}

/// Whether a flag is set, however the CRM writes that.
fn is_true(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Integer(number) => number != 0,
        ValueRef::Real(number) => number != 0.0,
        ValueRef::Null | ValueRef::Blob(_) => false,
        ValueRef::Text(_) => {
            let text = decider_text(value).trim().to_ascii_lowercase();
            !["", "0", "f", "false", "n", "no", "off"].contains(&text.as_str())
        }
    }
}

/// A key as one word, so that the number 1 and the text "1" are one account.
fn word(key: ValueRef<'_>) -> String {
    match key {
        ValueRef::Blob(bytes) => format!("{bytes:?}"),
        other => decider_text(other).into_owned(),
    }
}
