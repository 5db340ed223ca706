//! Every phrase of a lexicon looked for at once, as whole words of a folded text.

use super::fold::place_in;
use super::lexicon::{Hint, Lexicon, Meaning};
use super::spelling::Phrase;
use crate::fault::{Fault, Result};
use crate::words::is_given_name;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::ops::Range;

/// What may stand before a family name that is a word too: M. Noir, Mme Curé.
const CIVILITIES: &[&str] = &[
    "m",
    "mr",
    "mrs",
    "ms",
    "mme",
    "mlle",
    "mm",
    "monsieur",
    "madame",
    "mademoiselle",
    "messieurs",
    "dr",
    "docteur",
    "doctor",
    "maitre",
    "me",
    "pr",
    "professeur",
    "ste",
    "societe",
    "sarl",
    "sas",
    "eurl",
    "sci",
    "ets",
    "cabinet",
];

/// The phrases of a lexicon, ready to be looked for.
pub(super) struct Forms {
    automaton: AhoCorasick,
    phrases: Vec<(Phrase, Vec<Meaning>)>,
}

/// A phrase that was found, by its place in the folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    phrase: usize,
    place: Range<usize>,
}

impl Forms {
    /// Gets the phrases of a lexicon ready.
    ///
    /// # Errors
    /// When there are too many of them.
    pub(super) fn new(lexicon: &Lexicon) -> Result<Self> {
        let phrases: Vec<(Phrase, Vec<Meaning>)> = lexicon
            .phrases
            .iter()
            .map(|(phrase, meanings)| (phrase.clone(), meanings.iter().copied().collect()))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(phrases.iter().map(|(phrase, _)| &phrase.folded))
            .map_err(|error| Fault::usage(format!("the lexicon is too large: {error}")))?;
        Ok(Forms { automaton, phrases })
    }

    /// Looks through a text; `folded` is the same text folded. What is inside something harmless, or inside a longer
    /// phrase of the same category, is left out.
    pub(super) fn find(
        &self,
        text: &str,
        folded: &[u8],
        found: &mut Vec<Found>,
        tell: &mut dyn FnMut(Meaning, Range<usize>),
    ) {
        found.clear();
        let all = self.automaton.find_overlapping_iter(folded);
        found.extend(all.map(|one| Found { phrase: one.pattern().as_usize(), place: one.range() }));
        if found.is_empty() {
            return;
        }
        found.retain(|one| self.holds(text, folded, one));
        for one in found.iter() {
            for meaning in &self.phrases[one.phrase].1 {
                let inside = |other: &&Found| {
                    other.place != one.place
                        && other.place.start <= one.place.start
                        && other.place.end >= one.place.end
                };
                let covers = |other: &Found| {
                    self.phrases[other.phrase]
                        .1
                        .iter()
                        .any(|found| *found == Meaning::Harmless || found == meaning)
                };
                let is_hint = matches!(meaning, Meaning::Hint(_));
                let is_harmless = self.phrases[one.phrase].1.contains(&Meaning::Harmless);
                if is_hint {
                    tell(*meaning, one.place.clone());
                } else if !is_harmless && !found.iter().filter(inside).any(covers) {
                    tell(*meaning, place_in(text, &one.place));
                }
            }
        }
    }

    /// Whether what a phrase asks for beyond its letters is there, and it is not somebody's name.
    fn holds(&self, text: &str, folded: &[u8], one: &Found) -> bool {
        let (phrase, meanings) = &self.phrases[one.phrase];
        if meanings.iter().all(|meaning| !matches!(meaning, Meaning::Of(_))) {
            return true;
        }
        let fits_number =
            phrase.most.is_none_or(|most| number_in(text, folded, one).is_some_and(|number| number <= most));
        let capital = |word: usize| begins_large(text, folded, &one.place, word);
        let is_name = || {
            let is_one_word = !phrase.folded.trim().contains(' ');
            is_one_word
                && phrase.capital.is_none()
                && follows_a_civility(folded, one.place.start)
                && capital(0)
        };
        fits_number && phrase.capital.is_none_or(capital) && !is_name()
    }
}

/// Whether a word of a phrase begins with a capital letter in the text.
fn begins_large(text: &str, folded: &[u8], place: &Range<usize>, word: usize) -> bool {
    let words = &folded[place.clone()];
    let blanks = words.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at);
    let Some(start) = blanks.clone().nth(word) else { return false };
    let end = blanks.clone().nth(word + 1).unwrap_or(words.len());
    let there = place_in(text, &(place.start + start..place.start + end));
    text[there].chars().next().is_some_and(char::is_uppercase)
}

/// The number of a phrase that has one.
fn number_in(text: &str, folded: &[u8], one: &Found) -> Option<u32> {
    let at = folded[one.place.clone()].iter().position(|byte| *byte == b'0')? + one.place.start;
    text[place_in(text, &(at..at + 1))].parse().ok()
}

/// Whether the word before is how a person or a company is addressed.
fn follows_a_civility(folded: &[u8], start: usize) -> bool {
    let before = &folded[..start];
    let word = before.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let Ok(word) = std::str::from_utf8(word) else { return false };
    !word.is_empty() && (CIVILITIES.contains(&word) || is_given_name(word))
}

/// Whether a text speaks of something that gives numbers a meaning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    pub(super) password: bool,
    pub(super) birth: bool,
    pub(super) paper: bool,
}

impl Hints {
    pub(super) fn note(&mut self, hint: Hint) {
        match hint {
            Hint::Password => self.password = true,
            Hint::Birth => self.birth = true,
            Hint::Paper => self.paper = true,
        }
    }
}
