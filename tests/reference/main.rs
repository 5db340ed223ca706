//! The reference schema in a real database: its keys, its map, its full-text index, and the demo's rows in it.
#![allow(clippy::disallowed_methods, reason = "a test looks at databases itself")]
// The engine itself is asked here, to see what the store's door would not show.

use crm_admin::progress::Silence;
use crm_admin::reference::{self, Administrator, Filled};
use crm_admin::schema::Map;
use crm_admin::store::sqlite::{NewDatabase, Options, Sqlite};
use crm_admin::store::{Catalog, Health, Store};
use rusqlite::Connection;
use std::path::PathBuf;
use tempfile::TempDir;

/// A database with so many synthetic contacts.
struct Demo {
    folder: TempDir,
    filled: Filled,
}

impl Demo {
    fn of(contacts: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("crm.db");
        std::fs::File::create(&file).unwrap();
        let mut new = NewDatabase::from_script(&file, reference::SCHEMA).unwrap();
        let mut transaction = new.transaction().unwrap();
        let now = "2026-05-04T09:30:00Z".parse().unwrap();
        let administrator = Administrator { login: "admin".to_owned(), hash: "$argon2id$".to_owned() };
        reference::seed(&mut *transaction, &administrator, now).unwrap();
        let filled = reference::fill(&mut *transaction, contacts, 1, now, &mut Silence).unwrap();
        transaction.commit().unwrap();
        Demo { folder, filled }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("crm.db")
    }

    fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn number(&self, sql: &str) -> i64 {
        self.raw().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn store(&self) -> Sqlite {
        Sqlite::open(&self.path(), &Options::default()).unwrap()
    }

    fn catalog(&self) -> Catalog {
        self.store().catalog().unwrap()
    }
}

#[test]
fn the_database_says_what_it_is() {
    let demo = Demo::of(0);
    assert_eq!(demo.number("PRAGMA application_id"), i64::from(reference::APPLICATION_ID));
    assert_eq!(demo.number("PRAGMA user_version"), 2);
}

#[test]
fn every_foreign_key_has_an_index_that_begins_with_it() {
    let catalog = Demo::of(0).catalog();
    let mut keys = 0;
    for table in catalog.data_tables() {
        for key in &table.foreign_keys {
            keys += 1;
            let column = &key.columns[0];
            let first = |parts: &[crm_admin::store::IndexPart]| parts[0].column.as_ref() == Some(column);
            let indexed = table.indexes.iter().any(|index| first(&index.parts));
            assert!(indexed || table.primary_key.first() == Some(column), "{}.{column}", table.name);
        }
    }
    assert!(keys > 40, "{keys} foreign keys");
}

#[test]
fn the_shipped_map_is_complete_and_says_nothing_in_vain() {
    let check = Map::load("reference").unwrap().check(&Demo::of(0).catalog());
    assert!(check.unmapped.is_empty(), "{:#?}", check.unmapped);
    assert!(check.stale.is_empty(), "{:#?}", check.stale);
    assert!(check.misfits.is_empty(), "{:#?}", check.misfits);
    // Moments, counts and flags about passwords and logins; a hash or a login would not be kept.
    let about = |what: &str| what.contains(".password_") || what.contains(".last_login_at");
    assert!(check.warnings.iter().all(|warning| about(&warning.what)), "{:#?}", check.warnings);
}

#[test]
fn the_map_knows_every_setting_that_a_new_database_has() {
    let demo = Demo::of(1);
    let map = Map::shipped_text("reference").unwrap();
    let raw = demo.raw();
    let mut names = raw.prepare("SELECT name FROM setting").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() > 8);
    assert!(names.iter().all(|name| map.contains(&format!("\"{name}\" ="))), "{names:?}");
}

