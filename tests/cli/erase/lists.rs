//! Several relations one after the other, and two people at once.

use super::{acts, erase, world};
use crate::tools;
use crate::world::{Told, World, number, text, texts};
use rusqlite::Connection;
use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

fn is_there(world: &World, table: &str, id: i64) -> bool {
    number(&world.database("crm.db"), &format!("SELECT count(*) FROM {table} WHERE id = {id}")) == 1
}

#[test]
fn a_list_goes_on_after_one_that_cannot_be_erased() {
    let world = world(60, 7);
    let database = world.database("crm.db");
    let linked = number(&database, "SELECT id FROM company WHERE third_party_id IS NOT NULL LIMIT 1");
    drop(database);
    let list = format!("contact 3\r\ncontact 9999\n\ncompany {linked}\nlead 1\n");
    fs::write(world.path("list"), list).unwrap();
    let told = erase(&world, &["--from", "list", "--yes"]).exits(8).complains("no contact 9999");
    assert!(told.stderr().contains("in the ERP") && told.stderr().contains("2 of 4 were not erased"));
    assert!(!is_there(&world, "contact", 3) && !is_there(&world, "lead", 1));
    assert!(is_there(&world, "company", linked));
    assert_eq!(acts(&world, "erase contact").len() + acts(&world, "erase lead").len(), 2, "one act for each");
    for wrong in ["contact", "contact  3", "person 3", "contact 3 4"] {
        fs::write(world.path("list"), format!("contact 5\n{wrong}\n")).unwrap();
        erase(&world, &["--from", "list", "--yes"]).exits(2).complains("line 2");
        assert!(is_there(&world, "contact", 5), "a list is read before anything is erased");
    }
}

#[test]
fn contacts_that_went_with_their_company_are_no_error_in_a_list() {
    let world = world(60, 7);
    let database = world.database("crm.db");
    let company = number(
        &database,
        "SELECT company_id FROM contact JOIN company ON company.id = company_id WHERE third_party_id IS NULL LIMIT 1",
    );
    let contact = number(&database, &format!("SELECT id FROM contact WHERE company_id = {company} LIMIT 1"));
    drop(database);
    let list = format!("company {company}\ncontact {contact}\n");
    let who = [
        "--db",
        "crm.db",
        "--as",
        "admin",
        "erase",
        "--as-password-file",
        "password",
        "--from",
        "-",
        "--yes",
    ];
    let mut child = world
        .program()
        .args(who)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    assert!(String::from_utf8_lossy(&said.stderr).contains("is erased already"));
}

#[test]
fn contacts_go_with_their_company_or_stay_without_it() {
    let world = world(60, 7);
    let database = world.database("crm.db");
    let company = number(
        &database,
        "SELECT company_id FROM contact JOIN company ON company.id = company_id WHERE third_party_id IS NULL GROUP BY 1 HAVING count(*) > 1 LIMIT 1",
    );
    let contacts = number(&database, &format!("SELECT count(*) FROM contact WHERE company_id = {company}"));
    let all = number(&database, "SELECT count(*) FROM contact");
    drop(database);
    let company = company.to_string();
    let plan = erase(&world, &["company", &company, "--dry-run", "--json"]).exits(0).json();
    assert_eq!(plan["rows"][0]["contacts"], contacts);
    let kept =
        erase(&world, &["company", &company, "--keep-contacts", "--dry-run", "--json"]).exits(0).json();
    assert_eq!(kept["rows"][0]["contacts"], 0);
    erase(&world, &["company", &company, "--keep-contacts", "--yes"]).exits(0);
    let database = world.database("crm.db");
    assert_eq!(number(&database, "SELECT count(*) FROM contact"), all);
    assert_eq!(number(&database, &format!("SELECT count(*) FROM contact WHERE company_id = {company}")), 0);
    assert_eq!(number(&database, &format!("SELECT count(*) FROM company WHERE id = {company}")), 0);
}

