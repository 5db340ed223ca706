//! What no kept text may carry out: an address, a telephone number, a bank account.

use super::bank::is_iban;

/// Hosts below these cannot be anybody's (RFC 2606, RFC 6761).
const RESERVED: &[&str] =
    &["example", "invalid", "test", "localhost", "example.org", "example.com", "example.net"];
/// The ranges of telephone numbers that are reserved for fiction, without their leading 0.
const FICTION: &[&str] = &["19900", "26191", "35301", "46571", "53649", "63998"];
/// An IBAN has no more groups of four.
const MOST_GROUPS: usize = 9;
/// The digits of a French number without its leading 0.
const NATIONAL: usize = 9;

/// What a text tells that reaches somebody, in words; nothing where it tells nothing of the sort.
pub(super) fn told_in(text: &str) -> Option<&'static str> {
    if text.contains('@') && text.split(is_between).any(is_address) {
        return Some("an e-mail address");
    }
    if text.bytes().filter(u8::is_ascii_digit).count() < NATIONAL {
        return None;
    }
    if has_phone(text) {
        return Some("a telephone number");
    }
    has_iban(text).then_some("an IBAN")
}

fn is_between(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':' | '|')
}

fn is_address(word: &str) -> bool {
    let word = word.trim_matches('.');
    let Some((local, host)) = word.rsplit_once('@') else { return false };
    let host = host.to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b >= 0x80)
    };
    let top = labels.last().is_some_and(|top| top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic()));
    let plain = |sign: char| sign.is_alphanumeric() || "._%+-".contains(sign);
    let named = local.chars().any(char::is_alphanumeric) && local.chars().all(plain);
    let reserved = RESERVED.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")));
    named && labels.len() > 1 && labels.iter().all(label) && top && !reserved
}

/// French numbers as people write them: in pairs with blanks, dots or hyphens between, or after +33. Ten digits in a
/// row count only in prose, where they are no code.
fn has_phone(text: &str) -> bool {
    let bytes = text.as_bytes();
    let in_prose = text.trim().contains(char::is_whitespace);
    let starts = (0..bytes.len()).filter(|at| {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let free = before.is_none_or(|b| b.is_ascii_whitespace() || b"(:,;>\"".contains(&b));
        free && matches!(bytes[*at], b'0' | b'+')
    });
    starts.into_iter().any(|at| phone_at(&bytes[at..], in_prose))
}

fn phone_at(bytes: &[u8], in_prose: bool) -> bool {
    let (abroad, rest) = match bytes {
        [b'+', b'3', b'3', rest @ ..] | [b'0', b'0', b'3', b'3', rest @ ..] => (true, rest),
        [b'0', rest @ ..] => (false, rest),
        _ => return false,
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
            _ => return false,
        }
        at += 1;
    }
    let ends = rest.get(at).is_none_or(|next| !next.is_ascii_alphanumeric());
    let written = gaps == 4 || (gaps == 0 && (abroad || in_prose));
    ends && written && !digits.starts_with('0') && !FICTION.iter().any(|range| digits.starts_with(range))
}

/// Runs of letters and digits, and such runs with blanks between groups of four.
fn has_iban(text: &str) -> bool {
    let words: Vec<&str> = text.split(|sign: char| !sign.is_ascii_alphanumeric()).collect();
    (0..words.len()).any(|first| {
        let country = words[first].as_bytes();
        if country.len() < 4 || !country[..2].iter().all(u8::is_ascii_uppercase) {
            return false;
        }
        let mut whole = String::new();
        for word in words[first..].iter().take(MOST_GROUPS) {
            whole.push_str(word);
            if is_iban(&whole) {
                return true;
            }
            if word.len() != 4 {
                return false;
            }
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_somebody_is_found() {
        for text in ["marie.durand@acme.fr", "voir <m.durand@mail.acme.co.uk>, merci", "mailto:paul@acme.fr"]
        {
            assert_eq!(told_in(text), Some("an e-mail address"), "{text}");
        }
        for text in [
            "06 12 34 56 78",
            "+33 6 12 34 56 78",
            "+33612345678",
            "tél. 0612345678",
            "0033 (0)1.42.34.56.78",
        ] {
            assert_eq!(told_in(text), Some("a telephone number"), "{text}");
        }
        for text in ["FR1420041010050500013M02606", "IBAN FR14 2004 1010 0505 0001 3M02 606."] {
            assert_eq!(told_in(text), Some("an IBAN"), "{text}");
        }
    }

    #[test]
    fn what_programs_write_is_not_taken_for_it() {
        for text in [
            "2026-05-04T09:30:00Z",
            "2024-05-06 10:11:12.123456",
            "0612345678",
            "C000123456",
            "@media print { a { color: #0612345678 } }",
            "user@localhost",
            "nobody@crm.example",
            "git@v1.2",
            "06 39 98 12 34",
            "1.0.612.34.56.78.90",
            "550e8400-e29b-41d4-a716-446655440000",
            "res.user,1234567890123",
            "FR0012345678901234567890",
            "",
        ] {
            assert_eq!(told_in(text), None, "{text}");
        }
    }
}
