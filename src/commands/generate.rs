//! `generate`: what a shell needs to know about crm-admin.

use super::Context;
use crate::cli;
use crate::fault::{Outcome, Result};
use clap::{Args, Subcommand};
use clap_complete::Shell;

/// Write completion scripts for a shell
#[derive(Debug, Subcommand)]
pub enum GenerateCommand {
    Completions(CompletionsArgs),
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

/// Runs `generate`.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(command: &GenerateCommand, context: &mut Context) -> Result<Outcome> {
    let GenerateCommand::Completions(args) = command;
    let shell = match args.shell.as_str() {
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        _ => Shell::Bash,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "crm-admin", &mut script);
    context.ui.text(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}
