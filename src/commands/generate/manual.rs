//! The manual pages of all commands, written from the command line itself, so that the two cannot disagree.

use super::sections::{self, Section};
use crate::cli;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// A page of the manual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The file's name: `crm-admin-backup.1`.
    pub name: String,
    /// What is in it, in roff.
    pub text: String,
}

impl Page {
    /// The folder of its section: `man1`.
    pub fn folder(&self) -> String {
        let section = self.name.rsplit('.').next().unwrap_or_default();
        format!("man{section}")
    }
}

/// The pages that are written by hand.
const BY_HAND: &[(&str, &str)] = &[
    ("crm-admin-archive.5", include_str!("../../../man/crm-admin-archive.5")),
    ("crm-admin-map.5", include_str!("../../../man/crm-admin-map.5")),
];

/// What stands before each page, so that an apostrophe stays one wherever the page is set.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The whole manual: one page for each command and subcommand, then those written by hand.
pub fn pages() -> Vec<Page> {
    let mut root = cli::command();
    root.build();
    let mut commands = Vec::new();
    walk(&root, &mut commands);
    let names: Vec<String> = commands.iter().map(|command| name_of(command)).collect();
    let mut pages: Vec<Page> = commands.iter().map(|command| page(command, &names)).collect();
    pages.extend(BY_HAND.iter().map(|(name, text)| Page { name: (*name).into(), text: (*text).into() }));
    pages
}

fn walk<'c>(command: &'c Command, commands: &mut Vec<&'c Command>) {
    commands.push(command);
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        walk(below, commands);
    }
}

/// `crm-admin-map-check`.
fn name_of(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command, all: &[String]) -> Page {
    let name = name_of(command);
    let is_root = name == "crm-admin";
    let (description, examples) = description_and_examples(command);
    let usage = command.clone().render_usage().to_string();
    let mut shown = command.clone().override_usage(usage.trim_start_matches("Usage:").trim().to_owned());
    if !is_root {
        shown = shown.long_about(description).mut_args(without_global);
    }
    let man = Man::new(shown);
    let mut text = title(&name);
    text += &rendered(|out| man.render_name_section(out));
    text += &rendered(|out| man.render_synopsis_section(out));
    if is_root {
        text += &set(&sections::introduction());
        text += &commands_by_group(command);
    } else {
        text += &rendered(|out| man.render_description_section(out));
        if command.has_subcommands() {
            text += &rendered(|out| man.render_subcommands_section(out));
        }
    }
    text += &rendered(|out| man.render_options_section(out));
    if !is_root {
        text += &set(&sections::global_options());
    }
    for section in sections::of(&name, command, examples, all) {
        text += &set(&section);
    }
    Page { name: format!("{name}.1"), text: PREAMBLE.to_owned() + &text.replace('`', "\\(ga") }
}

/// The long help, cut at the line `Example:` or `Examples:`.
fn description_and_examples(command: &Command) -> (String, Vec<String>) {
    let about =
        command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let is_heading = |line: &&str| matches!(line.trim(), "Example:" | "Examples:");
    let description: Vec<&str> = about.lines().take_while(|line| !is_heading(line)).collect();
    let examples = about.lines().skip_while(|line| !is_heading(line)).skip(1);
    let description = description.join("\n").trim_end().to_owned();
    // The first line is the page's NAME already.
    let description = description.split_once("\n\n").map_or(description.clone(), |(_, rest)| rest.to_owned());
    (description, examples.map(|line| line.trim().to_owned()).collect())
}

/// The global options have their place in crm-admin(1).
fn without_global(argument: clap::Arg) -> clap::Arg {
    let is_global = argument.get_help_heading() == Some(cli::GLOBAL_HEADING);
    if is_global { argument.hide(true) } else { argument }
}

fn title(name: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(".TH {} 1 \"\" \"crm-admin {version}\" \"crm-admin manual\"\n", name.to_ascii_uppercase())
}

/// One section as clap_mangen sets it, without the preamble that it repeats.
fn rendered(render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    render(&mut out).expect("a vector takes everything");
    String::from_utf8_lossy(&out).replacen(PREAMBLE, "", 1)
}

/// The commands, under the headings that `--help` shows.
fn commands_by_group(root: &Command) -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for (heading, names) in cli::GROUPS {
        roff.control("SS", [*heading]);
        for command in names.iter().filter_map(|name| root.find_subcommand(name)) {
            roff.control("TP", []);
            roff.text([bold(name_of(command)), roman("(1)")]);
            roff.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
        }
    }
    rendered(|out| roff.to_writer(out))
}

/// One of our own sections.
fn set(section: &Section) -> String {
    let mut roff = Roff::new();
    roff.control("SH", [section.heading]);
    for paragraph in &section.paragraphs {
        match paragraph {
            sections::Paragraph::Text(text) => {
                roff.control("PP", []);
                roff.text([roman(text.as_str())]);
            }
            sections::Paragraph::Term(term, text) => {
                roff.control("TP", []);
                roff.text([bold(term.as_str())]);
                roff.text([roman(text.as_str())]);
            }
            sections::Paragraph::Lines(lines) => {
                roff.control("PP", []).control("RS", ["4"]).control("nf", []);
                for line in lines {
                    roff.text([roman(line.as_str())]);
                }
                roff.control("fi", []).control("RE", []);
            }
        }
    }
    rendered(|out| roff.to_writer(out))
}
