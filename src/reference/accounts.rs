//! The accounts of the demo: most are sound, and a few of each kind are what an audit is there to find.

use super::chance::Chance;
use super::numbers;
use super::people::{Person, slug};
use super::sheet::{Sheet, flag, maybe, number, text};
use crate::fault::Result;
use crate::password::hash::hash_with_salt;
use crate::secret::Secret;
use crate::words::communes;
use std::collections::BTreeSet;

/// Somebody who works with the CRM.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// The user's number.
    pub id: i64,
    /// For signatures.
    pub name: String,
}

/// How an account's password is stored.
#[derive(Clone, Copy)]
enum Stored {
    /// A well-formed Argon2id hash of no password at all: nobody logs in, nobody guesses.
    Unguessable,
    /// The same, with less memory than today's norms ask for.
    Weak,
    /// The Argon2id hash of a password that a few guesses find.
    Guessable(&'static str),
    /// The login in capitals, and this year: guessable too.
    FromLogin,
    /// As it is in the database.
    As(&'static str),
    /// The template's own, copied.
    Template,
    /// None.
    Missing,
}

/// One sort of account; days are counted back from now, and temporary passwords may end in the future.
#[derive(Clone, Copy)]
struct Case {
    stored: Stored,
    created: i64,
    changed: Option<i64>,
    login: Option<i64>,
    temporary_until: Option<i64>,
    must_change: bool,
    never_expires: bool,
    administrator: bool,
    active: bool,
    session: bool,
}

const SOUND: Case = Case {
    stored: Stored::Unguessable,
    created: 900,
    changed: Some(40),
    login: Some(1),
    temporary_until: None,
    must_change: false,
    never_expires: false,
    administrator: false,
    active: true,
    session: true,
};

/// MD5 without a salt of a common password; two accounts share it, as happens where everybody was given the same one.
const OLD_MD5: &str = "ab4f63f9ac65152575886860dde480a1";

/// What is wrong with the first accounts, two of each where two make a difference. The rest is sound.
const CASES: [Case; 24] = [
    Case { administrator: true, ..SOUND },
    SOUND,
    // Never changed: no date, or the day the account was made.
    Case { changed: None, ..SOUND },
    Case { changed: Some(700), created: 700, ..SOUND },
    // Too old.
    Case { changed: Some(120), ..SOUND },
    Case { changed: Some(830), login: Some(3), ..SOUND },
    // A temporary password never replaced: over, still running, and without the flag.
    Case { changed: Some(30), temporary_until: Some(27), must_change: true, login: None, ..SOUND },
    Case { changed: Some(1), temporary_until: Some(-2), must_change: true, login: None, ..SOUND },
    Case { changed: Some(60), temporary_until: Some(57), must_change: false, ..SOUND },
    Case { never_expires: true, changed: Some(640), ..SOUND },
    // Dormant: a while, for ever, and an administrator.
    Case { login: Some(300), changed: Some(310), session: false, ..SOUND },
    Case { login: None, changed: None, session: false, ..SOUND },
    Case { login: Some(410), changed: Some(420), administrator: true, session: false, ..SOUND },
    Case { active: false, administrator: true, login: Some(75), changed: Some(100), ..SOUND },
    // Old and weak ways to store a password.
    Case { stored: Stored::As(OLD_MD5), changed: Some(1_500), created: 1_500, ..SOUND },
    Case { stored: Stored::As(OLD_MD5), changed: Some(1_400), created: 1_400, ..SOUND },
    Case { stored: Stored::As("Azerty123!"), changed: Some(1_450), created: 1_450, ..SOUND },
    Case { stored: Stored::Weak, ..SOUND },
    Case { stored: Stored::Missing, changed: None, login: None, session: false, ..SOUND },
    // The template's password, never replaced.
    Case { stored: Stored::Template, changed: None, created: 200, ..SOUND },
    Case { stored: Stored::Template, changed: None, created: 190, ..SOUND },
    // Found by a few guesses.
    Case { stored: Stored::Guessable("Bienvenue2026!"), ..SOUND },
    Case { stored: Stored::Guessable("Printemps2026!"), changed: Some(50), ..SOUND },
    Case { stored: Stored::FromLogin, administrator: true, ..SOUND },
];

/// Adds the templates' black sheep and every account: a user for every thousand contacts besides the cases.
pub fn add_all(sheet: &mut Sheet<'_>, contacts: u64, seed: u64) -> Result<Vec<Colleague>> {
    let shared = hash_with_salt(&Secret::new("Bienvenue1".to_owned()), &salt(seed, u64::MAX))?;
    let template = add_template(sheet, &shared)?;
    let mut logins = BTreeSet::new();
    let mut colleagues = Vec::new();
    for index in 0..CASES.len() as u64 + contacts / 1_000 {
        let mut chance = Chance::of(seed, "user", index);
        let case = match CASES.get(index as usize) {
            Some(case) => *case,
            None => {
                Case { changed: Some(chance.between(1, 80)), login: Some(chance.between(1, 20)), ..SOUND }
            }
        };
        let person = Person::draw(&mut chance);
        let mut login = person.mail_name(0);
        while !logins.insert(login.clone()) {
            login.push(char::from(b'2' + (index % 8) as u8));
        }
        let hash = stored(case.stored, &login, &shared, seed, index, sheet.year())?;
        let template = if matches!(case.stored, Stored::Template) { template } else { 1 };
        let id = add_user(sheet, &person, &login, &hash, template, &case)?;
        add_belongings(sheet, &mut chance, id, &case)?;
        if case.active {
            colleagues.push(Colleague { id, name: person.full_name() });
        }
    }
    Ok(colleagues)
}

/// A template from before the policy: short passwords, no end, and one password for every newcomer.
fn add_template(sheet: &mut Sheet<'_>, hash: &str) -> Result<i64> {
    sheet.add(
        "user_template",
        &[
            ("name", text("Ancien modèle agence")),
            ("password_minimum_length", number(6)),
            ("password_minimum_classes", number(1)),
            ("password_maximum_age_days", number(0)),
            ("password_must_change", flag(false)),
            ("password_never_expires", flag(true)),
            ("password_hash", text(hash)),
        ],
    )
}

fn add_user(
    sheet: &mut Sheet<'_>,
    person: &Person,
    login: &str,
    hash: &str,
    template: i64,
    case: &Case,
) -> Result<i64> {
    let moment = |days: Option<i64>| days.map_or(String::new(), |days| sheet.days_ago(days, 120));
    let (changed, until, seen) = (moment(case.changed), moment(case.temporary_until), moment(case.login));
    let email = format!("{login}@negoce-du-val-clair.test");
    let phone = numbers::as_typed(&numbers::landline(&communes()[0], sheet.next_id("user")? as u64), 4);
    let signature = format!("{}\nNégoce du Val Clair", person.full_name());
    sheet.add(
        "user",
        &[
            ("login", text(login)),
            ("email", text(&email)),
            ("given_name", text(person.given)),
            ("family_name", text(person.family)),
            ("phone", maybe(if case.session { &phone } else { "" })),
            ("signature", text(&signature)),
            ("template_id", number(template)),
            ("administrator", flag(case.administrator)),
            ("active", flag(case.active)),
            ("password_hash", maybe(hash)),
            ("password_changed_at", maybe(&changed)),
            ("password_must_change", flag(case.must_change)),
            ("password_temporary_until", maybe(&until)),
            ("password_never_expires", flag(case.never_expires)),
            ("last_login_at", maybe(&seen)),
            ("created_at", text(&sheet.days_ago(case.created, 120))),
        ],
    )
}

/// The user's preferences, and a session where there is one: also of the disabled administrator.
fn add_belongings(sheet: &mut Sheet<'_>, chance: &mut Chance, user: i64, case: &Case) -> Result<()> {
    let exclude = flag(!chance.percent(15));
    sheet.put("user_preference", &[("user_id", number(user)), ("exclude_objected", exclude)])?;
    if !case.session {
        return Ok(());
    }
    let digest: String = (0..4).map(|_| format!("{:016x}", chance.next())).collect();
    let address = format!("10.{}.{}.{}", chance.below(40), chance.below(250), 2 + chance.below(250));
    let (created, expires) = (sheet.seconds_ago(7_200 + user), sheet.seconds_ago(user - 36_000));
    let cells = [
        ("user_id", number(user)),
        ("token_digest", text(&digest)),
        ("ip_address", text(&address)),
        ("user_agent", text("Mozilla/5.0 (X11; Linux x86_64)")),
        ("created_at", text(&created)),
        ("expires_at", text(&expires)),
    ];
    sheet.add("session", &cells).map(|_| ())
}

fn stored(stored: Stored, login: &str, shared: &str, seed: u64, index: u64, year: i64) -> Result<String> {
    let real = |password: String| hash_with_salt(&Secret::new(password), &salt(seed, index));
    match stored {
        Stored::Unguessable => Ok(hash_of_nothing(seed, index, "m=19456,t=2,p=1")),
        Stored::Weak => Ok(hash_of_nothing(seed, index, "m=4096,t=1,p=1")),
        Stored::Guessable(password) => real(password.to_owned()),
        Stored::FromLogin => real(format!("{}{}{year}", slug(&login[..1]).to_uppercase(), &login[1..])),
        Stored::As(text) => Ok(text.to_owned()),
        Stored::Template => Ok(shared.to_owned()),
        Stored::Missing => Ok(String::new()),
    }
}

fn salt(seed: u64, index: u64) -> [u8; 16] {
    let mut chance = Chance::of(seed, "salt", index);
    let (first, second) = (chance.next(), chance.next());
    (u128::from(first) << 64 | u128::from(second)).to_be_bytes()
}

/// The form of a hash with chance in it. Real ones would take a second for every forty accounts.
fn hash_of_nothing(seed: u64, index: u64, parameters: &str) -> String {
    const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut chance = Chance::of(seed, "hash", index);
    // The last letter of 22 carries two bits of 16 bytes, that of 43 four bits of 32: the others would be refused.
    let mut letters = |count: usize, last: u64| -> String {
        let mut letter = |step: u64| char::from(BASE64[(chance.below(64 / step) * step) as usize]);
        (1..=count).map(|at| letter(if at == count { last } else { 1 })).collect()
    };
    format!("$argon2id$v=19${parameters}${}${}", letters(22, 16), letters(43, 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::verify;

    #[test]
    fn a_hash_of_nothing_is_well_formed_and_verifies_no_password() {
        for index in 0..20 {
            let phc = hash_of_nothing(3, index, "m=64,t=1,p=1");
            assert!(!verify(&phc, &Secret::new("Bienvenue1".into())).unwrap(), "{phc}");
        }
    }

    #[test]
    fn a_guessable_account_can_be_guessed() {
        let phc = stored(Stored::FromLogin, "mdurand", "", 1, 2, 2026).unwrap();
        assert!(verify(&phc, &Secret::new("Mdurand2026".into())).unwrap());
    }
}
