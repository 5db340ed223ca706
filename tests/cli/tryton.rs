//! A real CRM that nobody here wrote: Tryton, with every personal value that was planted in it.
//!
//! `CRM_ADMIN_TRYTON` names the folder where one was built; `.ci/run` builds one.

use crate::counts::is_full;
use crate::search;
use crate::tools;
use crate::world::{World, number, texts};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of a built Tryton, or none where there is none.
pub fn built() -> Option<PathBuf> {
    let folder = std::env::var_os("CRM_ADMIN_TRYTON").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        tools::skip("Tryton");
    }
    folder
}

/// A world with a copy of Tryton's folder of databases.
pub fn world_of(tryton: &Path) -> World {
    let world = World::empty();
    let copied = Command::new("cp").arg("-a").arg(tryton.join("db")).arg(world.path("db")).status().unwrap();
    assert!(copied.success());
    fs::create_dir(world.path("out")).unwrap();
    world
}

pub fn on_tryton(world: &World, arguments: &[&str]) -> crate::world::Told {
    let fixed = ["--db", "db/crm.sqlite", "--map", "tryton-8"];
    world.run(fixed.iter().chain(arguments))
}

/// The planted values: kind and value.
fn truth(tryton: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(tryton.join("truth.jsonl")).unwrap();
    let read = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        (value["kind"].as_str().unwrap().to_owned(), value["value"].as_str().unwrap().to_owned())
    };
    text.lines().map(read).collect()
}

fn values(truth: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    truth.iter().map(|(kind, value)| (kind.as_str(), value.as_str()))
}

#[test]
fn no_planted_value_is_in_the_archive_and_the_source_is_as_it_was() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let before = world.files();
    on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(0);
    let mut after = world.files();
    assert!(after.remove(&world.path("out/t.zst")).is_some());
    assert!(after == before, "a file of the source was changed or added");

    world.run(["restore", "out/t.zst", "--to", "out/t.db"]).exits(0);
    let truth = truth(&tryton);
    let in_source = search::everywhere(values(&truth), &before[&world.path("db/crm.sqlite")], false);
    assert!(in_source.len() * 10 > truth.len() * 9, "the search finds the values where they are");
    let found = search::everywhere(values(&truth), &fs::read(world.path("out/t.db")).unwrap(), false);
    assert!(found.is_empty(), "{} planted values are in the archive: {:?}", found.len(), kinds(&found));
}

fn kinds(found: &std::collections::BTreeMap<Vec<u8>, String>) -> Vec<String> {
    found.iter().map(|(value, kind)| format!("{kind}: {}", String::from_utf8_lossy(value))).take(20).collect()
}

#[test]
fn the_restored_database_has_the_same_shape() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(0);
    let copy = world.unpacked("out/t.zst");
    let source = world.database("db/crm.sqlite");
    let emptied = emptied_tables(&world);
    for table in
        texts(&source, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    {
        let count = |database: &Connection| number(database, &format!("SELECT count(*) FROM \"{table}\""));
        let expected = if emptied.contains(&table) { 0 } else { count(&source) };
        assert_eq!(count(&copy), expected, "rows of {table}");
    }
    let objects = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1";
    assert_eq!(texts(&copy, objects), texts(&source, objects));
    assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
}

/// The tables that the map says come without their rows.
fn emptied_tables(world: &World) -> Vec<String> {
    let shown = on_tryton(world, &["map", "show", "--json"]).exits(0).json();
    let rows = shown["rows"].as_array().unwrap().clone();
    let emptied = rows.iter().filter(|row| row["kind"] == "table" && row["rule"] == "comes empty");
    emptied.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Lets Tryton's own server open the copy, log in, read its lists and validate every record. None where the script
/// that does it is not there.
pub fn opened_by_tryton(world: &World, tryton: &Path, arguments: &[&str]) -> Option<serde_json::Value> {
    let Some(script) = std::env::var_os("CRM_ADMIN_TRYTON_CHECK") else {
        tools::skip("check_login.py");
        return None;
    };
    let said = Command::new("python3")
        .arg(script)
        .arg(tryton)
        .args(arguments)
        .arg("--validate")
        .arg("--database-file")
        .arg(world.path("out/crm.sqlite"))
        .output()
        .unwrap();
    let told: serde_json::Value = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&said.stderr)));
    assert_eq!(told["validate"]["exit"], 0, "{told:#}");
    assert_eq!(told["validate"]["failures"], 0, "{told:#}");
    assert_eq!(said.status.code(), Some(0), "{told:#}");
    Some(told)
}

