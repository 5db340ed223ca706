//! Bcrypt: `$2a$`, `$2b$`, `$2y$`, and the forms of Django and WordPress that hash before it.

use super::encoding::{BCRYPT, base64};
use super::prehash::Prehash;
use super::recipe::{Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};

/// The highest cost that is computed: half a minute a guess. A hostile one would take a year.
const MOST_COST: u8 = 18;
const OWASP_COST: u8 = 10;

/// Bcrypt with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BcryptMethod {
    cost: u8,
    salt: [u8; 16],
}

/// What the text says that the password goes through before bcrypt, and the bcrypt hash in it.
pub(super) fn unwrap(text: &str) -> (Option<Prehash>, &str) {
    if let Some(rest) = text.strip_prefix("bcrypt_sha256$") {
        (Some(Prehash::Sha256Hex), rest)
    } else if let Some(rest) = text.strip_prefix("$wp").filter(|rest| rest.starts_with("$2")) {
        (Some(Prehash::WordPress), rest)
    } else {
        (None, text.strip_prefix("bcrypt$").unwrap_or(text))
    }
}

/// Reads `$2y$10$` and 53 letters of salt and result. `$2x$`, which a bug made, is known and not computed.
pub(super) fn read(text: &str) -> Option<Read> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|start| text.strip_prefix(start))?;
    Some(parts(rest))
}

fn parts(rest: &str) -> Result<(Method, Vec<u8>), Trouble> {
    let (cost, letters) = rest.split_once('$').ok_or(Trouble::Broken)?;
    let two_digits = cost.len() == 2 && cost.bytes().all(|digit| digit.is_ascii_digit());
    let cost: u8 = cost.parse().ok().filter(|_| two_digits).ok_or(Trouble::Broken)?;
    if letters.len() != 53 || !letters.is_ascii() || cost < 4 {
        return Err(Trouble::Broken);
    }
    if cost > MOST_COST {
        return Err(Trouble::Absurd);
    }
    let salt = base64(BCRYPT, &letters[..22]).and_then(|salt| salt.try_into().ok()).ok_or(Trouble::Broken)?;
    let sum = base64(BCRYPT, &letters[22..]).ok_or(Trouble::Broken)?;
    Ok((Method::Bcrypt(BcryptMethod { cost, salt }), sum))
}

impl BcryptMethod {
    /// The result. Only the first 72 bytes of a password count, as everywhere.
    pub(super) fn compute(&self, candidate: &[u8]) -> Vec<u8> {
        let mut key = candidate[..candidate.len().min(72)].to_vec();
        // The C implementations read up to and with the zero byte that ends a text.
        if key.len() < 72 {
            key.push(0);
        }
        let sum = bcrypt::bcrypt(u32::from(self.cost), self.salt, &key);
        zeroize::Zeroize::zeroize(&mut key);
        sum[..23].to_vec()
    }

    pub(super) fn parameters(&self) -> String {
        format!("cost={}", self.cost)
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        let weak = self.cost < OWASP_COST;
        weak.then(|| Weakness::of(Shortcoming::BelowOwasp("bcrypt with a cost of 10"))).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_72_bytes_count() {
        let method = BcryptMethod { cost: 4, salt: [7; 16] };
        let long = [b'x'; 80];
        assert_eq!(method.compute(&long), method.compute(&long[..72]));
        assert_ne!(method.compute(&long), method.compute(&long[..71]));
        assert_eq!(method.compute(b"").len(), 23);
    }
}
