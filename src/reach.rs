//! What reaches somebody: e-mail addresses, telephone numbers and bank accounts, found in a text with their places.

use crate::checksum::is_iban;
use std::ops::Range;

/// Hosts below these cannot be anybody's (RFC 2606, RFC 6761).
const RESERVED: &[&str] =
    &["example", "invalid", "test", "localhost", "example.org", "example.com", "example.net"];
/// The ranges for landlines that are reserved for fiction, without their leading 0 (ARCEP decision 2018-0881); four digits
/// follow.
pub const LANDLINES_OF_FICTION: [&str; 5] = ["19900", "26191", "35301", "46571", "53649"];
/// The same for mobiles. Checks of real numbering plans do not know it.
pub const MOBILES_OF_FICTION: &str = "63998";
/// An IBAN has no more groups of four.
const MOST_GROUPS: usize = 9;
/// The digits of a French number without its leading 0.
pub const NATIONAL: usize = 9;

/// Whether a host, in lower case, is one that never leads anywhere.
pub fn is_reserved(host: &str) -> bool {
    let is_below =
        |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    RESERVED.iter().any(|name| is_below(name))
}

/// Whether a French number, without its leading 0, is of the ranges that are reserved for fiction.
pub fn is_of_fiction(national: &str) -> bool {
    LANDLINES_OF_FICTION.iter().chain([&MOBILES_OF_FICTION]).any(|range| national.starts_with(range))
}

/// The addresses of a text, but for those at hosts that are reserved.
pub fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let words = text.contains('@').then(|| text.split(is_between)).into_iter().flatten();
    words.filter_map(|word| {
        let bare = word.trim_matches('.');
        is_address(bare).then(|| {
            let start = offset(text, bare);
            start..start + bare.len()
        })
    })
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

fn is_between(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':' | '|')
}

fn is_address(word: &str) -> bool {
    let Some((local, host)) = word.rsplit_once('@') else { return false };
    let host = host.to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b >= 0x80)
    };
    let top = labels.last().is_some_and(|top| top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic()));
    let plain = |sign: char| sign.is_alphanumeric() || "._%+-".contains(sign);
    let named = local.chars().any(char::is_alphanumeric) && local.chars().all(plain);
    named && labels.len() > 1 && labels.iter().all(label) && top && !is_reserved(&host)
}

/// The French telephone numbers of a text, as people write them: in pairs with blanks, dots or hyphens between, or
/// after +33. Ten digits in a row count only in prose, where they are no code. Those of fiction are nobody's.
pub fn phones(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let in_prose = text.trim().contains(char::is_whitespace);
    let starts = (0..bytes.len()).filter(|at| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let free = before.is_none_or(|b| b.is_ascii_whitespace() || b"(:,;>\"".contains(&b));
        free && matches!(bytes[*at], b'0' | b'+')
    });
    starts.filter_map(move |at| phone_at(&bytes[at..], in_prose).map(|length| at..at + length))
}

/// The length of the telephone number that begins here.
fn phone_at(bytes: &[u8], in_prose: bool) -> Option<usize> {
    let (abroad, rest) = match bytes {
        [b'+', b'3', b'3', rest @ ..] | [b'0', b'0', b'3', b'3', rest @ ..] => (true, rest),
        [b'0', rest @ ..] => (false, rest),
        _ => return None,
    };
    let rest = rest.strip_prefix(b" ").filter(|_| abroad).unwrap_or(rest);
    let rest = rest.strip_prefix(b"(0)").filter(|_| abroad).unwrap_or(rest);
    let mut digits = String::with_capacity(NATIONAL);
    let mut gaps = 0;
    let mut at = 0;
    while digits.len() < NATIONAL {
        match rest.get(at) {
            Some(digit) if digit.is_ascii_digit() => digits.push(char::from(*digit)),
            // One mark before each pair.
            Some(b' ' | b'.' | b'-') if digits.len() % 2 == 1 && at > 0 && rest[at - 1].is_ascii_digit() => {
                gaps += 1
            }
            _ => return None,
        }
        at += 1;
    }
    let ends = rest.get(at).is_none_or(|next| !next.is_ascii_alphanumeric());
    let written = gaps == 4 || (gaps == 0 && (abroad || in_prose));
    let real = !digits.starts_with('0') && !is_of_fiction(&digits);
    (ends && written && real).then(|| bytes.len() - rest.len() + at)
}

/// The account numbers of a text: runs of letters and digits, and such runs with blanks between groups of four.
pub fn ibans(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_country = |signs: &[u8]| {
        signs[..2].iter().all(u8::is_ascii_uppercase) && signs[2..].iter().all(u8::is_ascii_digit)
    };
    let may = text.as_bytes().windows(4).any(is_country);
    let words: Vec<&str> =
        if may { text.split(|sign: char| !sign.is_ascii_alphanumeric()).collect() } else { Vec::new() };
    let begins = move |word: &str| word.as_bytes().get(..4).is_some_and(is_country);
    (0..words.len()).filter_map(move |first| {
        if !begins(words[first]) {
            return None;
        }
        let mut whole = String::new();
        for word in words[first..].iter().take(MOST_GROUPS) {
            whole.push_str(word);
            if is_iban(&whole) {
                return Some(offset(text, words[first])..offset(text, word) + word.len());
            }
            if word.len() != 4 {
                return None;
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_place() {
        let text = "écrire à <marie.durand@acme.fr>, tél. 06 12 34 56 78, FR14 2004 1010 0505 0001 3M02 606.";
        let shown = |range: Range<usize>| &text[range];
        assert_eq!(addresses(text).map(shown).collect::<Vec<_>>(), ["marie.durand@acme.fr"]);
        assert_eq!(phones(text).map(shown).collect::<Vec<_>>(), ["06 12 34 56 78"]);
        assert_eq!(ibans(text).map(shown).collect::<Vec<_>>(), ["FR14 2004 1010 0505 0001 3M02 606"]);
        let abroad = "0033 (0)1.42.34.56.78";
        assert_eq!(phones(abroad).next(), Some(0..abroad.len()));
    }
}
