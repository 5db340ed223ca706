//! The categories of what is found: their stable names, how bad each is, and why nobody should write it.

use super::lexicon::Lexicon;
use crate::severity::Severity;

/// A category of what a note should not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its word on the command line, in lexicons and in rules: `health`.
    pub word: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, and which rule speaks against it.
    pub what: String,
}

/// The categories that come with the program. The first ones are found by words, those from [`FIRST_NUMBER`] on by form.
const BUILT_IN: &[(&str, Severity, &str)] = &[
    ("health", Severity::High, "health: special data, GDPR 9"),
    ("offence", Severity::High, "offences and convictions: GDPR 10"),
    ("opinion", Severity::High, "political opinions and trade unions: special data, GDPR 9"),
    ("religion", Severity::High, "religion and belief: special data, GDPR 9"),
    ("origin", Severity::High, "origin: special data, GDPR 9"),
    ("sex-life", Severity::High, "sex life and orientation: special data, GDPR 9"),
    ("judgement", Severity::Medium, "insults and judgements: a note has to be objective"),
    ("hardship", Severity::Medium, "social hardship: more than the purpose needs"),
    ("family", Severity::Low, "family life: more than the purpose needs"),
    ("minor", Severity::Medium, "children: more than the purpose needs"),
    ("nir", Severity::High, "a national identification number (NIR): only where a decree allows it"),
    ("card", Severity::High, "a payment card's number: never in clear"),
    ("iban", Severity::Medium, "a bank account's number: it has a column of its own"),
    ("password", Severity::High, "a password or access code: never in clear"),
    ("birth-date", Severity::Low, "a birth date: it has a column of its own"),
    ("identity-paper", Severity::High, "the number of an identity paper"),
    ("phone", Severity::Low, "a telephone number that is not the relation's own: a third person's"),
    ("email", Severity::Low, "an e-mail address that is not the relation's own: a third person's"),
];

/// The first of the built-in categories that are found by form.
const FIRST_NUMBER: usize = 10;

/// The place of a built-in category.
pub(super) fn place_of(word: &str) -> usize {
    BUILT_IN.iter().position(|(known, ..)| *known == word).unwrap_or(0)
}

/// Every category that a lexicon knows, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Categories(Vec<Category>);

impl Categories {
    /// Those that come with the program.
    pub fn built_in() -> Self {
        let category = |(word, severity, what): &(&str, Severity, &str)| Category {
            word: (*word).to_owned(),
            severity: *severity,
            what: (*what).to_owned(),
        };
        Categories(BUILT_IN.iter().map(category).collect())
    }

    /// Those, and the ones that a lexicon adds.
    pub fn of(lexicon: &Lexicon) -> Self {
        lexicon.categories().clone()
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Category] {
        &self.0
    }

    /// The category at a place.
    pub fn at(&self, place: usize) -> &Category {
        &self.0[place]
    }

    /// The place of the category with that word.
    pub fn find(&self, word: &str) -> Option<usize> {
        self.0.iter().position(|category| category.word == word)
    }

    /// Whether a category is found by its form, and cannot have words.
    pub(super) fn is_of_numbers(&self, place: usize) -> bool {
        (FIRST_NUMBER..BUILT_IN.len()).contains(&place)
    }

    pub(super) fn add(&mut self, category: Category) -> usize {
        self.0.push(category);
        self.0.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_told_apart() {
        let categories = Categories::built_in();
        assert!(!categories.is_of_numbers(place_of("minor")) && categories.is_of_numbers(place_of("nir")));
        assert!(categories.is_of_numbers(place_of("email")));
        assert_eq!(categories.find("no-such"), None);
    }
}
