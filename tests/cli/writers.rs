//! A backup while others write: what it holds is one moment, and nobody is disturbed more than was said.

use crate::counts::count;
use crate::world::{World, number};
use rusqlite::{Connection, TransactionBehavior};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// So many accounts, with so much on each.
const ACCOUNTS: i64 = 100_000;
const BALANCE: i64 = 1000;
/// What a writer rests after each transaction: with it, 50 come in a second.
const REST: Duration = Duration::from_millis(18);

const MAP: &str = r#"
name = "bank"
format = 1
for = "accounts between which amounts move"
[table.account]
id = "keep"
holder = "full-name"
balance = "keep"
[table.transfer]
id = "keep"
amount = "keep"
"#;

/// Accounts, and the transfers between them. Each transfer moves an amount, adds a row, and counts itself on the first
/// account: in every moment the sum of all balances says how many rows there are.
fn bank(mode: &str) -> World {
    let script = format!(
        "PRAGMA journal_mode = {mode};
         CREATE TABLE account (id INTEGER PRIMARY KEY, holder TEXT, balance INTEGER NOT NULL);
         CREATE TABLE transfer (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ACCOUNTS})
         INSERT INTO account SELECT i, 'Canari Durand' || i, {BALANCE} FROM n;"
    );
    World::with(&script, MAP)
}

/// What one writer did.
#[derive(Default)]
struct Wrote {
    transfers: u64,
    errors: Vec<String>,
}

/// Moves amounts from account to account until it is stopped.
fn write(mut database: Connection, seed: i64, stop: &AtomicBool) -> Wrote {
    database.busy_timeout(Duration::from_secs(60)).unwrap();
    database.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let mut wrote = Wrote::default();
    let mut state = seed;
    let mut account = || {
        state = (state * 48_271) % 2_147_483_647;
        state % ACCOUNTS + 1
    };
    while !stop.load(Ordering::Relaxed) {
        match transfer(&mut database, account(), account()) {
            Ok(()) => wrote.transfers += 1,
            Err(error) => wrote.errors.push(error.to_string()),
        }
        thread::sleep(REST);
    }
    wrote
}

fn transfer(database: &mut Connection, from: i64, to: i64) -> rusqlite::Result<()> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("UPDATE account SET balance = balance - 7 WHERE id = ?1", [from])?;
    transaction.execute("UPDATE account SET balance = balance + 7 WHERE id = ?1", [to])?;
    transaction.execute("INSERT INTO transfer (amount) VALUES (7)", [])?;
    transaction.execute("UPDATE account SET balance = balance + 1 WHERE id = 1", [])?;
    transaction.commit()
}

/// Backs up while two write; what the writers did, and what the program said.
fn backed_up_meanwhile(world: &World) -> (Vec<Wrote>, String) {
    let stop = &AtomicBool::new(false);
    thread::scope(|scope| {
        let writers: Vec<_> = [11, 4242]
            .into_iter()
            .map(|seed| (seed, world.database("crm.db")))
            .map(|(seed, database)| scope.spawn(move || write(database, seed, stop)))
            .collect();
        let mut command = world.on("crm.db");
        command.args(["--lock-wait", "60s", "--progress", "none", "backup", "-o", "out.zst"]);
        let output = command.stdout(Stdio::null()).output().unwrap();
        stop.store(true, Ordering::Relaxed);
        let wrote = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        (wrote, said)
    })
}

/// The restored copy is one moment of the bank.
#[track_caller]
fn assert_one_moment(world: &World) {
    let copy = world.unpacked("out.zst");
    let rows = number(&copy, "SELECT count(*) FROM transfer");
    assert_eq!(number(&copy, "SELECT count(*) FROM account"), ACCOUNTS);
    assert_eq!(number(&copy, "SELECT sum(balance) FROM account"), ACCOUNTS * BALANCE + rows);
    assert_eq!(number(&copy, "SELECT coalesce(max(id), 0) FROM transfer"), rows);
    std::fs::remove_file(world.path("out.zst")).unwrap();
    std::fs::remove_file(world.path("out.zst.unpacked.db")).unwrap();
}

#[test]
fn with_a_log_two_writers_are_not_disturbed_and_the_copy_is_one_moment() {
    let world = bank("WAL");
    // Without it the first connection to go would take the log with it.
    let _keeper = world.database("crm.db");
    for _ in 0..count(1, 20) {
        let (wrote, said) = backed_up_meanwhile(&world);
        assert!(!said.contains("has to wait"), "{said}");
        for writer in wrote {
            assert_eq!(writer.errors, [""; 0]);
            assert!(writer.transfers >= 5, "{} transfers were made meanwhile", writer.transfers);
        }
        assert_one_moment(&world);
    }
}

#[test]
fn with_a_rollback_journal_writers_wait_as_was_said_and_the_copy_is_one_moment() {
    let world = bank("DELETE");
    for _ in 0..count(1, 20) {
        let (wrote, said) = backed_up_meanwhile(&world);
        assert!(
            said.starts_with("The database is in rollback mode: whoever writes to it has to wait"),
            "{said}"
        );
        assert!(wrote.iter().all(|writer| writer.errors.is_empty()), "they waited, and then wrote");
        assert_one_moment(&world);
    }
}
