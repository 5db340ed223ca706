//! Masks for the names of people. Many-to-one, within gender.

use super::key::Purpose;
use super::masker::{Masker, Word};
use super::style::like;
use crate::words::{self, Gender, fold};
use std::collections::HashSet;
use std::sync::LazyLock;

/// A name that is drawn more often gets an initial: among very many people each given name goes with most family names.
const FEW_TURNS: u32 = 20;

impl Masker {
    /// A first name of the same gender; where the gender is unknown, a name that both bear, which agrees with any civility.
    pub(super) fn given_name(&self, value: &str, turn: u32) -> String {
        let key = words::name_key(value);
        if let Some(initial) = self.initial(value, &key, turn) {
            return initial;
        }
        let first = value.trim_start().split([' ', '-']).next().unwrap_or_default();
        let gender = words::gender_of(&key).or_else(|| words::gender_of(first));
        let mut draw = self.key.draw(Purpose::GivenName, turn, key.as_bytes());
        let list = match gender {
            Some(Gender::Feminine) => &self.lists.feminine,
            Some(Gender::Masculine) => &self.lists.masculine,
            None => &self.lists.both,
        };
        like(value, Word::pick(list, &mut draw, &key).to_owned())
    }

    /// A first name, with an initial where it was drawn too often without one.
    fn given_name_of_many(&self, value: &str, name_turn: u32, turn: u32) -> String {
        let name = self.given_name(value, name_turn);
        if turn < FEW_TURNS {
            return name;
        }
        let mut draw = self.key.draw(Purpose::Initial, turn, words::name_key(value).as_bytes());
        format!("{name} {}.", (b'A' + draw.below(26) as u8) as char)
    }

    /// A last name.
    pub(super) fn family_name(&self, value: &str, turn: u32) -> String {
        let key = words::name_key(value);
        if let Some(initial) = self.initial(value, &key, turn) {
            return initial;
        }
        let mut draw = self.key.draw(Purpose::FamilyName, turn, key.as_bytes());
        like(value, Word::pick(&self.lists.family, &mut draw, &key).to_owned())
    }

