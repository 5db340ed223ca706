//! A small CRM of one's own: persons, with whatever a test gives them, and an administrator who may erase them.

use super::{PASSWORD, private};
use crate::world::{World, text};

/// The table of those who may log in.
const USERS: &str = "CREATE TABLE user (id INTEGER PRIMARY KEY, login TEXT, hash TEXT, admin INTEGER);";

/// What every such map says: numbers tell nobody, a contact is a person, and who is an administrator.
const MAP: &str = r#"
name = "small"
format = 1
for = "a small CRM"
[everywhere.types]
INTEGER = "keep"
[table.user]
login = "login"
hash = "secret"
[accounts.staff]
table = "user"
key = "id"
login = "login"
hash = { column = "hash", schemes = ["argon2id"] }
administrator = "admin"
[relations.contact]
table = "person"
key = "id"
label = "name"
"#;

/// A small CRM with these tables, of which the map says so.
pub fn small(tables: &str, map: &str) -> World {
    let world = World::with(&format!("{USERS}\n{tables}"), &format!("{MAP}\n{map}"));
    let demo = super::world(1, 1);
    let hash = text(&demo.database("crm.db"), "SELECT password_hash FROM user WHERE login = 'admin'");
    world.database("crm.db").execute("INSERT INTO user VALUES (1, 'admin', ?1, 1)", [hash]).unwrap();
    private(&world, "password", PASSWORD);
    world
}
