//! A restored copy made usable: one login that works, the rest of the copy as inert as it came.

use crate::world::{Told, World, number, text, texts};
use crm_admin::password::verify;
use crm_admin::secret::Secret;
use std::fs;

/// A demo whose archive is `a.zst`.
fn archived() -> World {
    let world = World::demo(40);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    world
}

fn restore(world: &World, more: &[&str]) -> Told {
    let fixed = ["restore", "a.zst", "--to", "copy.db", "--support-login"];
    world.run(fixed.iter().chain(more))
}

#[test]
fn the_delivered_password_is_the_only_one_that_works() {
    let world = archived();
    let told = restore(&world, &["technicien", "--deliver", "print"]).exits(0);
    let line = told.stdout().lines().next().unwrap().to_owned();
    let (login, password) = line.split_once('\t').expect("login, a tab, the password");
    assert_eq!(login, "technicien");
    let copy = world.database("copy.db");
    let of = |column: &str| {
        text(&copy, &format!("SELECT CAST({column} AS TEXT) FROM user WHERE login = 'technicien'"))
    };
    assert!(verify(&of("password_hash"), &Secret::new(password.to_owned())).unwrap());
    assert_eq!(["active", "administrator", "password_must_change"].map(of), ["1", "1", "0"]);
    let source = world.database("crm.db");
    let hashes = "SELECT count(*) FROM user WHERE password_hash IS NOT NULL";
    assert!(number(&source, hashes) > 20);
    assert_eq!(number(&copy, hashes), 1, "no other account has a hash at all");
    let users = "SELECT count(*) FROM user";
    assert_eq!(number(&copy, users), number(&source, users), "no account was added");
    assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(number(&copy, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

#[test]
fn the_copy_says_that_it_is_one_and_since_when() {
    let world = archived();
    restore(&world, &["technicien", "--deliver", "print"]).exits(0).says("setting");
    let copy = world.database("copy.db");
    let moment = text(&copy, "SELECT value FROM setting WHERE name = 'restored-copy'");
    moment.parse::<jiff::Timestamp>().expect("a moment as this CRM writes them");
    // A backup of the copy is no stranger to the mark, and a copy of the copy is marked once.
    world.run(["--db", "copy.db", "backup", "-o", "b.zst"]).exits(0);
    let again = ["restore", "b.zst", "--to", "c.db", "--support-login", "technicien", "--deliver", "print"];
    world.run(again).exits(0);
    let marks = "SELECT count(*) FROM setting WHERE name = 'restored-copy'";
    assert_eq!(number(&world.database("c.db"), marks), 1);
}

#[test]
fn without_a_support_login_a_copy_is_what_zstd_makes_of_the_archive() {
    let world = archived();
    let told = world.run(["--json", "restore", "a.zst", "--to", "copy.db"]).exits(0).json();
    assert_eq!(told["support_login"], serde_json::Value::Null);
    let copy = fs::read(world.path("copy.db")).unwrap();
    assert_eq!(copy.len() as u64, told["database_bytes"].as_u64().unwrap());
    let marks = "SELECT count(*) FROM setting WHERE name = 'restored-copy'";
    assert_eq!(number(&world.database("copy.db"), marks), 0);
}

#[test]
fn a_password_that_is_not_delivered_leaves_no_database() {
    let world = archived();
    fs::write(world.path("taken"), "somebody's").unwrap();
    let before = world.files();
    restore(&world, &["technicien", "--deliver", "file:taken"]).exits(4).complains("taken exists");
    assert!(world.files() == before, "nothing was made or changed");
    restore(&world, &["technicien", "--deliver", "file:password"]).exits(0);
    let line = fs::read_to_string(world.path("password")).unwrap();
    assert!(line.starts_with("technicien\t") && line.trim_end().len() > "technicien\t".len() + 15);
    assert_eq!(world.names().len(), before.len() + 2, "the database and the password, nothing else");
}

#[test]
fn a_login_that_somebody_has_is_refused_and_a_spelling_of_it_too() {
    let world = archived();
    let copy = world.unpacked("a.zst");
    let taken = text(&copy, "SELECT upper(login) FROM user WHERE NOT administrator LIMIT 1");
    drop(copy);
    let before = world.names();
    restore(&world, &[&taken, "--deliver", "print"]).exits(4).complains("has that login already");
    assert_eq!(world.names(), before);
}

#[test]
fn a_login_goes_to_the_clipboard_unless_told_otherwise_and_has_no_blanks() {
    let world = archived();
    restore(&world, &["technicien"]).exits(9).complains("no clipboard");
    restore(&world, &["two words", "--deliver", "print"]).exits(2).complains("without blanks");
    world.run(["restore", "a.zst", "--to", "copy.db", "--deliver", "print"]).exits(2);
    assert!(!world.path("copy.db").exists());
}

/// A CRM of its own kind: administrators are in a group, and a flag says who is disabled.
const GROUPS: &str = "
    CREATE TABLE agent (id INTEGER PRIMARY KEY, login TEXT, hash TEXT, off INTEGER, until TEXT);
    CREATE TABLE agent_group (agent INTEGER, team TEXT);
    CREATE TABLE ticket (login TEXT, code TEXT);
    INSERT INTO agent VALUES (1, 'paul', 'x', 0, NULL), (2, 'chef', 'x', 1, '2020-01-01'), (3, 'root', 'x', 0, NULL);
    INSERT INTO agent_group VALUES (1, 'sales'), (2, 'admin'), (3, 'admin');
    INSERT INTO ticket VALUES ('root', 'x');";

const GROUPS_MAP: &str = r#"
    name = "groups"
    format = 1
    for = "the tests of support logins"
    [everywhere.types]
    INTEGER = "keep"
    [table.agent]
    login = "keep"
    hash = { as = "secret", blank-is = "!" }
    until = "keep"
    [table.agent_group]
    agent = { owner = "agent" }
    team = "keep"
    [table.ticket]
    login = { as = "keep", link = "agent.login" }
    code = "keep"
    [accounts.agents]
    table = "agent"
    key = "id"
    login = "login"
    hash = { column = "hash", schemes = ["bcrypt", "argon2id"], prefix = "argon2:" }
    active = { column = "off", means = "disabled" }
    administrator = { table = "agent_group", user = "agent", group = "team", is = ["admin"] }
    temporary-until = "until"
    end-sessions = [ { table = "ticket", by = "login" } ]
"#;

#[test]
fn the_first_active_administrator_is_taken_and_the_sessions_end() {
    let world = World::with(GROUPS, GROUPS_MAP);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    restore(&world, &["tech", "--deliver", "print"]).exits(2).complains("--map");
    restore(&world, &["tech", "--deliver", "print", "--map", "map.toml"]).exits(0);
    let copy = world.database("copy.db");
    assert_eq!(texts(&copy, "SELECT login FROM agent ORDER BY id"), ["paul", "chef", "tech"]);
    assert!(text(&copy, "SELECT hash FROM agent WHERE id = 3").starts_with("argon2:$argon2id$"));
    assert_eq!(number(&copy, "SELECT count(*) FROM ticket"), 0);
}

#[test]
fn where_no_administrator_is_active_one_is_woken() {
    let world = World::with(&format!("{GROUPS} UPDATE agent SET off = 1;"), GROUPS_MAP);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    restore(&world, &["tech", "--deliver", "print", "--map", "map.toml"]).exits(0);
    let woken = "SELECT login || off || coalesce(until, '') FROM agent WHERE id = 2";
    assert_eq!(texts(&world.database("copy.db"), woken), ["tech0"]);
}

#[test]
fn where_nobody_is_an_administrator_no_copy_is_made() {
    let world = World::with(&format!("{GROUPS} DELETE FROM agent_group WHERE team = 'admin';"), GROUPS_MAP);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    let told = restore(&world, &["tech", "--deliver", "print", "--map", "map.toml"]).exits(4);
    told.complains("administrator");
    assert!(!world.path("copy.db").exists());
}

#[test]
fn a_restored_copy_does_nothing_by_itself() {
    let world = World::demo(40);
    let source = world.database("crm.db");
    source
        .execute_batch(
            "INSERT OR REPLACE INTO setting VALUES ('mail.enabled', '1'), ('mail.host', 'smtp.val-clair.test'),
                 ('mail.password', 'Hortensia-7-bleu');
             INSERT INTO erp_connection (name, url, key_sealed, enabled, created_at)
                 VALUES ('ERP de secours', 'https://erp.val-clair.test/api', x'00112233445566778899', 1,
                         '2026-01-01T00:00:00Z');",
        )
        .unwrap();
    let enabled = "SELECT count(*) FROM erp_connection WHERE enabled = 1";
    assert!(number(&source, enabled) > 0 && number(&source, "SELECT count(*) FROM session") > 0);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    let copy = world.unpacked("a.zst");
    let setting = |name: &str| text(&copy, &format!("SELECT value FROM setting WHERE name = '{name}'"));
    assert_eq!(["mail.enabled", "mail.host", "mail.password"].map(setting), ["0", "", ""]);
    assert_eq!(number(&copy, enabled), 0);
    assert_eq!(number(&copy, "SELECT count(*) FROM erp_connection WHERE key_sealed IS NOT NULL"), 0);
    assert_eq!(number(&copy, "SELECT count(*) FROM session"), 0);
    for table in ["user", "user_template"] {
        let hashes = format!("SELECT count(*) FROM {table} WHERE password_hash IS NOT NULL");
        assert!(number(&source, &hashes) > 0);
        assert_eq!(number(&copy, &hashes), 0, "{table}");
    }
}
