//! Who is excluded, and why: read from every place that the map names and from the register.

use super::contacts::{By, pairs, third_parties};
use super::places::noted;
use super::reach::Reach;
use super::register::Register;
use super::{Details, Objecting};
use crate::address;
use crate::erasure::{RelationRef, shown};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Medium, Objection, Relation, RelationKind, Tie};
use crate::store::{Snapshot, Value};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Why a relation is excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because {
    /// The kind of whoever objected: the relation's own where it did so itself.
    pub kind: RelationKind,
    /// Its id.
    pub id: String,
    /// Whether it is the relation itself.
    pub own: bool,
    /// What is objected to, and what is known of it.
    #[serde(flatten)]
    pub objecting: Objecting,
}

/// How a relation stands: excluded for some reasons, or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Every reason, the own one first.
    pub because: Vec<Because>,
}

impl Standing {
    /// Whether it is excluded from any marketing at all. That is what lists go by.
    pub fn is_excluded(&self) -> bool {
        !self.because.is_empty()
    }

    /// Whether it is excluded from one way of marketing.
    pub fn is_excluded_from(&self, medium: Medium) -> bool {
        self.because.iter().any(|because| because.objecting.forbids(medium))
    }

    /// The objection of its own.
    pub fn own(&self) -> Option<&Objecting> {
        self.because.iter().find(|because| because.own).map(|because| &because.objecting)
    }
}

/// Everybody of one kind who is excluded, by id. Keys of the root table that are of another kind may be among them: who
/// asks knows that a row is of the kind.
#[derive(Debug, Clone, Default)]
pub struct Excluded {
    standings: HashMap<String, Standing>,
}

impl Excluded {
    /// Everybody of a kind who is excluded.
    ///
    /// # Errors
    /// Those of reading.
    pub fn all(
        kind: RelationKind,
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        Self::read(kind, map, register, None, data)
    }

    /// Who is excluded among those with some keys.
    ///
    /// # Errors
    /// Those of reading.
    pub fn among(
        kind: RelationKind,
        keys: &[Value],
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        Self::read(kind, map, register, Some(keys), data)
    }

    /// How one relation stands.
    ///
    /// # Errors
    /// Usage when the id is none; missing when there is no such relation; those of reading.
    pub fn standing(
        relation: &RelationRef,
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<Standing> {
        let key = found(relation, map, data)?;
        let mut read = Self::read(relation.kind, map, register, Some(std::slice::from_ref(&key)), data)?;
        Ok(shown(&key).and_then(|id| read.standings.remove(&id)).unwrap_or_default())
    }

    /// How the relation with a key stands.
    pub fn of(&self, key: &Value) -> Option<&Standing> {
        self.standings.get(&shown(key)?)
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.standings.is_empty()
    }

    /// Everybody, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Standing)> {
        self.standings.iter().map(|(id, standing)| (id.as_str(), standing))
    }

    /// How the relation with an id stands.
    pub fn by_id(&self, id: &str) -> Option<&Standing> {
        self.standings.get(id)
    }

    fn read(
        kind: RelationKind,
        map: &CompleteMap,
        register: &Register,
        only: Option<&[Value]>,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let mut read = Excluded::default();
        for (id, objecting) in own(kind, map, register, only, data)? {
            read.because(&id, kind, &id, true, &objecting);
        }
        let linked = third_parties(kind, map, only, data)?;
        if !linked.is_empty() {
            let keys: Option<Vec<Value>> =
                only.map(|_| linked.iter().map(|(_, third)| third.clone()).collect());
            let third = own(RelationKind::ThirdParty, map, register, keys.as_deref(), data)?;
            for (key, of_third) in &linked {
                if let (Some(id), Some(party)) = (shown(key), shown(of_third))
                    && let Some(objecting) = third.get(&party)
                {
                    read.because(&id, RelationKind::ThirdParty, &party, false, objecting);
                }
            }
        }
        if kind == RelationKind::Contact {
            read.by_companies(map, register, only, data)?;
        }
        Ok(read)
    }

    fn by_companies(
        &mut self,
        map: &CompleteMap,
        register: &Register,
        only: Option<&[Value]>,
        data: &mut dyn Snapshot,
    ) -> Result<()> {
        let by = only.map_or(By::All, By::Contacts);
        let mut keys = Vec::new();
        if only.is_some() {
            pairs(map, by, data, &mut |_, company| {
                keys.push(company);
                Ok(())
            })?;
        }
        let keys = only.map(|_| keys.as_slice());
        let mut companies = Self::read(RelationKind::Company, map, register, keys, data)?;
        companies.keep_those_of(RelationKind::Company, map, data)?;
        if companies.standings.is_empty() {
            return Ok(());
        }
        pairs(map, by, data, &mut |contact, company| {
            if let (Some(contact), Some(company)) = (shown(&contact), shown(&company))
                && let Some(standing) = companies.standings.get(&company)
            {
                for because in &standing.because {
                    let (kind, id) = (because.kind, because.id.as_str());
                    self.because(&contact, kind, id, false, &because.objecting);
                }
            }
            Ok(())
        })
    }

