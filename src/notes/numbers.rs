//! Numbers that their form and their check digits tell apart. What is sure comes first and keeps its place: an account
//! is no card, and a SIRET, which passes Luhn's sum like a card, is harmless.

use super::category::place_of;
use crate::checksum::{luhn_holds, nir_key, rib_key};
use crate::reach;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The places of a text that are spoken for, and by what. No category: something harmless.
#[derive(Debug, Default)]
pub(super) struct Claims(Vec<(Option<usize>, Range<usize>)>);

impl Claims {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Claims a place, unless a part of it is spoken for.
    pub(super) fn add(&mut self, category: Option<usize>, place: Range<usize>) {
        if !self.0.iter().any(|(_, other)| other.start < place.end && place.start < other.end) {
            self.0.push((category, place));
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        self.0.iter().filter_map(|(category, place)| Some(((*category)?, place.clone())))
    }
}

/// Numbers of fewer digits are of no interest here.
pub(super) const FEWEST: usize = 9;

static NIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b[1-478] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-3]\d|4[0-2]|[5-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?:[ /-]{0,3}\d{2})?\b")
        .ok()
});
static RIB: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b\d{5}[ -]?\d{5}[ -]?[0-9A-Z]{11}[ -]?\d{2}\b").ok());
static VAT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:FR ?[0-9A-Z]{2} ?\d{3} ?\d{3} ?\d{3}|(?:BE|DE|ES|IT|LU|NL|GB|PT|AT|PL|IE|DK)[0-9A-Z]{8,12})\b",
    )
    .ok()
});
/// Telephone numbers of other countries.
static ABROAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\+[1-9]\d{0,2}(?:[ .-]?\(?\d{1,4}\)?){2,6}\b").ok());

fn all<'t>(
    regex: &'static LazyLock<Option<Regex>>,
    text: &'t str,
) -> impl Iterator<Item = Range<usize>> + 't {
    regex.iter().flat_map(move |regex| regex.find_iter(text).map(|found| found.range()))
}

/// Claims what a text has of numbers; it has [`FEWEST`] digits or more.
pub(super) fn find(text: &str, claims: &mut Claims) {
    let signs = |place: &Range<usize>| -> String {
        text[place.clone()].chars().filter(char::is_ascii_alphanumeric).collect()
    };
    reach::ibans(text).for_each(|place| claims.add(Some(place_of("iban")), place));
    for place in all(&RIB, text) {
        let account = signs(&place);
        if account.len() == 23 && account[21..].parse() == Ok(rib_key(&account[..21])) {
            claims.add(Some(place_of("iban")), place);
        }
    }
    for place in all(&NIR, text) {
        if is_nir(text, &signs(&place), &place) {
            claims.add(Some(place_of("nir")), place);
        }
    }
    all(&VAT, text).for_each(|place| claims.add(None, place));
    let groups = groups(text);
    joined(text, &groups, |digits, sizes, place| {
        is_siret(digits, sizes).then(|| claims.add(None, place)).is_some()
    });
    joined(text, &groups, |digits, sizes, place| {
        let before = &text[..place.start];
        is_card(digits, sizes, before).then(|| claims.add(Some(place_of("card")), place)).is_some()
    });
    joined(text, &groups, |digits, sizes, place| {
        let is_siren = digits.len() == 9 && luhn_holds(digits) && matches!(sizes, [9] | [3, 3, 3]);
        is_siren.then(|| claims.add(None, place)).is_some()
    });
    reach::phones(text).for_each(|place| claims.add(Some(place_of("phone")), place));
    for place in all(&ABROAD, text) {
        let digits = signs(&place).len();
        let french = text[place.clone()].starts_with("+33");
        if (9..=15).contains(&digits) && !french {
            claims.add(Some(place_of("phone")), place);
        }
    }
}

/// A number with its key, or one without it that a word announces.
fn is_nir(text: &str, signs: &str, place: &Range<usize>) -> bool {
    match signs.len() {
        15 => signs[13..].parse() == Ok(nir_key(&signs[..13])),
        13 => is_announced(
            &text[..place.start],
            &["secu", "sécu", "nir", "insee", "n° ss", "securite", "sécurité"],
        ),
        _ => false,
    }
}

/// Whether one of some words stands shortly before.
fn is_announced(before: &str, words: &[&str]) -> bool {
    const NEAR: usize = 32;
    let start = before.char_indices().rev().take(NEAR).last().map_or(0, |(at, _)| at);
    let near = before[start..].to_lowercase();
    words.iter().any(|word| {
        near.match_indices(word).any(|(at, found)| {
            let is_letter = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
            !is_letter(near[..at].chars().next_back()) && !is_letter(near[at + found.len()..].chars().next())
        })
    })
}

/// Runs of digits, each with what stands between it and the one before it: a blank, a dot, a hyphen, or more.
fn groups(text: &str) -> Vec<(Range<usize>, Option<char>)> {
    let mut groups: Vec<(Range<usize>, Option<char>)> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let between = groups.last().and_then(|(last, _)| text.get(last.end..start));
        let mut signs = between.into_iter().flat_map(str::chars);
        let mark = signs.next().filter(|sign| " .-\u{a0}\u{202f}".contains(*sign) && signs.next().is_none());
        groups.push((start..at, mark));
    }
    groups
}

