//! The marketing filter of a list: who objects, and whether that keeps them out of it.

use super::list::ListArgs;
use crate::accounts::Accounts;
use crate::fault::Result;
use crate::objection::{Excluded, Register, Standing, preference};
use crate::relation::Key;
use crate::schema::{AccountRoles, CompleteMap};
use crate::state::State;
use crate::store::{Snapshot, Value};

/// Of fewer relations than this it is asked how each of them stands; of more who objects at all.
const FEW: usize = 5_000;

/// Who of those that fit is listed.
pub(super) struct Filter {
    excluded: Excluded,
    /// Whether those who object are listed, and whether the others are.
    shows: (bool, bool),
}

impl Filter {
    /// As the options say; else as the user prefers for whom the list is; else objectors are left out.
    pub fn of(
        args: &ListArgs,
        keys: &[Key],
        map: &CompleteMap,
        (roles, state): (Option<&AccountRoles>, Option<&State>),
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let wish = match (&args.viewer, roles) {
            (Some(login), Some(roles)) => Some(preferred(login, roles, state, data)?),
            _ => None,
        };
        let leaves_out = !args.include_excluded && !args.only_excluded && wish.unwrap_or(true);
        let register = Register::read(state)?;
        let excluded = if keys.len() < FEW {
            let keys: Vec<Value> = keys.iter().map(Key::value).collect();
            Excluded::among(args.kind, &keys, map, &register, data)?
        } else {
            Excluded::all(args.kind, map, &register, data)?
        };
        Ok(Filter { excluded, shows: (!leaves_out, !args.only_excluded) })
    }

    /// Whether a relation is listed.
    pub fn lists(&self, key: &Key) -> bool {
        if self.standing(key).is_some() { self.shows.0 } else { self.shows.1 }
    }

    /// What is done with those who object, in one word.
    pub fn word(&self) -> &'static str {
        match self.shows {
            (false, _) => "left-out",
            (true, true) => "included",
            (true, false) => "only",
        }
    }

    /// How a relation stands that is excluded.
    pub fn standing(&self, key: &Key) -> Option<&Standing> {
        self.excluded.of(&key.value()).filter(|standing| standing.is_excluded())
    }

    /// Why it is excluded, in a few words.
    pub fn why(&self, key: &Key) -> Option<String> {
        self.standing(key).map(why)
    }
}

/// Whether this user's lists leave out who objects.
fn preferred(
    login: &str,
    roles: &AccountRoles,
    state: Option<&State>,
    data: &mut dyn Snapshot,
) -> Result<bool> {
    let accounts = Accounts::read(data, roles, roles.population(None)?)?;
    let account = accounts.require([login])?[0];
    preference::excludes(&accounts, account, state, data)
}

/// Whose objections they are.
pub(super) fn why(standing: &Standing) -> String {
    let mut whose: Vec<String> = Vec::new();
    for because in &standing.because {
        let words = match because.own {
            true => "objects".to_owned(),
            false => format!("{} {} objects", because.kind.word(), because.id),
        };
        if !whose.contains(&words) {
            whose.push(words);
        }
    }
    whose.join(", ")
}
