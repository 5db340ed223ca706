//! What a manual page says beyond the command line: exit statuses, files, notes, what else to read.

use super::{accounts, remarks};
use crate::fault::{Kind, Outcome, Result, exit_status};
use clap::Command;

/// A section of a page.
pub struct Section {
    /// Its heading, in capitals.
    pub heading: &'static str,
    /// What stands below.
    pub paragraphs: Vec<Paragraph>,
}

/// A part of a section.
pub enum Paragraph {
    /// Sentences.
    Text(String),
    /// A word, and what it means.
    Term(String, String),
    /// Lines as they are.
    Lines(Vec<String>),
}

use Paragraph::{Lines, Term, Text};

/// What crm-admin(1) says before it lists anything.
pub fn introduction() -> Section {
    let text = |words: &str| Text(words.to_owned());
    Section {
        heading: "DESCRIPTION",
        paragraphs: vec![
            text(
                "crm-admin is for whoever administers the database of a CRM, at a terminal or from a timer. It works on \
                 the CRM that is already there: a schema map says what each table and column is, and every command \
                 obeys the map. This version writes anonymised backups that a technician can restore, with or without \
                 crm-admin.",
            ),
            text(
                "Results go to standard output, everything else to standard error. On a terminal results are tables; \
                 into a pipe they are lines with tabs between the values; with --json each is one object with the name \
                 and number of its schema (a list also comes as CSV, for spreadsheets, and as JSON line by line), and an error is an object of the same make on standard error. Nothing is \
                 ever asked where there is no terminal: what would have been a question is an error that names the \
                 option to add.",
            ),
            text(
                "An option's value comes from the command line, else from the environment, else from the file of \
                 --config, else from the user's own file, else from the system's. No file of the current folder is \
                 ever read by itself.",
            ),
        ],
    }
}

/// Where the options of every command are.
pub fn global_options() -> Section {
    let text = "The options that every command takes, such as --db, --map, --json and --dry-run, are in crm-admin(1).";
    Section { heading: "GLOBAL OPTIONS", paragraphs: vec![Text(text.to_owned())] }
}

/// The sections after the options, for one page.
pub fn of(name: &str, command: &Command, examples: Vec<String>, all: &[String]) -> Vec<Section> {
    let mut sections = vec![exit_statuses(name)];
    if name == "crm-admin" {
        sections.extend([environment(command), files()]);
    }
    if name == "crm-admin-erase" {
        sections.extend(super::erasure::sections());
    }
    sections.push(accounts::rules(name));
    sections.push(Section { heading: "NOTES", paragraphs: remarks::notes(name) });
    sections.push(Section { heading: "EXAMPLES", paragraphs: lines(examples) });
    sections.push(see_also(name, all));
    sections.into_iter().filter(|section| !section.paragraphs.is_empty()).collect()
}

fn lines(lines: Vec<String>) -> Vec<Paragraph> {
    if lines.is_empty() { Vec::new() } else { vec![Lines(lines)] }
}

/// How a command can end.
#[derive(Clone, Copy)]
enum End {
    Well(Outcome),
    Badly(Kind),
}

/// Every way to end. The numbers are those of `fault`; a kind that is new there has no words here, and does not compile.
const ENDS: &[End] = &[
    End::Well(Outcome::Done),
    End::Badly(Kind::Unfinished),
    End::Badly(Kind::Usage),
    End::Well(Outcome::Findings),
    End::Badly(Kind::Refused),
    End::Badly(Kind::Missing),
    End::Badly(Kind::Busy),
    End::Badly(Kind::Damaged),
    End::Well(Outcome::Owed),
    End::Badly(Kind::Unconfirmed),
    End::Badly(Kind::Denied),
    End::Badly(Kind::Stopped(1)),
    End::Badly(Kind::Stopped(2)),
    End::Badly(Kind::Stopped(15)),
];

impl End {
    fn status(self) -> u8 {
        let result: Result<Outcome> = match self {
            End::Well(outcome) => Ok(outcome),
            End::Badly(kind) => return kind.status(),
        };
        exit_status(&result)
    }

