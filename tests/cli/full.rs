//! The identifiable copy: for an administrator, marked, tied to its state; and a restored database in the place of
//! another.

use crate::tools;
use crate::world::{Told, World, number, text, texts};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// A demo whose administrator `admin` has a password of his own, which the file `pass` holds.
fn world() -> World {
    let world = World::empty();
    let init =
        ["init", "crm.db", "--admin", "admin", "--demo", "40", "--seed", "7", "--deliver", "file:first"];
    world.run(init).exits(0);
    let first = fs::read_to_string(world.path("first")).unwrap();
    private(&world, "temporary", first.trim_end().split_once('\t').unwrap().1);
    private(&world, "pass", "Mesange-bleue-7");
    let passwd = ["user", "passwd", "admin", "--password-file", "temporary", "--new-password-file", "pass"];
    world.on_crm(passwd).exits(0);
    world
}

fn private(world: &World, name: &str, content: &str) {
    fs::write(world.path(name), content).unwrap();
    fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
}

/// Runs the program as the administrator, who has said yes.
fn as_admin(world: &World, arguments: &[&str]) -> Told {
    let proof = ["--as", "admin", "--as-password-file", "pass", "--yes"];
    world.on_crm(arguments.iter().chain(&proof))
}

fn kept(world: &World) -> Vec<String> {
    let names = fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains(".replaced-")).collect()
}

/// An address of somebody who is in the copy, and in no other row.
fn address(world: &World) -> String {
    text(&world.database("crm.db"), "SELECT address FROM email WHERE contact_id = 5 LIMIT 1")
}

fn holds(world: &World, name: &str, needle: &str) -> bool {
    fs::read(world.path(name)).unwrap().windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn a_full_copy_is_the_database_for_its_owner_alone_and_says_what_it_is() {
    let world = world();
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"])
        .exits(0)
        .says("everybody can be recognised");
    let mode = fs::metadata(world.path("crm-full.zst")).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
    world.run(["archive", "inspect", "crm-full.zst"]).exits(0).says("content\tfull");
    world.run(["archive", "verify", "crm-full.zst"]).exits(0);
    as_admin(&world, &["backup", "--full", "-o", "."]).exits(0);
    let names = world.names();
    assert!(names.iter().any(|name| name.to_string_lossy().contains("crm-full-2")), "{names:?}");
    if let Some(zstd) = tools::find("zstd") {
        let unpacked = Command::new(zstd).args(["-dqc"]).arg(world.path("crm-full.zst")).output().unwrap();
        fs::write(world.path("plain.db"), unpacked.stdout).unwrap();
        let (copy, source) = (world.database("plain.db"), world.database("crm.db"));
        for sql in ["SELECT group_concat(login) FROM user", "SELECT group_concat(address) FROM email"] {
            assert_eq!(text(&copy, sql), text(&source, sql));
        }
        assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
    }
}

#[test]
fn nobody_but_a_proven_administrator_gets_a_full_copy_and_the_attempt_is_noted() {
    let world = world();
    let full = ["backup", "--full", "-o", "crm-full.zst"];
    private(&world, "wrong", "Mesange-bleue-8");
    world.on_crm(full).exits(2).complains("--as LOGIN");
    world.on_crm(full.iter().chain(&["--as", "admin", "--yes"])).exits(2).complains("--as-password-file");
    let wrong = ["--as", "admin", "--yes", "--as-password-file", "wrong"];
    world.on_crm(full.iter().chain(&wrong)).exits(10);
    let unconfirmed = ["--as", "admin", "--as-password-file", "pass"];
    world.on_crm(full.iter().chain(&unconfirmed)).exits(2).complains("--yes");
    world.database("crm.db").execute("UPDATE user SET administrator = 0 WHERE login = 'admin'", []).unwrap();
    as_admin(&world, &full).exits(10).complains("no administrator");
    assert!(!world.path("crm-full.zst").exists());
    let shown = world.on_crm(["ledger", "show", "--json"]).exits(0).json();
    let denied = shown["rows"].as_array().unwrap().iter().filter(|row| row["ending"] == "denied").count();
    assert_eq!(denied, 2);
}

#[test]
fn the_password_comes_from_standard_input_or_a_systemd_credential_too() {
    let world = world();
    fs::create_dir(world.path("credentials")).unwrap();
    private(&world, "credentials/crm-admin-password", "Mesange-bleue-7");
    // What systemd gives to a service that does not run as root looks like this.
    fs::set_permissions(world.path("credentials/crm-admin-password"), fs::Permissions::from_mode(0o440))
        .unwrap();
    let full = ["--db", "crm.db", "--as", "admin", "--yes", "backup", "--full", "-o"];
    let mut command = world.program();
    command.env("CREDENTIALS_DIRECTORY", world.path("credentials")).args(full).arg("a-full.zst");
    Told::of(&mut command).exits(0);
    let mut command = world.program();
    command.args(full).args(["b-full.zst", "--as-password-stdin"]);
    command.stdin(fs::File::open(world.path("pass")).unwrap());
    Told::of(&mut command).exits(0);
    let denied = ["--as", "admin", "--as-password-stdin", "--yes", "backup", "--full", "-o", "c-full.zst"];
    world.on_crm(denied).exits(2);
}

#[test]
fn a_full_copy_goes_to_a_file_whose_name_says_so() {
    let world = world();
    as_admin(&world, &["backup", "--full", "-o", "crm.zst"]).exits(2).complains("crm-full.zst");
    assert_eq!(as_admin(&world, &["backup", "--full", "-o", "-"]).exits(2).stdout(), "");
    as_admin(&world, &["backup", "--full", "--no-proof", "-o", "crm-full.zst"]).exits(2);
    fs::write(world.path("crm-full.zst"), "somebody's").unwrap();
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]).exits(4);
    assert_eq!(fs::read(world.path("crm-full.zst")).unwrap(), b"somebody's");
}