    /// A whole name: the civility is kept, each part is masked as it would be in its own column.
    pub(super) fn full_name(&self, value: &str, turn: u32) -> String {
        if value.contains('@') {
            return self.email(value, turn, usize::MAX);
        }
        let (civility, rest) = split_civility(value);
        let mut out = civility.iter().fold(String::new(), |line, word| line + word + " ");
        let parts = parts_of(&rest);
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                out.push_str(if parts[place - 1].comma { ", " } else { " " });
            }
            // A name that has to be drawn again keeps its first name, which agrees with the civility.
            out.push_str(&match part.kind {
                Kind::Given if parts.len() > 1 => self.given_name_of_many(&part.text, 0, turn),
                Kind::Given => self.given_name_of_many(&part.text, turn, turn),
                Kind::Family => self.family_name(&part.text, turn),
            });
        }
        if parts.is_empty() {
            out.push_str(&self.family_name(value, turn));
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// The name of a company where its words say so, else of a person.
    pub(super) fn party_name(&self, value: &str, turn: u32) -> String {
        if is_company(value) { self.company_name(value, turn) } else { self.full_name(value, turn) }
    }

    /// What a person does: one of the jobs.
    pub(super) fn job_title(&self, value: &str, turn: u32) -> String {
        let folded = fold(value.trim());
        let mut draw = self.key.draw(Purpose::Job, turn, folded.as_bytes());
        like(value, Word::pick(&self.lists.jobs, &mut draw, &folded).to_owned())
    }

    /// Another letter, where the value is one.
    fn initial(&self, value: &str, key: &str, turn: u32) -> Option<String> {
        let mut letters = key.chars();
        let (letter, None) = (letters.next()?, letters.next()) else { return None };
        let other = self.other_letter(letter, turn);
        let upper = value.chars().any(char::is_uppercase);
        let other = if upper { other.to_ascii_uppercase() } else { other };
        Some(if value.contains('.') { format!("{other}.") } else { other.to_string() })
    }

    /// A letter from a to z that is not the given one.
    pub(super) fn other_letter(&self, letter: char, turn: u32) -> char {
        let letter = letter.to_ascii_lowercase();
        let mut draw = self.key.draw(Purpose::Initial, turn, &[letter as u32 as u8]);
        let other = (b'a' + draw.below(26) as u8) as char;
        if other != letter {
            return other;
        }
        if other == 'z' { 'a' } else { (other as u8 + 1) as char }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Given,
    Family,
}

struct Part {
    text: String,
    kind: Kind,
    comma: bool,
}

const CIVILITIES: &[&str] = &[
    "m",
    "mr",
    "mm",
    "mme",
    "mmes",
    "mlle",
    "mlles",
    "mrs",
    "ms",
    "dr",
    "pr",
    "me",
    "monsieur",
    "madame",
    "mademoiselle",
    "docteur",
    "maitre",
    "professeur",
    "et",
];

/// The civilities before a name, and the words after them.
fn split_civility(value: &str) -> (Vec<&str>, Vec<&str>) {
    let words: Vec<&str> = value.split_whitespace().collect();
    let civilities = words
        .iter()
        .take(words.len().saturating_sub(1))
        .take_while(|word| CIVILITIES.contains(&fold(word).trim_end_matches('.')))
        .count();
    let (civility, rest) = words.split_at(civilities);
    let named = |word: &&&str| word.chars().any(char::is_alphanumeric);
    (civility.to_vec(), rest.iter().filter(named).copied().collect())
}

/// Which words are the first name and which the last.
fn parts_of(words: &[&str]) -> Vec<Part> {
    if let Some(comma) = words.iter().position(|word| word.ends_with(',')).filter(|at| at + 1 < words.len()) {
        let (family, given) = words.split_at(comma + 1);
        return vec![part(family, Kind::Family, true), part(given, Kind::Given, false)];
    }
    if let [only] = words {
        let kind = if words::is_given_name(only) { Kind::Given } else { Kind::Family };
        return vec![part(words, kind, false)];
    }
    if words.is_empty() {
        return Vec::new();
    }
    let family_first = family_words_first(words);
    if family_first > 0 {
        let (family, given) = words.split_at(family_first);
        return vec![part(family, Kind::Family, false), part(given, Kind::Given, false)];
    }
    let given = words[1..].iter().take_while(|word| words::is_given_name(word)).count() + 1;
    let (given, family) = words.split_at(given.min(words.len() - 1));
    vec![part(given, Kind::Given, false), part(family, Kind::Family, false)]
}

/// How many words a last name has that stands first: `DURAND Marie`, `Kowalczyk Marie`.
fn family_words_first(words: &[&str]) -> usize {
    let loud =
        |word: &&&str| word.chars().filter(|c| c.is_uppercase()).count() > 1 && word.to_uppercase() == **word;
    let shouted = words.iter().take_while(loud).count();
    if shouted > 0 && shouted < words.len() {
        return shouted;
    }
    let (first, last) = (words[0], words[words.len() - 1]);
    let backwards =
        !words::is_given_name(first) && words::is_given_name(last) && !words::is_family_name(last);
    if backwards { words.len() - 1 } else { 0 }
}

fn part(words: &[&str], kind: Kind, comma: bool) -> Part {
    Part { text: words.join(" ").trim_end_matches(',').to_owned(), kind, comma }
}

/// What marks a company's name, in blanks: one word, or several.
static MARKS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let marks = words::company_marks().iter().map(ToString::to_string);
    marks.chain(words::legal_forms().iter().map(|form| form.to_lowercase())).collect()
});
/// The most words that a mark has: `et fils`.
const MARK_WORDS: usize = 3;

