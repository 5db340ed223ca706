//! The key, the word lists and the originals in one place: what every mask is made from.

use super::company::CompanyWords;
use super::dates::Step;
use super::generalise;
use super::html;
use super::key::{Draw, Key};
use super::local_part::AddressWord;
use super::memo::{Lasting, Memo};
use super::originals::Originals;
use super::style;
use super::taken::Taken;
use super::text::Sentences;
use crate::background::beside;
use crate::schema::Category;
use crate::words::{self, Commune, Gender, fold};
use std::collections::HashMap;

/// Makes masks. One per archive; it is only read, so threads may share it.
pub struct Masker {
    pub(super) key: Key,
    pub(super) originals: Taken,
    pub(super) lists: Lists,
    /// By what a mask depends on: the category, the most characters, whether the CRM checks the value.
    memo: Memo<(Category, usize, bool), Option<String>>,
    /// First draws only.
    pub(super) domains: Lasting<Box<str>>,
    pub(super) address_words: Lasting<Box<AddressWord>>,
}

/// The words that masks are drawn from. Those that are originals stay in their places and are passed over, so that
/// under one key a new customer changes no other customer's mask.
pub(super) struct Lists {
    pub(super) feminine: Vec<Word>,
    pub(super) masculine: Vec<Word>,
    pub(super) both: Vec<Word>,
    pub(super) family: Vec<Word>,
    pub(super) stems: Vec<Word>,
    pub(super) trades: Vec<Word>,
    pub(super) jobs: Vec<Word>,
    pub(super) streets: Vec<Word>,
    pub(super) communes: Vec<Place>,
    /// The commune that stands for each department.
    pub(super) stand_ins: HashMap<&'static str, &'static Commune>,
    pub(super) text: Sentences,
}

/// A word of a list.
pub(super) struct Word {
    pub(super) text: &'static str,
    /// What it is compared by: folded, and as far as makes no difference for what it is.
    pub(super) key: String,
    /// Whether it is an original, which no mask may be.
    taken: bool,
}

/// A commune, and whether its name is an original.
pub(super) struct Place {
    pub(super) commune: &'static Commune,
    /// Its folded name.
    pub(super) key: String,
    pub(super) taken: bool,
}

impl Word {
    /// A word of the list that is not the one whose key is to be hidden.
    pub(super) fn pick(list: &[Word], draw: &mut Draw, hidden: &str) -> &'static str {
        let first = draw.below(list.len());
        let turned = list[first..].iter().chain(&list[..first]);
        let mut fine = turned.filter(|word| !word.taken && word.key != hidden);
        fine.next().map_or("Anonyme", |word| word.text)
    }
}

/// The shape that a mask has to have.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The longest text, in characters.
    pub most: usize,
    /// Whether the CRM checks the value against the real rules.
    pub valid: bool,
    /// Whether two values must never share a mask.
    pub unique: bool,
    /// How many masks of this value could not be used because another row has them already.
    pub turn: u32,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { most: usize::MAX, valid: false, unique: false, turn: 0 }
    }
}

/// A web address that is cut shorter may lose what tells it from others.
const WHOLE_URL: usize = 80;
/// Each company has a domain, and its mail stands all over the database.
const DOMAINS: usize = 1 << 17;
/// The names of people, most of which many have.
const ADDRESS_WORDS: usize = 1 << 15;
/// How often a mask is drawn again because it is an original.
const MOST_DRAWS: u32 = 40;
/// Length of what makes a mask of a many-to-one category unique: 60 bits.
pub(super) const UNIQUE_TAG: usize = 12;

impl Masker {
    /// A masker for an archive. No mask is, or contains, one of the originals.
    pub fn new(key: Key, originals: Originals) -> Self {
        let originals = originals.finish();
        let lists = Lists::without(&originals);
        Masker {
            key,
            originals,
            lists,
            memo: Memo::default(),
            domains: Lasting::of_places(DOMAINS),
            address_words: Lasting::of_places(ADDRESS_WORDS),
        }
    }