    fn words(self) -> &'static str {
        match self {
            End::Well(Outcome::Done) => "Done, or nothing to do.",
            End::Well(Outcome::Findings) => "The check worked and found something.",
            End::Well(Outcome::Owed) => {
                "Done, but something is still owed: the proof of an erasure, an erasure that a rule forbids, lines of a list \
                 that could not be read; or some of several were done."
            }
            End::Badly(Kind::Unfinished) => {
                "It could not be finished: no rights, no room, no reader for the output."
            }
            End::Badly(Kind::Usage) => "The command line, the configuration or the map cannot be understood.",
            End::Badly(Kind::Refused) => {
                "Refused by a rule, and nothing was changed: the map does not fit the database, a file is there \
                 already, a masked copy would break a rule of the schema, the proof of an archive found something."
            }
            End::Badly(Kind::Missing) => "There is no such database, archive, map, table or column.",
            End::Badly(Kind::Busy) => {
                "Somebody else holds the database; try later, or say a longer --lock-wait."
            }
            End::Badly(Kind::Damaged) => "The file is damaged, or is not what it was taken for.",
            End::Badly(Kind::Unconfirmed) => {
                "Not confirmed, or a password was not delivered; nothing was changed."
            }
            End::Badly(Kind::Denied) => {
                "Denied: a wrong password or profile, or a key file that others than its owner may read."
            }
            End::Badly(Kind::Stopped(1)) => "Hung up; nothing was left half-done.",
            End::Badly(Kind::Stopped(15)) => "Terminated; nothing was left half-done.",
            End::Badly(Kind::Stopped(_)) => "Interrupted; nothing was left half-done.",
        }
    }
}

/// What a command can end with. The page of crm-admin lists all.
fn statuses(name: &str) -> &'static [u8] {
    match name {
        "crm-admin" => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 129, 130, 143],
        "crm-admin-init" => &[0, 1, 2, 4, 9, 129, 130, 143],
        "crm-admin-backup" => &[0, 1, 2, 4, 5, 6, 7, 9, 10, 129, 130, 143],
        "crm-admin-restore" => &[0, 1, 2, 4, 5, 6, 7, 9, 10, 129, 130, 143],
        "crm-admin-archive-inspect" => &[0, 1, 2, 5, 7],
        "crm-admin-archive-verify" => &[0, 1, 2, 3, 5, 7, 129, 130, 143],
        "crm-admin-map-check" => &[0, 1, 2, 3, 5, 6, 7],
        "crm-admin-map-show" | "crm-admin-map-explain" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-exclude-add" => &[0, 1, 2, 4, 5, 6, 7, 129, 130, 143],
        "crm-admin-exclude-remove" => &[0, 1, 2, 4, 5, 6, 7, 9, 129, 130, 143],
        "crm-admin-exclude-show" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-exclude-default" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-exclude-filter" => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 129, 130, 143],
        "crm-admin-relation-list" | "crm-admin-relation-show" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-relation-set" => &[0, 1, 2, 4, 5, 6, 7, 9],
        "crm-admin-generate-key" => &[0, 1, 2, 4],
        "crm-admin-erp-connect" | "crm-admin-erp-sync" => &[0, 1, 2, 4, 5, 6, 7, 8, 10, 129, 130, 143],
        "crm-admin-erp-status" => &[0, 1, 2, 3, 4, 5, 6, 7],
        "crm-admin-erp-rotate" => &[0, 1, 2, 4, 5, 6, 7, 10],
        "crm-admin-erp-revoke" => &[0, 1, 2, 4, 5, 6, 7, 9, 10],
        "crm-admin-map-list"
        | "crm-admin-generate-completions"
        | "crm-admin-generate-man"
        | "crm-admin-tour" => &[0, 1, 2],
        _ => accounts::statuses(name),
    }
}

fn exit_statuses(name: &str) -> Section {
    let listed = statuses(name);
    let ends = ENDS.iter().filter(|end| listed.contains(&end.status()));
    let paragraphs = ends.map(|end| Term(end.status().to_string(), end.words().to_owned())).collect();
    Section { heading: "EXIT STATUS", paragraphs }
}

