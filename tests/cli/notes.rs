//! What free text says: what is found and shown, what is known already, what is allowed, and who is mentioned.

use crate::world::{CANARY, World, number};
use serde_json::Value;
use std::fs;

const SCHEMA: &str = "
    CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT, last TEXT, mail TEXT, phone TEXT, extra TEXT);
    CREATE TABLE memo (id INTEGER PRIMARY KEY, person INTEGER, kind TEXT, body TEXT, code TEXT);
    CREATE TABLE reply (id INTEGER PRIMARY KEY, memo INTEGER, body TEXT);
    INSERT INTO person VALUES
        (1, 'Marie', 'Canari', 'marie@canari.fr', '06 12 34 56 78', '{\"about\": \"très malade\", \"tag\": \"cancer\"}'),
        (2, 'Paul', 'Merle', 'paul@merle.fr', '01 44 55 66 77', '{}');
    INSERT INTO memo VALUES
        (1, 1, 'free', 'Contrat renouvelé, rappeler au 0612345678.', 'con'),
        (2, 1, 'free', 'En arrêt maladie depuis mars. Son frère : 07 98 76 54 32', NULL),
        (3, 2, 'free', 'Voir avec Mme Canari, marie@canari.fr', NULL),
        (4, 2, 'free', 'SIRET 404 833 048 00022, commande 4532015112830366', NULL),
        (5, 2, 'mail', 'con@merle.fr', NULL),
        (6, NULL, 'free', 'Client con.' || char(27) || ']52;c;eA==' || char(7) || ' Carte 4111 1111 1111 1111', NULL);
    INSERT INTO reply VALUES (1, 2, 'Toujours hospitalisé, sans nouvelles.');";

const MAP: &str = r#"
name = "memos"
format = 1
for = "a CRM of memos"
[table.person]
id = "keep"
first = "given-name"
last = "family-name"
mail = "email"
phone = "phone"
extra = { json = { "$.about" = "free-text", "*" = "blank" } }
[table.memo]
id = "keep"
person = { owner = "person" }
kind = "keep"
body = { by = "kind", when = { mail = "email" }, else = "free-text" }
code = "keep"
[table.reply]
id = "keep"
memo = { owner = "memo" }
body = "free-text"
[relations.contact]
table = "person"
key = "id"
"#;

fn world() -> World {
    World::with(SCHEMA, MAP)
}

fn found(world: &World, more: &[&str], status: i32) -> Vec<Value> {
    let line = ["audit", "notes", "--json"].iter().chain(more);
    world.on_crm(line).exits(status).json()["rows"].as_array().unwrap().clone()
}

/// Rule, place and owner of each finding.
fn places(rows: &[Value]) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    rows.iter()
        .map(|row| {
            format!(
                "{} {}.{} {}",
                word(&row["rule"]),
                word(&row["id"]),
                word(&row["column"]),
                word(&row["of"])
            )
        })
        .collect()
}

#[test]
fn free_text_is_searched_and_nothing_else() {
    let world = world();
    let mut found = places(&found(&world, &[], 3));
    found.sort();
    assert_eq!(
        found,
        [
            "notes.card memo:6.body -",
            "notes.email memo:3.body contact 2",
            "notes.health memo:2.body contact 1",
            "notes.health person:1.extra contact 1",
            "notes.health reply:1.body contact 1",
            "notes.judgement memo:6.body -",
            "notes.phone memo:2.body contact 1",
        ]
    );
}

#[test]
fn the_words_themselves_are_shown_only_masked_and_only_on_request() {
    let world = world();
    for format in ["table", "plain", "json"] {
        let told = world.on_crm(["audit", "notes", "--format", format]).exits(3).stdout();
        for word in ["maladie", "4111", "marie@", "0798", CANARY, "Canari"] {
            assert!(!told.contains(word), "{format}: {word}");
        }
        assert!(told.contains("no proof"), "{format} says what a match is not");
        let shown = world.on_crm(["audit", "notes", "--excerpts", "--format", format]).exits(3).stdout();
        assert!(shown.contains("a•••• m•••••e"), "{shown}");
        // A table may break a long line between words.
        assert!(format == "table" || shown.contains("[4••• •••• •••• ••••]"), "{shown}");
        for word in ["maladie", "4111", "marie@", "Canari", "\u{1b}", "\u{7}"] {
            assert!(!shown.contains(word), "{format}: {word}");
        }
    }
}

