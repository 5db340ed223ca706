//! The pages: written by the program, set by groff, pointing at each other.

use crate::world::World;
use crate::{read, repository, tools, unescape};
use crm_admin::schema::Category;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The pages in a folder, by name.
fn pages_in(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let pages = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    pages
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The pages as the program writes them.
fn written_pages() -> BTreeMap<String, String> {
    let world = World::empty();
    world.run(["generate", "man", "share"]).exits(0);
    let mut pages = pages_in(&world.path("share/man1"));
    pages.extend(pages_in(&world.path("share/man5")));
    pages
}

#[test]
fn the_committed_pages_are_those_the_program_writes() {
    let written = written_pages();
    let folder = repository("man");
    if std::env::var_os("CRM_ADMIN_WRITE_MANUAL").is_some() {
        for old in pages_in(&folder).keys().filter(|name| !written.contains_key(*name)) {
            fs::remove_file(folder.join(old)).unwrap();
        }
        for (name, text) in &written {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let committed = pages_in(&folder);
    assert!(written.len() > 15, "the pages were written");
    assert_eq!(committed.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (name, text) in &written {
        assert!(
            committed[name] == *text,
            "man/{name} is not what the program says; CRM_ADMIN_WRITE_MANUAL=1 cargo test --test manual writes it anew"
        );
    }
}

#[test]
fn a_dry_run_writes_no_page() {
    let world = World::empty();
    world.run(["--dry-run", "generate", "man", "share"]).exits(0).says("share/man5/crm-admin-map.5");
    assert!(world.names().is_empty());
}

#[test]
fn every_page_is_set_without_a_complaint() {
    let Some(groff) = tools::find("groff") else { return };
    for name in written_pages().keys() {
        let set = Command::new(&groff)
            .args(["-t", "-man", "-Tascii", "-ww", "-z"])
            .arg(repository("man").join(name))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&set.stderr), "", "{name}");
    }
}

#[test]
fn every_page_that_is_mentioned_is_there() {
    let pages = written_pages();
    let elsewhere = ["sqlite3.1", "zstd.1", "sha256sum.1", "strftime.3"];
    let mut mentions = 0;
    for (page, text) in &pages {
        let plain = unescape(text).replace("\\fR", "").replace("\\fB", "");
        for (at, _) in
            plain.match_indices("(1)").chain(plain.match_indices("(5)")).chain(plain.match_indices("(3)"))
        {
            let name = plain[..at].rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap();
            let file = format!("{name}.{}", &plain[at + 1..at + 2]);
            assert!(
                pages.contains_key(&file) || elsewhere.contains(&file.as_str()),
                "{page} mentions {file}"
            );
            mentions += 1;
        }
    }
    assert!(mentions > 50, "{mentions} mentions were found");
}

#[test]
fn the_examples_of_the_help_are_command_lines() {
    let mut examples = 0;
    for (page, text) in &written_pages() {
        let Some((_, section)) = text.split_once(".SH EXAMPLES\n") else { continue };
        let section = section.split(".SH ").next().unwrap_or_default();
        for line in unescape(section).lines().filter(|line| line.starts_with("crm-admin ")) {
            parses(line).unwrap_or_else(|error| panic!("{page}: {line}\n{error}"));
            examples += 1;
        }
    }
    assert!(examples >= 15, "{examples} examples were found");
}

/// Whether the first command of a shell's line is understood.
fn parses(line: &str) -> Result<(), clap::Error> {
    let words = line.split(' ').take_while(|word| !["|", ">", "<"].contains(word));
    crm_admin::cli::parse(words.map(Into::into)).map(|_| ())
}

#[test]
fn help_is_written_for_a_terminal_of_80_columns() {
    let mut lines = 0;
    let mut commands = vec![crm_admin::cli::command()];
    while let Some(command) = commands.pop() {
        let about =
            command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
        for line in about.lines().filter(|line| !line.starts_with("  ")) {
            assert!(line.chars().count() <= 78, "{}: {line}", command.get_name());
            lines += 1;
        }
        commands.extend(command.get_subcommands().cloned());
    }
    assert!(lines > 30, "{lines} lines were found");
}

#[test]
fn every_category_has_its_line_in_the_manual_in_the_order_of_the_code() {
    let page = read("man/crm-admin-map.5");
    let (_, section) = page.split_once(".SH CATEGORIES\n").expect("the section");
    let (section, _) = section.split_once(".SH ").expect("a section after it");
    let words: Vec<String> = section
        .split(".TP\n")
        .skip(1)
        .map(|entry| unescape(entry.lines().next().unwrap()).replace("\\fB", "").replace("\\fR", ""))
        .collect();
    assert_eq!(words, Category::ALL.iter().map(|category| category.word().to_owned()).collect::<Vec<_>>());
}
