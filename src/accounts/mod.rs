//! Accounts: read through the map, changed in one transaction. Knows no engine and no command.
//!
//! A command reads [`Accounts`] from a snapshot, makes a [`Plan`] of them, shows it, and applies it in a transaction
//! in which the same accounts are read again: what changed meanwhile stops it.

mod account;
pub mod administrator;
mod apply;
mod create;
mod facts;
pub mod flag;
mod lookup;
mod objections;
mod password;
mod plan;
pub mod policy;
mod template;

pub use crate::moment;
pub use account::{Account, Accounts, Sought};
pub use apply::{Applied, apply};
pub use create::{NewAccount, create, creation};
pub use lookup::{Office, look_salts_up, office};
pub use objections::{objections, objections_of};
pub use password::{fits, hashed, hints};
pub use plan::{Deed, Guarantee, NewPassword, Plan, Step};
pub use template::{Template, TemplateRules, TemplateStep, templates};
