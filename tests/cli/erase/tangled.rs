//! Rows that point at one another in every way.

use super::erase;
use super::small::small;
use crate::world::{number, texts};

/// A CRM whose rows point at one another in every way, with keys that were never declared and some that lead nowhere.
const TANGLED: &str = "
    PRAGMA foreign_keys = OFF;
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss INTEGER, best INTEGER REFERENCES thing (id) DEFERRABLE);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, person INTEGER REFERENCES person (id), text TEXT);
    CREATE TABLE note (id INTEGER PRIMARY KEY, resource TEXT, text TEXT);
    CREATE TABLE mail (id INTEGER PRIMARY KEY, address TEXT);
    CREATE TABLE person_mail (person INTEGER, mail INTEGER);
    INSERT INTO person VALUES (1, 'Canari Premier', 2, NULL), (2, 'Canari Second', 1, NULL), (3, 'Canari Seul', 3, NULL);
    INSERT INTO thing VALUES (1, 1, 'canari un'), (2, 2, 'canari deux'), (9, 77, 'canari perdu');
    UPDATE person SET best = id WHERE id < 3;
    INSERT INTO note VALUES (1, 'person,1', 'canari note un'), (2, 'person,2', 'canari note deux'), (3, 'thing,1', 'canari chose'), (4, 'person,-1', 'canari rien');
    INSERT INTO mail VALUES (1, 'canari.commun@exemple.test'), (2, 'canari.propre@exemple.test');
    INSERT INTO person_mail VALUES (1, 1), (2, 1), (1, 2);";

const TANGLED_MAP: &str = r#"
[table.person]
name = "full-name"
boss = { link = "person" }
best = { link = "thing" }
[table.thing]
person = { owner = "person" }
text = "free-text"
[table.note]
resource = { owner = "*", reference = "model,id" }
text = "free-text"
[table.mail]
address = "email"
[table.person_mail]
person = { owner = "person" }
mail = { owner = "mail", shared = true }
"#;

#[test]
fn cycles_shared_rows_and_rows_that_dangled_before_are_no_obstacle() {
    let world = small(TANGLED, TANGLED_MAP);
    let database = world.database("crm.db");
    let dangling = texts(&database, "SELECT \"table\" FROM pragma_foreign_key_check");
    drop(database);
    erase(&world, &["contact", "1", "--yes"]).exits(0);
    erase(&world, &["contact", "3", "--yes"]).exits(0);

    let database = world.database("crm.db");
    assert_eq!(texts(&database, "SELECT name FROM person"), ["Canari Second"]);
    assert_eq!(number(&database, "SELECT boss IS NULL AND best = 2 FROM person"), 1);
    assert_eq!(texts(&database, "SELECT text FROM thing ORDER BY id"), ["canari deux", "canari perdu"]);
    assert_eq!(texts(&database, "SELECT text FROM note ORDER BY id"), ["canari note deux", "canari rien"]);
    assert_eq!(texts(&database, "SELECT address FROM mail"), ["canari.commun@exemple.test"]);
    assert_eq!(number(&database, "SELECT count(*) FROM person_mail"), 1);
    assert_eq!(texts(&database, "SELECT \"table\" FROM pragma_foreign_key_check"), dangling);
}
