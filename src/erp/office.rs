//! What an administrator of an ERP does about its keys.

use super::Key;
use crate::fault::Result;
use crate::store::Value;
use jiff::Timestamp;

/// A company whose books the ERP keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// Its key in the ERP.
    pub key: Value,
    /// What it is called.
    pub name: String,
}

/// A key as the ERP remembers it.
#[derive(Debug, Clone)]
pub struct KeyRecord {
    /// Which one it is.
    pub id: Value,
    /// What it is called.
    pub name: String,
    /// The company whose books it opens.
    pub company: String,
    /// When it was issued.
    pub created_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What an administrator of an ERP may do. Whether somebody is one is for the caller to prove.
pub trait Office {
    /// The companies whose books it keeps, by name.
    ///
    /// # Errors
    /// When the ERP cannot be read.
    fn companies(&mut self) -> Result<Vec<Company>>;

    /// Issues a key. `own` is the key of the same use that it replaces, where there is one: that one stays good until
    /// [`super::Erp::retire_others`], so that a kill in between ends no link.
    ///
    /// # Errors
    /// Refused when another key of that name is in use.
    fn issue(&mut self, company: &Company, name: &str, own: Option<&Key>) -> Result<Key>;

    /// Every key that was ever issued, in that order.
    ///
    /// # Errors
    /// When the ERP cannot be read.
    fn keys(&mut self) -> Result<Vec<KeyRecord>>;

    /// Revokes every key of a name that is still good. How many that were.
    ///
    /// # Errors
    /// Missing when no key has the name.
    fn revoke(&mut self, name: &str) -> Result<u64>;
}
