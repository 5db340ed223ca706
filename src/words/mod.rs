//! The French word lists, and the one home of `fake`.
//!
//! Masks, the demonstration database and the guesses of an audit draw from here. What each list is, and where it comes from, is in
//! `README.md` next to this file. Lists have a fixed order and never change while the program runs, so an index chosen by a
//! seeded generator always gives the same word.

mod companies;
mod passwords;
mod people;
mod places;
mod texts;

#[cfg(test)]
mod tests;

pub use companies::{company_marks, company_stems, company_trades, legal_forms};
pub use passwords::{common_passwords, dictation_words, is_common_password};
pub use people::{
    Gender, family_names, gender_of, given_names, given_names_for_both, is_family_name, is_given_name, jobs,
};
pub use places::{Commune, communes, street_kinds, street_names};
pub use texts::{LONGEST_SUBJECT, demo_sentences, sentences, subjects_of_length, words_of_length};

use std::sync::LazyLock;

/// A list parsed once, on first use.
type List = LazyLock<Vec<&'static str>>;

/// The text in lower case and without accents: `Éloïse` gives `eloise`.
///
/// Only Latin letters are rewritten (`œ` gives `oe`, `æ` gives `ae`, `ß` gives `ss`); digits, punctuation, hyphens and
/// other scripts stay. Accents written as separate marks disappear too, so both Unicode forms of a name fold alike.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\0'..='\x7f' => folded.push(letter.to_ascii_lowercase()),
            '\u{300}'..='\u{36f}' => {}
            _ => match latin_without_accent(letter) {
                Some(plain) => folded.extend(plain.chars().map(|plain| plain.to_ascii_lowercase())),
                None => folded.extend(letter.to_lowercase()),
            },
        }
    }
    folded
}

/// A Latin letter without its accent, in the case it has; none for any other character, and where there is no accent.
pub fn latin_without_accent(letter: char) -> Option<&'static str> {
    let latin = matches!(letter, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    if latin && letter.is_alphabetic() { deunicode::deunicode_char(letter) } else { None }
}

/// What a name is compared by: its folded letters and digits alone, so that `Le Brun`, `LE-BRUN` and the `lebrun` of a
/// mail address are one.
pub fn name_key(name: &str) -> String {
    let mut key = fold(name);
    key.retain(char::is_alphanumeric);
    key
}

/// What entries of a list are told apart by: folded, with one spelling for hyphens, spaces and apostrophes.
fn look_up_key(name: &str) -> String {
    let one_spelling = |letter| match letter {
        '-' | '\u{2010}' | '\u{2011}' | '\u{a0}' | '\u{202f}' => ' ',
        '\u{2019}' | '\u{2bc}' => '\'',
        other => other,
    };
    fold(name.trim()).chars().map(one_spelling).collect()
}

fn lines(file: &'static str) -> Vec<&'static str> {
    file.lines().collect()
}
