//! Certificates, the ledger and everything that is said: none of it names whom it was about.

use super::{PASSWORD, erase, values_of, world};
use crate::world::{World, number, texts};
use std::collections::BTreeSet;
use std::fs;

fn sha256(bytes: &[u8]) -> String {
    crm_admin::digest::digest(bytes).to_string()
}

/// Values of a contact that are its own: no moments, no words of the schema, nothing that somebody else has as well.
fn own_values(world: &World, contact: i64) -> BTreeSet<String> {
    let database = world.database("crm.db");
    let mut values = values_of(&database, contact);
    let names = format!(
        "SELECT full_name FROM contact WHERE id = {contact} UNION SELECT family_name FROM contact WHERE id = {contact} UNION SELECT number FROM phone WHERE contact_id = {contact} UNION SELECT e164 FROM phone WHERE contact_id = {contact} UNION SELECT address FROM email WHERE contact_id = {contact}"
    );
    values.extend(texts(&database, &names));
    values.retain(|value| !value.ends_with('Z') && value.len() > 4 && value != "administrator");
    values.retain(|value| {
        !["customer", "landline", "application/pdf", "text/plain", "discovery", "proposal", "negotiation"]
            .contains(&value.as_str())
    });
    values
}

#[test]
fn nothing_that_is_said_or_kept_holds_a_value_or_its_plain_digest() {
    let world = world(60, 5);
    let contacts: Vec<i64> = vec![3, 4, 8, 12];
    let values: BTreeSet<String> = contacts.iter().flat_map(|contact| own_values(&world, *contact)).collect();
    assert!(values.len() > 20);
    fs::create_dir(world.path("papers")).unwrap();
    fs::write(world.path("list"), "contact 3\ncontact 4\ncontact 8\n").unwrap();
    let mut said = Vec::new();
    let mut note = |told: crate::world::Told| {
        said.push(told.stdout());
        said.push(told.stderr());
    };
    note(erase(&world, &["--from", "list", "--yes", "--certificates", "papers", "--json"]).exits(0));
    note(
        erase(
            &world,
            &["contact", "12", "--yes", "--certificate", "c.json", "--certificate-text", "c.txt", "-v"],
        )
        .exits(0),
    );
    note(erase(&world, &["contact", "12", "--yes"]).exits(5));
    note(erase(&world, &["resume", "--json"]).exits(0));
    note(world.on_crm(["erase", "verify", "c.json"]).exits(0));
    note(world.on_crm(["ledger", "show", "--json"]).exits(0));
    assert_eq!(fs::read_dir(world.path("papers")).unwrap().count(), 3);
    for (path, content) in world.files() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("crm.db-") && name != "crm.db" && name != "list" {
            said.push(String::from_utf8_lossy(&content).into_owned());
        }
    }
    for value in &values {
        for told in &said {
            assert!(!told.contains(value.as_str()), "{value} in {told}");
            for spelling in [value.clone(), value.to_lowercase(), value.trim().to_owned()] {
                assert!(!told.contains(&sha256(spelling.as_bytes())), "the digest of {value} in {told}");
            }
        }
    }
    // No id that somebody could look up in an older copy.
    for paper in ["c.json", "c.txt"] {
        let text = fs::read_to_string(world.path(paper)).unwrap();
        assert!(
            !text.contains("contact 12") && !text.contains("\"12\"") && !text.contains("admin\""),
            "{text}"
        );
    }
}

