//! What company names are made of, and the words which give a company away.

use std::sync::LazyLock;

use super::{List, lines};

static STEMS: List = LazyLock::new(|| lines(include_str!("company-stems.txt")));
static TRADES: List = LazyLock::new(|| lines(include_str!("company-trades.txt")));
static LEGAL_FORMS: List = LazyLock::new(|| lines(include_str!("legal-forms.txt")));
static MARKS: List = LazyLock::new(|| lines(include_str!("company-marks.txt")));

/// Invented names of companies, none of which is a person's name: `Bellerive`, `Les Trois Chênes`.
pub fn company_stems() -> &'static [&'static str] {
    &STEMS
}

/// Trades, to be put before or after a stem: `Menuiserie`, `Transports`.
pub fn company_trades() -> &'static [&'static str] {
    &TRADES
}

/// Legal forms by their usual letters, the most common first: `SARL`, `SAS`.
pub fn legal_forms() -> &'static [&'static str] {
    &LEGAL_FORMS
}

/// Words and phrases which tell a company's name from a person's, already folded: `sarl`, `et fils`, `mairie`.
///
/// Compare them with whole folded words: `sa` is a mark, `samuel` is not.
pub fn company_marks() -> &'static [&'static str] {
    &MARKS
}
