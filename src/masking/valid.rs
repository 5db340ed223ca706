//! Whether a value is a good one of its category, for those who correct it. Masks keep what is wrong as wrong as it was.

use super::identifiers::{Nir, is_digits};
use super::style::compact;
use crate::checksum::{is_iban, luhn_holds, nir_key};
use crate::schema::Category;

/// La Poste's SIREN: its establishments' numbers have digits that add up to a multiple of 5 instead.
const LA_POSTE: &str = "356000000";

/// Why a value is none of its category; nothing where it is, or where nobody can tell.
pub fn objection_to(category: Category, value: &str) -> Option<&'static str> {
    let squeezed: String = compact(value).to_uppercase();
    let fits = match category {
        Category::Email => return (!is_address(value)).then_some("no e-mail address looks like that"),
        Category::Phone => return (!is_number(value)).then_some("no telephone number looks like that"),
        Category::Siren => is_digits(&squeezed, 9) && luhn_holds(&squeezed),
        Category::Siret => is_siret(&squeezed),
        Category::Iban => is_iban(&squeezed),
        Category::NationalId => Nir::index_of(&squeezed).is_none() || is_nir(&squeezed),
        Category::Vat => !squeezed.starts_with("FR") || is_french_vat(&squeezed),
        Category::Bic => {
            matches!(squeezed.len(), 8 | 11) && squeezed.bytes().all(|sign| sign.is_ascii_alphanumeric())
        }
        Category::Card => {
            squeezed.len() >= 12 && is_digits(&squeezed, squeezed.len()) && luhn_holds(&squeezed)
        }
        _ => return None,
    };
    (!fits).then_some("its check digits or its length are wrong")
}

/// What is unusual about a value, though it may be right.
pub fn doubt_about(category: Category, value: &str) -> Option<&'static str> {
    match category {
        Category::Postcode if !is_digits(value, 5) => Some("a French postcode has five digits"),
        Category::GivenName | Category::FamilyName | Category::FullName | Category::Town
            if value.chars().any(|sign| sign.is_ascii_digit()) =>
        {
            Some("there is a digit in it")
        }
        Category::Url if !value.contains('.') || value.contains(char::is_whitespace) => {
            Some("it does not look like a web address")
        }
        _ => None,
    }
}

/// Something before one `@`, and a host with a dot behind it.
fn is_address(value: &str) -> bool {
    let Some((name, host)) = value.rsplit_once('@') else { return false };
    let sound = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.contains("..")
    };
    let apart = [' ', '\t', '<', '>', '(', ')', ',', ';', ':', '"', '@', '\\'];
    sound(name)
        && sound(host)
        && value.len() <= 254
        && host.contains('.')
        && !name.contains(apart)
        && host.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '.' | '-'))
}

fn is_number(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let fits = |sign: char| sign.is_ascii_digit() || " \u{a0}\u{202f}+.-/()".contains(sign);
    (3..=17).contains(&digits) && value.chars().all(fits) && value.rfind('+').is_none_or(|at| at == 0)
}

fn is_siret(digits: &str) -> bool {
    let sum = || digits.bytes().map(|digit| u32::from(digit - b'0')).sum::<u32>();
    is_digits(digits, 14) && (luhn_holds(digits) || (digits.starts_with(LA_POSTE) && sum() % 5 == 0))
}

fn is_nir(nir: &str) -> bool {
    nir.len() == 13 || nir[13..].parse() == Ok(nir_key(&nir[..13]))
}

/// `FR`, a key of two signs, and a SIREN; a key of digits is computed from the SIREN.
fn is_french_vat(number: &str) -> bool {
    let Some((key, siren)) = number.get(2..4).zip(number.get(4..)) else { return false };
    let expected = siren.parse::<u64>().map(|siren| (12 + 3 * (siren % 97)) % 97);
    is_digits(siren, 9) && luhn_holds(siren) && (key.parse::<u64>().is_err() || key.parse() == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(category: Category, value: &str) -> bool {
        objection_to(category, value).is_none()
    }

    #[test]
    fn addresses_and_numbers_look_like_some() {
        for good in ["a@b.fr", "marie.durand+x@mail.example.org", "élodie@exemple.fr", "o'neil@x.org"] {
            assert!(fits(Category::Email, good), "{good}");
        }
        for wrong in
            ["", "a", "a@b", "@b.fr", "a b@c.fr", "a@b..fr", "a@@b.fr", "A <a@b.fr>", "a@b.fr, c@d.fr"]
        {
            assert!(!fits(Category::Email, wrong), "{wrong}");
        }
        for good in ["01 99 00 12 34", "+33 (0)1.99.00.12.34", "3615"] {
            assert!(fits(Category::Phone, good), "{good}");
        }
        for wrong in ["", "12", "call me", "01 99+00", "0199001234 poste 5"] {
            assert!(!fits(Category::Phone, wrong), "{wrong}");
        }
    }

    #[test]
    fn numbers_with_a_check_are_checked() {
        assert!(fits(Category::Siren, "732 829 320") && !fits(Category::Siren, "732829321"));
        assert!(fits(Category::Siret, "73282932000074") && !fits(Category::Siret, "73282932000075"));
        assert!(fits(Category::Siret, "35600000049837"), "La Poste has a rule of its own");
        assert!(fits(Category::Iban, "FR14 2004 1010 0505 0001 3M02 606"));
        assert!(!fits(Category::Iban, "FR15 2004 1010 0505 0001 3M02 606"));
        assert!(fits(Category::Vat, "FR44732829320") && !fits(Category::Vat, "FR45732829320"));
        assert!(fits(Category::Vat, "DE123456789"), "another country's is not ours to judge");
        assert!(
            fits(Category::NationalId, "2 55 08 14 168 025 38")
                && !fits(Category::NationalId, "255081416802539")
        );
        assert!(fits(Category::Card, "4539 1488 0343 6467") && !fits(Category::Card, "4539148803436468"));
        assert!(fits(Category::FreeText, "anything"));
    }

    #[test]
    fn what_is_unusual_is_only_doubted() {
        assert!(
            doubt_about(Category::Postcode, "1000").is_some()
                && doubt_about(Category::Postcode, "69003").is_none()
        );
        assert!(doubt_about(Category::FamilyName, "Durand2").is_some());
    }
}
