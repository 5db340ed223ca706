//! The key of a link: 256 random bits, which the ERP issues and forgets.

use crate::digest::{Digest, digest};
use crate::fault::{Fault, Result};
use rand::TryRng;
use rand::rngs::SysRng;
use std::fmt;
use zeroize::Zeroizing;

/// How many bytes a key has.
pub const BYTES: usize = 32;

/// What stands before a key when it is digested, so that the digest is of nothing else.
const PURPOSE: &[u8] = b"crm-admin ERP key 1\0";

/// A key. It has no `Display` and no `Serialize`, `Debug` hides it, and dropping it wipes it.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; BYTES]>);

impl Key {
    /// A new key.
    ///
    /// # Errors
    /// Unfinished when the system has no randomness.
    pub fn fresh() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        let drawn = SysRng.try_fill_bytes(&mut *bytes);
        drawn.map_err(|error| Fault::unfinished(format!("the system gives no random bytes: {error}")))?;
        Ok(Key(bytes))
    }

    /// The key of these bytes.
    pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Key(Zeroizing::new(bytes))
    }

    /// The key itself.
    pub fn expose(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// By what the ERP knows it again. Of 256 random bits a plain digest gives nothing away.
    pub fn digest(&self) -> Digest {
        let mut text = Zeroizing::new(PURPOSE.to_vec());
        text.extend_from_slice(&*self.0);
        digest(&text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_equal_and_none_shows_itself() {
        let (one, other) = (Key::fresh().unwrap(), Key::fresh().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_ne!(one.digest(), other.digest());
        assert_eq!(format!("{one:?}"), "Key(..)");
    }
}
