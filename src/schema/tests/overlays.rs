//! Maps that extend maps.

use super::*;
use crate::fault::{Kind, kind_of};
use crate::schema::{Category, Content, RelationKind};

#[test]
fn an_overlay_adds_and_replaces_column_by_column() {
    let base =
        "time = \"%Y\"\n[tables]\nlog = \"empty\"\n[table.party]\nname = \"party-name\"\ncode = \"keep\"";
    let map = overlay(
        base,
        "[tables]\nLOG = \"keep\"\n[table.party]\nNAME = \"full-name\"\nextra = \"email\"\n[table.own]\n\"*\" = \"blank\"",
    );
    let catalog = catalog([
        table("party", "name TEXT, code TEXT, extra TEXT"),
        table("log", "line TEXT"),
        table("own", "text TEXT"),
    ]);
    let complete = map.complete_for(&catalog).unwrap_or_else(|error| panic!("{}", told(&error)));
    let content = |table: &str, column: &str| {
        let column = complete.table(table).and_then(|table| table.column(column)).expect("mapped");
        (column.rule.content.clone(), column.origin.file.clone())
    };
    let one = |category, file: &str| (Content::One(category), file.to_owned());
    assert_eq!(content("party", "name"), one(Category::FullName, "own.toml"));
    assert_eq!(content("party", "code"), one(Category::Keep, "base.toml"));
    assert_eq!(content("party", "extra"), one(Category::Email, "own.toml"));
    assert_eq!(content("log", "line"), one(Category::Keep, "own.toml"));
    assert_eq!(content("own", "text"), one(Category::Blank, "own.toml"));
    assert_eq!((complete.name(), complete.time()), ("own", Some("%Y")));
}

#[test]
fn an_overlay_replaces_a_role_as_a_whole() {
    let role = |label: &str| format!("[relations.company]\ntable = \"party\"\nkey = \"id\"\n{label}");
    let map = overlay(&role("label = \"id\""), &format!("[tables]\nparty = \"keep\"\n{}", role("")));
    let complete = map.complete_for(&catalog([table("party", "id INTEGER")])).expect("complete");
    assert_eq!(complete.relations().len(), 1);
    assert_eq!(complete.relation(RelationKind::Company).expect("there").label, None);
}

#[test]
fn both_texts_make_the_digest() {
    let digest = |base: &str, text: &str| overlay(base, text).digest().to_owned();
    assert_ne!(digest("", ""), digest("# base", ""));
    assert_ne!(digest("", ""), digest("", "# own"));
}

#[test]
fn what_is_wrong_with_the_base_is_told_with_the_base_s_place() {
    let find = &mut |_: &str| Ok((written("[tables]\nx = \"kep\""), "base.toml".to_owned()));
    let error = Map::parse(&written("extends = \"base\""), "own.toml", find).expect_err("the base is wrong");
    assert!(told(&error).starts_with("base.toml:5:5: "), "{}", told(&error));
}

#[test]
fn a_base_that_is_not_there_is_told_with_the_place_of_the_line() {
    let error = read("extends = \"nothing\"").expect_err("there is no base");
    assert_eq!((told(&error).as_str(), kind_of(&error)), ("own.toml:4:1: no map nothing", Kind::Missing));
}

#[test]
fn a_circle_of_maps_is_refused() {
    let text = written("extends = \"self\"");
    let error =
        Map::parse(&text, "self", &mut |_| Ok((text.clone(), "self".to_owned()))).expect_err("a circle");
    assert_eq!(told(&error), "self:4:1: maps extend each other without end");
}

#[test]
fn a_path_is_relative_to_the_file_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        std::fs::write(&path, written(text)).expect("a file");
        path.display().to_string()
    };
    write("base.toml", "folder = \"files\"");
    write("sub/middle.toml", "extends = \"../base.toml\"");
    let own = write("own.toml", "extends = \"sub/middle.toml\"");
    assert_eq!(Map::load(&own).expect("all three are there").folder.as_deref(), Some("files"));
}
