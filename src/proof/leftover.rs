//! What a masked text must not have left of its original: a name, a number.

use super::starts::{each_start, is_word};
use crate::words::words_with;

/// A word that begins with a capital and is shorter is too common to tell anything. In letters.
const SHORTEST_NAME: usize = 4;
/// A number that is shorter is too common to tell anything. In digits.
const SHORTEST_NUMBER: usize = 3;

/// Whether a capitalised word or a number of the original stands in its mask.
pub fn is_left(original: &[u8], mask: &[u8]) -> bool {
    let mut telling = Vec::new();
    each_telling(mask, &mut |word| telling.push(word));
    let mut is_left = false;
    if !telling.is_empty() {
        each_telling(original, &mut |word| is_left |= telling.contains(&word));
    }
    is_left
}

/// Shows the words of a text that tell something. A text that is none of UTF-8 has no words.
fn each_telling<'t>(text: &'t [u8], show: &mut dyn FnMut(&'t [u8])) {
    if text.iter().all(|byte| is_plain(*byte)) {
        return each_plain_telling(text, show);
    }
    let begins = |first: char| first.is_uppercase() || first.is_numeric();
    let words = std::str::from_utf8(text).map(|text| words_with(text, begins, char::is_alphanumeric));
    words.into_iter().flatten().filter(|word| tells(word)).for_each(|word| show(word.as_bytes()));
}

fn tells(word: &str) -> bool {
    let Some(first) = word.chars().next() else { return false };
    if first.is_numeric() {
        word.len() >= SHORTEST_NUMBER && word.chars().all(char::is_numeric)
    } else {
        first.is_uppercase() && word.chars().nth(SHORTEST_NAME - 1).is_some()
    }
}

/// The first byte of the letters À to ÿ.
const LATIN: u8 = 0xc3;

/// Whether a byte is of ASCII or of one of these letters, among which × and ÷ are none. Where all are, a word is a run
/// of bytes, and there are no other capitals: most texts are read like this, so it has to be quick.
fn is_plain(byte: u8) -> bool {
    !matches!(byte, 0xc2 | 0xc4..|0x97| 0xb7)
}

fn each_plain_telling<'t>(text: &'t [u8], show: &mut dyn FnMut(&'t [u8])) {
    let mut look = |at: usize| {
        let (is_number, is_name) = match text[at] {
            LATIN => (false, matches!(text.get(at + 1), Some(0x80..=0x9e))),
            first => (first.is_ascii_digit(), first.is_ascii_uppercase()),
        };
        if !is_number && !is_name {
            return;
        }
        let length = text[at..].iter().take_while(|byte| is_word(**byte)).count();
        let word = &text[at..at + length];
        let letters = || word.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let tells = match is_number {
            true => length >= SHORTEST_NUMBER && word.iter().all(u8::is_ascii_digit),
            false => letters() >= SHORTEST_NAME,
        };
        if tells {
            show(word);
        }
    };
    if text.first().is_some_and(|first| is_word(*first)) {
        look(0);
    }
    each_start(text, text.len(), look);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_numbers_are_leftovers_and_common_words_are_not() {
        let original = "Vu Marie Lefèvre le 12, rappeler au 0600 avant vendredi.";
        assert!(is_left(original.as_bytes(), "Le dossier de Lefèvre est clos.".as_bytes()));
        assert!(is_left(original.as_bytes(), "Commande 0600 reçue.".as_bytes()));
        assert!(!is_left(original.as_bytes(), "Le 12, rappeler avant vendredi, vu le devis.".as_bytes()));
        assert!(!is_left(original.as_bytes(), "".as_bytes()));
    }

    proptest! {
        #[test]
        fn words_of_plain_texts_are_those_of_any_text(text in "[A-Fa-c0-3 éàÉÀÞßÿ'.,_-]{0,150}") {
            let words = |text: &str| {
                let mut words = Vec::new();
                each_telling(text.as_bytes(), &mut |word| words.push(word.to_owned()));
                words
            };
            // The sign makes it a text that is not plain, and belongs to no word.
            prop_assert_eq!(words(&text), words(&(text + " ×")));
        }
    }
}