#[test]
fn a_certificate_says_all_that_it_has_to() {
    let world = world(60, 5);
    let state = world.path("crm.db.crm-admin/ledger.jsonl");
    erase(&world, &["contact", "3", "--yes", "--certificate", "c.json", "--certificate-text", "c.txt"])
        .exits(0);
    let paper: serde_json::Value = serde_json::from_slice(&fs::read(world.path("c.json")).unwrap()).unwrap();
    assert_eq!(paper["schema"]["name"], "crm-admin/erasure-certificate");
    assert_eq!((paper["kind"].as_str(), paper["ending"].as_str()), (Some("contact"), Some("proven")));
    assert_eq!(paper["by"], "an administrator of the CRM");
    assert_eq!(paper["settings"]["secure_delete"], "1");
    assert_eq!(paper["settings"]["journal_mode"], "wal");
    for (name, length) in [("map_digest", 64), ("schema_digest", 64), ("act", 16)] {
        assert_eq!(paper[name].as_str().unwrap().len(), length, "{name}");
    }
    assert!(
        paper["tables"]
            .as_array()
            .unwrap()
            .iter()
            .any(|table| table["table"] == "contact" && table["delete"] == 1)
    );
    let size = fs::metadata(world.path("crm.db")).unwrap().len();
    assert_eq!(paper["removal"]["files"][0], serde_json::json!(["database", size]));
    for sort in ["values", "neighbours", "words"] {
        assert!(paper["sought"][sort].as_u64().unwrap() > 0, "{sort}");
    }
    assert!(paper["removal"]["hits_before"].is_object() && paper["removal"]["hits_after"].is_object());
    assert_eq!(paper["removal"]["residue"], 0);
    assert!(paper["not_covered"].as_array().unwrap().len() > 4);
    assert_eq!(paper["older_full_archives"], serde_json::json!([]));
    let page = fs::read_to_string(world.path("c.txt")).unwrap();
    for words in
        ["secure_delete = 1", "PROVEN", "What is not covered", "found at first", "contact: 1 rows deleted"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    // The act is the ledger's, and its line holds the certificate's digest.
    let ledger = fs::read_to_string(&state).unwrap();
    let line = ledger.lines().last().unwrap();
    assert!(line.contains(paper["act"].as_str().unwrap()));
    assert!(line.contains(&sha256(&fs::read(world.path("c.json")).unwrap())));
    let proven = world.on_crm(["erase", "verify", "c.json", "--json"]).exits(0).json();
    assert_eq!((proven["act"].clone(), proven["ledger"].as_str()), (paper["act"].clone(), Some("done")));
    // A ledger that was touched proves nothing.
    fs::write(&state, ledger.replacen("\"command\":", "\"command\": ", 1)).unwrap();
    world.on_crm(["erase", "verify", "c.json"]).exits(7).complains("ledger");
    fs::write(&state, &ledger).unwrap();
    world.on_crm(["erase", "verify", "c.json"]).exits(0);
    world.on_crm(["erase", "verify", "none.json"]).exits(5);
    world.on_crm(["erase", "verify", "c.txt"]).exits(7);
}

#[test]
fn older_full_archives_are_named_and_an_old_certificate_stays_true() {
    let world = world(40, 5);
    erase(&world, &["contact", "3", "--yes", "--certificate", "before.json"]).exits(0);
    let full = [
        "--as",
        "admin",
        "backup",
        "--full",
        "--as-password-file",
        "password",
        "-o",
        "crm-full.zst",
        "--yes",
    ];
    let told = world.on_crm(full);
    if told.stderr().contains("unexpected argument") {
        return;
    }
    told.exits(0);
    erase(
        &world,
        &["contact", "4", "--yes", "--certificate", "after.json", "--certificate-text", "after.txt"],
    )
    .exits(0);
    let archives = |name: &str| {
        let paper: serde_json::Value = serde_json::from_slice(&fs::read(world.path(name)).unwrap()).unwrap();
        paper["older_full_archives"].as_array().unwrap().len()
    };
    assert_eq!([archives("before.json"), archives("after.json")], [0, 1]);
    assert!(fs::read_to_string(world.path("after.txt")).unwrap().contains("Older full archives"));
}

#[test]
fn a_name_in_the_way_stops_it_in_time_and_a_password_may_come_from_a_pipe() {
    let world = world(40, 5);
    fs::write(world.path("c.json"), "mine").unwrap();
    erase(&world, &["contact", "3", "--yes", "--certificate", "c.json"]).exits(4);
    erase(&world, &["contact", "3", "--yes", "--certificates", "nowhere"]).exits(5);
    fs::write(world.path("list"), "contact 3\ncontact 4\n").unwrap();
    erase(&world, &["--from", "list", "--yes", "--certificate", "d.json"])
        .exits(2)
        .complains("--certificates");
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM contact WHERE id IN (3, 4)"), 2);
    let mut command = world.program();
    command.args([
        "--db",
        "crm.db",
        "--as",
        "admin",
        "erase",
        "--as-password-stdin",
        "contact",
        "3",
        "--yes",
    ]);
    let mut child =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
