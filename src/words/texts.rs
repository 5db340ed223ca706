//! Sentences for notes, and ordinary words by length.

use std::sync::LazyLock;

use super::{List, lines};

const LONGEST: usize = 14;

static SENTENCES: List = LazyLock::new(|| lines(include_str!("sentences.txt")));

static BY_LENGTH: LazyLock<[Vec<&'static str>; LONGEST + 1]> = LazyLock::new(|| {
    let mut shelves: [Vec<&'static str>; LONGEST + 1] = Default::default();
    for word in include_str!("vocabulary.txt").lines() {
        if let Some(shelf) = shelves.get_mut(word.chars().count()) {
            shelf.push(word);
        }
    }
    shelves
});

/// Neutral sentences as found in the notes of a CRM, without a name, a digit or a judgement.
pub fn sentences() -> &'static [&'static str] {
    &SENTENCES
}

/// Lower-case French words of that many characters; none outside 1 to 14.
///
/// None of two characters or more is a given or a family name, so they cannot be mistaken for a person left behind.
pub fn words_of_length(chars: usize) -> &'static [&'static str] {
    BY_LENGTH.get(chars).map_or(&[], Vec::as_slice)
}
