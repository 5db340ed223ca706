//! `relation`: found, shown, rectified.

mod filter;
mod list;
mod set;
mod show;

use super::Context;
use crate::fault::{Fault, Outcome, Result};
use clap::Subcommand;

/// Find relations, show what the CRM holds about one, and rectify it
#[derive(Debug, Subcommand)]
pub enum RelationCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Set(set::SetArgs),
}

/// Runs `relation`.
///
/// # Errors
/// Those of its commands.
pub fn run(command: &RelationCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        RelationCommand::List(args) => list::run(args, context),
        RelationCommand::Show(args) => show::run(args, context),
        RelationCommand::Set(args) => set::run(args, context),
    }
}

/// What is read from a file or from standard input, up to a limit.
fn read_text(from: &str, most: u64) -> Result<String> {
    use std::io::Read;
    let mut text = String::new();
    let read = match from {
        "-" => std::io::stdin().lock().take(most + 1).read_to_string(&mut text),
        path => std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_string(&mut text)),
    };
    match read {
        Ok(length) if length as u64 <= most => Ok(text),
        Ok(_) => Err(Fault::usage(format!("{from} is too long")).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Fault::missing(format!("there is no file {from}")).into())
        }
        Err(error) => Err(Fault::unfinished(format!("{from} cannot be read: {error}")).into()),
    }
}
