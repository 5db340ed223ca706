//! The accounts of one population, as records.

use super::flag::{is_there, is_true, text};
use super::moment;
use crate::digest::digest;
use crate::fault::{Fault, Result};
use crate::schema::{AccountName, AccountRoles, Accounts as Population, Administrator, MustChange};
use crate::secret::Secret;
use crate::store::{Catalog, Snapshot, Value, ValueRef};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One account. What the map does not tell is `None`.
#[derive(Debug, Clone)]
pub struct Account {
    /// What other tables know it by.
    pub key: Value,
    /// What is typed to log in.
    pub login: String,
    /// The display name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether it may log in.
    pub active: bool,
    /// Whether it is an administrator.
    pub administrator: bool,
    /// The stored password; none where there is none.
    pub hash: Option<Secret>,
    /// The CRM's own temporary password, while there is one.
    pub temporary: Option<Secret>,
    /// When the password was last changed.
    pub changed_at: Option<Timestamp>,
    /// Whether the password has to be changed at the next login.
    pub must_change: Option<bool>,
    /// Until when a temporary password holds.
    pub temporary_until: Option<Timestamp>,
    /// Whether the CRM keeps temporary passwords beside the person's own, which then goes on working.
    pub temporary_is_apart: bool,
    /// Whether the password may grow old for ever.
    pub never_expires: Option<bool>,
    /// Whether a second factor is asked for at the login.
    pub second_factor: Option<bool>,
    /// Whether it belongs to a program, not to a person.
    pub service: Option<bool>,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// When it last logged in.
    pub last_login: Option<Timestamp>,
    /// What it was made from.
    pub template: Option<Value>,
    /// How many sessions, tokens and devices it has.
    pub sessions: u64,
    /// The login as it is stored, for rows that name the account by it.
    pub(super) stored_login: Value,
}

impl Account {
    /// Whether anything lets it log in: it is active and has a password of one kind or the other.
    pub fn can_log_in(&self, now: Timestamp) -> bool {
        let expired = self.temporary_until.is_some_and(|until| until < now);
        let usable = |secret: &Secret| {
            let stored = secret.expose().trim();
            !stored.is_empty() && !stored.starts_with(['!', '*'])
        };
        let by_hash = self.hash.as_ref().is_some_and(usable) && (!expired || self.temporary_is_apart);
        self.active && (by_hash || (self.temporary.is_some() && !expired))
    }

    /// Until when the person's own password holds, where it is a temporary one.
    pub fn own_until(&self) -> Option<Timestamp> {
        self.temporary_until.filter(|_| !self.temporary_is_apart)
    }

    /// What must not have changed between a plan and its application. Sessions and logins may come and go.
    pub(super) fn is_as(&self, other: &Account) -> bool {
        let bytes = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
        self.key == other.key
            && self.stored_login == other.stored_login
            && self.email == other.email
            && (self.active, self.administrator, self.must_change, self.never_expires)
                == (other.active, other.administrator, other.must_change, other.never_expires)
            && (self.changed_at, self.temporary_until) == (other.changed_at, other.temporary_until)
            && bytes(&self.hash) == bytes(&other.hash)
            && bytes(&self.temporary) == bytes(&other.temporary)
    }
}

/// The accounts of one population at one moment.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// What the map says about them.
    pub population: Population,
    /// How the CRM writes moments.
    pub time: Option<String>,
    /// The accounts, in the order of their table.
    pub all: Vec<Account>,
    /// Whether logins differ by more than their case.
    fold_case: bool,
    /// Where each account stands, by its key as text.
    places: HashMap<String, usize>,
}

/// What a list of logins was found to be.
#[derive(Debug)]
pub struct Sought<'a> {
    /// The accounts, each once, in the order asked for.
    pub found: Vec<&'a Account>,
    /// The logins that nobody has.
    pub unknown: Vec<String>,
}

