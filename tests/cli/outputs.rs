//! What is written, and how: privately, completely, under a name that nobody has, or not at all.

use crate::tools;
use crate::world::{CANARY, Told, World, number};
use rusqlite::Connection;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

/// Every system call that makes, writes, syncs or names a file.
const CALLS: &str = "openat,open,creat,write,writev,pwrite64,pwritev,ftruncate,fallocate,copy_file_range,sendfile,fsync,\
                     fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat";

/// The system calls of a command, one a line, with the path of each open file beside its number. Nothing without strace.
fn calls(world: &World, command: &Command) -> Option<Vec<String>> {
    let strace = tools::find("strace")?;
    let record = world.path("calls");
    let mut traced = Command::new(strace);
    traced
        .args(["-f", "-y", "-qq", "-s", "0", "-e", "signal=none", "-e"])
        .arg(format!("trace={CALLS}"))
        .arg("-o")
        .arg(&record)
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(world.folder())
        .env_clear()
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        traced.env(name, value.unwrap());
    }
    Told::of(&mut traced).exits(0);
    let text = fs::read_to_string(&record).unwrap();
    fs::remove_file(record).unwrap();
    let succeeded = |line: &&str| !line.contains(" = -1 ");
    Some(
        text.lines()
            .filter(succeeded)
            .map(|line| line.trim_start_matches(char::is_numeric).trim().to_owned())
            .collect(),
    )
}

/// Where the one call stands whose line has all these words.
#[track_caller]
fn place(calls: &[String], words: &[&str]) -> usize {
    let fits = |line: &String| words.iter().all(|word| line.contains(word));
    let places: Vec<usize> = (0..calls.len()).filter(|&at| fits(&calls[at])).collect();
    assert_eq!(places.len(), 1, "{words:?} in {calls:#?}");
    places[0]
}

/// Each file was made by this process alone and for its owner alone.
#[track_caller]
fn assert_made_privately(calls: &[String]) {
    let opened = |line: &&String| line.starts_with("open");
    let made =
        calls.iter().filter(opened).filter(|line| line.contains("O_CREAT") || line.contains("O_TMPFILE"));
    let mut count = 0;
    for line in made {
        count += 1;
        assert!(line.contains("O_EXCL") || line.contains("O_TMPFILE"), "{line}");
        assert!(line.contains(", 0600)"), "{line}");
    }
    assert!(count > 0, "files were made");
    assert!(!calls.iter().any(|line| line.starts_with("creat") || line.starts_with("mkdir")));
}

/// The file was synced after its last byte and before it got its name, and the folder after that.
#[track_caller]
fn assert_published(calls: &[String], name: &str) {
    let link = place(calls, &["linkat(", &format!("\"{name}\"")]);
    let number = calls[link].split("/proc/self/fd/").nth(1).expect("an open file got the name");
    let number = number.split('"').next().unwrap();
    let about_it = |line: &String, verb: &str| line.starts_with(verb) && line.contains(&format!("{number}<"));
    let last = |verbs: &[&str]| {
        (0..link).rev().find(|&at| verbs.iter().any(|verb| about_it(&calls[at], verb))).expect("a call")
    };
    let written = last(&["write(", "pwrite64(", "copy_file_range(", "sendfile(", "writev("]);
    let synced = last(&["fsync(", "fdatasync("]);
    assert!(written < synced && synced < link, "{written} {synced} {link} of {calls:#?}");
    let folder = calls[link].split(", ").nth(2).expect("a folder");
    let after = calls[link..].iter().position(|line| line.starts_with("fsync(") && line.contains(folder));
    assert!(after.is_some(), "the folder was synced after {}", calls[link]);
}

#[test]
fn a_backup_is_private_and_synced_before_it_gets_its_name() {
    let world = World::small();
    let mut command = world.on("crm.db");
    command.args(["backup", "-o", "out.zst"]);
    let Some(calls) = calls(&world, &command) else { return };
    assert_made_privately(&calls);
    assert_published(&calls, "out.zst");
}

#[test]
fn a_restored_database_is_private_and_synced_before_it_gets_its_name() {
    let world = World::small();
    world.on_crm(["backup", "-o", "out.zst"]).exits(0);
    let mut command = world.program();
    command.args(["restore", "out.zst", "--to", "new.db"]);
    let Some(calls) = calls(&world, &command) else { return };
    assert_made_privately(&calls);
    assert_published(&calls, "new.db");
}