/// Shows each run of neighbouring groups that have the same mark between them, the longest first; where it is taken,
/// what comes after it is shown next.
fn joined(
    text: &str,
    groups: &[(Range<usize>, Option<char>)],
    mut take: impl FnMut(&str, &[usize], Range<usize>) -> bool,
) {
    const MOST: usize = 5;
    let mut first = 0;
    while first < groups.len() {
        let mark = groups.get(first + 1).and_then(|(_, mark)| *mark);
        let more = groups[first + 1..].iter().take(MOST - 1);
        let length = 1 + more.take_while(|(_, between)| between.is_some() && *between == mark).count();
        let taken = (1..=length).rev().find(|length| {
            let run = &groups[first..first + length];
            let place = run[0].0.start..run[length - 1].0.end;
            let digits: String = run.iter().map(|(group, _)| &text[group.clone()]).collect();
            let sizes: Vec<usize> = run.iter().map(|(group, _)| group.len()).collect();
            stands_free(text, &place) && take(&digits, &sizes, place)
        });
        first += taken.unwrap_or(1);
    }
}

/// Whether no letter touches a number: it would be a part of a code.
fn stands_free(text: &str, place: &Range<usize>) -> bool {
    let touches = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
    !touches(text[..place.start].chars().next_back()) && !touches(text[place.end..].chars().next())
}

fn is_siret(digits: &str, sizes: &[usize]) -> bool {
    let is_shaped = matches!(sizes, [14] | [9, 5] | [3, 3, 3, 5]);
    // La Poste's establishments have a sum of their own.
    let la_poste = digits.starts_with("356000000");
    digits.len() == 14 && is_shaped && (luhn_holds(digits) || la_poste)
}

/// A card by its issuer's prefix, its length and Luhn's sum. In one run of digits it is taken for what a word before it
/// says; lengths that cards rarely have need such a word.
fn is_card(digits: &str, sizes: &[usize], before: &str) -> bool {
    let grouped = matches!(sizes, [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3]);
    if !(grouped || sizes.len() == 1) || !issued(digits) || !luhn_holds(digits) {
        return false;
    }
    let said =
        || is_announced(before, &["carte", "cb", "card", "visa", "mastercard", "amex", "bleue", "diners"]);
    let other = || {
        const OTHERS: &[&str] = &[
            "commande",
            "order",
            "suivi",
            "tracking",
            "colis",
            "facture",
            "invoice",
            "série",
            "serie",
            "serial",
            "lot",
            "article",
            "réf",
            "ref",
            "référence",
            "reference",
            "dossier",
            "ticket",
            "ean",
            "code",
            "compteur",
            "parcel",
        ];
        is_announced(before, OTHERS)
    };
    match digits.len() {
        15 | 16 => grouped || said() || !other(),
        14 | 19 => grouped || said(),
        _ => said(),
    }
}

/// Whether a card scheme gives out such numbers of such a length.
fn issued(digits: &str) -> bool {
    let lead = |length: usize| digits[..length.min(digits.len())].parse::<u32>().unwrap_or(0);
    match digits.len() {
        13 => lead(1) == 4,
        14 => matches!(lead(3), 300..=305) || matches!(lead(2), 36 | 38 | 39),
        15 => matches!(lead(2), 34 | 37),
        16 => {
            lead(1) == 4
                || matches!(lead(2), 51..=55 | 62 | 65)
                || matches!(lead(4), 2221..=2720 | 3528..=3589 | 6011 | 5018 | 5020 | 5038 | 6304 | 6759 | 6761..=6763)
                || matches!(lead(3), 644..=649)
        }
        19 => lead(1) == 4 || matches!(lead(2), 62),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &str)> {
        let mut claims = Claims::default();
        find(text, &mut claims);
        claims.all().map(|(category, place)| (category, &text[place])).collect()
    }

    #[test]
    fn each_number_is_what_it_is_and_nothing_else() {
        for (text, word, number) in [
            ("IBAN FR14 2004 1010 0505 0001 3M02 606.", "iban", "FR14 2004 1010 0505 0001 3M02 606"),
            ("secu 2 55 08 14 168 025 38 ok", "nir", "2 55 08 14 168 025 38"),
            ("né en Corse : 294032A01100127", "nir", "294032A01100127"),
            ("secu 2550814168025, sans clé", "nir", "2550814168025"),
            ("CB 4111 1111 1111 1111 09/27", "card", "4111 1111 1111 1111"),
            ("amex 3782 822463 10005", "card", "3782 822463 10005"),
            ("tel 06 12 34 56 78 le soir", "phone", "06 12 34 56 78"),
            ("call +44 20 7946 0958 please", "phone", "+44 20 7946 0958"),
        ] {
            assert_eq!(found(text), [(place_of(word), number)], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for text in [
            "SIRET 404 833 048 00022",
            "40483304800022 73282932000074 35600000000048",
            "TVA FR83404833048",
            "4111111111111112",
            "2 55 08 14 168 025 39",
            "commande 4111111111111111",
            "2550814168025",
            "A4111111111111111",
            "3.14159265358979",
            "2026-05-04T09:30:00Z",
            "12 34 56 78 90",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn no_siret_is_a_card_whatever_it_begins_with() {
        for lead in ["30012345", "36456789", "38123456", "39111222"] {
            for office in 0..500 {
                let body = format!("{lead}7{office:04}");
                let siret = format!("{body}{}", crate::checksum::luhn_digit(&body));
                assert_eq!(found(&format!("voir {siret} et {siret}")), [], "{siret}");
                assert_eq!(
                    found(&format!("{} {} {} {}", &siret[..3], &siret[3..6], &siret[6..9], &siret[9..])),
                    []
                );
            }
        }
    }
}
