//! crm-admin-map(5): its map is complete for its database, and a backup with it holds nobody.

use crate::world::{Told, World, number, text, texts};
use crate::{example, examples, read, unescape};
use std::fs;

const MAP: &str = "man/crm-admin-map.5";

/// Papillon's people. They have never lived.
const PEOPLE: &str = "
    INSERT INTO agent VALUES (1, 'zoltan', 'Zoltan Quertemont', '$2y$10$notahash', 1, 0);
    INSERT INTO session VALUES ('tok-8d1f0c', 1, '2026-05-04 08:00:00');
    INSERT INTO client VALUES (4711, 0, 'Mme', 'Philomène', 'Vanderkelen', 'Philomène Vanderkelen', '1971-02-03',
        '17 rue des Glycines mauves', '59270', 'Bailleul', '{\"loyalty\": 3, \"children\": [{\"name\": \"Ophélie\"}]}',
        1, '2026-01-02 03:04:05');
    INSERT INTO client VALUES (4712, 1, NULL, NULL, 'Pépinières Hautecloque SARL', 'Pépinières Hautecloque SARL', NULL,
        '2 chemin de la Becque', '62500', 'Saint-Omer', '{}', 1, '2026-01-02 03:04:05');
    INSERT INTO channel VALUES (1, 4711, 'mail', 'philomene.vanderkelen@laposte.net', 1);
    INSERT INTO channel VALUES (2, 4711, 'phone', '06 11 22 33 44', 0);
    INSERT INTO visit VALUES (1, 4711, 1, '2026-05-04', 'Souhaite rappeler Vanderkelen pour le magnolia');
    INSERT INTO visit_log VALUES (1, 1, 4711, 1, '2026-05-03', 'Souhaite un magnolia');
    INSERT INTO visit_words (visit_words) VALUES ('rebuild');
    INSERT INTO ui_label VALUES (1, 'Client', 'Qui achète');
    INSERT INTO mail_job VALUES (1, 'smtp.papillon-jardin.fr', 1);";

/// A folder with Papillon's database and map, as the manual has them.
pub fn papillon() -> World {
    let world = World::empty();
    let database = world.database("papillon.db");
    database.execute_batch(&example(MAP, "papillon.sql")).expect("the manual's schema");
    database.execute_batch(PEOPLE).expect("rows for it");
    fs::write(world.path("papillon.toml"), example(MAP, "papillon.toml")).unwrap();
    world
}

fn on_papillon(world: &World, map: &str, arguments: &[&str]) -> Told {
    Told::of(world.program().args(["--db", "papillon.db", "--map", map]).args(arguments))
}

#[test]
fn the_map_in_the_manual_is_complete_for_the_database_in_the_manual() {
    let world = papillon();
    let told = on_papillon(&world, "papillon.toml", &["--json", "map", "check"]).exits(0).json();
    assert_eq!(told["complete"], true);
    assert_eq!(told["warnings"], serde_json::json!([]));
}

#[test]
fn a_backup_with_the_map_in_the_manual_holds_nobody() {
    let world = papillon();
    on_papillon(&world, "papillon.toml", &["backup", "-o", "papillon.zst"]).exits(0);
    let copy = world.unpacked("papillon.zst");
    assert_eq!(number(&copy, "SELECT count(*) FROM client"), 2);
    assert_eq!(number(&copy, "SELECT count(*) FROM session"), 0);
    assert_eq!(number(&copy, "SELECT active FROM mail_job"), 0, "neutralised");
    assert_eq!(text(&copy, "SELECT password FROM agent"), "!");
    assert_eq!(
        text(&copy, "SELECT display FROM client WHERE id = 4711"),
        text(&copy, "SELECT first_name || ' ' || name FROM client WHERE id = 4711")
    );
    assert_eq!(number(&copy, "SELECT json_extract(extra, '$.loyalty') FROM client WHERE id = 4711"), 3);
    assert_eq!(texts(&copy, "SELECT label FROM ui_label"), ["Client"]);
    drop(copy);
    let bytes = fs::read(world.path("papillon.zst.unpacked.db")).unwrap();
    for original in [
        "Vanderkelen",
        "vanderkelen",
        "Quertemont",
        "Glycines",
        "Hautecloque",
        "61122",
        "tok-8d1f0c",
        "notahash",
        "magnolia",
    ] {
        let found = bytes.windows(original.len()).any(|window| window == original.as_bytes());
        assert!(!found, "{original} is in the restored copy");
    }
}

