//! Making a hash, in the two schemes that are still written: Argon2id, and bcrypt for CRMs that read nothing better.

use super::scheme::{Hints, Scheme, recognise};
use crate::fault::{Fault, Result};
use crate::secret::Secret;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use rand::TryCryptoRng;

/// Memory of a hash that we make, in KiB (OWASP password storage cheat sheet).
pub const MEMORY_KIB: u32 = 19_456;
/// Passes over that memory.
pub const PASSES: u32 = 2;
/// Lanes of that memory.
pub const LANES: u32 = 1;
/// The cost of a bcrypt hash that we make; OWASP asks for 10 at least.
pub const BCRYPT_COST: u32 = 12;

/// The schemes that are written, in the words of a map. `bcrypt-2y` is bcrypt under the name that PHP gives it.
pub const WRITTEN: [&str; 3] = ["argon2id", "bcrypt", "bcrypt-2y"];

/// Hashes a password with Argon2id and a fresh salt from `rng`. The result is a PHC string:
/// `$argon2id$v=19$m=19456,t=2,p=1$…`.
///
/// # Errors
/// When the generator has nothing to give, or there is no memory for it.
pub fn hash<R: TryCryptoRng + ?Sized>(password: &Secret, rng: &mut R) -> Result<String> {
    hash_with_salt(password, &salt(rng)?)
}

/// Hashes a password in the scheme that a map names, with the prehash and the prefix of its column.
///
/// # Errors
/// Refused for a scheme that is not [`WRITTEN`], and for a password of which bcrypt would ignore the end; otherwise as
/// [`hash`]. A site's salt belongs to older hashes: what is written has a salt of its own.
pub fn hash_as<R: TryCryptoRng + ?Sized>(
    scheme: &str,
    hints: &Hints,
    password: &Secret,
    rng: &mut R,
) -> Result<String> {
    if !WRITTEN.contains(&scheme) {
        return Err(Fault::refused(format!("passwords are not written in the scheme {scheme}"))
            .hint(format!("this program writes {}", WRITTEN.join(", ")))
            .into());
    }
    let prepared = prepared(hints, password);
    let salt = salt(rng)?;
    let prefix = hints.prefix.as_deref().unwrap_or_default();
    let stored = match scheme {
        // Django's `argon2$` and the PHC string share a dollar sign.
        "argon2id" => format!("{}{}", prefix.trim_end_matches('$'), hash_with_salt(&prepared, &salt)?),
        "bcrypt-2y" => format!("{prefix}{}", bcrypt_hash(&prepared, salt, bcrypt::Version::TwoY)?),
        _ => format!("{prefix}{}", bcrypt_hash(&prepared, salt, bcrypt::Version::TwoB)?),
    };
    // Nothing is handed out that our own verifier, and so the audit, would not understand.
    match recognise(&stored, hints) {
        Scheme::Known(_) => Ok(stored),
        _ => Err(Fault::refused("the prefix and the scheme of that column do not go together")
            .hint("correct the map's accounts")
            .into()),
    }
}

fn prepared(hints: &Hints, password: &Secret) -> Secret {
    let Some(prehash) = hints.prehash else { return password.clone() };
    let text = prehash.apply(password.expose().as_bytes());
    Secret::new(String::from_utf8_lossy(&text).into_owned())
}

fn salt<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<[u8; 16]> {
    let mut salt = [0; 16];
    rng.try_fill_bytes(&mut salt)
        .map_err(|_| Fault::unfinished("the system's random generator does not answer"))?;
    Ok(salt)
}

fn bcrypt_hash(password: &Secret, salt: [u8; 16], version: bcrypt::Version) -> Result<String> {
    bcrypt::non_truncating_hash_with_salt(password.expose(), BCRYPT_COST, salt)
        .map(|parts| parts.format_for_version(version))
        .map_err(|_| {
            Fault::refused("bcrypt reads the first 72 bytes of a password, and this one is longer")
                .hint("choose a shorter password")
                .into()
        })
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

/// Whether the password is the one of this stored hash, which has no prehash, prefix or site salt.
///
/// # Errors
/// As [`super::scheme::verify`].
pub fn verify(stored: &str, password: &Secret) -> Result<bool> {
    super::scheme::verify(stored, &Hints::default(), password)
}

#[cfg(test)]
mod tests {
    use super::super::scheme::{self, Prehash};
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
    fn what_is_written_has_the_form_of_its_column_and_no_weakness() {
        let md5 = Hints { prehash: Some(Prehash::Md5Hex), ..Hints::default() };
        let django = Hints { prefix: Some("argon2$".into()), ..Hints::default() };
        for (scheme, hints, start) in [
            ("argon2id", &Hints::default(), "$argon2id$v=19$m=19456,t=2,p=1$"),
            ("argon2id", &django, "argon2$argon2id$v=19$m=19456,t=2,p=1$"),
            ("bcrypt", &Hints::default(), "$2b$12$"),
            ("bcrypt-2y", &md5, "$2y$12$"),
        ] {
            let stored = hash_as(scheme, hints, &secret("Mésange-bleue-7"), &mut SysRng).unwrap();
            assert!(stored.starts_with(start), "{stored}");
            assert!(scheme::verify(&stored, hints, &secret("Mésange-bleue-7")).unwrap(), "{start}");
            assert!(!scheme::verify(&stored, hints, &secret("Mésange-bleue-8")).unwrap(), "{start}");
            assert_eq!(scheme::weaknesses(&recognise(&stored, hints)), [], "{start}");
        }
    }

    #[test]
    fn other_schemes_and_what_bcrypt_would_cut_off_are_refused() {
        let long = secret(&"x".repeat(73));
        let odd = Hints { prefix: Some("odd:".into()), ..Hints::default() };
        let site = Hints { site_salt: Some(secret("everybody's")), ..Hints::default() };
        for (scheme, hints, password) in [
            ("md5", &Hints::default(), &secret("x")),
            ("pbkdf2-sha512", &Hints::default(), &secret("x")),
            ("bcrypt", &Hints::default(), &long),
        ] {
            let error = hash_as(scheme, hints, password, &mut SysRng).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Refused, "{scheme}");
        }
        let stored = hash_as("argon2id", &site, &secret("x"), &mut SysRng).unwrap();
        assert!(scheme::verify(&stored, &site, &secret("x")).unwrap(), "a site's salt is of older hashes");
        assert!(
            hash_as("bcrypt", &odd, &secret("x"), &mut SysRng).is_ok(),
            "a prefix of the map is stripped"
        );
    }

    #[test]
    fn the_stored_parameters_hold() {
        // Made by the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -e`.
        let phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(verify(phc, &secret("password")).unwrap());
    }
}
