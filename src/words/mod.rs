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

use std::borrow::Cow;
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
    text.chars().for_each(|letter| fold_letter(letter, &mut |plain| folded.push(plain)));
    folded
}

/// What [`fold`] makes of one letter: one, several, or nothing of an accent.
pub fn fold_letter(letter: char, to: &mut impl FnMut(char)) {
    match letter {
        '\0'..='\x7f' => to(letter.to_ascii_lowercase()),
        '\u{300}'..='\u{36f}' => {}
        '\u{c0}'..COMMON_END if COMMON[letter as usize - 0xc0] != 0 => {
            to(char::from(COMMON[letter as usize - 0xc0]));
        }
        _ => match latin_without_accent(letter) {
            Some(plain) => plain.chars().for_each(|plain| to(plain.to_ascii_lowercase())),
            None => letter.to_lowercase().for_each(to),
        },
    }
}

/// The end of the letters that European names are written with.
const COMMON_END: char = '\u{180}';
/// What is left of a common letter without its accent, from `À` on; 0 where that is not one letter. Every value of a
/// database is folded, so this has to be quick.
static COMMON: LazyLock<[u8; COMMON_END as usize - 0xc0]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let letter = char::from_u32(0xc0 + at as u32);
        match letter.and_then(latin_without_accent).unwrap_or_default().as_bytes() {
            [plain] => plain.to_ascii_lowercase(),
            _ => 0,
        }
    })
});

/// A Latin letter without its accent, in the case it has; none for any other character, and where there is no accent.
pub fn latin_without_accent(letter: char) -> Option<&'static str> {
    let latin = matches!(letter, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    if latin && letter.is_alphabetic() { deunicode::deunicode_char(letter) } else { None }
}

/// What a name is compared by: its folded letters and digits alone, so that `Le Brun`, `LE-BRUN` and the `lebrun` of a
/// mail address are one.
pub fn name_key(name: &str) -> Cow<'_, str> {
    // Most are the words of mail addresses, which are written like this.
    if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let mut key = fold(name);
    key.retain(char::is_alphanumeric);
    Cow::Owned(key)
}

/// The words of a text that begin like this, to the last letter that belongs to them. All else is passed over byte by
/// byte: every text of a database is read like this.
pub fn words_with(
    text: &str,
    begins: impl Fn(char) -> bool,
    belongs: impl Fn(char) -> bool,
) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let may_begin =
                |byte: &u8| if byte.is_ascii() { begins(char::from(*byte)) } else { *byte >= 0xc0 };
            at += position(&text.as_bytes()[at..], may_begin)?;
            let (before, rest) = text.split_at(at);
            let first = rest.chars().next()?;
            if begins(first) && !before.ends_with(&belongs) {
                let length = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
                at += length;
                return Some(&rest[..length]);
            }
            at += first.len_utf8();
        }
    })
}

/// The first byte of this kind. Strides without one are told by all their bytes at once.
fn position(bytes: &[u8], is_one: impl Fn(&u8) -> bool) -> Option<usize> {
    const STRIDE: usize = 16;
    let (strides, _) = bytes.as_chunks::<STRIDE>();
    let none = |stride: &&[u8; STRIDE]| !stride.iter().fold(false, |found, byte| found | is_one(byte));
    let passed = strides.iter().take_while(none).count() * STRIDE;
    bytes[passed..].iter().position(is_one).map(|at| passed + at)
}

/// Words that begin with a capital and stand next to each other: names, more often than not. An initial or a civility
/// names nobody, and is none of them.
pub fn capitalised_pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let of_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '\'' | '\u{2019}');
    let mut last: Option<(&str, usize)> = None;
    words_with(text, char::is_uppercase, of_name).filter_map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let name = word.chars().nth(1).map(|_| (word, start + word.len()));
        let (first, end) = std::mem::replace(&mut last, name)?;
        (name.is_some() && !text[end..start].contains(char::is_alphanumeric)).then_some((first, word))
    })
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
