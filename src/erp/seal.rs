//! A key, sealed: XChaCha20-Poly1305 under another key that is not in the database. The one home of chacha20poly1305.

use super::key::{BYTES, Key};
use crate::fault::{Fault, Kind, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

/// The first byte of what is sealed: which way it was done.
const WAY: u8 = 1;
/// The length of the number that is used once, in bytes.
const NONCE: usize = 24;
/// What else is under the seal, before the connection's name.
const PURPOSE: &str = "crm-admin ERP key 1: ";

/// Seals a key for the connection of this name: moved to another one it does not open.
///
/// # Errors
/// Unfinished when the system has no randomness.
pub fn seal(key: &Key, connection: &str, under: &[u8; BYTES]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE];
    let drawn = SysRng.try_fill_bytes(&mut nonce);
    drawn.map_err(|error| Fault::unfinished(format!("the system gives no random bytes: {error}")))?;
    let about = format!("{PURPOSE}{connection}");
    let payload = Payload { msg: key.expose(), aad: about.as_bytes() };
    let sealed = cipher(under).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Fault::unfinished("the ERP's key cannot be sealed"))?;
    Ok([&[WAY][..], &nonce, &sealed].concat())
}

/// Opens what [`seal`] made.
///
/// # Errors
/// Denied when it was sealed under another key or for another connection; damaged when it is nothing sealed.
pub fn open(sealed: &[u8], connection: &str, under: &[u8; BYTES]) -> Result<Key> {
    let damaged = || Fault::damaged("what stands in the place of the ERP's key is no sealed key");
    let (way, rest) = sealed.split_first().ok_or_else(damaged)?;
    let (nonce, text) = rest.split_at_checked(NONCE).ok_or_else(damaged)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| damaged())?;
    if *way != WAY {
        return Err(damaged().into());
    }
    let about = format!("{PURPOSE}{connection}");
    let payload = Payload { msg: text, aad: about.as_bytes() };
    let opened = cipher(under).decrypt(&XNonce::from(nonce), payload).map(Zeroizing::new);
    let opened = opened.map_err(|_| {
        Fault::new(Kind::Denied, "the ERP's key cannot be unsealed with this key file")
            .hint("name the key file it was sealed under with CRM_ADMIN_KEY_FILE, or `erp connect` again")
    })?;
    let bytes: [u8; BYTES] = opened.as_slice().try_into().map_err(|_| damaged())?;
    Ok(Key::from_bytes(bytes))
}

fn cipher(under: &[u8; BYTES]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(under.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::kind_of;

    #[test]
    fn what_is_sealed_opens_under_the_same_key_for_the_same_connection_only() {
        let (key, under) = (Key::fresh().unwrap(), [7; BYTES]);
        let sealed = seal(&key, "Gestion", &under).unwrap();
        assert!(!sealed.windows(8).any(|some| some == &key.expose()[..8]));
        assert_eq!(open(&sealed, "Gestion", &under).unwrap().expose(), key.expose());
        let denied = [open(&sealed, "Gestion", &[8; BYTES]), open(&sealed, "Autre", &under)];
        assert!(denied.iter().all(|result| kind_of(result.as_ref().unwrap_err()) == Kind::Denied));
        assert_ne!(seal(&key, "Gestion", &under).unwrap(), sealed, "a nonce is used once");
    }

    #[test]
    fn a_flipped_bit_or_a_missing_byte_opens_nothing() {
        let (key, under) = (Key::fresh().unwrap(), [7; BYTES]);
        let sealed = seal(&key, "Gestion", &under).unwrap();
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 4;
            assert!(open(&broken, "Gestion", &under).is_err(), "byte {at}");
            assert!(open(&sealed[..at], "Gestion", &under).is_err(), "{at} bytes");
        }
    }
}
