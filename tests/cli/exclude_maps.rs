//! Objections in CRMs that note them otherwise: a flag either way round, one for each way of marketing, rows beside, a
//! list of addresses, or no place at all.

use crate::world::{Told, World, number, text, texts};
use std::fs;

const FOREIGN: &str = "
    CREATE TABLE staff (id INTEGER PRIMARY KEY, login TEXT, hash TEXT);
    CREATE TABLE firm (id TEXT PRIMARY KEY, name TEXT, mail TEXT);
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, mobile TEXT, firm TEXT, no_mail TEXT, may_call INTEGER);
    CREATE TABLE consent (id INTEGER PRIMARY KEY, person INTEGER, way TEXT NOT NULL, refused INTEGER NOT NULL, at TEXT, via TEXT);
    CREATE TABLE blacklist (address TEXT PRIMARY KEY, why TEXT NOT NULL);
    CREATE TABLE prospect (id INTEGER PRIMARY KEY, name TEXT, mail TEXT);
    INSERT INTO staff VALUES (1, 'boss', NULL);
    INSERT INTO firm VALUES ('F-1', 'Canari et fils', 'Contact@canari.example'), ('F-2', 'Serin', NULL);
    INSERT INTO person VALUES (1, 'Canari Un', 'un@canari.example', '06 39 98 00 01', 'F-1', 'N', 1),
        (2, 'Canari Deux', 'deux@canari.example', NULL, 'F-1', 'N', 1), (3, 'Serin', 'trois@serin.example', NULL, 'F-2', 'N', 1),
        (4, 'Seul', 'quatre@seul.example', '06 39 98 00 04', NULL, 'N', 0);
    INSERT INTO blacklist VALUES ('ancien@personne.example', 'before');
    INSERT INTO prospect VALUES (1, 'Peut-être', 'cinq@prospect.example');";

const FOREIGN_MAP: &str = r#"
name = "foreign"
format = 1
for = "a CRM that notes objections in every way"
time = "%d/%m/%Y %H:%M"
[everywhere.types]
INTEGER = "keep"
[table.staff]
login = "login"
hash = "secret"
[table.firm]
id = "keep"
name = "company-name"
mail = "email"
[table.person]
name = "full-name"
mail = "email"
mobile = "phone"
firm = { owner = "firm" }
no_mail = "keep"
[table.consent]
person = { owner = "person" }
way = "keep"
at = "keep"
via = "keep"
[table.blacklist]
address = "email"
why = "keep"
[table.prospect]
name = "full-name"
mail = "email"
[accounts.staff]
table = "staff"
key = "id"
login = "login"
hash = { column = "hash", schemes = ["argon2id"] }
[relations.company]
table = "firm"
key = "id"
[relations.contact]
table = "person"
key = "id"
[relations.lead]
table = "prospect"
key = "id"
[[objection.contact]]
for = "email"
table = "person"
flag = "no_mail"
means = "objected"
yes = "Y"
no = "N"
[[objection.contact]]
for = "phone"
table = "person"
flag = "may_call"
means = "may-be-mailed"
[[objection.contact]]
for = "post"
table = "consent"
where = { way = "letter" }
flag = "refused"
means = "objected"
at = "at"
channel = { column = "via", words = { mail = "M", call = "C" } }
new = {}
[objection.company]
table = "blacklist"
by = "address"
present = true
new = { set = { why = "objection" } }
"#;

fn world() -> World {
    World::with(FOREIGN, FOREIGN_MAP)
}

fn shown(world: &World, kind: &str, id: &str) -> serde_json::Value {
    world.on_crm(["exclude", "show", kind, id, "--json"]).exits(0).json()
}

fn filtered(world: &World, list: &str, arguments: &[&str]) -> Told {
    fs::write(world.path("in.csv"), list).unwrap();
    let mut command = world.program();
    command.args(["--db", "crm.db", "--map", "map.toml", "exclude", "filter"]).args(arguments);
    Told::of(command.stdin(fs::File::open(world.path("in.csv")).unwrap()))
}

fn person(world: &World, id: i64) -> String {
    text(&world.database("crm.db"), &format!("SELECT no_mail || may_call FROM person WHERE id = {id}"))
}

