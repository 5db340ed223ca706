//! A stored hash taken apart: the recipe (scheme, parameters, salt), and the result that the right password gives.

use super::argon2_hash::Argon2Method;
use super::bcrypt_hash::BcryptMethod;
use super::crypt_hash::CryptMethod;
use super::digest_hash::DigestMethod;
use super::pbkdf2_hash::Pbkdf2Method;
use super::portable_hash::PortableMethod;
use super::prehash::Prehash;
use super::scrypt_hash::ScryptMethod;
use super::weakness::Weakness;
use crate::fault::Result;
use std::fmt;

/// Why a string of a known form is no usable hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Cut off, or not well-formed.
    Broken,
    /// It asks for absurdly much memory or time.
    Absurd,
}

/// What a family makes of a string that has its form.
pub(super) type Read = Result<(Method, Vec<u8>), Trouble>;

/// The families.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Method {
    Argon2(Argon2Method),
    Bcrypt(BcryptMethod),
    Crypt(CryptMethod),
    Digest(DigestMethod),
    Pbkdf2(Pbkdf2Method),
    Portable(PortableMethod),
    Scrypt(ScryptMethod),
}

/// Everything that goes into a hash but the password. Two accounts with the same recipe share every guess.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Recipe {
    pub(super) prehash: Option<Prehash>,
    pub(super) method: Method,
}

/// Working memory that is used again for each guess: allocating it anew costs a third of the time.
#[derive(Default)]
pub struct Memory {
    pub(super) blocks: Vec<argon2::Block>,
}

impl Recipe {
    /// What this password gives: equal to the stored result when it is the right one. Costs as much as a login.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn compute(&self, candidate: &[u8], memory: &mut Memory) -> Result<Vec<u8>> {
        let prehashed = self.prehash.map(|prehash| prehash.apply(candidate));
        let candidate = prehashed.as_ref().map_or(candidate, |bytes| bytes.as_slice());
        match &self.method {
            Method::Argon2(method) => method.compute(candidate, memory),
            Method::Scrypt(method) => method.compute(candidate),
            Method::Bcrypt(method) => Ok(method.compute(candidate)),
            Method::Crypt(method) => Ok(method.compute(candidate)),
            Method::Digest(method) => Ok(method.compute(candidate)),
            Method::Pbkdf2(method) => Ok(method.compute(candidate)),
            Method::Portable(method) => Ok(method.compute(candidate)),
        }
    }

    /// The scheme and its parameters, in words: `argon2id (m=19456,t=2,p=1)`. All with the same label cost the same.
    pub fn label(&self) -> String {
        let (name, parameters) = match &self.method {
            Method::Argon2(method) => (method.name(), method.parameters()),
            Method::Bcrypt(method) => ("bcrypt", method.parameters()),
            Method::Crypt(method) => (method.name(), method.parameters()),
            Method::Digest(method) => (method.name(), String::new()),
            Method::Pbkdf2(method) => (method.name(), method.parameters()),
            Method::Portable(method) => (method.name(), method.parameters()),
            Method::Scrypt(method) => ("scrypt", method.parameters()),
        };
        let over = self.prehash.map(|prehash| format!(" over {}", prehash.name())).unwrap_or_default();
        if parameters.is_empty() { format!("{name}{over}") } else { format!("{name}{over} ({parameters})") }
    }

    /// The salt; empty when there is none.
    pub fn salt(&self) -> &[u8] {
        match &self.method {
            Method::Argon2(method) => method.salt(),
            Method::Bcrypt(method) => method.salt(),
            Method::Crypt(method) => method.salt(),
            Method::Digest(method) => method.salt(),
            Method::Pbkdf2(method) => method.salt(),
            Method::Portable(method) => method.salt(),
            Method::Scrypt(method) => method.salt(),
        }
    }

    /// The memory that one guess needs, in KiB; 0 where it is next to nothing.
    pub fn memory_kib(&self) -> u64 {
        match &self.method {
            Method::Argon2(method) => method.memory_kib(),
            Method::Scrypt(method) => method.memory_kib(),
            _ => 0,
        }
    }

    /// What norms hold against it.
    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        match &self.method {
            Method::Argon2(method) => method.weaknesses(),
            Method::Bcrypt(method) => method.weaknesses(),
            Method::Crypt(method) => method.weaknesses(),
            Method::Digest(method) => method.weaknesses(),
            Method::Pbkdf2(method) => method.weaknesses(),
            Method::Portable(method) => method.weaknesses(),
            Method::Scrypt(method) => method.weaknesses(),
        }
    }
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipe({})", self.label())
    }
}

/// A stored hash: its recipe, and its result. `Debug` shows neither salt nor result.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash {
    pub(super) recipe: Recipe,
    pub(super) sum: Vec<u8>,
}

impl Hash {
    /// Everything but the result.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What the right password gives.
    pub fn sum(&self) -> &[u8] {
        &self.sum
    }

    /// Bytes that are equal for equal hashes only, whatever the spelling of the stored string. As secret as it.
    pub fn fingerprint(&self) -> Vec<u8> {
        let label = self.recipe.label();
        let mut bytes = Vec::new();
        for part in [label.as_bytes(), self.recipe.salt(), &self.sum] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", self.recipe.label())
    }
}
