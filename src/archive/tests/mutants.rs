//! Archives that were damaged without intent, everywhere and in every way that comes to mind.

use super::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

#[test]
fn every_truncation_is_refused() {
    let archive = archived(&database(7), SMALL);
    for length in 0..archive.len() {
        refusal(&archive[..length]);
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let mut archive = archived(&database(5), SMALL);
    for (place, bit) in (0..archive.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        archive[place] ^= 1 << bit;
        refusal(&archive);
        archive[place] ^= 1 << bit;
    }
    assert!(unpacked(&archive, SMALL).is_ok());
}

#[test]
fn whatever_is_added_is_refused() {
    let [archive, other] = [7, 4].map(|pages| archived(&database(pages), SMALL));
    for more in [&b"\0"[..], b"\n", b"CRMADMIN", &archive[archive.len() - trailer::FOOTER..]] {
        refusal(&[&archive[..], more].concat());
        refusal(&[more, &archive[..]].concat());
    }
    assert!(refusal(&[&archive[..], &archive[..]].concat()).contains("stand before the trailer"));
    assert!(refusal(&[&other[..], &archive[..]].concat()).contains("stand before the trailer"));
}

#[test]
fn what_is_no_archive_is_called_by_its_name() {
    assert_eq!(refusal(b""), "this is an empty file, not an archive");
    assert_eq!(refusal(&database(3)), "this is a SQLite database, not an archive");
    assert_eq!(refusal("Dupont;Jérôme\n".repeat(90).as_bytes()), "this is a text file, not an archive");
    assert!(refusal(&zstd::encode_all(&database(3)[..], 3).unwrap()).contains("another program made it"));
    assert!(refusal(b"CRMADMIN").contains("not an archive"));
    refusal(&[&[0; 84][..], b"CRMADMIN"].concat());
    refusal(&[&[1; 4096][..], &1_u32.to_le_bytes(), b"CRMADMIN"].concat());
}

/// How many mutants to try: a few, or all that is asked before a release.
fn mutants() -> u32 {
    if std::env::var_os("CRM_ADMIN_FULL").is_some() { 100_000 } else { 2000 }
}

#[test]
fn no_mutant_is_taken_for_something_else() {
    let database = database(9);
    let archive = archived(&database, SMALL);
    let mut refused = 0;
    for number in 0..mutants() {
        let mut chance = StdRng::seed_from_u64(u64::from(number));
        let mut mutant = archive.clone();
        for _ in 0..chance.random_range(1..4) {
            mutate(&mut mutant, &mut chance);
        }
        if chance.random() {
            mutant = signed_again(mutant);
        }
        match unpacked(&mutant, SMALL) {
            Ok((_, content)) => assert!(content == database, "mutant {number} was taken for something else"),
            Err(error) => {
                let kind = fault_of(&error).map(|fault| fault.kind);
                assert_eq!(kind, Some(Kind::Damaged), "mutant {number}: {error:#}");
                refused += 1;
            }
        }
    }
    assert!(refused > mutants() / 2, "most mutants differ from the archive, and {refused} were refused");
}

/// Changes one thing, half of the time near the end, where the numbers are.
fn mutate(bytes: &mut Vec<u8>, chance: &mut StdRng) {
    let length = bytes.len();
    if length < 200 {
        return;
    }
    let first = if chance.random() { length - 100 } else { 0 };
    let at = chance.random_range(first..length);
    let end = at + chance.random_range(0..=(length - at).min(64));
    match chance.random_range(0..8) {
        0 => bytes[at] ^= 1 << chance.random_range(0..8),
        1 => bytes[at] = chance.random(),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => bytes[at..end].fill(0),
        5 => {
            let piece = bytes[at..end].to_vec();
            let place = chance.random_range(0..length);
            bytes.splice(place..place, piece).for_each(drop);
        }
        6 => {
            let number = [0, 1, 255, 65536, 1 << 31, u32::MAX][chance.random_range(0..6)];
            let place = at.min(length - 4);
            bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        }
        _ => {
            let place = chance.random_range(0..length - (end - at));
            bytes.copy_within(at..end, place);
        }
    }
}