#[test]
fn duplicates_and_the_lead_that_one_was_are_the_same_person() {
    let world = world(60, 7);
    let database = world.database("crm.db");
    database
        .execute_batch(
            "UPDATE contact SET merged_into = 3 WHERE id = 5;
             UPDATE lead SET status = 'converted', converted_contact_id = 3 WHERE id = 1;
             UPDATE contact SET merged_into = NULL WHERE id = 3;",
        )
        .unwrap();
    drop(database);
    erase(&world, &["contact", "3", "--yes"]).exits(0);
    assert!(
        !is_there(&world, "contact", 3) && !is_there(&world, "contact", 5) && !is_there(&world, "lead", 1)
    );
}

/// Erases contact 3 at a terminal; `meanwhile` is done when the question stands there, and then `answer` is typed.
fn at_a_terminal(world: &World, meanwhile: impl FnOnce(&Connection), answer: &str) -> Option<(i32, String)> {
    let script = tools::find("script")?;
    let line = format!(
        "'{}' --db crm.db --as admin erase --as-password-file password contact 3",
        env!("CARGO_BIN_EXE_crm-admin")
    );
    let mut child = Command::new(script)
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .current_dir(world.folder())
        .env_clear()
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    let out = child.stdout.as_mut().unwrap();
    let mut byte = [0];
    while !String::from_utf8_lossy(&told).contains("Type 3") && out.read(&mut byte).unwrap() == 1 {
        told.push(byte[0]);
    }
    meanwhile(&world.database("crm.db"));
    let mut typed = child.stdin.take().unwrap();
    typed.write_all(format!("{answer}\n").as_bytes()).unwrap();
    typed.flush().unwrap();
    out.read_to_end(&mut told).unwrap();
    let status = child.wait().unwrap().code().unwrap();
    drop(typed);
    Some((status, String::from_utf8_lossy(&told).into_owned()))
}

#[test]
fn what_changes_between_the_plan_and_the_answer_is_not_erased_unseen() {
    let world = world(40, 5);
    let name = text(&world.database("crm.db"), "SELECT full_name FROM contact WHERE id = 3");
    let add = |database: &Connection| {
        let sql = "INSERT INTO note (contact_id, title, body, created_at) VALUES (3, 'Après', 'ajouté entre les deux', '2026-01-01T00:00:00Z')";
        database.execute_batch(sql).unwrap();
    };
    let Some((status, told)) = at_a_terminal(&world, add, "3") else { return };
    assert!(told.contains(&name), "whoever is asked reads the name: {told}");
    assert_eq!(status, 4, "{told}");
    assert!(told.contains("changed since it was shown"), "{told}");
    assert!(is_there(&world, "contact", 3));
    let orphans = "SELECT count(*) FROM note WHERE contact_id = 3";
    assert!(number(&world.database("crm.db"), orphans) > 0);

    let (status, told) = at_a_terminal(&world, |_| {}, "4").unwrap();
    assert_eq!(status, 9, "{told}");
    assert!(is_there(&world, "contact", 3));
    let (status, told) = at_a_terminal(&world, |_| {}, "3").unwrap();
    assert_eq!(status, 0, "{told}");
    assert!(!is_there(&world, "contact", 3));
    assert_eq!(number(&world.database("crm.db"), orphans), 0);
}

#[test]
fn a_locked_database_is_waited_for_and_left_alone() {
    let world = world(20, 5);
    let database = world.database("crm.db");
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    erase(&world, &["contact", "3", "--yes", "--lock-wait", "300ms"]).exits(6);
    let held = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(1));
        database.execute_batch("ROLLBACK").unwrap();
    });
    erase(&world, &["contact", "3", "--yes", "--lock-wait", "30s"]).exits(0);
    held.join().unwrap();
    assert!(!is_there(&world, "contact", 3));
}

#[test]
fn whoever_is_no_administrator_is_denied_and_noted() {
    let world = world(20, 5);
    let database = world.database("crm.db");
    database.execute_batch("UPDATE user SET administrator = 0 WHERE login = 'admin'").unwrap();
    drop(database);
    erase(&world, &["contact", "3", "--yes"]).exits(10);
    assert!(is_there(&world, "contact", 3));
    let acts = acts(&world, "erase");
    assert_eq!(acts.last().unwrap()["ending"], "denied");
    let told: Told = erase(&world, &["contact", "3", "--yes", "--no-input"]);
    assert!(!told.stdout().contains("deleted"));
    assert_eq!(texts(&world.database("crm.db"), "PRAGMA integrity_check"), ["ok"]);
}
