//! The policy beside the norms: what each asks for, where that is written, and whether the policy's numbers meet it.

use super::policy::Policy;

/// A norm, under the name that options and reports use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// CNIL 2022-100, case 1: a password alone.
    Cnil1,
    /// CNIL 2022-100, case 2: with a restriction of access.
    Cnil2,
    /// ANSSI's guide, version 2.
    Anssi,
    /// NIST SP 800-63B-4.
    Nist4,
    /// OWASP's cheat sheet, which is about storage only.
    OwaspStorage,
}

/// What a norm says, in a few words each, for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Norm {
    /// Which one.
    pub profile: Profile,
    /// Length and classes of characters.
    pub composition: &'static str,
    /// How long a password may be kept.
    pub age: &'static str,
    /// How passwords are stored.
    pub storage: &'static str,
    /// Where that is written, and how we read it.
    pub source: &'static str,
}

/// Whether a policy's numbers are what a norm asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They are.
    Meets,
    /// They are, as long as something holds that no policy and no hash can tell.
    MeetsIf(&'static str),
    /// They are not, and what differs.
    Differs(Vec<&'static str>),
    /// The norm says nothing about it.
    Silent,
}

/// What stored hashes cannot tell, said above every audit.
pub const BLIND_SPOTS: &str = "hashes tell nothing about length, classes of characters, earlier passwords or their use \
elsewhere: these rules hold when a password is set, not before";

/// Why the age is a finding although norms have dropped it.
pub const AGE_NOTE: &str = "the age limit is kept because this policy asks for it; NIST no longer allows it, and CNIL \
and ANSSI no longer ask for it for ordinary users";

const SECONDARY: &str = "CNIL deliberation 2022-100 of 21 July 2022, read through secondary sources";

/// The norms of the table, in its order.
pub const NORMS: [Norm; 5] = [
    Norm {
        profile: Profile::Cnil1,
        composition: "password alone, 80 bits: 12 characters of 4 classes, 14 of 3, or 7 words",
        age: "ordinary users: not asked for; administrators: a relevant period",
        storage: "salted, with a function recognised as sound",
        source: SECONDARY,
    },
    Norm {
        profile: Profile::Cnil2,
        composition: "with lock-out, delay or captcha, 50 bits: 8 characters of 3 classes, or 16 digits",
        age: "ordinary users: not asked for; administrators: a relevant period",
        storage: "salted, with a function recognised as sound",
        source: SECONDARY,
    },
    Norm {
        profile: Profile::Anssi,
        composition: "by sensitivity: 9 to 11, 12 to 14, 15 or more characters; commonly 12, administrators 16",
        age: "ordinary accounts: none; privileged ones: 1 to 3 years",
        storage: "salted and slow: Argon2, scrypt or PBKDF2",
        source: "ANSSI guide on authentication and passwords, version 2, October 2021, read through secondary sources",
    },
    Norm {
        profile: Profile::Nist4,
        composition: "15 characters where the password is the only factor, 8 with another one; no classes imposed; a \
                      blocklist",
        age: "no periodic change; a change when there is evidence of compromise",
        storage: "salted and slow",
        source: "NIST SP 800-63B-4, section 3.1.1.2, August 2025; the draft read itself, the final text through \
                 secondary sources",
    },
    Norm {
        profile: Profile::OwaspStorage,
        composition: "says nothing here",
        age: "says nothing here",
        storage: "Argon2id 19456 KiB, 2 passes, 1 lane (or equals); scrypt N=131072, r=8, p=1; bcrypt 10; PBKDF2 with \
                  SHA-256 600,000, with SHA-512 210,000, with SHA-1 1,300,000",
        source: "OWASP password storage cheat sheet",
    },
];

impl Profile {
    /// The stable name: `cnil-1`.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Cnil1 => "cnil-1",
            Profile::Cnil2 => "cnil-2",
            Profile::Anssi => "anssi",
            Profile::Nist4 => "nist-4",
            Profile::OwaspStorage => "owasp-storage",
        }
    }

    /// Whether this norm, too, holds the age of an ordinary user's password against it. None of these does.
    pub fn asks_for_change_by_age(self) -> bool {
        false
    }

    /// What it makes of a policy's numbers.
    pub fn verdict(self, policy: &Policy) -> Verdict {
        let (length, classes) = (policy.minimum_length, policy.minimum_classes);
        match self {
            Profile::Cnil1 if (length >= 12 && classes >= 4) || (length >= 14 && classes >= 3) => {
                Verdict::Meets
            }
            Profile::Cnil1 => Verdict::Differs(vec!["fewer than 80 bits"]),
            Profile::Cnil2 if (length >= 8 && classes >= 3) || length >= 16 => {
                Verdict::MeetsIf("access is locked, delayed or guarded after failed attempts")
            }
            Profile::Cnil2 => Verdict::Differs(vec!["fewer than 50 bits"]),
            Profile::Anssi if length >= 12 => {
                Verdict::MeetsIf("no account is privileged or especially sensitive")
            }
            Profile::Anssi if length >= 9 => Verdict::MeetsIf("the accounts are of low sensitivity"),
            Profile::Anssi => Verdict::Differs(vec!["shorter than 9 characters"]),
            Profile::Nist4 => nist(policy),
            Profile::OwaspStorage => Verdict::Silent,
        }
    }
}

