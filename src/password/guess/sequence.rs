//! The order of guesses: for one account, the likeliest first.

use super::about::{self, About, capital, endings};
use super::family::Family;
use crate::words::common_passwords;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// One guess. It has no `Debug`: a guess that hits is a password.
#[derive(Clone)]
pub struct Guess {
    pub(super) word: String,
    pub(super) family: Family,
}

/// To be raised whenever the same account would get other guesses, so that what was tried is tried anew.
const VERSION: u8 = 2;

/// How many common passwords come before the words of the account itself.
const FIRST: usize = 48;

/// What is handed out, besides the list: the empty one and names of products.
const HANDED: [&str; 8] = ["", "sage", "Sage", "Sage123", "crm", "Crm", "Crm123", "erp"];
const HANDED_STARTS: [&str; 10] =
    ["admin", "bienvenue", "welcome", "change", "temp", "test", "demo", "user", "guest", "root"];

/// Which keys are neighbours, row by row, on the keyboards of a French office, and the walks over them.
const WALKS: [&str; 60] = [
    "azertyuiop",
    "azerty1",
    "azerty!",
    "azert",
    "azertyu",
    "azerty01",
    "qsdfgh",
    "qsdfghjk",
    "qsdfghjklm",
    "wxcvbn",
    "wxcvbn,",
    "wxcvbn123",
    "azerqsdf",
    "aqwzsxedc",
    "aqwzsx123",
    "zsxedc",
    "aze123",
    "azer1234",
    "Azer1234",
    "Azerty12",
    "Azertyuiop1",
    "Azertyuiop123",
    "Azerty1234!",
    "Qsdfghjklm1",
    "Wxcvbn123",
    "qwertyui",
    "qwerty1",
    "qwerty12",
    "qwerty1234",
    "Qwerty1",
    "Qwerty12",
    "Qwerty123",
    "Qwerty123!",
    "qwer1234",
    "Qwer1234",
    "qweasd",
    "qweasdzxc",
    "qazwsx",
    "qazwsxedc",
    "asdf1234",
    "Asdf1234",
    "asdfghjk",
    "zxcvbn",
    "zaq12wsx",
    "1qazxsw2",
    "1q2w3e",
    "1q2w3e4r5t",
    "1a2z3e",
    "1a2z3e4r5t",
    "&é\"'(",
    "&é\"'(-",
    "&é\"'(-è_",
    "&é\"'(-è_çà",
    "!@#$%^&*",
    "741852",
    "753951",
    "963852741",
    "789456123",
    "321654987",
    "159357",
];

const SEASONS: [&str; 8] = ["printemps", "ete", "automne", "hiver", "spring", "summer", "autumn", "winter"];
const MONTHS: [&str; 31] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];

/// The guesses that all accounts share, in two parts: the account's own come between them.
pub struct Sequence {
    pub(super) head: Vec<Guess>,
    pub(super) tail: Vec<Guess>,
    words: HashSet<String>,
    year: i16,
}

impl Sequence {
    /// The guesses of a year, with a list of one's own at the end.
    ///
    /// The order: what is handed out and the most common; then from the account its login, names, company and town;
    /// seasons, months and days; neighbouring keys; the rest of the common ones; the list.
    pub fn new(year: i16, list: &[String]) -> Self {
        let (first, rest) = common_passwords().split_at(FIRST);
        let mut made = Shared::default();
        made.add(HANDED[0], Family::Handed);
        first.iter().for_each(|word| made.add(word, common_family(word)));
        HANDED[1..].iter().for_each(|word| made.add(word, Family::Handed));
        let head = std::mem::take(&mut made.list);
        seasons(year).iter().for_each(|word| made.add(word, Family::Season));
        WALKS.iter().for_each(|word| made.add(word, Family::Keyboard));
        rest.iter().for_each(|word| made.add(word, common_family(word)));
        list.iter().for_each(|word| made.add(word, Family::List));
        Sequence { head, tail: made.list, words: made.words, year }
    }

    /// The guesses from the account itself.
    pub(super) fn own(&self, about: &About) -> Vec<Guess> {
        about::guesses(about, self.year, &self.words)
    }

    /// A digest of everything shared: another list, another year or another version of this file gives another.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new_with_prefix([VERSION]);
        digest.update(self.year.to_le_bytes());
        for guess in self.head.iter().chain(&self.tail) {
            digest.update((guess.word.len() as u64).to_le_bytes());
            digest.update(&guess.word);
        }
        digest.finalize().into()
    }
}

#[derive(Default)]
struct Shared {
    list: Vec<Guess>,
    words: HashSet<String>,
}

impl Shared {
    fn add(&mut self, word: &str, family: Family) {
        if self.words.insert(word.to_owned()) {
            self.list.push(Guess { word: word.to_owned(), family });
        }
    }
}

fn common_family(word: &str) -> Family {
    let lower = word.to_lowercase();
    let walk = ["azerty", "qwerty", "qsdf", "wxcv", "asdf", "zxcv", "1q2w", "1a2z", "aqw", "aze"];
    if HANDED_STARTS.iter().any(|start| lower.starts_with(start)) {
        Family::Handed
    } else if walk.iter().any(|start| lower.starts_with(start)) {
        Family::Keyboard
    } else {
        Family::Common
    }
}

