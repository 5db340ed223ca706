//! What a synchronisation does: objections both ways, erasures one way, and nothing twice.

use super::Pair;
use crate::world::{Told, number, text, texts};
use std::fs;
use std::process::Stdio;
use std::time::Duration;

/// The objection flags of one third party: in the ERP, in the CRM's row of it, in the company that is linked.
fn flags(pair: &Pair, code: &str) -> [i64; 3] {
    let (erp, crm) = (pair.world.database("erp.db"), pair.world.database("crm.db"));
    let party = format!("SELECT marketing_objection FROM third_party WHERE code = '{code}'");
    let company = format!(
        "SELECT company.marketing_objection FROM company JOIN third_party ON third_party.id = third_party_id
         WHERE code = '{code}'"
    );
    [number(&erp, &party), number(&crm, &party), number(&crm, &company)]
}

#[test]
fn a_linked_company_is_erased_in_the_erp_and_then_here() {
    let pair = Pair::linked(120);
    let (company, code) = pair.linked_company();
    let erase = |kind: &str, id: &str| {
        pair.crm(&["--as", "marie", "erase", kind, id, "--as-password-file", "password", "--yes"])
    };
    let crm = pair.world.database("crm.db");
    let third = text(&crm, &format!("SELECT cast(id AS TEXT) FROM third_party WHERE code = '{code}'"));
    let values = texts(
        &crm,
        &format!(
            "SELECT address FROM email WHERE company_id = {company} OR contact_id IN
                 (SELECT id FROM contact WHERE company_id = {company})
             UNION SELECT siret FROM company WHERE id = {company}
             UNION SELECT iban FROM bank_account WHERE company_id = {company} OR third_party_id = {third}"
        ),
    );
    assert!(values.len() > 3, "{values:?}");
    drop(crm);
    erase("company", &company.to_string()).exits(4).complains("linked to a third party of the ERP");
    erase("third-party", &third).exits(4).complains("this third party is the ERP's");

    pair.erase_in_erp(&pair.erp_id(&code)).exits(0);
    let erp = pair.world.database("erp.db");
    let tombstone = format!(
        "SELECT name || coalesce(siret, '') || coalesce(email, '') FROM third_party WHERE code = '{code}'"
    );
    assert_eq!(text(&erp, &tombstone), "-");
    assert_eq!(number(&erp, "SELECT count(*) FROM third_party WHERE erased_at IS NOT NULL"), 1);
    assert_eq!(number(&erp, "SELECT count(*) FROM third_party WHERE erasure_confirmed_at IS NOT NULL"), 0);
    let planned = pair.sync(&["--dry-run", "--json"]).exits(0).json();
    assert_eq!(planned["erased"], 1);
    fs::create_dir(pair.world.path("certificates")).unwrap();
    let told = pair.sync(&["--certificates", "certificates", "--json"]).exits(0).json();
    assert_eq!([&told["erased"], &told["acknowledged"], &told["unproven"]], [1, 1, 0]);

    let crm = pair.world.database("crm.db");
    for gone in [
        format!("SELECT count(*) FROM company WHERE id = {company}"),
        format!("SELECT count(*) FROM contact WHERE company_id = {company}"),
        format!("SELECT count(*) FROM third_party WHERE code = '{code}'"),
        "SELECT count(*) FROM pragma_foreign_key_check".to_owned(),
    ] {
        assert_eq!(number(&crm, &gone), 0, "{gone}");
    }
    assert_eq!(number(&erp, "SELECT count(*) FROM third_party WHERE erasure_confirmed_at IS NOT NULL"), 1);
    // An invoice stays as long as the law asks, with what was printed on it.
    for value in values {
        assert!(pair.files_with(value.as_bytes()).is_empty(), "a value of the company is left");
    }
    let certificates: Vec<_> =
        fs::read_dir(pair.world.path("certificates")).unwrap().map(|file| file.unwrap().path()).collect();
    let [certificate] = certificates.as_slice() else { panic!("one certificate: {certificates:?}") };
    pair.crm(&["erase", "verify", certificate.to_str().unwrap()]).exits(0).says("proven");
    let words = fs::read_to_string(certificate).unwrap();
    assert!(
        words.contains("\"kind\": \"third-party\"") && words.contains("the ERP, over its link"),
        "{words}"
    );
    assert!(!words.contains(&code));
    pair.world.unchanged(|| pair.sync(&["--dry-run"]).exits(0));
    let again = pair.sync(&["--json"]).exits(0).json();
    assert_eq!([&again["erased"], &again["acknowledged"]], [0, 0]);
    pair.crm(&["ledger", "verify"]).exits(0);
}

