//! PBKDF2 as passlib, Django and Werkzeug write it.

use super::encoding::{PASSLIB, STANDARD, base64, hex, number};
use super::recipe::{Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};

/// The most rounds that are computed: some ten seconds a guess.
const MOST_ROUNDS: u32 = 20_000_000;
const MOST_LENGTH: usize = 128;

/// The hash function inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    fn named(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Digest::Sha1),
            "sha256" => Some(Digest::Sha256),
            "sha512" => Some(Digest::Sha512),
            _ => None,
        }
    }
}

/// PBKDF2 with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pbkdf2Method {
    digest: Digest,
    rounds: u32,
    salt: Vec<u8>,
    length: usize,
}

/// Reads `$pbkdf2-sha512$25000$salt$sum`, `pbkdf2_sha256$600000$salt$sum` and `pbkdf2:sha256:600000$salt$sum`.
pub(super) fn read(text: &str) -> Option<Read> {
    if let Some(rest) = text.strip_prefix("$pbkdf2") {
        return Some(passlib(rest).ok_or(Trouble::Broken).and_then(checked));
    }
    if let Some(rest) = text.strip_prefix("pbkdf2_") {
        return Some(django(rest).ok_or(Trouble::Broken).and_then(checked));
    }
    let rest = text.strip_prefix("pbkdf2:")?;
    Some(werkzeug(rest).ok_or(Trouble::Broken).and_then(checked))
}

type Parts = (Pbkdf2Method, Vec<u8>);

fn passlib(rest: &str) -> Option<Parts> {
    let [digest, rounds, salt, sum] = four(rest)?;
    // Plain `$pbkdf2$` is the oldest, with SHA-1.
    let digest = if digest.is_empty() { Digest::Sha1 } else { Digest::named(digest.strip_prefix('-')?)? };
    method(digest, number(rounds)?, base64(PASSLIB, salt)?, base64(PASSLIB, sum)?)
}

fn django(rest: &str) -> Option<Parts> {
    let [digest, rounds, salt, sum] = four(rest)?;
    method(Digest::named(digest)?, number(rounds)?, salt.into(), base64(STANDARD, sum)?)
}

fn werkzeug(rest: &str) -> Option<Parts> {
    let (head, rest) = rest.split_once('$')?;
    let (digest, rounds) = head.split_once(':')?;
    let (salt, sum) = rest.split_once('$')?;
    method(Digest::named(digest)?, number(rounds)?, salt.into(), hex(sum)?)
}

fn four(text: &str) -> Option<[&str; 4]> {
    text.split('$').collect::<Vec<_>>().try_into().ok()
}

fn method(digest: Digest, rounds: u32, salt: Vec<u8>, sum: Vec<u8>) -> Option<Parts> {
    Some((Pbkdf2Method { digest, rounds, salt, length: sum.len() }, sum))
}

fn checked((method, sum): Parts) -> Result<(Method, Vec<u8>), Trouble> {
    if method.rounds > MOST_ROUNDS || method.length > MOST_LENGTH {
        return Err(Trouble::Absurd);
    }
    if method.rounds == 0 || method.length < 16 {
        return Err(Trouble::Broken);
    }
    Ok((Method::Pbkdf2(method), sum))
}

impl Pbkdf2Method {
    pub(super) fn compute(&self, candidate: &[u8]) -> Vec<u8> {
        let mut sum = vec![0; self.length];
        let into = &mut sum[..];
        match self.digest {
            Digest::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(candidate, &self.salt, self.rounds, into),
            Digest::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(candidate, &self.salt, self.rounds, into),
            Digest::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(candidate, &self.salt, self.rounds, into),
        }
        sum
    }

    pub(super) fn name(&self) -> &'static str {
        match self.digest {
            Digest::Sha1 => "pbkdf2-sha1",
            Digest::Sha256 => "pbkdf2-sha256",
            Digest::Sha512 => "pbkdf2-sha512",
        }
    }

    pub(super) fn parameters(&self) -> String {
        format!("rounds={}", self.rounds)
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        let (least, words) = match self.digest {
            Digest::Sha1 => (1_300_000, "PBKDF2 with SHA-1 and 1,300,000 rounds"),
            Digest::Sha256 => (600_000, "PBKDF2 with SHA-256 and 600,000 rounds"),
            Digest::Sha512 => (210_000, "PBKDF2 with SHA-512 and 210,000 rounds"),
        };
        let mut found = Vec::new();
        if self.rounds < least {
            found.push(Weakness::of(Shortcoming::BelowOwasp(words)));
        }
        // Django and Werkzeug write text of about 6 bits a letter: 16 letters are 12 bytes.
        found.extend(Weakness::of_salt(self.salt.len()));
        found
    }
}
