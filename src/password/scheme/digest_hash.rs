//! Bare and salted MD5, SHA-1 and SHA-256: fast digests, never meant for passwords.

use super::encoding::{STANDARD, base64, hex};
use super::recipe::{Method, Read, Trouble};
use super::weakness::{Shortcoming, Weakness};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

/// The digest, told by its name or by the length of its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Md5,
    Sha1,
    Sha256,
}

impl Kind {
    fn length(self) -> usize {
        match self {
            Kind::Md5 => 16,
            Kind::Sha1 => 20,
            Kind::Sha256 => 32,
        }
    }
}

/// A digest with everything but the password and the result.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DigestMethod {
    kind: Kind,
    before: Vec<u8>,
    after: Vec<u8>,
    /// Whether the salt is one for all accounts.
    global: bool,
}

/// Reads hexadecimal digits, alone, as `md5$salt$hex` (Django) or as `hex:salt` (Joomla), and LDAP's `{SSHA}` and
/// its kin. A site's own salt, which only a map knows, stands before the password.
pub(super) fn read(text: &str, site_salt: Option<&str>) -> Option<Read> {
    if text.starts_with('{') {
        return directory(text);
    }
    let named = [("md5$", Kind::Md5), ("sha1$", Kind::Sha1), ("sha256$", Kind::Sha256)];
    if let Some((rest, kind)) = named.iter().find_map(|(name, kind)| Some((text.strip_prefix(name)?, *kind)))
    {
        let (salt, sum) = rest.split_once('$')?;
        let sum = hex(sum).filter(|sum| sum.len() == kind.length());
        return Some(sum.map(|sum| known(kind, salt.as_bytes(), b"", false, sum)).ok_or(Trouble::Broken));
    }
    let (digits, after) = text.split_once(':').unwrap_or((text, ""));
    let sum = hex(digits)?;
    let kind = [Kind::Md5, Kind::Sha1, Kind::Sha256].into_iter().find(|kind| kind.length() == sum.len())?;
    let site = site_salt.unwrap_or_default().as_bytes();
    Some(Ok(known(kind, site, after.as_bytes(), after.is_empty() && !site.is_empty(), sum)))
}

fn directory(text: &str) -> Option<Read> {
    let (name, rest) = text.strip_prefix('{')?.split_once('}')?;
    let (kind, salted) = match name.to_ascii_uppercase().as_str() {
        "MD5" => (Kind::Md5, false),
        "SMD5" => (Kind::Md5, true),
        "SHA" => (Kind::Sha1, false),
        "SSHA" => (Kind::Sha1, true),
        _ => return None,
    };
    let sum = base64(STANDARD, rest)
        .filter(|sum| if salted { sum.len() > kind.length() } else { sum.len() == kind.length() });
    Some(sum.ok_or(Trouble::Broken).map(|mut sum| {
        let salt = sum.split_off(kind.length());
        known(kind, b"", &salt, false, sum)
    }))
}

fn known(kind: Kind, before: &[u8], after: &[u8], global: bool, sum: Vec<u8>) -> (Method, Vec<u8>) {
    (Method::Digest(DigestMethod { kind, before: before.into(), after: after.into(), global }), sum)
}

impl DigestMethod {
    pub(super) fn compute(&self, candidate: &[u8]) -> Vec<u8> {
        fn digest<D: Digest>(parts: [&[u8]; 3]) -> Vec<u8> {
            parts.iter().fold(D::new(), |digest, part| digest.chain_update(part)).finalize().to_vec()
        }
        let parts = [&self.before[..], candidate, &self.after[..]];
        match self.kind {
            Kind::Md5 => digest::<Md5>(parts),
            Kind::Sha1 => digest::<Sha1>(parts),
            Kind::Sha256 => digest::<Sha256>(parts),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match (self.kind, self.salt().is_empty()) {
            (Kind::Md5, true) => "md5",
            (Kind::Sha1, true) => "sha1",
            (Kind::Sha256, true) => "sha256",
            (Kind::Md5, false) => "salted md5",
            (Kind::Sha1, false) => "salted sha1",
            (Kind::Sha256, false) => "salted sha256",
        }
    }

    /// The account's own salt, or the site's; empty when there is none.
    pub(super) fn salt(&self) -> &[u8] {
        if self.before.is_empty() { &self.after } else { &self.before }
    }

    pub(super) fn weaknesses(&self) -> Vec<Weakness> {
        let mut found = vec![Weakness::of(Shortcoming::Legacy("a fast digest"))];
        if self.salt().is_empty() || self.global {
            found.push(Weakness::of(Shortcoming::Unsalted));
        } else if self.salt().len() < 4 {
            found.push(Weakness::of(Shortcoming::TinySalt));
        }
        found
    }
}
