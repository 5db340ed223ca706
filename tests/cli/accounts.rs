//! Temporary passwords, forced changes and users: what is said, and which rows are left.

use crate::world::{World, number, text, texts};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// An account of the demo that is sound: active, no administrator, with a session.
const SOUND: &str = "SELECT login FROM user WHERE id = 3";

fn world() -> (World, String) {
    let world = World::demo(50);
    let login = text(&world.database("crm.db"), SOUND);
    (world, login)
}

/// Every account as it is stored, but for the one of this login.
fn others(world: &World, login: &str) -> Vec<String> {
    let sql = format!(
        "SELECT json_array(id, login, active, password_hash, password_changed_at, password_must_change,
         password_temporary_until) FROM user WHERE login <> '{login}' ORDER BY id"
    );
    texts(&world.database("crm.db"), &sql)
}

fn of(world: &World, login: &str, column: &str) -> String {
    let sql = format!("SELECT coalesce(\"{column}\", 'NULL') || '' FROM user WHERE login = '{login}'");
    text(&world.database("crm.db"), &sql)
}

fn private(world: &World, name: &str, content: &str) {
    fs::write(world.path(name), content).unwrap();
    fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_temporary_password_is_delivered_and_only_its_account_changes() {
    let (world, login) = world();
    let (before, old) = (others(&world, &login), of(&world, &login, "password_hash"));
    let told = world.on_crm(["temp-password", &login, "--deliver", "print"]).exits(0);
    let line = told.stdout();
    let (said, password) = line.trim_end().split_once('\t').expect("login, tab, password");
    assert_eq!(said, login);
    assert!(password.len() >= 16);
    let new = of(&world, &login, "password_hash");
    assert!(new != old && new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    assert_eq!(of(&world, &login, "password_must_change"), "1");
    assert!(of(&world, &login, "password_temporary_until") > of(&world, &login, "password_changed_at"));
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM session WHERE user_id = 3"), 0);
    assert_eq!(others(&world, &login), before);
    let written = world
        .files()
        .into_iter()
        .find(|(_, bytes)| bytes.windows(password.len()).any(|window| window == password.as_bytes()));
    assert!(written.is_none(), "the password is in {:?}", written.map(|(path, _)| path));
}

#[test]
fn what_is_not_delivered_changes_nothing() {
    let (world, login) = world();
    let before = fs::read(world.path("crm.db")).unwrap();
    fs::write(world.path("taken"), "x").unwrap();
    world.on_crm(["temp-password", &login]).exits(9).complains("no clipboard");
    world.on_crm(["temp-password", &login, "--deliver", "file:taken"]).exits(4);
    world.on_crm(["temp-password", &login, "nobody", "--deliver", "print"]).exits(5).complains("nobody");
    world.on_crm(["temp-password", &login, "--dry-run"]).exits(0).says(&login);
    assert!(fs::read(world.path("crm.db")).unwrap() == before);
}

#[test]
fn a_reset_forces_a_change_and_leaves_the_password_alone() {
    let (world, login) = world();
    let (before, old) = (others(&world, &login), of(&world, &login, "password_hash"));
    world.on_crm(["reset", &login, "--end-sessions"]).exits(0);
    assert_eq!(of(&world, &login, "password_must_change"), "1");
    assert_eq!(of(&world, &login, "password_hash"), old);
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM session WHERE user_id = 3"), 0);
    assert_eq!(others(&world, &login), before);
    world.on_crm(["force-change", &login, "--invalidate"]).exits(0);
    assert_eq!(of(&world, &login, "password_hash"), "NULL");
}

#[test]
fn an_unknown_login_among_known_ones_changes_nothing() {
    let (world, login) = world();
    fs::write(world.path("logins"), format!("{login}\nnobody\nno-one\n")).unwrap();
    let before = others(&world, "");
    let told = world.on_crm(["reset", "--from", "logins", "--yes"]).exits(5);
    told.complains("nobody").complains("no-one");
    assert_eq!(others(&world, ""), before);
}

#[test]
fn everybody_is_reset_once_and_only_after_a_yes() {
    let (world, _) = world();
    let due =
        "SELECT count(*) FROM user WHERE active AND NOT password_must_change AND password_hash IS NOT NULL";
    let waiting = number(&world.database("crm.db"), due);
    assert!(waiting > 10);
    world.on_crm(["reset", "--all"]).exits(2).complains("--yes");
    assert_eq!(number(&world.database("crm.db"), due), waiting);
    world.on_crm(["reset", "--all", "--yes"]).exits(0);
    let again = world.on_crm(["reset", "--all", "--yes", "--json"]).exits(0).json();
    assert_eq!(again["rows"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_last_administrator_is_never_locked_out() {
    let (world, _) = world();
    let administrators =
        texts(&world.database("crm.db"), "SELECT login FROM user WHERE administrator AND active");
    let before = others(&world, "");
    let disable: Vec<&str> =
        ["user", "disable"].into_iter().chain(administrators.iter().map(String::as_str)).collect();
    world.on_crm(&disable).exits(4).complains("administrator");
    world.on_crm(["reset", "--all", "--invalidate", "--yes"]).exits(4).complains("administrator");
    assert_eq!(others(&world, ""), before);
    world.on_crm(&disable[..disable.len() - 1]).exits(0);
}

#[test]
fn a_disabled_account_has_no_session_left_and_can_be_enabled_again() {
    let (world, login) = world();
    world.on_crm(["user", "disable", &login]).exits(0);
    assert_eq!(of(&world, &login, "active"), "0");
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM session WHERE user_id = 3"), 0);
    world.on_crm(["user", "disable", &login]).exits(0).complains("Nothing to do");
    world.on_crm(["user", "enable", &login]).exits(0);
    assert_eq!(of(&world, &login, "active"), "1");
}

#[test]
fn a_newcomer_changes_the_temporary_password_to_one_that_the_policy_takes() {
    let (world, _) = world();
    let add =
        ["user", "add", "zoe", "--given-name", "Zoé", "--family-name", "Martin", "--deliver", "file:zoe"];
    world.on_crm(add).exits(0);
    world.on_crm(["user", "add", "ZOE", "--deliver", "print"]).exits(4).complains("already");
    let line = fs::read_to_string(world.path("zoe")).unwrap();
    private(&world, "old", line.trim_end().split_once('\t').unwrap().1);
    let passwd = |old: &str| {
        world.on_crm(["user", "passwd", "zoe", "--password-file", old, "--new-password-file", "new"])
    };
    private(&world, "new", "martin");
    let told = passwd("old").exits(4);
    told.complains("fewer than 8").complains("fewer than 3").complains("name of its owner");
    private(&world, "new", "Mesange-bleue-7");
    private(&world, "wrong", "Mesange-bleue-8");
    passwd("wrong").exits(10);
    passwd("old").exits(0);
    assert_eq!(of(&world, "zoe", "password_must_change"), "0");
    assert_eq!(of(&world, "zoe", "password_temporary_until"), "NULL");
    passwd("new").exits(4).complains("current");
    fs::set_permissions(world.path("new"), fs::Permissions::from_mode(0o644)).unwrap();
    passwd("old").exits(2).complains("chmod 600");
}

#[test]
fn a_temporary_password_that_has_ended_is_refused() {
    let (world, login) = world();
    world.on_crm(["temp-password", &login, "--deliver", "file:p"]).exits(0);
    private(
        &world,
        "old",
        fs::read_to_string(world.path("p")).unwrap().trim_end().split_once('\t').unwrap().1,
    );
    private(&world, "new", "Mesange-bleue-7");
    world
        .database("crm.db")
        .execute("UPDATE user SET password_temporary_until = '2020-01-01T00:00:00Z' WHERE id = 3", [])
        .unwrap();
    let passwd = ["user", "passwd", &login, "--password-file", "old", "--new-password-file", "new"];
    world.on_crm(passwd).exits(10).complains("has ended");
}

#[test]
fn many_newcomers_come_from_a_file_or_none_does() {
    let (world, login) = world();
    fs::write(world.path("new.csv"), format!("ann,Ann,Lee,ann@b.test\n{login},,,\n")).unwrap();
    let count = || number(&world.database("crm.db"), "SELECT count(*) FROM user");
    let before = count();
    world.on_crm(["user", "add", "--from", "new.csv", "--deliver", "file:p"]).exits(4);
    assert_eq!(count(), before);
    fs::write(world.path("new.csv"), "ann,Ann,Lee,ann@b.test\nben;Ben;Lee;;Administrateur\n").unwrap();
    world.on_crm(["user", "add", "--from", "new.csv", "--deliver", "file:p"]).exits(0);
    assert_eq!(count(), before + 2);
    assert_eq!(fs::read_to_string(world.path("p")).unwrap().lines().count(), 2);
    assert_eq!(of(&world, "ben", "administrator"), "1");
    let preferences = "SELECT count(*) FROM user WHERE id IN (SELECT user_id FROM user_preference)";
    assert_eq!(number(&world.database("crm.db"), preferences), before + 2);
}

#[test]
fn a_trigger_of_a_stranger_does_not_run() {
    let (world, login) = world();
    world
        .database("crm.db")
        .execute_batch(
            "CREATE TRIGGER promote AFTER UPDATE ON user BEGIN UPDATE user SET administrator = 1; END",
        )
        .unwrap();
    let before = number(&world.database("crm.db"), "SELECT sum(administrator) FROM user");
    world.on_crm(["reset", &login]).exits(0);
    assert_eq!(of(&world, &login, "password_must_change"), "1");
    assert_eq!(number(&world.database("crm.db"), "SELECT sum(administrator) FROM user"), before);
}
