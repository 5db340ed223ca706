//! Masks for the names of companies, and the words that their mail domains share with them.

use super::key::Purpose;
use super::masker::{Masker, Word};
use super::style::like;
use crate::words::{self, fold};
use std::collections::HashSet;
use std::sync::LazyLock;

/// The words of a company's name, by what they tell.
pub(super) struct CompanyWords {
    /// What tells this company from others: `acme` in `Boulangerie Acme & Fils SARL`. Folded, without blanks.
    pub(super) stem: String,
    /// The words that others have too, folded; empty when there are none.
    pub(super) rest: String,
    form_first: Option<String>,
    form_last: Option<String>,
}

/// Words that many companies share: what they do, how they call themselves.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let marks = words::company_marks().iter().flat_map(|mark| mark.split(' ')).map(fold);
    let trades = words::company_trades().iter().flat_map(|trade| trade.split(' ')).map(fold);
    marks.chain(trades).filter(|word| !SMALL.contains(&word.as_str())).collect()
});

/// Words that tell nothing by themselves.
const SMALL: &[&str] =
    &["les", "le", "la", "l", "des", "de", "du", "d", "et", "and", "the", "aux", "au", "a", "en"];
/// An article that a name begins with, or does not, as one likes.
const ARTICLES: [&str; 3] = ["les", "le", "la"];

static FORMS: LazyLock<HashSet<String>> =
    LazyLock::new(|| words::legal_forms().iter().map(|form| form.to_lowercase()).collect());

impl CompanyWords {
    /// Reads a name, or the label of a domain with its hyphens as blanks.
    pub(super) fn of(name: &str) -> Self {
        let words: Vec<&str> = name.split_whitespace().collect();
        let is_alone = words.len() == 1;
        let is_form: Vec<bool> = words.iter().map(|word| !is_alone && is_form(word)).collect();
        let form = |at: usize| is_form.get(at).is_some_and(|is| *is).then(|| words[at].to_owned());
        let last = words.len().wrapping_sub(1);
        let own = words.iter().zip(&is_form).filter(|(_, is_form)| !**is_form);
        let folded: Vec<Piece> = own.flat_map(|(word, _)| pieces(word)).collect();
        let (mut stem, mut rest) = (stem(&folded), String::new());
        for piece in folded.iter().filter(|piece| piece.is_common) {
            if stem.is_empty() {
                stem.push_str(&piece.text);
                continue;
            }
            if !rest.is_empty() {
                rest.push(' ');
            }
            rest.push_str(&piece.text);
        }
        CompanyWords { stem, rest, form_first: form(0), form_last: form(last) }
    }
}

fn is_form(word: &str) -> bool {
    // No form is long, but for its dots.
    const LONGEST: usize = 40;
    let plain = |word: &str| {
        let mut plain = fold(word);
        plain.retain(|sign| !matches!(sign, '.' | ',' | '(' | ')'));
        plain
    };
    word.len() <= LONGEST && FORMS.contains(&plain(word))
}

/// The words that are this company's own, as one: a domain writes them with hyphens or without, and their article or
/// not.
fn stem(pieces: &[Piece]) -> String {
    let (mut stem, mut small) = (String::new(), String::new());
    for Piece { text, is_common } in pieces {
        if *is_common {
            small.clear();
        } else if SMALL.contains(&text.as_str()) {
            small.push_str(text);
        } else {
            stem.push_str(&std::mem::take(&mut small));
            stem.push_str(text);
        }
    }
    let without = ARTICLES.iter().find_map(|article| stem.strip_prefix(article));
    without.filter(|rest| !rest.is_empty()).map(str::to_owned).unwrap_or(stem)
}

/// A part of a word, between its marks: folded.
struct Piece {
    text: String,
    /// Whether many companies have it.
    is_common: bool,
}

fn pieces(word: &str) -> Vec<Piece> {
    let folded = fold(word);
    let parts = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(|part| Piece { text: part.to_owned(), is_common: COMMON.contains(part) }).collect()
}

impl Masker {
    /// Another company's name with the same legal form.
    pub(super) fn company_name(&self, value: &str, turn: u32) -> String {
        if value.contains('@') {
            return self.email(value, turn, usize::MAX);
        }
        let words = CompanyWords::of(value);
        let stem = self.company_stem(&words.stem, turn);
        let mut name = String::with_capacity(40);
        if let Some(form) = &words.form_first {
            name.push_str(form);
            name.push(' ');
        }
        let form_at = name.len();
        name.push_str(stem);
        if let Some(trade) = self.company_trade(&words.rest, turn) {
            name.push(' ');
            name.push_str(trade);
        }
        let mut name = name[..form_at].to_owned() + &like(value, name[form_at..].to_owned());
        if let (Some(form), None) = (&words.form_last, &words.form_first) {
            name.push(' ');
            name.push_str(form);
        }
        name
    }

    /// The distinctive word of a company's mask.
    pub(super) fn company_stem(&self, stem: &str, turn: u32) -> &'static str {
        let mut draw = self.key.draw(Purpose::CompanyStem, turn, stem.as_bytes());
        Word::pick(&self.lists.stems, &mut draw, stem)
    }

    /// What a company's mask says that it does; nothing where the name has no second word.
    pub(super) fn company_trade(&self, rest: &str, turn: u32) -> Option<&'static str> {
        if rest.is_empty() {
            return None;
        }
        let mut draw = self.key.draw(Purpose::CompanyTrade, turn, rest.as_bytes());
        Some(Word::pick(&self.lists.trades, &mut draw, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    #[test]
    fn the_legal_form_stays_where_it_stood() {
        let masker = masker();
        assert!(masker.company_name("Acme Conseil SARL", 0).ends_with(" SARL"));
        assert!(masker.company_name("SAS Acme", 0).starts_with("SAS "));
        assert_ne!(masker.company_name("SARL", 0), "SARL");
    }

    #[test]
    fn the_stem_is_the_word_that_tells_companies_apart() {
        let words = CompanyWords::of("Boulangerie Acmé & Fils SARL");
        assert_eq!(words.stem, "acme");
        assert_eq!(words.rest, "boulangerie fils");
        assert_eq!(
            CompanyWords::of("Boulangerie Boutique").stem,
            "boulangerie",
            "where all have them, the first is its own"
        );
    }

    #[test]
    fn a_company_and_its_domain_agree() {
        let masker = masker();
        let slug = super::super::style::slug;
        for (name, stem, domains) in [
            ("Acmé Conseil SARL", "acme", &["acme-conseil.fr", "acme.fr", "www.acme.com"][..]),
            (
                "Informatique Les Douze Sources",
                "douzesources",
                &["informatique-lesdouzesources.fr", "les-douze-sources.fr", "douze-sources.fr"],
            ),
            ("Sécurité La Grange", "grange", &["securite-lagrange.fr", "lagrange.fr"]),
            ("Durand et Fils", "durand", &["durand-fils.fr", "durand.fr"]),
            ("Garage du Lac", "dulac", &["garage-du-lac.fr", "dulac.fr"]),
        ] {
            assert_eq!(CompanyWords::of(name).stem, stem);
            let mask = slug(&masker.company_name(name, 0));
            for domain in domains {
                let domain = masker.domain(domain, 0);
                let domain = domain.strip_prefix("www.").unwrap_or(&*domain);
                let stem = slug(masker.company_stem(stem, 0));
                assert!(domain.starts_with(&stem) && mask.starts_with(&stem), "{mask} and {domain}");
            }
        }
    }
}