#[test]
fn one_way_of_marketing_is_noted_where_it_belongs_with_what_the_place_can_keep() {
    let world = world();
    world.on_crm(["map", "check"]).exits(0);
    let act = [
        "exclude",
        "add",
        "contact",
        "1",
        "--only",
        "post",
        "--channel",
        "call",
        "--at",
        "2026-05-04T09:30:00Z",
    ];
    world.on_crm(act).exits(0).complains("kept in the state folder");
    assert_eq!(
        texts(&world.database("crm.db"), "SELECT person || way || refused || at || via FROM consent"),
        ["1letter104/05/2026 09:30C"]
    );
    assert_eq!(person(&world, 1), "N1", "nothing else is objected to");
    let told = shown(&world, "contact", "1");
    assert_eq!(told["from"], serde_json::json!(["post"]));
    let because = &told["rows"][0];
    assert_eq!(
        (because["at"].as_str(), because["channel"].as_str()),
        (Some("2026-05-04T09:30:00Z"), Some("call"))
    );
    assert_eq!(
        because["origin"].as_str(),
        Some("person"),
        "what the CRM has no column for is in the state folder"
    );
    world.unchanged(|| world.on_crm(act).exits(0).complains("Nothing to do"));
    world.on_crm(["exclude", "remove", "contact", "1", "--only", "post"]).exits(0);
    assert_eq!(number(&world.database("crm.db"), "SELECT refused FROM consent"), 0);
    assert!(!shown(&world, "contact", "1")["excluded"].as_bool().unwrap());
}

#[test]
fn all_of_it_is_noted_everywhere_and_what_is_left_over_in_the_state_folder() {
    let world = world();
    world.on_crm(["exclude", "add", "contact", "1"]).exits(0).complains("no place for all of it");
    assert_eq!(person(&world, 1), "Y0");
    assert_eq!(
        number(&world.database("crm.db"), "SELECT count(*) FROM consent WHERE person = 1 AND refused"),
        1
    );
    let told = shown(&world, "contact", "1");
    assert_eq!(told["from"], serde_json::json!(["all"]));
    world.unchanged(|| world.on_crm(["exclude", "add", "contact", "1"]).exits(0).complains("Nothing to do"));
    world.on_crm(["exclude", "remove", "contact", "1"]).exits(0);
    assert_eq!(person(&world, 1), "N1");
    assert_eq!(shown(&world, "contact", "1")["excluded"], false);
    assert_eq!(fs::read_to_string(world.path("crm.db.crm-admin/objections.json")).unwrap(), "{}");
}

#[test]
fn a_flag_says_who_may_be_written_to_and_only_yes_is_yes() {
    let world = world();
    assert_eq!(shown(&world, "contact", "4")["from"], serde_json::json!(["phone"]));
    world.database("crm.db").execute_batch("UPDATE person SET may_call = NULL WHERE id = 3").unwrap();
    assert_eq!(shown(&world, "contact", "3")["from"], serde_json::json!(["phone"]));
    let told =
        filtered(&world, "tel,mail\n0639980004,quatre@seul.example\n", &["--email-column", "mail"]).exits(0);
    assert!(told.stdout().contains("quatre"), "who objects to calls may get mail");
    let told =
        filtered(&world, "tel,mail\n0639980004,quatre@seul.example\n", &["--phone-column", "tel"]).exits(0);
    assert!(!told.stdout().contains("quatre"));
}

#[test]
fn a_company_is_put_on_the_list_and_its_contacts_are_excluded() {
    let world = world();
    let told = world.on_crm(["exclude", "add", "company", "F-1", "--json"]).exits(0).json();
    assert_eq!((told["contacts"].as_u64(), told["contacts_changed"].as_u64()), (Some(2), Some(2)));
    assert_eq!(
        texts(&world.database("crm.db"), "SELECT address || ' ' || why FROM blacklist ORDER BY 1"),
        ["ancien@personne.example before", "contact@canari.example objection"]
    );
    assert_eq!(
        (person(&world, 1), person(&world, 2), person(&world, 3)),
        ("Y0".into(), "Y0".into(), "N1".into())
    );
    world.on_crm(["exclude", "remove", "company", "F-1", "--contacts", "clear"]).exits(0);
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM blacklist"), 1);
    assert_eq!(
        (person(&world, 1), person(&world, 2)),
        ("N1".into(), "N1".into()),
        "who had it from the company"
    );
}

