//! Texts remembered without their letters: keyed digests of 64 bits, at eight bytes and a little more for each.

mod digests;
mod marks;
mod recent;
mod runs;
mod sieve;
mod sorted;
mod strides;

pub use recent::{Recent, digest};
pub use runs::{CLOSE, Gathering, Runs, SHORTEST, WIDE};

use std::hash::{BuildHasher, RandomState};

/// A seed of this process, for digests that nobody outside can foresee.
pub fn fresh_seed() -> u64 {
    RandomState::new().hash_one(0u8)
}
