//! Numbers that validate and reach nobody: SIREN, SIRET, VAT, IBAN, NIR and telephone numbers of synthetic people.

use crate::checksum::{luhn_digit, mod_97, nir_key};
use crate::words::Commune;

/// The SIREN of the `index`th synthetic company. They begin with 99, which the register had not reached when this was
/// written; after a million of them with 98, and so on.
pub fn siren(index: u64) -> String {
    let body = format!("{:08}", 99_000_000 - (index / 1_000_000 % 90) * 1_000_000 + index % 1_000_000);
    format!("{body}{}", luhn_digit(&body))
}

/// The SIRET of an establishment of that company: five digits more, and Luhn's sum fits again.
pub fn siret(siren: &str, establishment: u64) -> String {
    let body = format!("{siren}{establishment:04}");
    format!("{body}{}", luhn_digit(&body))
}

/// The VAT number of that company (CGI, art. 286 ter): a key of two digits before the SIREN.
pub fn vat(siren: &str) -> String {
    format!("FR{:02}{siren}", (12 + 3 * mod_97(siren)) % 97)
}

/// How many bank accounts there can be: eleven digits.
const ACCOUNTS: u64 = 100_000_000_000;

/// A French IBAN with both its keys: the bank's own (RIB) and ISO 13616's. Bank and branch codes beginning with 99 are
/// nobody's.
pub fn iban(account: u64) -> String {
    let (bank, branch) = (99_120 + account % 7, 99_000 + account % 331);
    // The factor has no divisor in common with the powers of ten, so different accounts stay different.
    let account = account % ACCOUNTS * 48_271_003 % ACCOUNTS;
    let weighted = 89 * u128::from(bank) + 15 * u128::from(branch) + 3 * u128::from(account);
    let body = format!("{bank:05}{branch:05}{account:011}{:02}", 97 - weighted % 97);
    // F is 15 and R is 27 in ISO 13616's arithmetic; the two zeros stand for the key that is being computed.
    format!("FR{:02}{body}", 98 - mod_97(&format!("{body}152700")))
}

/// The BIC that goes with [`iban`]: a location code that ends in 0 marks a test bank (ISO 9362).
pub fn bic(account: u64) -> &'static str {
    ["ESSAFRP0", "DEMOFRP0XXX", "FICTFRP0", "ESSAFRP0LYO", "DEMOFRL0", "FICTFRM0XXX", "ESSAFRB0"]
        [(account % 7) as usize]
}

/// A national identification number with its key, for somebody born in that commune's department.
/// It begins with 1 for a man and 2 for a woman; the month is 1 to 12.
pub fn nir(first: u8, year: i16, month: i8, commune: &Commune, order: u64) -> String {
    // Overseas departments have three digits and leave two for the commune.
    let place = format!("{}{:03}", commune.department, 1 + order % 90);
    let place = &place[..5];
    let body = format!("{first}{:02}{month:02}{place}{:03}", year.rem_euclid(100), 1 + order % 900);
    format!("{body}{:02}", nir_key(&body))
}

/// A mobile number, national and without blanks: 06 00 and six digits.
///
/// The demo's people stand for real ones, so their numbers are not those reserved for fiction, which masks use. Blocks
/// that begin with 00 after the zone (06 00, 01 00 …) are not known to be anybody's; do not dial them all the same.
pub fn mobile(six: u64) -> String {
    format!("0600{:06}", six % 1_000_000)
}

/// A landline number in the zone of that department, in the manner of [`mobile`].
pub fn landline(commune: &Commune, six: u64) -> String {
    format!("0{}00{:06}", zone(commune.department), six % 1_000_000)
}

/// The zone of the numbering plan, 1 to 5.
fn zone(department: &str) -> u8 {
    match department {
        "75" | "77" | "78" | "91" | "92" | "93" | "94" | "95" => 1,
        "14" | "18" | "22" | "27" | "28" | "29" | "35" | "36" | "37" | "41" | "44" | "45" | "49" | "50"
        | "53" | "56" | "61" | "72" | "76" | "85" => 2,
        "02" | "08" | "10" | "21" | "25" | "39" | "51" | "52" | "54" | "55" | "57" | "58" | "59" | "60"
        | "62" | "67" | "68" | "70" | "71" | "80" | "88" | "89" | "90" => 3,
        "09" | "12" | "16" | "17" | "19" | "23" | "24" | "31" | "32" | "33" | "40" | "46" | "47" | "64"
        | "65" | "79" | "81" | "82" | "86" | "87" => 5,
        _ => 4,
    }
}

