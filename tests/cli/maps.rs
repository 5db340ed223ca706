//! Maps that do not fit: every thing that one lacks or names in vain stops a backup, and the lines that are told help.

use crate::world::{Told, World};
use std::fs;

/// Changes of a schema that a map has to notice, and what it calls the thing.
const CHANGES: [(&str, &str); 10] = [
    ("ALTER TABLE person ADD COLUMN phone TEXT", "column person.phone"),
    ("ALTER TABLE person ADD COLUMN \"a b.c\" TEXT", "column person.a b.c"),
    ("CREATE TABLE call (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person, said TEXT)", "table call"),
    (
        "CREATE TABLE \"odd [x] name\" (\"key\" TEXT PRIMARY KEY, \"\"\"q\"\"\" BLOB) WITHOUT ROWID",
        "table odd [x] name",
    ),
    ("CREATE VIEW everybody AS SELECT name FROM person", "view everybody"),
    (
        "CREATE TRIGGER spy AFTER UPDATE ON person BEGIN UPDATE person SET note = old.name WHERE id = new.id; END",
        "trigger spy",
    ),
    ("CREATE INDEX folded ON person (lower(email))", "index folded"),
    ("CREATE INDEX nearby ON person (id) WHERE email LIKE '%.example'", "index nearby"),
    ("CREATE VIRTUAL TABLE found USING fts5 (name, content = 'person', content_rowid = 'id')", "table found"),
    (
        "ALTER TABLE person ADD COLUMN age INTEGER; ALTER TABLE person ADD COLUMN born DATE",
        "column person.born",
    ),
];

/// A small CRM whose schema changed after its map was written.
fn changed(sql: &str) -> World {
    let world = World::small();
    world.database("crm.db").execute_batch(sql).unwrap();
    world
}

#[test]
fn what_the_map_does_not_mention_stops_the_backup_and_is_listed() {
    for (sql, thing) in CHANGES {
        let world = changed(sql);
        let told = world.unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", "out.zst"])));
        told.exits(4).complains("unmapped").complains(thing);
        let told = world.unchanged(|| Told::of(world.on("crm.db").args(["map", "check"])));
        told.exits(3).says(thing);
    }
}

#[test]
fn the_lines_that_are_told_complete_the_map() {
    for (sql, thing) in CHANGES {
        let world = changed(sql);
        let refusal = world.on_crm(["backup", "-o", "out.zst"]).exits(4).stderr();
        let indented = refusal.lines().skip_while(|line| !line.trim_start().starts_with('#')).skip(1);
        let from_refusal: Vec<&str> =
            indented.take_while(|line| !line.starts_with("hint:")).map(str::trim).collect();
        let finding = world.on_crm(["map", "check"]).exits(3).stdout();
        let from_check: Vec<&str> =
            finding.lines().skip_while(|line| !line.starts_with('#')).skip(1).collect();
        for lines in [from_refusal, from_check] {
            assert!(!lines.is_empty(), "{thing}: {refusal}{finding}");
            let head = "name = \"more\"\nformat = 1\nfor = \"what came later\"\nextends = \"map.toml\"\n";
            fs::write(world.path("more.toml"), format!("{head}{}\n", lines.join("\n"))).unwrap();
            let more = ["--db", "crm.db", "--map", "more.toml"];
            world.run(more.iter().chain(&["map", "check"])).exits(0);
            world.run(more.iter().chain(&["backup", "-o", "out.zst"])).exits(0);
            fs::remove_file(world.path("out.zst")).unwrap();
        }
    }
}

#[test]
fn what_the_map_names_in_vain_stops_the_backup_and_the_nearest_name_is_told() {
    for (sql, missing, nearest) in [
        ("ALTER TABLE person RENAME COLUMN email TO e_mail", "email", "e_mail"),
        ("ALTER TABLE person RENAME TO persons", "person", "persons"),
    ] {
        let world = changed(sql);
        let told = world.unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", "out.zst"])));
        told.exits(4).complains("stale").complains(missing).complains(nearest).complains("map.toml:");
        world.on_crm(["map", "check"]).exits(3).says("stale").says("map.toml:");
    }
}

#[test]
fn a_map_that_cannot_be_read_is_told_with_line_and_column() {
    let world = World::small();
    let good = fs::read_to_string(world.path("map.toml")).unwrap();
    let lines = good.lines().count();
    for (added, place) in [
        ("note = \"free-txt\"", 1),
        ("x = [", 1),
        ("phone = { as = \"phone\", mx = 3 }", 1),
        ("note = \"keep\"", 1),
        ("[table.person]", 1),
        ("\n[tabels]\n\"x\" = \"keep\"", 2),
    ] {
        fs::write(world.path("map.toml"), format!("{}\n{added}\n", good.trim_end())).unwrap();
        for arguments in [&["map", "check"][..], &["backup", "-o", "out.zst"]] {
            let told = world.unchanged(|| Told::of(world.on("crm.db").args(arguments))).exits(2);
            told.complains(&format!("map.toml:{}:", lines + place));
        }
    }
    for (content, words) in [(&b"\xff\xfe"[..], "UTF-8"), (b"", "name"), (b"\0", "map.toml:1:")] {
        fs::write(world.path("map.toml"), content).unwrap();
        world.unchanged(|| Told::of(world.on("crm.db").args(["map", "check"]))).exits(2).complains(words);
    }
}

#[test]
fn a_map_that_is_not_there_is_named() {
    let world = World::small();
    for map in ["none.toml", "tryton-88"] {
        let arguments = ["--db", "crm.db", "--map", map, "map", "check"];
        world.unchanged(|| world.run(arguments)).exits(5).complains(map);
    }
    world.run(["--db", "crm.db", "map", "check"]).exits(2).complains("no map was named").complains("--map");
}

#[test]
fn a_map_or_a_configuration_may_not_be_a_folder_or_a_device() {
    let world = World::small();
    for (option, what) in
        ["--map", "--config"].into_iter().flat_map(|option| [".", "/dev/zero"].map(|what| (option, what)))
    {
        let mut command = world.program();
        command.args(["--db", "crm.db", option, what, "map", "check"]);
        let told = world.unchanged(|| Told::within(std::time::Duration::from_secs(2), &mut command));
        assert!(matches!(told.status(), Some(1 | 2)), "{what}: {:?}: {}", told.status(), told.stderr());
        assert!(told.stderr().contains(what) && told.stderr().len() < 1000, "{}", told.stderr());
    }
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let world = World::small();
    let told =
        world.unchanged(|| Told::of(world.on("crm.db").args(["--json", "-n", "backup", "-o", "out.zst"])));
    let plan = told.exits(0).json();
    assert_eq!(plan["rows"][0]["id"], "person");
    assert_eq!(plan["rows"][0]["rows"], 3);
    let masked = plan["rows"][0]["masked_columns"].as_array().unwrap();
    assert_eq!(masked.len(), 3, "{masked:?}");
}
