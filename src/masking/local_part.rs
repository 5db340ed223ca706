//! The name in an address: what stands before the `@`, each part masked as the name that it is.

use super::draft::Words;
use super::masker::Masker;
use super::memo::Made;
use super::style::slug;
use crate::words;
use std::borrow::Cow;

/// Local parts that name a service, not a person.
const ROLES: &[&str] = &[
    "contact",
    "info",
    "infos",
    "accueil",
    "compta",
    "commercial",
    "direction",
    "secretariat",
    "achats",
    "ventes",
    "support",
    "sav",
    "rh",
    "service",
    "technique",
    "admin",
    "noreply",
    "no",
    "reply",
    "facturation",
    "devis",
];
/// Most addresses are shorter. In bytes.
const USUAL_LENGTH: usize = 96;
/// A local part of more parts than this is no person's name.
const MOST_PARTS: usize = 4;

impl Masker {
    /// The parts of a local part, each masked by the function of its kind, with the marks between them; as much of it as
    /// no original stands in.
    pub(super) fn local_part(&self, local: &str) -> String {
        let mut words = Vec::with_capacity(MOST_PARTS);
        words.extend(words_of(local).map(|(word, mark)| (self.address_word(&word), mark)));
        let mut name = String::with_capacity(USUAL_LENGTH);
        let mut known = Vec::with_capacity(MOST_PARTS);
        for (at, (word, _)) in words.iter().enumerate() {
            let mask = match part_of(&words, at) {
                Part::Given => &word.as_given,
                Part::Family => &word.as_family,
            };
            if !mask.text.is_empty() {
                let mark = at.checked_sub(1).and_then(|before| words[before].1);
                name.extend(mark.filter(|_| !name.is_empty()));
                name.push_str(&mask.text);
                known.push(mask.words.as_ref());
            }
        }
        let known: Option<Vec<&Words>> = known.into_iter().collect();
        let is_fine = known.is_some_and(|words| !Words::hold_one_of(&words, &self.originals));
        if is_fine { name } else { self.nobodys(name) }
    }

    fn address_word(&self, word: &str) -> Made<'_, Box<AddressWord>> {
        let make = || AddressWord {
            is_given: words::is_given_name(word),
            is_family: words::is_family_name(word),
            as_given: self.name(self.local_word(word, Part::Given)),
            as_family: self.name(self.local_word(word, Part::Family)),
        };
        self.address_words.of(word, || Box::new(make()))
    }

    fn name(&self, text: String) -> Name {
        let has_digits = text.bytes().any(|sign| sign.is_ascii_digit());
        Name { words: Words::of(&text, &self.originals).filter(|_| !has_digits), text }
    }

    fn local_word(&self, word: &str, part: Part) -> String {
        let mut letters = word.chars();
        let Some(first) = letters.next() else { return String::new() };
        let rest = letters.as_str();
        if rest.is_empty() {
            return self.other_letter(first, 0).to_string();
        }
        if ROLES.contains(&word) {
            return word.to_owned();
        }
        if part == Part::Given {
            return slug(&self.given_name(word, 0));
        }
        if !words::is_family_name(word) && rest.len() > 2 && words::is_family_name(rest) {
            return format!("{}{}", self.other_letter(first, 0), slug(&self.family_name(rest, 0)));
        }
        slug(&self.family_name(word, 0))
    }

    /// The name without its first parts, as long as it is what somebody else logs in with.
    fn nobodys(&self, mut name: String) -> String {
        while self.originals.stand_in(&name) {
            name = name
                .split_once(['.', '_', '+', ' ', '-'])
                .map(|(_, rest)| rest.to_owned())
                .unwrap_or_default();
        }
        name
    }
}

/// Which of a person's names a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Given,
    Family,
}

/// A word of a local part: what it may be, and its mask as the one and as the other.
#[derive(Debug)]
pub(super) struct AddressWord {
    is_given: bool,
    is_family: bool,
    as_given: Name,
    as_family: Name,
}

/// A name in an address.
#[derive(Debug)]
struct Name {
    text: String,
    /// What is known of it; nothing where it may be somebody's by itself, or goes together with the digits of others.
    words: Option<Words>,
}

/// The letters of each word of a local part, and the mark behind it. A hyphen separates words where nothing else does,
/// unless it belongs to a name: `jean-pierre`.
fn words_of(local: &str) -> impl Iterator<Item = (Cow<'_, str>, Option<char>)> {
    let is_mark = |sign: char| matches!(sign, '.' | '_' | '+') || sign.is_whitespace();
    let is_name = |word: &str| words::is_given_name(word) || words::is_family_name(word);
    let by_hyphen = local.contains('-') && !local.contains(is_mark) && !is_name(local);
    let is_end = move |sign: char| is_mark(sign) || by_hyphen && sign == '-';
    let of_word = move |letter: char| letter.is_alphabetic() || letter == '-' && !by_hyphen;
    local.split_inclusive(is_end).take(MOST_PARTS).map(move |piece| {
        let mark = piece.chars().next_back().filter(|sign| is_end(*sign));
        let bare = &piece[..piece.len() - mark.map_or(0, char::len_utf8)];
        let letters = if bare.chars().all(of_word) {
            Cow::Borrowed(bare)
        } else {
            Cow::Owned(bare.chars().filter(|letter| of_word(*letter)).collect())
        };
        (letters, mark)
    })
}

/// What a word most likely is. Many family names are given names as well (Martin, Robin): the place decides, and the
/// given name stands first, unless the words say otherwise.
fn part_of(words: &[(Made<'_, Box<AddressWord>>, Option<char>)], at: usize) -> Part {
    let last = words.len() - 1;
    let [(one, _), (other, _)] = [&words[0], &words[last]];
    let backwards = !one.is_given && other.is_given && (one.is_family || !other.is_family);
    let place_of_given = if backwards { last } else { 0 };
    match (words[at].0.is_given, words[at].0.is_family) {
        (true, false) => Part::Given,
        (false, true) => Part::Family,
        (given, _) if last == 0 => {
            if given {
                Part::Given
            } else {
                Part::Family
            }
        }
        _ if at == place_of_given => Part::Given,
        _ => Part::Family,
    }
}
