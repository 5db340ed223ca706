//! Relations as people ask for them: found by their words, their fields or their group, shown with everything that is
//! attached to them, and rectified.
//!
//! The map says what there is: [`FieldSet`] is what a kind of relation can be asked for by name. [`Selection`] finds
//! keys and keeps nothing else of the rows in memory; [`listed`] reads the fields of some of them at a time. [`Dossier`]
//! is everything about one relation, and [`Change`] a rectification as a value: it is shown, made again inside the
//! transaction, and compared.

mod change;
mod children;
mod condition;
mod dossier;
mod field;
mod fit;
mod found;
mod key;
mod listed;
mod selection;
mod words;

pub use change::{Change, Correction, Set, Step, corrections};
pub use condition::{Condition, Operator};
pub use dossier::{Dossier, Entry, Part};
pub use field::FieldSet;
pub use key::{Key, shown};
pub use listed::{Cell, Listed, listed};
pub use selection::{Selection, Sort, Wanted};
pub use words::{Term, terms};