#[test]
fn no_password_of_the_source_works_in_tryton_and_its_records_are_valid() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(0);
    world.run(["restore", "out/t.zst", "--to", "out/crm.sqlite"]).exits(0);
    let password = fs::read_to_string(tryton.join("admin.pass")).unwrap();
    let arguments = ["--login", "admin", "--password", password.trim(), "--reject"];
    let Some(told) = opened_by_tryton(&world, &tryton, &arguments) else { return };
    assert_eq!(told["accepted"], false, "{told:#}");
}

#[test]
fn the_support_login_works_in_tryton_and_its_lists_open() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(0);
    let restore = ["restore", "out/t.zst", "--to", "out/crm.sqlite", "--support-login", "support"];
    world.run(restore.iter().chain(&["--deliver", "file:out/password"])).exits(0);
    let line = fs::read_to_string(world.path("out/password")).unwrap();
    let password = line.trim_end().strip_prefix("support\t").expect("login, a tab, the password");
    let Some(told) = opened_by_tryton(&world, &tryton, &["--login", "support", "--password", password])
    else {
        return;
    };
    assert_eq!(told["accepted"], true, "{told:#}");
    for model in ["party.party", "sale.opportunity", "account.invoice"] {
        assert!(told["records"][model]["read"].as_u64().is_some_and(|read| read > 0), "{told:#}");
    }
}

#[test]
fn a_restored_tryton_does_nothing_by_itself() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let source = world.database("db/crm.sqlite");
    let running = "SELECT count(*) FROM ir_cron WHERE active = 1";
    let hashes =
        "SELECT count(*) FROM res_user WHERE password_hash IS NOT NULL OR password_reset IS NOT NULL";
    assert!(number(&source, running) > 0 && number(&source, hashes) > 0);
    drop(source);
    on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(0);
    let copy = world.unpacked("out/t.zst");
    for none in [running, hashes, "SELECT count(*) FROM ir_session", "SELECT count(*) FROM web_user_session"]
    {
        assert_eq!(number(&copy, none), 0, "{none}");
    }
}

#[test]
fn a_column_that_came_with_a_module_stops_the_backup() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    world
        .database("db/crm.sqlite")
        .execute_batch("ALTER TABLE party_party ADD COLUMN nickname VARCHAR")
        .unwrap();
    let told = on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(4);
    told.complains("party_party").complains("nickname = ");
    assert_eq!(fs::read_dir(world.path("out")).unwrap().count(), 0);
}

#[test]
fn a_column_that_went_is_told_as_stale() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    world
        .database("db/crm.sqlite")
        .execute_batch("ALTER TABLE party_address RENAME COLUMN street_name TO lane")
        .unwrap();
    on_tryton(&world, &["backup", "-o", "out/t.zst"]).exits(4).complains("stale").complains("street_name");
    assert_eq!(fs::read_dir(world.path("out")).unwrap().count(), 0);
}

/// What Tryton's own server says to a login.
fn server_accepts(tryton: &Path, world: &World, login: &str, password: &str) -> bool {
    let script = std::env::var_os("CRM_ADMIN_TRYTON_CHECK").expect("looked at by the caller");
    let said = Command::new("python3")
        .arg(script)
        .arg(tryton)
        .args(["--login", login, "--password", password])
        .arg("--database-file")
        .arg(world.path("db/crm.sqlite"))
        .output()
        .unwrap();
    let told: serde_json::Value = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&said.stderr)));
    told["accepted"].as_bool().unwrap()
}

