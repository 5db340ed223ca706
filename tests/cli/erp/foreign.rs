//! An ERP that is none of ours: other names, other keys, a flag the other way round, and a map that says so.

use super::{PASSWORD, Pair};
use crate::world::{number, text};
use std::fs;

const SCHEMA: &str = "
    CREATE TABLE firm (no TEXT PRIMARY KEY, title TEXT);
    CREATE TABLE client (num INTEGER PRIMARY KEY, firm TEXT, label TEXT, regno TEXT, mail TEXT,
        welcome TEXT NOT NULL DEFAULT 'Y', refused TEXT, welcomed TEXT, gone TEXT, gone_seen TEXT, made TEXT);
    CREATE TABLE entry (id INTEGER PRIMARY KEY, firm TEXT, who TEXT, print TEXT, made TEXT, used TEXT, ended TEXT);
    CREATE TABLE clerk (id INTEGER PRIMARY KEY, login TEXT, pass TEXT, boss INTEGER);
    INSERT INTO firm VALUES ('F1', 'Atelier du Pont'), ('F2', 'Atelier du Port');";

const MAP: &str = r#"
name = "atelier"
format = 1
for = "the books of a workshop"
time = "%d.%m.%Y %H:%M:%S"
[table.firm]
no = "keep"
title = "keep"
[table.client]
num = "keep"
firm = { link = "firm" }
label = { as = "party-name", blank-is = "" }
regno = "siret"
mail = "email"
welcome = "keep"
refused = "keep"
welcomed = "keep"
gone = "keep"
gone_seen = "keep"
made = "keep"
[table.entry]
id = "keep"
firm = { link = "firm" }
who = "keep"
print = "secret"
made = "keep"
used = "keep"
ended = "keep"
[table.clerk]
id = "keep"
login = "login"
pass = "secret"
boss = "keep"
[accounts.staff]
table = "clerk"
key = "id"
login = "login"
hash = { column = "pass", schemes = ["argon2id"] }
administrator = "boss"
[relations.third-party]
table = "client"
key = "num"
label = "label"
erase = "blank"
[objection.third-party]
table = "client"
flag = "welcome"
means = "may-be-mailed"
yes = "Y"
no = "N"
at = "refused"
withdrawn-at = "welcomed"
[erp.companies]
table = "firm"
key = "no"
name = "title"
[erp.keys]
table = "entry"
key = "id"
company = "firm"
name = "who"
digest = "print"
created-at = "made"
last-used-at = "used"
revoked-at = "ended"
[erp.third-parties]
code = "num"
company = "firm"
created-at = "made"
erased-at = "gone"
acknowledged-at = "gone_seen"
fields = { name = "label", siret = "regno", email = "mail" }
"#;

#[test]
fn an_erp_of_any_make_is_linked_through_its_map() {
    let pair = Pair::new(Some(120));
    let hash = text(&pair.world.database("erp.db"), "SELECT password_hash FROM user WHERE login = 'paul'");
    fs::remove_file(pair.world.path("erp.db")).unwrap();
    fs::remove_dir_all(pair.world.path("erp.db.crm-admin")).unwrap();
    let erp = pair.world.database("erp.db");
    erp.execute_batch(SCHEMA).unwrap();
    erp.execute("INSERT INTO clerk VALUES (1, 'paul', ?1, 1)", [hash]).unwrap();
    fs::write(pair.world.path("atelier.toml"), MAP).unwrap();
    // One of the CRM's companies, one that it does not know, and one in the books of the other firm. The CRM requires a
    // kind of each, and its map says which.
    let map =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema/maps/reference.toml")).unwrap();
    let fields = "fields = { kind = \"kind\", name";
    assert_eq!(map.matches(fields).count(), 1);
    let map = map.replace(fields, "set = { kind = \"customer\" }\nfields = { name");
    fs::write(pair.world.path("crm.toml"), map).unwrap();
    let crm = pair.world.database("crm.db");
    let (company, siret): (i64, String) = crm
        .query_row(
            "SELECT id, siret FROM company WHERE third_party_id IS NULL AND marketing_objection = 0 AND EXISTS
                 (SELECT 1 FROM contact WHERE company_id = company.id) LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    erp.execute_batch(&format!(
        "INSERT INTO client (num, firm, label, regno, mail, made) VALUES
             (71, 'F1', 'Menuiserie', '{siret}', 'menuiserie@atelier.test', '01.02.2024 10:00:00'),
             (72, 'F1', 'Inconnue', NULL, NULL, '01.02.2024 10:00:00'),
             (73, 'F2', 'Ailleurs', NULL, NULL, '01.02.2024 10:00:00')"
    ))
    .unwrap();
    let run = |arguments: &[&str]| {
        let mut command = pair.world.program();
        command.env("CRM_ADMIN_ERP_MAP", "atelier.toml").args(["--map", "crm.toml", "--db", "crm.db"]);
        crate::world::Told::of(command.args(arguments))
    };
    let files = ["--as-password-file", "password", "--erp-as-password-file", "password"];
    let connect =
        ["--as", "marie", "erp", "connect", "erp.db", "--erp-as", "paul", "--company", "Atelier du Pont"];
    run(&connect.iter().chain(&files).copied().collect::<Vec<_>>()).exits(0);
    run(&["erp", "sync"]).exits(0).says("new in the CRM\t2").says("newly linked\t1");
    let seen = "SELECT count(*) FROM third_party WHERE code IN ('71', '72') AND kind = 'customer'";
    assert_eq!(number(&crm, seen), 2);

    // Objections, the other way round on the other side.
    run(&["exclude", "add", "company", &company.to_string()]).exits(0);
    run(&["erp", "sync"]).exits(0).says("objections to the ERP\t1");
    assert_eq!(text(&erp, "SELECT welcome FROM client WHERE num = 71"), "N");
    assert_eq!(text(&erp, "SELECT refused FROM client WHERE num = 71").len(), "01.02.2024 10:00:00".len());

    // An erasure.
    let erase = ["--db", "erp.db", "--map", "atelier.toml", "--as", "paul", "erase", "third-party", "71"];
    pair.secret("password", PASSWORD);
    pair.world.run(erase.iter().chain(&["--as-password-file", "password", "--yes"])).exits(0);
    run(&["erp", "sync"]).exits(0).says("erased in the CRM\t1").says("erasures acknowledged\t1");
    assert_eq!(number(&crm, &format!("SELECT count(*) FROM company WHERE id = {company}")), 0);
    assert_eq!(number(&erp, "SELECT count(*) FROM client WHERE num = 71 AND gone_seen IS NOT NULL"), 1);
    assert_eq!(number(&erp, "SELECT count(*) FROM client WHERE num = 73 AND gone_seen IS NULL"), 1);
    pair.world
        .run([
            "--as",
            "paul",
            "erp",
            "revoke",
            "--erp",
            "erp.db",
            "--erp-map",
            "atelier.toml",
            "--as-password-file",
            "password",
            "--yes",
        ])
        .exits(0);
    run(&["erp", "sync"]).exits(10).complains("Atelier du Pont");
}

#[test]
fn a_map_that_describes_no_link_is_told_what_it_lacks() {
    let pair = Pair::new(None);
    pair.world
        .run(["erp", "status", "--erp", "crm.db"])
        .exits(4)
        .complains("describes no ERP")
        .complains("[erp.keys]");
    pair.erp(&["erp", "status"]).exits(4).complains("[erp.connections]");
}
