//! A company erased and proven gone, beside VACUUM in the same minute: `cargo bench --bench erase`.
//!
//! A company of 54 contacts and some 380 rows among `CONTACTS` (200,000) contacts, in a database without a full-text
//! index. Rounds alternate, so that a busy machine changes the ratios little; the figures are medians of `ROUNDS` (3).

#![allow(clippy::disallowed_macros, reason = "a benchmark has no voice but its own")]
#![allow(clippy::disallowed_methods, reason = "a benchmark makes databases itself")]

use crm_admin::erasure::{self, Options, Plan, RelationRef};
use crm_admin::schema::{CompleteMap, Map, RelationKind};
use crm_admin::store::sqlite::{self, Sqlite};
use crm_admin::store::{Scrub, Store};
use rusqlite::Connection;
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STAFF: u64 = 54;
const PASSWORD: &str = "Sommet-Vert-92-Azur";

fn main() {
    let contacts = setting("CONTACTS", 200_000);
    let rounds = setting("ROUNDS", 3) as usize;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for contacts in [contacts / 10, contacts] {
        let company = make(folder.path(), contacts);
        let bytes = fs::metadata(folder.path().join("whole.db")).unwrap().len();
        println!("{contacts} contacts, {} MB, company {company}", bytes >> 20);
        let mut figures: [Vec<f64>; 6] = Default::default();
        for _ in 0..rounds {
            let (plan, apply, commit) = delete(folder.path(), company);
            let (whole, memory) = erase(folder.path(), company);
            let vacuum = vacuum(folder.path());
            let round =
                [plan, apply, commit, whole.as_secs_f64(), memory as f64 / f64::from(1 << 20), vacuum];
            figures.iter_mut().zip(round).for_each(|(all, one)| all.push(one));
        }
        let [plan, apply, commit, whole, memory, vacuum] = figures.map(median);
        println!("  plan                      {:8.1} ms", plan * 1e3);
        println!("  delete and commit         {:8.1} ms   (wanted: under 100)", (apply + commit) * 1e3);
        println!("  the command, to the proof {:8.1} ms", whole * 1e3);
        println!("  VACUUM and checkpoint     {:8.1} ms", vacuum * 1e3);
        println!("  the command / VACUUM      {:8.3}      (wanted: at most 0.25 of 400 MB)", whole / vacuum);
        println!("  memory of the command     {memory:8.1} MB   (wanted: under 150)");
    }
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm-admin"));
    command.current_dir(folder).env_clear().args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn private(folder: &Path, name: &str, text: &str) {
    let mut options = fs::OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(folder.join(name)).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

/// Makes `whole.db` and `map.toml`; the company that is to go.
fn make(folder: &Path, contacts: u64) -> i64 {
    for name in ["whole.db", "whole.db-wal", "whole.db-shm"] {
        let _ = fs::remove_file(folder.join(name));
    }
    let _ = fs::remove_dir_all(folder.join("whole.db.crm-admin"));
    let many = contacts.to_string();
    let init = ["init", "whole.db", "--admin", "admin", "--demo", &many, "--seed", "1", "--deliver", "print"];
    let said = program(folder, &init).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    private(folder, "old", said.lines().find_map(|line| line.strip_prefix("admin\t")).expect("a password"));
    private(folder, "password", PASSWORD);
    let change = ["--db", "whole.db", "user", "passwd", "admin", "--password-file", "old"];
    let status = program(folder, &change).args(["--new-password-file", "password"]).status().unwrap();
    assert!(status.success());
    let database = Connection::open(folder.join("whole.db")).unwrap();
    let number = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let gone = drop_search_indexes(&database);
    let text = Map::shipped_text("reference").expect("it is shipped");
    let is_of_one = |line: &str| {
        line.contains("_search\"")
            || line.starts_with("[search]")
            || gone.iter().any(|name| line.starts_with(&format!("{name} ")))
    };
    let text = text.lines().filter(|line| !is_of_one(line)).collect::<Vec<_>>().join("\n");
    fs::write(folder.join("map.toml"), text.replace("name = \"reference\"", "name = \"bench\"")).unwrap();
    let company = number("SELECT id FROM company WHERE third_party_id IS NULL ORDER BY id DESC LIMIT 1");
    let staff = format!(
        "UPDATE contact SET company_id = {company} WHERE id IN (
             SELECT c.id FROM contact c JOIN company o ON o.id = c.company_id
             WHERE o.third_party_id IS NULL AND c.merged_into IS NULL ORDER BY c.id * 7919 % 100003 LIMIT {STAFF});
         PRAGMA journal_mode = DELETE; VACUUM;"
    );
    database.execute_batch(&staff).unwrap();
    company
}

/// Drops every full-text index and the triggers that tell them of changes; the names of the triggers.
fn drop_search_indexes(database: &Connection) -> Vec<String> {
    let names = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = names("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE %'");
    let is_of = |table: &String| {
        format!("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND instr(sql, '{table}')")
    };
    let triggers: Vec<String> = tables.iter().flat_map(|table| names(&is_of(table))).collect();
    triggers.iter().for_each(|name| database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
    tables.iter().for_each(|name| database.execute_batch(&format!("DROP TABLE {name}")).unwrap());
    triggers
}

fn copy(folder: &Path) {
    for name in ["crm.db-wal", "crm.db-shm"] {
        let _ = fs::remove_file(folder.join(name));
    }
    fs::copy(folder.join("whole.db"), folder.join("crm.db")).unwrap();
    // What another command has left to be written is not to be paid by the next one.
    let _ = Command::new("sync").status();
}

/// Plans, deletes and commits; the seconds of each.
fn delete(folder: &Path, company: i64) -> (f64, f64, f64) {
    copy(folder);
    let mut store = Sqlite::open(&folder.join("crm.db"), &sqlite::Options::default()).unwrap();
    let map: CompleteMap = Map::load(folder.join("map.toml").to_str().unwrap())
        .unwrap()
        .complete_for(&store.catalog().unwrap())
        .unwrap();
    store.let_triggers_run().unwrap();
    store.make_ready().unwrap();
    let relation = RelationRef { kind: RelationKind::Company, id: company.to_string() };
    let now = jiff::Timestamp::now();
    let as_of = now.strftime("%Y-%m-%d").to_string().parse().unwrap();
    let options = Options { keep_contacts: false, as_of, ordered: false };
    let since = Instant::now();
    let plan = Plan::for_relation(&relation, &map, &mut *store.snapshot().unwrap(), options).unwrap();
    let planned = since.elapsed();
    assert!((300..600).contains(&plan.deleted()), "{} rows", plan.deleted());
    let since = Instant::now();
    let mut change = store.transaction().unwrap();
    erasure::apply(&plan, &map, &mut *change, now).unwrap();
    let applied = since.elapsed();
    change.commit().unwrap();
    let committed = since.elapsed() - applied;
    (planned.as_secs_f64(), applied.as_secs_f64(), committed.as_secs_f64())
}

/// The whole command, and the most memory of its own that it had.
fn erase(folder: &Path, company: i64) -> (Duration, u64) {
    copy(folder);
    let id = company.to_string();
    let arguments =
        ["--db", "crm.db", "--map", "map.toml", "--as", "admin", "erase", "company", &id, "--yes"];
    let since = Instant::now();
    let mut command = program(folder, &arguments);
    command.args(["--as-password-file", "password"]).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut memory = 0;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return (since.elapsed(), memory);
        }
        memory = memory.max(anonymous(child.id()));
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What a process has of its own, in bytes.
fn anonymous(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}

/// What most people would do: VACUUM, and the log emptied. In seconds.
fn vacuum(folder: &Path) -> f64 {
    copy(folder);
    let database = Connection::open(folder.join("crm.db")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    let since = Instant::now();
    database.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    since.elapsed().as_secs_f64()
}
