//! Archives: opened with nothing of ours installed, and never believed when a single bit is wrong.

use crate::counts::{count, is_full};
use crate::tools;
use crate::world::{Told, World, number, text};
use crm_admin::archive::{Archive, FRAME, Limits, Manifest, Options, Writer};
use crm_admin::digest::digest;
use crm_admin::fault::{Kind, kind_of};
use crm_admin::progress::Silence;
use std::fs;
use std::io::Cursor;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The archive of a small database, beside it.
fn archived() -> (World, Vec<u8>) {
    let world = World::small();
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    let archive = fs::read(world.path("crm.zst")).unwrap();
    (world, archive)
}

/// The library's verdict on some bytes: nothing, or what kind of fault it found.
fn fault_in(archive: &[u8]) -> Option<Kind> {
    Archive::open(Cursor::new(archive), Limits { max_decoded_bytes: 1 << 30 })
        .and_then(|mut archive| archive.verify(&mut Silence))
        .err()
        .map(|error| kind_of(&error))
}

/// The program's verdict: damaged, in two seconds, and nothing is restored from it.
#[track_caller]
fn assert_refused(world: &World, archive: &[u8]) {
    fs::write(world.path("spoilt.zst"), archive).unwrap();
    for arguments in [&["archive", "verify", "spoilt.zst"][..], &["restore", "spoilt.zst", "--to", "new.db"]]
    {
        let mut command = world.program();
        let told = world.unchanged(|| Told::within(Duration::from_secs(2), command.args(arguments)));
        told.exits(7);
    }
}

#[test]
fn stock_tools_restore_an_archive() {
    let (world, _) = archived();
    let (Some(zstd), Some(sqlite)) = (tools::find("zstd"), tools::find("sqlite3")) else { return };
    let run =
        |tool, arguments: &[&str]| Told::of(Command::new(tool).current_dir(world.folder()).args(arguments));
    run(&zstd, &["-q", "-t", "crm.zst"]).exits(0);
    run(&zstd, &["-q", "-d", "crm.zst", "-o", "stock.db"]).exits(0);
    let checks = "PRAGMA integrity_check; PRAGMA foreign_key_check; SELECT count(*) FROM person;";
    assert_eq!(run(&sqlite, &["stock.db", checks]).exits(0).stdout(), "ok\n3\n");
    let mut piped = Command::new(&zstd);
    piped.args(["-q", "-dc"]).stdin(fs::File::open(world.path("crm.zst")).unwrap());
    let told = Told::of(&mut piped).exits(0);
    world.run(["restore", "crm.zst", "--to", "ours.db"]).exits(0);
    let ours = fs::read(world.path("ours.db")).unwrap();
    assert!(told.bytes() == ours && fs::read(world.path("stock.db")).unwrap() == ours);
    let inspected = world.run(["--json", "archive", "inspect", "crm.zst"]).exits(0).json();
    assert_eq!(inspected["sha256"], digest(&ours).to_string());
}

#[test]
fn indexes_and_names_come_across_and_people_do_not() {
    let (world, _) = archived();
    let copy = world.unpacked("crm.zst");
    assert_eq!(
        text(&copy, "SELECT sql FROM sqlite_schema WHERE name = 'person_name'"),
        "CREATE INDEX person_name ON person (name)"
    );
    assert_eq!(number(&copy, "SELECT count(*) FROM person WHERE email IS NULL AND id = 3"), 1);
    assert_eq!(
        number(&copy, "SELECT count(*) FROM person WHERE name LIKE '%canari%' OR email LIKE '%canari%'"),
        0
    );
}

#[test]
fn every_truncation_is_refused() {
    let (world, archive) = archived();
    for length in 0..archive.len() {
        assert_eq!(fault_in(&archive[..length]), Some(Kind::Damaged), "{length}");
    }
    for length in [0, 1, 11, 12, archive.len() / 2, archive.len() - 92, archive.len() - 12, archive.len() - 1]
    {
        assert_refused(&world, &archive[..length]);
    }
    assert_eq!(fault_in(&archive), None);
}

#[test]
fn every_flipped_bit_is_refused() {
    let (world, mut archive) = archived();
    for (place, bit) in (0..archive.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        archive[place] ^= 1 << bit;
        assert_eq!(fault_in(&archive), Some(Kind::Damaged), "bit {bit} of byte {place}");
        if bit == 5 && place % (archive.len() / 20) == 0 {
            assert_refused(&world, &archive);
        }
        archive[place] ^= 1 << bit;
    }
    assert_eq!(fault_in(&archive), None);
}

#[test]
fn every_added_byte_is_refused() {
    let (world, archive) = archived();
    for more in [&b"\0"[..], b"\n", &archive] {
        assert_refused(&world, &[&archive[..], more].concat());
        assert_refused(&world, &[more, &archive[..]].concat());
    }
}

