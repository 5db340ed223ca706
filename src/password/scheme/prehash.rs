//! What a password goes through before it is hashed.

use super::encoding::{to_base64, to_hex};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384};
use zeroize::Zeroizing;

/// What a password goes through before it is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prehash {
    /// MD5, written in lower-case hexadecimal: SuiteCRM, EspoCRM. Only a map can know it.
    Md5Hex,
    /// SHA-256, written in lower-case hexadecimal: Django before bcrypt.
    Sha256Hex,
    /// HMAC with SHA-384 and a fixed key, in base 64, of the password without the blanks around it: WordPress 6.8.
    WordPress,
}

impl Prehash {
    pub(in crate::password) fn apply(self, candidate: &[u8]) -> Zeroizing<Vec<u8>> {
        let text = match self {
            Prehash::Md5Hex => to_hex(&Md5::digest(candidate)),
            Prehash::Sha256Hex => to_hex(&Sha256::digest(candidate)),
            Prehash::WordPress => {
                let mut mac =
                    Hmac::<Sha384>::new_from_slice(b"wp-sha384").expect("a key may have any length");
                mac.update(candidate.trim_ascii());
                to_base64(&mac.finalize().into_bytes())
            }
        };
        Zeroizing::new(text.into_bytes())
    }

    /// What stands before the name of a scheme.
    pub(super) fn name(self) -> &'static str {
        match self {
            Prehash::Md5Hex => "md5-hex",
            Prehash::Sha256Hex => "sha256-hex",
            Prehash::WordPress => "hmac-sha384",
        }
    }
}
