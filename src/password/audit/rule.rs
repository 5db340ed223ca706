//! The rules of an audit: their stable names, how bad each is, and the mildest repair.

use crate::password::scheme::Shortcoming;
use crate::severity::Severity;

/// The mildest thing that cures a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// The owner must change the password at the next login.
    ForceChange,
    /// That was asked already; the owner has not logged in since.
    Waiting,
    /// A temporary password that is over, or has no end, stops working.
    ExpireTemporary,
    /// A temporary password or reset code in clear is emptied.
    EmptyCode,
    /// Sessions, tokens and devices are ended.
    EndSessions,
    /// The exemption from ageing is taken back.
    EndExemption,
    /// The template gets what the policy asks for.
    TightenTemplate,
    /// Only a person can: hand out a temporary password, or disable the account.
    Person,
}

impl Repair {
    /// What it would do, in words.
    pub fn words(self) -> &'static str {
        match self {
            Repair::ForceChange => "force a change",
            Repair::Waiting => "nothing: already asked for",
            Repair::ExpireTemporary => "end the temporary password",
            Repair::EmptyCode => "empty the code",
            Repair::EndSessions => "end the sessions",
            Repair::EndExemption => "end the exemption",
            Repair::TightenTemplate => "tighten the template",
            Repair::Person => "nothing: a person decides",
        }
    }
}

macro_rules! rules {
    ($($name:ident, $id:literal, $severity:ident, $repair:ident, $words:literal;)*) => {
        /// What is checked. The documentation of each is the sentence that a report shows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $(#[doc = $words] $name,)* }

        impl Rule {
            /// All rules, for manuals and tests.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)*];

            /// The stable id.
            pub fn id(self) -> &'static str {
                match self { $(Rule::$name => $id,)* }
            }

            /// How bad a finding of this rule is.
            pub fn severity(self) -> Severity {
                match self { $(Rule::$name => Severity::$severity,)* }
            }

            /// What cures it.
            pub fn repair(self) -> Repair {
                match self { $(Rule::$name => Repair::$repair,)* }
            }

            /// A sentence for a person.
            pub fn words(self) -> &'static str {
                match self { $(Rule::$name => $words,)* }
            }
        }
    };
}

rules! {
    ClearText, "hash.clear-text", High, ForceChange, "the password is stored in clear, it seems";
    Reversible, "hash.reversible", High, ForceChange, "the password is encrypted, so whoever has the key reads it";
    Legacy, "hash.legacy", High, ForceChange, "stored with a digest that was not made to resist guessing";
    Unsalted, "hash.unsalted", High, ForceChange, "no salt of its own: equal passwords have equal hashes";
    SharedHash, "hash.shared", High, ForceChange, "another account has the same hash, so the same password";
    ShippedHash, "hash.shipped", High, ForceChange, "the password is the one that the CRM comes with";
    TemplateHash, "hash.template", High, ForceChange, "the password is still the template's";
    Absurd, "hash.absurd", Medium, Person, "the hash asks for absurdly much memory or time: nobody can log in";
    Broken, "hash.broken", Medium, Person, "the hash is cut off or damaged: nobody can log in";
    Parameters, "hash.parameters", Medium, ForceChange, "less work for a guesser than OWASP asks for";
    SharedSalt, "hash.shared-salt", Medium, ForceChange, "another account has the same salt";
    FirstVersion, "hash.first-version", Low, ForceChange, "Argon2 in its first version";
    Variant, "hash.variant", Low, ForceChange, "a variant of Argon2 other than Argon2id";
    TinySalt, "hash.tiny-salt", Medium, ForceChange, "a salt of fewer than 4 bytes, which NIST forbids";
    ShortSalt, "hash.short-salt", Low, ForceChange, "a salt of fewer than 16 bytes";
    ShortResult, "hash.short-result", Low, ForceChange, "a result of fewer than 16 bytes";
    Unknown, "hash.unknown", Information, Person, "stored in a way that is not known here";
    Locked, "password.locked", Information, Person, "a mark stands where the password was: nobody can log in with one";
    NoPassword, "password.none", Medium, Person, "the account may log in and has no password";
    TooOld, "password.too-old", Medium, ForceChange, "the password is older than the policy allows";
    NeverChanged, "password.never-changed", Medium, ForceChange, "the password was never changed";
    ChangedInFuture, "password.changed-in-future", Medium, ForceChange, "the password was changed in the future";
    NeverExpires, "password.never-expires", Medium, EndExemption, "the password is exempt from ageing";
    TemporaryOver, "temporary.over", Medium, ExpireTemporary, "a temporary password was never replaced and is over";
    TemporaryUnforced, "temporary.unforced", Medium, ForceChange, "a temporary password that need not be replaced";
    TemporaryRunning, "temporary.running", Information, Waiting, "a temporary password waits for its owner";
    ChangePending, "change.pending", Low, Person, "a change was asked for long ago and never made";
    CodeInClear, "code.in-clear", Medium, EmptyCode, "a temporary password or reset code is stored in clear";
    DisabledAdministratorSession, "session.disabled-administrator", High, EndSessions,
        "a disabled administrator has a session";
    DisabledSession, "session.disabled", Medium, EndSessions, "a disabled account has a session";
    DisabledAdministrator, "administrator.disabled", Low, Person, "a disabled account is still an administrator";
    DormantAdministrator, "administrator.dormant", Medium, Person, "an administrator has not logged in for long";
    AdministratorSingleFactor, "administrator.single-factor", Medium, Person,
        "an administrator logs in without a second factor";
    GenericAdministrator, "administrator.generic", Low, Person, "an administrator's login names nobody";
    Dormant, "account.dormant", Low, Person, "the account has not logged in for long";
    NeverUsed, "account.never-used", Low, Person, "the account has never logged in";
    NoEmail, "account.no-email", Information, Person, "no e-mail address: its owner cannot be written to";
    SingleFactor, "account.single-factor", Information, Person, "the account logs in without a second factor";
    ServicePassword, "account.service-password", Low, Person, "an account of a program that has a password";
    SameEmail, "account.same-email", Low, Person, "another account has the same e-mail address";
    TemplateLength, "template.length", Medium, TightenTemplate, "the template allows shorter passwords";
    TemplateClasses, "template.classes", Medium, TightenTemplate, "the template allows fewer classes of characters";
    TemplateAge, "template.age", Medium, TightenTemplate, "the template lets passwords grow older";
    TemplateNoChange, "template.no-change", Medium, TightenTemplate, "newcomers need not replace their first password";
    TemplateNeverExpires, "template.never-expires", Medium, TightenTemplate, "newcomers are exempt from ageing";
    TemplatePassword, "template.password", Medium, Person, "the template has a password that newcomers share";
}

impl From<Shortcoming> for Rule {
    fn from(shortcoming: Shortcoming) -> Self {
        match shortcoming {
            Shortcoming::Legacy(_) => Rule::Legacy,
            Shortcoming::Unsalted => Rule::Unsalted,
            Shortcoming::BelowOwasp(_) => Rule::Parameters,
            Shortcoming::FirstVersion => Rule::FirstVersion,
            Shortcoming::OtherVariant => Rule::Variant,
            Shortcoming::TinySalt => Rule::TinySalt,
            Shortcoming::ShortSalt => Rule::ShortSalt,
            Shortcoming::ShortResult => Rule::ShortResult,
        }
    }
}