impl Accounts {
    /// Reads the accounts of a population.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn read(snapshot: &mut dyn Snapshot, roles: &AccountRoles, population: &Population) -> Result<Self> {
        let catalog = snapshot.catalog()?;
        let groups = group_members(snapshot, population)?;
        let sessions = sessions(snapshot, population)?;
        let columns = Columns::of(population);
        let mut all = Vec::new();
        snapshot.scan(&population.table, &columns.names, &mut |row| {
            all.push(columns.account(row, population, roles.time.as_deref(), &groups, &sessions));
            Ok(())
        })?;
        let place = |(at, account): (usize, &Account)| (text(account.key.borrow()).unwrap_or_default(), at);
        Ok(Accounts {
            population: population.clone(),
            time: roles.time.clone(),
            places: all.iter().enumerate().map(place).collect(),
            all,
            fold_case: folds_case(&catalog, population),
        })
    }

    /// The accounts of these logins; a login that several have, or none, is told apart.
    ///
    /// # Errors
    /// Refused when a login is not one account's alone.
    pub fn seek<'l>(&self, logins: impl IntoIterator<Item = &'l str>) -> Result<Sought<'_>> {
        let mut by_login: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, account) in self.all.iter().enumerate() {
            by_login.entry(self.folded(&account.login)).or_default().push(index);
        }
        let mut sought = Sought { found: Vec::new(), unknown: Vec::new() };
        let mut seen = BTreeSet::new();
        for login in logins {
            match by_login.get(&self.folded(login)).map(Vec::as_slice) {
                None => sought.unknown.push(login.to_owned()),
                Some([index]) if seen.insert(*index) => sought.found.push(&self.all[*index]),
                Some([_]) => {}
                Some(_) => {
                    return Err(Fault::refused(format!("several accounts have the login {login}")).into());
                }
            }
        }
        Ok(sought)
    }

    /// The accounts of these logins, all of them.
    ///
    /// # Errors
    /// Missing when a login is nobody's, with every such login; refused when it is several accounts'.
    pub fn require<'l>(&self, logins: impl IntoIterator<Item = &'l str>) -> Result<Vec<&Account>> {
        let sought = self.seek(logins)?;
        match sought.unknown.as_slice() {
            [] => Ok(sought.found),
            [login] => Err(Fault::missing(format!("no account of {} has the login {login}", self.name()))
                .hint("crm-admin user list")
                .into()),
            several => Err(Fault::missing(format!(
                "{} logins are no account's of {}; nothing was changed",
                several.len(),
                self.name()
            ))
            .details(several.iter().cloned())
            .into()),
        }
    }

    /// The account of a key, written as text.
    pub fn of_key(&self, key: &str) -> Option<&Account> {
        self.places.get(key).map(|at| &self.all[*at])
    }

    /// What the map calls them.
    pub fn name(&self) -> &str {
        &self.population.name
    }

    /// How the ledger names an account: population and key. Where the key is the login itself, a digest of it.
    pub fn ledger_name(&self, account: &Account) -> String {
        let key = text(account.key.borrow()).unwrap_or_default();
        let is_login = self.population.key == self.population.login;
        let plain = key.len() <= 40 && key.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let key = if is_login || !plain { digest(key.as_bytes()).to_string()[..16].to_owned() } else { key };
        format!("{}:{key}", self.name())
    }

    /// The active administrators that anything lets log in.
    pub fn able_administrators(&self, now: Timestamp) -> usize {
        self.all.iter().filter(|account| account.administrator && account.can_log_in(now)).count()
    }

    fn folded(&self, login: &str) -> String {
        if self.fold_case { login.to_ascii_lowercase() } else { login.to_owned() }
    }
}

fn folds_case(catalog: &Catalog, population: &Population) -> bool {
    let column = catalog.table(&population.table).and_then(|table| table.column(&population.login));
    column.is_some_and(|column| column.collation == "NOCASE")
}

/// The keys of the accounts that a group makes administrators.
fn group_members(snapshot: &mut dyn Snapshot, population: &Population) -> Result<BTreeSet<String>> {
    let mut members = BTreeSet::new();
    if let Some(Administrator::Group { table, user, group, is }) = &population.administrator {
        snapshot.scan(table, &[user, group], &mut |row| {
            if is.iter().any(|value| text(value.borrow()) == text(row[1])) {
                members.extend(text(row[0]));
            }
            Ok(())
        })?;
    }
    Ok(members)
}

