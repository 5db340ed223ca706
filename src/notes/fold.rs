//! Text as the forms see it: lower case without accents, one blank for whatever is between words, one 0 for a number.

use crate::words::latin_without_accent;
use std::ops::Range;
use std::sync::LazyLock;

/// The letters that have a plain form, from here to the end of Latin Extended-B.
const FIRST: u32 = 0xc0;
const LAST: u32 = 0x24f;

static PLAIN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let plain = |number| char::from_u32(number).and_then(latin_without_accent).unwrap_or_default();
    (FIRST..=LAST).map(|number| plain(number).to_ascii_lowercase()).collect()
});

/// Writes the folded text into `out`: a blank at both ends, so that a form with blanks around it is a whole word.
pub(super) fn fold_into(text: &str, out: &mut Vec<u8>) {
    out.clear();
    out.reserve(text.len() + 2);
    walk(text, |byte, _| out.push(byte));
}

/// The folded text.
pub(super) fn folded(text: &str) -> String {
    let mut out = Vec::new();
    fold_into(text, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Where a piece of the folded text stands in the text itself, without the blanks around it.
pub(super) fn place_in(text: &str, folded: &Range<usize>) -> Range<usize> {
    let (mut at, mut start, mut end) = (0, None, 0);
    walk(text, |byte, origin| {
        if folded.contains(&at) && byte != b' ' {
            start.get_or_insert(origin);
            end = origin;
        }
        at += 1;
    });
    let start = start.unwrap_or(end);
    start..rest_of_word(text, end)
}

/// The end of the letter, or of the number, that begins or goes on here.
fn rest_of_word(text: &str, at: usize) -> usize {
    let mut letters = text[at..].char_indices();
    let Some((_, first)) = letters.next() else { return at };
    if !first.is_ascii_digit() {
        return at + first.len_utf8();
    }
    letters.find(|(_, letter)| !letter.is_ascii_digit()).map_or(text.len(), |(end, _)| at + end)
}

/// Hands over each byte of the folded text with the place of the character that it comes from.
fn walk(text: &str, mut put: impl FnMut(u8, usize)) {
    let mut last = b' ';
    put(last, 0);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let folded = match byte {
            b'a'..=b'z' => byte,
            b'A'..=b'Z' => byte | 0x20,
            b'0'..=b'9' => b'0',
            0x80.. => {
                let letter = text[at..].chars().next().unwrap_or(' ');
                last = beyond_ascii(letter, last, at, &mut put);
                at += letter.len_utf8();
                continue;
            }
            b'&' => {
                let (letter, length) = entity(&text[at..]).unwrap_or((' ', 1));
                last = match letter.is_ascii() {
                    true => joined(letter.to_ascii_lowercase() as u8, last, at, &mut put),
                    false => beyond_ascii(letter, last, at, &mut put),
                };
                at += length;
                continue;
            }
            _ => b' ',
        };
        last = joined(folded, last, at, &mut put);
        at += 1;
    }
    if last != b' ' {
        put(b' ', text.len());
    }
}

/// Puts a folded byte after `last`: one blank between words and around numbers, one 0 for all digits of a number.
fn joined(folded: u8, last: u8, at: usize, put: &mut impl FnMut(u8, usize)) -> u8 {
    let repeats = folded == last && matches!(folded, b' ' | b'0');
    if repeats {
        // A later digit of the same number.
        return last;
    }
    let is_number = |byte: u8| byte == b'0';
    if folded != b' ' && last != b' ' && (is_number(folded) != is_number(last)) {
        put(b' ', at);
    }
    put(folded, at);
    folded
}

fn beyond_ascii(letter: char, last: u8, at: usize, put: &mut impl FnMut(u8, usize)) -> u8 {
    let number = u32::from(letter);
    // Accents written as marks of their own, soft hyphens, and marks without a width.
    if matches!(number, 0x300..=0x36f | 0xad | 0x200b..=0x200d | 0xfeff) {
        return last;
    }
    if let Some(plain) = number.checked_sub(FIRST).and_then(|place| PLAIN.get(place as usize))
        && !plain.is_empty()
    {
        return plain
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .fold(last, |last, byte| joined(byte, last, at, put));
    }
    if !letter.is_alphanumeric() {
        return joined(b' ', last, at, put);
    }
    let mut units = [0; 4];
    let mut last = last;
    for lower in letter.to_lowercase() {
        for byte in lower.encode_utf8(&mut units).bytes() {
            last = joined(byte, last, at, put);
        }
    }
    last
}

/// The letter that `&eacute;` and the like stand for, and how long that is; notes of some CRMs are HTML.
fn entity(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 9;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text
        .get(1..end)
        .filter(|name| name.starts_with(|sign: char| sign == '#' || sign.is_ascii_alphabetic()))?;
    if !name[1..].bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let number = name.strip_prefix('#').and_then(|digits| digits.parse().ok()).and_then(char::from_u32);
    let accented = || {
        let (letter, accent) = name.split_at_checked(1)?;
        let known = ["acute", "grave", "circ", "uml", "cedil", "tilde"].contains(&accent);
        letter.chars().next().filter(|letter| known && letter.is_ascii_alphabetic())
    };
    Some((number.or_else(accented).unwrap_or(' '), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_stand_apart() {
        for (text, expected) in [
            ("L'Étudiant(e) est né\u{301}e à Nîmes !", " l etudiant e est nee a nimes "),
            ("  Cœur\n\tŒuvre\u{a0}ÉTÉ ", " coeur oeuvre ete "),
            ("fils de 12ans, 80 %", " fils de 0 ans 0 "),
            ("divorc&eacute;e&nbsp;depuis &#233;t&#233;", " divorcee depuis ete "),
            ("a & b &; c", " a b c "),
            ("東京 Ωμέγα", " 東京 ωμέγα "),
            ("", " "),
            ("soft\u{ad}hyphen", " softhyphen "),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_piece_is_found_again_in_the_text() {
        let text = "Très  Câlin : fils de 12 ans.";
        let folded = folded(text);
        let of = |piece: &str| {
            let at = folded.find(piece).expect("there");
            &text[place_in(text, &(at..at + piece.len()))]
        };
        assert_eq!(of(" calin "), "Câlin");
        assert_eq!(of(" fils de 0 ans "), "fils de 12 ans");
        assert_eq!(of(" 0 "), "12");
    }
}
