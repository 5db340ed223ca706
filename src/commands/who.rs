//! Who may: the options by which an administrator proves to be one, for commands that need it.

use super::Context;
use super::desk::Desk;
use crate::accounts::administrator::{Refusal, prove};
use crate::fault::{Fault, Result};
use crate::ledger::Actor;
use crate::secret::Secret;
use clap::Args;
use std::path::{Path, PathBuf};

/// The systemd credential with the administrator's password.
const CREDENTIAL: &str = "crm-admin-password";
/// The systemd credential with the password of the ERP's administrator.
const ERP_CREDENTIAL: &str = "crm-admin-erp-password";

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

/// How the administrator of an ERP proves to be one, where a command is about a CRM and its ERP.
#[derive(Debug, Clone, Default, Args)]
pub struct ErpWhoArgs {
    /// The administrator of the ERP who lets it happen, by login of the ERP
    #[arg(long, value_name = "LOGIN")]
    pub erp_as: Option<String>,
    /// Read the password of --erp-as from a file that only its owner reads
    #[arg(long, value_name = "FILE")]
    pub erp_as_password_file: Option<PathBuf>,
}

/// Whose word is asked for, and where it comes from.
struct Word<'a> {
    whose: &'static str,
    login: &'static str,
    file_option: &'static str,
    credential: &'static str,
    stdin: bool,
    file: Option<&'a Path>,
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
    let word = Word {
        whose: "the CRM",
        login: "--as LOGIN",
        file_option: "--as-password-file FILE",
        credential: CREDENTIAL,
        stdin: args.as_password_stdin,
        file: args.as_password_file.as_deref(),
    };
    proven(command, &word, context, desk)
}

/// The same for an ERP, at whose desk this is.
///
/// # Errors
/// As [`administrator`].
pub(super) fn erp_administrator(
    command: &str,
    args: &ErpWhoArgs,
    context: &Context,
    desk: &mut Desk,
) -> Result<Actor> {
    let word = Word {
        whose: "the ERP",
        login: "--erp-as LOGIN",
        file_option: "--erp-as-password-file FILE",
        credential: ERP_CREDENTIAL,
        stdin: false,
        file: args.erp_as_password_file.as_deref(),
    };
    proven(command, &word, context, desk)
}

fn proven(command: &str, word: &Word<'_>, context: &Context, desk: &mut Desk) -> Result<Actor> {
    let login = desk.acting().map(str::to_owned).ok_or_else(|| {
        Fault::usage(format!("`{command}` is for an administrator of {}", word.whose))
            .hint(format!("say {}", word.login))
    })?;
    let password = password(word, context, &login)?;
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

fn password(word: &Word<'_>, context: &Context, login: &str) -> Result<Secret> {
    if word.stdin {
        return Secret::from_stdin();
    }
    if let Some(path) = word.file {
        return Secret::from_file(path);
    }
    let credential =
        std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(word.credential));
    if let Some(path) = credential.filter(|path| path.exists()) {
        return Secret::from_credential(&path);
    }
    context.ui.ask_secret(&format!("Password of {login} in {}", word.whose), word.file_option)
}
