//! Temporary passwords: long, without look-alikes, from a generator that the caller passes in.

use crate::fault::{Fault, Result};
use crate::secret::Secret;
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

/// One item, each as likely as any other: bytes above the last full round of the list are drawn again.
fn pick<R: TryCryptoRng + ?Sized>(list: &[u8], rng: &mut R) -> Result<u8> {
    let fair = 256 - 256 % list.len();
    loop {
        let mut byte = [0];
        rng.try_fill_bytes(&mut byte)
            .map_err(|_| Fault::unfinished("the system's random generator does not answer"))?;
        if usize::from(byte[0]) < fair {
            return Ok(list[usize::from(byte[0]) % list.len()]);
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
