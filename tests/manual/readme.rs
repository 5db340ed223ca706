//! The README and the unit files: every command line in them is run, or says why not.

use crate::map::papillon;
use crate::shell::{path_of, shell};
use crate::{read, tools};
use std::fs;

/// A fenced block of the README.
struct Block {
    language: String,
    text: String,
    /// Why it is not run, where it is not.
    not_run: Option<String>,
}

fn blocks() -> Vec<Block> {
    let readme = read("README.md");
    let mut blocks = Vec::new();
    let mut not_run = None;
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        if let Some(reason) = line.strip_prefix("<!-- not run: ") {
            not_run = Some(reason.trim_end_matches("-->").trim().to_owned());
        } else if let Some(language) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let text = text.join("\n");
            blocks.push(Block { language: language.to_owned(), text, not_run: not_run.take() });
        }
    }
    blocks
}

#[test]
fn every_command_line_of_the_readme_is_run() {
    if ["zstd", "sqlite3", "sha256sum"].iter().any(|tool| tools::find(tool).is_none()) {
        return;
    }
    let world = papillon();
    fs::create_dir(world.path("archives")).unwrap();
    let list = "Nom;Mail\nPhilomène;philomene.vanderkelen@laposte.net\nNeuve;neuve@ailleurs.example\n";
    fs::write(world.path("fair.csv"), list).unwrap();
    let path = path_of(&world);
    let folder = world.folder().display().to_string();
    let mut run = 0;
    for block in blocks().into_iter().filter(|block| block.not_run.is_none()) {
        let text = block.text.replace("/srv/papillon", &folder);
        let script = match block.language.as_str() {
            "sh" => text,
            "cron" => text.splitn(6, ' ').last().expect("five fields and a command").trim().to_owned(),
            "toml" => {
                fs::write(world.path("config.toml"), text).unwrap();
                "crm-admin --config config.toml map check".to_owned()
            }
            other => panic!("nobody runs a block of `{other}`"),
        };
        shell(&world, &path, &script).exits(0);
        run += 1;
    }
    assert!(run >= 10, "{run} blocks were run");
    for file in ["papillon.zst", "desk/papillon.zst", "desk/papillon-2.zst", "copy.db", "papillon-copy.db"] {
        assert!(fs::metadata(world.path(file)).is_ok_and(|file| file.len() > 1000), "{file} is there");
    }
    let mailed = fs::read_to_string(world.path("may-be-mailed.csv")).unwrap();
    assert_eq!(mailed, "Nom;Mail\nNeuve;neuve@ailleurs.example\n");
    assert_eq!(fs::read_dir(world.path("archives")).unwrap().count(), 1, "the nightly one");
}

#[test]
fn what_is_not_run_says_why_and_is_what_it_seems() {
    let not_run: Vec<Block> = blocks().into_iter().filter(|block| block.not_run.is_some()).collect();
    assert_eq!(not_run.len(), 4);
    for block in not_run {
        assert!(block.not_run.is_some_and(|reason| reason.len() > 20));
        let commands = block.text.lines().flat_map(|line| line.split(" | "));
        for line in commands.filter(|line| line.starts_with("crm-admin ")) {
            let words = line.split(' ').take_while(|word| *word != ">");
            crm_admin::cli::parse(words.map(Into::into)).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
    assert!(read("README.md").contains("cargo run --release -- tour"));
}

#[test]
fn the_places_that_the_readme_names_are_there() {
    let readme = read("README.md");
    let mut places = 0;
    for piece in readme.split('`').skip(1).step_by(2) {
        let is_place = ["src/", "man/", "tests/", "contrib/"].iter().any(|room| piece.starts_with(room));
        if is_place && !piece.contains(' ') {
            assert!(crate::repository(piece).exists(), "{piece} is not there");
            places += 1;
        }
    }
    assert!(places > 15, "{places} places were found");
}

#[test]
fn every_unit_file_starts_a_command_that_is_understood() {
    let mut services = 0;
    for entry in fs::read_dir(crate::repository("contrib")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let unit = read(&format!("contrib/{name}"));
        let Some(line) = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")) else {
            assert!(name.ends_with(".timer") && unit.contains("OnCalendar="), "{name}");
            continue;
        };
        crm_admin::cli::parse(line.split(' ').map(Into::into))
            .unwrap_or_else(|error| panic!("{line}: {error}"));
        services += 1;
        let is_full = line.contains("--full");
        assert_eq!(is_full, unit.contains("\nLoadCredential=crm-admin-password:"), "{name}");
        assert!(!unit.contains("\nEnvironment="), "{name} puts nothing into the environment");
    }
    assert!(services >= 3, "{services}");
}

#[test]
fn the_unit_files_start_commands_that_are_understood_and_try_again_only_when_it_helps() {
    unit_file("backup", &[6]);
    unit_file("erp-sync", &[6, 8]);
}

fn unit_file(command: &str, again: &[u8]) {
    let unit = read(&format!("contrib/crm-admin-{command}.service"));
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)).expect("the key").to_owned();
    let line = value("ExecStart=");
    crm_admin::cli::parse(line.split(' ').map(Into::into)).unwrap_or_else(|error| panic!("{line}: {error}"));
    let final_ones: Vec<u8> =
        value("RestartPreventExitStatus=").split(' ').map(|status| status.parse().unwrap()).collect();
    let page = read(&format!("man/crm-admin-{command}.1"));
    let (_, section) = page.split_once(".SH \"EXIT STATUS\"\n").expect("the section");
    let failures: Vec<u8> = section
        .lines()
        .filter_map(|line| line.strip_prefix("\\fB")?.strip_suffix("\\fR")?.parse().ok())
        .filter(|status| (1..128).contains(status) && !again.contains(status))
        .collect();
    assert_eq!(final_ones, failures);
}
