//! Looks at one value of the copy beside the one that it was made from, and notes what a mask must not leave.

use super::leftover::is_left;
use super::needles::{SHORTEST, trim};
use super::scan::Search;
use super::starts::is_word;
use super::verdict::Seen;
use crate::masking::{self, is_general, is_stub};
use crate::schema::{Category, Content, Generalise, MappedTable};
use crate::store::ValueRef;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A value with fewer letters and digits may come out as it went in: there is hardly another one.
const TELLING: usize = 4;

/// What one column has to be like.
pub struct Judge<'a> {
    content: Option<&'a Content>,
    /// The coarser value that a mask is, and how the column writes moments.
    coarse: Option<(&'a Generalise, Option<&'a str>)>,
    decider: Option<usize>,
}

/// A row of the source and the same column's value in the copy.
pub struct Pair<'a> {
    /// The source's row.
    pub row: &'a [ValueRef<'a>],
    /// The place of the value.
    pub place: usize,
    /// The copy's value.
    pub mask: ValueRef<'a>,
    /// Whether both are known to be of one row.
    pub is_paired: bool,
}

impl<'a> Judge<'a> {
    /// The judge of a column, which is one of `columns`.
    pub fn of(mapped: &'a MappedTable, column: &str, columns: &[&str]) -> Self {
        let content = mapped.column(column).map(|column| &column.rule.content);
        let decider = match content {
            Some(Content::ByColumn { column, .. }) => {
                columns.iter().position(|name| name.eq_ignore_ascii_case(column))
            }
            _ => None,
        };
        let fit = mapped.column(column).map(|column| &column.rule.fit);
        let coarse = fit.and_then(|fit| Some((fit.generalise.as_ref()?, fit.time.as_deref())));
        Judge { content, coarse, decider }
    }

    /// What this row's value is, where one category says it.
    fn category(&self, row: &[ValueRef<'_>]) -> Option<Category> {
        match self.content? {
            Content::One(category) => Some(*category),
            Content::ByColumn { when, otherwise, .. } => {
                let decider = masking::decider_text(row[self.decider?]);
                Some(*when.get(&*decider).unwrap_or(otherwise))
            }
            _ => None,
        }
    }

    /// Counts what a rule names that keeps the rest. One that names nothing at all is misspelt.
    fn note_named(&self, row: &[ValueRef<'_>], original: ValueRef<'_>, seen: &mut Seen) {
        if seen.named > 0 || !tells(original) {
            return;
        }
        let (named, unnamed) = match self.content {
            Some(Content::ByColumn { when, otherwise, .. }) if otherwise.is_kept() => {
                let decider = self.decider.map(|place| masking::decider_text(row[place])).unwrap_or_default();
                let is_named = when.contains_key(&*decider);
                (u64::from(is_named), u64::from(!is_named))
            }
            Some(Content::Json { paths, otherwise }) if otherwise.is_kept() && !paths.is_empty() => {
                original.as_str().map(|text| masking::json_named(text, paths)).unwrap_or_default()
            }
            _ => return,
        };
        seen.named += named;
        seen.unnamed += unnamed;
    }

    /// Looks at one value.
    pub fn look(&self, pair: &Pair<'_>, search: &mut Search<'_>, seen: &mut Seen) {
        let (original, mask) = (pair.row[pair.place], pair.mask);
        self.note_named(pair.row, original, seen);
        match self.content {
            Some(Content::ListOf(category)) => {
                let parts = |value: ValueRef<'_>| -> Vec<(Category, String)> {
                    let items = value.as_str().into_iter().flat_map(masking::list_items);
                    items.map(|item| (*category, item.trim().to_owned())).collect()
                };
                look_at_parts(&parts(original), &parts(mask), pair.is_paired, search, seen);
            }
            Some(Content::Json { paths, otherwise }) => {
                let parts = |value: ValueRef<'_>| {
                    let texts = value.as_str().map(|text| masking::json_texts(text, paths, *otherwise));
                    texts.unwrap_or_default()
                };
                look_at_parts(&parts(original), &parts(mask), pair.is_paired, search, seen);
            }
            _ => {
                let Some(category) = self.category(pair.row).filter(|category| !category.is_kept()) else {
                    return;
                };
                if !pair.is_paired && self.coarse.is_none() && matches!(self.content, Some(Content::One(_))) {
                    note_bag(category, original, mask, seen);
                }
                // What was coarse before stays as it is.
                let may_stay = self.coarse.is_some_and(|(coarse, time)| is_general(coarse, original, time));
                let mask = Some(mask).filter(|_| !may_stay);
                look_at_one(category, original, mask, pair.is_paired, search, seen);
            }
        }
    }
}

