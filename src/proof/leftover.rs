//! What a masked text must not have left of its original: a name, a number.

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

/// The words of a text that begin with a capital or a digit; the rest is passed over byte by byte.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let may_begin = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte >= 0xc0;
            at += text.as_bytes()[at..].iter().position(may_begin)?;
            let rest = &text[at..];
            let first = rest.chars().next()?;
            let begins =
                (first.is_uppercase() || first.is_numeric()) && !text[..at].ends_with(char::is_alphanumeric);
            let length = if begins { word_length(rest) } else { first.len_utf8() };
            at += length;
            if begins {
                return Some(&rest[..length]);
            }
        }
    })
}

/// The bytes of the word with which the text begins.
fn word_length(text: &str) -> usize {
    let plain = text.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    let rest = &text[plain..];
    if rest.bytes().next().is_none_or(|byte| byte.is_ascii()) {
        return plain;
    }
    plain + rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len())
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

    #[test]
    fn words_that_may_tell_are_those_of_all_that_begin_so() {
        for text in
            ["Vu Marie Lefèvre le 12, ABC12É-été 7e éÉ É7", "", "Ωmega x9Y 9xY É", "l'Étoile ①②③ 12€3"]
        {
            let all = text.split(|c: char| !c.is_alphanumeric()).filter(|word| {
                word.chars().next().is_some_and(|first| first.is_uppercase() || first.is_numeric())
            });
            assert_eq!(words(text).collect::<Vec<_>>(), all.collect::<Vec<_>>(), "{text}");
        }
    }
}
