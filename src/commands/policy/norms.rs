//! What the norms say about passwords, beside the rules of a policy. Told, not preached.

use serde::Serialize;

/// What three norms say about one thing.
#[derive(Debug, Serialize)]
pub(super) struct Norm {
    pub(super) topic: &'static str,
    pub(super) cnil: &'static str,
    pub(super) anssi: &'static str,
    pub(super) nist: &'static str,
}

/// The table of `policy show`.
pub(super) const NORMS: &[Norm] = &[
    Norm {
        topic: "length",
        cnil: "password alone: 80 bits, such as 12 characters of 4 classes or 14 of 3; with a lock-out: 50 bits, such as 8 of 3",
        anssi: "9 to 11, 12 to 14 or 15 and more, by sensitivity",
        nist: "15 at least when it is alone, 8 with a second factor; 64 must be possible",
    },
    Norm {
        topic: "classes",
        cnil: "part of the counting of bits",
        anssi: "by length: long ones need none",
        nist: "must not be asked for",
    },
    Norm {
        topic: "age",
        cnil: "no longer asked of ordinary users; administrators: a relevant period",
        anssi: "none for ordinary accounts; 1 to 3 years for administrators",
        nist: "must not be limited; a change is due when it has become known",
    },
    Norm {
        topic: "common ones",
        cnil: "to be refused",
        anssi: "to be refused",
        nist: "must be refused, as a whole password",
    },
    Norm {
        topic: "storage",
        cnil: "a proven function, with a salt",
        anssi: "a slow function, with a salt",
        nist: "a slow function, with a salt of 32 bits at least",
    },
];

/// Where the table comes from.
pub(super) const SOURCES: &[&str] = &[
    "CNIL: deliberation 2022-100 of 21 July 2022, on passwords and other shared secrets",
    "ANSSI: recommendations on multi-factor authentication and passwords, version 2, October 2021",
    "NIST: Special Publication 800-63B-4, section 3.1.1.2, August 2025",
    "A maximum age is asked by this policy where it is set; NIST forbids it, CNIL and ANSSI dropped it for ordinary users.",
];

/// What an audit cannot see.
pub(super) const WHAT_HASHES_DO_NOT_TELL: &str =
    "Hashes do not tell length, classes or re-use: those rules hold when a password is set.";

/// A rule's value as people read it.
pub(super) fn in_words(word: &str, value: i64) -> String {
    match (word, value) {
        (word, value) if word.starts_with("refuse-") => {
            if value == 0 {
                "no".into()
            } else {
                "yes".into()
            }
        }
        (_, 0) => "no limit".into(),
        ("minimum-length", value) => format!("{value} characters"),
        ("minimum-classes", value) => format!("{value} of 4"),
        ("temporary-hours", value) => format!("{value} hours"),
        (_, value) => format!("{value} days"),
    }
}
