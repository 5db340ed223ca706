//! Sentences for notes, and ordinary words by length.

use std::sync::LazyLock;

use super::{List, lines};

const LONGEST: usize = 14;

static SENTENCES: List = LazyLock::new(|| every_other(0));
static DEMO_SENTENCES: List = LazyLock::new(|| every_other(1));

fn every_other(first: usize) -> Vec<&'static str> {
    lines(include_str!("sentences.txt")).into_iter().skip(first).step_by(2).collect()
}

static BY_LENGTH: LazyLock<[Vec<&'static str>; LONGEST + 1]> = LazyLock::new(|| {
    let mut shelves: [Vec<&'static str>; LONGEST + 1] = Default::default();
    for word in include_str!("vocabulary.txt").lines() {
        if let Some(shelf) = shelves.get_mut(word.chars().count()) {
            shelf.push(word);
        }
    }
    shelves
});

/// Neutral sentences as found in the notes of a CRM, without a name, a digit or a judgement: for masks.
pub fn sentences() -> &'static [&'static str] {
    &SENTENCES
}

/// Others of the same sort, for synthetic notes: a mask may hold none of the sentences that it hides.
pub fn demo_sentences() -> &'static [&'static str] {
    &DEMO_SENTENCES
}

/// Lower-case French words of that many characters; none outside 1 to 14.
///
/// None of two characters or more is a given or a family name, so they cannot be mistaken for a person left behind.
pub fn words_of_length(chars: usize) -> &'static [&'static str] {
    BY_LENGTH.get(chars).map_or(&[], Vec::as_slice)
}
