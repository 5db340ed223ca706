//! The password policy: what it asks for, and every reason for which it refuses a password, at once.

use super::scheme::{self, Hints};
use crate::secret::Secret;
use crate::words::{fold, is_common_password, legal_forms};
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// What passwords must be. The default is on in every database that `init` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The least number of characters.
    pub minimum_length: usize,
    /// How many of the four classes: lower case, upper case, digits, everything else.
    pub minimum_classes: usize,
    /// After so many days a password must be replaced; `None` for never.
    pub maximum_age_days: Option<u32>,
    /// How long a temporary password holds, in hours.
    pub temporary_hours: u32,
    /// Refuse a password with the login in it.
    pub refuse_login: bool,
    /// Refuse a password with the owner's or the company's name in it.
    pub refuse_names: bool,
    /// Refuse what everybody chooses.
    pub refuse_common: bool,
    /// Refuse the current password as the next one.
    pub refuse_current: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            minimum_length: 8,
            minimum_classes: 3,
            maximum_age_days: Some(90),
            temporary_hours: 72,
            refuse_login: true,
            refuse_names: true,
            refuse_common: true,
            refuse_current: true,
        }
    }
}

/// Whose password it is to be.
#[derive(Default)]
pub struct Who<'a> {
    /// What is typed to log in.
    pub login: &'a str,
    /// Given and family names, or the display name.
    pub names: &'a [String],
    /// The names of the company.
    pub company: &'a [String],
    /// The hash that is stored now, and what the map says of its column.
    pub current: Option<(&'a str, &'a Hints)>,
}

/// One reason to refuse a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Fewer characters than this.
    TooShort(usize),
    /// Fewer classes of characters than this.
    TooFewClasses(usize),
    /// The login is in it.
    HasLogin,
    /// A name of its owner is in it.
    HasName,
    /// The company's name is in it.
    HasCompany,
    /// Everybody chooses it, perhaps with another ending.
    Common,
    /// It is the current one.
    Current,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::TooShort(least) => write!(f, "it has fewer than {least} characters"),
            Reason::TooFewClasses(least) => write!(
                f,
                "it has fewer than {least} of these: lower case, upper case, digits, other characters"
            ),
            Reason::HasLogin => f.write_str("the login is in it"),
            Reason::HasName => f.write_str("the name of its owner is in it"),
            Reason::HasCompany => f.write_str("the name of the company is in it"),
            Reason::Common => f.write_str("it is one of the passwords that everybody chooses"),
            Reason::Current => f.write_str("it is the current one"),
        }
    }
}

/// Words shorter than this may be anywhere by chance.
const SHORTEST_NAME: usize = 3;
const SHORTEST_COMPANY: usize = 4;

impl Policy {
    /// Every reason to refuse the candidate, all at once; none when it is accepted.
    ///
    /// The current password is compared by hashing the candidate, which costs as much as a login. A stored hash that
    /// cannot be verified gives no reason.
    pub fn reasons_against(&self, candidate: &Secret, who: &Who<'_>) -> Vec<Reason> {
        let text = candidate.expose();
        let folded = zeroize::Zeroizing::new(fold(text));
        let has = |word: &String| folded.contains(word.as_str());
        let words = |texts: &[String], shortest| words(texts, shortest).iter().any(has);
        let current = || {
            who.current
                .is_some_and(|(stored, hints)| scheme::verify(stored, hints, candidate).unwrap_or(false))
        };
        let login = [who.login.split('@').next().unwrap_or_default().to_owned()];
        let checks = [
            (text.chars().count() < self.minimum_length, Reason::TooShort(self.minimum_length)),
            (classes(text) < self.minimum_classes, Reason::TooFewClasses(self.minimum_classes)),
            (self.refuse_login && whole(&login, SHORTEST_NAME).iter().any(has), Reason::HasLogin),
            (self.refuse_names && words(who.names, SHORTEST_NAME), Reason::HasName),
            (self.refuse_names && words(who.company, SHORTEST_COMPANY), Reason::HasCompany),
            (self.refuse_common && is_common_password(text), Reason::Common),
            (self.refuse_current && current(), Reason::Current),
        ];
        checks.into_iter().filter_map(|(is, reason)| is.then_some(reason)).collect()
    }

    /// Whether a password changed at that time is older than the policy allows.
    pub fn is_too_old(&self, changed_at: Timestamp, as_of: Timestamp) -> bool {
        let days = |days: u32| SignedDuration::from_hours(i64::from(days) * 24);
        self.maximum_age_days.is_some_and(|most| as_of.duration_since(changed_at) > days(most))
    }

    /// Until when a temporary password holds that is handed out now.
    pub fn temporary_until(&self, now: Timestamp) -> Timestamp {
        now.checked_add(SignedDuration::from_hours(i64::from(self.temporary_hours))).unwrap_or(Timestamp::MAX)
    }
}

/// How many of the four classes are in the text. Letters without case count with the other characters.
fn classes(text: &str) -> usize {
    let class = |letter: char| match letter {
        _ if letter.is_lowercase() => 0,
        _ if letter.is_uppercase() => 1,
        _ if letter.is_numeric() => 2,
        _ => 3,
    };
    let mut seen = [false; 4];
    text.chars().for_each(|letter| seen[class(letter)] = true);
    seen.into_iter().filter(|seen| *seen).count()
}

