//! Erasing a relation: what goes, what stays, and what is left in the bytes.

mod bytes;
mod kills;
mod lists;
mod owed;
mod papers;
mod rules;
mod small;
mod switched_off;
mod tangled;
mod worn;

use crate::world::{Told, World, number, texts};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// The administrator's password once the temporary one is replaced.
const PASSWORD: &str = "Sommet-Vert-92-Azur";

/// A demo world with an administrator who may act.
pub fn world(contacts: u64, seed: u64) -> World {
    let world = World::empty();
    let (contacts, seed) = (contacts.to_string(), seed.to_string());
    let init =
        ["init", "crm.db", "--admin", "admin", "--demo", &contacts, "--seed", &seed, "--deliver", "print"];
    let told = world.run(init).exits(0).stdout();
    let temporary = told.lines().find_map(|line| line.strip_prefix("admin\t")).expect("it was printed");
    private(&world, "old", temporary);
    private(&world, "password", PASSWORD);
    let change = ["user", "passwd", "admin", "--password-file", "old", "--new-password-file", "password"];
    world.on_crm(change).exits(0);
    world
}

fn private(world: &World, name: &str, text: &str) {
    fs::write(world.path(name), text).unwrap();
    fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
}

/// Runs `erase` as the administrator.
pub fn erase(world: &World, arguments: &[&str]) -> Told {
    let who = ["--as", "admin", "erase", "--as-password-file", "password"];
    world.on_crm(who.iter().chain(arguments))
}

/// The acts of the ledger whose command begins like this.
pub fn acts(world: &World, command: &str) -> Vec<serde_json::Value> {
    let told = world.on_crm(["ledger", "show", "--json"]).exits(0).json();
    let acts = told["rows"].as_array().unwrap().iter();
    acts.filter(|act| act["command"].as_str().unwrap().starts_with(command)).cloned().collect()
}

type Rows = BTreeMap<String, BTreeMap<String, Vec<(String, Value)>>>;

