//! The CRM's side of the link: its connections, the third parties that it has seen, and what is linked to them.

use super::Details;
use super::columns::{Columns, cell, print_of};
use super::merge::Standing;
use super::plan::{Place, Step};
use super::standings::Objections;
use crate::accounts::{flag, moment};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, ErpConnections, ErpThirdParties, Relation, RelationKind};
use crate::secret::Secret;
use crate::store::{Snapshot, Transaction, Value, ValueRef};
use jiff::Timestamp;

/// A connection of the CRM to an ERP.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its key in the CRM.
    pub key: Value,
    /// What it is called.
    pub name: String,
    /// Where the ERP is.
    pub place: String,
    /// The ERP's key, sealed, where there is one.
    pub sealed: Option<Vec<u8>>,
    /// Whether it may be used.
    pub enabled: bool,
    /// When the two were last synchronised.
    pub synced_at: Option<Timestamp>,
    /// The password of a user of the ERP, of a connection that was set up with one.
    pub password: Option<Secret>,
}

/// A third party that the CRM has.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its key in the CRM.
    pub key: Value,
    /// Its code.
    pub code: String,
    /// Whether it is of this connection, or of none.
    pub ours: bool,
    /// A fingerprint of what is known by each of the words that are compared.
    pub prints: Vec<u64>,
    /// Its standing towards marketing.
    pub standing: Standing,
}

/// A relation of the CRM that can be linked to a third party.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Its kind.
    pub kind: RelationKind,
    /// Its key.
    pub key: Value,
    /// Its SIRET, where it has one.
    pub siret: Option<String>,
    /// The key of the third party that it is linked to.
    pub third_party: Option<Value>,
    /// Its standing towards marketing.
    pub standing: Standing,
}

/// What the map says of the CRM's side, and the hour.
#[derive(Debug, Clone, Copy)]
pub struct Crm<'a> {
    pub(super) map: &'a CompleteMap,
    pub(super) now: Timestamp,
    pub(super) connections: &'a ErpConnections,
    parties: &'a ErpThirdParties,
    relation: &'a Relation,
}

/// What was done in the CRM.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Third parties that have a row now.
    pub created: u64,
    /// Relations that are linked now.
    pub linked: u64,
    /// Standings that were changed.
    pub standings: u64,
    /// Contacts that object now because their company does.
    pub contacts: u64,
    /// What is otherwise by now than when it was planned, and was left alone.
    pub changed_meanwhile: u64,
}

impl<'a> Crm<'a> {
    /// The CRM's side.
    ///
    /// # Errors
    /// Refused when the map does not describe it.
    pub fn new(map: &'a CompleteMap, now: Timestamp) -> Result<Self> {
        let no_link = || {
            Fault::refused(format!("the map {} does not say how the CRM is linked to an ERP", map.name())).hint(
                "it needs [erp.connections], [erp.third-parties] and [relations.third-party]; see crm-admin-map(5)",
            )
        };
        let connections = map.erp_connections().ok_or_else(no_link)?;
        let parties = map.erp_third_parties().ok_or_else(no_link)?;
        let relation = map.relation(RelationKind::ThirdParty).ok_or_else(no_link)?;
        Ok(Crm { map, now, connections, parties, relation })
    }

    /// The words by which the CRM knows third parties.
    pub fn words(&self) -> Vec<String> {
        self.parties.fields.iter().map(|(word, _)| word.clone()).collect()
    }