#[test]
fn no_mutant_is_taken_for_something_else() {
    let (world, archive) = archived();
    let mut state = 1_u64;
    let mut chance = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for number in 0..count(3000, 100_000) {
        let mut mutant = archive.clone();
        for _ in 0..=chance(3) {
            let (from, to, length) = (chance(mutant.len()), chance(mutant.len()), chance(64));
            match chance(4) {
                0 => mutant[from] = chance(256) as u8,
                1 => drop(mutant.drain(from..(from + length).min(archive.len() / 2).max(from))),
                2 => {
                    let piece = mutant[from..(from + length).min(mutant.len())].to_vec();
                    mutant.splice(to..to, piece).for_each(drop);
                }
                _ => mutant.swap(from, to),
            }
        }
        if mutant == archive {
            continue;
        }
        assert_eq!(fault_in(&mutant), Some(Kind::Damaged), "mutant {number}");
        if is_full() || number % 100 == 0 {
            fs::write(world.path("mutant.zst"), &mutant).unwrap();
            let mut command = world.program();
            command.args(["archive", "verify", "mutant.zst"]);
            Told::within(Duration::from_secs(2), &mut command).exits(7);
        }
    }
}

/// An archive of a database of 4 GiB of zeros, with every digest right but the last, in a few hundred kilobytes. It is
/// put together from an honest one of two frames by repeating the second.
fn bomb(frames: u32, declared: u64) -> Vec<u8> {
    let mut database = vec![0; 2 * FRAME];
    database[..16].copy_from_slice(b"SQLite format 3\0");
    database[16..18].copy_from_slice(&1_u16.to_be_bytes());
    database[28..32].copy_from_slice(&(2 * FRAME as u32 / 65536).to_be_bytes());
    let mut writer = Writer::new(Vec::new(), Options::default()).unwrap();
    writer.push(&database).unwrap();
    let (honest, _) = writer.finish(&Manifest::default()).unwrap();
    let footer = honest.len() - 92;
    let number = |at: usize| u32::from_le_bytes(honest[at..at + 4].try_into().unwrap()) as usize;
    let manifest = number(footer + 44);
    let table = footer - 2 * 40;
    let (first, second) = (number(table), number(table + 40));
    let again = frames as usize - 1;
    let mut bytes = honest[..first].to_vec();
    bytes.extend(honest[first..first + second].repeat(again));
    let trailer = bytes.len();
    bytes.extend(&honest[first + second..first + second + 4]);
    bytes.extend((manifest as u32 + 40 * frames + 92).to_le_bytes());
    bytes.extend(&honest[table - manifest..table + 40]);
    bytes.extend(honest[table + 40..footer].repeat(again));
    bytes.extend(&honest[footer..footer + 32]);
    bytes.extend(declared.to_le_bytes());
    bytes.extend(frames.to_le_bytes());
    bytes.extend((manifest as u32).to_le_bytes());
    let agreed = digest(&bytes[trailer..]);
    bytes.extend(agreed.0);
    bytes.extend(&honest[honest.len() - 12..]);
    bytes
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let world = World::empty();
    let honest = bomb(2, 2 * FRAME as u64);
    assert_eq!(fault_in(&honest), None, "the one it is made of is sound");
    fs::write(world.path("bomb.zst"), bomb(1024, 4 << 30)).unwrap();
    assert!(fs::metadata(world.path("bomb.zst")).unwrap().len() < 500_000);
    for arguments in [
        &["restore", "bomb.zst", "--to", "new.db", "--max-size", "1G"][..],
        &["archive", "verify", "bomb.zst", "--max-size", "4095M"],
    ] {
        let mut command = world.program();
        let told = world.unchanged(|| Told::within(Duration::from_secs(1), command.args(arguments)));
        told.exits(7).complains("would unpack to 4294967296 bytes");
    }
    let inspected = world.run(["--json", "archive", "inspect", "bomb.zst"]).exits(0).json();
    assert_eq!(inspected["database_bytes"], 4_u64 << 30, "looking at it unpacks nothing");
}

#[test]
fn a_bomb_that_declares_less_writes_no_more_than_it_declares() {
    let world = World::empty();
    for declared in [8 << 20, 16 << 20, 2 << 30] {
        assert_refused(&world, &bomb(1024, declared));
    }
    // It declares what it has, below the limit, and its header and digest are those of another database.
    let mut command = Command::new("/bin/sh");
    fs::write(world.path("bomb.zst"), bomb(8, 8 * FRAME as u64)).unwrap();
    let limit = 33 << 10;
    command
        .args(["-c", &format!("ulimit -f {limit}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_crm-admin"))
        .args(["restore", "bomb.zst", "--to", "new.db", "--max-size", "32M"])
        .current_dir(world.folder())
        .env_clear()
        .stdin(Stdio::null());
    world.unchanged(|| Told::of(&mut command)).exits(7);
}

#[test]
fn an_archive_of_a_later_format_says_so() {
    let (world, mut archive) = archived();
    let version = archive.len() - 12;
    archive[version] = 2;
    fs::write(world.path("later.zst"), archive).unwrap();
    world.run(["archive", "verify", "later.zst"]).exits(7).complains("newer crm-admin").complains("zstd -d");
}