#[test]
fn who_has_no_place_in_the_crm_is_excluded_by_the_state_folder() {
    let world = world();
    let told = world.on_crm(["exclude", "add", "company", "F-2"]).exits(0);
    told.complains("kept in the state folder");
    world
        .on_crm(["exclude", "add", "lead", "1", "--origin", "administrator"])
        .exits(0)
        .complains("state folder");
    assert!(
        shown(&world, "company", "F-2")["excluded"].as_bool().unwrap(),
        "it has no address to put on the list"
    );
    let lead = shown(&world, "lead", "1");
    assert_eq!(
        (lead["excluded"].as_bool(), lead["rows"][0]["origin"].as_str()),
        (Some(true), Some("administrator"))
    );
    let register = fs::read_to_string(world.path("crm.db.crm-admin/objections.json")).unwrap();
    let ledger = fs::read_to_string(world.path("crm.db.crm-admin/ledger.jsonl")).unwrap();
    for personal in ["canari", "serin", "Peut", "example"] {
        assert!(!register.contains(personal) && !ledger.contains(personal), "{personal}");
    }
    world.on_crm(["exclude", "remove", "lead", "1"]).exits(0);
    assert_eq!(shown(&world, "lead", "1")["excluded"], false);
}

#[test]
fn a_list_is_held_against_every_place() {
    let world = world();
    world.on_crm(["exclude", "add", "company", "F-1"]).exits(0);
    world.on_crm(["exclude", "add", "lead", "1"]).exits(0);
    let list = "mail\nCONTACT@canari.example\nun@canari.example\ndeux@canari.example\ntrois@serin.example\n\
                ancien@personne.example\ncinq@prospect.example\nautre@ailleurs.example\n";
    let told = filtered(&world, list, &["--email-column", "mail"]).exits(0);
    assert_eq!(told.stdout(), "mail\ntrois@serin.example\nautre@ailleurs.example\n");
}

#[test]
fn a_wish_for_lists_stands_in_the_state_folder_where_the_crm_has_no_place() {
    let world = world();
    world.on_crm(["exclude", "default", "boss"]).exits(0).says("on:");
    world.on_crm(["exclude", "default", "boss", "off"]).exits(0).says("off:");
    world.on_crm(["exclude", "default", "boss"]).exits(0).says("off:");
    let kept = fs::read_to_string(world.path("crm.db.crm-admin/preferences.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&kept).unwrap(),
        serde_json::json!({ "staff:1": false })
    );
}

#[test]
fn a_place_that_cannot_be_tied_is_a_misfit_and_wrong_words_are_told() {
    let world = world();
    let map = |from: &str, to: &str| {
        assert!(FOREIGN_MAP.contains(from));
        fs::write(world.path("map.toml"), FOREIGN_MAP.replace(from, to)).unwrap();
        world.on_crm(["map", "check"])
    };
    map("table = \"blacklist\"\nby = \"address\"", "table = \"staff\"")
        .exits(3)
        .says("say which column with `by`");
    map("new = {}", "new = { once-for = \"way\" }").exits(3).says("`once-for` wants a link");
    map("for = \"post\"", "for = \"pigeon\"").exits(2).complains("the words are email, phone, sms, post");
    map("yes = \"Y\"\n", "").exits(2).complains("`yes` and `no` are said together");
    map("words = { mail = \"M\"", "words = { male = \"M\"").exits(2).complains("male");
}

#[test]
fn what_the_database_refuses_changes_nothing_anywhere() {
    let world = world();
    world
        .database("crm.db")
        .execute_batch(
            "CREATE UNIQUE INDEX one_reason ON blacklist (why); UPDATE blacklist SET why = 'objection'",
        )
        .unwrap();
    let before = fs::read(world.path("crm.db")).unwrap();
    world.on_crm(["exclude", "add", "company", "F-1"]).exits(4).complains("UNIQUE");
    assert!(before == fs::read(world.path("crm.db")).unwrap(), "all or nothing");
    assert_eq!(shown(&world, "company", "F-1")["excluded"], false);
}
