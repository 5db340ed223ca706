//! What computes guesses: a trait, so that a faster one can take over, and the portable one.

use crate::fault::Result;
use crate::password::scheme::{Memory, Recipe};

/// One guess to compute.
pub struct Job<'a> {
    /// Scheme, parameters and salt.
    pub recipe: &'a Recipe,
    /// The guess.
    pub candidate: &'a [u8],
}

/// Computes guesses. It need not be trusted: every hit is computed again by the plain verifier.
pub trait Kernel: Sync {
    /// One for each thread, with memory of its own that is used again for each guess.
    fn worker(&self) -> Box<dyn Worker>;

    /// The memory that one thread needs for this recipe, in KiB.
    fn memory_kib(&self, recipe: &Recipe) -> u64;
}

/// A thread's share of a kernel.
pub trait Worker {
    /// How many guesses of this recipe are best given at once: more than one where they interleave.
    fn lanes(&self, recipe: &Recipe) -> usize;

    /// Computes all jobs and appends a result for each, in their order.
    ///
    /// # Errors
    /// When there is no memory for it.
    fn compute(&mut self, jobs: &[Job<'_>], results: &mut Vec<Vec<u8>>) -> Result<()>;
}

/// One guess at a time with the crates that also verify logins, in memory that is allocated once per thread.
pub struct Portable;

impl Kernel for Portable {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(OneByOne(Memory::default()))
    }

    fn memory_kib(&self, recipe: &Recipe) -> u64 {
        recipe.memory_kib()
    }
}

struct OneByOne(Memory);

impl Worker for OneByOne {
    fn lanes(&self, _: &Recipe) -> usize {
        1
    }

    fn compute(&mut self, jobs: &[Job<'_>], results: &mut Vec<Vec<u8>>) -> Result<()> {
        for job in jobs {
            results.push(job.recipe.compute(job.candidate, &mut self.0)?);
        }
        Ok(())
    }
}
