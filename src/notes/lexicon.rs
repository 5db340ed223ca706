//! The words of notes: those that come with the program, and those that a user adds or allows.

use super::category::{Categories, Category};
use super::fold::folded;
use super::spelling::{Phrase, Sets, phrases};
use crate::fault::{Fault, Result};
use crate::severity::Severity;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The shipped files: label and text.
const SHIPPED: &[(&str, &str)] =
    &[("french.toml", include_str!("french.toml")), ("english.toml", include_str!("english.toml"))];

/// What a phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// It is of the category at this place.
    Of(usize),
    /// It is harmless, and so is what stands inside it.
    Harmless,
    /// A number may follow that the word gives a meaning.
    Hint(Hint),
}

/// What a word announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hint {
    /// A password.
    Password,
    /// A birth date.
    Birth,
    /// An identity paper.
    Paper,
}

/// Phrases with their meaning, and what is allowed where.
#[derive(Debug, Clone)]
pub struct Lexicon {
    categories: Categories,
    pub(super) phrases: BTreeMap<Phrase, BTreeSet<Meaning>>,
    allowed: Allowed,
}

/// What is no finding, though it is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Phrases that are fine anywhere.
    words: BTreeSet<String>,
    /// Columns that are not looked at.
    columns: BTreeSet<String>,
    /// Phrases that are fine in one column.
    in_column: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    sets: Sets,
    #[serde(default)]
    category: BTreeMap<String, WrittenCategory>,
    #[serde(default)]
    harmless: Forms,
    #[serde(default)]
    hint: BTreeMap<String, Forms>,
    #[serde(default)]
    allow: WrittenAllowed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    forms: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCategory {
    severity: Option<String>,
    what: Option<String>,
    #[serde(default)]
    forms: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAllowed {
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    column: BTreeMap<String, Vec<String>>,
}

impl Lexicon {
    /// The French and English words that come with the program.
    ///
    /// # Errors
    /// None: the tests read both files.
    pub fn shipped() -> Result<Self> {
        let mut lexicon = Self::empty();
        for (label, text) in SHIPPED {
            lexicon.add(text, label)?;
        }
        Ok(lexicon)
    }

    /// No words at all.
    pub(super) fn empty() -> Self {
        Lexicon { categories: Categories::built_in(), phrases: BTreeMap::new(), allowed: Allowed::default() }
    }

    /// Adds a file's words, categories and permissions; `label` is what messages call it.
    ///
    /// # Errors
    /// Usage when it cannot be understood.
    pub fn add(&mut self, text: &str, label: &str) -> Result<()> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let place = line.map(|line| format!(":{line}")).unwrap_or_default();
            Fault::usage(format!("{label}{place}: {}", error.message()))
        })?;
        for (word, category) in &written.category {
            let place = self.place(word, category, label)?;
            self.add_forms(&category.forms, &written.sets, Meaning::Of(place), label)?;
        }
        for (word, hint) in &written.hint {
            let meaning = match word.as_str() {
                "password" => Hint::Password,
                "birth-date" => Hint::Birth,
                "identity-paper" => Hint::Paper,
                _ => return Err(wrong(label, &format!("there is no hint {word}"))),
            };
            self.add_forms(&hint.forms, &written.sets, Meaning::Hint(meaning), label)?;
        }
        self.add_forms(&written.harmless.forms, &written.sets, Meaning::Harmless, label)?;
        self.allow(written.allow);
        Ok(())
    }

    fn place(&mut self, word: &str, written: &WrittenCategory, label: &str) -> Result<usize> {
        let known = self.categories.find(word);
        if let Some(place) = known {
            if self.categories.is_of_numbers(place) {
                return Err(wrong(label, &format!("`{word}` is found by its form and has no words")));
            }
            if written.severity.is_some() || written.what.is_some() {
                return Err(wrong(label, &format!("`{word}` has its severity and meaning already")));
            }
            return Ok(place);
        }
        let is_word = !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_word {
            return Err(wrong(label, &format!("`{word}` is no category: small letters, digits and hyphens")));
        }
        let severity = written.severity.as_deref().unwrap_or("medium");
        let severity =
            Severity::WORDS.iter().find(|(known, _)| *known == severity).map(|(_, severity)| *severity);
        let severity =
            severity.ok_or_else(|| wrong(label, "a severity is information, low, medium or high"))?;
        let what = written.what.clone().unwrap_or_else(|| format!("{word}: words of one's own"));
        Ok(self.categories.add(Category { word: word.to_owned(), severity, what }))
    }

    fn add_forms(&mut self, forms: &[String], sets: &Sets, meaning: Meaning, label: &str) -> Result<()> {
        for form in forms {
            for phrase in phrases(form, sets).map_err(|what| wrong(label, &what))? {
                self.phrases.entry(phrase).or_default().insert(meaning);
            }
        }
        Ok(())
    }

    /// Adds one phrase of a category.
    pub(super) fn add_phrase(&mut self, form: &str, place: usize) -> Result<()> {
        self.add_forms(&[form.to_owned()], &Sets::new(), Meaning::Of(place), "a name")
    }

    pub(super) fn add_category(&mut self, category: Category) -> usize {
        self.categories.add(category)
    }

    fn allow(&mut self, written: WrittenAllowed) {
        let folded_all =
            |words: Vec<String>| words.iter().map(|word| one_form(word)).collect::<BTreeSet<_>>();
        self.allowed.words.extend(folded_all(written.words));
        self.allowed.columns.extend(written.columns.iter().map(|name| name.to_ascii_lowercase()));
        for (column, words) in written.column {
            self.allowed.in_column.entry(column.to_ascii_lowercase()).or_default().extend(folded_all(words));
        }
    }

    /// The categories that its words are of.
    pub fn categories(&self) -> &Categories {
        &self.categories
    }

    /// What is allowed where.
    pub fn allowed(&self) -> &Allowed {
        &self.allowed
    }
}

