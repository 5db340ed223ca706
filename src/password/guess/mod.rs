//! The bounded dictionary test: which accounts have a password that a few hundred guesses find.
//!
//! A [`Sequence`] says what is guessed and in which order. A [`Plan`] groups the accounts that share a recipe,
//! measures what a guess costs and says how long it will take; running it works through the likeliest guesses of every
//! account before any unlikely one, on several threads, until it is done or out of budget. [`Tried`] remembers how far
//! it got. What comes out is *that* a password was guessed and which [`Family`] hit, never which password.

mod about;
mod family;
mod group;
mod kernel;
mod plan;
mod run;
mod sequence;
mod tried;

#[cfg(test)]
mod tests;

pub use about::About;
pub use family::Family;
pub use kernel::{Job, Kernel, Portable, Worker};
pub use plan::{Budget, Estimate, Plan, Target};
pub use run::{Ended, Hit, Report};
pub use sequence::{Guess, Sequence};
pub use tried::Tried;
