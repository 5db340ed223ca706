//! The digests of whole runs: each by itself, or in memory that does not grow.

use super::sieve::Sieve;
use super::sorted::{self, Fingerprints};
use std::sync::Arc;

/// Digests that are being gathered.
#[derive(Debug)]
pub enum Gathered {
    /// Each by itself.
    Each(sorted::Gathering),
    /// In one sieve, which all siblings share.
    Sifted(Arc<Sieve>),
}

/// Digests that can be searched for.
#[derive(Debug)]
pub enum Known {
    /// Each by itself.
    Each(Fingerprints),
    /// In a sieve.
    Sifted(Arc<Sieve>),
}

impl Gathered {
    /// None yet; each is remembered by itself.
    pub fn each() -> Self {
        Gathered::Each(sorted::Gathering::default())
    }

    /// None yet; memory for about so many.
    pub fn sifted(count: u64) -> Self {
        Gathered::Sifted(Arc::new(Sieve::of_about(count)))
    }

    /// Others of the same kind, for another thread.
    pub fn sibling(&self) -> Self {
        match self {
            Gathered::Each(_) => Gathered::each(),
            Gathered::Sifted(sieve) => Gathered::Sifted(Arc::clone(sieve)),
        }
    }

    /// Adds those of a sibling.
    pub fn join(&mut self, sibling: Self) {
        if let (Gathered::Each(own), Gathered::Each(others)) = (self, sibling) {
            own.join(others);
        }
    }

    /// Adds a digest, whose bits must all be as good as random.
    #[inline]
    pub fn add(&mut self, digest: u64) {
        match self {
            Gathered::Each(digests) => digests.add(digest),
            Gathered::Sifted(sieve) => sieve.add(digest),
        }
    }

    /// Makes them searchable.
    pub fn finish(self) -> Known {
        match self {
            Gathered::Each(digests) => Known::Each(digests.finish()),
            Gathered::Sifted(sieve) => Known::Sifted(sieve),
        }
    }
}

impl Known {
    /// Whether the digest is among them; in a sieve, or looks like one.
    #[inline]
    pub fn holds(&self, digest: u64) -> bool {
        match self {
            Known::Each(digests) => digests.holds(digest),
            Known::Sifted(sieve) => sieve.holds(digest),
        }
    }

    /// How many different ones there are.
    pub fn len(&self) -> usize {
        match self {
            Known::Each(digests) => digests.len(),
            Known::Sifted(sieve) => sieve.len(),
        }
    }
}