fn nist(policy: &Policy) -> Verdict {
    let checks = [
        (policy.minimum_length < 8, "shorter than 8 characters"),
        (
            (8..15).contains(&policy.minimum_length),
            "shorter than 15 characters, unless there is another factor",
        ),
        (policy.minimum_classes > 1, "imposes classes of characters"),
        (policy.maximum_age_days.is_some(), "asks for periodic change"),
        (!policy.refuse_common, "has no blocklist"),
    ];
    let differs: Vec<_> = checks.into_iter().filter_map(|(is, words)| is.then_some(words)).collect();
    if differs.is_empty() { Verdict::Meets } else { Verdict::Differs(differs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(minimum_length: usize, minimum_classes: usize) -> Policy {
        Policy { minimum_length, minimum_classes, ..Policy::default() }
    }

    #[test]
    fn the_default_policy_is_case_2_of_the_cnil_with_a_lock_out_and_nothing_more() {
        let verdicts = NORMS.each_ref().map(|norm| norm.profile.verdict(&Policy::default()));
        assert!(matches!(verdicts[0], Verdict::Differs(_)));
        assert!(matches!(verdicts[1], Verdict::MeetsIf(_)));
        assert!(matches!(verdicts[2], Verdict::Differs(_)));
        let Verdict::Differs(nist) = &verdicts[3] else { panic!("{:?}", verdicts[3]) };
        assert_eq!(nist.len(), 3);
        assert_eq!(verdicts[4], Verdict::Silent);
    }

    #[test]
    fn longer_policies_meet_more() {
        assert_eq!(Profile::Cnil1.verdict(&policy(12, 4)), Verdict::Meets);
        assert_eq!(Profile::Cnil1.verdict(&policy(14, 3)), Verdict::Meets);
        assert!(matches!(Profile::Cnil1.verdict(&policy(13, 3)), Verdict::Differs(_)));
        assert!(matches!(Profile::Cnil2.verdict(&policy(16, 1)), Verdict::MeetsIf(_)));
        assert!(matches!(Profile::Cnil2.verdict(&policy(8, 2)), Verdict::Differs(_)));
        assert!(matches!(Profile::Anssi.verdict(&policy(12, 1)), Verdict::MeetsIf(_)));
        let modern = Policy { maximum_age_days: None, ..policy(15, 1) };
        assert_eq!(Profile::Nist4.verdict(&modern), Verdict::Meets);
    }

    #[test]
    fn what_was_read_at_second_hand_says_so() {
        for norm in NORMS {
            let cnil_or_agency = norm.profile != Profile::OwaspStorage;
            assert_eq!(norm.source.contains("secondary sources"), cnil_or_agency, "{}", norm.profile.name());
        }
    }
}
