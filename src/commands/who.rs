//! Who may: the options by which an administrator proves to be one, for commands that need it.

use super::Context;
use super::desk::Desk;
use crate::accounts::administrator::{Refusal, prove};
use crate::fault::{Fault, Result};
use crate::ledger::Actor;
use crate::secret::Secret;
use clap::Args;
use std::path::PathBuf;

/// The systemd credential with the administrator's password.
const CREDENTIAL: &str = "crm-admin-password";

/// How the administrator of `--as` proves to be one.
#[derive(Debug, Clone, Default, Args)]
pub struct WhoArgs {
    /// Read the password of --as from standard input
    #[arg(long, global = true, conflicts_with = "as_password_file")]
    pub as_password_stdin: bool,
    /// Read the password of --as from a file that only its owner reads
    #[arg(long, global = true, value_name = "FILE")]
    pub as_password_file: Option<PathBuf>,
}

/// The administrator who acts, proven. Whoever is refused is noted in the ledger.
///
/// # Errors
/// Usage without `--as`; denied for whoever is no administrator, disabled, expired, or has to change the password.
pub(super) fn administrator(
    command: &str,
    args: &WhoArgs,
    context: &Context,
    desk: &mut Desk,
) -> Result<Actor> {
    let login = desk.acting().map(str::to_owned).ok_or_else(|| {
        Fault::usage(format!("`{command}` is for an administrator of the CRM")).hint("say --as LOGIN")
    })?;
    let password = password(args, context, &login)?;
    let population = desk.population(None)?;
    let accounts = desk.accounts(&population)?;
    let proven = prove(&accounts, &login, &password, &desk.policy()?, desk.now)?;
    let named = |account| Some(accounts.ledger_name(account));
    match proven {
        Ok(account) => Ok(Actor { account: named(account), proven: true, ..Actor::system() }),
        Err(refusal) => {
            let known = accounts.seek([login.as_str()])?.found.first().copied();
            let account = known.filter(|_| refusal != Refusal::Unknown).and_then(named);
            desk.ledger()?.denied(command, &Actor { account, ..Actor::system() })?;
            Err(refusal.fault().into())
        }
    }
}

fn password(args: &WhoArgs, context: &Context, login: &str) -> Result<Secret> {
    if args.as_password_stdin {
        return Secret::from_stdin();
    }
    if let Some(path) = &args.as_password_file {
        return Secret::from_file(path);
    }
    let credential =
        std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(CREDENTIAL));
    if let Some(path) = credential.filter(|path| path.exists()) {
        return Secret::from_credential(&path);
    }
    context.ui.ask_secret(&format!("Password of {login}"), "--as-password-file FILE")
}