    /// The mask of a text, or nothing where the category leaves no text: blank, secret and document.
    ///
    /// Empty text, and text of blanks only, stays as it is.
    pub fn text(&self, category: Category, original: &str, shape: Shape) -> Option<String> {
        if original.trim().is_empty() || category.is_kept() {
            return Some(original.to_owned());
        }
        if shape.turn > 0 || shape.unique || !comes_again(category) {
            return self.fresh(category, original, shape);
        }
        self.memo.of((category, shape.most, shape.valid), original, || self.fresh(category, original, shape))
    }

    fn fresh(&self, category: Category, original: &str, shape: Shape) -> Option<String> {
        let (mut spare, mut last) = (None, None);
        for draw in 0..MOST_DRAWS {
            let shape = Shape { turn: shape.turn.wrapping_mul(MOST_DRAWS).wrapping_add(draw), ..shape };
            let (text, is_taken) = self.tried(category, original, shape)?;
            if text != original && !is_taken {
                return Some(text);
            }
            // A name's end and the beginning of the next one may be somebody's whenever they meet: better than an
            // original that stands there in whole words.
            if spare.is_none() && text != original && !self.originals.stand_in_words_of(&text) {
                spare = Some(text);
            } else {
                last = Some(text);
            }
        }
        spare.or(last)
    }

    /// One draw of a mask, and whether an original stands in it.
    fn tried(&self, category: Category, original: &str, shape: Shape) -> Option<(String, bool)> {
        // Every phrase was compared when the lists were made, so that long texts cost little.
        if category == Category::FreeText && !shape.unique && !html::is_html(original) {
            let draft = self.plain_text(original, shape.turn);
            let is_taken = draft.holds_one_of(&self.originals, &self.lists.text.joints);
            return Some((style::shortened(draft.text, shape.most), is_taken));
        }
        if matches!(category, Category::Email | Category::Login) {
            let address = self.address(original, shape.turn, shape.most);
            let is_taken = !address.is_nobodys && self.originals.stand_in_words_of(&address.text);
            return Some((style::shortened(address.text, shape.most), is_taken));
        }
        let text = self.fitted(category, original, shape)?;
        let is_taken = self.originals.stand_in(&text);
        Some((text, is_taken))
    }

    /// One draw of a mask, whether or not it is an original; nothing where it is the value itself.
    pub(super) fn drawn(&self, category: Category, original: &str, shape: Shape) -> Option<String> {
        self.fitted(category, original, shape).filter(|mask| mask != original && !original.trim().is_empty())
    }

    /// Whether a given and a family name are an original's, in either order.
    pub(super) fn is_somebodys_name(&self, given: &str, family: &str) -> bool {
        self.originals.stand_in_either_order(given, family)
    }

    fn fitted(&self, category: Category, original: &str, shape: Shape) -> Option<String> {
        let text = self.once(category, original, shape)?;
        let injective = !shape.unique || self.is_injective(category, shape.most);
        if injective {
            return Some(style::shortened(text, shape.most));
        }
        let tag = self.unique_tag(category, original, shape.turn);
        let tag = style::cut(&tag, shape.most);
        let room = shape.most.saturating_sub(tag.len() + 1);
        let stem = style::cut(&text, room);
        Some(if stem.is_empty() { tag.to_owned() } else { format!("{stem} {tag}") })
    }

    /// One draw of the mask, not yet cut to its length.
    fn once(&self, category: Category, value: &str, shape: Shape) -> Option<String> {
        let turn = shape.turn;
        Some(match category {
            Category::Civility | Category::Country | Category::Keep => value.to_owned(),
            Category::GivenName => self.given_name(value, turn),
            Category::FamilyName => self.family_name(value, turn),
            Category::FullName => self.full_name(value, turn),
            Category::PartyName => self.party_name(value, turn),
            Category::CompanyName => self.company_name(value, turn),
            Category::JobTitle => self.job_title(value, turn),
            Category::Email | Category::Login => self.email(value, turn, shape.most),
            Category::Phone => self.phone(value, shape),
            Category::Street => self.street(value, turn),
            Category::Postcode => self.postcode(value, turn).to_owned(),
            Category::Town => self.town(value, turn),
            Category::BirthDate | Category::Date => self.date(value, Step::of(shape), None)?,
            Category::NationalId => self.national_id(value, turn),
            Category::Siren => self.siren(value, turn),
            Category::Siret => self.siret(value, turn),
            Category::Vat => self.vat(value, turn),
            Category::Iban => self.iban(value, turn),
            Category::Bic => self.bic(value, turn),
            Category::Card => self.card(value, turn),
            Category::Url => self.url(value, turn, shape.most),
            Category::Ip => self.ip(value, turn),
            Category::FreeText => self.free_text(value, turn),
            Category::DocumentName => self.document_name(value, turn, shape.most),
            Category::Amount => self.amount(value, turn)?,
            Category::Document | Category::Secret | Category::Blank => return None,
        })
    }

