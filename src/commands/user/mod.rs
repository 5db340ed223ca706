//! `user`: who has an account, who may log in, and a person's own change of password.

mod add;
mod list;
mod passwd;
mod show;
mod switch;

use super::Context;
use crate::fault::{Outcome, Result};
use clap::Subcommand;

/// See and keep the CRM's accounts
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    Add(add::AddArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Enable(switch::EnableArgs),
    Disable(switch::DisableArgs),
    Passwd(passwd::PasswdArgs),
}

/// Runs `user`.
///
/// # Errors
/// Those of its commands.
pub fn run(command: &UserCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        UserCommand::Add(args) => add::run(args, context),
        UserCommand::List(args) => list::run(args, context),
        UserCommand::Show(args) => show::run(args, context),
        UserCommand::Enable(args) => switch::enable(args, context),
        UserCommand::Disable(args) => switch::disable(args, context),
        UserCommand::Passwd(args) => passwd::run(args, context),
    }
}
