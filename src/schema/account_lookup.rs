//! Who logs in and by which policy, looked up in a live database.

use super::complete::MappedTable;
use super::complete::Origin;
use super::live::Live;
use super::live_roles::{Columns, columns_of};
use super::map::Map;
use super::names::missing;
use super::resolve::resolve;
use super::roles::*;
use super::rule::LinkTarget;
use super::settle::settle;
use crate::fault::{Fault, Result};
use crate::store::Catalog;

/// What a map says about accounts, every name looked up in one live database.
///
/// Unlike a [`super::CompleteMap`] it asks nothing of tables that have no part in it: an account can be kept safe in
/// a database that nobody has mapped to the end.
#[derive(Debug, Clone)]
pub struct AccountRoles {
    /// The populations, in the order of the map; at least one.
    pub populations: Vec<Accounts>,
    /// Where the policy lives, where the CRM has a place for it.
    pub policy: Option<PolicyPlace>,
    /// What the CRM knows of the organisation that works with it.
    pub organisation: Option<Organisation>,
    /// How this CRM writes moments (jiff's strtime).
    pub time: Option<String>,
    /// The map's name.
    pub map: String,
}

impl AccountRoles {
    /// The population of that name; without one, the first that can have administrators, else the first.
    ///
    /// # Errors
    /// Missing when there is none of that name, with the nearest.
    pub fn population(&self, name: Option<&str>) -> Result<&Accounts> {
        let Some(name) = name else {
            let staff = self.populations.iter().find(|accounts| accounts.administrator.is_some());
            return staff.or(self.populations.first()).ok_or_else(|| nobody(&self.map).into());
        };
        self.populations.iter().find(|accounts| accounts.name == name).ok_or_else(|| {
            let known = self.populations.iter().map(|accounts| accounts.name.as_str());
            missing(format!("the map has no [accounts.{name}]"), super::names::nearest(name, known)).into()
        })
    }
}

fn nobody(map: &str) -> Fault {
    Fault::refused(format!("the map {map} does not say who logs in"))
        .hint("add [accounts.staff] to it; see crm-admin-map(5)")
}

impl Map {
    /// What the map says about accounts, held against a database.
    ///
    /// # Errors
    /// Refused when it says nothing about accounts, or names something there that the database does not have.
    pub fn accounts_for(&self, catalog: &Catalog) -> Result<AccountRoles> {
        let (check, complete) = resolve(self, catalog);
        let is_ours = |origin: &Origin| {
            ["[accounts.", "[policy]", "[organisation]"].iter().any(|words| origin.words.starts_with(words))
        };
        let stale: Vec<String> = check
            .stale
            .iter()
            .filter(|stale| is_ours(&stale.origin))
            .map(|stale| format!("stale: {stale}"))
            .collect();
        if !stale.is_empty() {
            let what = format!("what the map {} says about accounts does not fit this database", self.name);
            return Err(Fault::refused(what).details(stale).hint("crm-admin map check").into());
        }
        if complete.roles.accounts.is_empty() {
            return Err(nobody(&self.name).into());
        }
        Ok(AccountRoles {
            populations: complete.roles.accounts,
            policy: complete.roles.policy,
            organisation: complete.roles.organisation,
            time: complete.time,
            map: complete.name,
        })
    }
}

/// A population, as the database writes it.
pub(super) fn accounts(live: &Live<'_>, tables: &[MappedTable], written: &Accounts) -> Option<Accounts> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    let login = columns.one(&written.login);
    let table = columns.table.name.clone();
    let sessions = written.end_sessions.iter();
    Some(Accounts {
        name: written.name.clone(),
        key: columns.one(&written.key),
        full_name: columns.maybe(&written.full_name),
        email: columns.maybe(&written.email),
        hash: written
            .hash
            .as_ref()
            .map(|hash| HashColumn { column: columns.one(&hash.column), ..hash.clone() }),
        active: written
            .active
            .as_ref()
            .map(|flag| ActiveFlag { column: columns.one(&flag.column), ..flag.clone() }),
        administrator: written.administrator.as_ref().and_then(|who| administrator(live, &columns, who)),
        must_change: written.must_change.as_ref().map(|how| match how {
            MustChange::Column(column) => MustChange::Column(columns.one(column)),
            other => other.clone(),
        }),
        changed_at: columns.maybe(&written.changed_at),
        temporary_until: columns.maybe(&written.temporary_until),
        never_expires: columns.maybe(&written.never_expires),
        second_factor: columns.maybe(&written.second_factor),
        service: columns.maybe(&written.service),
        salt: written.salt.as_ref().and_then(|salt| salt_of(live, salt, &written.origin)),
        created_at: columns.maybe(&written.created_at),
        last_login: columns.maybe(&written.last_login),
        template: columns.maybe(&written.template),
        templates: written.templates.as_ref().and_then(|one| templates(live, one, &written.origin)),
        create: written.create.as_ref().map(|one| creation(live, &columns, one)),
        temporary: written.temporary.as_ref().map(|temporary| TemporaryPassword {
            column: columns.one(&temporary.column),
            until: columns.maybe(&temporary.until),
            clear: temporary.clear,
        }),
        exclude_objected: written
            .exclude_objected
            .as_ref()
            .and_then(|place| preference(live, place, &written.origin)),
        end_sessions: sessions
            .filter_map(|one| session(live, tables, one, written, &table, &login))
            .collect(),
        origin: written.origin.clone(),
        table,
        login,
    })
}

