//! What the writer makes: it comes back whole, plain zstd reads it, and errors are not lost.

use super::*;
use crate::fault::kind_of;
use proptest::prelude::*;
use std::io::{self, Write};
use std::process::{Command, Stdio};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_the_sizes_the_same_database_comes_back(
        pages in 1_u32..40, frame in 512_usize..3000, threads in 0_usize..4, level in 1..6, piece in 1_usize..5000,
    ) {
        let database = database(pages);
        let mut writer = Writer::with_frame(Vec::new(), Options { level, threads }, frame).unwrap();
        database.chunks(piece).for_each(|piece| writer.push(piece).unwrap());
        let (archive, summary) = writer.finish(&Manifest::default()).unwrap();
        let (verified, back) = unpacked(&archive, frame).unwrap();
        prop_assert!(back == database);
        prop_assert_eq!(summary.file_bytes, archive.len() as u64);
        prop_assert_eq!(summary.frames, database.len().div_ceil(frame) as u64);
        prop_assert_eq!(summary.sha256, digest(&database));
        prop_assert_eq!(
            verified,
            Verified {
                frames: summary.frames,
                decoded_bytes: database.len() as u64,
                sha256: summary.sha256,
                page_size: 512,
                pages,
            }
        );
        prop_assert!(zstd::decode_all(&archive[..]).unwrap() == database);
    }
}

#[test]
fn sizes_around_a_frame_come_back() {
    for frame in [512, 1024, 1536] {
        for pages in 1..=7 {
            let database = database(pages);
            let archive = archived(&database, frame);
            assert!(unpacked(&archive, frame).unwrap().1 == database, "{pages} pages in frames of {frame}");
        }
    }
}

#[test]
fn an_archive_of_ordinary_frames_comes_back() {
    let database = database(FRAME as u32 / 512 + 1);
    let mut writer = Writer::new(Vec::new(), Options::default()).unwrap();
    writer.push_all(&mut &database[..], &mut Silence).unwrap();
    let (bytes, summary) = writer.finish(&Manifest::default()).unwrap();
    assert_eq!((summary.frames, summary.decoded_bytes), (2, FRAME as u64 + 512));
    let mut archive = Archive::open(Cursor::new(&bytes), NO_LIMIT).unwrap();
    assert_eq!(archive.verify(&mut Silence).unwrap().sha256, digest(&database));
    // Checking twice is no different from checking once.
    assert!(archive.verify(&mut Silence).is_ok());
}

#[test]
fn what_the_manifest_says_is_known_before_anything_is_decoded() {
    let mut manifest = Manifest { engine: "SQLite 3.51.0".into(), ..Manifest::default() };
    manifest.map.name = "référence".into();
    let mut writer = Writer::with_frame(Vec::new(), Options::default(), SMALL).unwrap();
    writer.push(&database(5)).unwrap();
    let (bytes, _) = writer.finish(&manifest).unwrap();
    let archive = open(&bytes, SMALL).unwrap();
    assert_eq!(archive.manifest(), &manifest);
    assert_eq!((archive.frames(), archive.decoded_bytes()), (3, 2560));
    assert_eq!(archive.sha256(), digest(&database(5)));
}

#[test]
fn the_number_of_threads_does_not_show_in_the_bytes() {
    let with = |threads| {
        let mut writer = Writer::with_frame(Vec::new(), Options { level: 3, threads }, SMALL).unwrap();
        writer.push(&database(31)).unwrap();
        writer.finish(&Manifest::default()).unwrap().0
    };
    assert!(with(1) == with(2) && with(1) == with(5));
}

#[test]
fn the_zstd_program_reads_it() {
    let database = database(40);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zst");
    std::fs::write(&path, archived(&database, SMALL)).unwrap();
    let zstd = |option| Command::new("zstd").arg(option).arg(&path).stderr(Stdio::null()).output();
    let Ok(tested) = zstd("-t") else {
        // Past the test harness, which would swallow it.
        let _ = writeln!(io::stderr(), "skipped: zstd");
        return;
    };
    assert!(tested.status.success());
    assert!(zstd("-dc").unwrap().stdout == database);
}

