//! The link itself: who makes it, what it stands on, what ends it.

use super::{Pair, STORED};
use crate::world::{number, text, texts};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// The ERP's key, unsealed as the program does it.
fn key(pair: &Pair) -> [u8; 32] {
    let under: [u8; 32] = fs::read(pair.world.path("crm.db.crm-admin/erp.key")).unwrap().try_into().unwrap();
    let sealed: Vec<u8> = pair
        .world
        .database("crm.db")
        .query_row("SELECT key_sealed FROM erp_connection", [], |row| row.get(0))
        .unwrap();
    *crm_admin::erp::seal::open(&sealed, "Gestion", &under).unwrap().expose()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8], alphabet: [u8; 2]) -> String {
    let sign = |six: u32| match six {
        0..26 => b'A' + six as u8,
        26..52 => b'a' + six as u8 - 26,
        52..62 => b'0' + six as u8 - 52,
        _ => alphabet[six as usize - 62],
    };
    let bits = bytes.chunks_exact(3).map(|three| u32::from_be_bytes([0, three[0], three[1], three[2]]));
    bits.flat_map(|bits| [18, 12, 6, 0].map(|shift| char::from(sign(bits >> shift & 63)))).collect()
}

#[test]
fn the_key_is_nowhere_in_clear() {
    let pair = Pair::new(Some(60));
    // Somebody reads both databases all the while, so their logs stay.
    let readers = ["crm.db", "erp.db"].map(|name| {
        let database = pair.world.database(name);
        database.execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM user").unwrap();
        database
    });
    let mut said = String::new();
    let mut hear = |told: crate::world::Told| said.push_str(&(told.stdout() + &told.stderr()));
    hear(pair.connect(&["-v"]));
    let first = key(&pair);
    hear(pair.sync(&["-v", "--json"]));
    hear(pair.crm(&["-v", "erp", "rotate"]).exits(0));
    let second = key(&pair);
    hear(pair.sync(&["-v"]).exits(0));
    hear(pair.crm(&["erp", "status", "--json"]));
    hear(pair.crm(&["ledger", "show", "--json"]));
    assert_ne!(first, second);
    let logs = ["crm.db-wal", "erp.db-wal"].map(|name| fs::metadata(pair.world.path(name)).unwrap().len());
    assert!(logs.iter().all(|length| *length > 0), "there are logs to look into");
    for key in [first, second] {
        let forms = [hex(&key), hex(&key).to_uppercase(), base64(&key, *b"+/"), base64(&key, *b"-_")];
        for needle in [&key[..16], &key[16..]].into_iter().chain(forms.iter().map(|form| form.as_bytes())) {
            assert_eq!(pair.files_with(needle), Vec::<std::path::PathBuf>::new());
        }
        assert!(forms.iter().all(|form| !said.contains(form)), "{said}");
    }
    drop(readers);
    // The ERP knows each by a digest.
    let digests = texts(&pair.world.database("erp.db"), "SELECT key_digest FROM api_connection");
    assert_eq!(digests.len(), 2);
    assert!(digests.iter().all(|digest| digest.len() == 64));
    let mode = fs::metadata(pair.world.path("crm.db.crm-admin/erp.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_stored_password_is_replaced_by_the_key_and_leaves_the_bytes() {
    let pair = Pair::new(Some(60));
    assert_eq!(pair.files_with(STORED.as_bytes()).len(), 1);
    pair.crm(&["erp", "status"]).exits(3).says("a password, no key");
    pair.connect(&[]).exits(0).says("replaces a password\tyes").says("proven gone from the files\tyes");
    assert!(pair.files_with(STORED.as_bytes()).is_empty());
    let crm = pair.world.database("crm.db");
    assert_eq!(
        number(&crm, "SELECT count(*) FROM erp_connection WHERE login IS NULL AND password IS NULL"),
        1
    );
    assert_eq!(
        number(&crm, "SELECT count(*) FROM erp_connection"),
        1,
        "the connection is the one that was there"
    );
}

#[test]
fn after_every_user_has_another_password_it_works_and_after_revoking_it_does_not() {
    let pair = Pair::linked(60);
    for (database, administrator) in [("crm.db", "marie"), ("erp.db", "paul")] {
        let logins = texts(&pair.world.database(database), "SELECT login FROM user WHERE active = 1");
        for login in logins.iter().filter(|login| *login != administrator) {
            let file = format!("file:{database}.{login}");
            pair.world.run(["--db", database, "temp-password", login, "--deliver", &file]).exits(0);
        }
        pair.secret("new", "Riviere-Bleue-17-Chene");
        let change =
            ["user", "passwd", administrator, "--password-file", "password", "--new-password-file", "new"];
        pair.world.run(["--db", database].iter().chain(&change)).exits(0);
    }
    pair.secret("password", "Riviere-Bleue-17-Chene");
    pair.sync(&[]).exits(0);
    pair.crm(&["erp", "status"]).exits(0).says("works");

    pair.revoke().exits(0).says("keys revoked\t1");
    let before = fs::read(pair.world.path("erp.db")).unwrap();
    pair.sync(&[])
        .exits(10)
        .complains("the ERP revoked the key Gestion")
        .complains("ask an administrator of the ERP of Négoce du Val Clair");
    pair.crm(&["erp", "rotate"]).exits(10);
    pair.crm(&["erp", "status"]).exits(3).says("denied");
    assert!(before == fs::read(pair.world.path("erp.db")).unwrap(), "the ERP was not written");
    // A new link, on the word of both administrators.
    pair.connect(&[]).exits(0);
    pair.sync(&[]).exits(0);
}

#[test]
fn a_link_needs_the_word_of_an_administrator_on_either_side() {
    let pair = Pair::new(Some(60));
    let connect =
        ["erp", "connect", "erp.db", "--as-password-file", "password", "--erp-as-password-file", "password"];
    let with = |who: &[&str]| pair.crm(&who.iter().chain(&connect).copied().collect::<Vec<_>>());
    with(&[]).exits(2).complains("an administrator of the CRM");
    with(&["--as", "marie"]).exits(2).complains("say --erp-as LOGIN");
    pair.secret("wrong", "Nuage-Gris-11-Vent");
    pair.connect(&["--no-input"]).exits(0);
    pair.sync(&[]).exits(0);
    let key = |sql: &str| number(&pair.world.database("erp.db"), sql);
    let keys = key("SELECT count(*) FROM api_connection");
    let by = |crm: &str, erp: &str| {
        let connect = ["--as", "marie", "erp", "connect", "erp.db", "--erp-as", "paul"];
        let files = ["--as-password-file", crm, "--erp-as-password-file", erp];
        pair.crm(&connect.iter().chain(&files).copied().collect::<Vec<_>>())
    };
    by("wrong", "password").exits(10);
    by("password", "wrong").exits(10);
    assert_eq!(key("SELECT count(*) FROM api_connection"), keys, "no key was issued");
    pair.erp(&["ledger", "show"]).exits(0).says("erp connect").says("denied");
    // The same link again takes the place of the old key, and the old one is good no more.
    by("password", "password").exits(0).says("earlier keys revoked\t1");
    assert_eq!(key("SELECT count(*) FROM api_connection WHERE revoked_at IS NULL"), 1);
    pair.sync(&[]).exits(0);
}

#[test]
fn the_company_is_named_where_there_are_several() {
    let pair = Pair::new(Some(60));
    pair.sql(
        "erp.db",
        "INSERT INTO company (name, created_at) VALUES ('Val Clair Transports', '2026-01-01T00:00:00Z')",
    );
    pair.connect(&[]).exits(2).complains("several companies").complains("Val Clair Transports");
    pair.connect(&["--company", "Nulle Part"]).exits(5).complains("Négoce du Val Clair");
    pair.world.unchanged(|| pair.connect(&["--company", "val clair transports", "--dry-run"]).exits(0));
    pair.connect(&["--company", "val clair transports"]).exits(0).says("Val Clair Transports");
    // Its books are empty: what the CRM has is of the other company, and is only told.
    pair.sync(&[]).exits(0).says("not in the ERP");
    pair.crm(&["--as", "marie", "erp", "connect", "crm.db", "--erp-as", "paul"]).exits(2);
}

#[test]
fn a_key_that_another_crm_uses_is_not_taken_away() {
    let pair = Pair::linked(60);
    fs::copy(pair.world.path("crm.db"), pair.world.path("other.db")).unwrap();
    pair.sql("other.db", "UPDATE erp_connection SET key_sealed = NULL");
    let connect = [
        "--db",
        "other.db",
        "--as",
        "marie",
        "erp",
        "connect",
        "erp.db",
        "--as-password-file",
        "password",
        "--erp-as",
        "paul",
        "--erp-as-password-file",
        "password",
    ];
    pair.world.run(connect).exits(4).complains("in use already");
    pair.sync(&[]).exits(0);
}

#[test]
fn a_rotated_key_is_the_only_good_one() {
    let pair = Pair::linked(60);
    let old = pair
        .world
        .database("crm.db")
        .query_row("SELECT key_sealed FROM erp_connection", [], |row| row.get::<_, Vec<u8>>(0));
    pair.crm(&["erp", "rotate", "--dry-run"]).exits(0).says("would be replaced");
    pair.crm(&["erp", "rotate"]).exits(0).says("old keys revoked\t1");
    pair.sync(&[]).exits(0);
    pair.world
        .database("crm.db")
        .execute("UPDATE erp_connection SET key_sealed = ?1", [old.unwrap()])
        .unwrap();
    pair.sync(&[]).exits(10);
}

#[test]
fn the_key_file_is_kept_from_others_and_cannot_be_another_one() {
    let pair = Pair::linked(60);
    let file = pair.world.path("crm.db.crm-admin/erp.key");
    let under = fs::read(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    pair.sync(&[]).exits(10).complains("open to others");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, [7; 32]).unwrap();
    pair.sync(&[]).exits(10).complains("cannot be unsealed");
    fs::remove_file(&file).unwrap();
    pair.sync(&[]).exits(5).complains("there is no key file");
    // Anywhere else, by name or as a systemd credential.
    fs::write(pair.world.path("elsewhere"), &under).unwrap();
    fs::set_permissions(pair.world.path("elsewhere"), fs::Permissions::from_mode(0o400)).unwrap();
    pair.sync(&["--key-file", "elsewhere"]).exits(0);
    fs::create_dir(pair.world.path("credentials")).unwrap();
    fs::rename(pair.world.path("elsewhere"), pair.world.path("credentials/crm-admin-key")).unwrap();
    let mut command = pair.world.program();
    command.env("CREDENTIALS_DIRECTORY", pair.world.path("credentials"));
    crate::world::Told::of(command.args(["--db", "crm.db", "erp", "sync"])).exits(0);
}

#[test]
fn status_tells_what_is_late_or_was_never_used() {
    let pair = Pair::new(None);
    pair.crm(&["erp", "status"]).exits(3).complains("not linked");
    pair.connect(&["--name", "Compta"]).exits(0).says("Compta");
    pair.crm(&["erp", "status"]).exits(3).says("never synchronised");
    pair.world.unchanged(|| pair.sync(&["--dry-run"]).exits(0));
    pair.crm(&["erp", "status"]).exits(3).says("never synchronised");
    pair.sync(&[]).exits(0);
    pair.world.unchanged(|| pair.crm(&["erp", "status"]).exits(0).says("works"));
    pair.sql(
        "crm.db",
        "UPDATE erp_connection SET synced_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 hours')",
    );
    pair.crm(&["erp", "status"]).exits(0);
    pair.crm(&["erp", "status", "--late-after", "2h"]).exits(3).says("late");
    let erp = pair.world.database("erp.db");
    assert_eq!(text(&erp, "SELECT name FROM api_connection"), "Compta");
    pair.world.run(["erp", "status", "--erp", "erp.db", "--json"]).exits(0).says("last_used_at");
    // A restored copy has a connection that is switched off, and does nothing with it.
    pair.sql("crm.db", "UPDATE erp_connection SET enabled = 0");
    pair.sync(&[]).exits(4).complains("switched off");
    fs::rename(pair.world.path("erp.db"), pair.world.path("moved.db")).unwrap();
    pair.sql("crm.db", "UPDATE erp_connection SET enabled = 1");
    pair.crm(&["erp", "status"]).exits(3).says("unreachable");
    pair.sync(&[]).exits(5);
}
