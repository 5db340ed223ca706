//! Masks as a technician meets them: each in a database of its own, looked at after the way through an archive.

use crate::world::{Told, World, number, text, texts};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const HEADER: &str = "name = \"own\"\nformat = 1\nfor = \"a test\"\n[everywhere.types]\nINTEGER = \"keep\"\n";

/// A world whose map has the header and these lines.
fn world(script: &str, map: &str) -> World {
    World::with(script, &format!("{HEADER}{map}\n"))
}

/// The restored copy of a backup, under the same key in every run: a mask may be any word, and these tests look for
/// words.
fn copied(world: &World) -> Connection {
    key_file(world);
    world.on_crm(["backup", "-o", "a.zst", "--key-file", "one.key"]).exits(0);
    world.unpacked("a.zst")
}

fn key_file(world: &World) {
    fs::write(world.path("one.key"), [7; 32]).expect("a key file");
    fs::set_permissions(world.path("one.key"), fs::Permissions::from_mode(0o600)).expect("its rights");
}

fn refused(world: &World) -> Told {
    let told = world.on_crm(["backup", "-o", "a.zst"]).exits(4);
    assert!(!world.path("a.zst").exists());
    told
}

#[test]
fn html_keeps_its_tags_and_loses_its_words_and_attributes() {
    let world = world(
        "CREATE TABLE mail (id INTEGER PRIMARY KEY, body TEXT);
         INSERT INTO mail VALUES (1, '<p class=\"x\">Bonjour <b>Philomène</b>,</p><p>voir
           <a href=\"https://acme.fr/u?m=philomene@acme.fr\" title=\"Vanderkelen\">votre devis 12345</a></p>');",
        "[table.mail]\nbody = \"free-text\"",
    );
    let body = text(&copied(&world), "SELECT body FROM mail");
    for left in ["Philom", "Vanderkelen", "acme", "href=", "12345", "class=", "title=", "votre devis"] {
        assert!(!body.contains(left), "{left} is left in {body}");
    }
    for tag in ["<p>", "<b>", "</b>", "<a>", "</a>", "</p>"] {
        assert!(body.contains(tag), "{tag} is missing in {body}");
    }
}

#[test]
fn a_copy_that_is_full_of_fictional_numbers_is_archived_again() {
    let world = world(
        "CREATE TABLE phone (id INTEGER PRIMARY KEY, number TEXT, e164 TEXT);
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
         INSERT INTO phone SELECT i, printf('+33 (0)6 39 98 %02d %02d', i / 100, i % 100), printf('+33639980%03d', i)
         FROM n;
         UPDATE phone SET e164 = '+33' || substr(replace(number, ' ', ''), 7);",
        "[table.phone]\nnumber = \"phone\"\ne164 = { derive = \"e164\", from = \"number\" }",
    );
    let copy = copied(&world);
    let derived = "SELECT count(*) FROM phone WHERE e164 = '+33' || substr(replace(number, ' ', ''), 7)";
    assert_eq!(number(&copy, derived), 10_000);
    let source = world.path("crm.db").display().to_string();
    copy.execute("ATTACH ?1 AS source", [source]).unwrap();
    let same = "SELECT count(*) FROM phone JOIN source.phone AS was USING (id, number)";
    assert_eq!(number(&copy, same), 0, "no number is its own mask");
}

#[test]
fn every_address_of_a_list_is_masked_as_it_is_alone_and_its_name_as_a_name() {
    let world = world(
        "CREATE TABLE mail (id INTEGER PRIMARY KEY, sender TEXT, copies TEXT);
         INSERT INTO mail VALUES (1, 'marie.durand@acme.fr', 'paul@acme.fr, Marie.Durand@acme.fr; p.petit@autre.org');
         INSERT INTO mail VALUES (2, '\"Marie Durand\" <marie.durand@acme.fr>', '\"Durand, Marie\" <marie.durand@acme.fr>, paul@acme.fr');
         INSERT INTO mail VALUES (3, 'pas une adresse', ' , ');",
        "[table.mail]\nsender = \"email\"\ncopies = { list-of = \"email\" }",
    );
    let copy = copied(&world);
    let one = |sql: &str| text(&copy, sql);
    let marie = one("SELECT sender FROM mail WHERE id = 1");
    assert!(marie.ends_with(".example"), "{marie}");
    let copies = one("SELECT copies FROM mail WHERE id = 1");
    let parts: Vec<&str> = copies.split([',', ';']).map(str::trim).collect();
    assert_eq!(parts.len(), 3, "{copies}");
    assert_eq!(parts[1], marie);
    assert_eq!(parts[0].split('@').nth(1), marie.split('@').nth(1), "one company has one domain");
    assert_ne!(parts[2].split('@').nth(1), marie.split('@').nth(1));
    let named = one("SELECT sender FROM mail WHERE id = 2");
    assert!(named.starts_with('"') && named.ends_with(&format!("\" <{marie}>")), "{named}");
    let named = one("SELECT copies FROM mail WHERE id = 2");
    assert!(named.contains(&format!("<{marie}>")) && named.ends_with(parts[0]), "{named}");
    assert!(!one("SELECT sender FROM mail WHERE id = 3").contains('@'));
    for name in ["durand", "Durand", "paul", "acme", "petit"] {
        let found =
            number(&copy, &format!("SELECT count(*) FROM mail WHERE sender || copies LIKE '%{name}%'"));
        assert_eq!(found, 0, "{name}");
    }
}

#[test]
fn the_dates_of_one_person_move_together() {
    let world = world(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, born TEXT, hired TEXT);
         CREATE TABLE visit (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person, day TEXT);
         INSERT INTO person VALUES (1, '1980-05-06', '2001-02-03'), (2, '1980-05-06', '2001-02-03'), (3, '1980-05-06', NULL);
         INSERT INTO visit VALUES (1, 1, '2020-02-29 10:11:12'), (2, 2, '2020-02-29'), (3, NULL, '2020-02-29');",
        "[table.person]\nborn = { as = \"birth-date\", with = \"id\" }\nhired = { as = \"date\", with = \"id\" }\n\
         [table.visit]\nperson = { owner = \"person\" }\nday = { as = \"date\", with = \"person\" }",
    );
    let copy = copied(&world);
    let moved = |sql: &str| number(&copy, &format!("SELECT CAST({sql} AS INTEGER)"));
    for person in [1, 2] {
        let of = format!("FROM person WHERE id = {person}");
        let born = moved(&format!("(SELECT julianday(born) - julianday('1980-05-06') {of})"));
        assert!(born != 0);
        assert_eq!(moved(&format!("(SELECT julianday(hired) - julianday('2001-02-03') {of})")), born);
        let day = format!(
            "(SELECT julianday(date(day)) - julianday('2020-02-29') FROM visit WHERE person = {person})"
        );
        assert_eq!(moved(&day), born);
    }
    assert!(text(&copy, "SELECT day FROM visit WHERE id = 1").ends_with(" 10:11:12"));
    assert_ne!(text(&copy, "SELECT day FROM visit WHERE id = 3"), "2020-02-29");
}

