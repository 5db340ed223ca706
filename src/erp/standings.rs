//! How relations stand towards marketing, read and changed through the objection room.

use super::merge::Standing;
use crate::erasure::{RelationRef, shown};
use crate::fault::{Fault, Result};
use crate::objection::{self, Contacts, Details, Excluded, Register, Wish};
use crate::schema::{CompleteMap, RelationKind};
use crate::store::{Snapshot, Transaction, Value, ValueRef};
use jiff::Timestamp;
use std::collections::HashMap;

/// The standings of all relations of a kind that have one.
#[derive(Debug, Default)]
pub struct Standings(HashMap<String, Standing>);

impl Standings {
    /// The standing of the relation with this key.
    pub fn take(&mut self, key: ValueRef<'_>) -> Standing {
        shown(&key.to_value()).and_then(|key| self.0.remove(&key)).unwrap_or_default()
    }
}

/// Where one side keeps objections: in its database, and in a register beside it for what has no place there.
#[derive(Debug)]
pub struct Objections<'a> {
    /// What the map says.
    pub map: &'a CompleteMap,
    /// The register.
    pub register: Register,
    /// What becomes of the contacts of a company that objects no more.
    pub contacts: Contacts,
    /// The hour, for what is taken back without one.
    pub now: Timestamp,
}

impl Objections<'_> {
    /// Every relation's standing. An objection to some ways of marketing only is no matter of both sides.
    pub fn all(&self, data: &mut dyn Snapshot, kind: RelationKind) -> Result<Standings> {
        self.read(data, kind, None)
    }

    /// One relation's standing.
    pub fn of(&self, data: &mut dyn Snapshot, kind: RelationKind, key: &Value) -> Result<Standing> {
        Ok(self.read(data, kind, Some(std::slice::from_ref(key)))?.take(key.borrow()))
    }

    fn read(&self, data: &mut dyn Snapshot, kind: RelationKind, only: Option<&[Value]>) -> Result<Standings> {
        let excluded = match only {
            None => Excluded::all(kind, self.map, &self.register, data)?,
            Some(keys) => Excluded::among(kind, keys, self.map, &self.register, data)?,
        };
        let mut found = Standings::default();
        for (id, standing) in excluded.iter() {
            let Some(own) = standing.own().filter(|own| own.all) else { continue };
            let Details { at, channel, origin } = own.details.clone();
            let at = at.and_then(|at| at.parse().ok());
            found.0.insert(id.to_owned(), Standing { objects: true, at, channel, made_by: origin });
        }
        for (id, at) in objection::withdrawn(kind, self.map, only, data)? {
            // A row that objects again has not been cleared of the moment at which it once did not.
            found.0.entry(id).or_insert(Standing { at: Some(at), ..Standing::default() });
        }
        Ok(found)
    }

    /// Changes one relation's standing; how many contacts that changed too.
    pub fn put(
        &mut self,
        change: &mut dyn Transaction,
        kind: RelationKind,
        key: &Value,
        standing: &Standing,
    ) -> Result<u64> {
        let id = shown(key).unwrap_or_default();
        let relation = RelationRef { kind, id };
        let plan = if standing.objects {
            let details = Details {
                at: standing.at.map(|at| at.to_string()),
                channel: standing.channel.clone(),
                origin: standing.made_by.clone(),
            };
            let wish = Wish { medium: None, details };
            objection::Plan::add(&relation, &wish, self.map, &self.register, change)?
        } else {
            let at = standing.at.unwrap_or(self.now);
            objection::Plan::remove(&relation, None, self.contacts, at, self.map, &self.register, change)?
        };
        let applied = objection::apply(&plan, self.map, change)?;
        self.register.plan(&plan);
        Ok(applied.contacts)
    }

    /// Makes sure that a standing is where the database itself shows it: the other side has no register of ours.
    pub fn hold_without_register(
        &self,
        change: &mut dyn Transaction,
        kind: RelationKind,
        key: &Value,
        objects: bool,
    ) -> Result<()> {
        let bare = Objections { register: Register::default(), ..*self };
        if bare.of(change, kind, key)?.objects == objects {
            return Ok(());
        }
        Err(Fault::refused(format!(
            "the map {} has no place for the objection of a {}",
            self.map.name(),
            kind.word()
        ))
        .hint("say where it is noted in [objection.third-party]; see crm-admin-map(5)")
        .into())
    }
}
