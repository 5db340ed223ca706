//! Which relations have stayed as long as they may, which are held beyond that and why, and what falls due soon.
//!
//! 1. [`events`] reads, once for each kind of event that the map names, when it last happened to each relation.
//! 2. [`roots`] tells in one pass which rows are relations of which kind, and since when they are there.
//! 3. [`holds`] reads what keeps rows or whole relations: terms of law, what the map keeps or forbids, the ERP.
//! 4. [`together`] knows who goes with whom: nobody is due as long as somebody who would go along is not.
//! 5. [`audit`] brings it together. Nothing is ever written.
//!
//! The row's modified date plays no part: it says when somebody touched the row, and nothing about the person.

mod audit;
mod day;
mod events;
mod holds;
mod key;
mod roots;
mod together;

pub use audit::{Counted, Retained, Standing, State, audit};
pub use day::{Days, Zone};
pub use holds::Hold;
pub use key::Key;
pub use roots::members;