#[test]
fn tryton_takes_the_temporary_password_and_no_longer_the_old_one() {
    let Some(tryton) = built() else { return };
    if std::env::var_os("CRM_ADMIN_TRYTON_CHECK").is_none() {
        return tools::skip("check_login.py");
    }
    let world = world_of(&tryton);
    let users = fs::read_to_string(tryton.join("users.tsv")).unwrap();
    let weak = users.lines().filter(|line| line.ends_with("\tweak"));
    let mut weak = weak.map(|line| line.split('\t').take(2).collect::<Vec<_>>());
    let ([one, old], [two, other]) = (&weak.next().unwrap()[..], &weak.next().unwrap()[..]) else {
        panic!("login and password")
    };
    assert!(server_accepts(&tryton, &world, one, old) && server_accepts(&tryton, &world, two, other));
    let told = on_tryton(&world, &["temp-password", one, "--deliver", "print"]).exits(0);
    assert!(told.stderr().contains("nearest guarantee"));
    let line = told.stdout();
    let password = line.trim_end().split_once('\t').unwrap().1;
    on_tryton(&world, &["reset", two, "--invalidate"]).exits(0);
    assert!(server_accepts(&tryton, &world, one, password), "the new one works");
    assert!(!server_accepts(&tryton, &world, one, old), "the old one does not");
    assert!(!server_accepts(&tryton, &world, two, other), "nor one that was invalidated");
    let sessions = format!(
        "SELECT count(*) FROM ir_session WHERE create_uid IN (SELECT id FROM res_user WHERE login IN ('{one}', '{two}'))"
    );
    assert_eq!(number(&world.database("db/crm.sqlite"), &sessions), 0);
    on_tryton(&world, &["user", "add", "x", "--deliver", "print"]).exits(4).complains("does not say how");
}

#[test]
fn an_audit_of_tryton_finds_who_has_no_password_or_a_code_in_clear() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let report = on_tryton(&world, &["audit", "--json"]).exits(3).json();
    let found = |rule: &str, login: &str| {
        report["rows"].as_array().unwrap().iter().any(|row| row["rule"] == rule && row["name"] == login)
    };
    let users = fs::read_to_string(tryton.join("users.tsv")).unwrap();
    let mut looked_at = 0;
    for line in users.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells[2] {
            "none" => assert!(found("password.none", cells[0]), "{line}"),
            "reset" => assert!(found("code.in-clear", cells[0]), "{line}"),
            _ => continue,
        }
        looked_at += 1;
    }
    assert!(looked_at > 3);
}

#[test]
fn an_audit_of_tryton_guesses_every_weak_password_and_no_strong_one() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let mut line = vec!["audit", "passwords", "--guess", "--json"];
    // All that there is to guess takes an hour of two processors.
    if !is_full() {
        line.extend(["--max-guesses", "60"]);
    }
    let report = on_tryton(&world, &line).exits(3).complains("Guessing at").json();
    let rows = report["rows"].as_array().unwrap().iter();
    let guessed: Vec<&str> = rows
        .filter(|row| row["rule"] == "password.guessed")
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    let users = fs::read_to_string(tryton.join("users.tsv")).unwrap();
    let mut weak = 0;
    for line in users.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells[2] {
            "weak" => {
                assert!(guessed.contains(&cells[0]), "{} has a password that everybody chooses", cells[0]);
                weak += 1;
            }
            "strong" => assert!(!guessed.contains(&cells[0]), "{}", cells[0]),
            _ => {}
        }
    }
    assert!(weak > 3);
    assert_eq!(report["guessing"]["guessed"], weak);
    let again = on_tryton(&world, &line).exits(3).json();
    assert_eq!(again["guessing"]["guesses"], 0, "what was tried is not tried again");
    // Tryton has no flag: nothing is repaired by itself, and the report says what a person can do.
    let hit = again["rows"].as_array().unwrap().iter().find(|row| row["rule"] == "password.guessed").unwrap();
    assert_eq!(
        (&hit["repairable"], &hit["repair"]),
        (&false.into(), &"nothing: hand out a temporary one".into())
    );
}

#[test]
fn a_repair_of_tryton_empties_codes_and_leaves_the_passwords_that_people_use() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let hashes = "SELECT group_concat(login || coalesce(password_hash, '-')) FROM (SELECT * FROM res_user ORDER BY id)";
    let codes =
        "SELECT count(*) FROM res_user WHERE password_reset IS NOT NULL AND password_hash IS NOT NULL";
    let before = texts(&world.database("db/crm.sqlite"), hashes);
    assert!(number(&world.database("db/crm.sqlite"), codes) > 0, "somebody has a code beside the password");
    on_tryton(&world, &["audit", "--repair", "--yes"]).exits(3).complains("no policy has been applied");
    assert_eq!(texts(&world.database("db/crm.sqlite"), hashes), before);
    assert_eq!(number(&world.database("db/crm.sqlite"), codes), 0);
    let second = on_tryton(&world, &["audit", "--repair", "--yes", "--json"]).exits(3).json();
    assert_eq!(second["repaired"], false);
}

