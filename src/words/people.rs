//! Given names with their gender, family names, and job titles.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use fake::locales::{Data, FR_FR};

use super::{List, lines, look_up_key, name_key};

static FEMININE: List = LazyLock::new(|| lines(include_str!("given-names-feminine.txt")));
static MASCULINE: List = LazyLock::new(|| lines(include_str!("given-names-masculine.txt")));
static BOTH: List = LazyLock::new(|| lines(include_str!("given-names-both.txt")));
static JOBS: List = LazyLock::new(|| lines(include_str!("jobs.txt")));

/// Every known given name, with its gender unless it is used for both or the gender is unknown.
static GENDERS: LazyLock<HashMap<String, Option<Gender>>> = LazyLock::new(|| {
    let mut genders = HashMap::new();
    let mut learn = |names: &[&str], gender| {
        for name in names {
            genders.entry(name_key(name).into_owned()).or_insert(gender);
        }
    };
    learn(&BOTH, None);
    learn(&FEMININE, Some(Gender::Feminine));
    learn(&MASCULINE, Some(Gender::Masculine));
    learn(FR_FR::NAME_FIRST_NAME, None);
    genders
});

/// Our own spelling wins, because the names of `fake` have lost their accents.
static FAMILY: List = LazyLock::new(|| {
    let mut names = BTreeMap::new();
    let ours = lines(include_str!("family-names.txt"));
    for name in ours.into_iter().chain(FR_FR::NAME_LAST_NAME.iter().copied()) {
        names.entry(look_up_key(name)).or_insert(name);
    }
    // A family name in `fake`, but far more often the article, which would make every sentence name somebody.
    names.remove("le");
    names.into_values().collect()
});

static FAMILY_KEYS: LazyLock<HashSet<String>> =
    LazyLock::new(|| FAMILY.iter().map(|name| name_key(name).into_owned()).collect());

/// The grammatical gender a given name is used with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// Madame.
    Feminine,
    /// Monsieur.
    Masculine,
}

/// The given names used for one gender only, so [`gender_of`] gives back the gender asked for.
pub fn given_names(gender: Gender) -> &'static [&'static str] {
    match gender {
        Gender::Feminine => &FEMININE,
        Gender::Masculine => &MASCULINE,
    }
}

/// The given names used for both genders, so that they agree with any civility.
pub fn given_names_for_both() -> &'static [&'static str] {
    &BOTH
}

/// The gender of a given name, whatever its accents, case, blanks and hyphens.
///
/// `None` when the name is unknown, or used for both genders (Camille, Dominique).
pub fn gender_of(given_name: &str) -> Option<Gender> {
    GENDERS.get(&*name_key(given_name)).copied().flatten()
}

/// The family names, some with a particle, an apostrophe or a hyphen.
pub fn family_names() -> &'static [&'static str] {
    &FAMILY
}

/// Whether the word is a known given name, whatever its accents, case, blanks and hyphens.
pub fn is_given_name(word: &str) -> bool {
    GENDERS.contains_key(&*name_key(word))
}

/// Whether the word is a known family name, whatever its accents, case, blanks and hyphens.
///
/// Many French family names are also ordinary words (Petit, Berger), so a yes alone does not make a person.
pub fn is_family_name(word: &str) -> bool {
    FAMILY_KEYS.contains(&*name_key(word))
}

/// Job titles, epicene or masculine.
pub fn jobs() -> &'static [&'static str] {
    &JOBS
}
