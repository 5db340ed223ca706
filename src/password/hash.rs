//! Argon2id: making a hash and verifying a password against one. The one home of `argon2`.

use crate::fault::{Fault, Result};
use crate::secret::Secret;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::TryCryptoRng;

/// Memory of a hash that we make, in KiB (OWASP password storage cheat sheet).
pub const MEMORY_KIB: u32 = 19_456;
/// Passes over that memory.
pub const PASSES: u32 = 2;
/// Lanes of that memory.
pub const LANES: u32 = 1;

/// The most work that a stored hash may ask of us, in KiB times passes: sixteen times RFC 9106's second choice.
/// A hostile database could otherwise ask for terabytes.
const MOST_WORK: u64 = 16 * 3 * 65_536;
const MOST_MEMORY_KIB: u32 = 2 * 1024 * 1024;

/// Hashes a password with a fresh salt from `rng`. The result is a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$…`.
///
/// # Errors
/// When the generator has nothing to give, or there is no memory for it.
pub fn hash<R: TryCryptoRng + ?Sized>(password: &Secret, rng: &mut R) -> Result<String> {
    let mut salt = [0; 16];
    rng.try_fill_bytes(&mut salt)
        .map_err(|_| Fault::unfinished("the system's random generator does not answer"))?;
    hash_with_salt(password, &salt)
}

/// As [`hash`], with a given salt: for synthetic accounts only, which have to come out the same each time.
pub(crate) fn hash_with_salt(password: &Secret, salt: &[u8; 16]) -> Result<String> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.expose().as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|_| Fault::unfinished("the password could not be hashed").into())
}

/// Whether the password is the one of this Argon2 PHC string, whose own parameters hold.
///
/// # Errors
/// Refused when the string is not an Argon2 hash, or asks for absurdly much memory or time.
pub fn verify(phc: &str, password: &Secret) -> Result<bool> {
    let stored = PasswordHash::new(phc).map_err(|_| unreadable())?;
    if stored.salt.is_none() || stored.hash.is_none() {
        return Err(unreadable().into());
    }
    Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| unreadable())?;
    let params = Params::try_from(&stored).map_err(|_| unreadable())?;
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    if work > MOST_WORK || params.m_cost() > MOST_MEMORY_KIB {
        return Err(Fault::refused("a stored hash asks for absurdly much memory or time")
            .hint("reset that account: nobody can log in with it")
            .into());
    }
    match Argon2::default().verify_password(password.expose().as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(unreadable().into()),
    }
}

fn unreadable() -> Fault {
    Fault::refused("a stored hash is not a complete Argon2 hash")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};
    use rand::rngs::SysRng;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let phc = hash(&secret("Mésange-bleue-7"), &mut SysRng).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify(&phc, &secret("Mésange-bleue-7")).unwrap());
        assert!(!verify(&phc, &secret("mésange-bleue-7")).unwrap());
    }

    #[test]
    fn the_same_password_has_another_hash_each_time() {
        let twice = [0, 1].map(|_| hash(&secret("x"), &mut SysRng).unwrap());
        assert_ne!(twice[0], twice[1]);
    }

    #[test]
    fn the_stored_parameters_hold() {
        // Made by the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -e`.
        let phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(verify(phc, &secret("password")).unwrap());
    }

    #[test]
    fn what_is_no_argon2_hash_is_refused_and_so_is_one_that_asks_for_terabytes() {
        let digest = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let strings = [
            String::new(),
            "!".to_owned(),
            "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
            "$2y$10$abcdefghijklmnopqrstuv".to_owned(),
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ".to_owned(),
            format!("$argon2id$v=19$m=4294967295,t=1,p=1{digest}"),
            format!("$argon2id$v=19$m=65536,t=4000000000,p=1{digest}"),
        ];
        for phc in strings {
            let error = verify(&phc, &secret("password")).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Refused, "{phc}");
        }
    }
}
