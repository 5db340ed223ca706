//! The exit statuses that scripts rely on: each is reached, and means what the manual says.

use crate::world::{Told, World};
use std::fs;
use std::process::Stdio;

#[test]
fn done_is_0() {
    let world = World::small();
    world.run(["map", "list"]).exits(0);
    world.run(["--version"]).exits(0).says("crm-admin ");
    world.run(["--help"]).exits(0).says("backup");
    world.on_crm(["map", "check"]).exits(0);
}

#[test]
fn could_not_finish_is_1() {
    let world = World::small();
    let told = world.unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", "none/out.zst"])));
    told.exits(1).complains("folder none does not exist");
}

#[test]
fn a_command_line_that_is_not_understood_is_2() {
    let world = World::small();
    for arguments in [
        &["bakcup"][..],
        &["backup"],
        &["--db", "crm.db", "--map", "map.toml", "backup", "-o", "out.zst", "--level", "20"],
        &["--lock-wait", "soon", "map", "list"],
        &["--format", "xml", "map", "list"],
        &["--config", "none.toml", "map", "list"],
        &["map", "check"],
        &[],
    ] {
        let told = world.unchanged(|| world.run(arguments));
        assert_eq!(told.stdout(), "", "{arguments:?}");
        told.exits(2);
    }
}

#[test]
fn findings_are_3() {
    let world = World::small();
    world.database("crm.db").execute_batch("ALTER TABLE person ADD COLUMN phone TEXT").unwrap();
    world.on_crm(["map", "check"]).exits(3).says("person.phone");
}

#[test]
fn a_refusal_is_4() {
    let world = World::small();
    fs::write(world.path("out.zst"), "somebody's").unwrap();
    world.unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", "out.zst"]))).exits(4);
}

#[test]
fn what_is_not_there_is_5() {
    let world = World::small();
    world.on_crm(["map", "show", "--table", "persn"]).exits(5).complains("persn");
    world.on_crm(["map", "explain", "person.nam"]).exits(5).complains("nam");
    world.run(["archive", "verify", "none.zst"]).exits(5).complains("there is no archive none.zst");
}

#[test]
fn a_damaged_file_is_7() {
    let world = World::small();
    fs::write(world.path("torn.zst"), b"\x28\xb5\x2f\xfd").unwrap();
    world.run(["archive", "verify", "torn.zst"]).exits(7).complains("does not end as an archive does");
}

#[test]
fn a_password_that_did_not_arrive_is_9_and_there_is_no_database() {
    let world = World::empty();
    let init = ["init", "new.db", "--admin", "marie", "--deliver", "print"];
    for lost in [Lost::Full, Lost::Gone] {
        world.unchanged(|| {
            let mut command = world.program();
            command.args(init).stderr(Stdio::piped());
            command.stdout(match lost {
                Lost::Full => fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into(),
                Lost::Gone => Stdio::piped(),
            });
            let mut child = command.spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(9), "{said}");
            assert!(said.contains("not delivered"), "{said}");
        });
    }
}

/// How standard output can be no use.
enum Lost {
    Full,
    Gone,
}

#[test]
fn an_error_is_one_object_where_results_are() {
    let world = World::small();
    fs::write(world.path("broken.toml"), "x = ").unwrap();
    for (arguments, kind, status) in [
        (&["--db", "none.db", "--map", "map.toml", "map", "check"][..], "missing", 5),
        (&["--db", "map.toml", "--map", "map.toml", "map", "check"], "damaged", 7),
        (&["--db", "crm.db", "map", "check"], "usage", 2),
        (&["--db", "crm.db", "--map", "broken.toml", "map", "check"], "usage", 2),
        (&["--db", "crm.db", "--map", "map.toml", "backup", "-o", "crm.db"], "refused", 4),
        (&["--db", "crm.db", "--map", "map.toml", "backup", "-o", "none/x"], "unfinished", 1),
    ] {
        let told = world.run(["--json"].iter().chain(arguments)).exits(status);
        assert_eq!(told.stdout(), "");
        let object: serde_json::Value = serde_json::from_str(&told.stderr()).unwrap();
        assert_eq!(object["schema"]["name"], "crm-admin/error");
        assert_eq!((&object["error"]["kind"], &object["error"]["status"]), (&kind.into(), &status.into()));
        assert!(object["error"]["what"].as_str().is_some_and(|what| !what.is_empty()));
    }
}
