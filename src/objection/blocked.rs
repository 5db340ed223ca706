//! Everybody who is not to be written to, as digests of their addresses and numbers: what a mailing list is held against.

use super::excluded::Excluded;
use super::mailing::Why;
use super::places::noted;
use super::reach::Reach;
use super::register::Register;
use crate::address;
use crate::digest::digest;
use crate::erasure::Suppression;
use crate::fault::Result;
use crate::schema::{CompleteMap, Medium, RelationKind, Tie};
use crate::state::State;
use crate::store::Snapshot;
use jiff::civil::Date;
use std::collections::HashMap;

/// Half a digest: enough to tell a hundred million addresses apart.
type Half = [u8; 16];

/// Whom not to write to.
pub struct Blocked {
    known: HashMap<Half, Why>,
    suppressed: Option<Suppression>,
    day: Date,
}

impl Blocked {
    /// Reads everybody who objects, through the map, and whoever was erased, from the state folder.
    ///
    /// # Errors
    /// Those of reading; damaged when the state folder is.
    pub fn read(
        map: &CompleteMap,
        state: Option<&State>,
        data: &mut dyn Snapshot,
        day: Date,
    ) -> Result<Self> {
        let register = Register::read(state)?;
        let suppressed = state.map(Suppression::find).transpose()?.flatten();
        let mut blocked = Blocked { known: HashMap::new(), suppressed, day };
        for (_, kind) in RelationKind::WORDS {
            blocked.objectors(*kind, map, &register, data)?;
        }
        blocked.listed(map, data)?;
        Ok(blocked)
    }

    /// The addresses of whoever is excluded, each for the ways of marketing that are objected to.
    fn objectors(
        &mut self,
        kind: RelationKind,
        map: &CompleteMap,
        register: &Register,
        data: &mut dyn Snapshot,
    ) -> Result<()> {
        let Some(reach) = Reach::of(kind, map)? else { return Ok(()) };
        let excluded = Excluded::all(kind, map, register, data)?;
        if excluded.is_empty() {
            return Ok(());
        }
        reach.each(None, data, &mut |id, medium, address| {
            let Some(standing) = excluded.by_id(id) else { return Ok(()) };
            let forbids = |because: &&super::Because| match medium {
                // A text message goes to a telephone, and a list does not say which it is for.
                Medium::Phone => {
                    because.objecting.forbids(Medium::Phone) || because.objecting.forbids(Medium::Sms)
                }
                medium => because.objecting.forbids(medium),
            };
            if let Some(because) = standing.because.iter().find(forbids) {
                let why = match (because.own, because.kind) {
                    (true, _) => Why::Objects,
                    (false, RelationKind::ThirdParty) => Why::ThirdPartyObjects,
                    (false, _) => Why::CompanyObjects,
                };
                self.block(medium, &address, why);
            }
            Ok(())
        })
    }

    /// Addresses on a list of objections that are no relation's any more, or never were.
    fn listed(&mut self, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<()> {
        for place in map.objection() {
            let (Tie::Address(_, medium), Some(relation)) = (&place.tie, map.relation(place.kind)) else {
                continue;
            };
            noted(place, map, relation, None, data, &mut |row| {
                let text = row.tied.borrow().as_str().filter(|_| row.objects).map(str::to_owned);
                for address in text.and_then(|text| address::all(*medium, &text)).unwrap_or_default() {
                    self.block(*medium, &address, Why::Objects);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn block(&mut self, medium: Medium, address: &str, why: Why) {
        let known = self.known.entry(half(medium, address)).or_insert(why);
        *known = why.min(*known);
    }

    /// Why an address or number, in its one form, is not to be written to; none where nothing is against it.
    pub fn why(&self, medium: Medium, address: &str) -> Option<Why> {
        let known =
            if self.known.is_empty() { None } else { self.known.get(&half(medium, address)).copied() };
        let is_erased = |list: &Suppression| list.holds(medium, address, self.day);
        known.or_else(|| self.suppressed.as_ref().is_some_and(is_erased).then_some(Why::Erased))
    }
}

fn half(medium: Medium, address: &str) -> Half {
    let whole = digest(format!("{}:{address}", medium.word()).as_bytes());
    std::array::from_fn(|at| whole.0[at])
}
