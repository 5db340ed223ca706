//! `relation`: found, shown and rectified, on the reference database and on CRMs that nobody here drew.

use crate::tryton::{built, on_tryton, opened_by_tryton, world_of};
use crate::world::{Told, World, number, text, texts};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

/// Some people of the reference schema, whom the tests name.
const PEOPLE: &str = "
    INSERT INTO company (id, name, siret, marketing_objection, created_at, updated_at) VALUES
        (9001, 'Œuvres & Cie', '73282932000074', 0, '2024-03-01T08:00:00Z', '2024-03-01T08:00:00Z'),
        (9002, 'Refus SARL', NULL, 1, '2025-06-01T08:00:00Z', '2025-06-01T08:00:00Z');
    INSERT INTO contact (id, company_id, given_name, family_name, marketing_objection, created_at, updated_at) VALUES
        (9101, 9001, 'Zoé', 'Quéméneur', 0, '2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z'),
        (9102, 9001, 'Jean-Pierre', 'Quéméneur', 1, '2024-12-31T23:59:59Z', '2024-12-31T23:59:59Z'),
        (9103, 9002, 'Aïcha', 'Quemeneur', 0, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
        (9104, NULL, '=cmd()', 'Quemener', 0, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
    INSERT INTO email (id, contact_id, address) VALUES
        (9201, 9101, 'zoe.q@exemple.test'), (9202, 9102, 'jp@exemple.test'), (9203, 9103, 'aicha@exemple.test');
    INSERT INTO phone (id, contact_id, kind, number, e164) VALUES
        (9301, 9101, 'mobile', '06 00 12 34 56', '+33600123456'), (9302, 9101, 'landline', '01.00.99.88.77', '+33100998877');
    INSERT INTO address (id, contact_id, street, postcode, town) VALUES
        (9401, 9101, '3 rue des Lilas', '42000', 'Saint-Étienne'), (9402, 9103, '1 quai', '69003', 'Lyon');
    INSERT INTO lead (id, family_name, company_name, phone, town, source, created_at, updated_at) VALUES
        (9501, 'Quéméneur', 'Piste SA', '+33 (0)4 00 11 22 33', 'Lyon', 'fair', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
    INSERT INTO relation_group (id, name, created_at) VALUES (9601, 'Salon d''été', '2026-01-01T00:00:00Z');
    INSERT INTO relation_group_member (group_id, contact_id) VALUES (9601, 9101), (9601, 9102);
    INSERT INTO note (id, contact_id, title, body, created_at) VALUES
        (9701, 9101, 'Appel', 'À rappeler \x1b]52;c;eA==\x07 demain', '2026-01-01T00:00:00Z');
    INSERT INTO opportunity (id, company_id, main_contact_id, title, stage, created_at, updated_at) VALUES
        (9801, 9001, 9101, 'Une affaire', 'proposal', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');";

/// A demo database with those people in it.
fn office() -> World {
    filled(World::demo(30))
}

fn filled(world: World) -> World {
    let people = PEOPLE.replace("\\x1b", "\u{1b}").replace("\\x07", "\u{7}");
    world.database("crm.db").execute_batch(&people).expect("rows that fit");
    world
}

fn list(world: &World, arguments: &[&str]) -> Told {
    world.on_crm(["--json", "relation", "list"].iter().chain(arguments))
}

/// The ids of the people above that a list has.
fn ids(world: &World, arguments: &[&str]) -> Vec<String> {
    let told = list(world, arguments).exits(0).json();
    let ids = told["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
    ids.filter(|id| id.starts_with('9') && id.len() == 4).collect()
}

/// The ids of contacts that a search finds, whoever objects.
fn found(world: &World, words: &str) -> Vec<String> {
    ids(world, &["--kind", "contact", "--search", words, "--include-excluded"])
}

/// Rectifies from standard input.
fn set(world: &World, lines: &str, arguments: &[&str]) -> Told {
    let mut command = world.program();
    command.args(["--db", "crm.db"]);
    if world.path("map.toml").exists() {
        command.args(["--map", "map.toml"]);
    }
    command.args(["relation", "set"]).args(arguments).args(["--from", "-"]);
    let file = world.path("lines.txt");
    std::fs::File::create(&file).unwrap().write_all(lines.as_bytes()).unwrap();
    command.stdin(Stdio::from(std::fs::File::open(&file).unwrap()));
    Told::of(&mut command)
}

#[test]
fn words_find_names_addresses_numbers_and_towns_without_accents_and_case() {
    let world = office();
    assert_eq!(found(&world, "QUEMENEUR"), ["9101", "9102", "9103"]);
    assert_eq!(found(&world, "quémén"), ["9101", "9102", "9103", "9104"], "a word that is only begun");
    assert_eq!(found(&world, "zoe saint-etienne"), ["9101"], "all words, wherever each of them stands");
    assert_eq!(found(&world, "zoe lyon"), [""; 0]);
    assert_eq!(found(&world, "Zoe.Q@exemple.test"), ["9101"]);
    assert_eq!(found(&world, "jean pierre"), ["9102"]);
    for typed in
        ["06 00 12 34 56", "0600123456", "+33 6 00 12 34 56", "06.00.12", "0033600123456", "01 00 99"]
    {
        assert_eq!(found(&world, typed), ["9101"], "{typed}");
    }
    for typed in ["04 00 11 22 33", "+33400112233", "0400 11", "lyon quemeneur", "piste"] {
        assert_eq!(ids(&world, &["--kind", "lead", "--search", typed]), ["9501"], "{typed}");
    }
    for typed in ["oeuvres", "œuvres", "ŒUVRES cie"] {
        assert_eq!(ids(&world, &["--kind", "company", "--search", typed]), ["9001"], "{typed}");
    }
    world.on_crm(["relation", "list", "--kind", "contact", "--search", "-"]).exits(2);
    let index = list(&world, &["--kind", "contact", "--search", "zoe"]).exits(0).json();
    assert_eq!(index["searched_without_index"], serde_json::json!([]));
}

#[test]
fn what_was_changed_is_found_and_what_is_gone_is_not() {
    let world = office();
    let crm = world.database("crm.db");
    crm.execute_batch(
        "UPDATE contact SET family_name = 'Zwingli' WHERE id = 9104; DELETE FROM email WHERE id = 9203;",
    )
    .unwrap();
    assert_eq!(found(&world, "zwingli"), ["9104"]);
    assert_eq!(found(&world, "quemener"), [""; 0]);
    assert_eq!(found(&world, "quemeneur"), ["9101", "9102", "9103"]);
    assert_eq!(found(&world, "aicha@exemple"), [""; 0]);
    let whole = "INSERT INTO contact_search (contact_search, rank) VALUES ('integrity-check', 1)";
    crm.execute_batch(whole).expect("the index is that of its table");
}

#[test]
fn who_objects_is_left_out_and_counted() {
    let world = office();
    let told = list(&world, &["--kind", "contact", "--search", "quemeneur"]).exits(0);
    let json = told.json();
    assert_eq!((json["left_out"].as_u64(), json["found"].as_u64()), (Some(2), Some(1)));
    assert!(
        told.stderr().trim_end().ends_with("1 found; 2 left out (objection to marketing)"),
        "the last line says so: {}",
        told.stderr()
    );
    let only = ["--kind", "contact", "--search", "quemeneur", "--only-excluded"];
    assert_eq!(ids(&world, &only), ["9102", "9103"], "by itself, and by its company");
    let rows = list(&world, &only).json()["rows"].clone();
    assert_eq!(rows[1]["excluded"]["because"][0]["kind"], "company");
    world.on_crm(["relation", "list", "--kind", "contact", "--include-excluded", "--only-excluded"]).exits(2);
}

#[test]
fn the_filter_follows_the_user_it_is_for() {
    let world = office();
    let of = |login: &str| ids(&world, &["--kind", "contact", "--search", "quemeneur", "--for", login]).len();
    world.on_crm(["exclude", "default", "admin", "off"]).exits(0);
    assert_eq!(of("admin"), 3);
    world.on_crm(["exclude", "default", "admin", "on"]).exits(0);
    assert_eq!(of("admin"), 1);
    list(&world, &["--kind", "contact", "--for", "nobody-of-that-login"]).exits(5);
    let only = ["--kind", "contact", "--search", "quemeneur", "--for", "admin", "--include-excluded"];
    assert_eq!(ids(&world, &only).len(), 3, "what is said counts more than the preference");
}

#[test]
fn conditions_ask_for_fields_and_are_never_sql() {
    let world = office();
    let of = |conditions: &[&str]| {
        let mut arguments = vec!["--kind", "contact", "--include-excluded", "--where", "id >= 9000"];
        conditions.iter().for_each(|condition| arguments.extend(["--where", *condition]));
        ids(&world, &arguments)
    };
    assert_eq!(of(&["town = LYON"]), ["9103"]);
    assert_eq!(of(&["town ~ etienne"]), ["9101"]);
    assert_eq!(of(&["town != Lyon"]), ["9101", "9102", "9104"], "also who has no town");
    assert_eq!(of(&["town ="]), ["9102", "9104"]);
    assert_eq!(of(&["email !="]), ["9101", "9102", "9103"]);
    assert_eq!(of(&["created = 2025-01-01"]), ["9101"]);
    assert_eq!(of(&["created >= 2025-01-01", "created < 2026-01-01"]), ["9101"]);
    assert_eq!(of(&["created <= 2024-12-31"]), ["9102"]);
    assert_eq!(of(&["company ~ oeuvres"]), ["9101", "9102"], "a field of what the contact points at");
    assert_eq!(of(&["company ="]), ["9104"]);
    assert_eq!(of(&["family_name=Quemeneur", "given_name~é"]), ["9101", "9102"], "blanks may be left out");
    assert_eq!(of(&["town = Lyon' OR '1'='1"]), [""; 0], "a value is a value");
    for (wrong, told) in [
        ("twon = Lyon", "did you mean `town`"),
        ("town; DROP TABLE contact = 1", "a contact has no field"),
        ("town", "FIELD OPERATOR VALUE"),
        ("= Lyon", "FIELD OPERATOR VALUE"),
        ("id = many", "a number"),
        ("created <", "compared with nothing"),
    ] {
        list(&world, &["--kind", "contact", "--where", wrong]).exits(2).complains(told);
    }
}

#[test]
fn a_group_is_listed_by_its_name() {
    let world = office();
    let all = ["--kind", "contact", "--include-excluded", "--group"];
    let of = |name: &str| ids(&world, &[&all[..], &[name]].concat());
    assert_eq!(of("Salon d'été"), ["9101", "9102"]);
    assert_eq!(of("salon d'ete"), ["9101", "9102"]);
    assert_eq!(
        ids(&world, &["--kind", "contact", "--group", "Salon d'été"]),
        ["9101"],
        "groups are filtered too"
    );
    list(&world, &["--kind", "contact", "--group", "Salon d'hiver"]).exits(5).complains("did you mean");
    list(&world, &["--kind", "third-party", "--group", "Salon d'été"])
        .exits(5)
        .complains("no groups of third-party");
}

#[test]
fn a_list_has_an_order_and_pages() {
    let world = office();
    let of = |more: &[&str]| {
        let base = ["--kind", "contact", "--where", "id >= 9000", "--include-excluded"];
        ids(&world, &[&base[..], more].concat())
    };
    assert_eq!(of(&["--sort", "given_name"]), ["9104", "9103", "9102", "9101"]);
    assert_eq!(of(&["--sort", "given_name", "--reverse", "--limit", "1"]), ["9101"]);
    assert_eq!(of(&["--offset", "1", "--limit", "2"]), ["9102", "9103"]);
    assert_eq!(of(&["--offset", "99"]), [""; 0]);
    assert_eq!(of(&["--limit", "0"]), [""; 0]);
    list(&world, &["--kind", "contact", "--sort", "town"]).exits(2).complains("own row");
    let table =
        world.on_crm(["--format", "table", "relation", "list", "--kind", "contact", "--limit", "3"]).exits(0);
    assert_eq!(table.stdout().lines().count(), 4, "headings and rows");
    assert!(table.stderr().contains("3 of "), "{}", table.stderr());
}

#[test]
fn every_format_says_the_same() {
    let world = office();
    let of = |format: &str| {
        world
            .on_crm([
                "--format",
                format,
                "relation",
                "list",
                "--kind",
                "contact",
                "--where",
                "id = 9104",
                "--field",
                "name",
            ])
            .exits(0)
            .stdout()
    };
    assert_eq!(of("csv"), "id,name,excluded\n9104,'=cmd() Quemener,\n", "no cell is a formula");
    assert_eq!(of("plain"), "9104\t=cmd() Quemener\t\n");
    let line: Value = serde_json::from_str(of("jsonl").trim()).expect("a line is an object");
    assert_eq!(
        (line["kind"].as_str(), line["fields"]["name"].as_str()),
        (Some("contact"), Some("=cmd() Quemener"))
    );
    let whole: Value = serde_json::from_str(&of("json")).expect("one object");
    assert_eq!(whole["schema"]["name"], "crm-admin/relation-list");
    assert_eq!(whole["rows"][0], line);
    let none = ["--format", "json", "relation", "list", "--kind", "contact", "--where", "id = 1000000"];
    assert_eq!(world.on_crm(none).exits(0).json()["rows"], serde_json::json!([]));
    let users = world.on_crm(["--format", "csv", "user", "list"]).exits(0).stdout();
    assert!(users.starts_with("Login,Name,"), "other lists have these formats too: {users}");
    world.unchanged(|| world.on_crm(["--format", "csv", "erase", "contact", "9104", "--yes"]).exits(2));
}

#[test]
fn reading_leaves_every_file_as_it_was() {
    let world = office();
    world.unchanged(|| {
        list(&world, &["--kind", "contact", "--search", "zoe"]).exits(0);
        world.on_crm(["relation", "show", "contact", "9101"]).exits(0);
        set(&world, "town = Lyon\n", &["contact", "9101", "--dry-run"]).exits(0);
        std::fs::remove_file(world.path("lines.txt")).unwrap();
    });
}

#[test]
fn everything_held_about_somebody_is_shown_and_nothing_steers_the_terminal() {
    let world = office();
    let told = world.on_crm(["--format", "table", "relation", "show", "contact", "9101"]).exits(0);
    for part in [
        "Zoé Quéméneur",
        "zoe.q@exemple.test",
        "06 00 12 34 56",
        "Saint-Étienne",
        "À rappeler",
        "opportunity 9801",
    ] {
        assert!(told.stdout().contains(part), "{part} in {}", told.stdout());
    }
    assert!(!told.bytes().contains(&0x1b) && !told.bytes().contains(&0x07));
    let json = world.on_crm(["--json", "relation", "show", "contact", "9101"]).exits(0).json();
    let rows = json["rows"].as_array().unwrap();
    let parts = |part: &str| rows.iter().filter(|row| row["part"] == part).count();
    assert_eq!((parts("itself"), parts("mentions")), (1, 1));
    assert_eq!(rows.iter().filter(|row| row["table"] == "relation_group_member").count(), 1);
    let mention = rows.iter().find(|row| row["part"] == "mentions").unwrap();
    assert_eq!(mention["values"], serde_json::json!({}), "what belongs to others is not told");
    let company = world.on_crm(["--json", "relation", "show", "company", "9001"]).exits(0).json();
    let related = company["rows"].as_array().unwrap().iter().filter(|row| row["part"] == "related");
    let named: Vec<&Value> = related.map(|row| &row["values"]["full_name"]).collect();
    assert_eq!(named, ["Zoé Quéméneur", "Jean-Pierre Quéméneur"], "its contacts, by name and no more");
    world.on_crm(["relation", "show", "contact", "1000000"]).exits(5);
    world.on_crm(["relation", "show", "contact", "9101x"]).exits(2);
    world.on_crm(["relation", "show", "third-party", "1"]).exits(0);
}

#[test]
fn a_rectification_reaches_the_rows_their_copies_and_the_index() {
    let world = office();
    let lines = "\u{feff}# corrected by telephone\n\nfamily_name = Quéméner\nemail=zoe@exemple.test\nphone@9301 = 07 00 12 34 56\n\
                 town = Lyon\npostcode = 69003\nbirth_date = 1980-05-04\njob_title =\n";
    let told = set(&world, lines, &["contact", "9101", "--yes"]).exits(0);
    assert!(told.stderr().contains("family_name: Quéméneur -> Quéméner"), "{}", told.stderr());
    let crm = world.database("crm.db");
    assert_eq!(
        text(&crm, "SELECT full_name || birth_date FROM contact WHERE id = 9101"),
        "Zoé Quéméner1980-05-04"
    );
    assert_eq!(text(&crm, "SELECT number || e164 FROM phone WHERE id = 9301"), "07 00 12 34 56+33700123456");
    assert_eq!(
        text(&crm, "SELECT number FROM phone WHERE id = 9302"),
        "01.00.99.88.77",
        "another number stays"
    );
    assert_eq!(text(&crm, "SELECT town || postcode FROM address WHERE id = 9401"), "Lyon69003");
    assert_eq!(number(&crm, "SELECT updated_at > '2026-01-01' FROM contact WHERE id = 9101"), 1);
    assert_eq!(found(&world, "zoe@exemple lyon 0700123456"), ["9101"]);
    assert_eq!(found(&world, "0600123456"), [""; 0]);
    let ledger = std::fs::read_to_string(world.path("crm.db.crm-admin/ledger.jsonl")).unwrap();
    let line = ledger.lines().rev().find(|line| line.contains("relation set")).expect("it is noted");
    assert!(ledger.contains("contact:9101") && line.contains("contact.family_name"), "{ledger}");
    for value in ["Quéméner", "zoe@exemple", "0700123456", "07 00 12", "1980-05-04", "Lyon"] {
        assert!(!ledger.contains(value), "no value stands in the ledger: {value}");
    }
    set(&world, lines, &["contact", "9101", "--yes"]).exits(0).complains("Nothing to do");
}

#[test]
fn what_does_not_fit_is_refused_with_every_reason_and_changes_nothing() {
    let world = office();
    let lines = "email = zoe at exemple\nphone@9301 = call me\nbirth_date = 1980-02-30\nfull_name = Zoé Q\ncompany = Autre\n\
                 company_id = 9002\nmarketing_objection = 1\nid = 5\ncivility = Dr\n";
    let told = world.unchanged(|| {
        let told = set(&world, lines, &["contact", "9101", "--yes"]).exits(4);
        std::fs::remove_file(world.path("lines.txt")).unwrap();
        told
    });
    for reason in [
        "email: no e-mail address looks like that",
        "phone: no telephone number looks like that",
        "birth_date: it is a day",
        "full_name: the database computes it",
        "company: it belongs to what company_id names",
        "company_id: it says which row this is",
        "marketing_objection: objections are noted with `exclude`",
        "id: it says which row this is",
    ] {
        assert!(told.stderr().contains(reason), "{reason} in {}", told.stderr());
    }
    assert!(!told.stderr().contains("zoe at exemple"), "an error holds no value");
    let world = office();
    for (line, why) in [
        ("civility = Dr\n", "CHECK"),
        ("family_name =\n", "CHECK"),
        ("phone = 01 00 00 00 00\n", "there are 2, rows 9301, 9302: say which, as in phone@9301"),
        ("phone@7 = 01 00 00 00 00\n", "there is no such row"),
    ] {
        let told = set(&world, line, &["contact", "9101", "--yes"]).exits(4);
        assert!(told.stderr().to_lowercase().contains(&why.to_lowercase()), "{why} in {}", told.stderr());
    }
    set(&world, "email = aicha@exemple.test\n", &["contact", "9101", "--yes"]).exits(4);
    set(&world, "siret = 73282932000075\n", &["company", "9001", "--yes"]).exits(4).complains("check digits");
    set(&world, "headcount = many\n", &["company", "9001", "--yes"]).exits(4).complains("a whole number");
    set(&world, "email = a@b.test\n", &["contact", "9104", "--yes"]).exits(4).complains("none to correct");
}

#[test]
fn a_rectification_is_confirmed_or_it_is_none() {
    let world = office();
    world.unchanged(|| {
        set(&world, "town = Lyon\n", &["contact", "9101"]).exits(2).complains("--yes");
        set(&world, "town = Lyon\n", &["contact", "1000000", "--yes"]).exits(5);
        set(&world, "town = Lyon\n", &["contact", " 9101", "--yes"]).exits(2);
        set(&world, "twon = Lyon\n", &["contact", "9101", "--yes"]).exits(2).complains("did you mean `town`");
        set(&world, "town\n", &["contact", "9101", "--yes"]).exits(2).complains("line 1");
        set(&world, "town = a\ntown = b\n", &["contact", "9101", "--yes"]).exits(2).complains("twice");
        set(&world, "# nothing\n", &["contact", "9101", "--yes"]).exits(2);
        std::fs::remove_file(world.path("lines.txt")).unwrap();
    });
    let dry =
        world.on_crm(["--json", "--dry-run", "relation", "set", "contact", "9101", "--from", "gone.txt"]);
    dry.exits(5);
}

/// How many terms of a search index begin with a word.
fn terms(crm: &rusqlite::Connection, index: &str, word: &str) -> i64 {
    crm.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.terms; CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', '{index}', 'row')"
    ))
    .unwrap();
    number(crm, &format!("SELECT count(*) FROM temp.terms WHERE term LIKE '{word}%'"))
}

#[test]
fn a_backup_makes_the_words_anew_from_masks() {
    let world = office();
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    let (crm, copy) = (world.database("crm.db"), world.unpacked("a.zst"));
    for (table, word) in
        [("contact", "quemeneur"), ("email", "aicha"), ("phone", "33600123456"), ("lead", "33400112233")]
    {
        let index = format!("{table}_search");
        assert_eq!((terms(&crm, &index, word) > 0, terms(&copy, &index, word)), (true, 0), "{word}");
        copy.execute_batch(&format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"))
            .expect("its words are those of the masks");
    }
}

#[test]
fn an_erasure_takes_the_words_away() {
    let world = filled(crate::erase::world(30, 7));
    let crm = world.database("crm.db");
    assert_eq!(terms(&crm, "contact_search", "aicha"), 1);
    drop(crm);
    crate::erase::erase(&world, &["contact", "9103", "--yes"]).exits(0);
    let crm = world.database("crm.db");
    assert_eq!([terms(&crm, "contact_search", "aicha"), terms(&crm, "email_search", "aicha")], [0, 0]);
    assert_eq!(found(&world, "quemeneur"), ["9101", "9102"]);
}

/// A foreign CRM: names of its own, no index of words, no full text, a table of ways to reach people.
const FOREIGN: &str = "
    CREATE TABLE kunde (nr INTEGER PRIMARY KEY, vorname TEXT, nachname TEXT, anzeige TEXT, angelegt INTEGER, geaendert TEXT);
    CREATE TABLE weg (nr INTEGER PRIMARY KEY, kunde INTEGER, art TEXT, wert VARCHAR(30), kompakt TEXT);
    INSERT INTO kunde VALUES (1, 'Zoé', 'Müller', 'Zoé Müller', 1735689600, NULL), (2, 'Ada', 'Straße', 'Ada Straße', 1704067200, NULL);
    INSERT INTO weg VALUES (1, 1, 'tel', '01 00 11 22 33', '+33100112233'), (2, 1, 'mail', 'zoe@exemple.test', 'zoe@exemple.test'),
        (3, 2, 'mail', 'ada@exemple.test', 'ada@exemple.test');";

const FOREIGN_MAP: &str = r#"
name = "kunden"
format = 1
for = "a CRM with names of its own"
time = "%d.%m.%Y %H:%M"
[table.kunde]
nr = "keep"
vorname = "given-name"
nachname = "family-name"
anzeige = { derive = "{vorname} {nachname}" }
angelegt = "keep"
geaendert = "keep"
[table.weg]
nr = "keep"
kunde = { owner = "kunde" }
art = "keep"
wert = { by = "art", when = { tel = "phone", mail = "email" }, else = "blank" }
kompakt = { by = "art", when = { tel = "phone", mail = "email" }, else = "blank" }
[relations.contact]
table = "kunde"
key = "nr"
label = "anzeige"
changed-at = "geaendert"
[fields.contact]
email = { column = "weg.wert", where = { art = "mail" }, also = { kompakt = "copy" } }
phone = { column = "weg.wert", where = { art = "tel" }, also = { kompakt = "e164" } }
"#;

#[test]
fn a_crm_without_an_index_is_read_from_end_to_end_and_says_so() {
    let world = World::with(FOREIGN, FOREIGN_MAP);
    let of = |words: &str| {
        let told = list(&world, &["--kind", "contact", "--search", words]).exits(0);
        assert!(told.stderr().contains("weg was read from end to end"), "{}", told.stderr());
        let rows = told.json()["rows"].clone();
        rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("zoe muller"), ["1"]);
    assert_eq!(of("strasse"), ["2"]);
    assert_eq!(of("+33 1 00 11"), ["1"]);
    assert_eq!(of("exemple"), ["1", "2"], "any word, by its beginning");
    assert_eq!(of("xemple"), [""; 0]);
    assert_eq!(of("zoe@exemple"), ["1"]);
    let when = list(&world, &["--kind", "contact", "--where", "angelegt >= 2025-01-01"]).exits(0).json();
    assert_eq!(when["rows"][0]["id"], "1", "a moment in seconds since 1970");
    assert_eq!(when["found"], 1);
}

#[test]
fn a_foreign_crm_is_rectified_through_its_map() {
    let world = World::with(FOREIGN, FOREIGN_MAP);
    set(
        &world,
        "nachname = Meier\nphone = 01 99 00 11 22\nemail = z@exemple.test\n",
        &["contact", "1", "--yes"],
    )
    .exits(0);
    let crm = world.database("crm.db");
    assert_eq!(text(&crm, "SELECT anzeige FROM kunde WHERE nr = 1"), "Zoé Meier");
    assert_eq!(text(&crm, "SELECT wert || kompakt FROM weg WHERE nr = 1"), "01 99 00 11 22+33199001122");
    assert_eq!(text(&crm, "SELECT wert || kompakt FROM weg WHERE nr = 2"), "z@exemple.testz@exemple.test");
    let when = text(&crm, "SELECT geaendert FROM kunde WHERE nr = 1");
    assert!(when.len() == 16 && &when[2..3] == ".", "in the CRM's own form: {when}");
    set(&world, "anzeige = X\n", &["contact", "1", "--yes"])
        .exits(4)
        .complains("it follows from vorname and nachname");
    let long = format!("email = {}@exemple.test\n", "a".repeat(30));
    set(&world, &long, &["contact", "1", "--yes"]).exits(4).complains("more than 30 characters");
}

#[test]
fn an_objection_that_is_noted_by_an_address_goes_with_the_person() {
    for new in ["", "new = { set = { } }\n"] {
        let script = format!(
            "{FOREIGN} CREATE TABLE sperre (nr INTEGER PRIMARY KEY, adresse TEXT);
            INSERT INTO sperre VALUES (1, 'zoe@exemple.test');"
        );
        let map = format!(
            "{FOREIGN_MAP}\n[table.sperre]\nnr = \"keep\"\nadresse = {{ as = \"email\", link = \"weg.wert\" }}\n\
             [objection.contact]\ntable = \"sperre\"\nfor = \"email\"\nby = \"adresse\"\npresent = true\n{new}"
        );
        let world = World::with(&script, &map);
        let left_out = || list(&world, &["--kind", "contact"]).exits(0).json()["left_out"].as_u64();
        assert_eq!(left_out(), Some(1));
        let told = set(&world, "email = neu@exemple.test\n", &["contact", "1", "--yes"]).exits(0);
        assert!(told.stderr().contains("holds for the new address"), "{}", told.stderr());
        assert_eq!(left_out(), Some(1), "corrected, and still not to be written to");
        set(&world, "nachname = Meier\n", &["contact", "1", "--yes"]).exits(0);
        assert_eq!(left_out(), Some(1));
    }
}

#[test]
fn parties_are_found_shown_and_rectified_and_tryton_takes_what_was_written() {
    let Some(tryton) = built() else { return };
    let world = world_of(&tryton);
    let crm = world.database("db/crm.sqlite");
    let company = "EXISTS (SELECT 1 FROM party_identifier i WHERE i.party = p.id
        AND i.type IN ('fr_siren', 'fr_siret', 'fr_rcs', 'fr_vat', 'eu_vat'))";
    let row = format!(
        "SELECT p.id || char(9) || p.name || char(9) || m.id || char(9) || m.value || char(9) || a.id
         FROM party_party p JOIN party_contact_mechanism m ON m.party = p.id AND m.type = 'mobile'
            JOIN party_address a ON a.party = p.id AND a.city <> ''
         WHERE NOT {company} AND p.name LIKE '%é%' GROUP BY p.id HAVING count(*) = 1 LIMIT 1"
    );
    let found = texts(&crm, &row);
    let cells: Vec<&str> = found[0].split('\t').collect();
    let [party, name, mechanism, mobile, address] = cells[..] else { panic!("five cells") };
    let listed = |arguments: &[&str]| {
        let told =
            on_tryton(&world, &[&["--json", "relation", "list", "--include-excluded"], arguments].concat());
        let told = told.exits(0);
        assert!(!arguments.contains(&"--search") || told.stderr().contains("was read from end to end"));
        let rows = told.json()["rows"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let plain = name.to_uppercase().replace(['É', 'È'], "E");
    assert!(listed(&["--kind", "contact", "--search", &plain]).contains(&party.to_owned()), "{plain}");
    let national = format!("0{}", mobile.trim_start_matches("+33").replace(' ', ""));
    assert_eq!(listed(&["--kind", "contact", "--search", &national]), [party]);
    assert_eq!(listed(&["--kind", "company", "--search", &national]), [""; 0], "a party is of one kind");
    let vip = format!(
        "SELECT p.id FROM party_party p JOIN \"party_party-party_category\" c ON c.party = p.id
         JOIN party_category g ON g.id = c.category WHERE g.name = 'VIP' AND NOT {company} ORDER BY p.id"
    );
    assert_eq!(
        listed(&["--kind", "contact", "--group", "vip"]).len(),
        texts(&crm, &vip.replace("p.id FROM", "'' || p.id FROM")).len()
    );
    let before = text(
        &crm,
        &format!("SELECT coalesce(write_date, '') FROM party_contact_mechanism WHERE id = {mechanism}"),
    );
    drop(crm);

    let lines = "phone = 01 99 00 12 34\nname = Zénaïde Quéméneur\ntown = Lyon\npostcode = 69003\n";
    std::fs::write(world.path("lines"), lines).unwrap();
    let from = world.path("lines").display().to_string();
    let set = ["relation", "set", "contact", party, "--from", &from, "--yes"];
    let refused = on_tryton(&world, &set);
    if refused.status() == Some(4) {
        // A second telephone: say which.
        std::fs::write(world.path("lines"), lines.replace("phone =", &format!("phone@{mechanism} =")))
            .unwrap();
        on_tryton(&world, &set).exits(0);
    }
    let crm = world.database("db/crm.sqlite");
    let one = |sql: &str| text(&crm, sql);
    assert_eq!(
        one(&format!(
            "SELECT value || ' ' || value_compact FROM party_contact_mechanism WHERE id = {mechanism}"
        )),
        "01 99 00 12 34 +33199001234"
    );
    assert_eq!(one(&format!("SELECT name FROM party_party WHERE id = {party}")), "Zénaïde Quéméneur");
    assert_eq!(
        one(&format!("SELECT city || postal_code FROM party_address WHERE id = {address}")),
        "Lyon69003"
    );
    let after = one(&format!("SELECT write_date FROM party_contact_mechanism WHERE id = {mechanism}"));
    assert!(after != before && after.len() >= 19 && &after[10..11] == " ", "in Tryton's own form: {after}");
    drop(crm);
    assert_eq!(listed(&["--kind", "contact", "--search", "zenaide quem lyon 0199001234"]), [party]);
    let shown = on_tryton(&world, &["--json", "relation", "show", "contact", party]).exits(0).json();
    let rows = shown["rows"].as_array().unwrap();
    for table in ["party_party", "party_address", "party_contact_mechanism"] {
        assert!(rows.iter().any(|row| row["table"] == table && row["part"] != "mentions"), "{table}");
    }
    let password = std::fs::read_to_string(tryton.join("admin.pass")).unwrap();
    std::fs::copy(world.path("db/crm.sqlite"), world.path("out/crm.sqlite")).unwrap();
    opened_by_tryton(&world, &tryton, &["--login", "admin", "--password", password.trim()]);
}