#[test]
fn a_nightly_run_fails_only_on_what_is_new() {
    let world = world();
    world.on_crm(["audit", "notes", "--baseline", "known.json"]).exits(5).complains("--write-baseline");
    world.unchanged(|| {
        world.on_crm(["audit", "notes", "--write-baseline", "known.json", "--dry-run"]).exits(3)
    });
    world.on_crm(["audit", "notes", "--write-baseline", "known.json"]).exits(3).complains("Wrote 7 matches");
    let baseline = fs::read_to_string(world.path("known.json")).unwrap();
    for word in ["maladie", "health", "memo", "4111", "canari", "body"] {
        assert!(!baseline.to_lowercase().contains(word), "{word} stands in the baseline");
    }
    assert!(found(&world, &["--baseline", "known.json"], 0).is_empty());
    let database = world.database("crm.db");
    database
        .execute("UPDATE memo SET body = body || ' Toujours en arrêt maladie.' WHERE id = 2", [])
        .unwrap();
    assert!(
        found(&world, &["--baseline", "known.json"], 0).is_empty(),
        "the same word in the same note is no news"
    );
    database.execute("UPDATE memo SET body = body || ' Divorcée.' WHERE id = 2", []).unwrap();
    let new = found(&world, &["--baseline", "known.json"], 3);
    assert_eq!(places(&new), ["notes.family memo:2.body contact 1"]);
    world.on_crm(["audit", "notes", "--baseline", "known.json", "--write-baseline", "known.json"]).exits(3);
    assert!(found(&world, &["--baseline", "known.json"], 0).is_empty(), "what was accepted is known");
}

#[test]
fn a_baseline_without_its_key_or_of_another_database_is_no_baseline() {
    let (one, other) = (world(), world());
    one.on_crm(["audit", "notes", "--write-baseline", "known.json"]).exits(3);
    let there = one.path("known.json");
    let there = there.to_str().unwrap();
    other.on_crm(["audit", "notes", "--baseline", there]).exits(5).complains("state folder");
    other.on_crm(["audit", "notes", "--write-baseline", "known.json"]).exits(3);
    other.on_crm(["audit", "notes", "--baseline", there]).exits(4).complains("another key");
    fs::write(one.path("known.json"), "{\"found\": 7}").unwrap();
    one.on_crm(["audit", "notes", "--baseline", "known.json"]).exits(7).complains("no baseline");
    one.on_crm(["audit", "notes", "--write-baseline", "no/such/folder.json"]).exits(1);
    assert_eq!(
        fs::read_dir(one.folder())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("folder.json"))
            .count(),
        0
    );
}

#[test]
fn a_lexicon_of_one_s_own_adds_and_allows() {
    let world = world();
    let own = "[category.tariff]\nseverity = \"high\"\nwhat = \"what we pay\"\nforms = [\"renouvelé(e)\"]\n\
        [allow]\nwords = [\"con\"]\n[allow.column]\n\"reply.body\" = [\"hospitalisé\"]\n\"Memo.Body\" = [\"07 98 76 54 32\"]\n";
    fs::write(world.path("own.toml"), own).unwrap();
    let rows = places(&found(&world, &["--lexicon", "own.toml"], 3));
    assert!(rows.contains(&"notes.tariff memo:1.body contact 1".to_owned()), "{rows:?}");
    assert!(
        !rows.iter().any(|row| row.contains("judgement") || row.contains("reply") || row.contains("phone")),
        "{rows:?}"
    );
    assert_eq!(places(&found(&world, &["--lexicon", "own.toml", "--category", "tariff"], 3)).len(), 1);
    fs::write(world.path("own.toml"), "[allow]\ncolumns = [\"memo.body\"]\n").unwrap();
    assert!(places(&found(&world, &["--lexicon", "own.toml"], 3)).iter().all(|row| !row.contains("memo")));
    fs::write(world.path("own.toml"), "[allow]\ncolumns = [\"memo.boddy\"]\n").unwrap();
    world.on_crm(["audit", "notes", "--lexicon", "own.toml"]).exits(2).complains("memo.boddy");
    fs::write(world.path("own.toml"), "[category.health]\nform = []\n").unwrap();
    world.on_crm(["audit", "notes", "--lexicon", "own.toml"]).exits(2).complains("own.toml:2");
    world.on_crm(["audit", "notes", "--lexicon", "none.toml"]).exits(5);
}

