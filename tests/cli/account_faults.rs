//! Account commands without rights, without room, stopped, killed, and with ten thousand accounts: all or nothing.

use crate::counts::{count, is_full};
use crate::tools;
use crate::world::{Told, World, number, text, texts};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A database with this many accounts more, half of them with something to find.
fn crowd(accounts: u32) -> World {
    let world = World::demo(20);
    let more = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {accounts})
         INSERT INTO user (login, email, given_name, family_name, template_id, password_hash, password_changed_at,
                           password_must_change, password_never_expires, last_login_at, created_at)
         SELECT 'agent' || i, 'agent' || i || '@exemple.test', 'Camille', 'Agent' || i, 1,
                '$argon2id$v=19$m=19456,t=2,p=1$' || printf('%021d', i) || 'A$' || printf('%042d', i) || '0',
                iif(i % 2, '2026-09-20T08:00:00Z', '2024-01-01T08:00:00Z'), 0, i % 4 = 0, '2026-09-30T08:00:00Z',
                '2023-01-01T08:00:00Z' FROM n;
         INSERT INTO session (user_id, token_digest, created_at, expires_at)
         SELECT id, 'crowd' || id, created_at, created_at FROM user WHERE login LIKE 'agent%' AND id % 3 = 0;"
    );
    world.database("crm.db").execute_batch(&more).unwrap();
    world
}

const THEN: [&str; 2] = ["--as-of", "2026-10-01T08:00:00Z"];
const DUE: &str =
    "SELECT count(*) FROM user WHERE active AND NOT password_must_change AND password_hash IS NOT NULL";

/// What of the database an act may change, in one number.
fn state(world: &World) -> String {
    let sql = "SELECT sum(password_must_change * id) || ' ' || sum(password_never_expires * id) || ' '
                   || sum(password_hash IS NULL) || ' ' || (SELECT count(*) FROM session) FROM user";
    text(&world.database("crm.db"), sql)
}

/// How often the file was written to, by the engine's own counter.
fn writes(world: &World) -> u32 {
    let bytes = fs::read(world.path("crm.db")).unwrap();
    u32::from_be_bytes(bytes[24..28].try_into().unwrap())
}

#[test]
fn ten_thousand_accounts_are_audited_at_once_and_repaired_in_one_transaction() {
    let world = crowd(10_000);
    let start = Instant::now();
    let report = world.on_crm(["audit", "--json"].iter().chain(&THEN)).exits(3).json();
    let took = start.elapsed();
    // Two seconds are promised of a release build on a machine of one's own.
    assert!(took < Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 }), "{took:?}");
    assert!(report["rows"].as_array().unwrap().len() > 7_000);
    let before = writes(&world);
    world.on_crm(["audit", "--repair", "--yes", "--json"].iter().chain(&THEN)).exits(3);
    assert_eq!(writes(&world), before + 1, "one transaction");
    assert_eq!(
        number(
            &world.database("crm.db"),
            "SELECT sum(password_must_change) FROM user WHERE login LIKE 'agent%'"
        ),
        5_000
    );
    world.on_crm(["audit", "--repair", "--yes"].iter().chain(&THEN)).exits(3);
    assert_eq!(writes(&world), before + 1, "the second time there is nothing to do");
}

/// Starts a command and ends it with a signal after a while; its status, none where the signal killed it.
fn ended_by(world: &World, line: &[&str], signal: Signal, after: Duration) -> Option<i32> {
    let mut command = world.program();
    let quiet = command.args(["--db", "crm.db"]).args(line).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().unwrap();
    std::thread::sleep(after);
    kill_process(Pid::from_child(&child), signal).unwrap();
    child.wait().unwrap().code()
}

