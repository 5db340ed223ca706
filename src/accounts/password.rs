//! The password of an account, as the map says that its CRM stores it.

use crate::fault::{Fault, Result};
use crate::password::hash::hash_as;
use crate::password::scheme::{self, Hints};
use crate::schema::{Accounts as Population, HashColumn, Prehash};
use crate::secret::Secret;
use rand::TryCryptoRng;

/// What the map knows of the stored hashes and they themselves do not say.
pub fn hints(population: &Population) -> Hints {
    let Some(column) = &population.hash else { return Hints::default() };
    let prehash = column.prehash.map(|prehash| match prehash {
        Prehash::Md5Hex => scheme::Prehash::Md5Hex,
    });
    let site_salt = population.salt.as_ref().and_then(|salt| salt.found.clone());
    Hints { prehash, prefix: column.prefix.clone(), site_salt }
}

fn column(population: &Population) -> Result<&HashColumn> {
    population.hash.as_ref().ok_or_else(|| {
        Fault::refused(format!("the map does not say where {} keep passwords", population.name))
            .hint("add `hash` to the accounts of the map; see crm-admin-map(5)")
            .into()
    })
}

/// Hashes a password in the first scheme that the map lists for these accounts.
///
/// # Errors
/// Refused where the map lists none, or one that this program does not write.
pub fn hashed<R: TryCryptoRng + ?Sized>(
    population: &Population,
    password: &Secret,
    random: &mut R,
) -> Result<String> {
    let column = column(population)?;
    let scheme = column.schemes.first().map(String::as_str).unwrap_or_default();
    hash_as(scheme, &hints(population), password, random)
}

/// Whether a password is the one that is stored.
///
/// # Errors
/// Refused when what is stored cannot be verified.
pub fn fits(population: &Population, stored: Option<&Secret>, candidate: &Secret) -> Result<bool> {
    match stored {
        None => Ok(false),
        Some(stored) => {
            column(population)?;
            scheme::verify(stored.expose(), &hints(population), candidate)
        }
    }
}
