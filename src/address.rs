//! E-mail addresses and telephone numbers in their one form, so that two spellings of one are known to be the same.

use crate::schema::{Category, Medium};

/// What stands between several addresses in one text.
const BETWEEN: [char; 5] = [',', ';', '\n', '|', '\t'];

/// Every address or number in a text, each in its one form. None where something in it is neither.
pub fn all(medium: Medium, text: &str) -> Option<Vec<String>> {
    parts(medium, text).map(|part| one(medium, part)).collect()
}

/// Those parts of a text that are an address or number, each in its one form.
pub fn some(medium: Medium, text: &str) -> impl Iterator<Item = String> {
    parts(medium, text).filter_map(move |part| one(medium, part))
}

fn parts(medium: Medium, text: &str) -> impl Iterator<Item = &str> {
    let between =
        move |character: char| BETWEEN.contains(&character) || (medium != Medium::Email && character == '/');
    text.split(between).map(str::trim).filter(|part| !part.is_empty())
}

fn one(medium: Medium, part: &str) -> Option<String> {
    if medium == Medium::Email { email(part) } else { number(part) }
}

/// An e-mail address: without a display name around it, in lower case.
pub fn email(text: &str) -> Option<String> {
    let text = match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => &text[from + 1..to],
        _ => text,
    };
    let text = text.trim();
    let text = text.get(..7).filter(|it| it.eq_ignore_ascii_case("mailto:")).map_or(text, |_| &text[7..]);
    let shown: String = text.chars().filter(|character| !is_invisible(*character)).collect();
    let (local, domain) = shown.rsplit_once('@')?;
    let fits = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    (fits(local) && fits(domain)).then(|| shown.to_lowercase())
}

/// A telephone number in its international form; a French one may be written without the country, and without the
/// zero that spreadsheets drop. What stands before it (`tél.`) and behind it (`poste 12`) is another matter.
pub fn number(text: &str) -> Option<String> {
    let start = text.find(|sign: char| sign == '+' || sign.is_ascii_digit())?;
    let text = text[start..].replace("(0)", "");
    let text = &text[..text.find(char::is_alphabetic).unwrap_or(text.len())];
    let is_part =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || "+.-()/".contains(c) || is_invisible(c);
    if !text.chars().all(is_part) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = match (text.starts_with('+'), digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (true, ..) => digits.clone(),
        (_, Some(rest), _) => rest.to_owned(),
        (_, _, Some(rest)) => format!("33{rest}"),
        _ if digits.len() == 9 => format!("33{digits}"),
        _ => digits.clone(),
    };
    (number.len() >= 6).then(|| format!("+{number}"))
}

/// What a category's values are written to, where they are an address or a number.
pub fn medium_of(category: Category) -> Option<Medium> {
    match category {
        Category::Email => Some(Medium::Email),
        Category::Phone => Some(Medium::Phone),
        _ => None,
    }
}

/// Marks that a copy from a web page brings along and nobody sees.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for text in [
            "06 12 34 56 78",
            "+33 6 12 34 56 78",
            "0033612345678",
            "+33 (0)6 12 34 56 78",
            "612345678",
            "06.12.34.56.78",
            "33612345678",
            "06\u{a0}12\u{a0}34\u{a0}56\u{a0}78",
            "tél. 06.12.34.56.78 poste 12",
        ] {
            assert_eq!(number(text).as_deref(), Some("+33612345678"), "{text}");
        }
        for text in ["-", "", "12", "poste 12", "3,36E+10", "marie"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_has_one_form() {
        for text in [
            "Marie.Durand@Exemple.FR",
            " marie.durand@exemple.fr ",
            "Marie Durand <marie.durand@exemple.fr>",
            "\"Durand, Marie\" <Marie.Durand@exemple.fr>",
            "mailto:marie.durand@exemple.fr",
            "marie.durand@exemple.fr\u{200b}",
        ] {
            assert_eq!(email(text).as_deref(), Some("marie.durand@exemple.fr"), "{text}");
        }
        for text in ["", "marie", "@exemple.fr", "marie@", "marie durand@exemple.fr"] {
            assert_eq!(email(text), None, "{text}");
        }
    }

    #[test]
    fn several_in_one_text_are_all_read_or_none() {
        assert_eq!(all(Medium::Email, "a@b.fr; C@D.fr").unwrap(), ["a@b.fr", "c@d.fr"]);
        assert_eq!(all(Medium::Phone, "0612345678 / 0112345678").unwrap(), ["+33612345678", "+33112345678"]);
        assert_eq!(all(Medium::Email, "a@b.fr, nobody"), None);
        assert_eq!(all(Medium::Email, " ").unwrap(), Vec::<String>::new());
    }
}
