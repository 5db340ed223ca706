//! An ERP that is a database with a map of its own.

mod office;

use super::columns::{Columns, cell, print_of};
use super::standings::Objections;
use super::{Access, Company, Details, Erp, Key, Party, Standing};
use crate::accounts::{flag, moment};
use crate::fault::{Fault, Kind, Result};
use crate::objection::{Contacts, Register};
use crate::schema::{CompleteMap, ErpCompanies, ErpKeys, ErpThirdParties, Relation, RelationKind};
use crate::store::{Snapshot, Store, Transaction, Value, ValueRef};
use jiff::Timestamp;
use std::collections::HashMap;

/// An ERP's database, seen through its map.
pub struct Database<'a> {
    store: &'a mut dyn Store,
    roles: Roles<'a>,
}

/// What the map says of an ERP, and the hour.
#[derive(Clone, Copy)]
struct Roles<'a> {
    map: &'a CompleteMap,
    now: Timestamp,
    companies: &'a ErpCompanies,
    keys: &'a ErpKeys,
    parties: &'a ErpThirdParties,
    relation: &'a Relation,
}

impl<'a> Database<'a> {
    /// The ERP in a database.
    ///
    /// # Errors
    /// Refused when the map does not describe an ERP.
    pub fn new(store: &'a mut dyn Store, map: &'a CompleteMap, now: Timestamp) -> Result<Self> {
        let no_erp = || {
            Fault::refused(format!("the map {} describes no ERP", map.name())).hint(
                "it needs [erp.companies], [erp.keys], [erp.third-parties] and [relations.third-party]; \
                 see crm-admin-map(5)",
            )
        };
        let companies = map.erp_companies().ok_or_else(no_erp)?;
        let keys = map.erp_keys().ok_or_else(no_erp)?;
        let parties = map.erp_third_parties().ok_or_else(no_erp)?;
        let relation = map.relation(RelationKind::ThirdParty).ok_or_else(no_erp)?;
        Ok(Database { store, roles: Roles { map, now, companies, keys, parties, relation } })
    }

    /// A transaction of somebody whose key is still good.
    fn change<T>(
        &mut self,
        access: &Access,
        work: impl FnOnce(&Roles<'_>, &mut dyn Transaction) -> Result<T>,
    ) -> Result<T> {
        let mut change = self.store.transaction()?;
        self.roles.look_up(&mut *change, &self.roles.keys.key, &access.id)?;
        let done = work(&self.roles, &mut *change)?;
        change.commit()?;
        Ok(done)
    }
}

impl<'a> Roles<'a> {
    /// Its objections: all of them in the database.
    fn objections(&self) -> Objections<'a> {
        Objections { map: self.map, register: Register::default(), contacts: Contacts::Keep, now: self.now }
    }

    fn moment(&self, table: &str, column: &str, value: ValueRef<'_>) -> Option<Timestamp> {
        moment::read(value, Some(self.map.time_of(table, column)))
    }

    fn written_now(&self, table: &str, column: &str) -> Result<Value> {
        moment::write(self.now, Some(self.map.time_of(table, column)))
    }

    /// What a key opens, if anything.
    fn look_up(&self, data: &mut dyn Snapshot, column: &str, value: &Value) -> Result<Access> {
        let keys = self.keys;
        let mut found = None;
        let columns = [&*keys.key, &keys.name, &keys.company, &keys.revoked_at];
        data.find(&keys.table, column, std::slice::from_ref(value), &columns, &mut |row| {
            let name = flag::text(row[1]).unwrap_or_default();
            found = Some((row[0].to_value(), name, row[2].to_value(), row[3].to_value()));
            Ok(())
        })?;
        let Some((id, name, company, revoked)) = found else {
            return Err(Fault::new(Kind::Denied, "the ERP does not know the key of this link")
                .hint("ask an administrator of the ERP for a new one: `crm-admin erp connect`")
                .into());
        };
        let company = self.company(data, company)?;
        if revoked != Value::Null {
            let since = self.moment(&keys.table, &keys.revoked_at, revoked.borrow());
            let since = since.map(|since| format!(" on {}", since.strftime("%Y-%m-%d"))).unwrap_or_default();
            return Err(Fault::new(Kind::Denied, format!("the ERP revoked the key {name}{since}"))
                .hint(format!(
                    "ask an administrator of the ERP of {} why; `crm-admin erp connect` makes a new link",
                    company.name
                ))
                .into());
        }
        Ok(Access { id, name, company })
    }

    fn company(&self, data: &mut dyn Snapshot, key: Value) -> Result<Company> {
        let about = self.companies;
        let mut name = None;
        data.find(&about.table, &about.key, std::slice::from_ref(&key), &[&about.name], &mut |row| {
            name = flag::text(row[0]);
            Ok(())
        })?;
        let name =
            name.ok_or_else(|| Fault::damaged("the ERP has lost the company that the key belongs to"))?;
        Ok(Company { key, name })
    }

    /// The keys of third parties of the company, by their codes.
    fn ids(
        &self,
        data: &mut dyn Snapshot,
        access: &Access,
        codes: &[String],
    ) -> Result<HashMap<String, Value>> {
        let values: Vec<Value> = codes.iter().map(|code| Value::from(code.as_str())).collect();
        let mut columns = vec![&*self.parties.code, &*self.relation.key];
        columns.extend(self.parties.company.as_deref());
        let mut found = HashMap::new();
        data.find(&self.relation.table, &self.parties.code, &values, &columns, &mut |row| {
            let is_ours = row.get(2).is_none_or(|company| company.to_value() == access.company.key);
            if let Some(code) = flag::text(row[0]).filter(|_| is_ours) {
                found.insert(code, row[1].to_value());
            }
            Ok(())
        })?;
        Ok(found)
    }
}

