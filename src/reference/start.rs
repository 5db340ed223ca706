//! What a new database starts with: the policy, switched on, the templates, and the first administrator.

use super::sheet::{Sheet, flag, maybe, maybe_number, moment, number, text};
use crate::fault::Result;
use crate::store::Transaction;
use jiff::Timestamp;

/// The password policy of a new database, by name of setting. `password.temporary-hours` is how long a temporary
/// password holds; a length or age of 0 asks for nothing.
pub const POLICY: [(&str, &str); 8] = [
    ("password.minimum-length", "8"),
    ("password.minimum-classes", "3"),
    ("password.maximum-age-days", "90"),
    ("password.temporary-hours", "72"),
    ("password.refuse-login", "1"),
    ("password.refuse-company-name", "1"),
    ("password.refuse-common", "1"),
    ("password.dormant-days", "180"),
];

/// The first administrator. The password is only known by its hash here, and has to be replaced at the first login.
#[derive(Debug, Clone)]
pub struct Administrator<'a> {
    /// What is typed to log in.
    pub login: &'a str,
    /// May be empty.
    pub given_name: &'a str,
    /// May be empty.
    pub family_name: &'a str,
    /// May be empty.
    pub email: &'a str,
    /// The Argon2id hash of the temporary password.
    pub hash: &'a str,
    /// Until when that password holds.
    pub temporary_until: Timestamp,
}

/// Fills a database that has just been made from [`super::SCHEMA`] with what every database starts with.
///
/// # Errors
/// When a row cannot be written, as in a database that has been seeded already.
pub fn seed(
    transaction: &mut dyn Transaction,
    administrator: &Administrator<'_>,
    now: Timestamp,
) -> Result<()> {
    let mut sheet = Sheet::new(transaction, now);
    for (name, value) in POLICY {
        sheet.put("setting", &[("name", text(name)), ("value", text(value))])?;
    }
    add_template(&mut sheet, "Utilisateur", false, None)?;
    let template = add_template(&mut sheet, "Administrateur", true, Some(12))?;
    let until = moment(administrator.temporary_until.as_second());
    let user = sheet.add(
        "user",
        &[
            ("login", text(administrator.login)),
            ("email", maybe(administrator.email)),
            ("given_name", text(administrator.given_name)),
            ("family_name", text(administrator.family_name)),
            ("template_id", number(template)),
            ("administrator", flag(true)),
            ("password_hash", text(administrator.hash)),
            ("password_changed_at", text(&sheet.seconds_ago(0))),
            ("password_must_change", flag(true)),
            ("password_temporary_until", text(&until)),
            ("created_at", text(&sheet.seconds_ago(0))),
        ],
    )?;
    sheet.put("user_preference", &[("user_id", number(user))])
}

fn add_template(
    sheet: &mut Sheet<'_>,
    name: &str,
    administrator: bool,
    minimum_length: Option<i64>,
) -> Result<i64> {
    sheet.add(
        "user_template",
        &[
            ("name", text(name)),
            ("administrator", flag(administrator)),
            ("password_minimum_length", maybe_number(minimum_length)),
        ],
    )
}