impl Allowed {
    /// Whether a column is not looked at.
    pub fn has_column(&self, column: &str) -> bool {
        self.columns.contains(&column.to_ascii_lowercase())
    }

    /// Whether what was found is fine in that column.
    pub fn has(&self, column: &str, found: &str) -> bool {
        if self.words.is_empty() && self.in_column.is_empty() {
            return false;
        }
        let found = one_form(found);
        let here = self.in_column.get(&column.to_ascii_lowercase());
        self.words.contains(&found) || here.is_some_and(|words| words.contains(&found))
    }

    /// The columns that are named, with their tables.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().chain(self.in_column.keys()).map(String::as_str)
    }
}

/// Of words neither case nor accents count, of numbers neither blanks nor dots.
pub(super) fn one_form(text: &str) -> String {
    match text.bytes().any(|byte| byte.is_ascii_digit()) {
        true => text.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>().to_lowercase(),
        false => folded(text),
    }
}

fn wrong(label: &str, what: &str) -> anyhow::Error {
    Fault::usage(format!("{label}: {what}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_can_be_read_and_are_large_enough() {
        let lexicon = Lexicon::shipped().expect("well written");
        assert!(lexicon.phrases.len() > 5_000, "{}", lexicon.phrases.len());
        for place in 0..super::super::category::place_of("nir") {
            let meaning = Meaning::Of(place);
            let words = lexicon.phrases.values().filter(|meanings| meanings.contains(&meaning)).count();
            assert!(words > 50, "{}: {words}", lexicon.categories.at(place).word);
        }
    }

    #[test]
    fn a_user_adds_words_categories_and_permissions() {
        let mut lexicon = Lexicon::shipped().expect("well written");
        let own = "[category.health]\nforms = [\"cure thermale\"]\n[category.tariff]\nseverity = \"low\"\n\
            forms = [\"prix plancher\"]\n[allow]\nwords = [\"Con\"]\ncolumns = [\"Note.Title\"]\n\
            [allow.column]\n\"note.body\" = [\"cancer\"]\n";
        lexicon.add(own, "own.toml").expect("well written");
        let tariff = lexicon.categories().find("tariff").expect("it was added");
        assert_eq!(lexicon.categories().at(tariff).severity, Severity::Low);
        let allowed = lexicon.allowed().clone();
        assert!(allowed.has("lead.body", "CON") && allowed.has("NOTE.body", "Cancer"));
        assert!(!allowed.has("lead.body", "cancer") && allowed.has_column("note.title"));
        lexicon.add("[allow]\nwords = [\"06 12 34 56 78\"]", "own.toml").expect("well written");
        assert!(lexicon.allowed().has("a.b", "0612345678") && !lexicon.allowed().has("a.b", "0612345679"));
    }

    #[test]
    fn what_a_user_writes_wrongly_is_told_with_its_place() {
        for (text, what) in [
            ("[category.nir]\nforms = [\"x\"]", "own.toml: `nir` is found by its form"),
            ("[category.Über]\nforms = [\"x\"]", "own.toml"),
            ("[category.own]\nseverity = \"dire\"", "own.toml: a severity is"),
            ("\n[category.own]\nform = [\"x\"]", "own.toml:3: unknown field"),
            ("[category.own]\nforms = [\"a(b\"]", "own.toml: `(b` is not closed"),
        ] {
            let error = Lexicon::shipped().expect("well written").add(text, "own.toml").unwrap_err();
            assert!(error.to_string().starts_with(what), "{error}");
        }
    }
}
