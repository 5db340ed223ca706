//! The stretched hashes of PHP systems: phpass (`$P$`, `$H$`) and Drupal 7 (`$S$`).

use super::encoding::{CRYPT, crypt64};
use super::recipe::{Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};
use md5::{Digest, Md5};
use sha2::Sha512;

/// The most rounds that are computed, as a power of two. The format allows 30, which would take minutes.
const MOST_ROUNDS: u8 = 22;

/// One of them with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PortableMethod {
    drupal: bool,
    rounds: u8,
    salt: [u8; 8],
}

/// Reads `$P$B`, eight letters of salt and the result; the letter after the second `$` is the number of rounds.
pub(super) fn read(text: &str) -> Option<Read> {
    let drupal = text.starts_with("$S$");
    let rest = ["$P$", "$H$", "$S$"].iter().find_map(|start| text.strip_prefix(start))?;
    Some(parts(drupal, rest))
}

fn parts(drupal: bool, rest: &str) -> Read {
    // Drupal keeps 43 letters of the result: the column had no more room.
    let letters = if drupal { 52 } else { 31 };
    if rest.len() != letters || !rest.is_ascii() {
        return Err(Trouble::Broken);
    }
    let rounds = rest.bytes().next().and_then(|letter| CRYPT.iter().position(|known| *known == letter));
    let rounds = rounds.ok_or(Trouble::Broken)? as u8;
    let salt = rest.as_bytes()[1..9].try_into().map_err(|_| Trouble::Broken)?;
    let sum = crypt64(&rest[9..]).ok_or(Trouble::Broken)?;
    if rounds > MOST_ROUNDS {
        return Err(Trouble::Absurd);
    }
    Ok((Method::Portable(PortableMethod { drupal, rounds, salt }), sum))
}

impl PortableMethod {
    pub(super) fn compute(&self, candidate: &[u8]) -> Vec<u8> {
        if self.drupal {
            // 43 letters carry 32 whole bytes of the 64.
            self.stretched::<Sha512>(candidate)[..32].to_vec()
        } else {
            self.stretched::<Md5>(candidate)
        }
    }

    fn stretched<D: Digest>(&self, candidate: &[u8]) -> Vec<u8> {
        let mut sum = D::new().chain_update(self.salt).chain_update(candidate).finalize();
        for _ in 0..1_u64 << self.rounds {
            sum = D::new().chain_update(&sum).chain_update(candidate).finalize();
        }
        sum.to_vec()
    }

    pub(super) fn name(&self) -> &'static str {
        if self.drupal { "drupal-sha512" } else { "phpass" }
    }

    pub(super) fn parameters(&self) -> String {
        format!("rounds={}", 1_u64 << self.rounds)
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        // Drupal's form is no norm's; it is named, and not judged.
        let legacy = (!self.drupal).then(|| Weakness::of(Shortcoming::Legacy("phpass, which is MD5")));
        legacy.into_iter().chain([Weakness::of(Shortcoming::ShortSalt)]).collect()
    }
}
