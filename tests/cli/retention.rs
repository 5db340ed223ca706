//! Who has stayed as long as they may: the calendar, the events, what holds, and the way to an erasure.

use crate::erase;
use crate::world::{Told, World, number};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// A CRM with customers, their firms, orders and calls.
const SCHEMA: &str = "
    CREATE TABLE firm (id INTEGER PRIMARY KEY, name TEXT, partner INTEGER, erp TEXT);
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, firm INTEGER, came TEXT, twin INTEGER, segment TEXT);
    CREATE TABLE sale (id INTEGER PRIMARY KEY, firm INTEGER, sold TEXT, paid INTEGER);
    CREATE TABLE call (id INTEGER PRIMARY KEY, person INTEGER, happened TEXT, inbound INTEGER);
    CREATE TABLE paper (id INTEGER PRIMARY KEY, person INTEGER, day TEXT);
    CREATE TABLE visit (id INTEGER PRIMARY KEY, about TEXT, day TEXT);";

const MAP: &str = r#"
name = "firms"
format = 1
for = "a CRM of firms and persons"
ZONE
[everywhere.types]
INTEGER = "keep"
[table.firm]
name = "company-name"
partner = { link = "firm", erase = "detach" }
erp = "keep"
[table.person]
name = "full-name"
firm = { link = "firm", erase = "detach" }
came = "keep"
twin = { link = "person", erase = "follow" }
segment = "keep"
[table.sale]
firm = { owner = "firm" }
sold = "keep"
[table.call]
person = { owner = "person" }
happened = "keep"
[table.paper]
person = { owner = "person", erase = "keep", reason = "Code de commerce L123-22", for = "10 years after day" }
day = "keep"
[table.visit]
about = { owner = "*", reference = "model,id" }
day = "keep"
[relations.company]
table = "firm"
key = "id"
[relations.contact]
table = "person"
key = "id"
[erp]
company = { column = "erp" }
RETENTION
"#;

const CALLS: &str = r#"[retention.contact]
after = "3 years"
since = { table = "call", column = "happened", where = { inbound = [1] } }
reason = "prospects"
source = "CNIL"
"#;

fn world(rows: &str, retention: &str) -> World {
    world_in("", rows, retention)
}

fn world_in(zone: &str, rows: &str, retention: &str) -> World {
    World::with(&format!("{SCHEMA}{rows}"), &MAP.replace("ZONE", zone).replace("RETENTION", retention))
}

fn report(world: &World, as_of: &str, status: i32) -> Value {
    world.on_crm(["audit", "retention", "--as-of", as_of, "--json"]).exits(status).json()
}

/// Each listed relation with its state and last day.
fn standings(report: &Value) -> BTreeMap<String, (String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let name = format!("{} {}", word(&row["kind"]), word(&row["id"]));
        (name, (word(&row["state"]), word(&row["until"])))
    })
    .collect()
}

fn of(state: &str, until: &str) -> (String, String) {
    (state.to_owned(), until.to_owned())
}

#[test]
fn the_day_after_the_last_day_is_the_first_on_which_somebody_is_due() {
    let world = world(
        "INSERT INTO person (id, name) VALUES (1, 'A'), (2, 'B'), (3, 'C');
         INSERT INTO call (person, happened, inbound) VALUES (1, '2024-02-29 10:00:00', 1), (2, '2023-05-31 10:00:00', 1),
            (2, '2026-01-01 10:00:00', 0), (3, '2026-06-01 10:00:00', 1);",
        CALLS,
    );
    let at = |day: &str, status| standings(&report(&world, day, status)).get("contact 1").cloned();
    assert_eq!(at("2027-01-28", 3), None, "more than a month before it is not worth a line");
    assert_eq!(at("2027-02-28", 3), Some(of("soon", "2027-02-28")));
    assert_eq!(at("2027-03-01", 3), Some(of("due", "2027-02-28")), "29 February has no third anniversary");
    // A call that we made is no sign of life.
    assert_eq!(standings(&report(&world, "2026-06-01", 3))["contact 2"], of("due", "2026-05-31"));
    assert_eq!(standings(&report(&world, "2026-05-31", 0))["contact 2"], of("soon", "2026-05-31"));
    world.on_crm(["audit", "retention", "--as-of", "2026-05-01", "--ahead", "10 days"]).exits(0);
    assert!(standings(&report(&world, "2024-06-01", 0)).is_empty());
}

