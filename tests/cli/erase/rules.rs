//! What a map says of an erasure: kept for a reason until a day, refused, offered, shared, read without an index.

use super::erase;
use super::small::small;
use crate::world::{World, number, text, texts};
use std::fs;

const LEDGERS: &str = "
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, vat TEXT, closed TEXT, twin INTEGER);
    CREATE TABLE sale (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person (id), sold TEXT, total INTEGER, remark TEXT);
    CREATE TABLE line (id INTEGER PRIMARY KEY, sale INTEGER NOT NULL REFERENCES sale (id), what TEXT);
    CREATE TABLE remark (id INTEGER PRIMARY KEY, sale INTEGER, person INTEGER, words TEXT);
    CREATE TABLE visit (id INTEGER PRIMARY KEY, person INTEGER, words TEXT);
    CREATE INDEX sale_person ON sale (person);
    INSERT INTO person VALUES (1, 'Canari Premier', 'canari.premier@exemple.test', 'FR40303265045', '2020-06-30', NULL),
                              (2, 'Canari Second', 'canari.second@exemple.test', NULL, NULL, 1),
                              (3, 'Canari Tiers', 'canari.tiers@exemple.test', NULL, NULL, NULL);
    INSERT INTO sale VALUES (1, 1, '2001-02-03', 100, 'canari ancien'), (2, 1, '2099-02-03', 200, 'canari récent'), (3, 3, '2099-01-01', 5, 'canari autre');
    INSERT INTO line VALUES (1, 1, 'canari ligne une'), (2, 2, 'canari ligne deux'), (3, 3, 'canari ligne trois');
    INSERT INTO visit VALUES (1, 1, 'canari visite');";

const LEDGERS_MAP: &str = r#"
[table.person]
name = "full-name"
mail = "email"
vat = { as = "vat", erase = "keep", reason = "invoices name it", for = "60 years after closed" }
closed = "keep"
twin = { link = "person", erase = "offer" }
[table.sale]
person = { owner = "person", erase = "keep", reason = "Code de commerce L123-22", for = "10 years after sold" }
sold = "keep"
remark = { as = "free-text", erase = "blank" }
[table.line]
sale = { owner = "sale" }
what = "keep"
[table.remark]
sale = { link = "sale" }
person = { owner = "person" }
words = "free-text"
[table.visit]
person = { owner = "person" }
words = "free-text"
"#;

fn world() -> World {
    small(LEDGERS, LEDGERS_MAP)
}

#[test]
fn what_a_law_keeps_is_kept_until_its_day_and_the_rest_goes() {
    let world = world();
    let plan = erase(&world, &["contact", "1", "--dry-run"]).exits(0);
    assert!(plan.stdout().contains("2109-02-03: Code de commerce L123-22"), "{}", plan.stdout());
    assert!(plan.stdout().contains("vat of 1 rows of person is kept until 2080-06-30"), "{}", plan.stdout());
    assert!(plan.stdout().contains("perhaps the same person: contact 2"), "{}", plan.stdout());
    erase(&world, &["contact", "1", "--yes", "--certificate", "c.json", "--certificate-text", "c.txt"])
        .exits(0)
        .says("proven\tyes");
    let database = world.database("crm.db");
    assert_eq!(
        texts(&database, "SELECT id || ' ' || coalesce(remark, '-') FROM sale ORDER BY id"),
        ["2 -", "3 canari autre"]
    );
    assert_eq!(
        texts(&database, "SELECT what FROM line ORDER BY id"),
        ["canari ligne deux", "canari ligne trois"]
    );
    assert_eq!(
        texts(&database, "SELECT vat FROM person WHERE id = 1 AND name IS NULL AND mail IS NULL"),
        ["FR40303265045"]
    );
    assert_eq!(number(&database, "SELECT count(*) FROM visit"), 0);
    drop(database);
    let paper: serde_json::Value = serde_json::from_slice(&fs::read(world.path("c.json")).unwrap()).unwrap();
    let kept = paper["kept"].as_array().unwrap();
    assert!(kept.iter().any(|kept| kept["until"] == "2109-02-03" && kept["table"] == "sale"), "{paper:#}");
    assert!(fs::read_to_string(world.path("c.txt")).unwrap().contains("kept until 2109-02-03"));

    let told = erase(&world, &["resume"]).exits(0);
    for line in
        ["sale\t1\t2109-02-03\tCode", "line\t1\t2109-02-03\tpart of", "person\t1\t2080-06-30\tinvoices"]
    {
        assert!(told.stdout().contains(line), "{line} in {}", told.stdout());
    }
    let kept = fs::read_to_string(world.path("crm.db.crm-admin/kept.json")).unwrap();
    assert!(!kept.contains("canari") && !kept.contains("FR40"), "{kept}");
}

#[test]
fn what_has_come_due_is_listed_and_finished() {
    let world = world();
    erase(&world, &["contact", "1", "--yes"]).exits(0);
    // Decades go by.
    let path = world.path("crm.db.crm-admin/kept.json");
    let kept = fs::read_to_string(&path).unwrap();
    fs::write(&path, kept.replace("2109-02-03", "2020-02-03").replace("2080-06-30", "2020-06-30")).unwrap();
    let ago = "UPDATE person SET closed = '1950-01-01' WHERE id = 1; UPDATE sale SET sold = '2001-01-01' WHERE id = 2";
    world.database("crm.db").execute_batch(ago).unwrap();
    let look = world.on_crm(["erase", "resume", "--dry-run"]).exits(0);
    assert!(look.stdout().contains("2020-02-03 (due)"), "{}", look.stdout());
    erase(&world, &["resume"]).exits(8).complains("say --yes");
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM sale"), 2);
    let told = erase(&world, &["resume", "--yes", "--certificate", "c.json"]).exits(0);
    assert!(!told.stdout().contains("(due)"), "{}", told.stdout());
    let database = world.database("crm.db");
    assert_eq!(texts(&database, "SELECT what FROM line"), ["canari ligne trois"]);
    assert_eq!(number(&database, "SELECT count(*) FROM sale"), 1);
    assert_eq!(number(&database, "SELECT count(*) FROM person WHERE vat IS NOT NULL"), 0);
    let bytes = fs::read(world.path("crm.db")).unwrap();
    for value in ["canari ligne deux", "FR40303265045"] {
        assert!(!bytes.windows(value.len()).any(|window| window == value.as_bytes()), "{value}");
    }
    drop(database);
    erase(&world, &["resume", "--yes"]).exits(0).says("come due and erased\t0 rows");
    world.on_crm(["ledger", "verify"]).exits(0);
}

