//! `erp`: the link between the CRM and its ERP, made, looked at, used, renewed and ended.

mod connect;
mod report;
mod revoke;
mod rotate;
mod sealing;
mod side;
mod status;
mod sync;

use super::Context;
use crate::fault::{Outcome, Result};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Link the CRM to its ERP: objections both ways, erasures from there
///
/// The ERP issues a key once, keeps only its digest, and may revoke it. The CRM
/// keeps the key sealed under a key file that is not in its database. No password
/// is part of the link, so changing passwords never stops it.
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum ErpCommand {
    Connect(connect::ConnectArgs),
    Status(status::StatusArgs),
    Sync(sync::SyncArgs),
    Rotate(rotate::RotateArgs),
    Revoke(revoke::RevokeArgs),
}

/// Runs `erp`.
///
/// # Errors
/// Those of its commands.
pub fn run(command: &ErpCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        ErpCommand::Connect(args) => connect::run(args, context),
        ErpCommand::Status(args) => status::run(args, context),
        ErpCommand::Sync(args) => sync::run(args, context),
        ErpCommand::Rotate(args) => rotate::run(args, context),
        ErpCommand::Revoke(args) => revoke::run(args, context),
    }
}

/// Which link, and what is needed to use it.
#[derive(Debug, Clone, Default, Args)]
pub struct LinkArgs {
    /// Which connection, by its name in the CRM, where there are several
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The map of the ERP's database [default: its own, where it is one of crm-admin's]
    #[arg(long, value_name = "NAME|FILE", env = "CRM_ADMIN_ERP_MAP", hide_env_values = true)]
    pub erp_map: Option<String>,
    /// The file with the key that the ERP's key is sealed under; made on first use
    /// [default: the systemd credential crm-admin-key, else erp.key in the state folder]
    #[arg(long, value_name = "FILE", env = "CRM_ADMIN_KEY_FILE", hide_env_values = true)]
    pub key_file: Option<PathBuf>,
}