    /// Whether the category's masks are one-to-one (or as good as) by themselves.
    fn is_injective(&self, category: Category, most: usize) -> bool {
        use Category::*;
        if category == Url && most < WHOLE_URL {
            return false;
        }
        matches!(
            category,
            Email
                | Login
                | Phone
                | NationalId
                | Siren
                | Siret
                | Vat
                | Iban
                | Card
                | Url
                | Date
                | BirthDate
                | Postcode
                | Amount
        ) || category.is_kept()
    }

    fn unique_tag(&self, category: Category, original: &str, turn: u32) -> String {
        let mut value = category.word().as_bytes().to_vec();
        value.push(0);
        value.extend_from_slice(original.trim().as_bytes());
        self.key.draw(super::key::Purpose::Unique, turn, &value).tag(UNIQUE_TAG)
    }
}

/// Whether values of the category are mostly those of other rows, too.
fn comes_again(category: Category) -> bool {
    use Category::*;
    !matches!(
        category,
        Email
            | Login
            | Phone
            | Street
            | NationalId
            | Siren
            | Siret
            | Vat
            | Iban
            | Card
            | Amount
            | DocumentName
    )
}

impl Lists {
    fn without(originals: &Taken) -> Self {
        let keyed = |list: &'static [&'static str], key: &dyn Fn(&str) -> String| -> Vec<Word> {
            let word = |text: &&'static str| Word { text, key: key(text), taken: originals.stand_in(text) };
            list.iter().map(word).collect()
        };
        let words = |list| keyed(list, &fold);
        let names = |list| keyed(list, &|text| words::name_key(text).into_owned());
        let place = |commune: &'static Commune| {
            let taken = originals.stand_in(commune.name);
            Place { commune, key: fold(commune.name), taken }
        };
        let all = || {
            let people = [
                names(words::given_names(Gender::Feminine)),
                names(words::given_names(Gender::Masculine)),
                names(words::given_names_for_both()),
                names(words::family_names()),
            ];
            let others = [
                keyed(words::company_stems(), &|text| CompanyWords::of(text).stem),
                words(words::company_trades()),
                words(words::jobs()),
                words(words::street_names()),
            ];
            let communes = words::communes().iter().map(place).collect();
            (people, others, communes, generalise::stand_ins(originals))
        };
        let (text, (people, others, communes, stand_ins)) = beside(|| Sentences::without(originals), all);
        let [feminine, masculine, both, family] = people;
        let [stems, trades, jobs, streets] = others;
        Lists { feminine, masculine, both, family, stems, trades, jobs, streets, communes, stand_ins, text }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::LazyLock;

    /// One masker for all tests: making one folds every word list.
    pub(crate) fn masker() -> &'static Masker {
        static MASKER: LazyLock<Masker> =
            LazyLock::new(|| Masker::new(Key::from_bytes([42; 32]), Originals::default()));
        &MASKER
    }

    #[test]
    fn a_mask_in_which_something_always_stands_is_no_original_in_whole_words() {
        let value = "Lison Constantin";
        let draws: Vec<String> = (0..MOST_DRAWS).map(|turn| masker().full_name(value, turn)).collect();
        let last = draws.last().expect("a draw");
        let mut originals = Originals::default();
        originals.add(last);
        for name in &draws {
            // As `Laine Durand` stands in `Madelaine Durand`.
            originals.add(&name[1..]);
        }
        let warned = Masker::new(Key::from_bytes([42; 32]), originals);
        let mask = warned.text(Category::FullName, value, Shape::default()).expect("a mask");
        assert!(mask != *last && draws.contains(&mask), "{mask}");
    }
}
