//! Kills: at any moment, and between any two steps.

use super::{acts, erase, left, rows, values_of, world};
use crate::counts::{count, is_full};
use crate::tools;
use crate::world::{World, number, texts};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

fn state_file(world: &World, name: &str) -> serde_json::Value {
    let path = world.path("crm.db.crm-admin").join(name);
    fs::read(path).map(|bytes| serde_json::from_slice(&bytes).unwrap()).unwrap_or_default()
}

/// Everything that a finished erasure leaves behind, but for what is random.
fn ending(world: &World, values: &BTreeSet<String>) -> (super::Rows, u8, usize, usize, Vec<String>) {
    let journal = fs::read(world.path("crm.db")).unwrap()[18];
    let many = |value: &serde_json::Value| value.as_array().map_or(0, Vec::len);
    let suppressed = many(&state_file(world, "suppressed.json")["rows"]);
    let erased = many(&state_file(world, "erased.json")["relations"]);
    assert_eq!(state_file(world, "owed.json"), serde_json::json!({"debts": [], "settings": {}}));
    (rows(&world.database("crm.db")), journal, suppressed, erased, left(world, values))
}

#[test]
fn a_kill_between_any_two_steps_ends_in_the_same_state() {
    let Some(strace) = tools::find("strace") else { return };
    let world = world(40, 5);
    let values = values_of(&world.database("crm.db"), 3);
    let before: Vec<_> = world.files().into_iter().collect();
    let start_again = || {
        let _ = fs::remove_dir_all(world.folder());
        for (path, content) in &before {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
            let mode = if path.ends_with("password") || path.ends_with("old") { 0o600 } else { 0o644 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let state = world.path("crm.db.crm-admin");
        fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
    };
    start_again();
    erase(&world, &["contact", "3", "--yes"]).exits(0);
    let wanted = ending(&world, &values);
    assert_eq!(wanted.4, Vec::<String>::new());
    assert!(wanted.2 > 0 && wanted.3 > 0);

    let (mut kills, mut step) = (0, 1);
    loop {
        start_again();
        let mut command = Command::new(&strace);
        // Every step that lasts is one of these calls.
        let calls = "fsync,fdatasync,rename,unlink,ftruncate,pwrite64";
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e"]);
        command.arg(format!("inject={calls}:signal=SIGKILL:when={step}"));
        command.arg(env!("CARGO_BIN_EXE_crm-admin")).current_dir(world.folder()).env_clear();
        command.args(["--db", "crm.db", "--as", "admin", "erase", "--as-password-file", "password", "-q"]);
        command.args(["contact", "3", "--yes"]).stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.stderr(Stdio::null()).status().unwrap();
        if status.success() {
            break;
        }
        kills += 1;
        let again = erase(&world, &["contact", "3", "--yes"]).status();
        assert!(matches!(again, Some(0 | 5)), "step {step}: {again:?}");
        // Whoever is killed at the very end leaves no more than this to be done.
        erase(&world, &["resume"]).exits(0);
        assert!(ending(&world, &values) == wanted, "step {step}: another ending");
        let acts = acts(&world, "erase contact");
        let endings: Vec<_> = acts.iter().map(|act| act["ending"].as_str().unwrap()).collect();
        assert_eq!(endings, ["done"], "step {step}: one erasure is one act, however often it was killed");
        world.on_crm(["ledger", "verify"]).exits(0);
        step += if is_full() { 1 } else { 5 };
    }
    assert!(kills > count(10, 60), "{kills} kills");
}

#[test]
fn a_killed_erasure_is_taken_up_by_the_same_one_alone() {
    let Some(strace) = tools::find("strace") else { return };
    // The first line of the ledger is the first thing that is made durable like this.
    let kill = |world: &World| {
        let mut command = Command::new(&strace);
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e"]);
        command.arg("inject=fdatasync:signal=SIGKILL:when=1");
        command.arg(env!("CARGO_BIN_EXE_crm-admin")).current_dir(world.folder()).env_clear();
        command.args(["--db", "crm.db", "--as", "admin", "erase", "--as-password-file", "password", "-q"]);
        command.args(["contact", "3", "--yes"]).stdin(Stdio::null()).stdout(Stdio::null());
        assert!(!command.stderr(Stdio::null()).status().unwrap().success());
    };
    let endings = |world: &World| {
        let ending = |act: &serde_json::Value| act["ending"].as_str().unwrap().to_owned();
        acts(world, "erase contact").iter().map(ending).collect::<Vec<_>>()
    };
    let world = world(40, 5);
    kill(&world);
    assert_eq!(endings(&world), ["interrupted"]);
    let begun = acts(&world, "erase contact")[0]["id"].clone();
    erase(&world, &["contact", "3", "--yes"]).exits(0);
    assert_eq!(endings(&world), ["done"]);
    assert_eq!(acts(&world, "erase contact")[0]["id"], begun);
    world.on_crm(["ledger", "verify"]).exits(0);

    let world = self::world(40, 5);
    kill(&world);
    erase(&world, &["contact", "4", "--yes"]).exits(0);
    assert_eq!(endings(&world), ["interrupted", "done"], "another relation's erasure is another act");
}

#[test]
fn a_kill_at_any_moment_leaves_all_or_nothing() {
    let kills = count(12, 1_000);
    let world = world(40, 5);
    let original = fs::read(world.path("crm.db")).unwrap();
    let values = values_of(&world.database("crm.db"), 3);
    let whole = number(&world.database("crm.db"), &count_of(3));
    for kill in 0..kills {
        for name in ["crm.db-wal", "crm.db-shm", "crm.db-journal"] {
            let _ = fs::remove_file(world.path(name));
        }
        let _ = fs::remove_dir_all(world.path("crm.db.crm-admin"));
        fs::write(world.path("crm.db"), &original).unwrap();
        if kill % 2 == 0 {
            world.database("crm.db").execute_batch("PRAGMA journal_mode = WAL").unwrap();
        }
        let mut command = world.program();
        command.args(["--db", "crm.db", "--as", "admin", "erase", "--as-password-file", "password", "-q"]);
        let mut child =
            command.args(["contact", "3", "--yes"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(kill * 37 % 400));
        let _ = child.kill();
        child.wait().unwrap();
        let left_rows = number(&world.database("crm.db"), &count_of(3));
        assert!(left_rows == 0 || left_rows == whole, "{left_rows} of {whole} rows are left");
        let status = erase(&world, &["contact", "3", "--yes"]).status();
        assert!(matches!(status, Some(0 | 5)), "{status:?}");
        assert_eq!(left(&world, &values), Vec::<String>::new());
        assert_eq!(texts(&world.database("crm.db"), "PRAGMA integrity_check"), ["ok"]);
    }
}

fn count_of(contact: i64) -> String {
    format!(
        "SELECT (SELECT count(*) FROM contact WHERE id = {contact}) + (SELECT count(*) FROM note WHERE contact_id = {contact})
            + (SELECT count(*) FROM email WHERE contact_id = {contact}) + (SELECT count(*) FROM phone WHERE contact_id = {contact})"
    )
}
