//! What a new database starts with: the policy, switched on, the templates, and the first administrator.

use super::sheet::{Sheet, flag, maybe_number, number, text};
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

/// How long the first administrator's temporary password holds, as the policy says.
const TEMPORARY_HOURS: i64 = 72;

/// The first administrator. The password is only known by its hash here, and has to be replaced at the first login.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// What is typed to log in.
    pub login: String,
    /// The Argon2id hash of the temporary password.
    pub hash: String,
}

/// Fills a database that has just been made from [`super::SCHEMA`] with what every database starts with.
///
/// # Errors
/// When a row cannot be written, as in a database that has been seeded already.
pub fn seed(transaction: &mut dyn Transaction, administrator: &Administrator, now: Timestamp) -> Result<()> {
    let mut sheet = Sheet::new(transaction, now);
    for (name, value) in POLICY {
        sheet.put("setting", &[("name", text(name)), ("value", text(value))])?;
    }
    add_template(&mut sheet, "Utilisateur", false, None)?;
    let template = add_template(&mut sheet, "Administrateur", true, Some(12))?;
    let now = sheet.seconds_ago(0);
    let until = sheet.seconds_ago(-3_600 * TEMPORARY_HOURS);
    let user = sheet.add(
        "user",
        &[
            ("login", text(&administrator.login)),
            ("template_id", number(template)),
            ("administrator", flag(true)),
            ("password_hash", text(&administrator.hash)),
            ("password_changed_at", text(&now)),
            ("password_must_change", flag(true)),
            ("password_temporary_until", text(&until)),
            ("created_at", text(&now)),
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
