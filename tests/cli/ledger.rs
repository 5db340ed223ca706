//! The ledger: who did what, without a name, and broken where somebody touched it.

use crate::world::{World, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const LEDGER: &str = "crm.db.crm-admin/ledger.jsonl";

fn world() -> (World, String) {
    let world = World::demo(20);
    let login = text(&world.database("crm.db"), "SELECT login FROM user WHERE id = 3");
    (world, login)
}

#[test]
fn every_act_is_noted_by_key_and_nobody_by_name() {
    let (world, login) = world();
    world.on_crm(["temp-password", &login, "--deliver", "file:p"]).exits(0);
    world.on_crm(["--as", &login, "reset", &login, "--end-sessions", "--invalidate"]).exits(0);
    let shown = world.on_crm(["ledger", "show", "--json"]).exits(0).json();
    let rows = shown["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for (row, command) in rows.iter().zip(["temp-password", "reset"]) {
        assert_eq!((row["command"].as_str(), row["ending"].as_str()), (Some(command), Some("done")));
        assert_eq!(row["accounts"][0], "staff:3");
    }
    assert_eq!(rows[1]["by"]["account"], "staff:3");
    let ledger = fs::read_to_string(world.path(LEDGER)).unwrap();
    let password = fs::read_to_string(world.path("p")).unwrap();
    assert!(!ledger.contains(&login) && !ledger.contains(password.trim_end().split_once('\t').unwrap().1));
    let mode = |name: &str| fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("crm.db.crm-admin"), mode(LEDGER)], [0o700, 0o600]);
    world.on_crm(["ledger", "verify"]).exits(0);
}

#[test]
fn a_changed_line_is_found_where_it_is() {
    let (world, login) = world();
    for command in ["disable", "enable"] {
        world.on_crm(["user", command, &login]).exits(0);
    }
    let whole = fs::read_to_string(world.path(LEDGER)).unwrap();
    fs::write(world.path(LEDGER), whole.replacen("staff:3", "staff:4", 1)).unwrap();
    world.on_crm(["ledger", "verify"]).exits(7).complains("line 2");
    world.on_crm(["ledger", "show"]).exits(0).complains("broken at line 2");
}

#[test]
fn an_interrupted_act_is_said() {
    let (world, login) = world();
    world.on_crm(["user", "disable", &login]).exits(0);
    let whole = fs::read_to_string(world.path(LEDGER)).unwrap();
    fs::write(world.path(LEDGER), format!("{}\n", whole.lines().next().unwrap())).unwrap();
    world.on_crm(["ledger", "show"]).exits(0).says("interrupted").complains("wholly or not at all");
    world.on_crm(["ledger", "verify"]).exits(0);
}

#[test]
fn without_a_ledger_nothing_is_written_and_reading_works() {
    let (world, login) = world();
    fs::write(world.path("crm.db.crm-admin"), "in the way").unwrap();
    let before = fs::read(world.path("crm.db")).unwrap();
    world.on_crm(["reset", &login]).exits(1).complains("ledger");
    assert!(fs::read(world.path("crm.db")).unwrap() == before);
    world.on_crm(["--state", "elsewhere", "reset", &login]).exits(0);
    assert!(world.path("elsewhere/ledger.jsonl").exists());
    world.on_crm(["--state", "elsewhere", "user", "list"]).exits(0).says(&login);
}

#[test]
fn a_refused_act_is_noted_as_failed() {
    let (world, _) = world();
    world.on_crm(["reset", "--all", "--invalidate", "--yes"]).exits(4);
    let shown = world.on_crm(["ledger", "show", "--json"]).exits(0).json();
    assert_eq!(shown["rows"][0]["ending"], "failed");
    assert_eq!(shown["rows"][0]["status"], 4);
}