/// Whether a name's words are those of a company.
fn is_company(value: &str) -> bool {
    if value.chars().any(|c| c.is_ascii_digit()) {
        return true;
    }
    let folded = fold(value);
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '-'))
        .filter(|w| !w.is_empty())
        .collect();
    (1..=MARK_WORDS).any(|count| match count {
        1 => words.iter().any(|word| MARKS.contains(*word)),
        _ => words.windows(count).any(|run| MARKS.contains(&run.join(" "))),
    })
}

#[cfg(test)]
mod tests {
    use super::super::key::Key;
    use super::super::masker::Shape;
    use super::super::masker::tests::masker;
    use super::super::originals::Originals;
    use super::*;
    use crate::schema::Category;

    #[test]
    fn names_stay_within_their_gender() {
        let masker = masker();
        for name in ["Marie", "hélène", "SOPHIE", "Marie Claire"] {
            let mask = masker.given_name(name, 0);
            assert!(masker.lists.feminine.iter().any(|word| word.key == words::name_key(&mask)), "{mask}");
        }
        let mask = masker.given_name("Jean-Pierre", 0);
        assert!(masker.lists.masculine.iter().any(|word| word.key == words::name_key(&mask)), "{mask}");
        for name in ["Camille", "Xyzzy"] {
            let mask = masker.given_name(name, 0);
            assert!(
                words::gender_of(&mask).is_none() && words::is_given_name(&mask),
                "{mask} suits any civility"
            );
        }
    }

    #[test]
    fn a_whole_name_is_made_of_the_masks_of_its_parts() {
        let masker = masker();
        let (given, family) = (masker.given_name("Marie", 0), masker.family_name("Durand", 0));
        let loud = family.to_uppercase();
        assert_eq!(masker.full_name("Marie Durand", 0), format!("{given} {family}"));
        assert_eq!(masker.full_name("Mme Marie DURAND", 0), format!("Mme {given} {loud}"));
        assert_eq!(masker.full_name("DURAND Marie", 0), format!("{loud} {given}"));
        assert_eq!(masker.full_name("Durand, Marie", 0), format!("{family}, {given}"));
        assert_eq!(masker.full_name("Durand", 0), family);
        assert_eq!(masker.full_name("Marie", 0), given);
    }

    #[test]
    fn where_every_name_of_the_lists_is_somebodys_another_one_is_found() {
        let given = masker().given_name("Lison", 0);
        let mut originals = Originals::default();
        for family in words::family_names() {
            originals.add(&format!("{given} {family}"));
        }
        let crowded = Masker::new(Key::from_bytes([42; 32]), originals);
        for value in ["Lison Constantin", "Mme Lison Constantin"] {
            let mask = crowded.text(Category::FullName, value, Shape::default()).expect("a mask");
            let words: Vec<&str> = mask.split(' ').collect();
            assert!(words.contains(&&*given) && words.iter().any(|word| is_initial(word)), "{mask}");
        }
        let drawn = |value, turn| masker().full_name(value, turn);
        for value in ["CONSTANTIN Lison", "Constantin, Lison"] {
            assert!(drawn(value, FEW_TURNS).split(' ').next_back().is_some_and(is_initial));
        }
        assert!(!drawn("Lison Constantin", FEW_TURNS - 1).contains('.'));
    }

    fn is_initial(word: &str) -> bool {
        word.len() == 2 && word.ends_with('.') && word.starts_with(char::is_uppercase)
    }

    #[test]
    fn companies_and_people_are_told_apart() {
        assert!(is_company("Durand SARL"));
        assert!(is_company("Durand & Fils"));
        assert!(is_company("Conseil départemental du Gers"));
        assert!(is_company("Boulangerie Durand"));
        assert!(!is_company("Marie Durand"));
        assert!(!is_company("Sara Lefèvre"));
    }

    #[test]
    fn initials_stay_initials() {
        let mask = masker().full_name("M. Durand", 0);
        assert!(mask.starts_with("M. "), "a civility is kept: {mask}");
        let mask = masker().given_name("J.", 0);
        assert_eq!(mask.len(), 2);
        assert_ne!(mask, "J.");
    }
}
