//! One text looked through: words, then numbers. The one home of the two search libraries is this folder.

use super::category::{Categories, place_of};
use super::fold::fold_into;
use super::forms::{Forms, Found, Hints};
use super::lexicon::{Lexicon, Meaning};
use super::numbers::{self, Claims};
use super::papers;
use crate::fault::Result;
use crate::reach;
use std::ops::Range;

/// Something that a note says and should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The place of its category in the finder's [`Categories`].
    pub category: usize,
    /// Where it stands in the text, in bytes.
    pub place: Range<usize>,
}

/// Looks through texts.
pub struct Finder {
    forms: Forms,
    categories: Categories,
    wanted: Vec<bool>,
}

/// Memory that one text after another is looked through in.
#[derive(Debug, Default)]
pub struct Scratch {
    folded: Vec<u8>,
    found: Vec<Found>,
    claims: Claims,
}

impl Finder {
    /// Looks for every category of a lexicon.
    ///
    /// # Errors
    /// Usage when the lexicon is too large.
    pub fn new(lexicon: &Lexicon) -> Result<Self> {
        let categories = Categories::of(lexicon);
        let wanted = vec![true; categories.all().len()];
        Ok(Finder { forms: Forms::new(lexicon)?, categories, wanted })
    }

    /// Looks for these categories only.
    pub fn only(mut self, places: &[usize]) -> Self {
        self.wanted.iter_mut().enumerate().for_each(|(place, wanted)| *wanted = places.contains(&place));
        self
    }

    /// The categories, by the places that hits name.
    pub fn categories(&self) -> &Categories {
        &self.categories
    }

    /// Adds what a text says, in the order of the text.
    pub fn find(&self, text: &str, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        let first = hits.len();
        let Scratch { folded, found, claims } = scratch;
        fold_into(text, folded);
        let mut hints = Hints::default();
        let mut tell = |meaning, place: Range<usize>| match meaning {
            Meaning::Of(category) if !is_in_an_address(text, &place) => hits.push(Hit { category, place }),
            Meaning::Hint(hint) => hints.note(hint),
            Meaning::Of(_) | Meaning::Harmless => {}
        };
        self.forms.find(text, folded, found, &mut tell);
        claims.clear();
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if hints != Hints::default() {
            papers::find(text, hints, claims);
        }
        if digits >= numbers::FEWEST {
            numbers::find(text, claims);
        }
        let email = place_of("email");
        hits.extend(reach::addresses(text).map(|place| Hit { category: email, place }));
        hits.extend(claims.all().map(|(category, place)| Hit { category, place }));
        let mut new = hits.split_off(first);
        new.retain(|hit| self.wanted[hit.category]);
        new.sort_by_key(|hit| (hit.place.start, hit.category));
        new.dedup();
        hits.append(&mut new);
    }
}

impl Finder {
    /// Whether it looks for one of these categories.
    pub(super) fn looks_for(&self, places: &[usize]) -> bool {
        places.iter().any(|place| self.wanted[*place])
    }
}

/// Whether a word is part of a mail or web address, where it is a name and says nothing.
fn is_in_an_address(text: &str, place: &Range<usize>) -> bool {
    let start = text[..place.start].rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let end = text[place.end..].find(char::is_whitespace).map_or(text.len(), |at| place.end + at);
    let around = text.get(start..end).unwrap_or_default();
    around.contains('@') || around.contains("://") || around.contains("www.")
}