/// Runs a command on a fresh copy of the database again and again, ends it at any moment, and looks at what is left.
#[track_caller]
fn assert_all_or_nothing(world: &World, line: &[&str], signals: &[(Signal, Option<i32>)], times: u32) {
    let original = fs::read(world.path("crm.db")).unwrap();
    let nothing = state(world);
    let start = Instant::now();
    let told = world.on_crm(line);
    assert!(matches!(told.status(), Some(0 | 3)), "{}", told.stderr());
    let whole = start.elapsed();
    let all = state(world);
    assert_ne!(nothing, all);
    let (mut ended, mut turn) = (0, 0);
    // On a busy machine the first run may have taken far longer than the others do: then it is tried on.
    while turn < times || (ended == 0 && turn < 20 * times) {
        fs::write(world.path("crm.db"), &original).unwrap();
        let (signal, status) = signals[turn as usize % signals.len()];
        turn += 1;
        let hurry = if turn > times { 0.2 } else { 1.0 };
        let told = ended_by(world, line, signal, whole.mul_f64(hurry * rand::random::<f64>()));
        match told {
            Some(0 | 3) => {}
            other => {
                assert!(other == status || other.is_none(), "{other:?}");
                ended += 1;
            }
        }
        // Opening it rolls a half-written transaction back, as whoever comes next does.
        let left = state(world);
        assert!(left == nothing || left == all, "neither all nor nothing: {left}");
        if told.is_some_and(|status| status > 3) {
            assert_eq!(left, nothing, "what was stopped has changed nothing");
        }
        assert_eq!(texts(&world.database("crm.db"), "PRAGMA quick_check"), ["ok"]);
        let stray = world.names().into_iter().filter(|path| path.to_string_lossy().contains("-journal"));
        stray.for_each(|path| fs::remove_file(path).unwrap());
    }
    assert!(ended > 0, "some runs were ended halfway");
    world.on_crm(["ledger", "verify"]).exits(0);
    world.on_crm(["ledger", "show"]).exits(0);
}

const KILLED: [(Signal, Option<i32>); 1] = [(Signal::KILL, None)];

#[test]
fn a_reset_of_ten_thousand_accounts_that_is_killed_is_all_or_nothing() {
    let world = crowd(10_000);
    assert!(number(&world.database("crm.db"), DUE) > 10_000);
    assert_all_or_nothing(&world, &["reset", "--all", "--end-sessions", "--yes"], &KILLED, count(8, 300));
}

#[test]
fn a_repair_of_ten_thousand_accounts_that_is_killed_is_all_or_nothing() {
    let world = crowd(10_000);
    let line: Vec<&str> = ["audit", "--repair", "--yes"].into_iter().chain(THEN).collect();
    assert_all_or_nothing(&world, &line, &KILLED, count(8, 300));
}

#[test]
fn what_is_stopped_is_rolled_back_and_ends_with_its_signal() {
    let world = crowd(3_000);
    let signals = [(Signal::HUP, Some(129)), (Signal::INT, Some(130)), (Signal::TERM, Some(143))];
    for line in [
        &["reset", "--all", "--end-sessions", "--yes"][..],
        &["policy", "apply", "--yes"],
        &["audit", "--repair", "--yes", "--as-of", "2026-10-01T08:00:00Z"],
    ] {
        let again = crowd(3_000);
        let world = if line[0] == "reset" { &world } else { &again };
        assert_all_or_nothing(world, line, &signals, 9);
    }
}

#[test]
fn a_stopped_guessing_keeps_what_it_tried() {
    let world = World::demo(20);
    let line = ["audit", "passwords", "--guess"];
    let told = ended_by(&world, &line, Signal::TERM, Duration::from_millis(2_500));
    assert_eq!(told, Some(143));
    let kept = fs::metadata(world.path("crm.db.crm-admin/tried")).unwrap();
    assert!(kept.len() > 16 + 32, "something is remembered");
    assert_eq!(kept.permissions().mode() & 0o777, 0o600);
}

