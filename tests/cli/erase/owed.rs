//! What is owed: after a reader, on a full disk, in an older copy.

use super::{PASSWORD, acts, erase, left, private, rows, values_of, world};
use crate::counts::count;
use crate::tools;
use crate::world::{Told, World, number};
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn what_a_reader_delays_is_completed_as_the_same_act_and_certified() {
    let world = world(40, 5);
    let database = world.database("crm.db");
    database.execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM contact").unwrap();
    assert!(number(&database, "SELECT count(*) FROM contact") > 0);
    fs::create_dir(world.path("papers")).unwrap();
    let owed = [
        "contact",
        "3",
        "--yes",
        "--lock-wait",
        "100ms",
        "--certificate",
        "owed.json",
        "--certificates",
        "papers",
    ];
    erase(&world, &owed).exits(8).complains("reads the log");
    world.on_crm(["erase", "verify", "owed.json"]).exits(0).says("ending\towed").says("in the ledger\towed");
    assert_eq!(fs::read_dir(world.path("papers")).unwrap().count(), 0, "nothing is proven yet");
    assert_eq!(acts(&world, "erase contact")[0]["status"], 8);
    let look = world.on_crm(["erase", "resume", "--dry-run"]).exits(0);
    assert!(look.stdout().contains("owed\t1"));
    database.execute_batch("COMMIT").unwrap();
    drop(database);
    // The relation is gone, and asking for it again completes what is owed.
    let told = erase(&world, &["contact", "3", "--yes", "--certificate", "proven.json"]).exits(0);
    assert!(told.stdout().contains("proven\tyes"));
    world.on_crm(["erase", "verify", "proven.json"]).exits(0).says("ending\tproven");
    let acts = acts(&world, "erase");
    assert_eq!((acts.len(), acts[0]["status"].as_u64()), (1, Some(0)), "{acts:?}");
    let papers: Vec<_> =
        fs::read_dir(world.path("papers")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(papers.len(), 1);
    world.on_crm(["erase", "verify", papers[0].to_str().unwrap()]).exits(0).says("ending\tproven");
    erase(&world, &["contact", "3", "--yes"]).exits(5);
}

#[test]
fn what_was_never_committed_is_never_called_erased() {
    let world = world(40, 5);
    let state = world.path("crm.db.crm-admin");
    let before = fs::read(world.path("crm.db")).unwrap();
    let values = values_of(&world.database("crm.db"), 3);
    // A debt that was written down, and no commit: as after a kill. Meanwhile the CRM goes on and adds a row.
    let database = world.database("crm.db");
    database.execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM contact").unwrap();
    assert!(number(&database, "SELECT count(*) FROM contact") > 0);
    erase(&world, &["contact", "3", "--yes", "--lock-wait", "100ms"]).exits(8);
    drop(database);
    for name in ["crm.db-wal", "crm.db-shm"] {
        let _ = fs::remove_file(world.path(name));
    }
    fs::write(world.path("crm.db"), before).unwrap();
    let sql =
        "INSERT INTO note (contact_id, title, body, created_at) VALUES (3, 'x', 'y', '2026-01-01T00:00:00Z')";
    world.database("crm.db").execute_batch(sql).unwrap();
    assert!(state.join("owed.json").exists());
    erase(&world, &["resume"]).exits(0).says("never begun\t1").says("completed\t0");
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM contact WHERE id = 3"), 1);
    erase(&world, &["contact", "3", "--yes"]).exits(0);
    assert_eq!(left(&world, &values), Vec::<String>::new());
}

#[test]
fn an_older_copy_forgets_again_and_nobody_else_is_taken_for_the_erased() {
    let world = world(60, 7);
    let database = world.database("crm.db");
    let company = number(
        &database,
        "SELECT company_id FROM contact JOIN company ON company.id = company_id WHERE third_party_id IS NULL LIMIT 1",
    );
    drop(database);
    fs::copy(world.path("crm.db"), world.path("older.db")).unwrap();
    fs::write(world.path("list"), format!("contact 3\nlead 1\ncompany {company}\n")).unwrap();
    erase(&world, &["--from", "list", "--yes"]).exits(0);
    let wanted = rows(&world.database("crm.db"));
    fs::rename(world.path("older.db"), world.path("crm.db")).unwrap();
    let plan = world.on_crm(["erase", "replay", "--dry-run", "--json"]).exits(0).json();
    assert!(plan["rows"].as_array().unwrap().len() >= 3);
    erase(&world, &["replay"]).exits(2).complains("--yes");
    erase(&world, &["replay", "--yes"]).exits(0);
    assert!(rows(&world.database("crm.db")) == wanted, "the copy is as the database was after the erasures");
    let told = erase(&world, &["replay", "--yes", "--json"]).exits(0).json();
    assert_eq!(told["rows"].as_array().unwrap().len(), 0, "there is nothing more to do");

    // Somebody else gets the number.
    let sql = "INSERT INTO contact (id, family_name, given_name, created_at, updated_at)
               VALUES (3, 'Nouvelle', 'Venue', '2026-10-01T00:00:00Z', '2026-10-01T00:00:00Z')";
    world.database("crm.db").execute_batch(sql).unwrap();
    erase(&world, &["replay", "--yes"]).exits(0);
    assert_eq!(number(&world.database("crm.db"), "SELECT count(*) FROM contact WHERE id = 3"), 1);
}

#[test]
fn a_disk_that_is_full_changes_nothing() {
    let Some(unshare) = tools::find("unshare") else { return };
    let world = world(200, 5);
    fs::create_dir(world.path("disk")).unwrap();
    let size = fs::metadata(world.path("crm.db")).unwrap().len() / 1024 + 40;
    let line = format!(
        "mount -t tmpfs -o size={size}k tmpfs disk && cp crm.db disk/ && \
         '{}' --db disk/crm.db --state crm.db.crm-admin --as admin erase --as-password-file password contact 3 --yes; \
         echo status $?; cp disk/crm.db after.db",
        env!("CARGO_BIN_EXE_crm-admin")
    );
    let mut command = Command::new(unshare);
    command.args(["-rm", "sh", "-c", &line]).current_dir(world.folder());
    let told = Told::of(&mut command);
    if !told.stdout().contains("status") || told.stderr().contains("mount:") {
        return tools::skip("a disk of one's own");
    }
    assert!(told.stdout().contains("status 1"), "{}{}", told.stdout(), told.stderr());
    assert!(told.stderr().contains("no space") || told.stderr().contains("full"), "{}", told.stderr());
    assert!(rows(&world.database("crm.db")) == rows(&world.database("after.db")), "nothing was changed");
    private(&world, "password", PASSWORD);
    erase(&world, &["contact", "3", "--yes"]).exits(0).says("proven\tyes");
}

#[test]
fn a_signal_after_the_commit_says_that_the_proof_is_owed() {
    let world = world(40, 5);
    // Stops in the search, long after the commit: the second time that the main file is read from its beginning.
    let Some(strace) = tools::find("strace") else { return };
    let mut said = BTreeSet::new();
    for step in (1..40).step_by(count(7, 1)) {
        let world = if step == 1 { &world } else { &self::again() };
        let mut command = Command::new(&strace);
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"]);
        command.arg(format!("inject=fsync,fdatasync:signal=SIGTERM:when={step}"));
        command.arg(env!("CARGO_BIN_EXE_crm-admin")).current_dir(world.folder()).env_clear();
        command.args(["--db", "crm.db", "--as", "admin", "erase", "--as-password-file", "password", "-q"]);
        let told = Told::of(command.args(["contact", "3", "--yes"]).stdin(Stdio::null()));
        let gone = number(&world.database("crm.db"), "SELECT count(*) FROM contact WHERE id = 3") == 0;
        match told.status() {
            Some(143) => {
                assert_eq!(
                    gone,
                    told.stderr().contains("its proof is owed"),
                    "step {step}: {}",
                    told.stderr()
                );
                said.insert(gone);
            }
            // So early that nobody listens to signals yet.
            None => assert!(!gone),
            status => assert_eq!((status, gone), (Some(0), true), "step {step}: {}", told.stderr()),
        }
        assert!(matches!(erase(world, &["contact", "3", "--yes"]).status(), Some(0 | 5)));
        erase(world, &["resume"]).exits(0).says("owed\t0");
    }
    assert!(said.contains(&false), "some were stopped before: {said:?}");
}

fn again() -> World {
    world(40, 5)
}