#[test]
fn a_full_copy_is_restored_with_its_state_at_hand_and_not_without() {
    let world = world();
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]).exits(0);
    let restore = ["restore", "crm-full.zst", "--to", "copy.db"];
    world.run(restore).exits(4).complains("--state DIR");
    fs::create_dir(world.path("another")).unwrap();
    fs::set_permissions(world.path("another"), fs::Permissions::from_mode(0o700)).unwrap();
    world.run(restore.iter().chain(&["--state", "another"])).exits(4);
    assert!(!world.path("copy.db").exists());
    let told = world.run(restore.iter().chain(&["--state", "crm.db.crm-admin"])).exits(0);
    assert!(told.stderr().contains("copy.db.crm-admin"), "it says where its state is");
    let all = "SELECT group_concat(login || coalesce(password_hash, '')) FROM user";
    assert_eq!(text(&world.database("copy.db"), all), text(&world.database("crm.db"), all));
    let support = ["--support-login", "x", "--deliver", "print", "--state", "crm.db.crm-admin"];
    world.run(["restore", "crm-full.zst", "--to", "b.db"].iter().chain(&support)).exits(2);
}

#[test]
fn whoever_was_erased_since_is_in_no_byte_of_a_restored_full_copy() {
    let world = world();
    let address = address(&world);
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]).exits(0);
    as_admin(&world, &["erase", "contact", "5"]).exits(0);
    let restore = ["restore", "crm-full.zst", "--to", "copy.db", "--state", "crm.db.crm-admin", "--json"];
    let told = world.run(restore).exits(0).json();
    assert_eq!(told["erased_again"], 1);
    assert!(!holds(&world, "copy.db", &address), "an erased person came back");
    let copy = world.database("copy.db");
    assert_eq!(number(&copy, "SELECT count(*) FROM contact WHERE id = 5"), 0);
    assert!(number(&copy, "SELECT count(*) FROM contact") > 30);
    assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(number(&copy, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    world.on_crm(["ledger", "verify"]).exits(0);
    let stray = world.names().into_iter().filter(|path| path.to_string_lossy().contains(".crm-admin-"));
    assert_eq!(stray.count(), 0);
}

#[test]
fn a_replaced_database_is_kept_beside_the_restored_one() {
    let world = world();
    let address = address(&world);
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]).exits(0);
    as_admin(&world, &["erase", "contact", "5"]).exits(0);
    let mark =
        "PRAGMA journal_mode = WAL; UPDATE setting SET value = 'later' WHERE name = 'organisation.name'";
    world.database("crm.db").execute_batch(mark).unwrap();
    let replace = ["restore", "crm-full.zst", "--to", "crm.db", "--replace"];
    world.run(["restore", "crm-full.zst", "--to", "crm.db"]).exits(4).complains("exists");
    world.run(replace).exits(2).complains("--as LOGIN");
    world
        .run(replace.iter().chain(&["--as", "admin", "--as-password-file", "pass"]))
        .exits(2)
        .complains("--yes");
    assert_eq!(kept(&world), [""; 0]);
    as_admin(&world, &replace).exits(0).says(".replaced-").says("relations erased again\t1");
    let [old] = &kept(&world)[..] else { panic!("{:?}", kept(&world)) };
    let name = "SELECT value FROM setting WHERE name = 'organisation.name'";
    assert_eq!(text(&world.database(old), name), "later");
    assert_ne!(text(&world.database("crm.db"), name), "later");
    assert!(!holds(&world, "crm.db", &address), "an erased person came back");
    for log in ["crm.db-wal", "crm.db-journal"] {
        assert!(!world.path(log).exists(), "{log}");
    }
    world.on_crm(["ledger", "verify"]).exits(0);
    let nothing = ["restore", "crm-full.zst", "--to", "none.db", "--replace", "--state", "crm.db.crm-admin"];
    as_admin(&world, &nothing).exits(5);
}

#[test]
fn a_database_that_somebody_has_open_is_not_replaced() {
    let world = world();
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]).exits(0);
    let reader = world.database("crm.db");
    reader.execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM user").unwrap();
    let replace = ["restore", "crm-full.zst", "--to", "crm.db", "--replace", "--lock-wait", "200ms"];
    as_admin(&world, &replace).exits(6).complains("stop the CRM");
    assert_eq!(kept(&world), [""; 0]);
    drop(reader);
    as_admin(&world, &replace).exits(0);
}

#[test]
fn a_damaged_database_gives_no_full_copy_and_an_erasure_that_is_owed_none_either() {
    let world = world();
    fs::write(
        world.path("crm.db.crm-admin/owed.json"),
        r#"{"debts":[{"act":"a","relation":"contact 1","needles":[],"tables":[],"files":[],"settings":{},"rows":1,"remembered":{"relations":[],"suppressed":[]}}]}"#,
    )
    .unwrap();
    let told = as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]);
    assert!(matches!(told.status(), Some(4 | 7)), "{}", told.stderr());
    fs::remove_file(world.path("crm.db.crm-admin/owed.json")).unwrap();
    let mut bytes = fs::read(world.path("crm.db")).unwrap();
    let page =
        number(&world.database("crm.db"), "SELECT rootpage FROM sqlite_schema WHERE name = 'email'") as usize;
    bytes[(page - 1) * 4096..page * 4096].fill(0x55);
    fs::write(world.path("crm.db"), bytes).unwrap();
    as_admin(&world, &["backup", "--full", "-o", "crm-full.zst"]).exits(7);
    assert!(!world.path("crm-full.zst").exists());
}