/// The texts folded, as they are, where they are long enough.
fn whole(texts: &[String], shortest: usize) -> Vec<String> {
    texts.iter().map(|text| fold(text.trim())).filter(|text| text.chars().count() >= shortest).collect()
}

/// The words of the texts, and each text without its blanks; legal forms are nobody's name.
fn words(texts: &[String], shortest: usize) -> Vec<String> {
    let mut words = Vec::new();
    for text in texts {
        let folded = fold(text);
        let parts: Vec<&str> = folded
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|part| !legal_forms().iter().any(|form| fold(form) == *part))
            .collect();
        words.push(parts.concat());
        words.extend(parts.into_iter().map(str::to_owned));
    }
    words.retain(|word| word.chars().count() >= shortest);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(candidate: &str) -> Vec<Reason> {
        let names = ["Mélanie".to_owned(), "Le Goff".to_owned()];
        let company = ["Exemple Gestion SARL".to_owned()];
        let who = Who { login: "mlg@exemple.example", names: &names, company: &company, current: None };
        Policy::default().reasons_against(&Secret::new(candidate.into()), &who)
    }

    #[test]
    fn a_good_password_has_no_reason_against_it() {
        for good in ["Tx7-marmotte", "crème brûlée 12", "Zébulon#9", "aaa BBB 111"] {
            assert_eq!(reasons(good), [], "{good}");
        }
    }

    #[test]
    fn each_rule_gives_its_reason() {
        for (candidate, reason) in [
            ("Tx7-mar", Reason::TooShort(8)),
            ("tx7marmotte", Reason::TooFewClasses(3)),
            ("Tx7-MLG-tot", Reason::HasLogin),
            ("Tx7-melanie", Reason::HasName),
            ("Goffrette-12", Reason::HasName),
            ("Tx7-exemple", Reason::HasCompany),
            ("Printemps2026!", Reason::Common),
        ] {
            assert_eq!(reasons(candidate), [reason], "{candidate}");
        }
    }

    #[test]
    fn all_the_reasons_come_at_once() {
        assert_eq!(reasons(""), [Reason::TooShort(8), Reason::TooFewClasses(3)]);
        assert_eq!(reasons("soleil"), [Reason::TooShort(8), Reason::TooFewClasses(3), Reason::Common]);
        let both = [Reason::TooFewClasses(3), Reason::HasLogin, Reason::HasName, Reason::HasCompany];
        assert_eq!(reasons("mlgmelaniegestion"), both);
    }

    #[test]
    fn short_words_and_legal_forms_forbid_nothing() {
        assert_eq!(reasons("Sarl-le-7-tulipes"), []);
        let nobody = Policy::default().reasons_against(&Secret::new("Tx7-marmotte".into()), &Who::default());
        assert_eq!(nobody, []);
    }

    #[test]
    fn the_current_password_is_refused_and_an_unknown_hash_refuses_nothing() {
        let hints = Hints::default();
        let phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let lax = Policy { minimum_classes: 1, refuse_common: false, ..Policy::default() };
        let against = |stored: &str, candidate: &str| {
            let who = Who { current: Some((stored, &hints)), ..Who::default() };
            lax.reasons_against(&Secret::new(candidate.into()), &who)
        };
        assert_eq!(against(phc, "password"), [Reason::Current]);
        assert_eq!(against(phc, "passwords"), []);
        assert_eq!(against("$y$unknown", "password"), []);
        assert_eq!(against("", "password"), []);
    }

    #[test]
    fn switched_off_rules_give_no_reason() {
        let none = Policy {
            minimum_length: 0,
            minimum_classes: 0,
            maximum_age_days: None,
            temporary_hours: 72,
            refuse_login: false,
            refuse_names: false,
            refuse_common: false,
            refuse_current: false,
        };
        let names = ["soleil".to_owned()];
        let who = Who {
            login: "soleil",
            names: &names,
            company: &names,
            current: Some(("soleil", &Hints::default())),
        };
        assert_eq!(none.reasons_against(&Secret::new("soleil".into()), &who), []);
    }

    #[test]
    fn age_is_counted_in_whole_days_of_24_hours() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let policy = Policy::default();
        assert!(!policy.is_too_old(at("2026-01-01T00:00:00Z"), at("2026-04-01T00:00:00Z")));
        assert!(policy.is_too_old(at("2026-01-01T00:00:00Z"), at("2026-04-01T00:00:01Z")));
        assert!(!policy.is_too_old(at("2027-01-01T00:00:00Z"), at("2026-04-01T00:00:00Z")));
        let never = Policy { maximum_age_days: None, ..policy };
        assert!(!never.is_too_old(Timestamp::MIN, Timestamp::MAX));
        assert_eq!(never.temporary_until(at("2026-01-01T12:00:00Z")), at("2026-01-04T12:00:00Z"));
        assert_eq!(never.temporary_until(Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn every_temporary_password_passes() {
        for _ in 0..50 {
            let secret = crate::password::temporary(16, &mut rand::rngs::SysRng).unwrap();
            assert_eq!(Policy::default().reasons_against(&secret, &Who::default()), []);
        }
    }
}