#[test]
fn what_was_erased_does_not_come_back_with_an_older_erp() {
    let pair = Pair::linked(120);
    let (company, code) = pair.linked_company();
    let crm = pair.world.database("crm.db");
    let siret = text(&crm, &format!("SELECT siret FROM company WHERE id = {company}"));
    drop(crm);
    fs::copy(pair.world.path("erp.db"), pair.world.path("older.db")).unwrap();
    pair.erase_in_erp(&pair.erp_id(&code)).exits(0);
    pair.sync(&[]).exits(0);
    let companies = number(&pair.world.database("crm.db"), "SELECT count(*) FROM company");
    for log in ["erp.db-wal", "erp.db-shm"] {
        let _ = fs::remove_file(pair.world.path(log));
    }
    fs::copy(pair.world.path("older.db"), pair.world.path("erp.db")).unwrap();
    // Somebody types an old customer in again under another code, and a new one comes with the same number.
    pair.sql(
        "erp.db",
        &format!(
            "INSERT INTO third_party (company_id, code, kind, name, siret, created_at, updated_at) VALUES
             (1, 'OLD1', 'customer', 'Ancien', '{siret}', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'),
             (1, 'NEW1', 'customer', 'Nouveau', '{siret}', '2090-01-01T00:00:00Z', '2090-01-01T00:00:00Z')"
        ),
    );
    let told = pair.sync(&["--json"]).exits(0).json();
    let drift: Vec<(String, String)> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["what"].as_str().unwrap().to_owned()))
        .collect();
    assert!(drift.contains(&(code.clone(), "erased-here".into())), "{drift:?}");
    assert!(drift.contains(&("OLD1".into(), "erased-person".into())), "{drift:?}");
    let crm = pair.world.database("crm.db");
    let held = format!("SELECT count(*) FROM third_party WHERE code IN ('{code}', 'OLD1')");
    assert_eq!(number(&crm, &held), 0);
    assert_eq!(number(&crm, "SELECT count(*) FROM third_party WHERE code = 'NEW1'"), 1);
    assert_eq!(number(&crm, "SELECT count(*) FROM company"), companies);
}

#[test]
fn an_objection_on_either_side_holds_on_both_and_a_newer_act_takes_it_back() {
    let pair = Pair::linked(120);
    let (company, code) = pair.linked_company();
    let id = pair.erp_id(&code);
    pair.erp(&["exclude", "add", "third-party", &id]).exits(0);
    pair.sync(&[]).exits(0).says("objections to the CRM\t2");
    assert_eq!(flags(&pair, &code), [1, 1, 1]);
    let crm = pair.world.database("crm.db");
    let contacts =
        format!("SELECT count(*) FROM contact WHERE company_id = {company} AND marketing_objection = 0");
    assert_eq!(number(&crm, &contacts), 0, "all contacts of the company are excluded");
    pair.crm(&["exclude", "show", "company", &company.to_string()]).exits(0);

    // Taken back in the ERP, later: an explicit act.
    pair.sql(
        "erp.db",
        &format!("UPDATE third_party SET objection_at = '2026-01-01T00:00:00Z' WHERE code = '{code}'"),
    );
    pair.sql(
        "crm.db",
        "UPDATE company SET objection_at = '2026-01-01T00:00:00Z' WHERE marketing_objection = 1;
        UPDATE third_party SET objection_at = '2026-01-01T00:00:00Z' WHERE marketing_objection = 1",
    );
    pair.erp(&["exclude", "remove", "third-party", &id]).exits(0);
    pair.sync(&["--contacts", "clear"]).exits(0).says("taken back in the CRM\t2");
    assert_eq!(flags(&pair, &code), [0, 0, 0]);

    // Unticked by an application that does not say when: no act, and the objection holds.
    pair.crm(&["exclude", "add", "company", &company.to_string()]).exits(0);
    pair.sync(&[]).exits(0).says("objections to the ERP\t1");
    assert_eq!(flags(&pair, &code), [1, 1, 1]);
    pair.sql("erp.db", &format!(
        "UPDATE third_party SET marketing_objection = 0, objection_withdrawn_at = NULL WHERE code = '{code}'"
    ));
    pair.sync(&[]).exits(0);
    assert_eq!(flags(&pair, &code), [1, 1, 1]);
}

#[test]
fn who_objects_again_has_said_it_last() {
    let pair = Pair::linked(120);
    let (company, code) = pair.linked_company();
    let company = company.to_string();
    pair.crm(&["exclude", "add", "company", &company]).exits(0);
    pair.sql(
        "crm.db",
        "UPDATE company SET objection_at = '2026-01-01T00:00:00Z' WHERE marketing_objection = 1",
    );
    // Taken back in the ERP, and objected to once more in the CRM before the two have met.
    pair.sql(
        "erp.db",
        &format!(
            "UPDATE third_party SET objection_withdrawn_at = '2026-02-01T00:00:00Z' WHERE code = '{code}'"
        ),
    );
    pair.crm(&["exclude", "add", "company", &company]).exits(0);
    pair.sync(&[]).exits(0);
    assert_eq!(flags(&pair, &code), [1, 1, 1]);
}

