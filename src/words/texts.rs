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

/// The longest subject. In characters.
pub const LONGEST_SUBJECT: usize = 40;

/// What it is about, alone or with what is to be done about it: `Devis`, `Devis à relire`.
static SUBJECTS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let mut shelves = vec![Vec::new(); LONGEST_SUBJECT + 1];
    let tails = || include_str!("subject-tails.txt").lines();
    for head in include_str!("subject-heads.txt").lines() {
        let longer = tails().map(|tail| &*format!("{head} {tail}").leak());
        for subject in std::iter::once(head).chain(longer) {
            if let Some(shelf) = shelves.get_mut(subject.chars().count()) {
                shelf.push(subject);
            }
        }
    }
    shelves
});

/// Short lines of that many characters as they stand above notes and mails; none below 5 and above
/// [`LONGEST_SUBJECT`].
pub fn subjects_of_length(chars: usize) -> &'static [&'static str] {
    SUBJECTS.get(chars).map_or(&[], Vec::as_slice)
}

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
