//! What is said about telling persons apart: coarser values, and the columns that single somebody out together.

use super::super::category::Category;
use super::super::map::QuasiRule;
use super::super::names::toml_key;
use super::super::rule::{Content, Generalise};
use super::cursor::{Entry, Fields};
use crate::store::Value;

const WORDS: &[(&str, Generalise)] =
    &[("year", Generalise::Year), ("month", Generalise::Month), ("department", Generalise::Department)];

/// Takes `generalise`, and complains where it does not go with what the column is.
pub(super) fn generalise(fields: &mut Fields<'_>, content: Option<&Content>) -> Option<Generalise> {
    let entry = fields.take("generalise")?;
    let coarse = match bounds(&entry) {
        Some(bounds) => bands(&entry, bounds)?,
        None => {
            entry.word(&WORDS.iter().map(|(word, meaning)| (*word, meaning)).collect::<Vec<_>>())?.clone()
        }
    };
    let Content::One(category) = content? else {
        entry.complain_of_key("`generalise` belongs to a column of one category");
        return None;
    };
    let (fits, sort) = match &coarse {
        Generalise::Year | Generalise::Month => {
            (matches!(category, Category::BirthDate | Category::Date), "a birth-date or a date")
        }
        Generalise::Department => {
            (matches!(category, Category::Postcode | Category::Town), "a postcode or a town")
        }
        Generalise::Bands(_) => {
            (matches!(category, Category::Amount | Category::Keep), "an amount, or a number that is kept")
        }
    };
    if !fits {
        entry.complain(format!("this way to generalise is for {sort}"));
        return None;
    }
    Some(coarse)
}

fn bounds(entry: &Entry<'_>) -> Option<Vec<Value>> {
    entry.is_list().then(|| entry.stored_list())?
}

/// Whole numbers, each larger than the one before.
fn bands(entry: &Entry<'_>, bounds: Vec<Value>) -> Option<Generalise> {
    let number = |bound: &Value| match bound {
        Value::Integer(number) => Some(*number),
        _ => None,
    };
    let numbers: Option<Vec<i64>> = bounds.iter().map(number).collect();
    let rising = numbers.filter(|numbers| numbers.len() > 1 && numbers.is_sorted_by(|one, next| one < next));
    if rising.is_none() {
        entry.complain("bands are two or more rising whole numbers, each where one begins: [0, 10, 50, 250]");
    }
    rising.map(Generalise::Bands)
}

/// Every `[quasi.T]`.
pub(super) fn quasi(fields: &mut Fields<'_>) -> Vec<QuasiRule> {
    let entries = fields.take("quasi").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    let rule = |entry: &Entry<'_>| {
        let mut fields = entry.fields()?;
        let columns = fields.need("columns").and_then(|entry| entry.texts());
        fields.finish();
        let origin = entry.origin_as(format!("[quasi.{}]", toml_key(entry.key)));
        Some(QuasiRule { table: entry.key.to_owned(), columns: columns?, origin })
    };
    entries.iter().filter_map(rule).collect()
}
