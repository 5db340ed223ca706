//! Each check of the proof, shown to fail when it should: a broken mask, a blind search, a value that slipped through.

mod archive;
mod broken;
#[path = "../cli/tools.rs"]
#[allow(dead_code, reason = "this binary needs a part of it")]
mod tools;
#[allow(dead_code, reason = "this binary needs a part of it")]
#[path = "../cli/world.rs"]
mod world;
