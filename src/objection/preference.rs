//! Whether a user's lists leave out who objects: in the CRM where its map has a place for it, else in the state folder.

use crate::accounts::{Account, Accounts, flag};
use crate::fault::{Fault, Result};
use crate::schema::PreferencePlace;
use crate::state::State;
use crate::store::{Snapshot, Transaction, ValueRef};
use std::collections::BTreeMap;

/// The file in the state folder.
const FILE: &str = "preferences.json";

/// Whether the lists of an account leave out who objects to marketing. They do where nobody has said otherwise.
///
/// # Errors
/// Damaged when the state folder's file cannot be understood; those of reading.
pub fn excludes(
    accounts: &Accounts,
    account: &Account,
    state: Option<&State>,
    data: &mut dyn Snapshot,
) -> Result<bool> {
    let Some(place) = &accounts.population.exclude_objected else {
        let known = read(state)?.get(&accounts.ledger_name(account)).copied();
        return Ok(known.unwrap_or(true));
    };
    Ok(stored(place, account, data)?.unwrap_or(true))
}

/// The wish as the CRM has it; none where there is no row, or none was said.
fn stored(place: &PreferencePlace, account: &Account, data: &mut dyn Snapshot) -> Result<Option<bool>> {
    let mut found = None;
    let key = std::slice::from_ref(&account.key);
    data.find(&place.table, &place.by, key, &[&place.column], &mut |row| {
        if !matches!(row[0], ValueRef::Null) {
            // Of several rows, one that leaves them out is enough.
            found = Some(found.unwrap_or(false) || flag::is_true(row[0]));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Writes the wish into the CRM's own place.
///
/// # Errors
/// When a rule of the database says no.
pub fn write_to_database(
    place: &PreferencePlace,
    account: &Account,
    excludes: bool,
    change: &mut dyn Transaction,
) -> Result<()> {
    let key = [(place.by.as_str(), account.key.clone())];
    let wish = flag::flag(excludes);
    if change.update(&place.table, &[(place.column.as_str(), wish.clone())], &key)? == 0 {
        let row = [account.key.borrow(), wish.borrow()];
        change.insert(&place.table, &[&place.by, &place.column], &row)?;
    }
    Ok(())
}

/// Writes the wish into the state folder, for a CRM that has no place for it.
///
/// # Errors
/// Damaged when the file cannot be understood; unfinished when it cannot be written.
pub fn write_to_state(state: &State, account: &str, excludes: bool) -> Result<()> {
    let mut known = read(Some(state))?;
    known.insert(account.to_owned(), excludes);
    state.replace(FILE, &serde_json::to_vec_pretty(&known)?)
}

/// The wishes of the state folder, by the ledger's names of accounts.
fn read(state: Option<&State>) -> Result<BTreeMap<String, bool>> {
    let Some(bytes) = state.map(|state| state.read(FILE)).transpose()?.flatten() else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_slice(&bytes)
        .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")).into())
}
