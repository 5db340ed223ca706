//! What is written, and how: privately, completely, under a name that nobody has, or not at all.

use crate::counts::count;
use crate::tools;
use crate::world::{CANARY, Told, World, number};
use rusqlite::Connection;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

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
    for _ in 0..count(5, 20) {
        let world = World::small();
        let start = || {
            world
                .on("crm.db")
                .args(["backup", "-o", "out.zst"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        };
        let both = [start().unwrap(), start().unwrap()];
        let mut statuses = both.map(|mut child| child.wait().unwrap().code());
        statuses.sort_unstable();
        assert_eq!(statuses, [Some(0), Some(4)]);
        world.run(["archive", "verify", "out.zst"]).exits(0);
        let ours = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with(".crm-admin");
        assert!(!world.names().iter().any(|path| ours(path)));
    }
}

/// Puts links to `victim` in the place of every file of ours that has a name, until it is stopped; how many those were.
fn replace_names(folder: &Path, victim: &Path, stop: &AtomicBool) -> u32 {
    let mut planted = 0;
    while !stop.load(Ordering::Relaxed) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let is_ours = entry.file_name().to_string_lossy().starts_with(".crm-admin-");
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_ours && !is_link && fs::remove_file(entry.path()).is_ok() {
                planted += u32::from(symlink(victim, entry.path()).is_ok());
            }
        }
    }
    planted
}

#[test]
fn links_that_are_planted_on_our_names_lead_nowhere() {
    let tables = (0..300).map(|n| format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY, name TEXT);"));
    let rules = (0..300).map(|n| format!("[table.t{n}]\nid = \"keep\"\nname = \"full-name\"\n"));
    let map = format!("name = \"many\"\nformat = 1\nfor = \"a test\"\n{}", rules.collect::<String>());
    let world = World::with(&tables.collect::<String>(), &map);
    let shared = world.path("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    let victim = world.path("victim");
    fs::write(&victim, "").unwrap();
    let (stop, mut planted) = (AtomicBool::new(false), 0);
    std::thread::scope(|scope| {
        let planter = scope.spawn(|| replace_names(&shared, &victim, &stop));
        for number in 0..count(10, 100) {
            let archive = format!("shared/{number}.zst");
            let told = Told::of(world.on("crm.db").args(["backup", "-o", &archive]));
            assert!(matches!(told.status(), Some(0 | 1 | 4)), "{}", told.stderr());
            assert_eq!(told.status() == Some(0), world.path(&archive).exists());
            assert_eq!(fs::read(&victim).unwrap(), b"", "{}", told.stderr());
        }
        stop.store(true, Ordering::Relaxed);
        planted = planter.join().unwrap();
    });
    assert!(planted > 0, "a name was caught at least once");
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
fn an_archive_is_not_for_a_terminal() {
    let world = World::small();
    let Some(script) = tools::find("script") else { return };
    let line = format!("{} --map map.toml --db crm.db backup -o -", env!("CARGO_BIN_EXE_crm-admin"));
    let mut command = Command::new(script);
    command.args(["-q", "-e", "-c", &line, "/dev/null"]).current_dir(world.folder()).stdin(Stdio::null());
    let told = world.unchanged(|| Told::of(&mut command)).exits(2);
    assert!(told.stdout().contains("an archive is not for a terminal"), "{}", told.stdout());
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
