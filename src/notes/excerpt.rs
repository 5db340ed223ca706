//! A few words around what was found, with everything that names somebody masked.

use std::ops::Range;

/// So many characters are shown on either side.
const AROUND: usize = 28;
/// What stands for a letter or a digit.
const MASK: char = '•';

/// A line of text around a place. Of what was found its first letters stay, so that a reviewer knows what it is; of all
/// around it every number and every word with a capital letter is masked.
pub fn excerpt(text: &str, place: &Range<usize>) -> String {
    let before = &text[..place.start];
    let after = &text[place.end..];
    let start = before.char_indices().rev().take(AROUND).last().map_or(place.start, |(at, _)| at);
    let end = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
    let (before, after) = (whole_words_after(before, start), whole_words_before(after, end));
    let shown = format!("{}[{}]{}", masked(before), found(&text[place.clone()]), masked(after));
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows the first blank from a place on, unless that is where the text begins.
fn whole_words_after(text: &str, start: usize) -> &str {
    let cut = &text[start..];
    match start {
        0 => cut,
        _ => cut.find(char::is_whitespace).map_or("", |blank| &cut[blank..]),
    }
}

fn whole_words_before(text: &str, end: usize) -> &str {
    let cut = &text[..end];
    match end == text.len() {
        true => cut,
        false => cut.rfind(char::is_whitespace).map_or("", |blank| &cut[..blank]),
    }
}

/// Numbers, addresses and words with a capital letter, masked sign by sign.
fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let names = word.chars().any(|sign| sign.is_uppercase() || sign.is_numeric() || sign == '@');
        shown.extend(word.chars().map(|sign| if names && sign.is_alphanumeric() { MASK } else { sign }));
    }
    shown
}

/// A word keeps its first letter and its last one; a number loses all its digits but two, an address all but its form.
fn found(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let is_code = signs.iter().any(|sign| sign.is_numeric() || *sign == '@');
    let last = signs.iter().rposition(|sign| sign.is_alphanumeric()).unwrap_or(0);
    let keeps = |at: usize| match is_code {
        true => at == 0,
        false => at == 0 || at == last || signs[at - 1].is_whitespace(),
    };
    signs
        .iter()
        .enumerate()
        .map(|(at, sign)| if keeps(at) || !sign.is_alphanumeric() { *sign } else { MASK })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, piece: &str) -> String {
        let at = text.find(piece).expect("there");
        excerpt(text, &(at..at + piece.len()))
    }

    #[test]
    fn who_it_is_about_is_not_shown() {
        let text = "Mme Durand, de Nîmes, est suivie pour un cancer depuis le 12/03/2024, voir avec Paul.";
        assert_eq!(of(text, "cancer"), "•••••, est suivie pour un [c••••r] depuis le ••/••/••••, voir");
        assert_eq!(of("CB 4111 1111 1111 1111 ok", "4111 1111 1111 1111"), "•• [4••• •••• •••• ••••] ok");
        assert_eq!(of("à p.durand@acme.fr", "p.durand@acme.fr"), "à [p.••••••@••••.••]");
        assert_eq!(of("x", "x"), "[x]");
    }

    #[test]
    fn letters_of_any_length_are_cut_whole() {
        let text = "éèà".repeat(30) + " con " + &"œ€東".repeat(30);
        assert_eq!(of(&text, "con"), "[c•n]");
    }
}