#[test]
fn the_demo_breaks_no_rule_of_the_schema() {
    let demo = Demo::of(400);
    assert_eq!(demo.store().snapshot().unwrap().health().unwrap(), Health::default());
    let check: String = demo.raw().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    assert_eq!(demo.number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    for (table, rows) in &demo.filled.counts {
        let there = demo.number(&format!("SELECT count(*) FROM \"{table}\""));
        let seeded = ["setting", "user", "user_template", "user_preference"].contains(table);
        assert!(there == *rows as i64 || (seeded && there > *rows as i64), "{table}");
    }
}

#[test]
fn no_table_of_the_schema_is_left_empty() {
    let demo = Demo::of(400);
    for table in demo.catalog().data_tables() {
        assert!(demo.number(&format!("SELECT count(*) FROM \"{}\"", table.name)) > 0, "{}", table.name);
    }
    assert!(demo.number("SELECT count(*) FROM marketing_contacts") > 300);
    for fact in [
        "contact WHERE merged_into > 0",
        "lead WHERE converted_contact_id > 0",
        "company WHERE parent_id > 0",
    ] {
        assert!(demo.number(&format!("SELECT count(*) FROM {fact}")) > 0, "{fact}");
    }
}

#[test]
fn the_full_text_index_follows_the_notes() {
    let demo = Demo::of(50);
    let raw = demo.raw();
    let found = |word: &str| -> i64 {
        let sql = "SELECT count(*) FROM note_search WHERE note_search MATCH ?1";
        raw.query_row(sql, [format!("\"{word}\"")], |row| row.get(0)).unwrap()
    };
    raw.execute("UPDATE note SET body = 'Épicéa' WHERE id = 1", []).unwrap();
    assert_eq!(found("epicea"), 1);
    raw.execute("DELETE FROM note WHERE id = 1", []).unwrap();
    assert_eq!(found("epicea"), 0);
    raw.execute("INSERT INTO note_search (note_search, rank) VALUES ('integrity-check', 1)", []).unwrap();
}

#[test]
fn history_keeps_what_an_opportunity_was_and_no_title_on_its_way_out() {
    let demo = Demo::of(50);
    let rows = || demo.number("SELECT count(*) FROM opportunity_history WHERE opportunity_id = 1");
    let before = rows();
    demo.raw().execute("UPDATE opportunity SET title = 'x' WHERE id = 1", []).unwrap();
    assert_eq!(rows(), before);
    demo.raw().execute("UPDATE opportunity SET amount_cents = amount_cents + 1 WHERE id = 1", []).unwrap();
    assert_eq!(rows(), before + 1);
}

#[test]
fn wrong_values_are_refused() {
    let demo = Demo::of(20);
    let twin =
        "INSERT INTO email (contact_id, address) SELECT 2, upper(address) FROM email WHERE contact_id = 1";
    for wrong in [
        twin,
        "UPDATE user SET login = 'ADMIN' WHERE id = 2",
        "UPDATE contact SET marketing_objection = 2 WHERE id = 1",
        "UPDATE contact SET birth_date = '1985-02-30' WHERE id = 1",
        "UPDATE contact SET created_at = '2026-05-04 09:30:00' WHERE id = 1",
        "UPDATE contact SET custom = '{' WHERE id = 1",
        "UPDATE opportunity SET amount_cents = 12.5 WHERE id = 1",
        "UPDATE note SET company_id = 1, contact_id = 1 WHERE id = 1",
        "DELETE FROM company WHERE id = 1",
    ] {
        let raw = demo.raw();
        raw.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        assert!(raw.execute(wrong, []).is_err(), "{wrong}");
    }
}

/// The ERP of the same demo.
struct Erp {
    folder: TempDir,
}

impl Erp {
    fn of(contacts: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("erp.db");
        std::fs::File::create(&file).unwrap();
        let mut new = NewDatabase::from_script(&file, reference::ERP_SCHEMA).unwrap();
        let mut transaction = new.transaction().unwrap();
        let now = "2026-05-04T09:30:00Z".parse().unwrap();
        let administrator = Administrator { login: "admin".to_owned(), hash: "$argon2id$".to_owned() };
        reference::seed(&mut *transaction, &administrator, now).unwrap();
        reference::add_company(&mut *transaction, reference::COMPANY, now).unwrap();
        reference::fill_erp(&mut *transaction, contacts, 1, now, &mut Silence).unwrap();
        transaction.commit().unwrap();
        Erp { folder }
    }

    fn raw(&self) -> Connection {
        Connection::open(self.folder.path().join("erp.db")).unwrap()
    }

    fn catalog(&self) -> Catalog {
        Sqlite::open(&self.folder.path().join("erp.db"), &Options::default()).unwrap().catalog().unwrap()
    }
}

#[test]
fn the_erp_s_map_is_complete_and_its_keys_have_indexes() {
    let catalog = Erp::of(50).catalog();
    let check = Map::load("reference-erp").unwrap().check(&catalog);
    assert!(check.is_complete(), "{check:#?}");
    for table in catalog.data_tables() {
        for key in &table.foreign_keys {
            assert!(table.is_indexed(&key.columns[0]), "{}.{}", table.name, key.columns[0]);
        }
    }
    assert_eq!(reference::map_of(&catalog), Some("reference-erp"));
    assert_eq!(reference::map_of(&Demo::of(0).catalog()), Some("reference"));
}

#[test]
fn the_demo_erp_knows_every_customer_of_the_demo_crm_and_some_that_it_does_not() {
    let (crm, erp) = (Demo::of(400), Erp::of(400));
    let list = |database: &Connection, only: &str| -> Vec<String> {
        let sql = format!(
            "SELECT code || kind || name || coalesce(siret, '') || email || phone || marketing_objection
             FROM third_party {only} ORDER BY code"
        );
        let mut statement = database.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let known = list(&crm.raw(), "");
    assert!(known.len() > 20);
    assert_eq!(known, list(&erp.raw(), "WHERE code LIKE 'C%'"));
    let number = |sql: &str| -> i64 { erp.raw().query_row(sql, [], |row| row.get(0)).unwrap() };
    assert!(number("SELECT count(*) FROM third_party WHERE code LIKE 'N%'") > 2);
    for table in ["invoice", "bank_account"] {
        assert!(number(&format!("SELECT count(*) FROM {table}")) > 10, "{table}");
    }
    assert_eq!(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}