#[test]
fn a_new_database_is_private_and_synced_before_it_gets_its_name() {
    let world = World::empty();
    let mut command = world.program();
    command.args(["init", "new.db", "--admin", "marie", "--deliver", "file:marie.password"]);
    let Some(calls) = calls(&world, &command) else { return };
    assert_made_privately(&calls);
    assert_published(&calls, "new.db");
    assert_published(&calls, "marie.password");
    for name in ["new.db", "marie.password"] {
        assert_eq!(fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[test]
fn a_source_that_others_write_to_is_never_written_itself() {
    let world = World::people(300);
    fs::create_dir(world.path("source")).unwrap();
    fs::rename(world.path("crm.db"), world.path("source/crm.db")).unwrap();
    let writer = world.database("source/crm.db");
    writer
        .execute_batch(
            "PRAGMA journal_mode = WAL; UPDATE person SET note = 'Canari a rappelé' WHERE id < 100;",
        )
        .unwrap();
    let mut command = world.on("source/crm.db");
    command.args(["backup", "-o", "out.zst"]);
    let Some(calls) = calls(&world, &command) else { return };
    let source = fs::canonicalize(world.path("source")).unwrap();
    let reads = |line: &&String| line.starts_with("open") && !line.contains("O_TRUNC");
    let touches = calls.iter().filter(|line| line.contains(&*source.to_string_lossy()));
    assert!(touches.clone().any(|line| line.contains("crm.db-wal")), "the log was read");
    let writes: Vec<_> = touches.filter(|line| !reads(line)).collect();
    assert!(writes.is_empty(), "{writes:#?}");
    writer.execute_batch("UPDATE person SET note = NULL; PRAGMA wal_checkpoint;").unwrap();
    assert_eq!(number(&world.unpacked("out.zst"), "SELECT count(*) FROM person WHERE note IS NOT NULL"), 300);
}

/// Puts one thing of each kind under a name of its own and returns the names.
fn occupied(world: &World) -> Vec<&'static str> {
    fs::write(world.path("file.zst"), "somebody's").unwrap();
    fs::write(world.path("empty.zst"), "").unwrap();
    fs::create_dir(world.path("folder.zst")).unwrap();
    symlink("file.zst", world.path("link.zst")).unwrap();
    symlink("nowhere", world.path("dangling.zst")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, world.path("pipe.zst"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    vec!["file.zst", "empty.zst", "folder.zst", "link.zst", "dangling.zst", "pipe.zst"]
}

#[test]
fn a_backup_goes_under_no_name_that_is_taken() {
    let world = World::small();
    let keeper = world.database("crm.db");
    keeper.execute_batch("PRAGMA journal_mode = WAL; UPDATE person SET note = NULL WHERE id = 1;").unwrap();
    let mut names = occupied(&world);
    names.extend(["crm.db", "map.toml"]);
    for name in names {
        let told = world.unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", name])));
        told.exits(4).complains(&format!("{name} exists"));
    }
    for name in ["crm.db-wal", "crm.db-shm"] {
        world
            .unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", name])))
            .exits(4)
            .complains(name);
    }
    assert_eq!(number(&keeper, "SELECT count(*) FROM person"), 3);
}

#[test]
fn a_restore_and_an_init_go_under_no_name_that_is_taken() {
    let world = World::small();
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    let mut names = occupied(&world);
    names.extend(["crm.db", "crm.zst"]);
    for name in names {
        let told = world.unchanged(|| world.run(["restore", "crm.zst", "--to", name]));
        told.exits(4).complains(&format!("{name} exists"));
        let init = ["init", name, "--admin", "marie", "--deliver", "file:marie.password"];
        world.unchanged(|| world.run(init)).exits(4).complains(&format!("{name} exists"));
    }
}

#[test]
fn nothing_is_put_beside_a_log_that_would_be_played_into_it() {
    let world = World::small();
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    for suffix in ["-wal", "-journal", "-shm"] {
        let beside = format!("new.db{suffix}");
        fs::write(world.path(&beside), "somebody's").unwrap();
        let told = world.unchanged(|| world.run(["restore", "crm.zst", "--to", "new.db"]));
        told.exits(4).complains(&beside);
        let init = ["init", "new.db", "--admin", "marie", "--deliver", "print"];
        let told = world.unchanged(|| world.run(init)).exits(4).complains(&beside);
        assert_eq!(told.stdout(), "", "no password was handed out");
        fs::remove_file(world.path(&beside)).unwrap();
    }
}

#[test]
fn a_backup_is_never_put_where_the_engine_would_take_it_for_a_log_of_the_source() {
    let world = World::small();
    for name in ["crm.db-wal", "crm.db-journal", "crm.db-shm"] {
        world
            .unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", name])))
            .exits(4)
            .complains(name);
    }
}

#[test]
fn a_folder_gets_a_file_of_its_own_name() {
    let world = World::small();
    fs::create_dir(world.path("backups")).unwrap();
    let told = world.on_crm(["--json", "backup", "-o", "backups"]).exits(0).json();
    let archive = told["archive"].as_str().unwrap().to_owned();
    assert!(archive.starts_with("backups/crm-anonymised-2"), "{archive}");
    world.run(["archive", "verify", &archive]).exits(0);
}

#[test]
fn of_two_backups_to_one_name_one_is_refused() {
    for _ in 0..5 {
        let world = World::small();
        let start =
            || world.on("crm.db").args(["--quiet", "backup", "-o", "out.zst"]).stderr(Stdio::null()).spawn();
        let both = [start().unwrap(), start().unwrap()];
        let mut statuses = both.map(|mut child| child.wait().unwrap().code());
        statuses.sort_unstable();
        assert_eq!(statuses, [Some(0), Some(4)]);
        world.run(["archive", "verify", "out.zst"]).exits(0);
        let ours = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with(".crm-admin");
        assert!(!world.names().iter().any(|path| ours(path)));
    }
}

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
        command.args(arguments);
        let command = &mut limited(&world, &format!("ulimit {limit}"), &command);
        let told = world.unchanged(|| Told::of(command)).exits(1);
        assert!(told.stderr().starts_with("error: "), "{limit}: {}", told.stderr());
    }
}

#[test]
fn too_little_memory_ends_in_words_and_leaves_nothing() {
    let world = World::people(3000);
    let mut short = 0;
    for kibibytes in (18_000..60_000).step_by(3_000) {
        let mut command = world.on("crm.db");
        command.args(["backup", "-o", "out.zst"]);
        let before = world.names();
        let told = Told::of(&mut limited(&world, &format!("ulimit -v {kibibytes}"), &command));
        if told.status() == Some(0) {
            fs::remove_file(world.path("out.zst")).unwrap();
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
fn standard_output_gets_a_complete_archive_and_the_disk_nothing() {
    let world = World::small();
    let told = world.unchanged(|| Told::of(world.on("crm.db").args(["backup", "-o", "-"]))).exits(0);
    fs::write(world.path("piped.zst"), told.bytes()).unwrap();
    assert_eq!(number(&world.unpacked("piped.zst"), "SELECT count(*) FROM person"), 3);
    assert!(!told.stderr().to_lowercase().contains(CANARY));
}

#[test]
fn a_reader_that_goes_away_is_no_reason_for_words() {
    let world = World::people(3000);
    for wanted in [0, 100] {
        world.unchanged(|| {
            let mut command = world.on("crm.db");
            command.args(["--quiet", "backup", "-o", "-"]).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut reader = child.stdout.take().unwrap();
            reader.read_exact(&mut vec![0; wanted]).unwrap();
            drop(reader);
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        });
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

#[test]
fn an_archive_is_not_for_a_terminal() {
    let world = World::small();
    let Some(script) = tools::find("script") else { return };
    let line = format!("{} --map map.toml --db crm.db backup -o -", env!("CARGO_BIN_EXE_crm-admin"));
    let mut command = Command::new(script);
    command.args(["-q", "-e", "-c", &line, "/dev/null"]).current_dir(world.folder()).stdin(Stdio::null());
    let told = world.unchanged(|| Told::of(&mut command)).exits(2);
    assert!(told.stdout().contains("an archive is not for a terminal"), "{}", told.stdout());
}

/// Runs `line`, in which `$0` is the program, with a disk of 48 KiB mounted on the folder `disk`. Nothing where nobody
/// may mount one.
fn with_a_small_disk(world: &World, line: &str) -> Option<Told> {
    let unshare = tools::find("unshare")?;
    fs::create_dir_all(world.path("disk")).unwrap();
    let in_own_space = |line: &str| {
        let mut command = Command::new(&unshare);
        command.args(["-rm", "sh", "-c", line, env!("CARGO_BIN_EXE_crm-admin")]).current_dir(world.folder());
        Told::of(&mut command)
    };
    let mount = "mount -t tmpfs -o size=48k tmpfs disk";
    if in_own_space(mount).status() != Some(0) {
        tools::skip("a disk of one's own");
        return None;
    }
    Some(in_own_space(&format!("{mount} && {{ {line}; }}; echo status $?; ls -A disk; echo end")))
}

#[test]
fn an_output_disk_that_is_full_is_named_and_empty_again() {
    let world = World::people(3000);
    world.on_crm(["backup", "-o", "good.zst"]).exits(0);
    for line in [
        "\"$0\" --map map.toml --db crm.db backup -o disk/out.zst",
        "\"$0\" restore good.zst --to disk/new.db",
        "\"$0\" init disk/new.db --admin marie --deliver print",
    ] {
        let Some(told) = world.unchanged(|| with_a_small_disk(&world, line)) else { return };
        let told = told.complains("no space").complains("disk");
        assert_eq!(told.stdout(), "status 1\nend\n", "{line}");
    }
}

#[test]
fn a_temporary_disk_that_is_full_or_read_only_is_named() {
    let world = World::people(3000);
    for line in ["true", "mount -o remount,ro disk"] {
        let line = format!("{line} && TMPDIR=disk \"$0\" --map map.toml --db crm.db backup -o -");
        let Some(told) = world.unchanged(|| with_a_small_disk(&world, &line)) else { return };
        let told = told.complains("error: ").complains("disk");
        assert_eq!(told.stdout(), "status 1\nend\n", "{line}");
    }
}

#[test]
fn what_was_masked_leaves_no_clear_value_behind() {
    let world = World::people(500);
    Told::of(world.on("crm.db").args(["backup", "-o", "out.zst"])).exits(0);
    let copy: Connection = world.unpacked("out.zst");
    drop(copy);
    let copied = fs::read(world.path("out.zst.unpacked.db")).unwrap();
    let found = String::from_utf8_lossy(&copied).to_lowercase().matches(CANARY).count();
    assert_eq!(found, 0);
}