#[test]
fn days_begin_where_the_map_says() {
    let rows = "INSERT INTO person (id, name) VALUES (1, 'A');
        INSERT INTO call (person, happened, inbound) VALUES (1, '2023-12-31 23:30:00', 1);";
    let last_day =
        |zone: &str| standings(&report(&world_in(zone, rows, CALLS), "2027-06-01", 3))["contact 1"].1.clone();
    assert_eq!(last_day(""), "2026-12-31");
    assert_eq!(last_day("zone = \"Europe/Paris\""), "2027-01-01");
    let unknown = world_in("zone = \"Europe/Nowhere\"", rows, CALLS);
    unknown.on_crm(["audit", "retention"]).exits(2).complains("Europe/Nowhere");
}

#[test]
fn without_an_event_a_named_day_counts_or_nobody_can_say() {
    let rows = "INSERT INTO person (id, name, came) VALUES (1, 'A', '2020-01-10 08:00:00'), (2, 'B', NULL);";
    let without = world(rows, CALLS);
    let found = report(&without, "2026-01-01", 3);
    assert_eq!(standings(&found)["contact 1"], of("no-event", ""));
    without.on_crm(["audit", "retention", "--as-of", "2026-01-01", "--fail-on", "medium"]).exits(0);
    assert_eq!(
        without.on_crm(["audit", "retention", "--as-of", "2026-01-01", "--ids"]).exits(3).stdout(),
        ""
    );
    let with = world(rows, &format!("{CALLS}otherwise = \"came\"\n"));
    let found = report(&with, "2026-01-01", 3);
    assert_eq!(standings(&found)["contact 1"], of("due", "2023-01-10"));
    assert_eq!(
        found["rows"].as_array().unwrap().iter().find(|row| row["id"] == "1").unwrap()["event"],
        "came"
    );
    assert_eq!(standings(&found)["contact 2"], of("no-event", ""));
}

/// Signs of life of a person are calls, and what the person's firm, or a visit, tells.
const SEVERAL: &str = r#"[[retention.contact]]
after = "3 years"
since = [
    { table = "call", column = "happened", where = { inbound = [1] } },
    { table = "sale", column = "sold", where = { paid = [1] }, through = "firm" },
    { table = "visit", column = "day" },
]
reason = "the end of the relation"
[[retention.contact]]
after = "10 years"
since = { table = "sale", column = "sold", through = "firm" }
holds = true
where = { segment = ["public"] }
reason = "papers of public buyers"
source = "a law"
"#;

#[test]
fn the_latest_of_several_events_counts_also_those_of_the_firm() {
    let world = world(
        "INSERT INTO firm (id, name) VALUES (7, 'F'), (8, 'G');
         INSERT INTO person (id, name, firm, segment) VALUES (1, 'A', 7, NULL), (2, 'B', 8, 'public'), (3, 'C', NULL, NULL);
         INSERT INTO sale (firm, sold, paid) VALUES (7, '2024-03-01', 1), (7, '2026-01-01', 0), (8, '2020-02-02', 1);
         INSERT INTO call (person, happened, inbound) VALUES (1, '2021-01-01 00:00:00', 1), (2, '2019-01-01 00:00:00', 1);
         INSERT INTO visit (about, day) VALUES ('person,3', '2022-05-05'), ('firm,3', '2026-05-05'), ('person,x', '2026-01-01');",
        SEVERAL,
    );
    let found = report(&world, "2028-01-01", 3);
    let standings = standings(&found);
    assert_eq!(standings["contact 1"], of("due", "2027-03-01"));
    assert_eq!(standings["contact 2"], of("held", "2023-02-02"), "a term that holds");
    assert_eq!(standings["contact 3"], of("due", "2025-05-05"));
    let held = found["rows"].as_array().unwrap().iter().find(|row| row["id"] == "2").unwrap();
    assert_eq!(held["held"][0]["until"], "2030-02-02");
    assert_eq!(held["held"][0]["reason"], "papers of public buyers (a law)");
    assert_eq!(
        self::standings(&report(&world, "2030-02-03", 3))["contact 2"].0,
        "due",
        "until that has ended too"
    );
}

