//! Passwords: made, hashed and verified here, and what a policy, a norm or a guess says about them.

pub mod generate;
pub mod guess;
pub mod hash;
pub mod scheme;

pub use generate::temporary;
pub use hash::{hash, verify};
