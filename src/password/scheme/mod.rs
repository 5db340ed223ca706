//! How a password is stored: told from the string itself and from what a map adds, verified, and held against norms.
//!
//! One file per family of schemes reads its own forms and computes them. What no family knows is called unknown,
//! never weak and never strong.

mod argon2_hash;
mod bcrypt_hash;
mod crypt_hash;
mod digest_hash;
mod encoding;
mod pbkdf2_hash;
mod portable_hash;
mod prehash;
mod recipe;
mod scrypt_hash;
mod weakness;

#[cfg(test)]
mod tests;

pub use prehash::Prehash;
pub use recipe::{Hash, Memory, Recipe};
pub use weakness::{Shortcoming, Weakness};

use crate::fault::{Fault, Result};
use crate::secret::Secret;
use recipe::{Read, Trouble};

/// What a map knows of a column of hashes and the string itself does not say.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// What the password goes through first.
    pub prehash: Option<Prehash>,
    /// What stands before the hash, as `argon2$` in Django.
    pub prefix: Option<String>,
    /// The salt that a site keeps in its configuration for everybody.
    pub site_salt: Option<Secret>,
}

/// What a stored string is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// No password: nothing is stored, or nothing but blanks.
    Nothing,
    /// A mark that no password matches: `!`, `*`.
    Locked,
    /// A hash that can be verified.
    Known(Hash),
    /// It has the form of this scheme, and is cut off or damaged: nobody can log in with it.
    Broken(&'static str),
    /// It has the form of this scheme, and asks for absurdly much memory or time. It is never computed.
    Absurd(&'static str),
    /// An old scheme that we name and do not compute.
    Old(&'static str),
    /// Encrypted, so that whoever has the key reads the password.
    Reversible,
    /// Short and printable, with no form that anybody hashes to: most likely the password itself.
    ClearText,
    /// None of these. It may be excellent.
    Unknown,
}

/// Tells what a stored string is.
pub fn recognise(stored: &str, hints: &Hints) -> Scheme {
    let stored = stored.trim_end_matches([' ', '\n', '\r']);
    if stored.is_empty() {
        return Scheme::Nothing;
    }
    // Django writes `!` and random letters; `*LK*`, `!!` and `*NP*` are of Unix.
    if stored.starts_with(['!', '*']) {
        return Scheme::Locked;
    }
    let bare = hints.prefix.as_deref().and_then(|prefix| stored.strip_prefix(prefix)).unwrap_or(stored);
    let (prehash, bare) = bcrypt_hash::unwrap(bare);
    let prehash = prehash.or(hints.prehash);
    match family(bare, hints) {
        Some((_, Ok((method, sum)))) => Scheme::Known(Hash { recipe: Recipe { prehash, method }, sum }),
        Some((name, Err(Trouble::Broken))) => Scheme::Broken(name),
        Some((name, Err(Trouble::Absurd))) => Scheme::Absurd(name),
        None => without_family(bare),
    }
}

/// Asks each family in turn; the first that knows the form answers.
fn family(text: &str, hints: &Hints) -> Option<(&'static str, Read)> {
    let site_salt = hints.site_salt.as_ref().map(Secret::expose);
    let named = |name, read: Option<Read>| read.map(|read| (name, read));
    named("argon2", argon2_hash::read(text))
        .or_else(|| named("bcrypt", bcrypt_hash::read(text)))
        .or_else(|| named("pbkdf2", pbkdf2_hash::read(text)))
        .or_else(|| named("scrypt", scrypt_hash::read(text)))
        .or_else(|| named("crypt", crypt_hash::read(text)))
        .or_else(|| named("phpass", portable_hash::read(text)))
        .or_else(|| named("crypt", crypt_hash::read_with_site_salt(text, site_salt?)))
        .or_else(|| named("digest", digest_hash::read(text, site_salt)))
}

fn without_family(text: &str) -> Scheme {
    if text.starts_with("dolcrypt:") || text.starts_with("gAAAAA") || text.starts_with("{AES") {
        return Scheme::Reversible;
    }
    for (start, name) in [("$2x$", "bcrypt 2x"), ("$NT$", "nt"), ("$3$", "nt"), ("{CRYPT}", "des-crypt")] {
        if text.starts_with(start) {
            return Scheme::Old(name);
        }
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    // A bare MD4, NT or MD5 is told by its 32 digits above; a half or a double one is nobody's password either.
    let form = text.starts_with(['$', '{', '_']) || (digits && text.len() >= 24);
    let printable = text.chars().all(|letter| !letter.is_control());
    if printable && !form && text.chars().count() <= 40 { Scheme::ClearText } else { Scheme::Unknown }
}

impl Scheme {
    /// The scheme in words, with its parameters and without salt or result.
    pub fn label(&self) -> String {
        match self {
            Scheme::Nothing => "none".into(),
            Scheme::Locked => "locked".into(),
            Scheme::Known(hash) => hash.recipe.label(),
            Scheme::Broken(name) => format!("{name}, incomplete"),
            Scheme::Absurd(name) => format!("{name}, absurd parameters"),
            Scheme::Old(name) => (*name).into(),
            Scheme::Reversible => "reversible".into(),
            Scheme::ClearText => "clear text, it seems".into(),
            Scheme::Unknown => "unknown".into(),
        }
    }

    /// The hash, where it can be computed.
    pub fn hash(&self) -> Option<&Hash> {
        if let Scheme::Known(hash) = self { Some(hash) } else { None }
    }
}

/// What norms hold against the way a password is stored, worst first; nothing for what is not a known hash.
pub fn weaknesses(scheme: &Scheme) -> Vec<Weakness> {
    match scheme {
        Scheme::Known(hash) => hash.recipe.weaknesses(),
        Scheme::Old(name) => vec![Weakness::of(Shortcoming::Legacy(name))],
        _ => Vec::new(),
    }
}

/// Whether the candidate is the password that is stored. Costs as much as a login.
///
/// An account without a password, or with a locked one, has none that fits. Clear text is compared as it is.
///
/// # Errors
/// Refused when the string is damaged, unknown, or asks for absurdly much memory or time.
pub fn verify(stored: &str, hints: &Hints, candidate: &Secret) -> Result<bool> {
    match recognise(stored, hints) {
        Scheme::Nothing | Scheme::Locked => Ok(false),
        Scheme::Known(hash) => matches(&hash, candidate),
        Scheme::Absurd(_) => Err(Fault::refused("a stored hash asks for absurdly much memory or time")
            .hint("reset that account: nobody can log in with it")
            .into()),
        Scheme::Broken(name) => Err(Fault::refused(format!("a stored {name} hash is not complete")).into()),
        Scheme::ClearText => Ok(same(stored.as_bytes(), candidate.expose().as_bytes())),
        Scheme::Old(_) | Scheme::Reversible | Scheme::Unknown => {
            Err(Fault::refused("a password is stored in a way that cannot be verified here").into())
        }
    }
}

/// Whether the candidate gives this hash, in memory of its own.
///
/// # Errors
/// When there is no memory for it.
pub fn matches(hash: &Hash, candidate: &Secret) -> Result<bool> {
    let sum = hash.recipe.compute(candidate.expose().as_bytes(), &mut Memory::default())?;
    Ok(same(&sum, &hash.sum))
}

/// Compares in a time that tells nothing about where the first difference is.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}
