//! The proof that nothing of anybody came through: a finished archive, decoded and held against its source.
//!
//! Two things are searched. *Identifying* values (an e-mail address, a telephone number, a company's name, a line of
//! text) must be nowhere: not in the decoded bytes, not in any value. *Vocabulary* (a given name, a town, a date) is
//! everywhere in any French database, so it is compared row by row: what came out as it went in was not masked. The
//! same two searches are fed with the source's own rows, where they have to find something in every protected
//! column; a search that finds nothing there is broken, and proves nothing.
//!
//! No value is kept: originals are remembered as digests of 64 bits, in memory only.

mod alone;
mod compare;
mod copy;
mod finds;
mod judge;
mod leftover;
mod needles;
mod scan;
mod starts;
mod values;
mod verdict;
mod watching;

pub use alone::{Alone, Suspicion, look};
pub use compare::hold_against_source;
pub use finds::Place;
pub use needles::{Collector, Needles};
#[cfg(test)]
pub(crate) use scan::Search;
pub use verdict::{Evidence, Seen};
pub use watching::{SchemaText, Watched, watch};