#[test]
fn what_an_erasure_keeps_or_the_erp_owns_is_told() {
    let world = world(
        "INSERT INTO firm (id, name, erp) VALUES (1, 'F', 'C0001'), (2, 'G', NULL);
         INSERT INTO sale (firm, sold, paid) VALUES (1, '2015-01-01', 1), (2, '2015-01-01', 1);
         INSERT INTO person (id, name) VALUES (1, 'A');
         INSERT INTO call (person, happened, inbound) VALUES (1, '2015-06-01 00:00:00', 1);
         INSERT INTO paper (person, day) VALUES (1, '2014-01-01'), (1, '2018-01-01'), (1, '2019-06-30');",
        &format!(
            "{CALLS}[retention.company]\nafter = \"3 years\"\nreason = \"r\"\nsince = {{ table = \"sale\", column = \"sold\" }}\n"
        ),
    );
    let found = report(&world, "2026-01-01", 3);
    let standings = standings(&found);
    assert_eq!((standings["company 1"].0.as_str(), standings["company 2"].0.as_str()), ("held", "due"));
    let person = found["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "contact").unwrap();
    assert_eq!(person["state"], "due", "the rest is erased now");
    assert_eq!(person["kept"][0]["rows"], 2, "the oldest paper is held no longer");
    assert_eq!(person["kept"][0]["until"], "2029-06-30");
    assert_eq!(person["kept"][0]["reason"], "Code de commerce L123-22");
    let ids = world.on_crm(["audit", "retention", "--as-of", "2026-01-01", "--ids"]).exits(3).stdout();
    assert_eq!(ids, "company 2\ncontact 1\n");
}

#[test]
fn who_would_take_somebody_along_waits_for_the_last_of_them() {
    let world = world(
        "INSERT INTO person (id, name, twin) VALUES (1, 'A', NULL), (2, 'A again', 1), (3, 'B', NULL), (4, 'B again', 3);
         INSERT INTO call (person, happened, inbound) VALUES (1, '2025-01-01 00:00:00', 1), (2, '2015-01-01 00:00:00', 1),
            (3, '2015-01-01 00:00:00', 1), (4, '2016-01-01 00:00:00', 1);",
        CALLS,
    );
    let found = report(&world, "2026-01-01", 3);
    let standings = standings(&found);
    assert_eq!(standings["contact 2"].0, "held", "its twin has called a year ago");
    assert!(!standings.contains_key("contact 1"));
    assert_eq!((standings["contact 3"].0.as_str(), standings["contact 4"].0.as_str()), ("due", "due"));
    let told = world.on_crm(["audit", "retention", "--as-of", "2026-01-01", "--ids"]).exits(3);
    assert_eq!(told.stdout(), "contact 3\n", "one of them takes the other along");
    assert!(told.stderr().contains("1 more"));
}

#[test]
fn a_map_that_cannot_be_meant_is_refused() {
    let misfit = |retention: &str, what: &str| {
        world("", retention).on_crm(["audit", "retention"]).exits(2).complains(what);
    };
    misfit(
        "[retention.contact]\nafter = \"3 years\"\nreason = \"r\"\nsince = { table = \"sale\", column = \"sold\" }",
        "no column ties person and sale",
    );
    misfit(
        "[retention.contact]\nafter = \"3 weeks\"\nreason = \"r\"\notherwise = \"came\"",
        "`after` is a time",
    );
    misfit("[retention.contact]\nafter = \"3 years\"\nreason = \"r\"", "a term counts from");
    misfit(
        "[retention.contact]\nafter = \"3 years\"\nreason = \"r\"\notherwise = \"came\"\nholds = true",
        "all terms only hold",
    );
    misfit(
        "[retention.lead]\nafter = \"3 years\"\nreason = \"r\"\notherwise = \"came\"",
        "no [relations.lead]",
    );
    let stale = world("", "[retention.contact]\nafter = \"3 years\"\nreason = \"r\"\notherwise = \"cam\"");
    stale.on_crm(["audit", "retention"]).exits(4).complains("came");
    world("", "").on_crm(["audit", "retention"]).exits(4).complains("says no term");
    world("", CALLS).on_crm(["audit", "retention", "--guess"]).exits(2);
    world("", CALLS).on_crm(["audit", "notes", "--ids"]).exits(2);
    world("", CALLS).on_crm(["audit", "retention", "--as-of", "soon"]).exits(2);
}

#[test]
fn an_audit_writes_nothing_and_its_three_faces_agree() {
    let world = World::demo(40);
    world.unchanged(|| {
        let line = ["audit", "retention", "--as-of", "2031-01-01"];
        let json = world.on_crm(line.iter().chain(&["--json"])).exits(3).json();
        let plain = world.on_crm(line.iter().chain(&["--format", "plain"])).exits(3).stdout();
        let table = world.on_crm(line.iter().chain(&["--format", "table"])).exits(3).stdout();
        let rows = json["rows"].as_array().unwrap();
        assert_eq!(json["schema"]["name"], "crm-admin/audit-retention");
        assert!(rows.len() > 40);
        for row in rows {
            let start = format!(
                "{}\t{}\t{}\t",
                row["state"].as_str().unwrap(),
                row["kind"].as_str().unwrap(),
                row["id"].as_str().unwrap()
            );
            assert!(plain.lines().any(|line| line.starts_with(&start)), "{start}");
        }
        assert!(table.contains("référentiel") && table.contains("Held"));
    });
}

/// The end of the way: what is due is erased, and then nobody is due.
#[test]
fn what_is_due_can_be_erased_through_a_pipe() {
    let world = erase::world(25, 11);
    let line = ["audit", "retention", "--as-of", "2027-06-01", "--ids"];
    let ids = world.on_crm(line).exits(3).stdout();
    assert!(ids.lines().count() > 3 && ids.lines().all(|line| line.split(' ').count() == 2), "{ids}");
    let before = number(
        &world.database("crm.db"),
        "SELECT (SELECT count(*) FROM contact) + (SELECT count(*) FROM lead)",
    );
    let mut command: Command = world.program();
    command.args([
        "--db",
        "crm.db",
        "--as",
        "admin",
        "--yes",
        "erase",
        "--as-password-file",
        "password",
        "--from",
        "-",
    ]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(ids.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let after = number(
        &world.database("crm.db"),
        "SELECT (SELECT count(*) FROM contact) + (SELECT count(*) FROM lead)",
    );
    assert!(after < before);
    assert_eq!(world.on_crm(line).exits(0).stdout(), "", "nobody is due any more");
}

#[test]
fn a_relation_whose_row_an_erasure_left_empty_is_not_due_again() {
    let map = MAP.replace("ZONE", "").replace("RETENTION", CALLS).replace(
        "[relations.contact]\ntable = \"person\"\nkey = \"id\"",
        "[relations.contact]\ntable = \"person\"\nkey = \"id\"\nerase = \"blank\"",
    );
    let rows = "INSERT INTO person (id, name) VALUES (1, 'A'), (2, NULL);
        INSERT INTO call (person, happened, inbound) VALUES (1, '2015-01-01 00:00:00', 1), (2, '2015-01-01 00:00:00', 1);";
    let world = World::with(&format!("{SCHEMA}{rows}"), &map);
    assert_eq!(standings(&report(&world, "2026-01-01", 3)).into_keys().collect::<Vec<_>>(), ["contact 1"]);
}

#[test]
fn the_audit_of_all_counts_what_the_others_list() {
    let world = World::demo(30);
    let rows = |told: Told| told.json()["rows"].as_array().unwrap().clone();
    let all = rows(world.on_crm(["audit", "--as-of", "2031-01-01T00:00:00Z", "--json"]).exits(3));
    let due = all
        .iter()
        .find(|row| row["rule"] == "retention.due" && row["id"] == "contact")
        .expect("a line for contacts");
    let listed = rows(world.on_crm(["audit", "retention", "--as-of", "2031-01-01", "--json"]).exits(3));
    let contacts = listed.iter().filter(|row| row["state"] == "due" && row["kind"] == "contact").count();
    assert!(due["what"].as_str().unwrap().starts_with(&format!("{contacts} of 30 ")), "{due}");
    world.on_crm(["audit", "--ids"]).exits(2).complains("audit retention");
}
