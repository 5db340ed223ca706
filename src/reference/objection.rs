//! Who among the synthetic relations objects to marketing, since when, and how it was said.

use super::chance::Chance;
use super::sheet::Sheet;

/// An objection, or none.
#[derive(Debug, Clone, Default)]
pub struct Objection {
    /// Whether there is one.
    pub objects: bool,
    /// How it was said.
    pub channel: &'static str,
    /// Who said it.
    pub origin: &'static str,
    days_ago: i64,
    within: u64,
}

impl Objection {
    /// An objection for so many in a hundred, made since the relation has been known.
    pub fn draw(hundredths: u64, known_for: i64, chance: &mut Chance) -> Self {
        if !chance.percent(hundredths) {
            return Self::default();
        }
        Objection {
            objects: true,
            channel: chance.pick(&["mail", "mail", "form", "form", "call", "letter", "meeting"]),
            origin: chance.pick(&["person", "person", "person", "erp", "administrator"]),
            days_ago: chance.between(1, known_for.max(1)),
            within: chance.next(),
        }
    }

    /// The same objection as it holds for the company's people.
    pub fn by_the_company(&self) -> Self {
        Objection { origin: "company", ..self.clone() }
    }

    /// When it was said; empty where there is none.
    pub fn moment(&self, sheet: &Sheet<'_>) -> String {
        if self.objects { sheet.days_ago(self.days_ago, self.within) } else { String::new() }
    }
}
