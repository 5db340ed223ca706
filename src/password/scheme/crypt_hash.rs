//! The hashes of crypt(3): sha256-crypt, sha512-crypt and md5-crypt.

use super::encoding::{CRYPT, base64, crypt64, number};
use super::recipe::{Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};
use md5::{Digest, Md5};

/// The most rounds that are computed. The format allows a hundred times as many.
const MOST_ROUNDS: u32 = 10_000_000;
const USUAL_ROUNDS: u32 = 5_000;

/// The three of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Md5,
    Sha256,
    Sha512,
}

/// One of them with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CryptMethod {
    kind: Kind,
    rounds: u32,
    salt: Vec<u8>,
    /// Whether the salt is one for all accounts.
    global: bool,
}

/// Reads `$6$rounds=656000$salt$sum`, `$5$salt$sum` and `$1$salt$sum`.
pub(super) fn read(text: &str) -> Option<Read> {
    let (kind, rest) = if let Some(rest) = text.strip_prefix("$1$") {
        (Kind::Md5, rest)
    } else if let Some(rest) = text.strip_prefix("$5$") {
        (Kind::Sha256, rest)
    } else {
        (Kind::Sha512, text.strip_prefix("$6$")?)
    };
    Some(parts(kind, rest))
}

/// A sha512-crypt result of 86 letters without salt and rounds, which are the site's own.
pub(super) fn read_with_site_salt(text: &str, salt: &str) -> Option<Read> {
    let looks = text.len() == 86 && text.bytes().all(|letter| CRYPT.contains(&letter));
    looks.then(|| finished(Kind::Sha512, USUAL_ROUNDS, salt, text, true))
}

fn parts(kind: Kind, rest: &str) -> Read {
    let (rounds, rest) = match rest.strip_prefix("rounds=").filter(|_| kind != Kind::Md5) {
        Some(rest) => rest
            .split_once('$')
            .and_then(|(rounds, rest)| Some((number(rounds)?, rest)))
            .ok_or(Trouble::Broken)?,
        None => (USUAL_ROUNDS, rest),
    };
    let (salt, sum) = rest.split_once('$').ok_or(Trouble::Broken)?;
    finished(kind, rounds, salt, sum, false)
}

fn finished(kind: Kind, rounds: u32, salt: &str, sum: &str, global: bool) -> Read {
    let (longest, letters) = match kind {
        Kind::Md5 => (8, 22),
        Kind::Sha256 => (16, 43),
        Kind::Sha512 => (16, 86),
    };
    if rounds > MOST_ROUNDS {
        return Err(Trouble::Absurd);
    }
    if salt.len() > longest || sum.len() != letters || rounds < 1_000 {
        return Err(Trouble::Broken);
    }
    let sum = in_order(kind, sum).ok_or(Trouble::Broken)?;
    Ok((Method::Crypt(CryptMethod { kind, rounds, salt: salt.into(), global }), sum))
}

/// The bytes of a result in their natural order: crypt(3) writes them three by three, from three places at once.
fn in_order(kind: Kind, letters: &str) -> Option<Vec<u8>> {
    let written = crypt64(letters)?;
    let places = places(kind);
    let mut bytes = vec![0; places.len()];
    for (byte, place) in written.iter().zip(&places) {
        bytes[*place] = *byte;
    }
    // A group of four letters carries 24 bits; what is above the last byte must be nothing.
    (base64(CRYPT, letters).is_some() && written.len() == places.len()).then_some(bytes)
}

/// Where each written byte stands in the result.
fn places(kind: Kind) -> Vec<usize> {
    match kind {
        Kind::Md5 => {
            let mut places: Vec<_> = (0..4).flat_map(|at| [at + 12, at + 6, at]).collect();
            places.extend([5, 10, 4, 11]);
            places
        }
        Kind::Sha256 => {
            let mut places: Vec<_> = (0..10).flat_map(|at| turned([at, at + 10, at + 20], 2 * at)).collect();
            places.extend([30, 31]);
            places
        }
        Kind::Sha512 => {
            let mut places: Vec<_> = (0..21).flat_map(|at| turned([at, at + 21, at + 42], at)).collect();
            places.push(63);
            places
        }
    }
}

/// The three places, turned by one for each group, the last written first.
fn turned(mut three: [usize; 3], by: usize) -> [usize; 3] {
    three.rotate_left(by % 3);
    three.reverse();
    three
}

impl CryptMethod {
    pub(super) fn compute(&self, candidate: &[u8]) -> Vec<u8> {
        // The number of rounds was checked when the hash was read.
        let rounds = sha_crypt::Params::new(self.rounds).unwrap_or_default();
        match self.kind {
            Kind::Md5 => md5_crypt(candidate, &self.salt).to_vec(),
            Kind::Sha256 => sha_crypt::sha256_crypt(candidate, &self.salt, rounds).to_vec(),
            Kind::Sha512 => sha_crypt::sha512_crypt(candidate, &self.salt, rounds).to_vec(),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Md5 => "md5-crypt",
            Kind::Sha256 => "sha256-crypt",
            Kind::Sha512 => "sha512-crypt",
        }
    }

    pub(super) fn parameters(&self) -> String {
        if self.kind == Kind::Md5 { String::new() } else { format!("rounds={}", self.rounds) }
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// OWASP has no row for sha-crypt: it is named, and only a short salt is held against it.
    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        let mut found = Vec::new();
        if self.kind == Kind::Md5 {
            found.push(Weakness::of(Shortcoming::Legacy("md5-crypt")));
        } else if !self.global && self.salt.len() < 8 {
            found.extend(Weakness::of_salt(self.salt.len()));
        }
        if self.global {
            found.push(Weakness::of(Shortcoming::Unsalted));
        }
        found
    }
}

/// Poul-Henning Kamp's md5-crypt, with its thousand rounds.
fn md5_crypt(candidate: &[u8], salt: &[u8]) -> [u8; 16] {
    let other = Md5::new().chain_update(candidate).chain_update(salt).chain_update(candidate).finalize();
    let mut first = Md5::new().chain_update(candidate).chain_update(b"$1$").chain_update(salt);
    let mut left = candidate.len();
    while left > 0 {
        first.update(&other[..left.min(16)]);
        left = left.saturating_sub(16);
    }
    let mut length = candidate.len();
    while length > 0 {
        first.update(if length & 1 == 1 { &[0][..] } else { &candidate[..1] });
        length >>= 1;
    }
    let mut sum: [u8; 16] = first.finalize().into();
    for round in 0..1_000 {
        let mut next = Md5::new();
        next.update(if round % 2 == 1 { candidate } else { &sum });
        if round % 3 != 0 {
            next.update(salt);
        }
        if round % 7 != 0 {
            next.update(candidate);
        }
        next.update(if round % 2 == 1 { &sum } else { candidate });
        sum = next.finalize().into();
    }
    sum
}
