//! The rooms of the house: which dependency lives where, who may call whom, how large a room may grow.

use std::fs;
use std::path::{Path, PathBuf};

/// A dependency, as code writes it, and the only place where it may stand. One with two lines has two homes.
const HOMES: &[(&str, &str)] = &[
    ("rusqlite", "store/sqlite"),
    ("zstd", "archive"),
    ("sha2", "digest.rs"),
    ("sha2", "password"),
    ("comfy_table", "ui"),
    ("csv_core", "ui/list.rs"),
    ("indicatif", "ui"),
    ("dialoguer", "ui"),
    ("fake", "words"),
    ("deunicode", "words"),
    ("argon2", "password"),
    ("bcrypt", "password"),
    ("hmac", "digest.rs"),
    ("hmac", "password"),
    ("md5", "password"),
    ("pbkdf2", "password/scheme"),
    ("scrypt", "password/scheme"),
    ("sha1", "password/scheme"),
    ("sha_crypt", "password/scheme"),
    ("arboard", "clipboard"),
    ("csv_core", "objection/mailing"),
    ("encoding_rs", "objection/mailing"),
    ("siphasher", "masking"),
    ("chacha20poly1305", "erp/seal.rs"),
    ("signal_hook", "interrupt.rs"),
    ("aho_corasick", "notes"),
    ("regex", "notes"),
    ("clap_complete", "commands/generate.rs"),
    ("clap_mangen", "commands/generate"),
];

/// Rooms that no room of the list below may know.
const ABOVE_ALL: &[&str] = &["commands", "ui", "cli"];
/// A room, and the other rooms that it may not know.
const ONE_WAY: &[(&str, &[&str])] = &[
    ("store", &["schema", "masking", "archive", "anonymise", "config", "reference"]),
    ("schema", &["masking", "archive", "anonymise", "config", "reference"]),
    ("masking", &["archive", "anonymise", "config", "store::sqlite", "reference"]),
    ("archive", &["store", "schema", "masking", "anonymise", "config", "reference"]),
    ("anonymise", &["archive", "config", "store::sqlite", "reference"]),
    ("proof", &["config", "store::sqlite", "reference"]),
    ("erasure", &["archive", "anonymise", "config", "store::sqlite", "reference"]),
    ("relation", &["archive", "anonymise", "config", "store::sqlite", "reference"]),
    ("objection", &["masking", "archive", "anonymise", "proof", "config", "store::sqlite", "reference"]),
    ("objection/mailing", &["store", "erasure", "accounts", "state", "masking", "archive"]),
    ("address", &["store", "erasure", "objection", "masking", "archive"]),
    ("retention", &["archive", "anonymise", "config", "store::sqlite", "reference", "notes"]),
    ("notes", &["archive", "anonymise", "config", "store::sqlite", "reference"]),
    ("erp", &["archive", "anonymise", "config", "store::sqlite", "reference"]),
    ("fingerprints", &["store", "schema", "masking", "archive", "anonymise", "proof", "reference"]),
    ("publish", &["store", "schema", "masking", "archive", "anonymise"]),
    ("accounts", &["masking", "archive", "anonymise", "config", "store::sqlite", "deliver"]),
    ("ledger", &["store", "schema", "accounts", "masking", "archive", "anonymise"]),
    ("words", &["store", "schema", "masking", "archive", "anonymise"]),
    ("password", &["store", "schema", "masking", "archive", "anonymise"]),
    ("clipboard", &["store", "schema", "masking", "archive", "anonymise", "publish", "deliver"]),
    ("reference", &["masking", "archive", "anonymise", "store::sqlite"]),
];

/// No room holds more lines than this.
const MOST_LINES: usize = 400;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file, with its path below `src/` and its code without comments.
fn files() -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&source(), &mut paths);
    assert!(paths.len() > 30, "the source was found");
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(source()).unwrap().to_str().unwrap().to_owned();
            (name, text)
        })
        .collect()
}

fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_in(file: &str, room: &str) -> bool {
    file == room || file.starts_with(&format!("{room}/")) || file == format!("{room}.rs")
}

#[test]
fn each_dependency_lives_in_one_room() {
    for (file, text) in files() {
        let code = code(&text);
        for (dependency, home) in HOMES {
            let used = [format!("use {dependency}::"), format!("{dependency}::")].iter().any(|word| {
                code.match_indices(word.as_str()).any(|(at, _)| {
                    !code[..at]
                        .ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
                })
            });
            let at_home = HOMES.iter().any(|(other, home)| other == dependency && is_in(&file, home));
            assert!(!used || at_home, "{dependency} is used in src/{file}; its home is src/{home}");
        }
    }
}

#[test]
fn dependencies_run_one_way() {
    for (file, text) in files() {
        let code = code(&text);
        for (room, forbidden) in ONE_WAY {
            if !is_in(&file, room) {
                continue;
            }
            for other in ABOVE_ALL.iter().chain(*forbidden) {
                assert!(
                    !code.contains(&format!("crate::{other}::"))
                        && !code.contains(&format!("crate::{other};")),
                    "src/{file} knows {other}, which {room} may not"
                );
            }
        }
    }
}

#[test]
fn results_and_talk_go_through_the_voice() {
    for (file, text) in files() {
        for word in ["println!", "eprintln!", "print!(", "eprint!(", "dbg!"] {
            assert!(!code(&text).contains(word), "src/{file} has {word}; everything is said through ui");
        }
    }
}

#[test]
fn rooms_stay_small_and_say_what_they_are_for() {
    for (file, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "src/{file} has {lines} lines: two ideas want two rooms");
        assert!(text.starts_with("//!"), "src/{file} does not say what it is for");
    }
}

#[test]
fn no_sql_stands_outside_the_store() {
    for (file, text) in files().into_iter().filter(|(file, _)| !is_in(file, "store/sqlite")) {
        for word in ["SELECT ", "INSERT INTO ", "DELETE FROM ", "PRAGMA "] {
            assert!(!code(&text).contains(word), "src/{file} has {word}");
        }
    }
}
