//! Synthetic persons: a name, a gender that agrees with it, an age, and the addresses people make of their names.

use super::chance::Chance;
use super::numbers;
use crate::words::{Commune, Gender, communes, family_names, fold, given_names, street_kinds, street_names};

/// Where private persons have their mail. Reserved for tests (RFC 2606), so nothing is ever delivered.
const MAIL_HOSTS: [&str; 4] = ["courriel.test", "boite.test", "messagerie.test", "maposte.test"];

/// Somebody who does not exist.
#[derive(Debug, Clone)]
pub struct Person {
    /// Agrees with the given name.
    pub gender: Gender,
    /// The given name.
    pub given: &'static str,
    /// The family name.
    pub family: &'static str,
    /// How many days ago the person was born: 20 to 80 years.
    pub born_days_ago: i64,
}

impl Person {
    /// Somebody.
    pub fn draw(chance: &mut Chance) -> Self {
        let gender = chance.pick(&[Gender::Feminine, Gender::Masculine]);
        let born_days_ago = (chance.between(7_300, 29_200) + chance.between(7_300, 22_000)) / 2;
        Person {
            gender,
            given: chance.pick_common(given_names(gender)),
            family: chance.pick_common(family_names()),
            born_days_ago,
        }
    }

    /// `M.` or `Mme`.
    pub fn civility(&self) -> &'static str {
        match self.gender {
            Gender::Feminine => "Mme",
            Gender::Masculine => "M.",
        }
    }

    /// `Marie Durand`.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// `Mme Durand`.
    pub fn formal_name(&self) -> String {
        format!("{} {}", self.civility(), self.family)
    }

    /// What stands before the @ at work, in the manner of the company: `marie.durand`, `mdurand`, `marie`.
    pub fn mail_name(&self, manner: u64) -> String {
        let (given, family) = (slug(self.given), slug(self.family));
        match manner % 4 {
            0 => format!("{}{family}", &given[..1]),
            1 => format!("{}.{family}", &given[..1]),
            _ => format!("{given}.{family}"),
        }
    }

    /// A private address that nobody else has: the number is in it, and no name ends in a digit.
    pub fn private_mail(&self, number: i64, chance: &mut Chance) -> String {
        format!("{}.{}{number}@{}", slug(self.given), slug(self.family), chance.pick(&MAIL_HOSTS))
    }

    /// A national identification number for a birthday such as `1985-07-14`.
    pub fn nir(&self, birth_date: &str, commune: &Commune, order: u64) -> String {
        let first = if self.gender == Gender::Masculine { 1 } else { 2 };
        let part = |from: usize, to: usize| birth_date.get(from..to).and_then(|part| part.parse().ok());
        numbers::nir(first, part(0, 4).unwrap_or(1970), part(5, 7).unwrap_or(1) as i8, commune, order)
    }
}

/// A name as it stands in an address: letters and digits only.
pub fn slug(name: &str) -> String {
    fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Some commune; the lists are in no order of size, so a few come more often.
pub fn draw_commune(chance: &mut Chance) -> &'static Commune {
    let all = communes();
    let index = if chance.percent(40) { chance.below(60) * 28 } else { chance.below(all.len() as u64) };
    &all[index as usize % all.len()]
}

/// `12 bis rue de la République`.
pub fn draw_street(chance: &mut Chance) -> String {
    let house = chance.below(60) + chance.below(60) + 1;
    let suffix = if chance.percent(8) { chance.pick(&[" bis", " ter"]) } else { "" };
    format!("{house}{suffix} {} {}", chance.pick_early(street_kinds()), chance.pick(street_names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_of_every_name_is_made_of_letters() {
        for name in family_names().iter().chain(given_names(Gender::Feminine)) {
            let slug = slug(name);
            assert!(!slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}: {slug}");
        }
    }

    #[test]
    fn civility_agrees_with_the_given_name() {
        for index in 0..200 {
            let person = Person::draw(&mut Chance::of(1, "person", index));
            let expected = if person.gender == Gender::Feminine { "Mme" } else { "M." };
            assert_eq!(person.civility(), expected);
            assert_eq!(crate::words::gender_of(person.given), Some(person.gender), "{}", person.given);
            assert!((7_300..=29_200).contains(&person.born_days_ago));
        }
    }
}
