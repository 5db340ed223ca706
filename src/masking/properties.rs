//! Properties that hold for every category and every value, hostile ones included.

use super::key::Key;
use super::masker::tests::masker;
use super::{Masker, Originals, Shape};
use crate::schema::Category;
use proptest::prelude::*;

/// The categories whose masks are text.
fn masking() -> impl Strategy<Value = Category> {
    let masked: Vec<Category> = Category::ALL
        .iter()
        .copied()
        .filter(|category| !category.is_kept())
        .filter(|category| !matches!(category, Category::Blank | Category::Secret | Category::Document))
        .collect();
    prop::sample::select(masked)
}

/// Values as people type them, and values as attackers do.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        ".{0,40}",
        "[A-Za-zÀ-ÿ' -]{1,30}",
        "[a-z]{1,8}[._-]?[a-z]{1,8}[0-9]{0,3}@[a-z-]{1,12}\\.(fr|com|co\\.uk)",
        "\\+?[0-9 ().-]{3,20}",
        "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{10,30}",
        "(<p>|</p>|<|>|\"|,|;|\\{|\\}|@|://|\\x00|\\x1b\\[2J|\u{202e}|😀|é|1|a){0,25}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_mask_is_longer_than_allowed(category in masking(), value in value(), most in 0usize..40, unique: bool) {
        let shape = Shape { most, unique, ..Shape::default() };
        prop_assume!(!value.trim().is_empty());
        if let Some(mask) = masker().text(category, &value, shape) {
            prop_assert!(mask.chars().count() <= most, "{mask}");
        }
    }

    #[test]
    fn no_mask_is_its_original(category in masking(), value in value()) {
        prop_assume!(!value.trim().is_empty());
        // Zero has no other amount within 20 percent.
        prop_assume!(category != Category::Amount || value.contains(|c: char| ('1'..='9').contains(&c)));
        // Bullets, quotation marks and tags of text stay; there may be nothing else. What is no number and no address
        // is masked as text.
        let as_text = matches!(category, Category::FreeText | Category::Phone | Category::Url);
        let without_tags = value.replace("<p>", "").replace("</p>", "");
        prop_assume!(!as_text || without_tags.contains(char::is_alphanumeric));
        let masker = masker();
        if let Some(mask) = masker.text(category, &value, Shape::default()) {
            prop_assert_ne!(&mask, &value);
            prop_assert_eq!(masker.text(category, &value, Shape::default()), Some(mask));
        }
    }

    #[test]
    fn text_in_the_place_of_text_has_nothing_hostile(category in masking(), value in value()) {
        // These keep what stands between the digits and letters, or a time of day, a path or a legal form.
        if let Some(mask) = masker().text(category, &value, Shape::default()).filter(|_| !value.trim().is_empty()) {
            let hostile = |c: char| c.is_control() && !c.is_whitespace() || c == '\u{202e}' || c == '😀';
            prop_assert!(!mask.contains(hostile), "{category}: {mask:?}");
        }
    }

    #[test]
    fn free_text_keeps_its_length(value in "[^<]{1,200}") {
        let mask = masker().text(Category::FreeText, &value, Shape::default()).unwrap_or_default();
        prop_assert_eq!(mask.chars().count(), value.chars().count());
    }
}

#[test]
fn two_keys_make_two_archives() {
    let one = masker();
    let other = Masker::new(Key::from_bytes([43; 32]), Originals::default());
    for (category, value) in [
        (Category::Email, "marie.durand@acme.fr"),
        (Category::Iban, "FR1420041010050500013M02606"),
        (Category::Siren, "404833048"),
        (Category::NationalId, "255081416802538"),
        (Category::FreeText, "Rappeler Marie Durand vendredi prochain."),
        (Category::Url, "https://acme.fr/marie"),
    ] {
        let [mine, theirs] = [one, &other].map(|masker| masker.text(category, value, Shape::default()));
        assert!(mine.is_some() && mine != theirs, "{category}");
    }
}

#[test]
fn a_megabyte_is_masked_and_does_no_harm() {
    let masker = masker();
    for sign in ["a", "<", "\"", "é ", "\u{202e}", "1", "@", ",", "/", "Ab "] {
        let long = sign.repeat(1_000_000 / sign.len());
        for category in Category::ALL {
            let shape = Shape { most: 200, ..Shape::default() };
            if *category != Category::FreeText && !category.is_kept() {
                let mask = masker.text(*category, &long, shape);
                assert!(mask.is_none_or(|mask| mask.chars().count() <= 200), "{category}");
            }
        }
        let mask = masker.text(Category::FreeText, &long, Shape::default());
        assert_eq!(mask.map(|mask| mask.chars().count()), Some(long.chars().count()));
    }
}

#[test]
fn no_mask_is_an_original_of_the_database() {
    let plain = masker();
    let values: Vec<String> =
        (0..300).map(|number| format!("06 12 34 {:02} {:02}", number / 100, number % 100)).collect();
    let mut originals = Originals::default();
    let first = |value: &String| plain.text(Category::Phone, value, Shape::default()).unwrap_or_default();
    values.iter().for_each(|value| originals.add(&first(value)));
    let careful = Masker::new(Key::from_bytes([42; 32]), originals);
    for value in &values {
        let mask = careful.text(Category::Phone, value, Shape::default()).unwrap_or_default();
        assert!(!careful.originals.stand_in(&mask));
    }
}
