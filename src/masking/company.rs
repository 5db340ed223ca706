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
        let is_form = |word: &&str| FORMS.contains(&fold(word).replace(['.', ',', '(', ')'], ""));
        let form_first =
            words.first().filter(|word| words.len() > 1 && is_form(word)).map(ToString::to_string);
        let form_last = words.last().filter(|word| words.len() > 1 && is_form(word)).map(ToString::to_string);
        let folded: Vec<String> = words
            .iter()
            .filter(|word| words.len() == 1 || !is_form(word))
            .flat_map(|word| pieces(word))
            .collect();
        let rest = folded.iter().filter(|word| COMMON.contains(*word)).map(String::as_str);
        let (mut stem, mut rest) = (stem(&folded), rest.collect::<Vec<_>>());
        if stem.is_empty() && !rest.is_empty() {
            stem = rest.remove(0).to_owned();
        }
        CompanyWords { stem, rest: rest.join(" "), form_first, form_last }
    }
}

/// The words that are this company's own, as one: a domain writes them with hyphens or without, and their article or
/// not.
fn stem(words: &[String]) -> String {
    let (mut stem, mut small) = (String::new(), String::new());
    for word in words {
        if COMMON.contains(word) {
            small.clear();
        } else if SMALL.contains(&word.as_str()) {
            small.push_str(word);
        } else {
            stem.push_str(&std::mem::take(&mut small));
            stem.push_str(word);
        }
    }
    let without = ARTICLES.iter().find_map(|article| stem.strip_prefix(article));
    without.filter(|rest| !rest.is_empty()).map(str::to_owned).unwrap_or(stem)
}

fn pieces(word: &str) -> Vec<String> {
    fold(word)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
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
