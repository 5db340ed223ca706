//! crm-admin-archive(5): its command lines unpack an archive, and it knows every field of the manifest.

use crate::shell::{path_of, shell};
use crate::world::World;
use crate::{example, read, tools, unescape};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn an_archive_is_unpacked_as_the_manual_says() {
    if ["zstd", "sqlite3", "sha256sum"].iter().any(|tool| tools::find(tool).is_none()) {
        return;
    }
    let world = World::demo(20);
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    let path = path_of(&world);
    fs::rename(world.path("crm.db"), world.path("source.db")).unwrap();
    let page = "man/crm-admin-archive.5";
    shell(&world, &path, &example(page, "unpack-ours")).exits(0);
    shell(&world, &path, &example(page, "unpack-stock")).exits(0).says("contact");
    let told = shell(&world, &path, &example(page, "digest")).exits(0).stdout();
    let digest = &told[..64];
    assert_eq!(told.matches(digest).count(), 2, "{told}");
    assert_eq!(fs::read(world.path("copy.db")).unwrap(), fs::read(world.path("crm.db")).unwrap());
}

/// The lengths in the table of the trailer, in its order, for so long a manifest and so many frames.
fn lengths_in_the_manual(manifest: usize, frames: usize) -> Vec<usize> {
    let page = read("man/crm-admin-archive.5");
    let (_, table) = page.split_once("bytes\twhat\n").expect("the table");
    let (table, _) = table.split_once(".TE").expect("its end");
    let length = |line: &str| {
        Some(match line.split_once("\tT{")?.0 {
            "M" => manifest,
            "40 N" => 40 * frames,
            number => number.parse().expect("a number of bytes"),
        })
    };
    table.lines().filter_map(length).collect()
}

#[test]
fn an_archive_ends_byte_by_byte_as_the_manual_says() {
    let world = World::demo(20);
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    let told = world.run(["--json", "archive", "inspect", "crm.zst"]).exits(0).json();
    let bytes = fs::read(world.path("crm.zst")).unwrap();
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    // The ends of the fields, counted from the end of the file: CRMADMIN, the format, a digest, M, N.
    let end = bytes.len();
    let (frames, manifest) = (number(&bytes[end - 52..end - 48]), number(&bytes[end - 48..end - 44]));
    let lengths = lengths_in_the_manual(manifest, frames);
    assert_eq!(lengths.len(), 11);
    let trailer = &bytes[end - lengths.iter().sum::<usize>()..];
    let mut rest = trailer;
    let mut fields = Vec::new();
    for length in lengths {
        let (field, after) = rest.split_at(length);
        fields.push(field);
        rest = after;
    }
    let digest = |bytes: &[u8]| Sha256::digest(bytes).to_vec();
    assert_eq!(fields[0], [0x5C, 0x2A, 0x4D, 0x18]);
    assert_eq!(number(fields[1]), manifest + 40 * frames + 92);
    let parsed: serde_json::Value = serde_json::from_slice(fields[2]).expect("the manifest is JSON");
    assert_eq!(parsed, told["manifest"]);
    let first = number(&fields[3][..4]);
    assert_eq!(digest(&bytes[..first]), fields[3][8..40], "the first frame");
    assert_eq!(fields[4].iter().map(|byte| format!("{byte:02x}")).collect::<String>(), told["sha256"]);
    assert_eq!(number(fields[5]), told["database_bytes"].as_u64().unwrap() as usize);
    assert_eq!(number(fields[6]), told["frames"].as_u64().unwrap() as usize);
    assert_eq!(digest(&trailer[..trailer.len() - 44]), fields[8], "the trailer up to its digest");
    assert_eq!((number(fields[9]), fields[10]), (1, &b"CRMADMIN"[..]));
}

#[test]
fn the_manual_has_every_field_of_the_manifest() {
    let world = World::demo(3);
    world.on_crm(["backup", "-o", "crm.zst"]).exits(0);
    let told = world.run(["--json", "archive", "inspect", "crm.zst"]).exits(0).json();
    let page = unescape(&read("man/crm-admin-archive.5"));
    let (_, section) = page.split_once(".SH MANIFEST\n").expect("the section");
    let manifest = told["manifest"].as_object().expect("the manifest");
    for field in manifest.keys() {
        assert!(section.contains(&format!(".TP\n\\fB{field}\\fR")), "{field} has no line");
    }
    let mut below = BTreeSet::new();
    for value in
        [&manifest["map"], &manifest["database"], &manifest["database"]["tables"][0], &manifest["columns"][0]]
    {
        below.extend(value.as_object().expect("an object").keys().cloned());
    }
    assert!(below.len() > 10);
    for field in below {
        assert!(section.contains(&format!("\\fB{field}\\fR")), "{field} is not mentioned");
    }
}
