//! One made-up value of each category and its mask, for `map explain`.

use super::{Key, Masker, Originals, Shape};
use crate::schema::Category;
use std::sync::LazyLock;

/// A made-up original, and a mask of it. The mask of an archive is another: it depends on the archive's key.
pub fn example(category: Category) -> (&'static str, String) {
    let original = original(category);
    let mask = match category {
        Category::Document => super::document::stub_text(original),
        _ => plain().text(category, original, Shape::default()).unwrap_or_default(),
    };
    (original, mask)
}

/// A masker of no archive, for what its key does not change.
pub(super) fn plain() -> &'static Masker {
    static MASKER: LazyLock<Masker> =
        LazyLock::new(|| Masker::new(Key::from_bytes([1; 32]), Originals::default()));
    &MASKER
}

fn original(category: Category) -> &'static str {
    match category {
        Category::Civility => "Mme",
        Category::GivenName => "Marie",
        Category::FamilyName => "Durand",
        Category::FullName => "Mme Marie Durand",
        Category::PartyName | Category::CompanyName => "Durand Menuiserie SARL",
        Category::JobTitle => "Directrice",
        Category::Email => "marie.durand@example.org",
        Category::Login => "mdurand",
        Category::Phone => "+33 6 39 98 12 34",
        Category::Street => "12 rue des Exemples",
        Category::Postcode => "75001",
        Category::Town => "Paris",
        Category::Country => "FR",
        Category::BirthDate => "1980-05-06",
        Category::Date => "2024-05-06",
        Category::NationalId => "2 55 08 14 168 025 38",
        Category::Siren => "404 833 048",
        Category::Siret => "404 833 048 00022",
        Category::Vat => "FR83404833048",
        Category::Iban => "FR14 2004 1010 0505 0001 3M02 606",
        Category::Bic => "AAAAFRX0",
        Category::Card => "4000 0000 0000 0002",
        Category::Url => "https://www.example.org/equipe/marie-durand",
        Category::Ip => "198.51.100.7",
        Category::FreeText => "Rappeler Marie Durand vendredi.",
        Category::DocumentName => "Contrat_Durand.pdf",
        Category::Document => "Cher Paul, voici le contrat.",
        Category::Amount => "1234.50",
        Category::Secret => "3f9a1c",
        Category::Keep => "open",
        Category::Blank => "Durand",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_an_example_that_shows_what_it_does() {
        for category in Category::ALL.iter().copied() {
            let (original, mask) = example(category);
            match category {
                _ if category.is_kept() => assert_eq!(mask, original),
                Category::Secret | Category::Blank => assert_eq!(mask, ""),
                _ => assert!(!mask.is_empty() && mask != original, "{category}: {mask}"),
            }
        }
    }
}
