//! Databases that are none, are damaged, or cannot be reached: said in a second, and nothing is written anywhere.

use crate::tools;
use crate::world::{Told, World, number};
use rusqlite::Connection;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Every sort of command that reads or changes a database.
const READERS: &[&[&str]] = &[
    &["map", "check"],
    &["map", "show"],
    &["map", "explain", "person.name"],
    &["backup", "-o", "out.zst"],
    &["--dry-run", "backup", "-o", "out.zst"],
    &["audit"],
    &["policy", "show"],
    &["policy", "apply"],
    &["user", "list"],
    &["user", "add", "marie", "--deliver", "print"],
    &["reset", "marie"],
    &["temp-password", "marie", "--deliver", "print"],
    &["ledger", "show"],
    &["--as", "marie", "erase", "contact", "1", "--yes"],
];

/// Every command that reads an archive; the archive's name comes last.
const ARCHIVE_READERS: [&[&str]; 3] =
    [&["archive", "inspect"], &["archive", "verify"], &["restore", "--to", "new.db"]];

/// Runs every reader on what stands under a name: the status is this one, the complaint has these words, it takes less
/// than a second, and no file is added or changed.
#[track_caller]
fn refused(world: &World, database: &str, status: i32, words: &str) {
    for reader in READERS {
        let told = world
            .unchanged(|| Told::within(Duration::from_secs(1), world.on(database).args(*reader)))
            .exits(status)
            .complains(words);
        assert_eq!(told.stdout(), "");
    }
}

#[test]
fn a_database_that_does_not_exist_is_missing_and_is_not_made() {
    let world = World::small();
    refused(&world, "none.db", 5, "there is no database none.db");
    refused(&world, "none/none.db", 5, "there is no database none/none.db");
    refused(&world, "crm.db/none.db", 5, "there is no database crm.db/none.db");
    for reader in ARCHIVE_READERS {
        let told = world.unchanged(|| world.run(reader.iter().chain(&["none.zst"])));
        told.exits(5).complains("none.zst");
    }
}

#[test]
fn names_that_an_engine_would_understand_are_only_names() {
    let world = World::small();
    refused(&world, "", 2, "");
    for name in [":memory:", "file:a?mode=memory", "file:crm.db", "file:crm.db?mode=rwc", "file::memory:"] {
        refused(&world, name, 5, name);
    }
    fs::copy(world.path("crm.db"), world.path("file:crm.db")).unwrap();
    let told = world.unchanged(|| Told::of(world.on("file:crm.db").args(["--json", "map", "check"])));
    assert_eq!(told.exits(0).json()["complete"], true);
}

#[test]
fn what_is_no_database_is_called_by_its_name() {
    let world = World::small();
    let good = fs::read(world.path("crm.db")).unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut spoilt = good.clone();
        spoilt[at..at + bytes.len()].copy_from_slice(bytes);
        spoilt
    };
    let noise: Vec<u8> = (0..9000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let kinds: [(&[u8], &str); 10] = [
        (b"", "is empty, not a database"),
        ("nom;prénom\r\nDurand;Zoë\r\n".as_bytes(), "is a text file, not a database"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "is a gzip file, not a database"),
        (b"PK\x03\x04\x14\0", "is a zip file, not a database"),
        (&noise, "is a file of another kind, not a database"),
        (&[0; 8192], "not a database"),
        (&with(3, b"\0"), "not a database"),
        (&with(18, &[3, 3]), "was made by a newer SQLite"),
        (&with(16, &[0x0f, 0xff]), "has a damaged header"),
        (b"SQLite format 3\0", "is cut off after 16 bytes"),
    ];
    for (bytes, words) in kinds {
        fs::write(world.path("other.db"), bytes).unwrap();
        refused(&world, "other.db", 7, words);
    }
}

#[test]
fn an_archive_is_no_database_and_the_way_to_make_one_of_it_is_told() {
    let world = World::small();
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    refused(&world, "crm.zst", 7, "crm-admin restore");
    for reader in ARCHIVE_READERS {
        let told = world.unchanged(|| world.run(reader.iter().chain(&["crm.db"])));
        told.exits(7).complains("this is a SQLite database, not an archive").complains("--db");
    }
}

#[test]
fn a_database_that_was_cut_is_damaged_and_is_left_as_it_is() {
    let world = World::people(500);
    let good = fs::read(world.path("crm.db")).unwrap();
    let page = usize::from(u16::from_be_bytes([good[16], good[17]]));
    for length in [50, 99, 100, page - 1, page, page + 1, good.len() / 2, good.len() - page, good.len() - 1] {
        fs::write(world.path("cut.db"), &good[..length]).unwrap();
        refused(&world, "cut.db", 7, "is cut off");
    }
}

