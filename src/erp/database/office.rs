//! The keys of an ERP that is a database: issued, listed, revoked.

use super::{Database, Roles};
use crate::accounts::flag;
use crate::erp::{Company, Key, KeyRecord, Office};
use crate::fault::{Fault, Result};
use crate::store::{Snapshot, Transaction, Value};

/// A key that was not revoked.
pub(super) struct GoodKey<'a> {
    /// Which one.
    pub(super) id: &'a Value,
    /// The company whose books it opens.
    pub(super) company: &'a Value,
    /// Its digest.
    digest: &'a Value,
    /// Whether anybody has come in with it.
    used: bool,
}

impl Office for Database<'_> {
    fn companies(&mut self) -> Result<Vec<Company>> {
        let about = self.roles.companies;
        let mut found = Vec::new();
        self.store.snapshot()?.scan(&about.table, &[&about.key, &about.name], &mut |row| {
            let name = flag::text(row[1]).unwrap_or_default();
            found.push(Company { key: row[0].to_value(), name });
            Ok(())
        })?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn issue(&mut self, company: &Company, name: &str, own: Option<&Key>) -> Result<Key> {
        let mut change = self.store.transaction()?;
        let own = own.map(|key| Value::from(key.digest().to_string()));
        let mut taken = false;
        self.roles.good_keys(&mut *change, name, &mut |key| {
            taken |= *key.company == company.key && key.used && own.as_ref() != Some(key.digest);
        })?;
        if taken {
            return Err(Fault::refused(format!("a key called {name} is in use already"))
                .hint("call this one otherwise with --name, or revoke that one: `crm-admin erp revoke`")
                .into());
        }
        let key = self.roles.issue_in(&mut *change, company, name)?;
        change.commit()?;
        Ok(key)
    }

    fn keys(&mut self) -> Result<Vec<KeyRecord>> {
        let companies = self.companies()?;
        let (roles, about) = (self.roles, self.roles.keys);
        let moments = [&about.created_at, &about.last_used_at, &about.revoked_at];
        let mut columns = vec![about.key.as_str(), &about.name, &about.company];
        columns.extend(moments.map(String::as_str));
        let mut found = Vec::new();
        self.store.snapshot()?.scan(&about.table, &columns, &mut |row| {
            let of = row[2].to_value();
            let company = companies.iter().find(|company| company.key == of);
            let moment = |place: usize| roles.moment(&about.table, moments[place], row[3 + place]);
            found.push(KeyRecord {
                id: row[0].to_value(),
                name: flag::text(row[1]).unwrap_or_default(),
                company: company.map(|company| company.name.clone()).unwrap_or_default(),
                created_at: moment(0),
                last_used_at: moment(1),
                revoked_at: moment(2),
            });
            Ok(())
        })?;
        Ok(found)
    }

    fn revoke(&mut self, name: &str) -> Result<u64> {
        let mut change = self.store.transaction()?;
        let revoked = self.roles.retire(&mut *change, name, |_| true)?;
        change.commit()?;
        if revoked == 0 {
            return Err(Fault::missing(format!("the ERP has no good key called {name}"))
                .hint("`crm-admin erp status --erp FILE` lists them")
                .into());
        }
        Ok(revoked)
    }
}

impl Roles<'_> {
    /// Shows every key of a name that was not revoked.
    fn good_keys(
        &self,
        data: &mut dyn Snapshot,
        name: &str,
        visit: &mut dyn FnMut(GoodKey<'_>),
    ) -> Result<()> {
        let keys = self.keys;
        let columns =
            [&*keys.key, &keys.company, &keys.last_used_at, &keys.digest, &keys.revoked_at].map(|name| name);
        data.find(&keys.table, &keys.name, &[Value::from(name)], &columns, &mut |row| {
            if row[4].to_value() == Value::Null {
                let used = row[2].to_value() != Value::Null;
                let [id, company, digest] = [row[0], row[1], row[3]].map(|value| value.to_value());
                visit(GoodKey { id: &id, company: &company, digest: &digest, used });
            }
            Ok(())
        })
    }

    /// Writes a new key's digest down.
    pub(super) fn issue_in(
        &self,
        change: &mut dyn Transaction,
        company: &Company,
        name: &str,
    ) -> Result<Key> {
        let (key, keys) = (Key::fresh()?, self.keys);
        let (digest, now) = (key.digest().to_string(), self.written_now(&keys.table, &keys.created_at)?);
        let columns = [keys.company.as_str(), &keys.name, &keys.digest, &keys.created_at];
        let (name, digest) = (Value::from(name), Value::from(digest));
        change.insert(
            &keys.table,
            &columns,
            &[company.key.borrow(), name.borrow(), digest.borrow(), now.borrow()],
        )?;
        Ok(key)
    }

    /// Revokes the good keys of a name that `goes` says. How many that were.
    pub(super) fn retire(
        &self,
        change: &mut dyn Transaction,
        name: &str,
        goes: impl Fn(&GoodKey<'_>) -> bool,
    ) -> Result<u64> {
        let keys = self.keys;
        let mut going = Vec::new();
        self.good_keys(change, name, &mut |key| {
            if goes(&key) {
                going.push(key.id.clone());
            }
        })?;
        let now = self.written_now(&keys.table, &keys.revoked_at)?;
        for id in &going {
            let key = [(keys.key.as_str(), id.clone())];
            change.update(&keys.table, &[(&keys.revoked_at, now.clone())], &key)?;
        }
        Ok(going.len() as u64)
    }
}
