//! The audit on the demo, whose black sheep are known, and its repair.

use crate::world::{World, number, text};
use std::collections::BTreeSet;

/// The demo lives in October 2026; so does the audit.
const THEN: [&str; 2] = ["--as-of", "2026-10-01T08:00:00Z"];

fn audit(world: &World, more: &[&str], status: i32) -> serde_json::Value {
    let line: Vec<&str> = ["audit"].iter().chain(more).chain(&THEN).copied().chain(["--json"]).collect();
    world.on_crm(&line).exits(status).json()
}

fn rules(report: &serde_json::Value, key: &str, id: &str) -> BTreeSet<String> {
    let rows = report["rows"].as_array().unwrap().iter();
    let of = rows.filter(|row| row["kind"] == key && row["id"] == id && row["severity"] != "information");
    of.map(|row| row["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_black_sheep_is_found_and_the_sound_account_is_not() {
    let world = World::demo(20);
    let before = std::fs::read(world.path("crm.db")).unwrap();
    let report = audit(&world, &[], 3);
    let has = |id: &str, rule: &str| {
        assert!(rules(&report, "account", id).contains(rule), "{id} lacks {rule}: {report:#}")
    };
    has("6", "password.too-old");
    has("11", "password.never-expires");
    has("15", "session.disabled-administrator");
    has("16", "hash.legacy");
    has("18", "hash.clear-text");
    has("19", "hash.parameters");
    has("20", "password.none");
    has("21", "hash.template");
    assert!(rules(&report, "template", "3").contains("template.length"));
    assert!(rules(&report, "account", "3").is_empty(), "{report:#}");
    assert!(rules(&report, "account", "15").iter().all(|rule| !rule.starts_with("password.")));
    assert!(std::fs::read(world.path("crm.db")).unwrap() == before, "an audit writes nothing");
    world.on_crm(["audit", "--fail-on", "none"]).exits(0);
}

#[test]
fn a_repair_cures_what_it_can_once() {
    let world = World::demo(20);
    world.on_crm(["audit", "--repair"]).exits(2).complains("--yes");
    let first = audit(&world, &["--repair", "--yes"], 3);
    assert_eq!(first["repaired"], true);
    let database = world.database("crm.db");
    assert_eq!(number(&database, "SELECT count(*) FROM session WHERE user_id = 15"), 0);
    assert_eq!(number(&database, "SELECT password_must_change FROM user WHERE id = 16"), 1);
    assert_eq!(number(&database, "SELECT password_never_expires FROM user WHERE id = 11"), 0);
    assert_eq!(
        number(
            &database,
            "SELECT count(*) FROM user_template WHERE id = 3 AND password_minimum_length IS NULL"
        ),
        1
    );
    assert_eq!(number(&database, "SELECT password_must_change FROM user WHERE id = 3"), 0);
    let state = || {
        (
            std::fs::read(world.path("crm.db")).unwrap(),
            std::fs::read(world.path("crm.db.crm-admin/ledger.jsonl")).unwrap(),
        )
    };
    let before = state();
    let second = audit(&world, &["--repair", "--yes"], 3);
    assert_eq!(second["repaired"], false);
    assert!(state() == before, "a second repair changes nothing");
    let rows = second["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["repairable"] == false), "{second:#}");
}

#[test]
fn a_guess_tells_that_and_not_what() {
    let world = World::demo(20);
    let report = audit(&world, &["passwords", "--guess", "--max-guesses", "40"], 3);
    let guessed: Vec<&str> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["rule"] == "password.guessed")
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert!(
        !guessed.is_empty()
            && guessed
                .iter()
                .all(|id| ["21", "22", "23", "24", "25"].contains(id) || *id == "16" || *id == "17"),
        "{guessed:?}"
    );
    let everything = format!("{report}");
    for secret in ["Bienvenue", "Printemps2026", "Azerty123"] {
        assert!(!everything.contains(secret));
        let kept = world.files().into_iter().filter(|(path, _)| path.to_string_lossy().contains("crm-admin"));
        for (path, bytes) in kept {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{path:?}");
        }
    }
    let again = audit(&world, &["passwords", "--guess", "--max-guesses", "40"], 3);
    assert_eq!(again["guessing"]["guesses"], 0, "what was tried is not tried again");
    assert_eq!(text(&world.database("crm.db"), "SELECT count(*) || '' FROM user WHERE login <> ''"), "25");
}
