//! What a name gives away: the nearest known one, and what a column of that name probably holds.

use super::category::Category;
use crate::fault::Fault;

/// The known name that was probably meant, if one is near enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 120;
    let name = name.to_ascii_lowercase();
    if name.chars().count() > LONGEST {
        return None;
    }
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST * 4)
        .map(|candidate| (likeness(&name, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// How alike two names have to be for one to be proposed for the other.
const NEAR: f64 = 0.78;

/// How alike two names are, from 0 to 1. `phone` is near to `work_phone`, whatever else stands before it.
fn likeness(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let contained = if short.len() >= 4 && long.contains(short) { NEAR } else { 0.0 };
    strsim::jaro_winkler(one, other).max(contained)
}

/// `; did you mean …?` for the end of a sentence; nothing where no known name is near.
pub(super) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// A name as a TOML key: bare where that is allowed, else quoted.
pub(super) fn toml_key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
    if bare { name.to_owned() } else { toml_text(name) }
}

/// A text in TOML's double quotes.
pub(super) fn toml_text(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if char.is_control() => quoted.push_str(&format!("\\u{:04X}", char as u32)),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// Parts of words that name a category wherever they stand in a column's name; the first that is found wins.
const INSIDE: &[(&str, Category)] = &[
    ("password", Category::Secret),
    ("passwd", Category::Secret),
    ("motdepasse", Category::Secret),
    ("secret", Category::Secret),
    ("apikey", Category::Secret),
    ("privatekey", Category::Secret),
    ("token", Category::Secret),
    ("mail", Category::Email),
    ("courriel", Category::Email),
    ("phone", Category::Phone),
    ("birth", Category::BirthDate),
    ("naissance", Category::BirthDate),
    ("iban", Category::Iban),
    ("siret", Category::Siret),
    ("siren", Category::Siren),
    ("firstname", Category::GivenName),
    ("givenname", Category::GivenName),
    ("prenom", Category::GivenName),
    ("lastname", Category::FamilyName),
    ("familyname", Category::FamilyName),
    ("surname", Category::FamilyName),
    ("nomfamille", Category::FamilyName),
    ("fullname", Category::FullName),
    ("companyname", Category::CompanyName),
    ("raisonsociale", Category::CompanyName),
    ("jobtitle", Category::JobTitle),
    ("postalcode", Category::Postcode),
    ("postcode", Category::Postcode),
    ("codepostal", Category::Postcode),
    ("zipcode", Category::Postcode),
    ("ipaddress", Category::Ip),
    ("adresseip", Category::Ip),
    ("creditcard", Category::Card),
    ("cardnumber", Category::Card),
    ("socialsecurity", Category::NationalId),
    ("nationalid", Category::NationalId),
    ("vatnumber", Category::Vat),
];

/// Whole words of a column's name that tell about a person.
const TELLING: &[(&str, Category)] = &[
    ("tel", Category::Phone),
    ("mobile", Category::Phone),
    ("fax", Category::Phone),
    ("gsm", Category::Phone),
    ("portable", Category::Phone),
    ("street", Category::Street),
    ("rue", Category::Street),
    ("adresse", Category::Street),
    ("address", Category::Street),
    ("zip", Category::Postcode),
    ("city", Category::Town),
    ("town", Category::Town),
    ("ville", Category::Town),
    ("commune", Category::Town),
    ("login", Category::Login),
    ("username", Category::Login),
    ("nir", Category::NationalId),
    ("ssn", Category::NationalId),
    ("vat", Category::Vat),
    ("tva", Category::Vat),
    ("bic", Category::Bic),
    ("swift", Category::Bic),
    ("pan", Category::Card),
    ("ip", Category::Ip),
    ("salary", Category::Amount),
    ("salaire", Category::Amount),
    ("password", Category::Secret),
    ("pwd", Category::Secret),
];

/// Whole words that hint at a category, but stand as often in a column about no person.
const HINTING: &[(&str, Category)] = &[
    ("civility", Category::Civility),
    ("civilite", Category::Civility),
    ("comment", Category::FreeText),
    ("comments", Category::FreeText),
    ("commentaire", Category::FreeText),
    ("note", Category::FreeText),
    ("notes", Category::FreeText),
    ("remark", Category::FreeText),
    ("remarks", Category::FreeText),
    ("message", Category::FreeText),
    ("body", Category::FreeText),
    ("signature", Category::FreeText),
    ("url", Category::Url),
    ("website", Category::Url),
    ("hash", Category::Secret),
    ("filename", Category::DocumentName),
];

/// Last words of names that are about a thing and not the thing itself: `password_changed_at`, `email_type`.
const ABOUT: &[&str] = &[
    "at",
    "until",
    "expire",
    "expires",
    "expired",
    "expiry",
    "change",
    "changed",
    "enabled",
    "required",
    "validated",
    "verified",
    "format",
    "period",
    "length",
    "classes",
    "days",
    "count",
    "type",
    "kind",
    "state",
    "status",
];

/// What a column of that name holds, where its name tells about a person or a secret: `work_email`, `birth_date`,
/// `IBAN`. Only a guess from the name: for warnings and suggestions, never to decide.
///
/// ```
/// use crm_admin::schema::{Category, is_personal_name};
/// assert_eq!(is_personal_name("work_email"), Some(Category::Email));
/// assert_eq!(is_personal_name("template"), None); // "tel" would have to be a word
/// ```
pub fn is_personal_name(column: &str) -> Option<Category> {
    let words = words_of(column);
    let joined = words.concat();
    let is_about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    INSIDE
        .iter()
        .find(|(part, _)| joined.contains(part))
        .or_else(|| TELLING.iter().find(|(telling, _)| words.iter().any(|word| word == telling)))
        .map(|(_, category)| *category)
        // When somebody was born is the thing itself, however it is called.
        .filter(|category| !is_about || *category == Category::BirthDate)
}

/// As [`is_personal_name`], and with words that only hint at something: for suggestions.
pub(super) fn likely_category(column: &str) -> Option<Category> {
    let words = words_of(column);
    is_personal_name(column).or_else(|| {
        let hint = HINTING.iter().find(|(hinting, _)| words.iter().any(|word| word == hinting));
        hint.map(|(_, category)| *category)
    })
}

/// The words of a name in lower case without accents: `work`, `email` for `workEmail` and `WORK_EMAIL`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_was_small = false;
    for char in name.chars() {
        let starts_word = char.is_uppercase() && before_was_small;
        if starts_word || !char.is_alphabetic() {
            words.push(String::new());
        }
        if char.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(char);
        }
        before_was_small = char.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| crate::words::fold(word)).collect()
}

/// The fault for a name that is not there, with the one that may have been meant.
pub(super) fn missing(what: String, near: Option<&str>) -> Fault {
    let fault = Fault::missing(what);
    match near {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tell_about_people_are_recognised() {
        for (name, category) in [
            ("email", Category::Email),
            ("workEmail", Category::Email),
            ("EMAIL_2", Category::Email),
            ("numéro_téléphone", Category::Phone),
            ("tel", Category::Phone),
            ("prénom", Category::GivenName),
            ("first_name", Category::GivenName),
            ("birth_date", Category::BirthDate),
            ("code_postal", Category::Postcode),
            ("street2", Category::Street),
            ("bank_iban", Category::Iban),
            ("password_hash", Category::Secret),
            ("last_ip", Category::Ip),
        ] {
            assert_eq!(is_personal_name(name), Some(category), "{name}");
        }
    }

    #[test]
    fn names_that_only_look_alike_are_not() {
        for name in [
            "template",
            "hotel",
            "title",
            "name",
            "code",
            "state",
            "shipping_id",
            "capacity",
            "id",
            "",
            "_",
            "email_type",
            "password_changed_at",
        ] {
            assert_eq!(is_personal_name(name), None, "{name}");
        }
        for name in ["email_type", "password_changed_at", "phoneVerified"] {
            assert_eq!(is_personal_name(name), None, "{name} is about the thing, and not the thing");
        }
        assert_eq!(is_personal_name("birth_at"), Some(Category::BirthDate));
        assert_eq!(likely_category("notes"), Some(Category::FreeText));
        assert_eq!(is_personal_name("notes"), None);
    }

    #[test]
    fn the_nearest_name_is_what_was_meant_or_none() {
        let known = ["email", "phone", "street"];
        assert_eq!(nearest("emial", known), Some("email"));
        assert_eq!(nearest("E-mail", known), Some("email"));
        assert_eq!(nearest("telephone", known), Some("phone"));
        assert_eq!(nearest("zzz", known), None);
        assert_eq!(nearest(&"e".repeat(10_000), known), None);
    }

    #[test]
    fn any_name_can_be_a_key() {
        for name in ["a", "res_user-res_group", "", "a b", "dés", "a\"b\\c", "tab\u{7f}\n\u{0}x", "a.b", "*"]
        {
            let text = format!("{} = 1", toml_key(name));
            let table: toml::Table = text.parse().expect(&text);
            assert!(table.contains_key(name), "{text}");
        }
    }
}
