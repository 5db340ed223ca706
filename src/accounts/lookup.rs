//! Texts that a map says stand somewhere in the database: the site's salt, the organisation's names and places.

use super::flag::text;
use crate::fault::{Fault, Result};
use crate::schema::{AccountRoles, Filter, Lookup, SaltPlace};
use crate::secret::Secret;
use crate::store::{Snapshot, ValueRef};
use std::collections::BTreeSet;

/// What is known of the organisation that works with the CRM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Office {
    /// Its names.
    pub names: Vec<String>,
    /// Its towns.
    pub towns: Vec<String>,
    /// Its postcodes.
    pub postcodes: Vec<String>,
}

/// No organisation has more of each: a hostile table could have millions.
const MOST: usize = 10;

/// Reads what the map says of the organisation; nothing where it says nothing.
///
/// # Errors
/// When a table cannot be read.
pub fn office(snapshot: &mut dyn Snapshot, roles: &AccountRoles) -> Result<Office> {
    let Some(place) = &roles.organisation else { return Ok(Office::default()) };
    let mut all =
        |lookup: &Option<Lookup>| lookup.as_ref().map_or(Ok(Vec::new()), |one| texts(snapshot, one));
    Ok(Office { names: all(&place.name)?, towns: all(&place.town)?, postcodes: all(&place.postcode)? })
}

/// Looks the site's salt up, where the map says that there is one: without it no password can be verified.
///
/// # Errors
/// Refused when it is not where the map says; usage when others may read its file.
pub fn look_salts_up(snapshot: &mut dyn Snapshot, roles: &mut AccountRoles) -> Result<()> {
    for salt in roles.populations.iter_mut().filter_map(|population| population.salt.as_mut()) {
        salt.found = Some(match &salt.place {
            SaltPlace::File(path) => Secret::from_file(path)?,
            SaltPlace::Row(row) => {
                texts(snapshot, row)?.into_iter().next().map(Secret::new).ok_or_else(|| {
                    Fault::refused(format!("{} has no salt where the map says", row.table))
                        .hint("correct `salt` in the map's accounts; see crm-admin-map(5)")
                })?
            }
        });
    }
    Ok(())
}

/// The texts, each once, in the order of their table.
fn texts(snapshot: &mut dyn Snapshot, lookup: &Lookup) -> Result<Vec<String>> {
    let mut named = BTreeSet::new();
    if let Some(other) = &lookup.named {
        snapshot.scan(&other.table, &[&other.column], &mut |row| {
            named.extend(text(row[0]));
            Ok(())
        })?;
    }
    let mut columns: Vec<&str> = vec![&lookup.column];
    columns.extend(lookup.filter.iter().map(|(column, _)| column.as_str()));
    columns.extend(lookup.named.as_ref().map(|named| named.key.as_str()));
    let mut found: Vec<String> = Vec::new();
    snapshot.scan(&lookup.table, &columns, &mut |row| {
        let is_named = lookup.named.is_none()
            || row.last().copied().and_then(text).is_some_and(|key| named.contains(&key));
        if is_named
            && fits(&lookup.filter, &row[1..])
            && found.len() < MOST
            && let Some(text) = text(row[0]).filter(|text| !text.trim().is_empty() && !found.contains(text))
        {
            found.push(text);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether a row has what the filter asks for; its columns begin the row.
fn fits(filter: &Filter, row: &[ValueRef<'_>]) -> bool {
    filter.iter().zip(row).all(|((_, values), stored)| {
        let stored = text(*stored);
        values.iter().any(|value| text(value.borrow()) == stored)
    })
}
