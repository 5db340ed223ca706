//! Each check of the proof, shown to fail when it should: a broken mask, a blind search, a value that slipped through.
#![allow(clippy::disallowed_methods, reason = "a test looks at databases itself")]

mod archive;
mod broken;
mod chance;
#[path = "../cli/counts.rs"]
mod counts;
#[path = "../cli/tools.rs"]
#[allow(dead_code, reason = "this binary needs a part of it")]
mod tools;
#[allow(dead_code, reason = "this binary needs a part of it")]
#[path = "../cli/world.rs"]
mod world;
