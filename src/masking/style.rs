//! The outer shape of a value: capitals, length, the places of its digits.

/// The mask in the capitals of the original: all upper, all lower, or as the word lists write it.
pub(super) fn like(original: &str, mask: String) -> String {
    let mut upper = 0;
    for letter in original.chars() {
        if letter.is_lowercase() {
            upper = 0;
            if !original.chars().any(char::is_uppercase) {
                return mask.to_lowercase();
            }
            break;
        }
        upper += usize::from(letter.is_uppercase());
    }
    let shouted = upper > 1 && !original.chars().any(char::is_lowercase);
    if shouted { mask.to_uppercase() } else { mask }
}

/// The first `most` characters, without blanks at their end.
pub(super) fn cut(text: &str, most: usize) -> &str {
    // There are no more characters than bytes.
    if text.len() <= most {
        return text;
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].trim_end(),
        None => text,
    }
}

/// The same, in place.
pub(super) fn shortened(mut text: String, most: usize) -> String {
    text.truncate(cut(&text, most).len());
    text
}

/// Lower-case ASCII letters, digits and hyphens of a name, as an address writes it.
pub(super) fn slug(name: &str) -> String {
    let folded = crate::words::fold(name);
    let mut slug = String::with_capacity(folded.len());
    for letter in folded.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if matches!(letter, ' ' | '-') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The digits of a text.
pub(super) fn digits(text: &str) -> String {
    let mut digits = String::with_capacity(text.len());
    digits.extend(text.chars().filter(char::is_ascii_digit));
    digits
}

/// The letters and digits of a text, in upper case: how an account number reads without its blanks.
pub(super) fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    compact.extend(text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()));
    compact
}

/// Whether a sign is one that numbers are grouped by, which a mask keeps.
pub(super) fn is_mark(sign: char) -> bool {
    matches!(sign, ' ' | '.' | '-' | '/' | '(' | ')' | '+' | '_' | '\u{a0}' | '\u{202f}')
}

/// Puts `signs` in the places of the letters and digits of `template`, and keeps its blanks and marks; letters are
/// lower where the template's first letter is.
pub(super) fn overlay(template: &str, signs: &str) -> String {
    let lower = template.chars().find(char::is_ascii_alphabetic).is_some_and(|c| c.is_ascii_lowercase());
    let mut signs = signs.chars().map(|c| if lower { c.to_ascii_lowercase() } else { c });
    let mut out = String::with_capacity(template.len());
    for place in template.chars() {
        if place.is_ascii_alphanumeric() {
            out.extend(signs.next());
        } else if is_mark(place) {
            out.push(place);
        }
    }
    out.extend(signs);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_follow_the_original() {
        assert_eq!(like("DURAND", "Hélène".into()), "HÉLÈNE");
        assert_eq!(like("durand", "Hélène".into()), "hélène");
        assert_eq!(like("Durand", "Hélène".into()), "Hélène");
        assert_eq!(like("McKay", "Hélène".into()), "Hélène");
        assert_eq!(like("D", "Hélène".into()), "Hélène");
        assert_eq!(like("123", "Hélène".into()), "Hélène");
        assert_eq!(like("de la TOUR", "Hélène".into()), "Hélène");
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("Éloïse Le Goff", 7), "Éloïse");
        assert_eq!(cut("Éloïse", 6), "Éloïse");
        assert_eq!(cut("Éloïse", 0), "");
    }

    #[test]
    fn slugs_are_what_addresses_write() {
        assert_eq!(slug("Au Bosquet Doré"), "au-bosquet-dore");
        assert_eq!(slug("D'Angelo"), "dangelo");
        assert_eq!(slug(" - "), "");
    }

    #[test]
    fn marks_stay_where_they_stood() {
        assert_eq!(overlay("123 456 782", "987654324"), "987 654 324");
        assert_eq!(overlay("fr-12", "XY99"), "xy-99");
    }
}
