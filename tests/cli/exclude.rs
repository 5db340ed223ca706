//! Objections to marketing: noted, taken back, shown, and obeyed.

use crate::world::{World, number, text, texts};
use rusqlite::Connection;

/// A company with several contacts, none of whom objects yet.
fn company_of(database: &Connection) -> i64 {
    number(
        database,
        "SELECT company_id FROM contact WHERE company_id IN (SELECT id FROM company WHERE marketing_objection = 0
            AND third_party_id IS NULL) GROUP BY 1 HAVING sum(marketing_objection) = 0 ORDER BY count(*) DESC LIMIT 1",
    )
}

fn flags(world: &World, company: i64) -> Vec<String> {
    let sql = format!(
        "SELECT marketing_objection || ' ' || coalesce(objection_channel, '-') || ' ' || coalesce(objection_origin, '-')
            || ' ' || coalesce(objection_at, '-') FROM contact WHERE company_id = {company} ORDER BY id"
    );
    texts(&world.database("crm.db"), &sql)
}

#[test]
fn a_company_takes_all_its_contacts_along_in_one_act() {
    let world = World::demo(60);
    let company = company_of(&world.database("crm.db"));
    let id = company.to_string();
    let contacts = flags(&world, company).len() as u64;
    let others = "SELECT count(*) FROM contact WHERE marketing_objection = 1";
    let before = number(&world.database("crm.db"), others);
    let act = ["exclude", "add", "company", &id, "--channel", "call", "--at", "2026-05-04", "--json"];
    let told = world.on_crm(act).exits(0).json();
    assert_eq!(
        (told["contacts_changed"].as_u64(), told["rows_changed"].as_u64()),
        (Some(contacts), Some(contacts + 1))
    );
    assert!(flags(&world, company).iter().all(|flag| flag == "1 call company 2026-05-04T00:00:00Z"));
    let database = world.database("crm.db");
    let own = format!("SELECT objection_origin || marketing_objection FROM company WHERE id = {company}");
    assert_eq!(text(&database, &own), "person1");
    assert_eq!(number(&database, others), before + contacts as i64, "nobody else is touched");
    let ledger = world.on_crm(["ledger", "show", "--json"]).exits(0).json();
    let act = &ledger["rows"][0];
    assert_eq!(act["relations"], serde_json::json!([format!("company:{id}")]));
    assert_eq!(
        (act["command"].as_str(), act["counts"]["contacts"].as_u64()),
        (Some("exclude add company"), Some(contacts))
    );
    world.on_crm(["ledger", "verify"]).exits(0);
}

#[test]
fn noted_twice_it_is_as_noted_once_and_a_dry_run_changes_nothing() {
    let world = World::demo(30);
    world.unchanged(|| {
        let told = world.on_crm(["exclude", "add", "lead", "1", "--dry-run"]).exits(0);
        told.complains("Would be excluded");
    });
    world.database("crm.db").execute("UPDATE lead SET marketing_objection = 0 WHERE id = 1", []).unwrap();
    world.on_crm(["exclude", "add", "lead", "1", "--at", "2026-01-02"]).exits(0);
    world.unchanged(|| {
        world.on_crm(["exclude", "add", "lead", "1"]).exits(0).complains("Nothing to do");
    });
    let at = "SELECT objection_at FROM lead WHERE id = 1";
    assert_eq!(text(&world.database("crm.db"), at), "2026-01-02T00:00:00Z", "the older date stays");
    world.on_crm(["exclude", "remove", "lead", "1"]).exits(0);
    world.unchanged(|| {
        world.on_crm(["exclude", "remove", "lead", "1"]).exits(0).complains("Nothing to do");
    });
    let left = "SELECT marketing_objection || coalesce(objection_at, '') || coalesce(objection_channel, '') FROM lead WHERE id = 1";
    assert_eq!(text(&world.database("crm.db"), left), "0");
}

#[test]
fn what_becomes_of_the_contacts_has_to_be_said() {
    let world = World::demo(60);
    let company = company_of(&world.database("crm.db"));
    let id = company.to_string();
    let personal = number(
        &world.database("crm.db"),
        &format!("SELECT min(id) FROM contact WHERE company_id = {company}"),
    );
    world.on_crm(["exclude", "add", "contact", &personal.to_string(), "--origin", "person"]).exits(0);
    world.on_crm(["exclude", "add", "company", &id]).exits(0);
    world.unchanged(|| {
        let told = world.on_crm(["exclude", "remove", "company", &id]).exits(2);
        told.complains("--contacts keep or --contacts clear");
        world.on_crm(["exclude", "remove", "company", &id, "--yes"]).exits(2).complains("--contacts");
    });
    world.on_crm(["exclude", "remove", "company", &id, "--contacts", "keep"]).exits(0);
    assert!(flags(&world, company).iter().all(|flag| flag.starts_with('1')), "they stay excluded");
    world.on_crm(["exclude", "remove", "company", &id, "--contacts", "clear"]).exits(0);
    let left: Vec<String> = flags(&world, company).into_iter().filter(|flag| flag.starts_with('1')).collect();
    assert_eq!(left.len(), 1, "who objected in person stays excluded: {left:?}");
    assert!(left[0].contains("person"));
    world.on_crm(["exclude", "remove", "contact", "1", "--contacts", "keep"]).exits(2);
}

