//! Frozen vectors of every scheme, strings that are no hash, and hostile ones.

use super::*;
use crate::fault::{Kind, kind_of};

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// A vector made by the scheme's own implementation: see `fixtures/hashes/README.md`.
struct Vector {
    name: &'static str,
    stored: &'static str,
    password: &'static str,
    hints: Hints,
}

fn vectors() -> Vec<Vector> {
    let text = |field: &str| if field.is_empty() { None } else { Some(field.to_owned()) };
    include_str!("../../../fixtures/hashes/vectors.tsv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&'static str> = line.split('\t').collect();
            let [name, _, stored, password, prehash, prefix, salt] = fields.try_into().unwrap();
            let prehash = match prehash {
                "" => None,
                "md5-hex" => Some(Prehash::Md5Hex),
                other => panic!("{other}"),
            };
            let hints = Hints { prehash, prefix: text(prefix), site_salt: text(salt).map(Secret::new) };
            Vector { name, stored, password, hints }
        })
        .collect()
}

fn plain(stored: &str) -> Scheme {
    recognise(stored, &Hints::default())
}

#[test]
fn every_vector_knows_its_password_and_no_other() {
    let vectors = vectors();
    assert!(vectors.len() >= 50, "{}", vectors.len());
    for Vector { name, stored, password, hints } in vectors {
        assert!(matches!(recognise(stored, &hints), Scheme::Known(_)), "{name}");
        assert!(verify(stored, &hints, &secret(password)).unwrap(), "{name}");
        for other in ["mésange-bleue-7", "Mésange-bleue-", ""] {
            assert!(!verify(stored, &hints, &secret(other)).unwrap(), "{name}: {other:?}");
        }
    }
}

#[test]
fn every_vector_cut_short_is_no_longer_a_hash_that_is_computed() {
    for Vector { name, stored, hints, .. } in vectors() {
        for length in 0..stored.len().saturating_sub(4) {
            let Some(cut) = stored.get(..length) else { continue };
            // Salts may be of any length, and the results of Argon2, PBKDF2 and scrypt too: what is left of these
            // is another hash. Everything else has one length.
            if let Scheme::Known(hash) = recognise(cut, &hints) {
                let label = hash.recipe().label();
                let open = ["argon2", "pbkdf2", "scrypt", "md5", "sha1", "salted"];
                assert!(open.iter().any(|name| label.starts_with(name)), "{name}: {cut}");
            }
        }
    }
}

#[test]
fn labels_say_scheme_and_parameters_and_nothing_else() {
    let labels: std::collections::BTreeMap<_, _> = vectors()
        .iter()
        .map(|vector| (vector.name, recognise(vector.stored, &vector.hints).label()))
        .collect();
    for (name, label) in [
        ("argon2id default", "argon2id (m=65536,t=3,p=4)"),
        ("argon2id django", "argon2id (m=102400,t=2,p=8)"),
        ("argon2id first version", "argon2id (m=256,t=2,p=1, first version)"),
        ("bcrypt over md5", "bcrypt over md5-hex (cost=5)"),
        ("bcrypt django", "bcrypt over sha256-hex (cost=12)"),
        ("bcrypt wordpress", "bcrypt over hmac-sha384 (cost=5)"),
        ("pbkdf2 passlib sha512", "pbkdf2-sha512 (rounds=25000)"),
        ("scrypt django", "scrypt (n=1024,r=8,p=5)"),
        ("sha512-crypt over md5 with a site salt", "sha512-crypt over md5-hex (rounds=5000)"),
        ("phpass P", "phpass (rounds=256)"),
        ("md5", "md5"),
        ("md5 django", "salted md5"),
    ] {
        assert_eq!(labels[name], label, "{name}");
    }
}

#[test]
fn what_is_no_hash_is_told_apart() {
    assert_eq!(plain(""), Scheme::Nothing);
    assert_eq!(plain("  "), Scheme::Nothing);
    for locked in ["!", "*", "!!", "*LK*", "!kq3DVnZs0Fjq"] {
        assert_eq!(plain(locked), Scheme::Locked, "{locked}");
    }
    for clear in ["soleil", "Printemps 2026 !", "p@ss:word", "été", "12345678"] {
        assert_eq!(plain(clear), Scheme::ClearText, "{clear}");
    }
    for reversible in ["dolcrypt:AES-256-CTR:0123456789abcdef:c2VjcmV0", "gAAAAABl0Q8r"] {
        assert_eq!(plain(reversible), Scheme::Reversible, "{reversible}");
    }
    for unknown in
        ["$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn", "$y$j9T$salt$sum", "{X-PBKDF2}HMAC+SHA512:AA"]
    {
        assert_eq!(plain(unknown), Scheme::Unknown, "{unknown}");
        assert_eq!(kind_of(&verify(unknown, &Hints::default(), &secret("x")).unwrap_err()), Kind::Refused);
    }
    assert_eq!(plain(&"a".repeat(50)), Scheme::Unknown);
    assert_eq!(plain(&"0a".repeat(64)), Scheme::Unknown, "512 bits of hexadecimal are no scheme of ours");
    assert_eq!(
        plain("$2x$05$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7xwA6"),
        Scheme::Old("bcrypt 2x")
    );
}

#[test]
fn an_account_without_a_password_lets_nobody_in() {
    for stored in ["", "!", "*"] {
        for candidate in ["", "!", "*"] {
            assert!(!verify(stored, &Hints::default(), &secret(candidate)).unwrap());
        }
    }
}

