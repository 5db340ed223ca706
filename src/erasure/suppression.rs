//! Whom nobody is to write to or to call again: addresses and numbers of erased people, as keyed digests. A later import
//! is held against it. Kept outside the database, without a name and without an id, and each with an end.

use super::plan::Plan;
use super::row::{Act, Row};
use crate::address;
use crate::digest::{Digest, keyed};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Content, MappedColumn, Medium};
use crate::state::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

const KEY: &str = "suppression.key";
const FILE: &str = "suppressed.json";

/// How long an address stays on the list, in years. The CNIL asks for three at least.
pub const YEARS: i16 = 3;

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Suppressed {
    /// What it is.
    pub medium: Medium,
    /// HMAC-SHA-256 of its one form, under the key of the state folder.
    pub digest: Digest,
    /// The day of the erasure.
    pub since: Date,
    /// The last day on which it counts.
    pub until: Date,
}

/// The list, with its key.
pub struct Suppression {
    key: [u8; 32],
    rows: HashMap<(Medium, Digest), Suppressed>,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Which key the digests were made with: a part of its own digest.
    key: String,
    rows: BTreeSet<Suppressed>,
}

impl Suppression {
    /// The list of a state, and its key; both are begun where there are none.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be read or written, damaged when list and key do not fit.
    pub fn open(state: &State) -> Result<Self> {
        if state.read(KEY)?.is_none() {
            state.replace(KEY, &rand::random::<[u8; 32]>())?;
        }
        Self::find(state)?.ok_or_else(|| Fault::damaged(format!("{KEY} of the state folder is gone")).into())
    }

    /// The list of a state, for reading; none where nothing was ever put on it.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be read, damaged when list and key do not fit.
    pub fn find(state: &State) -> Result<Option<Self>> {
        let damaged = |what: &str| Fault::damaged(format!("{FILE} of the state folder: {what}"));
        let stored = state.read(FILE)?;
        let Some(key) = state.read(KEY)? else {
            return match stored {
                Some(_) => Err(damaged("its key is gone, so it can tell nobody any more").into()),
                None => Ok(None),
            };
        };
        let key =
            key.try_into().map_err(|_| Fault::damaged(format!("{KEY} of the state folder is no key")))?;
        let mut rows = HashMap::new();
        if let Some(bytes) = stored {
            let stored: Stored =
                serde_json::from_slice(&bytes).map_err(|error| damaged(&error.to_string()))?;
            if stored.key != name_of(&key) {
                return Err(damaged("it was made with another key").into());
            }
            rows.extend(stored.rows.into_iter().map(|row| ((row.medium, row.digest), row)));
        }
        Ok(Some(Suppression { key, rows }))
    }

    /// Whether an address or number, in its one form, is on the list and counts on this day.
    pub fn holds(&self, medium: Medium, form: &str, day: Date) -> bool {
        self.since(medium, form, day).is_some()
    }

