//! The passwords that everybody chooses, the likeliest first, and words to dictate.

use super::{List, fold, lines};
use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: List = LazyLock::new(|| lines(include_str!("common-passwords.txt")));
static FOLDED: LazyLock<HashSet<String>> = LazyLock::new(|| COMMON.iter().map(|entry| fold(entry)).collect());

static DICTATION: List = LazyLock::new(|| lines(include_str!("dictation.txt")));

/// Words without accents that are told apart by ear: for passwords that are dictated.
pub fn dictation_words() -> &'static [&'static str] {
    &DICTATION
}

/// About a thousand passwords that French and English offices choose, the likeliest first.
pub fn common_passwords() -> &'static [&'static str] {
    &COMMON
}

/// Whether the text is a common password, or one with the usual ending: `Soleil2026!` is `soleil`.
///
/// Case and accents make no difference. What is left without its ending must be a word of four letters or more.
pub fn is_common_password(text: &str) -> bool {
    let folded = fold(text);
    let word = folded.trim_end_matches(|letter: char| !letter.is_alphabetic());
    FOLDED.contains(&folded) || (word.chars().count() >= 4 && FOLDED.contains(word))
}
