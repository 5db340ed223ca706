//! A map that keeps what it should not: the program refuses, says where, and leaves no archive behind.

use crate::world::World;

/// Sixty customers, and a place of each sort where one of their names has slipped in.
const SCHEMA: &str = "
    CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT, firm TEXT);
    CREATE TABLE leak (id INTEGER PRIMARY KEY, kept TEXT, file TEXT, extra TEXT, scan BLOB, kind TEXT, value TEXT);
    WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 60)
    INSERT INTO customer SELECT at, 'cliente.' || at || '@hortensia-' || at || '.fr', 'Serres Hortensia ' || at FROM n;
    INSERT INTO leak (id) VALUES (1), (2);";

const MAP: &str = r#"
    name = "leaky"
    format = 1
    for = "the tests of the proof"
    [table.customer]
    id = "keep"
    mail = "email"
    firm = "company-name"
    [table.leak]
    id = "keep"
    kept = "keep"
    file = "keep"
    extra = { json = { "$.mail" = "email", "*" = "keep" } }
    scan = "keep"
    kind = "keep"
    value = { by = "kind", when = { mail = "email" }, else = "keep" }
"#;

const FIRM: &str = "Serres Hortensia 7";

#[test]
fn what_slips_through_a_kept_place_leaves_no_archive() {
    for (column, value) in [
        ("kept", FIRM.to_owned()),
        ("file", format!("contrats/{FIRM}.pdf")),
        // A path that no document has, and a name that slipped into another one.
        ("extra", format!(r#"{{"contact": {{"address": "{FIRM}"}}}}"#)),
        ("scan", format!("%PDF-1.4 ({FIRM}) %%EOF")),
        // A word that no row has, and a name that slipped in.
        ("value", FIRM.to_owned()),
    ] {
        let world = World::with(SCHEMA, MAP);
        let database = world.database("crm.db");
        let sql = format!("UPDATE leak SET {column} = ?1, kind = 'e-mail' WHERE id = 2");
        database.execute(&sql, [&value]).unwrap();
        drop(database);
        let before = world.files();
        let told = world.on_crm(["backup", "-o", "a.zst"]).exits(4).complains(&format!("leak.{column}: "));
        assert!(!told.stderr().contains("Hortensia") && told.stdout().is_empty(), "{}", told.stderr());
        assert!(world.files() == before, "{column}: no archive, and nothing else is left");
    }
}

#[test]
fn a_rule_that_matches_no_row_leaves_no_archive() {
    // Nobody else has this name, so that no search for others can find it.
    for (column, sql) in [
        ("value", "UPDATE leak SET kind = 'e-mail', value = 'Zoltan Quertemont' WHERE id = 2"),
        ("extra", r#"UPDATE leak SET extra = '{"email": "Zoltan Quertemont"}' WHERE id = 2"#),
    ] {
        let world = World::with(SCHEMA, MAP);
        world.database("crm.db").execute(sql, []).unwrap();
        let before = world.files();
        let told = world.on_crm(["backup", "-o", "a.zst"]).exits(4);
        let told = told.complains(&format!("leak.{column}: the rule names none of its 1 values"));
        assert!(!told.stderr().contains("Quertemont") && told.stdout().is_empty(), "{}", told.stderr());
        assert!(world.files() == before, "{column}: no archive, and nothing else is left");
    }
}

#[test]
fn the_same_map_is_fine_where_nothing_slipped_in() {
    let world = World::with(SCHEMA, MAP);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
}

#[test]
fn without_a_proof_the_manifest_says_so() {
    let world = World::with(SCHEMA, MAP);
    world.database("crm.db").execute("UPDATE leak SET kept = ?1", [FIRM]).unwrap();
    world.on_crm(["backup", "--no-proof", "-o", "a.zst"]).exits(0);
    let told = world.run(["--json", "archive", "inspect", "a.zst"]).exits(0).json();
    assert_eq!(told["manifest"]["proof"]["state"], "none");
}

#[test]
fn a_deep_check_finds_nothing_in_an_archive_as_it_should_be() {
    let world = World::demo(60);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    let before = world.files();
    let told = world.run(["--json", "archive", "verify", "a.zst", "--deep", "--tmp", "."]).exits(0).json();
    assert_eq!(
        (told["deep"].as_bool(), told["rows"].as_array().map(Vec::len)),
        (Some(true), Some(0)),
        "{told:#}"
    );
    assert!(told["values"].as_u64().unwrap() > 5_000, "{told:#}");
    assert!(world.files() == before, "the unpacked copy is gone");
}

#[test]
fn a_deep_check_tells_secrets_and_addresses_that_lead_somewhere() {
    let world = forged(
        "UPDATE leak SET kept = '$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
         UPDATE customer SET mail = 'quelqu.un@orange.fr' WHERE id = 2;",
    );
    let told = world.run(["--json", "archive", "verify", "a.zst", "--deep"]).exits(3);
    assert!(!told.stdout().contains("$2y$") && !told.stdout().contains("orange"), "no value is told");
    let rows = told.json()["rows"].clone();
    let found: Vec<(&str, u64)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str().unwrap(), row["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(found, [("customer.mail", 1), ("leak.kept", 2)]);
    world.run(["archive", "verify", "a.zst"]).exits(0);
}

#[test]
fn a_deep_check_keeps_to_its_size_and_its_folder() {
    let world = World::with(SCHEMA, MAP);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    world.run(["archive", "verify", "a.zst", "--deep", "--max-size", "4K"]).exits(7).complains("--max-size");
    world.run(["archive", "verify", "a.zst", "--deep", "--tmp", "nowhere"]).exits(1).complains("nowhere");
    world.run(["archive", "verify", "a.zst", "--tmp", "."]).exits(2);
}

/// An archive of a database that was changed behind the manifest's back: whoever can write one can also do that.
fn forged(statement: &str) -> World {
    use crm_admin::archive::{Archive, Limits, Options, Writer};
    use std::fs::{self, File};
    let world = World::with(SCHEMA, MAP);
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    world.run(["restore", "a.zst", "--to", "copy.db"]).exits(0);
    world.database("copy.db").execute_batch(statement).unwrap();
    let archive =
        Archive::open(File::open(world.path("a.zst")).unwrap(), Limits { max_decoded_bytes: 1 << 30 });
    let manifest = archive.unwrap().manifest().clone();
    let mut writer = Writer::new(File::create(world.path("a.zst")).unwrap(), Options::default()).unwrap();
    let mut copy = File::open(world.path("copy.db")).unwrap();
    writer.push_all(&mut copy, &mut crm_admin::progress::Silence).unwrap();
    writer.finish(&manifest).unwrap();
    fs::remove_file(world.path("copy.db")).unwrap();
    world
}

#[test]
fn a_deep_check_notices_a_database_that_is_not_the_manifest_s() {
    for (statement, what) in [
        ("DELETE FROM customer WHERE id = 3", "customer has 59 rows and not 60"),
        ("CREATE TABLE more (id INTEGER)", "it does not know the table more"),
        ("ALTER TABLE leak DROP COLUMN kept", "there is no column leak.kept"),
        ("DROP TABLE leak", "there is no table leak"),
    ] {
        let world = forged(statement);
        world.run(["archive", "verify", "a.zst"]).exits(0);
        world.run(["archive", "verify", "a.zst", "--deep"]).exits(7).complains(what);
    }
}

#[test]
fn a_deep_check_notices_an_index_that_disagrees_with_its_table() {
    // Only the full check compares the two.
    let world = forged(
        "CREATE INDEX by_mail ON customer (mail); PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE INDEX by_mail ON customer (mail || ''x'')' WHERE name = 'by_mail';",
    );
    world.run(["archive", "verify", "a.zst"]).exits(0);
    world.run(["archive", "verify", "a.zst", "--deep"]).exits(7);
}
