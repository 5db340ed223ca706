//! Check digits: the sums that numbers of people, companies, accounts and cards have to pass. Pure, and of digits only.

/// Whether Luhn's sum (ISO/IEC 7812-1) of some digits fits: cards, SIREN and SIRET.
pub fn luhn_holds(digits: &str) -> bool {
    luhn_sum(digits.bytes().rev(), 0).is_multiple_of(10)
}

/// The digit that makes Luhn's sum of what stands before it fit.
pub fn luhn_digit(digits: &str) -> u32 {
    (10 - luhn_sum(digits.bytes().rev(), 1) % 10) % 10
}

/// The sum from the right, in which every other digit counts double, the first of them `first` places in.
fn luhn_sum(from_right: impl Iterator<Item = u8>, first: usize) -> u32 {
    let part = |(place, digit): (usize, u8)| {
        let digit = u32::from(digit.wrapping_sub(b'0')) * if (place + first) % 2 == 1 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    from_right.enumerate().map(part).sum()
}

/// The rest by 97 of a text whose capital letters count as 10 to 35 (ISO 7064).
pub fn mod_97(text: &str) -> u32 {
    text.bytes().fold(0, |rest, sign| match sign {
        b'A'..=b'Z' => (rest * 100 + u32::from(sign - b'A') + 10) % 97,
        _ => (rest * 10 + u32::from(sign.wrapping_sub(b'0'))) % 97,
    })
}

/// Whether a text without blanks is a valid account number (ISO 13616).
pub fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes.iter().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && mod_97(&format!("{}{}", &text[4..], &text[..4])) == 1
}

/// The key of a French account of 21 signs; letters count as digits by their place on a telephone-like pad.
pub fn rib_key(account: &str) -> u64 {
    let number = |part: &str| {
        part.bytes().fold(0u64, |number, sign| {
            let digit = match sign {
                b'0'..=b'9' => sign - b'0',
                b'A'..=b'I' => sign - b'A' + 1,
                b'J'..=b'R' => sign - b'J' + 1,
                _ => sign - b'S' + 2,
            };
            number * 10 + u64::from(digit)
        })
    };
    97 - (89 * number(&account[..5]) + 15 * number(&account[5..10]) + 3 * number(&account[10..21])) % 97
}

/// The key of a French national identification number of 13 signs: 97 minus the rest of the number by 97; Corsica's 2A
/// counts as 19 and 2B as 18.
pub fn nir_key(nir: &str) -> u64 {
    let number = nir.replace("2A", "19").replace("2B", "18");
    97 - number.parse::<u64>().unwrap_or(0) % 97
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_numbers_pass() {
        assert!(luhn_holds("4111111111111111") && luhn_holds("732829320") && !luhn_holds("4111111111111112"));
        assert_eq!(luhn_digit("73282932"), 0);
        assert!(is_iban("FR1420041010050500013M02606") && !is_iban("FR1420041010050500013M02607"));
        assert!(is_iban("DE89370400440532013000") && !is_iban("de89370400440532013000"));
        assert_eq!(rib_key("20041010050500013M026"), 6);
        assert_eq!(nir_key("2550814168025"), 38);
        assert_eq!(nir_key("294032A011001"), 97 - 2_940_319_011_001 % 97);
        assert_eq!(mod_97("97"), 0);
    }

    #[test]
    fn the_digit_that_is_missing_makes_the_sum_fit() {
        for digits in ["0", "99", "12345678", "411111111111111"] {
            assert!(luhn_holds(&format!("{digits}{}", luhn_digit(digits))), "{digits}");
        }
    }
}