#[test]
fn a_new_third_party_gets_a_row_and_is_linked_by_its_number() {
    let pair = Pair::new(Some(400));
    pair.connect(&[]).exits(0);
    let before = number(
        &pair.world.database("crm.db"),
        "SELECT count(*) FROM company WHERE third_party_id IS NOT NULL",
    );
    let planned = pair.world.unchanged(|| pair.sync(&["--dry-run", "--json"]).exits(0).json());
    let told = pair.sync(&["--json"]).exits(0).json();
    assert!(told["created"].as_u64().unwrap() > 0, "the demo ERP has some");
    for count in ["created", "linked", "objections_to_crm", "objections_to_erp"] {
        assert_eq!(planned[count], told[count], "{count}");
    }
    let crm = pair.world.database("crm.db");
    let linked = number(&crm, "SELECT count(*) FROM company WHERE third_party_id IS NOT NULL") - before;
    assert_eq!(linked, told["linked"].as_i64().unwrap());
    let same = "SELECT count(*) FROM company JOIN third_party ON third_party.id = third_party_id
         WHERE third_party.code LIKE 'N%' AND third_party.siret = company.siret";
    assert_eq!(number(&crm, same), linked);
    // What else differs is told, and stays.
    pair.sql(
        "erp.db",
        "UPDATE third_party SET town = 'Ailleurs', phone = '01 00 00 00 00' WHERE code = 'C000001'",
    );
    let told = pair.sync(&["--json"]).exits(0).json();
    assert_eq!(told["rows"][0]["fields"], serde_json::json!(["phone", "town"]));
    assert!(!told.to_string().contains("Ailleurs"));
    assert_eq!(number(&crm, "SELECT count(*) FROM third_party WHERE town = 'Ailleurs'"), 0);
}

#[test]
fn of_two_at_once_one_waits_or_is_told_that_it_is_busy() {
    let pair = Pair::linked(60);
    let lock = fs::File::open(pair.world.path("crm.db.crm-admin/erp.lock")).unwrap();
    lock.lock().unwrap();
    pair.sync(&["--lock-wait", "100ms"]).exits(6);
    let mut command = pair.world.program();
    command.args(["--db", "crm.db", "--lock-wait", "30s", "erp", "sync"]);
    let waiting = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(lock);
    assert!(waiting.wait_with_output().unwrap().status.success());
}

#[test]
fn an_erasure_that_a_rule_forbids_is_owed_and_the_rest_goes_on() {
    let pair = Pair::linked(120);
    let (_, code) = pair.linked_company();
    let map =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema/maps/reference.toml")).unwrap();
    let rule = "company_id = { owner = \"company\" }\ncontact_id = { owner = \"contact\" }\nlead_id = { owner = \"lead\" }\nopportunity_id";
    assert!(map.contains(rule));
    let forbids = rule.replacen(
        "{ owner = \"company\" }",
        "{ owner = \"company\", erase = \"refuse\", reason = \"a lawsuit\" }",
        1,
    );
    fs::write(pair.world.path("strict.toml"), map.replace(rule, &forbids)).unwrap();
    pair.sql("crm.db", &format!(
        "INSERT INTO communication (company_id, kind, inbound, happened_at) SELECT company.id, 'call', 1, '2026-01-01T00:00:00Z'
         FROM company JOIN third_party ON third_party.id = third_party_id WHERE code = '{code}'"
    ));
    pair.erase_in_erp(&pair.erp_id(&code)).exits(0);
    let other = text(
        &pair.world.database("crm.db"),
        &format!(
            "SELECT code FROM third_party WHERE code <> '{code}' AND NOT EXISTS
             (SELECT 1 FROM company JOIN communication ON communication.company_id = company.id
              WHERE third_party_id = third_party.id) LIMIT 1"
        ),
    );
    pair.erase_in_erp(&pair.erp_id(&other)).exits(0);
    let sync = ["--db", "crm.db", "--map", "strict.toml", "erp", "sync"];
    pair.world.run(sync).exits(8).says(&code).says("a lawsuit");
    let erp = pair.world.database("erp.db");
    assert_eq!(number(&erp, "SELECT count(*) FROM third_party WHERE erasure_confirmed_at IS NOT NULL"), 1);
    pair.sync(&[]).exits(0);
    assert_eq!(
        number(
            &erp,
            "SELECT count(*) FROM third_party WHERE erased_at IS NOT NULL AND erasure_confirmed_at IS NULL"
        ),
        0
    );
}

#[test]
fn the_erp_is_backed_up_without_a_key_or_a_name() {
    let pair = Pair::linked(120);
    pair.erp(&["backup", "-o", "erp.zst"]).exits(0);
    let copy = pair.world.unpacked("erp.zst");
    assert_eq!(number(&copy, "SELECT count(*) FROM api_connection WHERE revoked_at IS NULL"), 0);
    let digest = text(&pair.world.database("erp.db"), "SELECT key_digest FROM api_connection");
    assert_eq!(
        number(&copy, &format!("SELECT count(*) FROM api_connection WHERE key_digest = '{digest}'")),
        0
    );
    let told: Told = pair.crm(&["backup", "-o", "crm.zst"]).exits(0);
    drop(told);
    let copy = pair.world.unpacked("crm.zst");
    assert_eq!(number(&copy, "SELECT count(*) FROM erp_connection WHERE enabled = 1"), 0);
}