/// How many sessions each account has: by key, and by login.
fn sessions(snapshot: &mut dyn Snapshot, population: &Population) -> Result<[BTreeMap<String, u64>; 2]> {
    let mut counts = [BTreeMap::new(), BTreeMap::new()];
    for table in &population.end_sessions {
        let by = usize::from(table.holds == AccountName::Login);
        snapshot.scan(&table.table, &[&table.by], &mut |row| {
            if let Some(name) = text(row[0]) {
                *counts[by].entry(name).or_insert(0) += 1;
            }
            Ok(())
        })?;
    }
    Ok(counts)
}

/// The columns that are read, by their place in a row.
struct Columns<'a> {
    names: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(population: &'a Population) -> Self {
        let mut names: Vec<&str> = vec![&population.key, &population.login];
        let maybe = [
            &population.full_name,
            &population.email,
            &population.changed_at,
            &population.temporary_until,
            &population.never_expires,
            &population.second_factor,
            &population.service,
            &population.created_at,
            &population.last_login,
            &population.template,
        ];
        names.extend(maybe.into_iter().flatten().map(String::as_str));
        names.extend(population.hash.iter().map(|hash| hash.column.as_str()));
        names.extend(population.active.iter().map(|flag| flag.column.as_str()));
        if let Some(Administrator::Column(column)) = &population.administrator {
            names.push(column);
        }
        if let Some(MustChange::Column(column)) = &population.must_change {
            names.push(column);
        }
        if let Some(temporary) = &population.temporary {
            names.push(&temporary.column);
            names.extend(temporary.until.as_deref());
        }
        names.sort_unstable();
        names.dedup();
        Columns { names }
    }

    fn value<'v>(&self, row: &[ValueRef<'v>], column: &str) -> ValueRef<'v> {
        self.names.binary_search(&column).map_or(ValueRef::Null, |at| row[at])
    }

    fn account(
        &self,
        row: &[ValueRef<'_>],
        population: &Population,
        time: Option<&str>,
        groups: &BTreeSet<String>,
        sessions: &[BTreeMap<String, u64>; 2],
    ) -> Account {
        let maybe = |column: &Option<String>| column.as_deref().map(|column| self.value(row, column));
        let moment = |column: &Option<String>| maybe(column).and_then(|value| moment::read(value, time));
        let key = self.value(row, &population.key);
        let login = self.value(row, &population.login);
        let temporary = population.temporary.as_ref();
        let count = |by: usize, name| text(name).and_then(|name| sessions[by].get(&name)).copied();
        let until =
            population.temporary_until.clone().or_else(|| temporary.and_then(|one| one.until.clone()));
        Account {
            name: maybe(&population.full_name).and_then(text).filter(|name| !name.trim().is_empty()),
            email: maybe(&population.email).and_then(text).filter(|email| !email.trim().is_empty()),
            active: population
                .active
                .as_ref()
                .is_none_or(|flag| is_true(self.value(row, &flag.column)) != flag.inverted),
            administrator: match &population.administrator {
                Some(Administrator::Column(column)) => is_true(self.value(row, column)),
                Some(Administrator::Group { .. }) => text(key).is_some_and(|key| groups.contains(&key)),
                None => false,
            },
            hash: maybe(&population.hash.as_ref().map(|hash| hash.column.clone()))
                .and_then(text)
                .filter(|hash| !hash.is_empty())
                .map(Secret::new),
            temporary: temporary.and_then(|one| text(self.value(row, &one.column))).map(Secret::new),
            changed_at: moment(&population.changed_at),
            must_change: match &population.must_change {
                Some(MustChange::Column(column)) => Some(is_true(self.value(row, column))),
                _ => None,
            },
            temporary_until: moment(&until),
            temporary_is_apart: temporary.is_some(),
            never_expires: maybe(&population.never_expires).map(is_true),
            second_factor: maybe(&population.second_factor).map(is_there),
            service: maybe(&population.service).map(is_true),
            created_at: moment(&population.created_at),
            last_login: moment(&population.last_login),
            template: maybe(&population.template).map(ValueRef::to_value).filter(|it| *it != Value::Null),
            sessions: count(0, key).unwrap_or(0) + count(1, login).unwrap_or(0),
            login: text(login).unwrap_or_default(),
            stored_login: login.to_value(),
            key: key.to_value(),
        }
    }
}