/// The program as somebody who may write nothing but the state folder. Nothing where the test cannot become one.
fn as_somebody_else(world: &World) -> Option<Command> {
    let setpriv = tools::find("setpriv")?;
    if !rustix::process::geteuid().is_root() {
        tools::skip("somebody else");
        return None;
    }
    let open = |name: &str, mode: u32| {
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap()
    };
    fs::create_dir_all(world.path("state")).unwrap();
    open(".", 0o755);
    open("state", 0o700);
    std::os::unix::fs::chown(world.path("state"), Some(65_534), Some(65_534)).unwrap();
    let mut command = Command::new(setpriv);
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(world.program_for_all());
    command.current_dir(world.folder()).env_clear().stdin(Stdio::null()).args(["--db", "closed/crm.db"]);
    Some(command)
}

#[test]
fn without_rights_nothing_is_changed_and_the_cause_is_named() {
    let world = World::demo(20);
    let login = text(&world.database("crm.db"), "SELECT login FROM user WHERE id = 3");
    fs::create_dir(world.path("closed")).unwrap();
    fs::rename(world.path("crm.db"), world.path("closed/crm.db")).unwrap();
    let before = fs::read(world.path("closed/crm.db")).unwrap();
    for (file, folder, cause) in [
        (0o000, 0o755, "cannot be read"),
        (0o444, 0o755, "may not be written"),
        (0o666, 0o555, "may not be written"),
    ] {
        for (name, mode) in [("closed/crm.db", file), ("closed", folder)] {
            fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        for line in [
            &["reset", &login][..],
            &["temp-password", &login, "--deliver", "print"],
            &["user", "disable", &login],
            &["audit", "--repair", "--yes"],
        ] {
            let Some(mut command) = as_somebody_else(&world) else { return };
            let told = Told::of(command.args(["--state", "state"]).args(line)).exits(1).complains(cause);
            assert_eq!(told.stdout(), "", "no password and no report");
            assert!(fs::read(world.path("closed/crm.db")).unwrap() == before);
        }
        fs::set_permissions(world.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Without a place for the ledger nothing is done either.
    for (name, mode) in [("closed/crm.db", 0o666), ("closed", 0o555)] {
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let Some(mut command) = as_somebody_else(&world) else { return };
    Told::of(command.args(["reset", &login])).exits(1).complains("--state DIR");
    fs::set_permissions(world.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_full_disk_is_named_and_nothing_is_changed() {
    let Some(unshare) = tools::find("unshare") else { return };
    let world = crowd(3_000);
    let before = state(&world);
    fs::create_dir(world.path("disk")).unwrap();
    let size = fs::metadata(world.path("crm.db")).unwrap().len() / 1024 + 40;
    // The state lies elsewhere, so that it is the database's own disk that is full.
    let script = format!(
        "mount -t tmpfs -o size={size}k tmpfs disk && cp crm.db disk/ && \"$0\" --db disk/crm.db --state state reset \
         --all --end-sessions --yes; echo status $?; rm -f disk/*-journal.gone; cat disk/crm.db > after.db; ls disk"
    );
    let mut command = Command::new(unshare);
    command.args(["-rm", "sh", "-c", &script, env!("CARGO_BIN_EXE_crm-admin")]).current_dir(world.folder());
    let told = Told::of(&mut command);
    if told.stderr().contains("mount") {
        return tools::skip("a disk of one's own");
    }
    let told = told.complains("no space");
    assert!(told.stdout().contains("status 1"), "{}", told.stdout());
    fs::rename(world.path("after.db"), world.path("crm.db")).unwrap();
    assert_eq!(state(&world), before);
    let ledger =
        world.run(["--db", "crm.db", "--state", "state", "ledger", "show", "--json"]).exits(0).json();
    assert_eq!(ledger["rows"][0]["ending"], "failed");
}

#[test]
fn a_busy_database_is_told_before_a_password_is_handed_out() {
    let world = World::demo(20);
    let login = text(&world.database("crm.db"), "SELECT login FROM user WHERE id = 3");
    let writer = world.database("crm.db");
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let line = ["--lock-wait", "200ms", "temp-password", &login, "--deliver", "file:p"];
    world.on_crm(line).exits(6);
    assert!(!world.path("p").exists(), "nothing was handed out");
    drop(writer);
    world.on_crm(line).exits(0);
    assert!(is_full() || world.path("p").exists());
}
