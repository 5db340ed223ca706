//! The manual, the README and the completions: what they say is run, so that they cannot disagree with the program.
#![allow(clippy::disallowed_methods, reason = "a test looks at databases itself")]

mod archive;
mod completions;
mod map;
mod pages;
mod readme;
mod shell;
#[path = "../cli/tools.rs"]
mod tools;
#[allow(dead_code, reason = "this binary needs a part of it")]
#[path = "../cli/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository.
pub fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text of a file of the repository.
pub fn read(name: &str) -> String {
    fs::read_to_string(repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Blocks of a page that are marked `.\" example: NAME`, as a reader sees them.
pub fn examples(page: &str, name: &str) -> Vec<String> {
    let text = read(page);
    let marker = format!(".\\\" example: {name}\n");
    let blocks: Vec<String> = text
        .split(&marker)
        .skip(1)
        .map(|rest| {
            let (_, block) = rest.split_once(".EX\n").expect("the block begins");
            let (block, _) = block.split_once(".EE\n").expect("the block ends");
            unescape(block)
        })
        .collect();
    assert!(!blocks.is_empty(), "{page} has no example {name}");
    blocks
}

/// The only such block.
pub fn example(page: &str, name: &str) -> String {
    examples(page, name).concat()
}

/// What a reader sees of a line of roff.
pub fn unescape(roff: &str) -> String {
    let signs = [
        ("\\&", ""),
        ("\\-", "-"),
        ("\\(aq", "'"),
        ("\\*(Aq", "'"),
        ("\\(ga", "`"),
        ("\\(ha", "^"),
        ("\\(ti", "~"),
    ];
    signs
        .iter()
        .fold(roff.to_owned(), |text, (written, seen)| text.replace(written, seen))
        .replace("\\e", "\\")
}
