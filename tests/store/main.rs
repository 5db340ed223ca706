//! What every engine behind the store's door promises, and the engines that are held to it.
#![allow(clippy::disallowed_methods, reason = "a test looks at databases itself")]

mod beside;
mod building;
mod contract;
mod search;
mod sqlite;
