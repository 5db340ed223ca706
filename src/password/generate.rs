//! Temporary passwords: long, without look-alikes or made of words, from a generator that the caller passes in.

use crate::fault::{Fault, Result};
use crate::secret::Secret;
use crate::words::dictation_words;
use rand::TryCryptoRng;
use zeroize::Zeroizing;

/// The shortest temporary password. 16 characters of these 62 are 95 bits, above every norm in the manual.
pub const SHORTEST: usize = 16;

const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
const SIGNS: &[u8] = b"+=?@#%";

/// Makes a temporary password of `length` characters, [`SHORTEST`] at least.
///
/// No character looks like another one (no `0 O o`, no `1 l I`). All four classes are in it, so that it passes a policy
/// that asks for three or four; it begins with a letter, so that no spreadsheet takes it for a formula. Every
/// password of that kind is equally likely: one that does not fit is thrown away whole, never mended.
///
/// # Errors
/// When the generator has nothing to give.
pub fn temporary<R: TryCryptoRng + ?Sized>(length: usize, rng: &mut R) -> Result<Secret> {
    let alphabet = Zeroizing::new([LOWER, UPPER, DIGITS, SIGNS].concat());
    loop {
        let mut text = Zeroizing::new(String::with_capacity(length.max(SHORTEST)));
        for _ in 0..length.max(SHORTEST) {
            text.push(char::from(pick(&alphabet, rng)?));
        }
        if fits(text.as_bytes()) {
            return Ok(Secret::new(std::mem::take(&mut *text)));
        }
    }
}

fn fits(text: &[u8]) -> bool {
    let all = [LOWER, UPPER, DIGITS, SIGNS].iter().all(|class| text.iter().any(|byte| class.contains(byte)));
    all && text[0].is_ascii_alphabetic()
}

/// How many words a temporary password to be dictated has. Seven are what CNIL holds to be enough; with the two digits
/// they are 74 bits.
const WORDS: usize = 7;

/// Makes a temporary password that can be dictated, of `length` characters at least: `Galet-lyre-…-savane-47`.
///
/// The words are French, without accents, and none sounds like another. The capital, the hyphens and the digits are
/// there for policies that ask for classes of characters.
///
/// # Errors
/// When the generator has nothing to give.
pub fn dictated<R: TryCryptoRng + ?Sized>(length: usize, rng: &mut R) -> Result<Secret> {
    let list = dictation_words();
    // Made at its full size: a string that grows leaves its old copies in memory.
    let mut text = Zeroizing::new(String::with_capacity(length + 10 * (WORDS + 1)));
    let mut count = 0;
    while count < WORDS || text.len() + 2 < length {
        text.push_str(pick(list, rng)?);
        text.push('-');
        count += 1;
    }
    for _ in 0..2 {
        text.push(char::from(pick(DIGITS, rng)?));
    }
    text[..1].make_ascii_uppercase();
    Ok(Secret::new(std::mem::take(&mut *text)))
}

/// One item, each as likely as any other: numbers above the last full round of the list are drawn again.
fn pick<T: Copy, R: TryCryptoRng + ?Sized>(list: &[T], rng: &mut R) -> Result<T> {
    let fair = 65_536 - 65_536 % list.len();
    loop {
        let mut bytes = [0; 2];
        rng.try_fill_bytes(&mut bytes)
            .map_err(|_| Fault::unfinished("the system's random generator does not answer"))?;
        let number = usize::from(u16::from_le_bytes(bytes));
        if number < fair {
            return Ok(list[number % list.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::SysRng;
    use std::collections::BTreeMap;

    fn many() -> Vec<String> {
        (0..500).map(|_| temporary(16, &mut SysRng).unwrap().expose().to_owned()).collect()
    }

    #[test]
    fn it_is_long_and_has_all_four_classes() {
        for text in many() {
            assert_eq!(text.len(), 16);
            assert!(fits(text.as_bytes()));
        }
        assert_eq!(temporary(3, &mut SysRng).unwrap().expose().len(), SHORTEST);
        assert_eq!(temporary(40, &mut SysRng).unwrap().expose().len(), 40);
    }

    #[test]
    fn no_character_looks_like_another() {
        let all: String = many().concat();
        assert!(!all.contains(['0', 'O', 'o', '1', 'l', 'I', '|', '\'', '"', '`', ',', '.', ';', ':', ' ']));
    }

    #[test]
    fn a_dictated_one_is_seven_words_and_passes_what_asks_for_all_classes() {
        let all: Vec<String> =
            (0..200).map(|_| dictated(8, &mut SysRng).unwrap().expose().to_owned()).collect();
        for text in &all {
            let parts: Vec<&str> = text.split('-').collect();
            assert_eq!(parts.len(), WORDS + 1, "{text}");
            let words = parts[..WORDS].iter().map(|word| word.to_lowercase());
            assert!(words.clone().all(|word| dictation_words().contains(&word.as_str())), "{text}");
            assert!(parts[WORDS].len() == 2 && parts[WORDS].bytes().all(|digit| DIGITS.contains(&digit)));
            assert!(text.starts_with(|first: char| first.is_ascii_uppercase()));
            assert!(text.len() <= 72, "bcrypt reads no more: {text}");
        }
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(dictated(200, &mut SysRng).unwrap().expose().len() >= 200);
    }

    #[test]
    fn no_two_are_the_same_and_no_character_is_a_favourite() {
        let all = many();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        let mut counts = BTreeMap::new();
        for byte in all.concat().bytes() {
            *counts.entry(byte).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), LOWER.len() + UPPER.len() + DIGITS.len() + SIGNS.len());
        let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
        assert!(most < &(3 * least), "{least} to {most} times each");
    }
}
