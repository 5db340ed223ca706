//! Guesses from the account itself: its login, its owner's names, the company, the town, with the usual endings.

use super::family::Family;
use super::sequence::Guess;
use crate::words::fold;
use std::collections::HashSet;

/// What is known of an account's owner. Empty where nothing is.
#[derive(Clone, Default)]
pub struct About {
    /// What is typed to log in; a mail address counts up to the `@`.
    pub login: String,
    /// Given and family names, or the display name.
    pub names: Vec<String>,
    /// The company that runs the CRM, the product, the brand.
    pub company: Vec<String>,
    /// The towns.
    pub towns: Vec<String>,
    /// The codes of the departments, or postcodes.
    pub departments: Vec<String>,
}

/// No account has more guesses of its own than this: a hostile row could hold a novel.
const MOST: usize = 600;
const LONGEST_WORD: usize = 40;
const MOST_WORDS: usize = 6;

/// The guesses from one account, the likeliest first, none twice and none of `known`.
pub(super) fn guesses(about: &About, year: i16, known: &HashSet<String>) -> Vec<Guess> {
    let mut made = Made { list: Vec::new(), seen: HashSet::new(), known };
    let login = about.login.split('@').next().unwrap_or_default().trim();
    for word in login_words(login, year) {
        made.add(word, Family::Login);
    }
    let bases = bases(about, login);
    // Endings outside, words inside: every word with the likely endings comes before any with a rare one.
    for ending in endings(year) {
        for (base, family) in &bases {
            for form in [base.clone(), capital(base)] {
                made.add(format!("{form}{ending}"), *family);
            }
        }
    }
    for department in about.departments.iter().map(|code| short(code.get(..2).unwrap_or(code))) {
        for (base, family) in &bases {
            made.add(format!("{}{department}", capital(base)), *family);
            made.add(format!("{base}{department}"), *family);
        }
    }
    made.list
}

struct Made<'a> {
    list: Vec<Guess>,
    seen: HashSet<String>,
    known: &'a HashSet<String>,
}

impl Made<'_> {
    fn add(&mut self, word: String, family: Family) {
        let new = !word.is_empty() && !self.known.contains(&word) && !self.seen.contains(&word);
        if new && self.list.len() < MOST {
            self.seen.insert(word.clone());
            self.list.push(Guess { word, family });
        }
    }
}

/// The login itself, twice, backwards, in capitals, with the endings that come to mind first.
fn login_words(login: &str, year: i16) -> Vec<String> {
    let login = short(login);
    if login.is_empty() {
        return Vec::new();
    }
    let mut words = Vec::new();
    for form in [login.clone(), capital(&login), login.to_uppercase()] {
        for ending in ["", "1", "123"] {
            words.push(format!("{form}{ending}"));
        }
        for ending in [year, year - 1] {
            words.push(format!("{form}{ending}"));
        }
        words.push(format!("{form}{year}!"));
        words.push(format!("{form}!"));
    }
    words.push(format!("{login}{login}"));
    words.push(login.chars().rev().collect());
    words
}

/// The words of an account in lower case without accents, in the order in which they are tried.
fn bases(about: &About, login: &str) -> Vec<(String, Family)> {
    let mut bases: Vec<(String, Family)> = Vec::new();
    let mut add = |word: String, family| {
        if word.chars().count() >= 2 && !bases.iter().any(|(known, _)| *known == word) {
            bases.push((word, family));
        }
    };
    let names: Vec<String> = about.names.iter().flat_map(|name| words(name)).take(MOST_WORDS).collect();
    for part in words(login).into_iter().take(MOST_WORDS) {
        let family = if names.contains(&part) { Family::Name } else { Family::Login };
        add(part, family);
    }
    for name in &names {
        add(name.clone(), Family::Name);
    }
    if let [first, .., last] = &names[..] {
        let initials: String = [first, last].iter().filter_map(|name| name.chars().next()).collect();
        let letter: String = first.chars().take(1).collect();
        add(format!("{letter}{last}"), Family::Name);
        add(format!("{first}{last}"), Family::Name);
        add(initials, Family::Name);
    }
    for company in &about.company {
        let words = words(company);
        add(short(&words.concat()), Family::Company);
        for word in words.into_iter().filter(|word| word.chars().count() >= 3).take(3) {
            add(word, Family::Company);
        }
    }
    for town in &about.towns {
        add(short(&words(town).concat()), Family::Town);
    }
    bases
}

/// The words of a text: folded, split where it has no letter or digit.
fn words(text: &str) -> Vec<String> {
    short(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn short(text: &str) -> String {
    fold(text).chars().take(LONGEST_WORD).collect()
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What people add to a word when they are told to add something.
pub(super) fn endings(year: i16) -> Vec<String> {
    let mut endings: Vec<String> = ["", "1", "123", "01", "!"].map(str::to_owned).into();
    for year in [year, year - 1, year + 1, year - 2, year - 3] {
        endings.push(year.to_string());
    }
    endings.extend([format!("{year}!"), "1!".into(), "123!".into(), format!("@{year}"), format!("{year}*")]);
    for year in [year, year - 1, year + 1, year - 2, year - 3] {
        endings.push(format!("{:02}", year.rem_euclid(100)));
    }
    endings.extend(["*".into(), format!("{}!", year - 1), "12".into(), "1234".into(), "*1".into()]);
    endings
}