    /// The connections, in their order in the CRM.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn connections(&self, data: &mut dyn Snapshot) -> Result<Vec<Connection>> {
        let about = self.connections;
        let mut columns = Columns(vec![&about.key, &about.name, &about.place, &about.sealed]);
        let enabled = columns.place(about.enabled.as_deref());
        let synced = columns.place(about.synced_at.as_deref());
        let password = columns.place(about.password.as_deref());
        let time = about.synced_at.as_ref().map(|column| self.map.time_of(&about.table, column));
        let mut found = Vec::new();
        data.scan(&about.table, &columns.0, &mut |row| {
            let sealed = match row[3] {
                ValueRef::Blob(bytes) | ValueRef::Text(bytes) if !bytes.is_empty() => Some(bytes.to_vec()),
                _ => None,
            };
            found.push(Connection {
                key: row[0].to_value(),
                name: flag::text(row[1]).unwrap_or_default(),
                place: flag::text(row[2]).unwrap_or_default(),
                sealed,
                enabled: enabled.is_none() || flag::is_true(cell(row, enabled)),
                synced_at: moment::read(cell(row, synced), time),
                password: flag::text(cell(row, password)).filter(|text| !text.is_empty()).map(Secret::new),
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// Every third party that the CRM has.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn seen(
        &self,
        objections: &Objections<'_>,
        data: &mut dyn Snapshot,
        of: &Value,
        words: &[String],
    ) -> Result<Vec<Seen>> {
        let mut standings = objections.all(data, RelationKind::ThirdParty)?;
        let mut columns = Columns(vec![&self.relation.key, &self.parties.code]);
        let connection = columns.place(self.parties.connection.as_deref());
        let compared: Vec<Option<usize>> =
            words.iter().map(|word| columns.place(self.parties.field(word))).collect();
        let mut found = Vec::new();
        data.scan(&self.relation.table, &columns.0, &mut |row| {
            let Some(code) = flag::text(row[1]) else { return Ok(()) };
            let theirs = cell(row, connection);
            found.push(Seen {
                key: row[0].to_value(),
                code,
                ours: theirs == ValueRef::Null || theirs == of.borrow(),
                prints: compared.iter().map(|place| print_of(cell(row, *place))).collect(),
                standing: standings.take(row[0]),
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// Every relation that can be linked to a third party, linked or not.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn linked(&self, objections: &Objections<'_>, data: &mut dyn Snapshot) -> Result<Vec<Linked>> {
        let mut found = Vec::new();
        for link in self.map.erp().iter().filter(|link| link.kind != RelationKind::ThirdParty) {
            let Some(relation) = self.map.relation(link.kind) else { continue };
            let mut standings = objections.all(data, link.kind)?;
            let mut columns = Columns(vec![&relation.key, &link.column]);
            let siret = columns.place(link.siret.as_deref());
            data.scan(&relation.table, &columns.0, &mut |row| {
                found.push(Linked {
                    kind: link.kind,
                    key: row[0].to_value(),
                    siret: flag::text(cell(row, siret)).filter(|siret| !siret.is_empty()),
                    third_party: Some(row[1].to_value()).filter(|value| *value != Value::Null),
                    standing: standings.take(row[0]),
                });
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// Does what steps say in the CRM. `details` is what the ERP knows of those that get a row.
    ///
    /// # Errors
    /// Refused when a new row does not fit the CRM.
    pub fn apply(
        &self,
        objections: &mut Objections<'_>,
        change: &mut dyn Transaction,
        connection: &Value,
        steps: &[Step],
        details: &[(String, Details)],
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        for step in steps {
            let key = match &step.key {
                Some(key) => key.clone(),
                None => {
                    let about = details.iter().find(|(code, _)| *code == step.code);
                    let Some((_, about)) = about else { continue };
                    applied.created += 1;
                    self.create(objections, change, connection, (&step.code, about), &step.standing)?
                }
            };
            for (kind, relation) in &step.link {
                applied.linked += self.link(change, *kind, relation, &key)?;
            }
            for (place, was) in &step.changes {
                let (kind, of) = match place {
                    Place::Erp => continue,
                    Place::ThirdParty => (RelationKind::ThirdParty, &key),
                    Place::Linked(kind, of) => (*kind, of),
                };
                if objections.of(change, kind, of)? != *was {
                    applied.changed_meanwhile += 1;
                    continue;
                }
                applied.contacts += objections.put(change, kind, of, &learned(&step.standing))?;
                applied.standings += 1;
            }
        }
        Ok(applied)
    }

    /// Makes the CRM's row of a third party, and returns its key.
    fn create(
        &self,
        objections: &mut Objections<'_>,
        change: &mut dyn Transaction,
        connection: &Value,
        (code, about): (&str, &Details),
        standing: &Standing,
    ) -> Result<Value> {
        let (parties, table) = (self.parties, &self.relation.table);
        let now = |column: &str| moment::write(self.now, Some(self.map.time_of(table, column)));
        let mut row: Vec<(&str, Value)> = vec![(&parties.code, Value::from(code))];
        row.extend(parties.connection.as_deref().map(|column| (column, connection.clone())));
        for column in [&parties.created_at, &parties.changed_at].into_iter().flatten() {
            row.push((column, now(column)?));
        }
        // What the ERP does not know is left to the CRM's defaults.
        let known = about.iter().filter(|(_, value)| *value != Value::Null);
        row.extend(known.filter_map(|(word, value)| Some((parties.field(word)?, value.clone()))));
        row.extend(parties.set.iter().map(|(column, value)| (column.as_str(), value.clone())));
        let (columns, values): (Vec<&str>, Vec<&Value>) =
            row.iter().map(|(name, value)| (*name, value)).unzip();
        let values: Vec<ValueRef<'_>> = values.into_iter().map(Value::borrow).collect();
        change.insert(table, &columns, &values)?;
        let mut key = Value::Null;
        let code = [Value::from(code)];
        change.find(table, &parties.code, &code, &[&self.relation.key], &mut |row| {
            key = row[0].to_value();
            Ok(())
        })?;
        if key == Value::Null {
            return Err(Fault::refused("a new third party got no key in the CRM")
                .hint("this program makes rows in tables that number them by themselves")
                .into());
        }
        if standing.objects {
            objections.put(change, RelationKind::ThirdParty, &key, &learned(standing))?;
        }
        Ok(key)
    }

    /// Links a relation, unless somebody has linked it meanwhile.
    fn link(
        &self,
        change: &mut dyn Transaction,
        kind: RelationKind,
        relation: &Value,
        third_party: &Value,
    ) -> Result<u64> {
        let link = self.map.erp().iter().find(|link| link.kind == kind);
        let (Some(link), Some(about)) = (link, self.map.relation(kind)) else { return Ok(0) };
        let key = [(about.key.as_str(), relation.clone()), (link.column.as_str(), Value::Null)];
        change.update(&about.table, &[(&link.column, third_party.clone())], &key)
    }

    /// Notes when a connection was last synchronised.
    ///
    /// # Errors
    /// Whatever the transaction says.
    pub fn note_synced(&self, change: &mut dyn Transaction, connection: &Value) -> Result<()> {
        let about = self.connections;
        let Some(column) = &about.synced_at else { return Ok(()) };
        let now = moment::write(self.now, Some(self.map.time_of(&about.table, column)))?;
        let key = [(about.key.as_str(), connection.clone())];
        change.update(&about.table, &[(column, now)], &key).map(drop)
    }
}

/// A standing as the CRM notes it: where nobody is named, it was learned from the ERP.
fn learned(standing: &Standing) -> Standing {
    let made_by = standing.made_by.clone().or_else(|| standing.objects.then(|| "erp".to_owned()));
    Standing { made_by, ..standing.clone() }
}
