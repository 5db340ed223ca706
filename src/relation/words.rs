//! What somebody typed to find somebody: words that all have to be there, without regard to accents and case.

use crate::words::fold;

/// Fewer digits than this are no telephone number.
const FEWEST_DIGITS: usize = 4;

/// A word, or a telephone number that was typed with blanks in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The word as it was typed.
    text: String,
    /// The word in small words without accents, a blank before each: ` jean pierre`.
    flat: String,
    /// The digits of a number as it may stand in a database: as dialled at home, and from abroad.
    dialled: Vec<String>,
}

/// The words of a text. Digits with blanks between them are one number.
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut number: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        if is_part_of_a_number(word) {
            number.push(word);
            continue;
        }
        terms.extend(Term::of(&std::mem::take(&mut number).join(" ")));
        terms.extend(Term::of(word));
    }
    terms.extend(Term::of(&number.join(" ")));
    terms
}

fn is_part_of_a_number(word: &str) -> bool {
    word.chars().all(|sign| sign.is_ascii_digit() || "+.-/()".contains(sign))
}

impl Term {
    fn of(text: &str) -> Option<Term> {
        let flat = flat(text);
        let dialled = if is_part_of_a_number(&text.replace(' ', "")) { dialled(text) } else { Vec::new() };
        (!flat.is_empty()).then(|| Term { text: text.to_owned(), flat, dialled })
    }

    /// What an index of words is asked for: any of these. Such an index takes accents off, and leaves ligatures.
    pub fn phrases(&self) -> Vec<String> {
        let folded = fold(&self.text);
        let ligatures = folded.replace("oe", "œ").replace("ae", "æ");
        let mut phrases = vec![self.text.clone()];
        for other in [folded, ligatures].into_iter().chain(self.dialled.iter().cloned()) {
            if !phrases.contains(&other) {
                phrases.push(other);
            }
        }
        phrases
    }

    /// Whether the word begins a word of the text.
    pub fn is_in(&self, text: &str) -> bool {
        flat(text).contains(&self.flat)
    }

    /// Whether it begins the telephone number, however that was typed.
    pub fn is_number(&self, text: &str) -> bool {
        let digits = digits(text);
        !digits.is_empty() && self.dialled.iter().any(|dialled| digits.starts_with(dialled))
    }
}

/// The words of a text in lower case and without accents, a blank before each of them.
fn flat(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.flat_map(|word| [" ", word]).collect()
}

fn digits(text: &str) -> String {
    text.replace("(0)", "").chars().filter(char::is_ascii_digit).collect()
}

/// The ways in which the digits of a number are written down: with `0` at home; with `33`, or `0033`, from abroad.
fn dialled(text: &str) -> Vec<String> {
    let digits = digits(text);
    if digits.len() < FEWEST_DIGITS {
        return Vec::new();
    }
    let is_abroad = text.trim_start().starts_with('+');
    let subscriber = match (digits.strip_prefix("0033"), digits.strip_prefix("33"), digits.strip_prefix('0'))
    {
        (Some(rest), _, _) => Some(rest),
        (None, Some(rest), _) if is_abroad => Some(rest),
        (None, _, Some(rest)) if !is_abroad && !rest.starts_with('0') => Some(rest),
        _ => None,
    };
    match subscriber {
        Some(rest) => vec![format!("33{rest}"), format!("0{rest}"), format!("0033{rest}")],
        None => vec![digits],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Term {
        let [term] = terms(text).try_into().expect("one term");
        term
    }

    #[test]
    fn accents_case_and_hyphens_make_no_difference() {
        for (typed, text) in [
            ("LEFEVRE", "Canari Lefèvre"),
            ("lefèvre", "LEFEVRE"),
            ("jean-pierre", "Jean Pierre"),
            ("oeuvre", "Œuvres & Cie"),
            ("marie.durand@x", "Marie.Durand@x.test"),
        ] {
            assert!(one(typed).is_in(text), "{typed} in {text}");
        }
        assert!(!one("and").is_in("Durand"), "a word is found by its beginning");
        assert!(one("dur").is_in("Durand"));
    }

    #[test]
    fn a_number_is_found_however_it_was_typed() {
        for typed in
            ["01 99 00 12 34", "0199001234", "+33 1 99 00 12 34", "+33(0)1.99.00.12.34", "0033199001234"]
        {
            for stored in ["01 99 00 12 34", "+33199001234", "01.99.00.12.34", "0033 1 99 00 12 34"] {
                assert!(one(typed).is_number(stored), "{typed} in {stored}");
            }
        }
        assert!(one("01 99").is_number("01 99 00 12 34"), "begun");
        assert!(!one("02 99 00").is_number("01 99 00 12 34"));
        assert!(!one("dupont").is_number("01 99 00 12 34"));
    }

    #[test]
    fn words_stand_apart_and_digits_together() {
        let texts: Vec<String> =
            terms(" Durand  01 99 00 12 34 Lyon ").into_iter().map(|term| term.text).collect();
        assert_eq!(texts, ["Durand", "01 99 00 12 34", "Lyon"]);
        assert!(terms(" - ").is_empty() && terms("").is_empty());
        assert_eq!(one("69003").phrases(), ["69003"]);
        assert_eq!(one("Oeuvre").phrases(), ["Oeuvre", "oeuvre", "œuvre"]);
    }
}