/// Every row of every table of our own, by its key.
fn rows(database: &Connection) -> Rows {
    let tables = texts(
        database,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    let mut all = Rows::new();
    for table in tables {
        let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut found = BTreeMap::new();
        let mut read = statement.query([]).unwrap();
        while let Some(row) = read.next().unwrap() {
            let cells: Vec<(String, Value)> =
                names.iter().enumerate().map(|(at, name)| (name.clone(), row.get(at).unwrap())).collect();
            found.insert(format!("{:?}", cells[0].1), cells);
        }
        all.insert(table, found);
    }
    all
}

/// Columns by which a row of somebody else mentions what was erased.
const MENTIONS: [&str; 4] = ["parent_id", "main_contact_id", "opportunity_id", "merged_into"];

#[test]
fn everything_attached_goes_and_nothing_else() {
    let world = world(120, 3);
    let database = world.database("crm.db");
    let company = number(
        &database,
        "SELECT company_id FROM contact JOIN company ON company.id = company_id WHERE third_party_id IS NULL
         GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    );
    let contacts: BTreeSet<i64> =
        ids(&database, &format!("SELECT id FROM contact WHERE company_id = {company}"));
    let before = rows(&database);
    drop(database);
    erase(&world, &["company", &company.to_string(), "--yes"]).exits(0);

    let after = rows(&world.database("crm.db"));
    let mut gone = 0;
    for (table, rows) in &before {
        for (key, cells) in rows {
            let cell = |name: &str| cells.iter().find(|(column, _)| column == name).map(|(_, value)| value);
            let is = |name: &str, wanted: &dyn Fn(i64) -> bool| matches!(cell(name), Some(Value::Integer(id)) if wanted(*id));
            let Some(left) = after[table].get(key) else {
                gone += 1;
                let attached = is("company_id", &|id| id == company)
                    || is("contact_id", &|id| contacts.contains(&id))
                    || (table == "company" && is("id", &|id| id == company))
                    || (table == "lead" && is("converted_contact_id", &|id| contacts.contains(&id)))
                    || ["opportunity_history", "document"].contains(&table.as_str());
                assert!(attached || is("lead_id", &|_| true), "{table} {key} belongs to somebody else");
                continue;
            };
            assert!(!is("company_id", &|id| id == company), "{table} {key} is left");
            assert!(!is("contact_id", &|id| contacts.contains(&id)), "{table} {key} is left");
            for ((name, was), (_, is)) in cells.iter().zip(left) {
                let detached = MENTIONS.contains(&name.as_str()) && *is == Value::Null;
                assert!(was == is || detached, "{table}.{name} of {key} was changed");
            }
        }
        assert!(after[table].keys().all(|key| rows.contains_key(key)), "{table} has new rows");
    }
    assert!(gone > 10, "{gone} rows went");
    let database = world.database("crm.db");
    assert_eq!(texts(&database, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts(&database, "SELECT \"table\" FROM pragma_foreign_key_check").len(), 0);
}

fn ids(database: &Connection, sql: &str) -> BTreeSet<i64> {
    let mut statement = database.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The texts of a contact's rows that have at least eight bytes.
fn values_of(database: &Connection, contact: i64) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for table in ["contact", "address", "phone", "email", "note", "communication", "document", "opportunity"]
    {
        let key = if table == "contact" { "id" } else { "contact_id" };
        let mut statement =
            database.prepare(&format!("SELECT * FROM {table} WHERE {key} = {contact}")).unwrap();
        let columns = statement.column_count();
        let mut read = statement.query([]).unwrap();
        while let Some(row) = read.next().unwrap() {
            for at in 0..columns {
                if let Ok(text) = row.get::<_, String>(at)
                    && text.len() >= 8
                {
                    values.insert(text);
                }
            }
        }
    }
    values
}

/// Which of the values stand somewhere in the bytes and in no row. A row may hold one in a text, or in a file that
/// somebody else was sent: a company's contract names its contact's address. The schema holds words that a column
/// takes from a list.
fn left(world: &World, values: &BTreeSet<String>) -> Vec<String> {
    let database = world.database("crm.db");
    let live: Vec<Vec<u8>> = rows(&database)
        .into_values()
        .flat_map(BTreeMap::into_values)
        .flatten()
        .filter_map(|(_, value)| match value {
            Value::Text(text) => Some(text.into_bytes()),
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        })
        .chain(texts(&database, "SELECT sql FROM sqlite_schema").into_iter().map(String::into_bytes))
        .collect();
    let files: Vec<Vec<u8>> = ["crm.db", "crm.db-wal", "crm.db-journal"]
        .iter()
        .filter_map(|name| fs::read(world.path(name)).ok())
        .collect();
    let stands_in = |all: &[Vec<u8>], wanted: &[u8]| {
        all.iter().any(|bytes| bytes.windows(wanted.len()).any(|window| window == wanted))
    };
    let is_live = |value: &String| stands_in(&live, value.as_bytes());
    // A database holds its texts in one of three ways, and words of full-text indexes in the first of them.
    let wide = |unit: fn(u16) -> [u8; 2]| {
        move |value: &str| value.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let is_there = |value: &String| {
        stands_in(&files, value.as_bytes())
            || stands_in(&files, &little(value))
            || stands_in(&files, &big(value))
    };
    values.iter().filter(|value| !is_live(value) && is_there(value)).cloned().collect()
}

#[test]
fn a_company_of_the_erp_is_refused_and_nothing_changes() {
    let world = world(60, 7);
    let database = world.database("crm.db");
    let company =
        number(&database, "SELECT id FROM company WHERE third_party_id IS NOT NULL LIMIT 1").to_string();
    drop(database);
    let before = fs::read(world.path("crm.db")).unwrap();
    erase(&world, &["company", &company, "--yes"]).exits(4).complains("in the ERP");
    assert!(before == fs::read(world.path("crm.db")).unwrap());
}

#[test]
fn an_id_is_read_strictly_and_a_dry_run_changes_nothing() {
    let world = world(20, 7);
    for id in [" 2 ", "2e0", "+2", "02", "", "2.0", "x"] {
        erase(&world, &["contact", id, "--yes"]).exits(2);
    }
    erase(&world, &["contact", "99999", "--yes"]).exits(5);
    let before = fs::read(world.path("crm.db")).unwrap();
    erase(&world, &["contact", "2", "--dry-run"]).exits(0).says("contact");
    erase(&world, &["contact", "2"]).exits(2).complains("--yes");
    world.on_crm(["erase", "contact", "2", "--yes"]).exits(2).complains("--as");
    assert!(before == fs::read(world.path("crm.db")).unwrap());
}

#[test]
fn a_reader_of_the_log_delays_the_proof() {
    let world = world(40, 5);
    let database = world.database("crm.db");
    let values = values_of(&database, 3);
    database.execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM contact").unwrap();
    let reading: i64 = number(&database, "SELECT count(*) FROM contact");
    assert!(reading > 0);
    erase(&world, &["contact", "3", "--yes", "--lock-wait", "100ms"]).exits(8).complains("reads the log");
    let owed = fs::read(world.path("crm.db.crm-admin/owed.json")).unwrap();
    let owed = String::from_utf8_lossy(&owed);
    assert!(values.iter().all(|value| !owed.contains(value.as_str())), "the values are kept as digests");
    database.execute_batch("COMMIT").unwrap();
    drop(database);
    erase(&world, &["resume"]).exits(0).says("completed\t1");
    assert_eq!(left(&world, &values), Vec::<String>::new());
    erase(&world, &["resume"]).exits(0).says("completed\t0");
}

#[test]
fn of_two_at_once_one_erases_and_one_finds_nothing_or_something_else_than_it_planned() {
    let world = world(30, 5);
    let start = || {
        let mut command = world.program();
        command.args(["--db", "crm.db", "--as", "admin", "erase", "--as-password-file", "password"]);
        command.args(["contact", "4", "--yes", "--lock-wait", "60s"]).spawn().unwrap()
    };
    let (mut one, mut other) = (start(), start());
    let mut statuses = [one.wait().unwrap().code().unwrap(), other.wait().unwrap().code().unwrap()];
    statuses.sort_unstable();
    assert!(matches!(statuses, [0, 4 | 5]), "{statuses:?}");
}

#[test]
fn a_certificate_tells_what_was_done_and_not_to_whom() {
    let world = world(40, 5);
    let values = values_of(&world.database("crm.db"), 3);
    let told =
        erase(&world, &["contact", "3", "--yes", "--certificate", "c.json", "--certificate-text", "c.txt"])
            .exits(0);
    assert!(told.stdout().contains("proven\tyes"));
    let ledger = fs::read_to_string(world.path("crm.db.crm-admin/ledger.jsonl")).unwrap();
    for text in [
        fs::read_to_string(world.path("c.json")).unwrap(),
        fs::read_to_string(world.path("c.txt")).unwrap(),
        ledger,
    ] {
        // Moments and words of the schema are nobody's.
        let personal = values
            .iter()
            .filter(|value| !value.ends_with('Z') && !value.contains("/") && value.contains(' '));
        assert!(personal.clone().count() > 2);
        assert!(personal.into_iter().all(|value| !text.contains(value.as_str())), "{text}");
    }
    world.on_crm(["erase", "verify", "c.json"]).exits(0).says("proven");
    let changed = fs::read_to_string(world.path("c.json")).unwrap().replacen("proven", "proved", 1);
    fs::write(world.path("changed.json"), changed).unwrap();
    world.on_crm(["erase", "verify", "changed.json"]).exits(7);
    erase(&world, &["contact", "4", "--yes", "--certificate", "c.json"]).exits(4);
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM contact WHERE id = 4"), 1);
}

#[test]
fn an_older_copy_forgets_again() {
    let world = world(40, 5);
    fs::copy(world.path("crm.db"), world.path("older.db")).unwrap();
    erase(&world, &["contact", "3", "--yes"]).exits(0);
    fs::rename(world.path("older.db"), world.path("crm.db")).unwrap();
    erase(&world, &["replay", "--yes"]).exits(0);
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM contact WHERE id = 3"), 0);
    erase(&world, &["replay", "--yes"]).exits(0);
}

#[test]
fn a_list_erases_one_after_the_other() {
    let world = world(40, 5);
    fs::write(world.path("list"), "contact 3\nlead 1\n").unwrap();
    erase(&world, &["--from", "list", "--yes"]).exits(0);
    let database = world.database("crm.db");
    assert_eq!(
        number(
            &database,
            "SELECT (SELECT count(*) FROM contact WHERE id = 3) + (SELECT count(*) FROM lead WHERE id = 1)"
        ),
        0
    );
    world.on_crm(["--as", "admin", "erase", "--from", "-", "--as-password-stdin", "--yes"]).exits(2);
}