#[test]
fn a_new_column_is_found_and_the_lines_in_the_manual_are_those_that_are_printed() {
    let world = papillon();
    world.database("papillon.db").execute_batch(&example(MAP, "papillon-2.1.sql")).unwrap();
    let lines = example(MAP, "lines-to-add");
    on_papillon(&world, "papillon.toml", &["map", "check"]).exits(3).says(lines.trim_end());
    on_papillon(&world, "papillon.toml", &["backup", "-o", "papillon.zst"]).exits(4);
    assert!(!world.path("papillon.zst").exists());
    let (_, line) = lines.split_once('\n').expect("a heading and a line");
    let map = example(MAP, "papillon.toml").replace("[table.client]\n", &format!("[table.client]\n{line}"));
    fs::write(world.path("papillon-2.1.toml"), map).unwrap();
    on_papillon(&world, "papillon-2.1.toml", &["map", "check"]).exits(0);
}

#[test]
fn a_map_of_three_lines_and_what_the_check_prints_is_complete() {
    let world = papillon();
    let beginning = "name = \"mine\"\nformat = 1\nfor = \"our CRM\"\n";
    fs::write(world.path("mine.toml"), beginning).unwrap();
    let printed = on_papillon(&world, "mine.toml", &["map", "check"]).exits(3).stdout();
    let (_, lines) = printed.split_once("# careful guesses").expect("lines to add");
    let (_, lines) = lines.split_once('\n').expect("lines after the comment");
    fs::write(world.path("mine.toml"), format!("{beginning}\n{lines}")).unwrap();
    on_papillon(&world, "mine.toml", &["map", "check"]).exits(0);
    on_papillon(&world, "mine.toml", &["backup", "-o", "papillon.zst"]).exits(0);
}

#[test]
fn a_map_that_extends_the_one_in_the_manual_works() {
    let world = papillon();
    world
        .database("papillon.db")
        .execute_batch("CREATE TABLE loyalty_card (client INTEGER, number TEXT)")
        .unwrap();
    on_papillon(&world, "papillon.toml", &["map", "check"]).exits(3);
    fs::write(world.path("our.toml"), example(MAP, "overlay")).unwrap();
    on_papillon(&world, "our.toml", &["map", "check"]).exits(0);
    let told =
        on_papillon(&world, "our.toml", &["--json", "map", "explain", "client.civility"]).exits(0).stdout();
    assert!(told.contains("our.toml") && told.contains("blank"), "{told}");
}

#[test]
fn every_piece_of_a_map_in_the_manual_is_in_the_language() {
    let world = papillon();
    let header = "name = \"piece\"\nformat = 1\nfor = \"a piece\"\n";
    for piece in examples(MAP, "fragment") {
        fs::write(world.path("piece.toml"), format!("{header}{piece}")).unwrap();
        // Status 3: it can be read, and of course does not fit this database.
        on_papillon(&world, "piece.toml", &["map", "check"]).exits(3);
    }
    fs::write(world.path("wrong.toml"), format!("{header}{}", example(MAP, "error"))).unwrap();
    on_papillon(&world, "wrong.toml", &["map", "check"])
        .exits(2)
        .complains("wrong.toml:5:9")
        .complains("did you mean");
}

#[test]
fn words_that_are_not_there_yet_are_refused_by_name() {
    let world = papillon();
    let page = read(MAP);
    let (_, section) = page.split_once(".SH \"NOT YET\"\n").expect("the section");
    let header = "name = \"x\"\nformat = 1\nfor = \"x\"\n";
    for (word, map) in [
        ("types-from", "[table.client]\nname = { owner = \"*\", type-in = \"x\", types-from = {} }"),
        ("as-column", "[table.client]\nname = { as-column = \"x\" }"),
        ("owns", "[table.client]\nname = { owns = \"x\" }"),
        ("prefix", "prefix = \"x\""),
        ("tenant", "tenant = \"x\""),
    ] {
        assert!(unescape(section).contains(word), "{word} is in the manual");
        fs::write(world.path("x.toml"), format!("{header}{map}\n")).unwrap();
        on_papillon(&world, "x.toml", &["map", "check"])
            .exits(2)
            .complains(word)
            .complains("crm-admin-map(5)");
    }
}
