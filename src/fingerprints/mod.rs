//! Texts remembered without their letters: keyed digests of 64 bits, at eight bytes and a little more for each.

mod recent;
mod runs;
mod sorted;

pub use recent::{Recent, digest};
pub use runs::{Gathering, Runs, SHORTEST};
