//! A busy database, in which old bytes lie everywhere: nothing of what was erased is left in it.

use super::bytes::words_of;
use super::{erase, left, values_of, world};
use crate::counts::{count, is_full};
use crate::world::texts;
use rusqlite::Connection;
use std::fs;

/// Makes a database as busy ones are: rows grown, shrunk and thrown away with nothing overwritten, old statistics.
pub fn wear_out(database: &Connection, seed: u64) {
    database
        .execute_batch(&format!(
            "PRAGMA secure_delete = OFF;
             UPDATE note SET body = body || ' ' || title || hex(randomblob({})) WHERE id % 2 = {};
             UPDATE contact SET custom = json_object('profile', hex(randomblob(60))) WHERE id % 3 = 1;
             UPDATE contact SET custom = '{{}}' WHERE id % 3 = 1;
             UPDATE communication SET body = substr(body, 1, 40) WHERE id % 2 = 0;
             INSERT INTO note (company_id, title, body, created_at)
                 SELECT company_id, title, body || body, created_at FROM note WHERE company_id IS NOT NULL;
             UPDATE note SET body = substr(body, 1, length(body) / 2) WHERE id % 2 = {};
             DELETE FROM note WHERE id % 7 = {};
             ANALYZE;",
            100 + seed * 37,
            seed % 2,
            seed % 2,
            seed % 7
        ))
        .unwrap();
}

/// Contacts with notes, the same ones for the same seed, and others for another.
pub fn some_contacts(database: &Connection, seed: u64, many: usize) -> Vec<i64> {
    let sql = "SELECT DISTINCT contact_id FROM note WHERE contact_id IS NOT NULL ORDER BY contact_id";
    let mut statement = database.prepare(sql).unwrap();
    let mut ids: Vec<i64> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let places = ids.len();
    ids.rotate_left(seed as usize * 7 % places);
    ids.truncate(many);
    ids
}

#[test]
fn nothing_of_it_is_left_in_a_busy_database() {
    let (seeds, many) = (count(4, 30), if is_full() { 5 } else { 2 });
    let (mut left_by_others, mut words_left_by_others) = (0, 0);
    for seed in 1..=seeds {
        let world = world(60, seed);
        let database = world.database("crm.db");
        wear_out(&database, seed);
        let contacts = some_contacts(&database, seed, many);
        drop(database);
        fs::rename(world.path("crm.db"), world.path("worn.db")).unwrap();
        for contact in contacts {
            fs::copy(world.path("worn.db"), world.path("crm.db")).unwrap();
            let values = values_of(&world.database("crm.db"), contact);
            let words = words_of(&world.database("crm.db"), contact);
            assert!(values.len() > 5);
            erase(&world, &["contact", &contact.to_string(), "--yes"]).exits(0);
            assert_eq!(left(&world, &values), Vec::<String>::new(), "seed {seed}, contact {contact}");
            assert_eq!(left(&world, &words), Vec::<String>::new(), "words, seed {seed}, contact {contact}");
            assert_eq!(texts(&world.database("crm.db"), "PRAGMA integrity_check"), ["ok"]);

            // The same rows, deleted as anybody would, leave what this search finds.
            fs::copy(world.path("worn.db"), world.path("crm.db")).unwrap();
            delete_plainly(&world.database("crm.db"), contact);
            left_by_others += left(&world, &values).len();
            words_left_by_others += left(&world, &words).len();
        }
    }
    assert!(left_by_others > 0, "the search finds nothing at all");
    assert!(words_left_by_others > 0, "the search finds no word at all");
}

/// Deletes a contact's rows as a program would that was never told about bytes.
fn delete_plainly(database: &Connection, contact: i64) {
    database.execute_batch("PRAGMA secure_delete = OFF; PRAGMA foreign_keys = OFF").unwrap();
    for table in ["address", "phone", "email", "note", "communication", "document", "opportunity"] {
        database.execute(&format!("DELETE FROM {table} WHERE contact_id = ?1"), [contact]).unwrap();
    }
    database.execute("DELETE FROM contact WHERE id = ?1", [contact]).unwrap();
}
