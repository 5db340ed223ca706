//! Who may: an administrator of the CRM, proven by login and password.

use super::account::{Account, Accounts};
use super::password::fits;
use super::policy::Policy;
use crate::fault::{Fault, Result};
use crate::secret::Secret;
use jiff::Timestamp;

/// Why somebody is no administrator who may act. It is said only to whom knows the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such login, or another password.
    Unknown,
    /// An account without the right.
    NoAdministrator,
    /// An account that may not log in.
    Disabled,
    /// A temporary password that has ended, or a password that is too old.
    Expired,
    /// A password that has to be changed first.
    MustChange,
}

impl Refusal {
    /// The refusal as an error: denied, with what to do.
    pub fn fault(self) -> Fault {
        let denied = |what: &str| Fault::new(crate::fault::Kind::Denied, what);
        match self {
            Refusal::Unknown => denied("the login or the password is wrong"),
            Refusal::NoAdministrator => denied("this account is no administrator"),
            Refusal::Disabled => denied("this account is disabled"),
            Refusal::Expired => denied("this password has expired")
                .hint("change it with `crm-admin user passwd LOGIN`; for a temporary one, ask for a new one"),
            Refusal::MustChange => denied("this password has to be changed first")
                .hint("change it with `crm-admin user passwd LOGIN`"),
        }
    }
}

/// The administrator with this login and password.
///
/// `policy` says how old the password may be, where it is in force.
///
/// # Errors
/// Refused when the stored password cannot be verified. A refusal to let somebody act is no error.
pub fn prove<'a>(
    accounts: &'a Accounts,
    login: &str,
    password: &Secret,
    policy: &Policy,
    now: Timestamp,
) -> Result<Result<&'a Account, Refusal>> {
    let Some(account) = accounts.seek([login])?.found.first().copied() else {
        return Ok(Err(Refusal::Unknown));
    };
    if !fits(&accounts.population, account.hash.as_ref(), password)? {
        return Ok(Err(Refusal::Unknown));
    }
    let days = |since: Timestamp| (now.as_second() - since.as_second()) / 86_400;
    let too_old = match (policy.oldest(accounts, account), account.changed_at, account.never_expires) {
        (Some(oldest), Some(since), Some(false) | None) => days(since) > oldest,
        _ => false,
    };
    Ok(if !account.administrator {
        Err(Refusal::NoAdministrator)
    } else if !account.active {
        Err(Refusal::Disabled)
    } else if too_old || account.own_until().is_some_and(|until| until < now) {
        Err(Refusal::Expired)
    } else if account.must_change == Some(true) || account.own_until().is_some() {
        Err(Refusal::MustChange)
    } else {
        Ok(account)
    })
}
