//! Scrypt as Django, Werkzeug and PHC strings write it.

use super::encoding::{STANDARD, base64, hex, number};
use super::recipe::{Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};
use crate::fault::{Fault, Result};

/// The most memory that is allocated for one guess, in KiB.
const MOST_MEMORY: u64 = 1024 * 1024;
/// The most work: that memory, times the number of lanes.
const MOST_WORK: u64 = 4 * MOST_MEMORY;
const MOST_LENGTH: usize = 128;

/// N (as a power of two) and p that OWASP holds to be equal, for r = 8.
const OWASP: [(u8, u32); 5] = [(17, 1), (16, 2), (15, 3), (14, 5), (13, 10)];

/// Scrypt with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ScryptMethod {
    log_n: u8,
    r: u32,
    p: u32,
    salt: Vec<u8>,
    length: usize,
}

type Parts = (ScryptMethod, Vec<u8>);

/// Reads `scrypt$16384$salt$8$5$sum`, `scrypt:32768:8:1$salt$sum` and `$scrypt$ln=17,r=8,p=1$salt$sum`.
pub(super) fn read(text: &str) -> Option<Read> {
    let parts = if let Some(rest) = text.strip_prefix("scrypt$") {
        django(rest)
    } else if let Some(rest) = text.strip_prefix("scrypt:") {
        werkzeug(rest)
    } else {
        phc(text.strip_prefix("$scrypt$")?)
    };
    Some(parts.ok_or(Trouble::Broken).and_then(checked))
}

fn django(rest: &str) -> Option<Parts> {
    let [n, salt, r, p, sum]: [&str; 5] = rest.split('$').collect::<Vec<_>>().try_into().ok()?;
    method(power(number(n)?)?, number(r)?, number(p)?, salt.into(), base64(STANDARD, sum)?)
}

fn werkzeug(rest: &str) -> Option<Parts> {
    let (head, rest) = rest.split_once('$')?;
    let (salt, sum) = rest.split_once('$')?;
    let [n, r, p]: [&str; 3] = head.split(':').collect::<Vec<_>>().try_into().ok()?;
    method(power(number(n)?)?, number(r)?, number(p)?, salt.into(), hex(sum)?)
}

fn phc(rest: &str) -> Option<Parts> {
    let [head, salt, sum]: [&str; 3] = rest.split('$').collect::<Vec<_>>().try_into().ok()?;
    let [n, r, p]: [&str; 3] = head.split(',').collect::<Vec<_>>().try_into().ok()?;
    let log_n = number(n.strip_prefix("ln=")?)?.try_into().ok()?;
    let (r, p) = (number(r.strip_prefix("r=")?)?, number(p.strip_prefix("p=")?)?);
    method(log_n, r, p, base64(STANDARD, salt)?, base64(STANDARD, sum)?)
}

fn power(n: u32) -> Option<u8> {
    n.is_power_of_two().then(|| n.trailing_zeros() as u8)
}

fn method(log_n: u8, r: u32, p: u32, salt: Vec<u8>, sum: Vec<u8>) -> Option<Parts> {
    Some((ScryptMethod { log_n, r, p, salt, length: sum.len() }, sum))
}

fn checked((method, sum): Parts) -> Result<(Method, Vec<u8>), Trouble> {
    // 128 r N bytes. A power of two above 40 is absurd whatever else there is, and would overflow.
    let too_much = method.log_n > 40
        || method.memory_kib().checked_mul(u64::from(method.p)).is_none_or(|work| work > MOST_WORK)
        || method.memory_kib() > MOST_MEMORY
        || method.length > MOST_LENGTH;
    if too_much {
        return Err(Trouble::Absurd);
    }
    let sound = method.params().is_some() && method.log_n > 0 && method.length >= 16;
    if sound { Ok((Method::Scrypt(method), sum)) } else { Err(Trouble::Broken) }
}

impl ScryptMethod {
    fn params(&self) -> Option<scrypt::Params> {
        scrypt::Params::new(self.log_n, self.r, self.p).ok()
    }

    pub(super) fn compute(&self, candidate: &[u8]) -> Result<Vec<u8>> {
        let params =
            self.params().ok_or_else(|| Fault::refused("a stored hash is not a complete scrypt hash"))?;
        let mut sum = vec![0; self.length];
        scrypt::scrypt(candidate, &self.salt, &params, &mut sum)
            .map_err(|_| Fault::unfinished("the password could not be hashed"))?;
        Ok(sum)
    }

    pub(super) fn parameters(&self) -> String {
        format!("n={},r={},p={}", 1_u64 << self.log_n, self.r, self.p)
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn memory_kib(&self) -> u64 {
        (u64::from(self.r) << self.log_n).div_ceil(8)
    }

    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        let enough = OWASP.iter().any(|(log_n, p)| self.log_n >= *log_n && self.r >= 8 && self.p >= *p);
        let mut found = Vec::new();
        if !enough {
            found.push(Weakness::of(Shortcoming::BelowOwasp(
                "scrypt with N=131072, r=8 and p=1, or its equals",
            )));
        }
        found.extend(Weakness::of_salt(self.salt.len()));
        found
    }
}