#[test]
fn generalised_values_are_shared_and_the_manifest_counts_who_is_alone() {
    let world = world(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, born TEXT CHECK (born IS date(born)), zip TEXT, town TEXT, staff INTEGER, status TEXT);
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
         INSERT INTO person SELECT i, date('1980-01-01', '+' || (i % 100 * 7) || ' days'),
            CASE i % 2 WHEN 0 THEN printf('311%02d', i % 100) ELSE printf('331%02d', i % 100) END, 'Ville ' || i, i, 'open' FROM n;",
        "[table.person]\nborn = { as = \"birth-date\", generalise = \"year\" }\n\
         zip = { as = \"postcode\", with = \"town\", generalise = \"department\" }\ntown = { as = \"town\", with = \"zip\" }\n\
         staff = { as = \"keep\", generalise = [0, 10, 50, 100] }\nstatus = \"keep\"\n\
         [quasi.person]\ncolumns = [\"born\", \"zip\"]",
    );
    let told = world.on_crm(["backup", "-o", "a.zst", "--json"]).exits(0).json();
    let crowd = &told["quasi_identifiers"][0];
    assert_eq!(crowd["columns"], serde_json::json!(["born", "zip"]));
    assert_eq!([&crowd["before"]["smallest"], &crowd["before"]["rows"]], [2, 200]);
    assert_eq!(crowd["before"]["below_five"], 200);
    assert_eq!([&crowd["after"]["alone"], &crowd["after"]["below_five"]], [0, 0]);
    let inspected = world.run(["--json", "archive", "inspect", "a.zst"]).exits(0).json();
    assert_eq!(inspected["manifest"]["quasi_identifiers"][0], *crowd);
    world.run(["archive", "inspect", "a.zst"]).exits(0).says("person: born, zip");
    let copy = world.unpacked("a.zst");
    assert_eq!(texts(&copy, "SELECT DISTINCT born FROM person ORDER BY 1"), ["1980-01-01", "1981-01-01"]);
    let zips = texts(&copy, "SELECT DISTINCT zip FROM person ORDER BY 1");
    assert!(zips.len() == 2 && zips[0].starts_with("31") && zips[1].starts_with("33"), "{zips:?}");
    assert_eq!(texts(&copy, "SELECT DISTINCT town FROM person").len(), 2);
    assert_eq!(number(&copy, "SELECT count(DISTINCT staff) FROM person"), 4);
    assert_eq!(number(&copy, "SELECT staff FROM person WHERE id = 73"), 50);
    let done = inspected["manifest"]["columns"].as_array().expect("columns").iter();
    assert!(
        done.filter(|column| column["done"].as_str().expect("a word").contains("generalised")).count() == 4
    );
}

