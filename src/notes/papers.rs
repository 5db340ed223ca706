//! What a word announces: a password after "mot de passe", a date after "né le", a number after "passeport".

use super::category::place_of;
use super::forms::Hints;
use super::numbers::Claims;
use regex::Regex;
use std::sync::LazyLock;

/// What a password is called.
const CALLED: &str = r"(?ix)\b(?: mots?\ de\ passe | mdp | pass ?words? | passwd | pwd | passphrase
    | code\ (?:d['’\ ]\s?acc[eè]s|secret|confidentiel|pin|wi-?fi|alarme|d['’\ ]\s?entr[ée]e|porte) | digicode
    | (?:access|door|alarm|pin)\ code | pin )\b";
/// What it looks like, with quotes around it or without.
const VALUE: &str = r#"\s*["'«“(]?\s*(?P<value>[^\s"'»”«“,;)]{4,40})"#;

/// With a sign between: `mot de passe du portail : …`.
static SIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let what_for = r"(?:\s+(?:du|de\ la|de|des|d['’]|pour|of|for|to|on|sur|the|l['’])[^\n:=;.]{0,40}?)?";
    Regex::new(&format!("{CALLED}{what_for}\\s*(?::|=|->|→){VALUE}")).ok()
});
/// With nothing or a verb between: `mot de passe …`, `password is …`.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let what_for = r"(?:\s+(?:du|de\ la|de|des|d['’]|pour|of|for|to|on|sur|the|l['’])\s*[\p{L}'’]+)?";
    let verb = r"(?:\s+(?:est|is|was|c['’]est|becomes|devient)\b)?";
    Regex::new(&format!("{CALLED}{what_for}{verb}{VALUE}")).ok()
});
/// What follows "mot de passe :" and is none.
const NO_PASSWORD: &[&str] = &[
    "oublié",
    "oublie",
    "perdu",
    "réinitialisé",
    "inconnu",
    "expiré",
    "changé",
    "modifié",
    "envoyé",
    "communiqué",
    "voir",
    "demander",
    "idem",
    "aucun",
    "none",
    "unknown",
    "reset",
    "expired",
    "changed",
    "forgotten",
    "lost",
    "confidentiel",
    "secret",
    "identique",
    "same",
    "pareil",
    "trop",
    "faible",
    "obligatoire",
    "provisoire",
    "temporaire",
];

const MONTH: &str = "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|\
    decembre|january|february|march|april|may|june|july|august|september|october|november|december|\
    jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec";

static BIRTH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let date = format!(
        r"(?:\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:er|st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTH})\.?(?:,?\s+\d{{2,4}})?|(?:{MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)"
    );
    let year = r"(?:19|20)\d{2}\b";
    let link = r"[\s:=,(]*(?:(?:le|en|on|in|the|au|du|vers|est|is|was|:)\s+)*";
    let place = r"(?:(?:à|a|in|at)\s+[\p{L}' -]{2,25}?[\s,]+(?:le|en|on|in)\s+)?";
    Regex::new(&format!(
        r"(?i)(?:\b(?:n[ée](?:\(e\)|e)?|born)\b{link}{place}(?:{date}|{year})|\b(?:(?:date|jour)\s+de\s+naissance|naissance|ddn|d\.?o\.?b\.?|birth\s?date|date\s+of\s+birth|birthday|anniversaire)\b{link}(?:{date}|{year})|\b(?:ses|his|her)\s+\d{{1,3}}\s+(?:ans|years)\s+(?:le|on)\s+{date})"
    ))
    .ok()
});
/// What is born or has a birthday without being a person.
const NO_PERSON: &[&str] = &[
    "société",
    "societe",
    "entreprise",
    "boutique",
    "maison",
    "marque",
    "association",
    "gamme",
    "collection",
    "idée",
    "agence",
    "enseigne",
    "start-up",
    "startup",
    "brand",
    "company",
    "firm",
    "business",
    "shop",
    "startup",
    "projet",
    "new",
    "coopérative",
    "scop",
    "sarl",
    "groupe",
    "structure",
    "filiale",
    "usine",
];