/// A disk with room for so many bytes.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_noticed_wherever_it_gets_full() {
    let database = database(20);
    let needed = archived(&database, SMALL).len();
    for room in (0..needed).step_by(37).chain([needed - 1]) {
        let mut writer = Writer::with_frame(Disk(room), Options { level: 3, threads: 2 }, SMALL).unwrap();
        let pushed = writer.push(&database);
        let error = match pushed {
            Ok(()) => writer.finish(&Manifest::default()).map(drop).unwrap_err(),
            Err(error) => {
                let again = writer.finish(&Manifest::default()).map(drop).unwrap_err();
                assert!(again.to_string().contains("given up"), "{again}");
                error
            }
        };
        let cause = error.downcast_ref::<io::Error>().expect("the cause is still there");
        assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
    }
    let mut writer = Writer::with_frame(Disk(needed), Options { level: 3, threads: 2 }, SMALL).unwrap();
    writer.push(&database).unwrap();
    assert!(writer.finish(&Manifest::default()).is_ok());
}

#[test]
fn a_full_disk_keeps_its_kind_for_those_who_only_know_io() {
    let mut writer = Writer::with_frame(Disk(10), Options { level: 3, threads: 1 }, SMALL).unwrap();
    let error = io::copy(&mut &database(20)[..], &mut writer).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn a_writer_that_is_dropped_lets_its_threads_go() {
    for pages in [0, 1, 20] {
        let mut writer = Writer::with_frame(io::sink(), Options { level: 3, threads: 3 }, SMALL).unwrap();
        writer.push(&database(pages.max(1))[..512 * pages as usize]).unwrap();
        drop(writer);
    }
}

#[test]
fn what_would_not_be_read_is_not_written() {
    let refused = |bytes: &[u8]| {
        let mut writer = Writer::with_frame(Vec::new(), Options::default(), SMALL).unwrap();
        writer.push(bytes).unwrap();
        let error = writer.finish(&Manifest::default()).map(drop).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Unfinished);
        error.to_string()
    };
    assert!(refused(b"").contains("does not begin as a SQLite database does"));
    assert!(refused(&[1; 512]).contains("does not begin as a SQLite database does"));
    assert!(refused(&database(3)[..1024]).contains("declares 3 pages"));
}

#[test]
fn a_level_that_zstd_does_not_have_is_a_usage_error() {
    for level in [-1, 0, 20, i32::MAX] {
        let error = Writer::new(io::sink(), Options { level, threads: 1 }).map(drop).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
    }
}

#[test]
fn frames_that_were_made_ahead_do_not_show_and_are_left_where_the_bytes_changed() {
    let folder = tempfile::tempdir().unwrap();
    let before = database(31);
    let file = std::fs::File::create_new(folder.path().join("database")).unwrap();
    (&file).write_all(&before).unwrap();
    let options = Options { level: 3, threads: 2 };
    let ahead = |settled: u64, frames: usize| {
        let spool = tempfile::tempfile().unwrap();
        let left = std::cell::Cell::new(frames);
        let file = std::fs::File::open(folder.path().join("database")).unwrap();
        let goes_on = || left.replace(left.get().saturating_sub(1)) > 0;
        Ahead::with_frame(&file, settled, spool, options, goes_on, SMALL).unwrap()
    };
    let whole = before.len() as u64;
    for (settled, frames) in [(0, 99), (512, 99), (whole - 2000, 99), (whole, 99), (whole, 3), (whole, 0)] {
        for changed in [None, Some(20), Some(1500), Some(5 * SMALL), Some(before.len() - 1)] {
            let mut after = before.clone();
            changed.into_iter().for_each(|at| after[at] ^= u8::from(at != 20));
            after.extend_from_slice(&[7; 512]);
            after[28..32].copy_from_slice(&32_u32.to_be_bytes());
            let mut writer = Writer::with_frame(Vec::new(), options, SMALL).unwrap();
            writer = writer.with(Some(ahead(settled, frames)));
            writer.push(&after).unwrap();
            let (archive, _) = writer.finish(&Manifest::default()).unwrap();
            assert!(archive == archived(&after, SMALL), "{settled} {frames} {changed:?}");
        }
    }
}