#[test]
fn a_rule_that_refuses_leaves_every_byte_alone() {
    let map = LEDGERS_MAP.replace(
        "person = { owner = \"person\", erase = \"keep\", reason = \"Code de commerce L123-22\", for = \"10 years after sold\" }",
        "person = { owner = \"person\", erase = \"refuse\", reason = \"close the account first\" }",
    );
    let world = small(LEDGERS, &map);
    let before = fs::read(world.path("crm.db")).unwrap();
    erase(&world, &["contact", "1", "--yes"]).exits(4).complains("close the account first");
    assert!(before == fs::read(world.path("crm.db")).unwrap());
}

#[test]
fn a_column_without_an_index_is_said_and_its_table_read_once() {
    let world = world();
    let database = world.database("crm.db");
    database
        .execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 30010)
             INSERT INTO visit SELECT i, 3, 'visite ' || i FROM n;
             WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
             INSERT INTO sale SELECT i, 1, '2001-01-01', 1, NULL FROM n;
             WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 20100)
             INSERT INTO line SELECT i, 100 + i % 300, 'ligne ' || i FROM n;",
        )
        .unwrap();
    drop(database);
    let told = erase(&world, &["contact", "1", "--dry-run", "--json"]).exits(0).json();
    let costs = told["rows"][0]["costs"].as_array().unwrap();
    assert!(costs.iter().any(|cost| cost["table"] == "visit" && cost["rows"] == 30_002), "{costs:?}");
    let since = std::time::Instant::now();
    let told = erase(&world, &["contact", "1", "--yes"])
        .exits(0)
        .complains("visit.person has no index: all 30002 rows are read once");
    assert!(since.elapsed() < std::time::Duration::from_secs(60), "{}", told.stderr());
    let database = world.database("crm.db");
    assert_eq!(number(&database, "SELECT count(*) FROM visit"), 30_001);
    assert_eq!(text(&database, "PRAGMA integrity_check"), "ok");
}

#[test]
fn files_go_with_their_rows_and_one_that_others_have_stays() {
    let schema = format!(
        "{LEDGERS}
         CREATE TABLE paper (id INTEGER PRIMARY KEY, person INTEGER, stored TEXT);
         INSERT INTO paper VALUES (1, 1, 'canari-un.pdf'), (2, 1, 'commun.pdf'), (3, 3, 'commun.pdf'), (4, 1, '../map.toml');"
    );
    let papers = "[table.paper]\nperson = { owner = \"person\" }\nstored = { file = \"papers/{}\", as = \"document\" }";
    let map = format!("{LEDGERS_MAP}{papers}");
    let world = small(&schema, &map);
    fs::create_dir(world.path("papers")).unwrap();
    for name in ["canari-un.pdf", "commun.pdf", "autre.txt"] {
        fs::write(world.path("papers").join(name), format!("%PDF {name} canari.premier@exemple.test"))
            .unwrap();
    }
    // What a file of somebody else names is no excuse for what is left in the database's own free space.
    let database = world.database("crm.db");
    database
        .execute_batch(
            "PRAGMA secure_delete = OFF;
             INSERT INTO person VALUES (99, 'Autre', 'canari.premier@exemple.test', NULL, NULL, NULL);
             DELETE FROM person WHERE id = 99;",
        )
        .unwrap();
    drop(database);
    // Another name of the same file shows whether its bytes were overwritten: where one is, they are not ours alone.
    fs::hard_link(world.path("papers/canari-un.pdf"), world.path("kept-by-somebody.pdf")).unwrap();
    let plan = erase(&world, &["contact", "1", "--dry-run", "--json"]).exits(0).json();
    assert_eq!(plan["rows"][0]["files"], 1);
    erase(&world, &["contact", "1", "--yes", "--certificate", "c.json"]).exits(0).says("proven\tyes");
    let bytes = fs::read(world.path("crm.db")).unwrap();
    let address = b"canari.premier@exemple.test";
    assert!(!bytes.windows(address.len()).any(|window| window == address), "it is left in free space");
    let left = |name: &str| fs::read_to_string(world.path(name)).ok();
    assert_eq!(left("papers/canari-un.pdf"), None);
    assert!(left("kept-by-somebody.pdf").unwrap().starts_with("%PDF"));
    assert!(left("papers/commun.pdf").is_some() && left("map.toml").is_some());
    let paper: serde_json::Value = serde_json::from_slice(&fs::read(world.path("c.json")).unwrap()).unwrap();
    assert_eq!(paper["files_removed"], 1);
    let searched = paper["removal"]["files"].as_array().unwrap().iter();
    assert!(searched.map(|file| &file[0]).any(|sort| sort == "attachments"), "{paper:#}");
    assert!(
        paper["removal"]["hits_after"]["file"].as_u64().unwrap() > 0,
        "a file of somebody else names the address"
    );
}