#[test]
fn a_damaged_page_anywhere_stops_the_backup() {
    let world = World::people(150);
    let good = fs::read(world.path("crm.db")).unwrap();
    let page = usize::from(u16::from_be_bytes([good[16], good[17]]));
    assert!(good.len() / page > 5, "a database of several pages");
    for (number, fill) in (1..good.len() / page).flat_map(|number| [(number, 0xa5), (number, 0)]) {
        let mut spoilt = good.clone();
        spoilt[number * page..(number + 1) * page].fill(fill);
        fs::write(world.path("spoilt.db"), &spoilt).unwrap();
        let told = world.unchanged(|| Told::of(world.on("spoilt.db").args(["backup", "-o", "out.zst"])));
        told.exits(7).complains("damaged");
    }
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let world = World::small();
    fs::create_dir(world.path("folder")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, world.path("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    let _socket = UnixListener::bind(world.path("socket")).unwrap();
    symlink("pipe", world.path("link")).unwrap();
    for (name, words) in [
        ("folder", "is a folder, not a database"),
        (".", "is a folder, not a database"),
        ("pipe", "is a pipe, not a database"),
        ("link", "is a pipe, not a database"),
        ("socket", "is a socket, not a database"),
        ("/dev/zero", "is a device, not a database"),
        ("/dev/null", "is a device, not a database"),
        ("/dev/tty", "is a device, not a database"),
    ] {
        refused(&world, name, 7, words);
        for reader in ARCHIVE_READERS {
            let mut command = world.program();
            command.args(reader).arg(name);
            world.unchanged(|| Told::within(Duration::from_secs(1), &mut command)).exits(7).complains(name);
        }
    }
}

#[test]
fn a_link_is_followed_and_the_real_place_is_told() {
    let world = World::small();
    fs::create_dir(world.path("real")).unwrap();
    fs::rename(world.path("crm.db"), world.path("real/crm.db")).unwrap();
    symlink("real/crm.db", world.path("link.db")).unwrap();
    symlink("link.db", world.path("second.db")).unwrap();
    let real = fs::canonicalize(world.path("real/crm.db")).unwrap();
    for link in ["link.db", "second.db"] {
        let told = world.unchanged(|| Told::of(world.on(link).args(["map", "check"])));
        told.exits(0).complains(&format!("{link} leads to {}", real.display()));
    }
    symlink("nowhere.db", world.path("dangling.db")).unwrap();
    refused(&world, "dangling.db", 5, "dangling.db is a link that leads nowhere");
    symlink("round.db", world.path("round.db")).unwrap();
    refused(&world, "round.db", 1, "round.db");
}

#[test]
fn a_database_with_two_names_can_be_read_under_both() {
    let world = World::small();
    fs::hard_link(world.path("crm.db"), world.path("other.db")).unwrap();
    for name in ["crm.db", "other.db"] {
        let archive = format!("{name}.zst");
        Told::of(world.on(name).args(["backup", "-o", &archive])).exits(0);
        assert_eq!(number(&world.unpacked(&archive), "SELECT count(*) FROM person"), 3);
    }
}

/// Leaves in `folder` what a program leaves that was killed in the middle of a transaction: a database with pages that
/// were never committed, and the journal to take them back with.
fn hot_journal(world: &World, folder: &str) {
    let writer = world.database("crm.db");
    writer
        .execute_batch(
            "PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN;
             UPDATE person SET name = 'Halfway ' || id, note = hex(zeroblob(200));",
        )
        .unwrap();
    fs::create_dir(world.path(folder)).unwrap();
    for name in ["crm.db", "crm.db-journal"] {
        fs::copy(world.path(name), world.path(folder).join(name)).unwrap();
    }
    let copied = fs::read(world.path(folder).join("crm.db")).unwrap();
    assert!(copied.windows(7).any(|bytes| bytes == b"Halfway"), "the copy was taken halfway");
    writer.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn a_transaction_that_somebody_left_unfinished_is_taken_back_and_said() {
    let world = World::people(2000);
    hot_journal(&world, "left");
    Told::of(world.on("left/crm.db").args(["backup", "-o", "out.zst"])).exits(0).complains("was rolled back");
    assert_eq!(number(&world.unpacked("out.zst"), "SELECT count(*) FROM person"), 2000);
    let source = world.database("left/crm.db");
    assert_eq!(number(&source, "SELECT count(*) FROM person WHERE name LIKE 'Halfway%'"), 0);
    assert!(!world.path("left/crm.db-journal").exists());
}

/// The program as somebody who may read what everybody may, and write nothing but the folder `own`. Nothing where the
/// test runs as root and cannot become somebody else.
fn as_somebody_else(world: &World, database: &str) -> Option<Command> {
    rights(world.folder(), 0o755);
    if !rustix::process::geteuid().is_root() {
        return Some(world.on(database));
    }
    let setpriv = tools::find("setpriv")?;
    let mut command = Command::new(setpriv);
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(world.program_for_all())
        .current_dir(world.folder())
        .env_clear()
        .args(["--map", "map.toml", "--db", database]);
    Some(command)
}

fn rights(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_unfinished_transaction_in_a_folder_that_may_not_be_written_is_named_as_the_cause() {
    let world = World::people(2000);
    hot_journal(&world, "left");
    for (name, mode) in [("left/crm.db", 0o444), ("left/crm.db-journal", 0o444), ("left", 0o555)] {
        rights(&world.path(name), mode);
    }
    let Some(mut command) = as_somebody_else(&world, "left/crm.db") else { return };
    let told = world.unchanged(|| Told::of(command.args(["map", "check"])));
    rights(&world.path("left"), 0o755);
    told.exits(1).complains("needs to be rolled back").complains("-journal");
}

#[test]
fn rows_that_break_a_check_already_may_go_on_doing_so_where_the_database_may_only_be_read() {
    let world = World::small();
    let crm = rusqlite::Connection::open(world.path("crm.db")).unwrap();
    crm.execute_batch(
        "PRAGMA ignore_check_constraints = ON;
         CREATE TABLE stage (id INTEGER PRIMARY KEY, \"rank\" INTEGER CHECK (rank < 3));
         INSERT INTO stage VALUES (1, 1), (2, 3), (3, 4), (4, NULL);",
    )
    .unwrap();
    drop(crm);
    let map = fs::read_to_string(world.path("map.toml")).unwrap();
    fs::write(world.path("map.toml"), format!("{map}\n[table.stage]\nid = 'keep'\nrank = 'keep'\n")).unwrap();
    rights(&world.path("crm.db"), 0o444);
    rights(&world.path("map.toml"), 0o644);
    fs::create_dir(world.path("own")).unwrap();
    rights(&world.path("own"), 0o777);
    let Some(mut command) = as_somebody_else(&world, "crm.db") else { return };
    Told::of(command.args(["backup", "-o", "own/out.zst"])).exits(0);
    assert_eq!(number(&world.unpacked("own/out.zst"), "SELECT sum(rank) FROM stage"), 8);
}

#[test]
fn a_database_that_may_only_be_read_is_enough() {
    let world = World::small();
    fs::create_dir(world.path("closed")).unwrap();
    fs::rename(world.path("crm.db"), world.path("closed/crm.db")).unwrap();
    rights(&world.path("closed/crm.db"), 0o444);
    rights(&world.path("closed"), 0o555);
    let Some(mut command) = as_somebody_else(&world, "closed/crm.db") else { return };
    let told = world.unchanged(|| Told::of(command.args(["--json", "map", "check"])));
    rights(&world.path("closed"), 0o755);
    assert_eq!(told.exits(0).json()["complete"], true);
}

#[test]
fn a_log_that_cannot_be_shared_is_told_by_the_rights_that_are_missing() {
    let world = World::small();
    world.database("crm.db").execute_batch("PRAGMA journal_mode = WAL").unwrap();
    fs::create_dir(world.path("closed")).unwrap();
    fs::rename(world.path("crm.db"), world.path("closed/crm.db")).unwrap();
    rights(&world.path("closed/crm.db"), 0o444);
    rights(&world.path("closed"), 0o555);
    let Some(mut command) = as_somebody_else(&world, "closed/crm.db") else { return };
    let told = world.unchanged(|| Told::of(command.args(["map", "check"])));
    rights(&world.path("closed"), 0o755);
    told.exits(1).complains("closed/crm.db").complains("rights on the file and its folder");
}

#[test]
fn missing_rights_are_named_and_nothing_is_changed() {
    let world = World::small();
    rights(&world.path("crm.db"), 0o000);
    let Some(mut command) = as_somebody_else(&world, "crm.db") else { return };
    let told = world.unchanged(|| Told::of(command.args(["backup", "-o", "out.zst"])));
    rights(&world.path("crm.db"), 0o644);
    told.exits(1).complains("crm.db cannot be read");

    fs::create_dir(world.path("closed")).unwrap();
    rights(&world.path("closed"), 0o555);
    let Some(mut command) = as_somebody_else(&world, "crm.db") else { return };
    let told = world.unchanged(|| Told::of(command.args(["backup", "-o", "closed/out.zst"])));
    told.exits(1).complains("closed").complains("permission denied");
}

#[test]
fn a_log_whose_writer_is_gone_is_read_and_stays_there() {
    let world = World::small();
    fs::create_dir(world.path("left")).unwrap();
    let writer = world.database("crm.db");
    writer
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
             INSERT INTO person VALUES (4, 'Canari Tardif', NULL, NULL);",
        )
        .unwrap();
    for name in ["crm.db", "crm.db-wal"] {
        fs::copy(world.path(name), world.path("left").join(name)).unwrap();
    }
    drop::<Connection>(writer);
    let source = fs::read(world.path("left/crm.db")).unwrap();
    let log = fs::read(world.path("left/crm.db-wal")).unwrap();
    Told::of(world.on("left/crm.db").args(["backup", "-o", "out.zst"])).exits(0);
    assert_eq!(number(&world.unpacked("out.zst"), "SELECT count(*) FROM person"), 4);
    assert!(fs::read(world.path("left/crm.db")).unwrap() == source, "the database was not written");
    assert!(fs::read(world.path("left/crm.db-wal")).unwrap() == log, "the log was not played into it");
}
