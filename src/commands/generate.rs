//! `generate`: what a shell and `man` need to know about crm-admin.

mod accounts;
mod erasure;
pub mod manual;
mod objection;
mod remarks;
mod sections;

use super::{Context, key_file};
use crate::cli;
use crate::fault::{Fault, Outcome, Result};
use crate::ui::{Page, Report};
use clap::{Args, Subcommand};
use clap_complete::Shell;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Write completion scripts, the manual pages, or a key for stable pseudonyms
#[derive(Debug, Subcommand)]
pub enum GenerateCommand {
    Completions(CompletionsArgs),
    Man(ManArgs),
    Key(KeyArgs),
}

/// Write a completion script to standard output
///
/// Examples:
///   crm-admin generate completions bash > /usr/share/bash-completion/completions/crm-admin
///   crm-admin generate completions zsh > /usr/share/zsh/vendor-completions/_crm-admin
///   crm-admin generate completions fish > /usr/share/fish/vendor_completions.d/crm-admin.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    pub shell: String,
}

/// Write the manual pages into a folder
///
/// The pages go into man1 and man5 below the folder, which are made where they
/// are missing. Pages that an older crm-admin wrote there are replaced; nothing
/// else is touched.
///
/// Example:
///   crm-admin generate man /usr/local/share/man
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ManArgs {
    /// The folder of manual pages
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// Make a key file for backups that are to give the same masks each time
///
/// The file is new, has 32 random bytes, and only its owner reads it. Whoever
/// has it can tell who is who in the archives made with it: keep it away from
/// them, and out of the CRM's own backups.
///
/// Example:
///   crm-admin generate key pseudonyms.key
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct KeyArgs {
    /// The key file; it must not be there yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Runs `generate`.
///
/// # Errors
/// When standard output or the folder cannot be written.
pub fn run(command: &GenerateCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        GenerateCommand::Completions(args) => completions(args, context),
        GenerateCommand::Man(args) => man(args, context),
        GenerateCommand::Key(args) => key(args, context),
    }
}

fn completions(args: &CompletionsArgs, context: &Context) -> Result<Outcome> {
    let shell = match args.shell.as_str() {
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        _ => Shell::Bash,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "crm-admin", &mut script);
    // clap_complete 4.6 spells a program's own hyphen in two ways in a script for bash, and then completes no command.
    let script = String::from_utf8_lossy(&script).replace("crm__subcmd__admin", "crm__admin");
    context.ui.text(&script)?;
    Ok(Outcome::Done)
}

fn man(args: &ManArgs, context: &Context) -> Result<Outcome> {
    let mut rows = Vec::new();
    for page in manual::pages() {
        let path = args.folder.join(page.folder()).join(&page.name);
        if !context.settings.dry_run {
            write(&path, &page.text)?;
        }
        rows.push(Written { kind: "page", id: page.name, path: path.display().to_string() });
    }
    context.ui.report(&ManReport { dry_run: context.settings.dry_run, rows })?;
    Ok(Outcome::Done)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, text))
        .map_err(|error| Fault::unfinished(format!("{} cannot be written: {error}", path.display())).into())
}

fn key(args: &KeyArgs, context: &Context) -> Result<Outcome> {
    let dry_run = context.settings.dry_run;
    if !dry_run {
        key_file::write(&args.file)?;
    }
    context.ui.report(&KeyReport { dry_run, key_file: args.file.display().to_string() })?;
    Ok(Outcome::Done)
}

/// What `generate key` wrote.
#[derive(Debug, Serialize)]
struct KeyReport {
    dry_run: bool,
    key_file: String,
}

impl Report for KeyReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/generate-key", 1);

    fn page(&self) -> Page {
        let fact = if self.dry_run { "would be written" } else { "key file" };
        Page::default().facts([(fact, self.key_file.clone())])
    }
}

/// What `generate man` wrote.
#[derive(Debug, Serialize)]
struct ManReport {
    dry_run: bool,
    rows: Vec<Written>,
}

#[derive(Debug, Serialize)]
struct Written {
    kind: &'static str,
    id: String,
    path: String,
}

impl Report for ManReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/generate-man", 1);

    fn page(&self) -> Page {
        let rows = self.rows.iter().map(|page| vec![page.id.clone(), page.path.clone()]).collect();
        Page::default()
            .table(&["Page", if self.dry_run { "Would be written to" } else { "Written to" }], rows)
    }
}