fn administrator(live: &Live<'_>, accounts: &Columns<'_>, written: &Administrator) -> Option<Administrator> {
    Some(match written {
        Administrator::Column(column) => Administrator::Column(accounts.one(column)),
        Administrator::Group { table, user, group, is } => {
            let columns = columns_of(live, table, accounts.origin)?;
            Administrator::Group {
                table: columns.table.name.clone(),
                user: columns.one(user),
                group: columns.one(group),
                is: is.clone(),
            }
        }
    })
}

fn session(
    live: &Live<'_>,
    tables: &[MappedTable],
    written: &SessionTable,
    accounts: &Accounts,
    account_table: &str,
    login: &str,
) -> Option<SessionTable> {
    let columns = columns_of(live, &written.table, &accounts.origin)?;
    let by = columns.one(&written.by);
    let name = &columns.table.name;
    let mapped = tables.iter().find(|mapped| mapped.table.name == *name);
    let link = match mapped {
        Some(mapped) => mapped.column(&by).and_then(|column| column.rule.link.clone()),
        // Something else in that table is unmapped; how it names accounts is known all the same.
        None => settle(live.map, live.catalog, columns.table, columns.table.column(&by)?)
            .and_then(|settled| live.rule(columns.table, &settled.rule, &settled.origin).link),
    };
    let holds = match link.as_ref().map(|link| &link.target) {
        Some(LinkTarget::Value { table, column }) if table == account_table && column == login => {
            AccountName::Login
        }
        _ => AccountName::Key,
    };
    Some(SessionTable { table: name.clone(), by, holds })
}

fn templates(live: &Live<'_>, written: &Templates, origin: &Origin) -> Option<Templates> {
    let columns = columns_of(live, &written.table, origin)?;
    let mut found = Templates {
        table: columns.table.name.clone(),
        key: columns.one(&written.key),
        label: columns.one(&written.label),
        ..written.clone()
    };
    for (_, column) in found.columns() {
        *column = columns.maybe(column);
    }
    Some(found)
}

fn preference(live: &Live<'_>, written: &PreferencePlace, origin: &Origin) -> Option<PreferencePlace> {
    let columns = columns_of(live, &written.table, origin)?;
    let (by, column) = (columns.one(&written.by), columns.one(&written.column));
    Some(PreferencePlace { table: columns.table.name.clone(), by, column })
}

fn creation(live: &Live<'_>, accounts: &Columns<'_>, written: &Creation) -> Creation {
    let also = written.also.iter().filter_map(|(table, by)| {
        let columns = columns_of(live, table, accounts.origin)?;
        Some((columns.table.name.clone(), columns.one(by)))
    });
    Creation {
        given_name: accounts.maybe(&written.given_name),
        family_name: accounts.maybe(&written.family_name),
        set: written.set.iter().map(|(column, value)| (accounts.one(column), value.clone())).collect(),
        also: also.collect(),
    }
}

fn salt_of(live: &Live<'_>, written: &SiteSalt, origin: &Origin) -> Option<SiteSalt> {
    let place = match &written.place {
        SaltPlace::Row(row) => SaltPlace::Row(lookup(live, row, origin)?),
        file => file.clone(),
    };
    Some(SiteSalt { place, found: None })
}

/// Texts in rows, as the database writes their places.
fn lookup(live: &Live<'_>, written: &Lookup, origin: &Origin) -> Option<Lookup> {
    let columns = columns_of(live, &written.table, origin)?;
    let named = match &written.named {
        None => None,
        Some(named) => {
            let other = columns_of(live, &named.table, origin)?;
            Some(Named {
                key: columns.one(&named.key),
                table: other.table.name.clone(),
                column: other.one(&named.column),
            })
        }
    };
    Some(Lookup {
        table: columns.table.name.clone(),
        column: columns.one(&written.column),
        filter: columns.filter(&written.filter),
        named,
    })
}

/// What is known of the organisation, as the database writes it.
pub(super) fn organisation(live: &Live<'_>, written: &Organisation) -> Organisation {
    let mut found = written.clone();
    for (_, place) in found.lookups() {
        *place = place.as_ref().and_then(|one| lookup(live, one, &written.origin));
    }
    found
}

/// Where the policy lives, as the database writes it.
pub(super) fn policy(live: &Live<'_>, written: &PolicyPlace) -> Option<PolicyPlace> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    Some(PolicyPlace {
        table: columns.table.name.clone(),
        name: columns.one(&written.name),
        value: columns.one(&written.value),
        ..written.clone()
    })
}
