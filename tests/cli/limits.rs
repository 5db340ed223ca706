//! Limits of a process, a disk or a device: they end in words, and nothing is left.

use crate::tools;
use crate::world::{Told, World};
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// The program behind a shell that first limits itself.
fn limited(world: &World, limit: &str, command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args());
    shell.current_dir(world.folder()).env_clear().stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap());
    }
    shell
}

#[test]
fn no_umask_opens_a_file_to_others() {
    for umask in ["000", "777"] {
        let world = World::small();
        let mut backup = world.on("crm.db");
        backup.args(["backup", "-o", "out.zst"]);
        let mut restore = world.program();
        restore.args(["restore", "out.zst", "--to", "new.db"]);
        for command in [backup, restore] {
            Told::of(&mut limited(&world, &format!("umask {umask}"), &command)).exits(0);
        }
        for name in ["out.zst", "new.db"] {
            assert_eq!(
                fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o7777,
                0o600,
                "{name}"
            );
        }
    }
}

#[test]
fn limits_of_the_process_end_in_words_and_leave_nothing() {
    let world = World::people(3000);
    world.on_crm(["backup", "-o", "good.zst"]).exits(0);
    let backup = ["backup", "-o", "out.zst"];
    let restore = ["restore", "good.zst", "--to", "new.db"];
    let limits = ["-f 4", "-f 64", "-n 4", "-n 5"];
    for (limit, arguments) in limits.into_iter().flat_map(|limit| [(limit, &backup[..]), (limit, &restore)]) {
        let mut command = world.on("crm.db");
        command.arg("--quiet").args(arguments);
        let command = &mut limited(&world, &format!("ulimit {limit}"), &command);
        let told = world.unchanged(|| Told::of(command)).exits(1);
        assert!(told.stderr().starts_with("error: "), "{limit}: {}", told.stderr());
    }
}

#[test]
fn too_little_memory_ends_in_words_and_leaves_nothing() {
    let world = World::people(3000);
    let mut short = 0;
    for kibibytes in (24_000..66_000).step_by(3_000) {
        let mut command = world.on("crm.db");
        command.args(["--quiet", "backup", "-o", "out.zst"]);
        let before = world.names();
        let told = Told::of(&mut limited(&world, &format!("ulimit -v {kibibytes}"), &command));
        if told.status() == Some(0) {
            fs::remove_file(world.path("out.zst")).unwrap();
        } else if told.stderr().contains("error while loading shared libraries") {
            // Not even begun: these words are the system's.
        } else if told.stderr().contains("Fatal glibc error") {
            // The C library ends a program for which it has no memory itself, in words of its own.
            assert!(told.stderr().contains("out of memory"), "{kibibytes}: {}", told.stderr());
        } else {
            assert!(told.stderr().starts_with("error: "), "{kibibytes}: {}", told.stderr());
            told.exits(1);
            short += 1;
        }
        assert_eq!(world.names(), before);
    }
    assert!(short > 0, "memory was short at least once");
}

#[test]
fn sixteen_open_files_are_enough() {
    let world = World::small();
    let mut command = world.on("crm.db");
    command.args(["backup", "-o", "out.zst"]);
    Told::of(&mut limited(&world, "ulimit -n 16", &command)).exits(0);
    world.run(["archive", "verify", "out.zst"]).exits(0);
}

#[test]
fn a_temporary_folder_that_is_missing_does_not_matter_or_is_named() {
    let world = World::small();
    let missing = world.path("missing");
    for arguments in [["backup", "-o", "out.zst"], ["backup", "-o", "-"]] {
        let mut command = world.on("crm.db");
        let told = Told::of(command.env("TMPDIR", &missing).args(arguments));
        match told.status() {
            Some(0) => assert_eq!(arguments[2], "out.zst"),
            _ => drop(told.exits(1).complains("missing")),
        }
    }
}

#[test]
fn a_full_device_is_noticed() {
    let world = World::small();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [
        &["backup", "-o", "-"][..],
        &["map", "check"],
        &["map", "list"],
        &["generate", "completions", "bash"],
    ] {
        let mut command = world.on("crm.db");
        let mut child = command.args(arguments).stdout(full()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{arguments:?}");
        assert!(said.contains("standard output"), "{arguments:?}: {said}");
    }
}

/// Runs `line`, in which `$0` is the program, with a disk of this size mounted on the folder `disk`. Nothing where
/// nobody may mount one.
fn with_a_disk_of(size: &str, world: &World, line: &str) -> Option<Told> {
    let unshare = tools::find("unshare")?;
    fs::create_dir_all(world.path("disk")).unwrap();
    let in_own_space = |line: &str| {
        let mut command = Command::new(&unshare);
        command.args(["-rm", "sh", "-c", line, env!("CARGO_BIN_EXE_crm-admin")]).current_dir(world.folder());
        Told::of(&mut command)
    };
    let mount = format!("mount -t tmpfs -o size={size} tmpfs disk");
    if in_own_space(&mount).status() != Some(0) {
        tools::skip("a disk of one's own");
        return None;
    }
    Some(in_own_space(&format!("{mount} && {{ {line}; }}; echo status $?; ls -A disk; echo end")))
}

#[test]
fn an_output_disk_that_is_full_is_named_and_empty_again() {
    let world = World::people(3000);
    world.on_crm(["backup", "-o", "good.zst"]).exits(0);
    for line in [BACKUP_TO_DISK, RESTORE_TO_DISK, "\"$0\" init disk/new.db --admin marie --deliver print"] {
        assert_does_not_fit("48k", &world, line);
    }
}

#[test]
fn a_larger_disk_that_becomes_full_halfway_is_empty_again() {
    let world = World::small();
    let filler = "CREATE TABLE filler (data BLOB); INSERT INTO filler VALUES (randomblob(10000000));";
    world.database("crm.db").execute_batch(filler).unwrap();
    let map = fs::read_to_string(world.path("map.toml")).unwrap();
    fs::write(world.path("map.toml"), format!("{map}\n[table.filler]\ndata = \"keep\"\n")).unwrap();
    world.on_crm(["backup", "-o", "good.zst"]).exits(0);
    for line in [BACKUP_TO_DISK, RESTORE_TO_DISK] {
        assert_does_not_fit("8m", &world, line);
    }
}

const BACKUP_TO_DISK: &str = "\"$0\" --map map.toml --db crm.db backup -o disk/out.zst";
const RESTORE_TO_DISK: &str = "\"$0\" restore good.zst --to disk/new.db";

/// The disk is named as the cause, and nothing is on it afterwards.
#[track_caller]
fn assert_does_not_fit(size: &str, world: &World, line: &str) {
    let Some(told) = world.unchanged(|| with_a_disk_of(size, world, line)) else { return };
    let told = told.complains("no space").complains("disk");
    assert_eq!(told.stdout(), "status 1\nend\n", "{line}");
}

#[test]
fn a_temporary_disk_that_is_full_or_read_only_is_named() {
    let world = World::people(3000);
    for line in ["true", "mount -o remount,ro disk"] {
        let line = format!("{line} && TMPDIR=disk \"$0\" --map map.toml --db crm.db backup -o -");
        let Some(told) = world.unchanged(|| with_a_disk_of("48k", &world, &line)) else { return };
        let told = told.complains("error: ").complains("disk");
        assert_eq!(told.stdout(), "status 1\nend\n", "{line}");
    }
}
