//! `relation`: found, shown, rectified.

mod filter;
mod list;
mod set;
mod show;

use super::Context;
use crate::fault::{Outcome, Result};
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