#[test]
fn absurd_parameters_are_reported_and_never_allocated() {
    let tail = "$c29tZXNhbHQxMjM0NTY3OA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let absurd = [
        format!("$argon2id$v=19$m=4294967295,t=1,p=1{tail}"),
        format!("$argon2id$v=19$m=65536,t=4000000000,p=1{tail}"),
        format!("argon2$argon2i$v=19$m=65536,t=1,p=16777215{tail}"),
        "$2b$31$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7xwA6".to_owned(),
        "pbkdf2_sha256$4000000000$c2Vs$DzHnsc7ChNiJgpPD/NKFo4H//htNwvbV4ynYKIijkQc=".to_owned(),
        format!("pbkdf2:sha256:1000$sel${}", "ab".repeat(5_000)),
        format!("$scrypt$ln=62,r=8,p=1{tail}"),
        format!("$scrypt$ln=20,r=4294967295,p=4294967295{tail}"),
        format!("$scrypt$ln=14,r=8,p=100000{tail}"),
        "scrypt:2147483648:8:1$sel$00112233445566778899aabbccddeeff".to_owned(),
        "$5$rounds=999999999$1C9d47RzlP5p1JMi$yIx1FhXVtcMuE9EpKWmkzRWCz33xcEK69zhaQsauTZ1".to_owned(),
        "$P$zIp/qDhvJCCT7zdCOJ2vZGL3jgt2Y/.".to_owned(),
    ];
    for stored in absurd {
        assert!(matches!(plain(&stored), Scheme::Absurd(_)), "{stored}: {:?}", plain(&stored));
        let error = verify(&stored, &Hints::default(), &secret("x")).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Refused, "{stored}");
    }
}

#[test]
fn damaged_strings_are_called_damaged() {
    for stored in [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
        "$argon2id$v=19$m=256,p=1,t=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=18$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$2b$05$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7x",
        "$2b$05$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7xé6",
        "$2b$+5$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7xwA6",
        "pbkdf2_sha256$0$sel$DzHnsc7ChNiJgpPD/NKFo4H//htNwvbV4ynYKIijkQc=",
        "pbkdf2_sha224$1000$sel$DzHnsc7ChNiJgpPD/NKFo4H//htNwvbV4ynYKIijkQc=",
        "scrypt:1000:8:1$sel$00112233445566778899aabbccddeeff",
        "scrypt$1024$salt",
        "$6$rounds=10$salt$",
        "$1$salt$short",
        "$P$Bshort",
        "{SSHA}not base 64",
    ] {
        assert!(matches!(plain(stored), Scheme::Broken(_)), "{stored}: {:?}", plain(stored));
    }
}

#[test]
fn norms_are_held_against_parameters() {
    let found = |stored: &str| -> Vec<&'static str> {
        weaknesses(&plain(stored)).iter().map(|weakness| weakness.shortcoming.rule()).collect()
    };
    let tail = "$c29tZXNhbHQxMjM0NTY3OA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for sound in ["m=19456,t=2", "m=47104,t=1", "m=12288,t=3", "m=9216,t=4", "m=7168,t=5", "m=65536,t=3"] {
        assert_eq!(found(&format!("$argon2id$v=19${sound},p=1{tail}")), [""; 0], "{sound}");
    }
    for weak in ["m=19455,t=2", "m=19456,t=1", "m=7168,t=4", "m=4096,t=60"] {
        assert_eq!(found(&format!("$argon2id$v=19${weak},p=1{tail}")), ["hash.parameters"], "{weak}");
    }
    let old = format!("$argon2d$v=16$m=65536,t=3,p=1{tail}");
    assert_eq!(found(&old), ["hash.first-version", "hash.variant"]);
    assert_eq!(
        found("$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        ["hash.short-salt"]
    );
    let bcrypt = |cost| format!("$2b${cost}$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7xwA6");
    assert_eq!(found(&bcrypt("10")), [""; 0]);
    assert_eq!(found(&bcrypt("09")), ["hash.parameters"]);
    assert_eq!(found("5f4dcc3b5aa765d61d8327deb882cf99"), ["hash.legacy", "hash.unsalted"]);
    assert_eq!(found("md5$Gros5el$cc8a76146688e880983203ad27fbce14"), ["hash.legacy"]);
    let site = Hints { site_salt: Some(secret("Constante!")), ..Hints::default() };
    let global = recognise("7de1d7cee3dcb1423f3fd6de71cb3f9c", &site);
    assert_eq!(weaknesses(&global).len(), 2, "one salt for all is as good as none");
    for nobody in ["", "!", "soleil", "$y$j9T$salt$sum"] {
        assert_eq!(found(nobody), [""; 0], "{nobody}: not a word about what is not a known hash");
    }
}

const PARAMETERS: [&str; 3] = ["m=", "ln=", "rounds="];

#[test]
fn debug_output_has_neither_salt_nor_result() {
    for Vector { name, stored, hints, .. } in vectors() {
        let shown = format!("{:?} {hints:?}", recognise(stored, &hints));
        for part in stored
            .split(['$', ':', '}'])
            .filter(|part| part.len() > 13 && !PARAMETERS.iter().any(|name| part.starts_with(name)))
        {
            assert!(!shown.contains(part), "{name}: {shown}");
        }
        assert!(!shown.contains("SiteWideSalt") && !shown.contains("Constante"), "{name}");
    }
}

proptest::proptest! {
    #[test]
    fn no_string_makes_it_panic(text in "(\\$|argon2id|v=19|m=|t=|p=|,|2y|[0-9]{1,12}|[a-zA-Z0-9./+=é:]{0,9}|scrypt|pbkdf2_sha256|rounds=){0,12}") {
        let _ = plain(&text).label();
    }
}
