//! What today's norms hold against the way a password is stored.

/// One thing that a norm holds against a stored hash. It says nothing about the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakness {
    /// What it is.
    pub shortcoming: Shortcoming,
    /// Where that is written.
    pub source: &'static str,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcoming {
    /// A digest or a crypt that is no longer one for passwords.
    Legacy(&'static str),
    /// No salt, or one for everybody: equal passwords are equal hashes.
    Unsalted,
    /// Less work than this row of OWASP's table.
    BelowOwasp(&'static str),
    /// Argon2's first version, 16, whose passes overwrite instead of adding.
    FirstVersion,
    /// Argon2i or Argon2d where Argon2id is asked for.
    OtherVariant,
    /// A salt of fewer than 4 bytes.
    TinySalt,
    /// A salt of fewer than 16 bytes.
    ShortSalt,
    /// A result of fewer than 16 bytes.
    ShortResult,
}

const OWASP: &str = "OWASP password storage cheat sheet";
const RFC: &str = "RFC 9106";
const NIST: &str = "NIST SP 800-63B-4, section 3.1.1.2";

impl Weakness {
    /// What there is to say against an account's own salt of so many bytes.
    pub(super) fn of_salt(length: usize) -> Option<Self> {
        match length {
            0..4 => Some(Self::of(Shortcoming::TinySalt)),
            4..16 => Some(Self::of(Shortcoming::ShortSalt)),
            _ => None,
        }
    }

    pub(super) fn of(shortcoming: Shortcoming) -> Self {
        let source = match shortcoming {
            Shortcoming::Legacy(_) | Shortcoming::Unsalted | Shortcoming::BelowOwasp(_) => OWASP,
            Shortcoming::OtherVariant => OWASP,
            Shortcoming::TinySalt => NIST,
            Shortcoming::FirstVersion | Shortcoming::ShortSalt | Shortcoming::ShortResult => RFC,
        };
        Weakness { shortcoming, source }
    }
}

impl Shortcoming {
    /// The stable id of the rule: `hash.unsalted`.
    pub fn rule(self) -> &'static str {
        match self {
            Shortcoming::Legacy(_) => "hash.legacy",
            Shortcoming::Unsalted => "hash.unsalted",
            Shortcoming::BelowOwasp(_) => "hash.parameters",
            Shortcoming::FirstVersion => "hash.first-version",
            Shortcoming::OtherVariant => "hash.variant",
            Shortcoming::TinySalt => "hash.tiny-salt",
            Shortcoming::ShortSalt => "hash.short-salt",
            Shortcoming::ShortResult => "hash.short-result",
        }
    }

    /// A sentence for a person.
    pub fn words(self) -> String {
        match self {
            Shortcoming::Legacy(what) => format!("stored with {what}, which was not made to resist guessing"),
            Shortcoming::Unsalted => "no salt of its own: equal passwords have equal hashes".into(),
            Shortcoming::BelowOwasp(row) => format!("less work for a guesser than {row}"),
            Shortcoming::FirstVersion => "Argon2 in its first version".into(),
            Shortcoming::OtherVariant => "a variant of Argon2 other than Argon2id".into(),
            Shortcoming::TinySalt => "a salt of fewer than 4 bytes".into(),
            Shortcoming::ShortSalt => "a salt of fewer than 16 bytes".into(),
            Shortcoming::ShortResult => "a result of fewer than 16 bytes".into(),
        }
    }
}