/// Seasons with every usual ending; months and days with years and the shortest endings.
fn seasons(year: i16) -> Vec<String> {
    let mut list = Vec::new();
    for ending in endings(year) {
        for season in SEASONS {
            list.extend([format!("{}{ending}", capital(season)), format!("{season}{ending}")]);
        }
    }
    for ending in [year.to_string(), (year - 1).to_string(), format!("{year}!"), "1".into(), "123".into()] {
        list.extend(MONTHS.map(|month| format!("{}{ending}", capital(month))));
    }
    for year in [year, year - 1, year + 1] {
        list.extend([
            format!("Été{year}"),
            format!("été{year}"),
            format!("Noel{year}"),
            format!("Noël{year}"),
        ]);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            login: "m.durand@exemple.example".into(),
            names: vec!["Mélanie".into(), "Durand".into()],
            company: vec!["Exemple Gestion".into()],
            towns: vec!["Saint-Étienne".into()],
            departments: vec!["42".into()],
        }
    }

    fn own_words() -> Vec<String> {
        Sequence::new(2026, &[]).own(&about()).into_iter().map(|guess| guess.word).collect()
    }

    #[test]
    fn an_account_gives_its_login_its_names_its_company_and_its_town() {
        let words = own_words();
        for expected in [
            "m.durand",
            "M.durand2026",
            "M.DURAND2026",
            "m.durandm.durand",
            "dnarud.m",
            "durand1",
            "Melanie2026",
            "Durand!",
            "mdurand",
            "melaniedurand123",
            "md01",
            "Exemplegestion2026!",
            "exemple123",
            "Saintetienne42",
            "Durand42",
            "Melanie@2026",
            "Durand26",
            "Melanie2025",
            "Durand2027",
            "melanie2023",
        ] {
            assert!(words.iter().any(|word| word == expected), "{expected}");
        }
    }

    #[test]
    fn the_login_comes_first_and_rare_endings_last() {
        let words = own_words();
        let place = |word: &str| words.iter().position(|known| known == word).unwrap();
        assert_eq!(place("m.durand"), 0);
        assert!(place("m.durand2026") < place("durand"));
        assert!(place("durand") < place("exemplegestion"));
        assert!(place("exemplegestion") < place("saintetienne"));
        assert!(place("saintetienne2026") < place("melanie*"));
    }

    #[test]
    fn no_guess_comes_twice_and_families_are_right() {
        let sequence = Sequence::new(2026, &["Ma-Liste-1".into(), "soleil".into()]);
        let own = sequence.own(&about());
        let all: Vec<&Guess> = sequence.head.iter().chain(&own).chain(&sequence.tail).collect();
        let distinct: HashSet<&str> = all.iter().map(|guess| guess.word.as_str()).collect();
        assert_eq!(distinct.len(), all.len());
        let family = |word: &str| all.iter().find(|guess| guess.word == word).unwrap().family;
        for (word, expected) in [
            ("", Family::Handed),
            ("Bienvenue1", Family::Handed),
            ("soleil", Family::Common),
            ("m.durand", Family::Login),
            ("durand1", Family::Name),
            ("exemple1", Family::Company),
            ("saintetienne1", Family::Town),
            ("Printemps2026!", Family::Season),
            ("qsdfghjklm", Family::Keyboard),
            ("azerty123", Family::Keyboard),
            ("Ma-Liste-1", Family::List),
            ("&é\"'(", Family::Keyboard),
        ] {
            assert_eq!(family(word), expected, "{word}");
        }
    }

    #[test]
    fn there_are_about_as_many_as_promised() {
        let sequence = Sequence::new(2026, &[]);
        assert!((40..80).contains(&sequence.head.len()), "{}", sequence.head.len());
        assert!((1_300..1_800).contains(&sequence.tail.len()), "{}", sequence.tail.len());
        assert!((200..=600).contains(&own_words().len()), "{}", own_words().len());
    }

    #[test]
    fn a_novel_in_a_name_stays_bounded_and_nothing_at_all_gives_nothing() {
        let novel = "lorem ipsum ".repeat(100_000);
        let about = About { login: novel.clone(), names: vec![novel; 50], ..About::default() };
        let own = Sequence::new(2026, &[]).own(&about);
        assert!(own.len() <= 600 && own.iter().all(|guess| guess.word.chars().count() < 100));
        assert!(Sequence::new(2026, &[]).own(&About::default()).is_empty());
    }

    #[test]
    fn another_year_or_list_is_another_sequence() {
        let digest = |year, list: &[&str]| {
            Sequence::new(year, &list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()).digest()
        };
        assert_eq!(digest(2026, &["a", "b"]), digest(2026, &["a", "b"]));
        assert_ne!(digest(2026, &["a", "b"]), digest(2026, &["ab"]));
        assert_ne!(digest(2026, &[]), digest(2027, &[]));
    }
}