impl Erp for Database<'_> {
    fn enter(&mut self, key: &Key) -> Result<Access> {
        let digest = Value::from(key.digest().to_string());
        self.roles.look_up(&mut *self.store.snapshot()?, &self.roles.keys.digest, &digest)
    }

    fn note_use(&mut self, access: &Access) -> Result<()> {
        self.change(access, |erp, change| {
            let keys = erp.keys;
            let now = erp.written_now(&keys.table, &keys.last_used_at)?;
            let key = [(keys.key.as_str(), access.id.clone())];
            change.update(&keys.table, &[(&keys.last_used_at, now)], &key).map(drop)
        })
    }

    fn words(&self) -> Vec<String> {
        self.roles.parties.fields.iter().map(|(word, _)| word.clone()).collect()
    }

    fn third_parties(&mut self, access: &Access, words: &[String]) -> Result<Vec<Party>> {
        let Roles { map, parties, relation, .. } = self.roles;
        let mut data = self.store.snapshot()?;
        let mut standings = self.roles.objections().all(&mut *data, RelationKind::ThirdParty)?;
        let mut columns = Columns(vec![&relation.key, &parties.code]);
        let company = columns.place(parties.company.as_deref());
        let siret = columns.place(parties.field("siret"));
        let created = columns.place(parties.created_at.as_deref());
        let erased = columns.place(parties.erased_at.as_deref());
        let acknowledged = columns.place(parties.acknowledged_at.as_deref());
        let compared: Vec<Option<usize>> =
            words.iter().map(|word| columns.place(parties.field(word))).collect();
        let time = created.map(|at| map.time_of(&relation.table, columns.0[at]));
        let mut found = Vec::new();
        data.scan(&relation.table, &columns.0, &mut |row| {
            let cell = |place: Option<usize>| cell(row, place);
            if company.is_some() && cell(company).to_value() != access.company.key {
                return Ok(());
            }
            let Some(code) = flag::text(row[1]) else { return Ok(()) };
            found.push(Party {
                code,
                siret: flag::text(cell(siret)).filter(|siret| !siret.is_empty()),
                prints: compared.iter().map(|place| print_of(cell(*place))).collect(),
                standing: standings.take(row[0]),
                created_at: moment::read(cell(created), time),
                erased: cell(erased) != ValueRef::Null,
                acknowledged: cell(acknowledged) != ValueRef::Null,
            });
            Ok(())
        })?;
        Ok(found)
    }

    fn details(
        &mut self,
        access: &Access,
        codes: &[String],
        words: &[String],
    ) -> Result<Vec<(String, Details)>> {
        let Roles { parties, relation, .. } = self.roles;
        let known: Vec<(&String, &str)> =
            words.iter().filter_map(|word| Some((word, parties.field(word)?))).collect();
        let mut columns = vec![parties.code.as_str()];
        columns.extend(known.iter().map(|(_, column)| *column));
        columns.extend(parties.company.as_deref());
        let values: Vec<Value> = codes.iter().map(|code| Value::from(code.as_str())).collect();
        let mut found = Vec::new();
        let mut data = self.store.snapshot()?;
        data.find(&relation.table, &parties.code, &values, &columns, &mut |row| {
            let company = row.get(1 + known.len());
            if company.is_some_and(|company| company.to_value() != access.company.key) {
                return Ok(());
            }
            let Some(code) = flag::text(row[0]) else { return Ok(()) };
            let values = row[1..=known.len()].iter().map(|value| value.to_value());
            found.push((code, known.iter().map(|(word, _)| (*word).clone()).zip(values).collect()));
            Ok(())
        })?;
        Ok(found)
    }

    fn set_standings(&mut self, access: &Access, changes: &[(String, Standing, Standing)]) -> Result<u64> {
        self.change(access, |erp, change| {
            let codes: Vec<String> = changes.iter().map(|(code, ..)| code.clone()).collect();
            let ids = erp.ids(change, access, &codes)?;
            let (mut count, mut objections) = (0, erp.objections());
            for (code, was, becomes) in changes {
                let Some(id) = ids.get(code) else { continue };
                if objections.of(change, RelationKind::ThirdParty, id)? != *was {
                    continue;
                }
                objections.put(change, RelationKind::ThirdParty, id, becomes)?;
                objections.hold_without_register(change, RelationKind::ThirdParty, id, becomes.objects)?;
                count += 1;
            }
            Ok(count)
        })
    }

    fn acknowledge(&mut self, access: &Access, codes: &[String]) -> Result<u64> {
        let Some(column) = self.roles.parties.acknowledged_at.clone() else { return Ok(0) };
        self.change(access, |erp, change| {
            let ids = erp.ids(change, access, codes)?;
            let now = erp.written_now(&erp.relation.table, &column)?;
            let mut count = 0;
            for id in ids.into_values() {
                let key = [(erp.relation.key.as_str(), id), (column.as_str(), Value::Null)];
                count += change.update(&erp.relation.table, &[(&column, now.clone())], &key)?;
            }
            Ok(count)
        })
    }

    fn renew(&mut self, access: &Access) -> Result<Key> {
        self.change(access, |erp, change| erp.issue_in(change, &access.company, &access.name))
    }

    fn retire_others(&mut self, access: &Access) -> Result<u64> {
        self.change(access, |erp, change| {
            erp.retire(change, &access.name, |key| *key.id != access.id && *key.company == access.company.key)
        })
    }
}