/// The parts of a value, each beside its own mask where there are as many.
fn look_at_parts(
    originals: &[(Category, String)],
    masks: &[(Category, String)],
    is_paired: bool,
    search: &mut Search<'_>,
    seen: &mut Seen,
) {
    let fits = originals.len() == masks.len();
    for (at, (category, original)) in originals.iter().enumerate().filter(|(_, part)| !part.0.is_kept()) {
        let mask = masks.get(at).filter(|_| fits).map(|(_, mask)| ValueRef::Text(mask.as_bytes()));
        look_at_one(*category, ValueRef::Text(original.as_bytes()), mask, is_paired, search, seen);
    }
}

fn look_at_one(
    category: Category,
    original: ValueRef<'_>,
    mask: Option<ValueRef<'_>>,
    is_paired: bool,
    search: &mut Search<'_>,
    seen: &mut Seen,
) {
    control(original, category, search, seen);
    let Some(mask) = mask.filter(|_| is_paired && tells(original)) else { return };
    match category {
        Category::Secret | Category::Blank => seen.passed += u64::from(mask == original && is_long(original)),
        Category::Document => {
            seen.passed += u64::from(mask == original && !is_stub(mask));
        }
        _ => {
            seen.compared += 1;
            seen.equal += u64::from(mask == original);
        }
    }
    if category == Category::FreeText
        && let (ValueRef::Text(original), ValueRef::Text(mask)) = (original, mask)
    {
        seen.leftovers += u64::from(is_left(original, mask));
    }
}

/// Feeds the search with the source's own value, until it has found one.
fn control(original: ValueRef<'_>, category: Category, search: &mut Search<'_>, seen: &mut Seen) {
    if seen.control {
        return;
    }
    let number = match original {
        ValueRef::Integer(number) => number.to_string(),
        _ => String::new(),
    };
    let text = original.as_str().unwrap_or(&number);
    if masking::identifies(category, text) && trim(text.as_bytes()).len() >= SHORTEST {
        seen.has_originals = true;
        seen.control = search.count_in(text.as_bytes()) > 0;
    }
}

/// Where rows do not pair up, the values of both sides are added up: if all of them are the same, nothing was masked.
fn note_bag(category: Category, original: ValueRef<'_>, mask: ValueRef<'_>, seen: &mut Seen) {
    if matches!(category, Category::Secret | Category::Blank) {
        return;
    }
    let digest = |value: ValueRef<'_>| {
        let mut hasher = DefaultHasher::new();
        masking::decider_text(value).hash(&mut hasher);
        if let ValueRef::Blob(bytes) = value {
            bytes.hash(&mut hasher);
        }
        hasher.finish()
    };
    seen.bag.0 = seen.bag.0.wrapping_add(digest(original));
    seen.bag.1 = seen.bag.1.wrapping_add(digest(mask));
    seen.unpaired += u64::from(tells(original));
}

fn is_long(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Text(bytes) | ValueRef::Blob(bytes) if bytes.len() >= SHORTEST)
}

/// Whether there are enough others of the same make, so that a mask has no excuse for being the same.
fn tells(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => false,
        ValueRef::Integer(number) => number.unsigned_abs() >= 10,
        ValueRef::Real(number) => number.abs() >= 10.0,
        ValueRef::Text(bytes) => bytes.iter().filter(|byte| is_word(**byte)).take(TELLING).count() == TELLING,
        ValueRef::Blob(bytes) => !bytes.is_empty(),
    }
}
