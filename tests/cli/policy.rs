//! The policy: on in a new database, nowhere in an old one until it is applied.

use crate::world::{World, number, text};

#[test]
fn a_new_database_has_its_policy_in_force() {
    let world = World::demo(20);
    let shown = world.on_crm(["policy", "show", "--json"]).exits(0).json();
    assert_eq!((&shown["applied"], &shown["rules"]["minimum-length"]), (&true.into(), &8.into()));
    assert!(shown["norms"].as_array().is_some_and(|norms| norms.len() >= 4));
    world.on_crm(["policy", "set", "minimum-length=12", "maximum-age-days=0"]).exits(0);
    let value = |name: &str| {
        text(&world.database("crm.db"), &format!("SELECT value FROM setting WHERE name = '{name}'"))
    };
    assert_eq!([value("password.minimum-length"), value("password.maximum-age-days")], ["12", "0"]);
    world.on_crm(["policy", "set", "minimum-lenth=12"]).exits(2);
    world.on_crm(["policy", "set", "minimum-classes=5"]).exits(2);
}

#[test]
fn an_old_database_has_none_until_it_is_applied() {
    let world = World::demo(20);
    world.database("crm.db").execute_batch("DELETE FROM setting WHERE name LIKE 'password.%'").unwrap();
    world.on_crm(["audit", "--fail-on", "none"]).exits(0).complains("no policy has been applied");
    let before = std::fs::read(world.path("crm.db")).unwrap();
    let planned = world.on_crm(["policy", "apply", "--dry-run", "--json"]).exits(0).json();
    assert!(planned["rows"].as_array().is_some_and(|rows| rows.len() > 5));
    assert!(std::fs::read(world.path("crm.db")).unwrap() == before);
    world.on_crm(["policy", "apply", "--yes"]).exits(0);
    let rules = "SELECT count(*) FROM setting WHERE name LIKE 'password.%'";
    assert_eq!(number(&world.database("crm.db"), rules), 8);
    let told = world.on_crm(["audit", "--fail-on", "none"]).exits(0);
    assert!(!told.stderr().contains("no policy has been applied"));
    let again = world.on_crm(["policy", "apply", "--yes", "--json"]).exits(0).json();
    assert_eq!(again["rows"].as_array().map(Vec::len), Some(0));
}

#[test]
fn it_can_be_applied_to_one_user_and_stands_in_the_state_folder_then() {
    let world = World::demo(20);
    world.database("crm.db").execute_batch("DELETE FROM setting WHERE name LIKE 'password.%'").unwrap();
    let login = text(&world.database("crm.db"), "SELECT login FROM user WHERE id = 3");
    let other = text(&world.database("crm.db"), "SELECT login FROM user WHERE id = 4");
    world.on_crm(["policy", "apply", "--user", &login, "--yes"]).exits(0);
    let in_force = |login: &str| {
        world.on_crm(["user", "show", login, "--json"]).exits(0).json()["policy_in_force"].clone()
    };
    assert_eq!([in_force(&login), in_force(&other)], [true, false]);
    assert_eq!(
        number(&world.database("crm.db"), "SELECT count(*) FROM setting WHERE name LIKE 'password.%'"),
        0
    );
}
