//! Locks that others hold, and the one that a backup holds: they are waited for, and given up, in time.

use crate::counts::{count, is_full};
use crate::world::{Told, World};
use rusqlite::Connection;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How long after its time a command may still be there.
const GRACE: Duration = Duration::from_secs(1);

#[test]
fn a_lock_that_stays_is_6_within_the_time_that_was_given() {
    let world = World::small();
    let other = world.database("crm.db");
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut waits = vec![(Some("0"), Duration::ZERO), (Some("300ms"), Duration::from_millis(300))];
    if is_full() {
        waits.extend([(None, Duration::from_secs(5)), (Some("20s"), Duration::from_secs(20))]);
    }
    for (wait, time) in waits {
        for arguments in [&["backup", "-o", "out.zst"][..], &["map", "check"]] {
            let since = Instant::now();
            let mut command = world.on("crm.db");
            command.args(wait.iter().flat_map(|wait| ["--lock-wait", wait])).args(arguments);
            Told::of(&mut command)
                .exits(6)
                .complains("another program holds the database")
                .complains("--lock-wait");
            let took = since.elapsed();
            assert!(time <= took && took < time + GRACE, "{wait:?}: {took:?}");
            assert!(!world.path("out.zst").exists());
        }
    }
}

#[test]
fn a_lock_that_goes_in_time_is_waited_for() {
    let world = World::small();
    let other = world.database("crm.db");
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut command = world.on("crm.db");
    let child = command.args(["--lock-wait", "20s", "backup", "-o", "out.zst"]).stdout(Stdio::null()).spawn();
    std::thread::sleep(Duration::from_millis(count(1000, 3000)));
    assert!(!world.path("out.zst").exists());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(child.unwrap().wait().unwrap().code(), Some(0));
    world.run(["archive", "verify", "out.zst"]).exits(0);
}

/// Whether somebody else could write to the database right now.
fn can_be_written(database: &Connection) -> bool {
    database.busy_timeout(Duration::ZERO).unwrap();
    database.execute_batch("UPDATE person SET note = note WHERE id = 1").is_ok()
}

#[test]
fn a_backup_that_holds_its_lock_too_long_gives_up_with_6_and_leaves_nothing() {
    let world = World::people(4000);
    let backup = |most: &str| {
        let mut command = world.on("crm.db");
        command.args(["backup", "-o", "out.zst", "--max-lock", most]);
        Told::of(&mut command)
    };
    let since = Instant::now();
    backup("10m").exits(0);
    let duration = since.elapsed();
    std::fs::remove_file(world.path("out.zst")).unwrap();
    let mut late = 0;
    for part in 0..count(10, 100) {
        let most = duration * part / count(10, 100);
        let before = world.names();
        let told = backup(&format!("{}ms", most.as_millis()));
        if told.status() == Some(0) {
            std::fs::remove_file(world.path("out.zst")).unwrap();
        } else {
            told.exits(6).complains("would have had to wait longer").complains("--max-lock");
            late += 1;
        }
        assert_eq!(world.names(), before);
        assert!(can_be_written(&world.database("crm.db")));
    }
    assert!(late >= 2, "{late} backups were late");
}

#[test]
fn a_lock_that_is_too_short_is_given_back_soon() {
    let world = World::people(20_000);
    let since = Instant::now();
    let mut command = world.on("crm.db");
    command.args(["backup", "-o", "out.zst", "--max-lock", "100ms"]);
    world.unchanged(|| Told::of(&mut command)).exits(6).complains("wait longer than 100ms");
    assert!(since.elapsed() < Duration::from_millis(100) + GRACE, "{:?}", since.elapsed());
}

#[test]
fn whoever_reads_the_archive_slowly_holds_nobody_up() {
    let world = World::people(4000);
    let mut command = world.on("crm.db");
    let mut child = command.args(["--quiet", "backup", "-o", "-"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut reader = child.stdout.take().unwrap();
    reader.read_exact(&mut [0]).unwrap();
    let is_free = can_be_written(&world.database("crm.db"));
    assert_eq!(child.try_wait().unwrap(), None, "the pipe holds less than the archive");
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(is_free);
}