#[test]
fn a_reset_of_tryton_hands_out_tryton_s_own_temporary_password_and_says_so() {
    let Some(tryton) = built() else { return };
    if std::env::var_os("CRM_ADMIN_TRYTON_CHECK").is_none() {
        return tools::skip("check_login.py");
    }
    let world = world_of(&tryton);
    let users = fs::read_to_string(tryton.join("users.tsv")).unwrap();
    let (login, old) = users
        .lines()
        .find(|line| line.ends_with("\tweak"))
        .and_then(|line| line.split('\t').next().zip(line.split('\t').nth(1)))
        .unwrap();
    on_tryton(&world, &["reset", login]).exits(9).complains("--deliver file:PATH");
    assert!(server_accepts(&tryton, &world, login, old), "not delivered, not changed");
    let told = on_tryton(&world, &["reset", login, "--deliver", "file:out/p"]).exits(0);
    assert!(told.stderr().contains("nearest guarantee"), "{}", told.stderr());
    let line = fs::read_to_string(world.path("out/p")).unwrap();
    let password = line.trim_end().split_once('\t').unwrap().1;
    assert!(server_accepts(&tryton, &world, login, password));
    assert!(!server_accepts(&tryton, &world, login, old));
}

/// Every text and every blob of eight bytes or more, with the tables that hold it.
fn held(world: &World) -> BTreeMap<Vec<u8>, BTreeSet<String>> {
    let database = world.database("db/crm.sqlite");
    let mut held: BTreeMap<Vec<u8>, BTreeSet<String>> = BTreeMap::new();
    for table in texts(&database, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for at in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(at).unwrap()
                    && bytes.len() >= 8
                {
                    held.entry(bytes.to_vec()).or_default().insert(table.clone());
                }
            }
        }
    }
    held
}

fn files(world: &World) -> usize {
    world.names().iter().filter(|path| path.starts_with(world.path("db/attachments"))).count()
}