static PAPER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)(?i:\b(?: passeports? | passports? | cni | carte\ (?:nationale\ )?d['’\ ]identit[ée] | identity\ card | id\ card
            | pi[èe]ce\ d['’\ ]identit[ée] | permis(?:\ de\ conduire|\ b) | driv(?:ing|er['’]?s)\ licen[cs]e
            | titre\ de\ s[ée]jour | carte\ de\ s[ée]jour | r[ée]c[ée]piss[ée] | social\ security )\b
            (?:[\s:=,]|n[°ºo]\.?|num[ée]ro|number|no\.|nr|\#|is|est|de\ s[ée]rie)*)
            (?P<value>[0-9A-Z](?:[\ -]?[0-9A-Z]){6,14})\b",
    )
    .ok()
});

/// Claims what the hints of a text announce.
pub(super) fn find(text: &str, hints: Hints, claims: &mut Claims) {
    if hints.password {
        for (regex, signed) in [(&SIGNED, true), (&BARE, false)] {
            for value in regex
                .iter()
                .flat_map(|regex| regex.captures_iter(text))
                .filter_map(|found| found.name("value"))
            {
                if is_password(signed, value.as_str().trim_end_matches(['.', '!', '?', ':'])) {
                    claims.add(Some(place_of("password")), value.range());
                }
            }
        }
    }
    if hints.paper {
        for value in
            PAPER.iter().flat_map(|regex| regex.captures_iter(text)).filter_map(|found| found.name("value"))
        {
            if value.as_str().bytes().filter(u8::is_ascii_digit).count() >= 2 {
                claims.add(Some(place_of("identity-paper")), value.range());
            }
        }
    }
    if hints.birth {
        for found in BIRTH.iter().flat_map(|regex| regex.find_iter(text)) {
            let before = text[..found.start()]
                .trim_end()
                .rsplit(|sign: char| sign.is_whitespace() || sign == '\'')
                .next();
            let before = before.unwrap_or_default().to_lowercase();
            if !NO_PERSON.contains(&before.as_str()) {
                claims.add(Some(place_of("birth-date")), found.range());
            }
        }
    }
}

/// Whether a word is a password: without a sign before it only if it looks like nothing else.
fn is_password(signed: bool, value: &str) -> bool {
    if value.chars().count() < 4 || NO_PASSWORD.contains(&value.to_lowercase().as_str()) {
        return false;
    }
    let has = |kind: fn(&char) -> bool| value.chars().any(|sign| kind(&sign));
    let is_date = value.chars().all(|sign| sign.is_ascii_digit() || "./-:h".contains(sign))
        && value.contains(['/', '.', '-', ':', 'h']);
    let is_mixed = has(char::is_ascii_digit) && has(|sign| sign.is_alphabetic());
    let is_odd = has(char::is_ascii_digit) && has(|sign| "!#$%&*+@_?".contains(*sign));
    !is_date && (is_mixed || is_odd || signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        let mut claims = Claims::default();
        find(text, Hints { password: true, birth: true, paper: true }, &mut claims);
        let words = ["password", "birth-date", "identity-paper"];
        claims.all().filter_map(|(place, _)| words.into_iter().find(|word| place_of(word) == place)).collect()
    }

    #[test]
    fn what_is_announced_is_found() {
        for (text, word) in [
            ("Mot de passe du portail : Soleil2024!", "password"),
            ("mdp=bouboule", "password"),
            ("his password is Summer#21.", "password"),
            ("Né à Brest le 12/03/1965", "birth-date"),
            ("née en 1952", "birth-date"),
            ("ne le 12/03/1965", "birth-date"),
            ("DOB: March 3rd, 1980", "birth-date"),
            ("Passeport n° 12AB34567", "identity-paper"),
        ] {
            assert_eq!(found(text), [word], "{text}");
        }
    }

    #[test]
    fn what_follows_by_chance_is_not() {
        for text in [
            "mot de passe oublié",
            "mot de passe : oublié",
            "le mot de passe est à changer avant le 12/05/2024",
            "Société née en 1952",
            "il ne le veut pas avant le 12/05/2024",
            "passeport de formation, 3 modules",
            "code postal 69003",
        ] {
            assert_eq!(found(text), [] as [&str; 0], "{text}");
        }
    }
}
