//! Texts remembered without their letters: keyed digests of 64 bits, at eight bytes and a little more for each; where
//! there are very many, at a few bits, or in a file. Memory has an end, however many there are.

mod digests;
mod marks;
mod pairs;
mod recent;
mod runs;
mod shelf;
mod sieve;
mod soon;
mod sorted;

pub use digests::MOST_EXPECTED;
pub use pairs::Pairs;
pub use recent::{Recent, digest};
pub use runs::{Gathering, Runs, SHORTEST, Share};
pub use shelf::Shelf;

use std::hash::{BuildHasher, RandomState};

/// A digest for tests: another one for each number.
#[cfg(test)]
fn scattered(number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A seed of this process, for digests that nobody outside can foresee.
pub fn fresh_seed() -> u64 {
    RandomState::new().hash_one(0u8)
}
