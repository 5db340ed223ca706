//! How forms are written: `divorcé(e)(s)`, `{fils|fille} de #17 ans`, `accent {people}`. Written out, each is a phrase.

use super::fold::folded;
use std::collections::BTreeMap;

/// No form may stand for more phrases.
const MOST: usize = 20_000;

/// Sets of words that forms name in braces.
pub(super) type Sets = BTreeMap<String, Vec<String>>;

/// A phrase as the automaton looks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phrase {
    /// Folded, with a blank at both ends.
    pub(super) folded: String,
    /// Which of its words must begin with a capital letter, from 0.
    pub(super) capital: Option<usize>,
    /// The largest number that its number may be.
    pub(super) most: Option<u32>,
}

/// Every phrase that a form stands for.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn phrases(form: &str, sets: &Sets) -> Result<Vec<Phrase>, String> {
    let mut written = Vec::new();
    for text in written_out(form, Some(sets))? {
        let phrase = phrase(&text)?;
        if phrase.folded.trim().is_empty() {
            return Err(format!("`{form}` says nothing"));
        }
        written.push(phrase);
    }
    written.sort();
    written.dedup();
    Ok(written)
}

/// `^` before a word asks for its capital letter; `#` is a number, `#17` one up to 17.
fn phrase(text: &str) -> Result<Phrase, String> {
    let mut phrase = Phrase { folded: " ".to_owned(), capital: None, most: None };
    let mut words = 0;
    for word in text.split_whitespace() {
        let folded = match (word.strip_prefix('^'), word.strip_prefix('#')) {
            (Some(plain), _) => {
                phrase.capital = Some(words);
                folded(plain)
            }
            (None, Some(number)) => {
                let (most, rest) =
                    number.split_at(number.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(number.len()));
                if !most.is_empty() {
                    phrase.most = Some(most.parse().map_err(|_| format!("`{word}` is no number"))?);
                }
                folded(&format!("0{rest}"))
            }
            (None, None) => folded(word),
        };
        words += folded.split_whitespace().count();
        phrase.folded.push_str(folded.trim_start());
    }
    Ok(phrase)
}

/// The texts that a form stands for; the sets are unknown within a set.
fn written_out(form: &str, sets: Option<&Sets>) -> Result<Vec<String>, String> {
    let mut all = vec![String::new()];
    let mut rest = form;
    while let Some(at) = rest.find(['(', '{', ')', '}']) {
        let (literal, after) = rest.split_at(at);
        all.iter_mut().for_each(|text| text.push_str(literal));
        let choices = match &after[..1] {
            "(" => [vec![String::new()], written_out(inside(after, '(', ')')?, sets)?].concat(),
            "{" => choices(inside(after, '{', '}')?, sets)?,
            _ => return Err(format!("`{form}` closes what it has not opened")),
        };
        if all.len() * choices.len() > MOST {
            return Err(format!("`{form}` stands for more than {MOST} phrases"));
        }
        all =
            all.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{choice}"))).collect();
        let (open, close) = if after.starts_with('(') { ('(', ')') } else { ('{', '}') };
        rest = &after[inside(after, open, close)?.len() + 2..];
    }
    all.iter_mut().for_each(|text| text.push_str(rest));
    Ok(all)
}

fn choices(inside: &str, sets: Option<&Sets>) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for part in parts(inside) {
        match sets.and_then(|sets| sets.get(part)) {
            Some(set) => {
                for item in set {
                    all.extend(written_out(item, None)?);
                }
            }
            None => all.extend(written_out(part, sets)?),
        }
    }
    Ok(all)
}

/// What stands between a bracket and the one that closes it.
fn inside(text: &str, open: char, close: char) -> Result<&str, String> {
    let mut depth = 0usize;
    for (at, sign) in text.char_indices() {
        depth += usize::from(sign == open);
        if sign == close {
            depth -= 1;
            if depth == 0 {
                return Ok(&text[1..at]);
            }
        }
    }
    Err(format!("`{text}` is not closed"))
}

/// The parts between bars, but for bars in inner brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, sign) in text.char_indices() {
        match sign {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(form: &str) -> Vec<String> {
        let sets = Sets::from([("people".to_owned(), vec!["kurde(s)".to_owned(), "serbe".to_owned()])]);
        phrases(form, &sets).expect("well written").into_iter().map(|phrase| phrase.folded).collect()
    }

    #[test]
    fn forms_are_written_out() {
        assert_eq!(of("divorcé(e)(s)"), [" divorce ", " divorcee ", " divorcees ", " divorces "]);
        assert_eq!(of("{fils|fille} de # ans"), [" fille de 0 ans ", " fils de 0 ans "]);
        assert_eq!(
            of("accent {people|des îles}"),
            [" accent des iles ", " accent kurde ", " accent kurdes ", " accent serbe "]
        );
        assert_eq!(of("(non) vacciné"), [" non vaccine ", " vaccine "]);
        assert_eq!(of("{d'|}alcool"), [" alcool ", " d alcool "]);
    }

    #[test]
    fn marks_say_more_about_a_phrase() {
        let one = |form: &str| phrases(form, &Sets::new()).expect("well written").remove(0);
        assert_eq!(one("l'un ^Noir").capital, Some(2));
        assert_eq!(one("de #17 ans").most, Some(17));
    }

    #[test]
    fn what_is_written_wrongly_is_told() {
        for wrong in ["a(b", "a)b", "{a|b", "", "()", "#99999999999 ans"] {
            assert!(phrases(wrong, &Sets::new()).is_err(), "{wrong}");
        }
        let many = "{a|b|c|d|e|f|g|h|i|j}".repeat(5);
        assert!(phrases(&many, &Sets::new()).unwrap_err().contains("more than"));
    }
}
