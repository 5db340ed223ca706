//! What free text says that it should not: health, faith, insults, numbers of people and cards. A match is a place to
//! look at, and no proof.
//!
//! 1. [`Lexicon`] reads the words of a language and of the user, and writes out every form of them.
//! 2. [`Finder`] looks for all forms at once in a folded text, and for numbers that their check digits vouch for.
//! 3. [`search`] goes through the free-text columns of a map; [`mentions`] looks for one person in the notes of others.
//! 4. [`Baseline`] knows what was found before, by keyed digests.
//!
//! Knows no engine and no command. Nothing is ever written.

mod baseline;
mod category;
mod columns;
mod excerpt;
mod finder;
mod fold;
mod forms;
mod lexicon;
mod mention;
mod numbers;
mod owner;
mod papers;
mod search;
mod spelling;

pub use baseline::Baseline;
pub use category::{Categories, Category};
pub use columns::{Notes, notes_of};
pub use excerpt::excerpt;
pub use finder::{Finder, Hit, Scratch};
pub use lexicon::{Allowed, Lexicon};
pub use mention::{Mention, mentions};
pub use owner::Root;
pub use search::{Cell, Finding, Searched, search};
