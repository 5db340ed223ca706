//! What a synchronisation would do: a value, made of what both sides know, without a word of either's tables.

use super::Party;
use super::crm::{Linked, Seen};
use super::merge::{Standing, merged};
use crate::schema::RelationKind;
use crate::store::Value;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where a standing is changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// In the ERP's books.
    Erp,
    /// In the CRM's row of the third party.
    ThirdParty,
    /// In a relation of the CRM that is linked to it.
    Linked(RelationKind, Value),
}

/// What is done about one third party that is not erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Its key in the CRM; none where the CRM gets a row for it.
    pub key: Option<Value>,
    /// Relations of the CRM that are linked to it from now on.
    pub link: Vec<(RelationKind, Value)>,
    /// What holds of its standing.
    pub standing: Standing,
    /// Where that is changed, and what stands there now.
    pub changes: Vec<(Place, Standing)>,
}

/// What a synchronisation would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What is done about third parties that live.
    pub steps: Vec<Step>,
    /// Third parties that the ERP has erased: code, and key in the CRM.
    pub orders: Vec<(String, Value)>,
    /// Codes of erased ones that the CRM has no more, and the ERP does not know it yet.
    pub gone: Vec<String>,
    /// What is different on the two sides, and stays so.
    pub drift: Vec<Drift>,
}

/// A difference that a synchronisation does not settle by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drift {
    /// Always `third-party`.
    pub kind: RelationKind,
    /// Its code.
    pub id: String,
    /// What it is.
    pub what: Difference,
    /// By which words the two differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// The sorts of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// The CRM has erased it on the ERP's order, and in the ERP it lives: an older copy was restored there.
    ErasedHere,
    /// Somebody of that number, address or telephone was erased in the CRM after the ERP made the row.
    ErasedPerson,
    /// The CRM has it, and the ERP has it no more without having erased it.
    NotInErp,
    /// The code is that of a third party of another ERP.
    CodeTaken,
    /// Two relations of the CRM have its number, so neither is linked.
    Ambiguous,
    /// The two sides know different things of it.
    Values,
}

/// Why a third party is not taken into the CRM again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It was erased itself.
    Itself,
    /// Whoever it is was erased under another code.
    Person,
}

/// Plans one synchronisation. `words` is what was compared; `held` says what was erased once and must not come back.
pub fn plan(
    words: &[String],
    parties: &[Party],
    seen: &[Seen],
    linked: &[Linked],
    held: &HashMap<String, Held>,
) -> Plan {
    let known: HashMap<&str, &Seen> = seen.iter().map(|seen| (seen.code.as_str(), seen)).collect();
    let by_party = by_third_party(linked);
    let by_siret = by_siret(linked);
    let mut plan = Plan::default();
    for party in parties {
        let here = known.get(party.code.as_str()).copied();
        if here.is_some_and(|seen| !seen.ours) {
            plan.note(party, Difference::CodeTaken);
            continue;
        }
        match (party.erased, here) {
            (true, Some(seen)) => plan.orders.push((party.code.clone(), seen.key.clone())),
            (true, None) if !party.acknowledged => plan.gone.push(party.code.clone()),
            (true, None) => {}
            (false, Some(seen)) => plan.compare(words, party, seen),
            (false, None) => match held.get(&party.code) {
                Some(Held::Itself) => plan.note(party, Difference::ErasedHere),
                Some(Held::Person) => plan.note(party, Difference::ErasedPerson),
                None => {}
            },
        }
        if !party.erased && (here.is_some() || !held.contains_key(&party.code)) {
            let mine = here.and_then(|seen| by_party.get(&shown(&seen.key))).map_or(&[][..], Vec::as_slice);
            plan.step(party, here, mine, &by_siret);
        }
    }
    plan.note_missing(parties, seen);
    plan.drift.sort();
    plan
}

impl Plan {
    /// Whether both sides are as they should be.
    pub fn is_nothing(&self) -> bool {
        self.steps.is_empty() && self.orders.is_empty() && self.gone.is_empty()
    }

    fn note(&mut self, party: &Party, what: Difference) {
        let id = party.code.clone();
        self.drift.push(Drift { kind: RelationKind::ThirdParty, id, what, fields: Vec::new() });
    }