#[test]
fn what_came_out_equal_by_chance_is_told_column_by_column() {
    let world = world(
        "CREATE TABLE bill (id INTEGER PRIMARY KEY, owed INTEGER);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO bill SELECT i, CASE i WHEN 7 THEN 9223372036854775807 ELSE i * 100 END FROM n;",
        "[table.bill]\nowed = \"amount\"",
    );
    let told = world.on_crm(["-v", "backup", "-o", "a.zst", "--json"]).exits(0);
    let proof = &told.json()["proof"];
    assert_eq!([&proof["values_compared"], &proof["came_out_equal"]], [300, 0]);
    assert_eq!(proof["rows"], serde_json::json!([]));
    assert!(!told.stderr().contains("came out equal"), "{}", told.stderr());
}

#[test]
fn a_kept_text_must_not_carry_out_an_address_and_the_message_does_not_repeat_it() {
    for (value, what) in [
        ("voir philomene@acme.fr", "an e-mail address"),
        ("rappeler au 06 12 34 56 78 svp", "a telephone number"),
        ("FR14 2004 1010 0505 0001 3M02 606", "an IBAN"),
    ] {
        let world = world(
            &format!(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, kind TEXT); INSERT INTO t VALUES (1, 'open'), (2, '{value}');"
            ),
            "[table.t]\nkind = \"keep\"",
        );
        let told = refused(&world).complains("t.kind is kept").complains(what);
        assert!(!told.stderr().contains(value), "{}", told.stderr());
    }
}

#[test]
fn a_unique_column_that_is_too_narrow_is_refused_before_anything_is_written() {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO t SELECT i, printf('%c%c%c%04d', 97 + i % 26, 97 + i % 25, 97 + i % 24, i) FROM n;";
    for (column, limit) in [
        ("x TEXT UNIQUE CHECK (length(x) BETWEEN 1 AND 7)", ", max = 3"),
        ("x VARCHAR(7) COLLATE NOCASE UNIQUE", ", max = 3"),
        ("x TEXT", ", max = 3, unique = true"),
    ] {
        let script = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {column}); {rows}");
        let world = world(&script, &format!("[table.t]\nx = {{ as = \"login\"{limit} }}"));
        let before = world.names();
        refused(&world).complains("t.x: 6000 values, and room for 10240 masks");
        assert_eq!(world.names(), before);
    }
    let script =
        format!("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT UNIQUE CHECK (length(x) <= 7)); {rows}");
    let world = world(&script, "[table.t]\nx = \"login\"");
    let copy = copied(&world);
    assert_eq!(number(&copy, "SELECT count(DISTINCT x COLLATE NOCASE) FROM t"), 6000);
    assert!(number(&copy, "SELECT max(length(x)) FROM t") <= 7);
}

/// A key file's masks of the columns that tell who is who.
fn telling(world: &World, archive: &str) -> Vec<BTreeSet<String>> {
    let copy = world.unpacked(archive);
    ["SELECT address FROM email", "SELECT login FROM user", "SELECT siret FROM company"]
        .iter()
        .map(|sql| texts(&copy, sql).into_iter().collect())
        .collect()
}

