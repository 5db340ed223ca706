//! crm-admin-archive(5): its command lines unpack an archive, and it knows every field of the manifest.

use crate::shell::{path_of, shell};
use crate::world::World;
use crate::{example, read, tools, unescape};
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