    /// The day of the last erasure of an address or number, in its one form, if it is on the list and counts on this day.
    pub fn since(&self, medium: Medium, form: &str, day: Date) -> Option<Date> {
        if self.is_empty() {
            return None;
        }
        let found = self.rows.get(&(medium, self.digest(medium, form)))?;
        (found.until >= day).then_some(found.since)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The entries for the addresses and numbers that a plan erases.
    pub fn of_plan(&self, plan: &Plan, map: &CompleteMap, day: Date) -> BTreeSet<Suppressed> {
        let until = day.saturating_add(jiff::Span::new().years(YEARS));
        let entry = |(medium, form): (Medium, String)| Suppressed {
            medium,
            digest: self.digest(medium, &form),
            since: day,
            until,
        };
        erased(plan, map).into_iter().map(entry).collect()
    }

    /// Adds entries, and drops those that are over; one that is there already counts to the later end.
    ///
    /// # Errors
    /// Unfinished when the state folder cannot be written.
    pub fn add(&mut self, more: BTreeSet<Suppressed>, day: Date, state: &State) -> Result<()> {
        self.rows.retain(|_, row| row.until >= day);
        for row in more {
            let known = self.rows.entry((row.medium, row.digest)).or_insert_with(|| row.clone());
            known.until = known.until.max(row.until);
            known.since = known.since.max(row.since);
        }
        let stored = Stored { key: name_of(&self.key), rows: self.rows.values().cloned().collect() };
        state.replace(FILE, &serde_json::to_vec(&stored)?)
    }

    fn digest(&self, medium: Medium, form: &str) -> Digest {
        keyed(&self.key, [medium.word(), ":", form].concat().as_bytes())
    }
}

/// Enough of a digest of the key to tell it from another one.
fn name_of(key: &[u8; 32]) -> String {
    keyed(key, b"the name of this key").to_string()[..16].to_owned()
}

/// The erased addresses and numbers, each in its one form.
fn erased(plan: &Plan, map: &CompleteMap) -> BTreeSet<(Medium, String)> {
    let mut found = BTreeSet::new();
    for (table, row) in plan.rows() {
        for column in map.table(table).into_iter().flat_map(|mapped| &mapped.columns) {
            let goes = row.act == Act::Delete || row.set.contains_key(&column.name);
            let Some(medium) = medium(column, row).filter(|_| goes) else { continue };
            let value = row.value(&column.name).borrow();
            found
                .extend(address::some(medium, value.as_str().unwrap_or_default()).map(|form| (medium, form)));
        }
    }
    found
}

fn medium(column: &MappedColumn, row: &Row) -> Option<Medium> {
    let category = match &column.rule.content {
        // Not lists: they name the others of a mail, who were not erased.
        Content::One(category) => *category,
        Content::ByColumn { column, when, otherwise } => {
            let word = row.value(column).borrow();
            word.as_str().and_then(|word| when.get(word)).copied().unwrap_or(*otherwise)
        }
        _ => return None,
    };
    address::medium_of(category)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn entry(list: &Suppression, medium: Medium, form: &str, until: Date) -> Suppressed {
        let digest = list.digest(medium, form);
        Suppressed { medium, digest, since: date(2026, 1, 1), until }
    }

    #[test]
    fn the_list_knows_whom_it_holds_until_their_day_and_names_nobody() {
        let home = tempfile::tempdir().unwrap();
        let state = State::open(&home.path().join("state")).unwrap();
        assert!(Suppression::find(&state).unwrap().is_none());
        let mut list = Suppression::open(&state).unwrap();
        let marie = entry(&list, Medium::Email, "marie.durand@exemple.fr", date(2029, 1, 1));
        let old = entry(&list, Medium::Phone, "+33612345678", date(2026, 1, 31));
        list.add([marie, old].into(), date(2026, 1, 1), &state).unwrap();

        let list = Suppression::find(&state).unwrap().unwrap();
        let holds = |text, day| list.holds(Medium::Email, text, day);
        assert!(holds("marie.durand@exemple.fr", date(2029, 1, 1)));
        assert!(!holds("marie.durand@exemple.fr", date(2029, 1, 2)));
        assert!(!holds("paul.durand@exemple.fr", date(2026, 1, 1)));
        assert!(list.holds(Medium::Phone, "+33612345678", date(2026, 1, 31)));
        let kept = String::from_utf8(state.read(FILE).unwrap().unwrap()).unwrap();
        assert!(!kept.contains("marie") && !kept.contains("612345678"));
        let plain = crate::digest::digest(b"marie.durand@exemple.fr").to_string();
        assert!(!kept.contains(&plain), "nobody can try addresses without the key");

        Suppression::open(&state).unwrap().add(BTreeSet::new(), date(2026, 2, 1), &state).unwrap();
        assert_eq!(Suppression::find(&state).unwrap().unwrap().len(), 1, "what is over is dropped");
    }

    #[test]
    fn a_list_without_its_key_or_with_another_is_no_list() {
        let home = tempfile::tempdir().unwrap();
        let state = State::open(&home.path().join("state")).unwrap();
        let mut list = Suppression::open(&state).unwrap();
        let marie = entry(&list, Medium::Email, "marie.durand@exemple.fr", date(2029, 1, 1));
        list.add([marie].into(), date(2026, 1, 1), &state).unwrap();
        state.replace(KEY, &[7; 32]).unwrap();
        assert!(Suppression::find(&state).is_err());
        std::fs::remove_file(state.path(KEY)).unwrap();
        assert!(Suppression::find(&state).is_err());
    }
}