/// Erases a party; the tables from which values went, and how many files. None of these values is left in the bytes,
/// but for those that are a part of what somebody else's row holds.
fn erase_party(tryton: &Path, party: i64) -> (World, BTreeSet<String>, usize) {
    let world = world_of(tryton);
    let password = fs::read_to_string(tryton.join("admin.pass")).unwrap();
    fs::write(world.path("password"), password.trim()).unwrap();
    fs::set_permissions(world.path("password"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let (before, files_before) = (held(&world), files(&world));
    let party = party.to_string();
    let who = ["--as", "admin", "erase", "contact", &party, "--yes", "--as-password-file", "password"];
    on_tryton(&world, &who).exits(0).says("proven\tyes");
    let after = held(&world);
    let live = after.keys().map(Vec::as_slice).collect::<Vec<_>>().join(&0);
    let bytes = fs::read(world.path("db/crm.sqlite")).unwrap();
    let stands_in = |bytes: &[u8], value: &[u8]| bytes.windows(value.len()).any(|window| window == value);
    let mut tables = BTreeSet::new();
    for (value, from) in before.iter().filter(|(value, _)| !after.contains_key(*value)) {
        // In an index a row's number stands behind its text: `party.party,7` of row 48 reads like `party.party,70`.
        let is_another = after.contains_key(&value[..value.len() - 1]);
        let is_left = !is_another && stands_in(&bytes, value) && !stands_in(&live, value);
        assert!(!is_left, "{} of {from:?} is left", String::from_utf8_lossy(value));
        tables.extend(from.iter().cloned());
    }
    let gone = files_before - files(&world);
    (world, tables, gone)
}

#[test]
fn an_erased_party_is_in_no_byte_and_tryton_goes_on() {
    let Some(tryton) = built() else { return };
    // Those with most notes, pictures, chats and opportunities, and without papers that the law keeps.
    let parties =
        "SELECT id FROM party_party p WHERE NOT EXISTS (SELECT 1 FROM account_move_line WHERE party = p.id)
            AND NOT EXISTS (SELECT 1 FROM sale_sale WHERE p.id IN (party, invoice_party, shipment_party))
            AND NOT EXISTS (SELECT 1 FROM party_identifier WHERE party = p.id)
            AND NOT EXISTS (SELECT 1 FROM company_employee WHERE party = p.id)
         ORDER BY (SELECT count(*) FROM ir_note WHERE resource = 'party.party,' || p.id)
            + (SELECT count(*) FROM ir_attachment WHERE resource = 'party.party,' || p.id)
            + (SELECT count(*) FROM sale_opportunity WHERE party = p.id) DESC LIMIT 4";
    let world = world_of(&tryton);
    let parties: Vec<i64> = {
        let database = world.database("db/crm.sqlite");
        let mut statement = database.prepare(parties).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let (mut tables, mut gone, mut last) = (BTreeSet::new(), 0, None);
    for party in parties {
        let (world, from, files) = erase_party(&tryton, party);
        tables.extend(from);
        gone += files;
        last = Some(world);
    }
    for table in
        ["party_party", "party_contact_mechanism", "ir_chat_message", "ir_email", "sale_opportunity__history"]
    {
        assert!(tables.contains(table), "{table} had values that went: {tables:?}");
    }
    assert!(gone > 0, "files went");
    let world = last.expect("a party was erased");
    let password = fs::read_to_string(tryton.join("admin.pass")).unwrap();
    let Some(script) = std::env::var_os("CRM_ADMIN_TRYTON_CHECK") else {
        return tools::skip("check_login.py");
    };
    let said = Command::new("python3")
        .arg(script)
        .arg(&tryton)
        .args(["--login", "admin", "--password", password.trim(), "--validate", "--database-file"])
        .arg(world.path("db/crm.sqlite"))
        .output()
        .unwrap();
    let told: serde_json::Value = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&said.stderr)));
    assert_eq!(told["validate"]["failures"], 0, "{told:#}");
}

#[test]
fn what_is_due_in_tryton_is_what_erase_would_take() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let before = world.files();
    let line = ["audit", "retention", "--as-of", "2030-01-01"];
    let told = on_tryton(&world, &[&line[..], &["--json"]].concat()).exits(3).json();
    let kinds = told["kinds"].as_array().unwrap();
    let due = |kind: &str| kinds.iter().find(|row| row["kind"] == kind).unwrap()["due"].as_u64().unwrap();
    assert!(due("company") > 0 && due("contact") > 0 && due("lead") > 0, "{kinds:#?}");
    let rows = told["rows"].as_array().unwrap();
    let kept =
        rows.iter().filter(|row| row["state"] == "due").flat_map(|row| row["kept"].as_array().unwrap());
    assert!(
        kept.into_iter()
            .any(|hold| hold["what"] == "account_invoice" && hold["reason"] == "Code de commerce L123-22")
    );
    let ids = on_tryton(&world, &[&line[..], &["--ids"]].concat()).exits(3).stdout();
    assert!(world.files() == before, "an audit changed a file");
    fs::write(world.path("out/due.txt"), &ids).unwrap();
    on_tryton(&world, &["erase", "--from", "out/due.txt", "--dry-run"]).exits(0);
    let soon = on_tryton(&world, &["audit", "retention", "--as-of", "2026-12-01", "--json"]);
    let rows = soon.json()["rows"].as_array().unwrap().clone();
    assert!(rows.iter().all(|row| row["state"] != "due"), "all of it happened this year");
}

#[test]
fn tryton_s_notes_are_searched_wherever_they_stand() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let told = on_tryton(&world, &["audit", "notes", "--json"]).exits(3);
    for (_, value) in truth(&tryton).iter().filter(|(_, value)| value.len() > 8) {
        assert!(!told.stdout().contains(value.as_str()), "the report tells {value}");
    }
    let rows = told.json()["rows"].as_array().unwrap().clone();
    let has = |rule: &str, table: &str| rows.iter().any(|row| row["rule"] == rule && row["table"] == table);
    for table in ["ir_note", "sale_opportunity", "sale_opportunity__history"] {
        assert!(has("notes.health", table), "{table}: {rows:#?}");
    }
    let of = |row: &&serde_json::Value| row["table"] == "ir_note" && row["of"].as_str().is_some();
    assert!(rows.iter().any(|row| of(&row)), "a reference string says whose note it is");
}

