//! Our own schemas, of a CRM and of an ERP, what a new database starts with, and the synthetic people of `init --demo`.
//!
//! Everything in the demo is invented, and the same seed invents the same people. They stand for real ones, so nothing
//! of theirs comes from where masks take theirs: mail and web domains end in `.test` (RFC 2606), telephone numbers
//! begin with 0Z 00, companies have SIRENs from 98 or 99 upwards, bank codes begin with 99. Passwords cannot be guessed,
//! but for a few accounts that an audit is meant to find.

mod accounts;
mod chance;
mod company;
mod contact;
mod contents;
mod dealings;
mod demo;
mod erp;
mod lead;
mod numbers;
mod objection;
mod office;
mod opportunity;
mod papers;
mod people;
mod sheet;
mod start;
#[cfg(test)]
mod tests;
mod third_party;
mod ways;

pub use demo::{Filled, fill};
pub use erp::{COMPANY, add_company, fill_erp};
pub use start::{Administrator, POLICY, seed};

/// The statements that make the reference schema in an empty SQLite database.
pub const SCHEMA: &str = concat!(include_str!("accounts.sql"), include_str!("schema.sql"));

/// The statements that make the reference ERP in an empty SQLite database.
pub const ERP_SCHEMA: &str = concat!(include_str!("accounts.sql"), include_str!("erp.sql"));

/// The application id that the schema gives to a database: `CRMA` in ASCII.
pub const APPLICATION_ID: u32 = u32::from_be_bytes(*b"CRMA");

/// The application id of a reference ERP: `ERPA` in ASCII.
pub const ERP_APPLICATION_ID: u32 = u32::from_be_bytes(*b"ERPA");

/// The shipped map of a database that says of itself that it has one of our own schemas.
pub fn map_of(catalog: &crate::store::Catalog) -> Option<&'static str> {
    let own = catalog.settings.get("application_id")?;
    let known = [(APPLICATION_ID, "reference"), (ERP_APPLICATION_ID, "reference-erp")];
    known.iter().find(|(id, _)| *own == id.to_string()).map(|(_, map)| *map)
}