#[test]
fn a_contact_added_later_is_excluded_with_its_company() {
    let world = World::demo(40);
    let company = company_of(&world.database("crm.db"));
    world.on_crm(["exclude", "add", "company", &company.to_string()]).exits(0);
    let database = world.database("crm.db");
    let moment = "2026-05-04T09:30:00Z";
    let sql = format!(
        "INSERT INTO contact (company_id, family_name, created_at, updated_at) VALUES ({company}, 'Neu', '{moment}', '{moment}')"
    );
    database.execute(&sql, []).unwrap();
    let id = database.last_insert_rowid().to_string();
    drop(database);
    let told = world.on_crm(["exclude", "show", "contact", &id, "--json"]).exits(0).json();
    assert_eq!((told["excluded"].as_bool(), told["rows"][0]["own"].as_bool()), (Some(true), Some(false)));
    assert_eq!(
        (&told["rows"][0]["kind"], told["rows"][0]["id"].as_str()),
        (&"company".into(), Some(company.to_string().as_str()))
    );
    let told = world.on_crm(["exclude", "remove", "contact", &id]).exits(0);
    told.complains(&format!("excluded all the same: company {company} objects"));
}

#[test]
fn a_company_is_excluded_when_its_third_party_is() {
    let world = World::demo(80);
    let database = world.database("crm.db");
    let sql = "SELECT company.id FROM company JOIN contact ON company_id = company.id WHERE third_party_id IS NOT NULL LIMIT 1";
    let company = number(&database, sql);
    let third = number(&database, &format!("SELECT third_party_id FROM company WHERE id = {company}"));
    database
        .execute_batch(
            "UPDATE third_party SET marketing_objection = 0; UPDATE company SET marketing_objection = 0;
             UPDATE contact SET marketing_objection = 0",
        )
        .unwrap();
    let contact = number(&database, &format!("SELECT id FROM contact WHERE company_id = {company} LIMIT 1"));
    drop(database);
    let excluded = |kind: &str, id: i64| {
        world.on_crm(["exclude", "show", kind, &id.to_string(), "--json"]).exits(0).json()["excluded"]
            .as_bool()
            .unwrap()
    };
    assert!(!excluded("company", company) && !excluded("contact", contact));
    world.on_crm(["exclude", "add", "third-party", &third.to_string(), "--origin", "erp"]).exits(0);
    assert!(excluded("third-party", third) && excluded("company", company) && excluded("contact", contact));
}

#[test]
fn what_is_not_there_or_cannot_be_said_is_refused() {
    let world = World::demo(20);
    world.unchanged(|| {
        world.on_crm(["exclude", "add", "contact", "99999"]).exits(5).complains("there is no contact 99999");
        world.on_crm(["exclude", "show", "contact", "99999"]).exits(5);
        for id in [" 2", "2e0", "+2", "02", "-1x", ""] {
            world.on_crm(["exclude", "add", "contact", id]).exits(2);
        }
        world.on_crm(["exclude", "add", "person", "1"]).exits(2);
        world.on_crm(["exclude", "add", "contact", "1", "--at", "3026-01-01"]).exits(2).complains("future");
        world.on_crm(["exclude", "add", "contact", "1", "--at", "soon"]).exits(2);
        world
            .on_crm(["exclude", "add", "contact", "1", "--only", "email"])
            .exits(4)
            .complains("leave --only out");
        world.on_crm(["--as", "nobody-here", "exclude", "add", "lead", "1"]).exits(5);
    });
    world.on_crm(["--as", "admin", "exclude", "add", "company", "1"]).exits(0);
    let ledger = world.on_crm(["ledger", "show", "--json"]).exits(0).json();
    assert!(ledger["rows"][0]["by"]["account"].as_str().is_some_and(|account| account.starts_with("staff:")));
}

#[test]
fn without_a_ledger_nothing_is_done() {
    let world = World::demo(20);
    std::fs::write(world.path("crm.db.crm-admin-x"), "in the way").unwrap();
    world.unchanged(|| {
        world.on_crm(["--state", "crm.db.crm-admin-x", "exclude", "add", "company", "1"]).exits(1);
    });
}

#[test]
fn a_user_says_what_lists_show_and_it_stands_in_the_crm() {
    let world = World::demo(20);
    let wish = || {
        number(
            &world.database("crm.db"),
            "SELECT exclude_objected FROM user_preference JOIN user ON user.id = user_id WHERE login = 'admin'",
        )
    };
    let told = world.on_crm(["exclude", "default", "admin", "off", "--json"]).exits(0).json();
    assert_eq!((told["exclude_objected"].as_bool(), wish()), (Some(false), 0));
    world.on_crm(["exclude", "default", "admin", "off"]).exits(0).complains("Nothing to do");
    world.on_crm(["exclude", "default", "admin"]).exits(0).says("off");
    world.on_crm(["exclude", "default", "admin", "on", "--dry-run"]).exits(0);
    assert_eq!(wish(), 0);
    world.on_crm(["exclude", "default", "admin", "on"]).exits(0);
    assert_eq!(wish(), 1);
    world.on_crm(["exclude", "default", "nobody", "on"]).exits(5);
}

#[test]
fn an_erasure_leaves_no_id_in_the_register() {
    let world = crate::erase::world(40, 5);
    let register = world.path("crm.db.crm-admin/objections.json");
    crate::erase::erase(&world, &["contact", "2", "--yes"]).exits(0);
    assert!(!register.exists(), "nothing was in it, and nothing is written");
    std::fs::write(&register, r#"{"contact":{"3":{"all":true},"4":{"all":true}}}"#).unwrap();
    world.on_crm(["exclude", "show", "contact", "3"]).exits(0).says("excluded\tyes");
    crate::erase::erase(&world, &["contact", "3", "--yes"]).exits(0);
    let left: serde_json::Value = serde_json::from_slice(&std::fs::read(&register).unwrap()).unwrap();
    assert_eq!(left, serde_json::json!({ "contact": { "4": { "all": true } } }));
    std::fs::write(&register, "{").unwrap();
    world.on_crm(["exclude", "show", "contact", "4"]).exits(7).complains("objections.json");
}
