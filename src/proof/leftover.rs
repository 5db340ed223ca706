//! What a masked text must not have left of its original: a name, a number.

use crate::words::words_with;

/// A word that begins with a capital and is shorter is too common to tell anything. In letters.
const SHORTEST_NAME: usize = 4;
/// A number that is shorter is too common to tell anything. In digits.
const SHORTEST_NUMBER: usize = 3;

/// Whether a capitalised word or a number of the original stands in its mask.
pub fn is_left(original: &str, mask: &str) -> bool {
    let mut telling = words(mask).filter(|word| tells(word)).peekable();
    if telling.peek().is_none() {
        return false;
    }
    let telling: Vec<&str> = telling.collect();
    words(original).any(|word| telling.contains(&word) && tells(word))
}

/// The words of a text that begin with a capital or a digit.
fn words(text: &str) -> impl Iterator<Item = &str> {
    words_with(text, |first| first.is_uppercase() || first.is_numeric(), char::is_alphanumeric)
}

fn tells(word: &str) -> bool {
    let Some(first) = word.chars().next() else { return false };
    if first.is_numeric() {
        word.len() >= SHORTEST_NUMBER && word.chars().all(char::is_numeric)
    } else {
        first.is_uppercase() && word.chars().nth(SHORTEST_NAME - 1).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_leftovers_and_common_words_are_not() {
        let original = "Vu Marie Lefèvre le 12, rappeler au 0600 avant vendredi.";
        assert!(is_left(original, "Le dossier de Lefèvre est clos."));
        assert!(is_left(original, "Commande 0600 reçue."));
        assert!(!is_left(original, "Le 12, rappeler avant vendredi, vu le devis."));
        assert!(!is_left(original, ""));
    }
}
