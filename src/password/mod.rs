//! Passwords: made, hashed and verified here. What a policy says about them will stand beside.

pub mod generate;
pub mod hash;

pub use generate::temporary;
pub use hash::{hash, verify};