    /// Leaves out whoever is of another kind with the same root table.
    fn keep_those_of(
        &mut self,
        kind: RelationKind,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
    ) -> Result<()> {
        let Some(relation) = map.relation(kind) else { return Ok(()) };
        if relation.filter.is_empty() && relation.has.is_none() && relation.unless.is_none() {
            return Ok(());
        }
        for id in self.standings.keys().cloned().collect::<Vec<_>>() {
            let one = RelationRef { kind, id };
            if !one.is_one(map, data, &one.key(map)?)? {
                self.standings.remove(&one.id);
            }
        }
        Ok(())
    }

    fn because(&mut self, id: &str, kind: RelationKind, by: &str, own: bool, objecting: &Objecting) {
        let standing = self.standings.entry(id.to_owned()).or_default();
        let because = Because { kind, id: by.to_owned(), own, objecting: objecting.clone() };
        if !standing.because.contains(&because) {
            standing.because.push(because);
        }
    }
}

/// The key of a relation that is there.
///
/// # Errors
/// Usage when the id is none; missing when there is no such relation.
pub(super) fn found(relation: &RelationRef, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Value> {
    let key = relation.key(map)?;
    match relation.is_one(map, data, &key)? {
        true => Ok(key),
        false => Err(Fault::missing(format!("there is no {relation}")).into()),
    }
}

/// The objections of their own that relations of a kind have, by id.
pub(super) fn own(
    kind: RelationKind,
    map: &CompleteMap,
    register: &Register,
    only: Option<&[Value]>,
    data: &mut dyn Snapshot,
) -> Result<BTreeMap<String, Objecting>> {
    let mut own: BTreeMap<String, Objecting> = BTreeMap::new();
    let Some(relation) = map.relation(kind) else { return Ok(own) };
    let mut add = |id: &str, medium: Option<Medium>, details: &Details| {
        let objecting = own.entry(id.to_owned()).or_default();
        objecting.add(medium);
        *objecting = std::mem::take(objecting).with_details(details);
    };
    for place in map.objection().iter().filter(|place| place.kind == kind) {
        match place.tie {
            Tie::Address(..) => by_address(place, map, relation, only, data, &mut add)?,
            _ => noted(place, map, relation, only, data, &mut |row| {
                if let Some(id) = shown(&row.tied).filter(|_| row.objects) {
                    add(&id, place.medium, &row.details);
                }
                Ok(())
            })?,
        }
    }
    let asked: Option<BTreeSet<String>> = only.map(|keys| keys.iter().filter_map(shown).collect());
    let is_asked = |id: &str| asked.as_ref().is_none_or(|asked| asked.contains(id));
    for (id, noted) in register.all(kind).filter(|(id, _)| is_asked(id)) {
        if !noted.is_any() && !own.contains_key(id) {
            continue;
        }
        let objecting = own.entry(id.to_owned()).or_default();
        objecting.all |= noted.all;
        objecting.only.extend(noted.only.iter().copied());
        *objecting = std::mem::take(objecting).with_details(&noted.details);
    }
    Ok(own)
}

/// Objections noted by address are those of whoever has the address.
fn by_address(
    place: &Objection,
    map: &CompleteMap,
    relation: &Relation,
    only: Option<&[Value]>,
    data: &mut dyn Snapshot,
    add: &mut dyn FnMut(&str, Option<Medium>, &Details),
) -> Result<()> {
    let Tie::Address(_, medium) = &place.tie else { return Ok(()) };
    let mut objected: HashMap<String, Details> = HashMap::new();
    noted(place, map, relation, None, data, &mut |row| {
        let text = row.tied.borrow().as_str().filter(|_| row.objects).map(str::to_owned);
        for address in text.and_then(|text| address::all(*medium, &text)).unwrap_or_default() {
            let known = objected.entry(address).or_default();
            *known = std::mem::take(known).or(&row.details);
        }
        Ok(())
    })?;
    let Some(reach) = Reach::of(relation.kind, map)?.filter(|_| !objected.is_empty()) else { return Ok(()) };
    reach.each(only, data, &mut |id, of, address| {
        if let Some(details) = objected.get(&address).filter(|_| of == *medium) {
            add(id, place.medium, details);
        }
        Ok(())
    })
}