    fn compare(&mut self, words: &[String], party: &Party, seen: &Seen) {
        let both = party.prints.iter().zip(&seen.prints).zip(words);
        let fields: Vec<String> =
            both.filter(|((erp, crm), _)| erp != crm).map(|(_, word)| word.clone()).collect();
        if !fields.is_empty() {
            let id = party.code.clone();
            self.drift.push(Drift { kind: RelationKind::ThirdParty, id, what: Difference::Values, fields });
        }
    }

    fn note_missing(&mut self, parties: &[Party], seen: &[Seen]) {
        let there: HashSet<&str> = parties.iter().map(|party| party.code.as_str()).collect();
        for seen in seen.iter().filter(|seen| seen.ours && !there.contains(seen.code.as_str())) {
            let id = seen.code.clone();
            let what = Difference::NotInErp;
            self.drift.push(Drift { kind: RelationKind::ThirdParty, id, what, fields: Vec::new() });
        }
    }

    /// What is to be done about a third party that lives.
    fn step(
        &mut self,
        party: &Party,
        here: Option<&Seen>,
        mine: &[&Linked],
        by_siret: &HashMap<(RelationKind, &str), Vec<&Linked>>,
    ) {
        let mut link = Vec::new();
        let mut all = mine.to_vec();
        for (kind, siret) in party.siret.iter().flat_map(|siret| KINDS.map(|kind| (kind, siret))) {
            if mine.iter().any(|linked| linked.kind == kind) {
                continue;
            }
            match by_siret.get(&(kind, siret.as_str())).map(Vec::as_slice) {
                Some([only]) => {
                    link.push((kind, only.key.clone()));
                    all.push(only);
                }
                Some(_) => self.note(party, Difference::Ambiguous),
                None => {}
            }
        }
        let places = [&party.standing].into_iter().chain(here.map(|seen| &seen.standing));
        let standing = merged(places.chain(all.iter().map(|linked| &linked.standing)));
        // A new row is made with the standing that holds.
        let own = here.map(|seen| (Place::ThirdParty, &seen.standing));
        let linked =
            all.iter().map(|linked| (Place::Linked(linked.kind, linked.key.clone()), &linked.standing));
        let changes: Vec<(Place, Standing)> = [(Place::Erp, &party.standing)]
            .into_iter()
            .chain(own)
            .chain(linked)
            .filter(|(_, now)| now.objects != standing.objects)
            .map(|(place, now)| (place, now.clone()))
            .collect();
        if here.is_none() || !link.is_empty() || !changes.is_empty() {
            let key = here.map(|seen| seen.key.clone());
            self.steps.push(Step { code: party.code.clone(), key, link, standing, changes });
        }
    }
}

/// The kinds of relations that can be linked.
const KINDS: [RelationKind; 3] = [RelationKind::Company, RelationKind::Contact, RelationKind::Lead];

/// A key as text, to find it by.
fn shown(key: &Value) -> Vec<u8> {
    match key {
        Value::Integer(number) => number.to_string().into_bytes(),
        Value::Text(bytes) | Value::Blob(bytes) => bytes.clone(),
        Value::Real(number) => number.to_string().into_bytes(),
        Value::Null => Vec::new(),
    }
}

fn by_third_party(linked: &[Linked]) -> BTreeMap<Vec<u8>, Vec<&Linked>> {
    let mut found: BTreeMap<Vec<u8>, Vec<&Linked>> = BTreeMap::new();
    for one in linked {
        if let Some(third_party) = &one.third_party {
            found.entry(shown(third_party)).or_default().push(one);
        }
    }
    found
}

/// Relations that are not linked yet, by their number.
fn by_siret(linked: &[Linked]) -> HashMap<(RelationKind, &str), Vec<&Linked>> {
    let mut found: HashMap<(RelationKind, &str), Vec<&Linked>> = HashMap::new();
    for one in linked.iter().filter(|one| one.third_party.is_none()) {
        if let Some(siret) = &one.siret {
            found.entry((one.kind, siret)).or_default().push(one);
        }
    }
    found
}

#[cfg(test)]
mod tests;