#[test]
fn categories_and_severities_choose_what_counts() {
    let world = world();
    assert_eq!(places(&found(&world, &["--category", "card,health"], 3)).len(), 4);
    world.on_crm(["audit", "notes", "--category", "phone", "--fail-on", "medium"]).exits(0);
    world.on_crm(["audit", "notes", "--category", "helth"]).exits(2).complains("health");
    world.on_crm(["audit", "notes", "--repair"]).exits(2);
    world.on_crm(["audit", "passwords", "--excerpts"]).exits(2);
}

#[test]
fn one_person_is_found_in_the_notes_of_others_and_not_in_one_s_own() {
    let world = world();
    let rows = found(&world, &["--for", "contact", "1"], 3);
    assert_eq!(places(&rows), ["mention.email memo:3.body contact 2"]);
    let database = world.database("crm.db");
    for (text, rule) in [
        ("Vu avec Marie CANARI hier", "mention.name"),
        ("vu avec canari marie", "mention.name"),
        ("appeler Mme Canari", "mention.name"),
        ("les Canari viennent", "mention.family-name"),
        ("un canari jaune", ""),
        ("joindre le 06.12.34.56.78 le soir", "mention.phone"),
        ("M. Canarino est passé", ""),
    ] {
        database.execute("UPDATE memo SET body = ?1 WHERE id = 3", [text]).unwrap();
        let expected: Vec<String> =
            if rule.is_empty() { Vec::new() } else { vec![format!("{rule} memo:3.body contact 2")] };
        let rows = found(&world, &["--for", "contact", "1"], if rule.is_empty() { 0 } else { 3 });
        assert_eq!(places(&rows), expected, "{text}");
    }
    world.on_crm(["audit", "notes", "--for", "contact", "99"]).exits(5);
    world.on_crm(["audit", "notes", "--for", "martian", "1"]).exits(2);
    world.on_crm(["audit", "notes", "--for", "contact", "1", "--category", "health"]).exits(2);
}

#[test]
fn a_search_writes_nothing_and_stands_odd_bytes() {
    let world = world();
    let database = world.database("crm.db");
    database
        .execute_batch(
            "INSERT INTO memo VALUES (20, 1, 'free', CAST(x'fffe41c3' AS TEXT), NULL), (21, 1, 'free', x'00ff', NULL),
                (22, 1, 'free', 42, NULL), (23, 1, 'free', 1.5, NULL), (24, 1, NULL, '', NULL),
                (25, 1, 'free', CAST(x'636f6e' AS BLOB), NULL);",
        )
        .unwrap();
    drop(database);
    world.unchanged(|| {
        let rows = places(&found(&world, &["--category", "judgement"], 3));
        assert_eq!(rows, ["notes.judgement memo:6.body -", "notes.judgement memo:25.body contact 1"]);
    });
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM memo"), 12);
}

#[test]
fn the_demo_s_harmless_notes_are_harmless() {
    let world = World::demo(60);
    let rows = found(
        &world,
        &[
            "--category",
            "health,offence,opinion,religion,origin,sex-life,judgement,hardship,family,minor,nir,card,iban,password",
        ],
        0,
    );
    assert!(rows.is_empty(), "{rows:#?}");
}
