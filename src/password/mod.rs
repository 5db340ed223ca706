//! Passwords: made, hashed and verified here, and what a policy, a norm, an audit or a guess says about them.

pub mod audit;
pub mod generate;
pub mod guess;
pub mod hash;
pub mod norms;
pub mod policy;
pub mod scheme;

pub use generate::{dictated, temporary};
pub use hash::{hash, hash_as, verify};
pub use policy::{Policy, Reason, Who};