fn environment(command: &Command) -> Section {
    let of_option = |argument: &clap::Arg| {
        let variable = argument.get_env()?.to_string_lossy().into_owned();
        Some(Term(variable, format!("The same as --{}.", argument.get_long()?)))
    };
    let mut paragraphs: Vec<Paragraph> = command.get_arguments().filter_map(of_option).collect();
    let others = [
        ("NO_COLOR", "Not empty: no colours, unless --color says otherwise."),
        ("TERM", "With the value dumb: no colours and no bar."),
        ("XDG_CONFIG_HOME, HOME", "Where the user's own configuration file is looked for."),
        (
            "TMPDIR",
            "Where backup -o - spools its archive, archive verify --deep unpacks one, and tour works. Usually /tmp.",
        ),
    ];
    paragraphs.extend(others.map(|(variable, words)| Term(variable.to_owned(), words.to_owned())));
    Section { heading: "ENVIRONMENT", paragraphs }
}

fn files() -> Section {
    let term = |file: &str, words: &str| Term(file.to_owned(), words.to_owned());
    Section {
        heading: "FILES",
        paragraphs: vec![
            term(
                "$XDG_CONFIG_HOME/crm-admin/config.toml",
                "The user's own configuration; ~/.config is usual.",
            ),
            term("/etc/crm-admin/config.toml", "The system's configuration."),
            Text(
                "Both are TOML, and neither need be there. Their keys are names of global options:"
                    .to_owned(),
            ),
            Lines(CONFIGURATION.lines().map(str::to_owned).collect()),
            term(
                "DB-wal, DB-journal, DB-shm",
                "Files of SQLite beside a database. They belong to it: copy or move them together, or not at all.",
            ),
        ],
    }
}

/// A configuration file with every key.
const CONFIGURATION: &str = r#"db = "/srv/crm/crm.db"
map = "/etc/crm-admin/my-crm.toml"
format = "plain"
color = "auto"
progress = "lines"
lock-wait = "30s""#;

fn see_also(name: &str, all: &[String]) -> Section {
    let is_near = |other: &&String| {
        let parent = name.rsplit_once('-').map_or(name, |(parent, _)| parent);
        let is_below = other.starts_with(&format!("{name}-"));
        let is_beside = parent != "crm" && parent != "crm-admin" && other.starts_with(parent);
        other.as_str() != name
            && (name == "crm-admin" || other.as_str() == "crm-admin" || is_below || is_beside)
    };
    let mut pages: Vec<String> = all.iter().filter(is_near).map(|name| format!("{name}(1)")).collect();
    let extras: &[&str] = match name {
        "crm-admin" => &["crm-admin-archive(5)", "crm-admin-map(5)", "sqlite3(1)", "zstd(1)"],
        "crm-admin-backup" => &[
            "crm-admin-map-check(1)",
            "crm-admin-restore(1)",
            "crm-admin-archive(5)",
            "crm-admin-map(5)",
            "zstd(1)",
        ],
        "crm-admin-restore" => &["crm-admin-backup(1)", "crm-admin-archive(5)", "zstd(1)"],
        "crm-admin-tour" => &["crm-admin-init(1)"],
        _ if name.starts_with("crm-admin-exclude") => &["crm-admin-map(5)"],
        _ if name.starts_with("crm-admin-archive") => &["crm-admin-archive(5)"],
        _ if name.starts_with("crm-admin-relation") => &["crm-admin-map(5)", "crm-admin-exclude(1)"],
        _ if name.starts_with("crm-admin-map") => &["crm-admin-map(5)"],
        _ => &[],
    };
    pages.extend(extras.iter().map(|page| (*page).to_owned()));
    Section { heading: "SEE ALSO", paragraphs: vec![Text(pages.join(", "))] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statuses_of_the_manual_are_those_of_the_code_each_once_and_in_order() {
        let numbers: Vec<u8> = ENDS.iter().map(|end| end.status()).collect();
        assert_eq!(numbers, statuses("crm-admin"));
    }

    #[test]
    fn a_configuration_file_in_the_manual_can_be_read() {
        let keys: toml::Table = CONFIGURATION.parse().unwrap();
        assert_eq!(keys.len(), 6);
    }
}