#[test]
fn one_key_file_gives_the_same_masks_and_two_keys_share_none() {
    let world = World::demo(300);
    world.run(["generate", "key", "one.key"]).exits(0);
    let about = fs::metadata(world.path("one.key")).expect("the key file");
    assert_eq!((about.len(), about.permissions().mode() & 0o777), (32, 0o600));
    world.run(["generate", "key", "one.key"]).exits(4);
    world
        .on_crm(["backup", "-o", "one.zst", "--key-file", "one.key"])
        .exits(0)
        .says("whoever has the key file");
    world.on_crm(["backup", "-o", "again.zst", "--key-file", "one.key"]).exits(0);
    world.on_crm(["backup", "-o", "fresh.zst"]).exits(0);
    let inspected = |name: &str| world.run(["--json", "archive", "inspect", name]).exits(0).json();
    assert_eq!(inspected("one.zst")["manifest"]["pseudonyms"], "key file");
    assert_eq!(inspected("one.zst")["reversible"], true);
    assert_eq!(inspected("fresh.zst")["manifest"]["pseudonyms"], "key destroyed");
    let [one, again, fresh] = ["one.zst", "again.zst", "fresh.zst"].map(|name| telling(&world, name));
    assert_eq!(one, again);
    for (mine, theirs) in one.iter().zip(&fresh) {
        assert!(mine.len() > 3);
        assert_eq!(mine.intersection(theirs).count(), 0);
    }
}

#[test]
fn a_new_customer_changes_nobody_elses_mask_under_one_key() {
    let world = World::demo(200);
    key_file(&world);
    world.on_crm(["backup", "-o", "one.zst", "--key-file", "one.key"]).exits(0);
    let names = |archive: &str| {
        let copy = world.unpacked(archive);
        texts(&copy, "SELECT name FROM company WHERE id <= 40 ORDER BY id")
    };
    let before = names("one.zst");
    // A company whose whole name is a word that masks are made of: no mask may be it any more.
    let stems: BTreeSet<&str> = include_str!("../../src/words/company-stems.txt").lines().collect();
    let drawn = |stem: &&&str| stem.len() >= 8 && before.iter().any(|name| name.starts_with(**stem));
    let word = *stems.iter().find(drawn).expect("a stem of eight letters was drawn");
    world
        .database("crm.db")
        .execute(
            "INSERT INTO company (name, created_at, updated_at)
        VALUES (?1, '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z')",
            [word],
        )
        .expect("a company");
    world.on_crm(["backup", "-o", "two.zst", "--key-file", "one.key"]).exits(0);
    let after = names("two.zst");
    for (one, two) in before.iter().zip(&after) {
        assert_eq!(one != two, one.contains(word), "{one} and {two}");
    }
}

#[test]
fn a_key_file_that_is_not_there_open_to_others_or_no_key_is_refused() {
    let world = World::demo(1);
    let with = |file: &str| world.on_crm(["backup", "-o", "a.zst", "--key-file", file]);
    with("none.key").exits(5).complains("generate key");
    fs::write(world.path("open.key"), [7; 32]).expect("a file");
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(world.path("open.key"), fs::Permissions::from_mode(mode)).expect("its rights");
        with("open.key").exits(10).complains("open to others");
    }
    for (length, status) in [(0, 7), (31, 7), (32, 0), (64, 0), (5000, 7)] {
        let name = format!("{length}.key");
        fs::write(world.path(&name), vec![7; length]).expect("a file");
        fs::set_permissions(world.path(&name), fs::Permissions::from_mode(0o600)).expect("its rights");
        with(&name).exits(status);
        let _ = fs::remove_file(world.path("a.zst"));
    }
    with(".").exits(7);
}

#[test]
fn civility_and_given_name_agree_also_where_the_name_does_not_tell() {
    let world = world(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, civility TEXT, first TEXT, last TEXT);
         INSERT INTO p VALUES (1, 'Mme', 'Camille', 'Roux'), (2, 'M.', 'Camille', 'Petit'), (3, 'Mme', 'Xyzzara', 'Roy'), (4, 'Mme', 'Marie', 'Roy');",
        "[table.p]\ncivility = \"civility\"\nfirst = \"given-name\"\nlast = \"family-name\"",
    );
    let copy = copied(&world);
    let first = texts(&copy, "SELECT first FROM p ORDER BY id");
    assert_eq!(first[0], first[1]);
    let both = include_str!("../../src/words/given-names-both.txt");
    for name in &first[..3] {
        assert!(both.lines().any(|known| known == name), "{name} suits Mme and M.");
    }
    assert!(include_str!("../../src/words/given-names-feminine.txt").lines().any(|known| known == first[3]));
}