/// The same number as a machine dials it.
pub fn e164(national: &str) -> String {
    format!("+33{}", &national[1..])
}

/// The ways people write it, by number of the way.
pub fn as_typed(national: &str, way: u64) -> String {
    let pairs = |from: usize, between: &str| {
        let pairs: Vec<&str> = (from..10).step_by(2).map(|at| &national[at..at + 2]).collect();
        pairs.join(between)
    };
    match way % 10 {
        0 => national.to_owned(),
        1 => format!("+33 {} {}", &national[1..2], pairs(2, " ")),
        2 => e164(national),
        3 => pairs(0, "."),
        _ => pairs(0, " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOULOUSE: Commune = Commune { name: "Toulouse", postcode: "31000", department: "31" };

    fn luhn_sum(number: &str) -> u32 {
        let digit = |byte: u8| u32::from(byte - b'0');
        let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
        let sum = |(place, byte)| if place % 2 == 0 { digit(byte) } else { doubled(digit(byte)) };
        number.bytes().rev().enumerate().map(sum).sum()
    }

    #[test]
    fn siren_and_siret_satisfy_luhn() {
        for index in (0..3_000_000).step_by(9_973) {
            let siren = siren(index);
            let siret = siret(&siren, 1 + index % 30);
            assert_eq!((siren.len(), luhn_sum(&siren) % 10), (9, 0), "{siren}");
            assert_eq!((siret.len(), luhn_sum(&siret) % 10), (14, 0), "{siret}");
        }
        // A real one: La Poste's.
        assert_eq!(luhn_digit("35600000"), 0);
    }

    #[test]
    fn the_vat_key_is_the_one_of_the_tax_code() {
        assert_eq!(vat("356000000"), "FR39356000000");
    }

    #[test]
    fn an_iban_has_the_rest_one_by_97_and_so_has_its_rib() {
        for account in [0, 1, 6, 42, 99_999_999_999, 123_456_789_012] {
            let iban = iban(account);
            assert_eq!(iban.len(), 27);
            let turned = format!("{}1527{}", &iban[4..], &iban[2..4]);
            assert_eq!(mod_97(&turned), 1, "{iban}");
            let part = |from: usize, to: usize| iban[from..to].parse::<u128>().unwrap();
            assert_eq!((89 * part(4, 9) + 15 * part(9, 14) + 3 * part(14, 25) + part(25, 27)) % 97, 0);
        }
    }

    #[test]
    fn a_nir_has_thirteen_characters_and_a_key() {
        assert_eq!(nir(2, 1985, 7, &TOULOUSE, 41).len(), 15);
        let bastia = Commune { name: "Bastia", postcode: "20200", department: "2B" };
        let nir = nir(1, 2001, 12, &bastia, 3);
        assert!(nir.starts_with("101122B"), "{nir}");
        let key: u64 = nir[13..].parse().unwrap();
        assert_eq!(key, 97 - u64::from(mod_97(&nir[..13].replace("2B", "18"))));
        let cayenne = Commune { name: "Cayenne", postcode: "97300", department: "973" };
        assert_eq!(super::nir(1, 1970, 1, &cayenne, 3).len(), 15);
    }

    #[test]
    fn telephone_numbers_have_ten_digits_and_several_faces() {
        assert_eq!(mobile(123_456), "0600123456");
        assert_eq!(landline(&TOULOUSE, 7), "0500000007");
        assert_eq!(e164("0600123456"), "+33600123456");
        let faces = [0, 1, 2, 3, 4].map(|way| as_typed("0600123456", way));
        assert_eq!(
            faces,
            ["0600123456", "+33 6 00 12 34 56", "+33600123456", "06.00.12.34.56", "06 00 12 34 56"]
        );
    }
}
