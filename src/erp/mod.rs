//! The link to the ERP: a key that it issued opens it, objections go both ways, erasures come from it.
//!
//! [`Erp`] is what a synchronisation asks of an ERP, and [`Office`] what an administrator of one does. [`Database`] is
//! the one kind of ERP there is: a database with a map of its own. Another kind (a web service, say) is one more
//! implementation of the two, and nothing else changes: [`plan`](mod@plan) knows neither side's tables.
//!
//! No password is part of the link. The ERP issues a random [`Key`] and keeps its digest; the CRM keeps the key sealed
//! ([`seal`](mod@seal)) under a file that is not in its database. So no change of anybody's password touches it, and
//! revoking the key ends it.

mod columns;
mod connect;
mod crm;
mod database;
mod key;
mod merge;
mod office;
pub mod plan;
pub mod seal;
mod standings;

pub use crm::{Applied, Connection, Crm, Linked, Seen};
pub use database::Database;
pub use key::Key;
pub use merge::{Standing, merged};
pub use office::{Company, KeyRecord, Office};
pub use plan::{Difference, Drift, Held, Place, Plan, Step, plan};
pub use standings::Objections;

use crate::fault::Result;
use crate::store::Value;
use jiff::Timestamp;

/// What a key has opened.
#[derive(Debug, Clone)]
pub struct Access {
    /// Which key it was, in the ERP's own words.
    pub id: Value,
    /// What the ERP calls it: who uses it.
    pub name: String,
    /// The company whose books it opens.
    pub company: Company,
}

/// A third party as the ERP knows it.
#[derive(Debug, Clone)]
pub struct Party {
    /// Its code.
    pub code: String,
    /// Its SIRET, where it has one.
    pub siret: Option<String>,
    /// A fingerprint of what is known by each of the words that were asked for.
    pub prints: Vec<u64>,
    /// Its standing towards marketing.
    pub standing: Standing,
    /// When its row was made.
    pub created_at: Option<Timestamp>,
    /// Whether it was erased.
    pub erased: bool,
    /// Whether the CRM has said that it has erased it too.
    pub acknowledged: bool,
}

/// What is known of one third party: words that both sides use, with their values.
pub type Details = Vec<(String, Value)>;

/// An ERP, as far as a synchronisation goes. Every step can be repeated, and is checked against the key again.
pub trait Erp {
    /// Comes in with a key. Nothing is written.
    ///
    /// # Errors
    /// Denied when the key is unknown or was revoked, with whom to ask.
    fn enter(&mut self, key: &Key) -> Result<Access>;

    /// Notes that the key was used.
    ///
    /// # Errors
    /// Denied when it was revoked meanwhile; whatever the ERP says.
    fn note_use(&mut self, access: &Access) -> Result<()>;

    /// The words by which it knows third parties.
    fn words(&self) -> Vec<String>;

    /// Every third party in the company's books, erased ones too; `words` is what is compared.
    ///
    /// # Errors
    /// When the ERP cannot be read.
    fn third_parties(&mut self, access: &Access, words: &[String]) -> Result<Vec<Party>>;

    /// What is known of some of them, in the order of the codes; one that is gone is left out.
    ///
    /// # Errors
    /// When the ERP cannot be read.
    fn details(
        &mut self,
        access: &Access,
        codes: &[String],
        words: &[String],
    ) -> Result<Vec<(String, Details)>>;

    /// Changes standings: code, what it must still be, what it becomes. How many were changed; what is otherwise by
    /// now is left alone.
    ///
    /// # Errors
    /// Denied when the key was revoked meanwhile; whatever the ERP says.
    fn set_standings(&mut self, access: &Access, changes: &[(String, Standing, Standing)]) -> Result<u64>;

    /// Notes that third parties which it has erased are erased in the CRM too. How many had not been noted.
    ///
    /// # Errors
    /// Denied when the key was revoked meanwhile; whatever the ERP says.
    fn acknowledge(&mut self, access: &Access, codes: &[String]) -> Result<u64>;

    /// Issues another key for the same use; the old one goes on opening until [`Erp::retire_others`].
    ///
    /// # Errors
    /// Denied when the key was revoked meanwhile; whatever the ERP says.
    fn renew(&mut self, access: &Access) -> Result<Key>;

    /// Revokes every other key of the same name and company. How many that were.
    ///
    /// # Errors
    /// Denied when this key was revoked meanwhile; whatever the ERP says.
    fn retire_others(&mut self, access: &Access) -> Result<u64>;
}
