//! Several values in one text: each is masked as if it stood alone.

use super::masker::{Masker, Shape};
use crate::schema::Category;

impl Masker {
    /// Masks each value of a list that commas, semicolons or line ends separate; these and the blanks around the
    /// values stay. Nothing where the whole is too long or the category leaves no text.
    pub(super) fn list(&self, category: Category, text: &str, shape: Shape) -> Option<String> {
        let mut out = String::with_capacity(text.len() + 32);
        // A mask may be longer than its original; a list is cut at a value, never inside one.
        let one = Shape { most: usize::MAX, unique: false, ..shape };
        let mut length = 0;
        for (item, mark) in items(text) {
            let core = item.trim();
            let start = item.len() - item.trim_start().len();
            let mask = if core.is_empty() { String::new() } else { self.text(category, core, one)? };
            let piece = format!("{}{mask}{}{mark}", &item[..start], &item[start + core.len()..]);
            length += piece.chars().count();
            if length > shape.most {
                break;
            }
            out.push_str(&piece);
        }
        Some(out.trim_end_matches([',', ';']).to_owned()).filter(|list| !list.trim().is_empty())
    }
}

/// The values and the mark after each. Marks in quotes and in angle brackets do not separate.
fn items(text: &str) -> Vec<(&str, &str)> {
    let mut items = Vec::new();
    let (mut start, mut quoted, mut bracketed) = (0, false, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '"' => quoted = !quoted && text[at + 1..].contains('"'),
            '<' if !quoted => bracketed = text[at + 1..].contains('>'),
            '>' if !quoted => bracketed = false,
            ',' | ';' | '\n' if !quoted && !bracketed => {
                items.push((&text[start..at], &text[at..=at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push((&text[start..], ""));
    items
}

/// The values of a list, as they are written.
pub fn list_items(text: &str) -> impl Iterator<Item = &str> {
    items(text).into_iter().map(|(item, _)| item)
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    #[test]
    fn each_value_has_the_mask_it_has_alone() {
        let masker = masker();
        let list = "marie@acme.fr, \"Durand, Paul\" <paul@acme.fr>;\nx@y.fr";
        let mask = masker.list(Category::Email, list, Shape::default()).expect("a list");
        let alone = |value: &str| masker.text(Category::Email, value, Shape::default()).expect("a mask");
        let expected = format!(
            "{}, {};\n{}",
            alone("marie@acme.fr"),
            alone("\"Durand, Paul\" <paul@acme.fr>"),
            alone("x@y.fr")
        );
        assert_eq!(mask, expected);
    }

    #[test]
    fn a_list_that_grows_too_long_loses_whole_values() {
        let masker = masker();
        let shape = Shape { most: 70, ..Shape::default() };
        let mask = masker.list(Category::Email, "a@b.fr,c@d.fr,e@f.fr", shape).expect("a list");
        assert!(mask.chars().count() <= 70 && mask.ends_with(".example"), "{mask}");
    }
}
