//! The alphabets that stored hashes are written in: hexadecimal and the four kinds of base 64.

/// The alphabet of RFC 4648.
pub(super) const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The same with a full stop for the plus sign, as passlib writes it.
pub(super) const PASSLIB: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";
/// Bcrypt's own.
pub(super) const BCRYPT: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The one of crypt(3), whose groups begin with the lowest bits.
pub(super) const CRYPT: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The value of each letter; `None` as soon as one is not of the alphabet.
fn values(alphabet: &[u8; 64], text: &str) -> Option<Vec<u32>> {
    text.bytes()
        .map(|letter| alphabet.iter().position(|known| *known == letter).map(|place| place as u32))
        .collect()
}

/// Bytes from base 64 with the highest bits first, with or without padding.
pub(super) fn base64(alphabet: &[u8; 64], text: &str) -> Option<Vec<u8>> {
    let values = values(alphabet, text.trim_end_matches('='))?;
    groups(
        &values,
        |group| group.iter().fold(0, |bits, value| bits << 6 | value) << (6 * (4 - group.len())),
        2,
    )
}

/// Bytes from crypt(3)'s base 64, lowest bits first.
pub(super) fn crypt64(text: &str) -> Option<Vec<u8>> {
    let values = values(CRYPT, text)?;
    groups(&values, |group| group.iter().rev().fold(0, |bits, value| bits << 6 | value), 0)
}

/// Three bytes of every four letters, beginning with byte `first` of the 24 bits (2 is the highest).
fn groups(values: &[u32], bits_of: impl Fn(&[u32]) -> u32, first: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(values.len() * 3 / 4);
    for group in values.chunks(4) {
        let bits = bits_of(group);
        for place in 0..(group.len() as u32).checked_sub(1).filter(|count| *count > 0)? {
            bytes.push((bits >> (8 * first.abs_diff(place))) as u8);
        }
    }
    Some(bytes)
}

/// Base 64 of RFC 4648, with padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = STANDARD[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// Bytes from hexadecimal digits of either case.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Lower-case hexadecimal digits.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A decimal number without sign, blank or leading zero, as every format writes its parameters.
pub(super) fn number(text: &str) -> Option<u32> {
    let plain =
        text.bytes().all(|digit| digit.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for length in 0..20_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37).wrapping_add(200)).collect();
            assert_eq!(base64(STANDARD, &to_base64(&bytes)).unwrap(), bytes);
            assert_eq!(base64(STANDARD, to_base64(&bytes).trim_end_matches('=')).unwrap(), bytes);
            assert_eq!(hex(&to_hex(&bytes)).unwrap(), bytes);
        }
        assert_eq!(to_base64(b"Mesange"), "TWVzYW5nZQ==");
        assert_eq!(hex("00fFa0").unwrap(), [0, 255, 160]);
    }

    #[test]
    fn low_bits_come_first_in_crypt() {
        assert_eq!(crypt64("/...").unwrap(), [1, 0, 0]);
        assert_eq!(crypt64("./..").unwrap(), [64, 0, 0]);
        assert_eq!(crypt64("/.").unwrap(), [1]);
    }

    #[test]
    fn other_letters_and_half_bytes_are_refused() {
        assert_eq!(base64(STANDARD, "a b="), None);
        assert_eq!(base64(STANDARD, "abcde"), None);
        assert_eq!(base64(PASSLIB, "ab+c"), None);
        assert_eq!(hex("abc"), None);
        assert_eq!(hex("éé"), None);
        for text in ["+1", " 1", "01", "", "1e3", "4294967296"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("19456"), Some(19_456));
    }
}
