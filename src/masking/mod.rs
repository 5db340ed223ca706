//! Masks: one function per category of personal data. Keyed and pure: no SQL, no clock, no file.
//!
//! A [`Masker`] holds the [`Key`] of one archive, the word lists and the [`Originals`] that no mask may be. A
//! [`RowMasker`] is made once per table and masks its rows. The rules that hold for all categories:
//! - the same value in the same category has the same mask everywhere in the archive;
//! - no mask is its own original (but a zero amount, and what is too short for another value to exist);
//! - NULL stays NULL, and empty stays empty;
//! - what no mask fits is emptied, never passed on.

mod address;
mod amount;
mod bank;
mod blank;
mod company;
mod crowd;
mod dates;
mod derive;
mod document;
mod draft;
mod email;
mod example;
mod follow;
mod generalise;
mod html;
mod identifiers;
mod json;
mod kept;
mod key;
mod list;
mod local_part;
mod masker;
mod memo;
mod moments;
mod names;
mod network;
mod nobody;
mod originals;
mod phone;
mod plan;
mod room;
mod row;
mod run;
mod settle;
mod style;
mod taken;
mod text;
mod typed;
mod unique;
mod valid;
mod value;
mod zip;

#[cfg(test)]
mod properties;

pub use crowd::Crowd;
pub use derive::text_of as decider_text;
pub use document::is_stub;
pub use example::example;
pub use follow::{followed, follows};
pub use generalise::is_general;
pub use json::{json_named, json_texts};
pub use key::Key;
pub use list::list_items;
pub use masker::{Masker, Shape};
pub use nobody::{identifies, mail_hosts, reaches_nobody};
pub use originals::Originals;
pub use room::{Tight, tight_columns};
pub use row::RowMasker;
pub use settle::{Settler, Tally};
pub use valid::{doubt_about, objection_to};
pub use value::Mask;