#[test]
fn an_objection_switches_a_party_off_on_every_list_and_tryton_goes_on() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let database = world.database("db/crm.sqlite");
    // A company with somebody who works there.
    let company = number(
        &database,
        "SELECT r.\"to\" FROM party_relation r JOIN party_identifier i ON i.party = r.\"to\"
            WHERE i.type IN ('fr_siren', 'fr_siret') AND NOT EXISTS (SELECT 1 FROM party_identifier WHERE party = r.from_)
                AND EXISTS (SELECT 1 FROM party_contact_mechanism WHERE party = r.from_ AND type = 'email')
            GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    );
    let people = format!(
        "SELECT id FROM party_party WHERE id = {company} OR id IN (SELECT from_ FROM party_relation WHERE \"to\" = {company})"
    );
    let mails = format!(
        "SELECT DISTINCT lower(value) FROM party_contact_mechanism WHERE type = 'email' AND party IN ({people})"
    );
    let mails = texts(&database, &mails);
    let lists = number(&database, "SELECT count(*) FROM marketing_email_list");
    let stranger =
        "SELECT lower(value) FROM party_contact_mechanism m WHERE type = 'email' AND lower(value) NOT IN
        (SELECT lower(email) FROM marketing_email WHERE NOT active) AND lower(value) <> ?1 ORDER BY id DESC";
    drop(database);
    let id = company.to_string();
    let told = on_tryton(&world, &["exclude", "add", "company", &id, "--at", "2026-05-04", "--json"])
        .exits(0)
        .json();
    assert!(told["contacts_changed"].as_u64().is_some_and(|contacts| contacts > 0), "{told:#}");
    let database = world.database("db/crm.sqlite");
    for mail in &mails {
        let of = format!("SELECT count(*) FROM marketing_email WHERE lower(email) = '{mail}'");
        assert_eq!(number(&database, &format!("{of} AND active = 0")), lists, "off on every list: {mail}");
        assert_eq!(number(&database, &format!("{of} AND active")), 0);
    }
    assert_eq!(
        number(&database, "SELECT count(*) FROM marketing_email WHERE coalesce(email_token, '') = ''"),
        0
    );
    let other = database.prepare(stranger).unwrap().query_row([&mails[0]], |row| row.get::<_, String>(0));
    drop(database);
    on_tryton(&world, &["exclude", "add", "company", &id]).exits(0).complains("Nothing to do");
    let shown = on_tryton(&world, &["exclude", "show", "company", &id, "--json"]).exits(0).json();
    assert_eq!(shown["rows"][0]["at"], "2026-05-04T00:00:00Z", "Tryton has no place for it: {shown:#}");

    let other = other.unwrap();
    let list = format!("Email\n{}\n{other}\n", mails.join("\n"));
    fs::write(world.path("in.csv"), &list).unwrap();
    let mut command = world.program();
    command.args([
        "--db",
        "db/crm.sqlite",
        "--map",
        "tryton-8",
        "exclude",
        "filter",
        "--email-column",
        "Email",
    ]);
    let told = crate::world::Told::of(command.stdin(fs::File::open(world.path("in.csv")).unwrap())).exits(0);
    assert!(!mails.contains(&other));
    assert_eq!(told.stdout(), format!("Email\n{other}\n"));

    on_tryton(&world, &["exclude", "remove", "company", &id, "--contacts", "clear"]).exits(0);
    let database = world.database("db/crm.sqlite");
    let off = mails.iter().map(|mail| {
        number(
            &database,
            &format!("SELECT count(*) FROM marketing_email WHERE lower(email) = '{mail}' AND NOT active"),
        )
    });
    assert_eq!(off.sum::<i64>(), 0);
    drop(database);
    fs::copy(world.path("db/crm.sqlite"), world.path("out/crm.sqlite")).unwrap();
    let password = fs::read_to_string(tryton.join("admin.pass")).unwrap();
    opened_by_tryton(&world, &tryton, &["--login", "admin", "--password", password.trim()]);
}
