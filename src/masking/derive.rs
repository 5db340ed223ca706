//! Columns that are computed from others: done again from the masks.

use super::style::{digits, shortened};
use super::value::{Mask, readable};
use crate::schema::Derivation;
use crate::store::{Value, ValueRef};
use std::borrow::Cow;

/// A value's text, as a computed column sees it.
pub fn text_of(value: ValueRef<'_>) -> Cow<'_, str> {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => "".into(),
        ValueRef::Integer(number) => number.to_string().into(),
        ValueRef::Real(number) => number.to_string().into(),
        ValueRef::Text(bytes) => readable(bytes),
    }
}

/// The computed text of one source.
pub(super) fn derived(how: &Derivation, source: &str) -> String {
    match how {
        Derivation::Compact => source
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '/' | '(' | ')'))
            .collect(),
        Derivation::Lower => source.to_lowercase(),
        Derivation::Upper => source.to_uppercase(),
        Derivation::Digits => digits(source),
        Derivation::E164 => e164(source),
        Derivation::Copy | Derivation::Template(_) => source.to_owned(),
    }
}

/// A telephone number in its international form; one without a country is a French one.
pub fn e164(source: &str) -> String {
    let plain = if source.contains("(0)") { digits(&source.replace("(0)", "")) } else { digits(source) };
    if source.trim_start().starts_with('+') {
        return format!("+{plain}");
    }
    match (plain.strip_prefix("00"), plain.strip_prefix('0')) {
        (Some(abroad), _) => format!("+{abroad}"),
        (None, Some(national)) => format!("+33{national}"),
        (None, None) => plain,
    }
}

/// The way in which a column really was computed in this row. One CRM column may hold several sorts of values, and
/// compact only some of them (a telephone number, but not an e-mail address).
pub(super) fn really(how: &Derivation, source: &str, result: &str) -> Derivation {
    let ways = [Derivation::Copy, Derivation::E164, Derivation::Lower, Derivation::Upper, Derivation::Digits];
    let fits = |way: &Derivation| derived(way, source) == result;
    if fits(how) {
        return how.clone();
    }
    ways.into_iter().find(fits).unwrap_or_else(|| how.clone())
}

/// A template's text, each `{column}` replaced; blanks that an empty column leaves are taken out.
pub(super) fn filled(template: &[Piece], values: &[Mask<'_>]) -> String {
    let mut out = String::new();
    for piece in template {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Column(at) => out.push_str(&text_of(values[*at].borrow())),
        }
    }
    let mut single = String::with_capacity(out.len());
    for sign in out.trim().chars() {
        if sign != ' ' || !single.ends_with(' ') {
            single.push(sign);
        }
    }
    single
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// As it stands.
    Text(String),
    /// The value at that place of the row.
    Column(usize),
}

/// Reads a template; `place` finds a column in the row. The name of a column it does not find comes back as the error.
pub(super) fn pieces(template: &str, place: impl Fn(&str) -> Option<usize>) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Column(place(name.trim()).ok_or_else(|| name.trim().to_owned())?));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

/// The text in the storage class of the value it replaces, no longer than allowed; zero for what is no number.
pub(super) fn in_class(original: ValueRef<'_>, text: String, most: usize) -> Value {
    let text = shortened(text, most);
    match original {
        ValueRef::Integer(_) => Value::Integer(text.parse().unwrap_or(0)),
        ValueRef::Real(_) => Value::Real(text.parse().unwrap_or(0.0)),
        ValueRef::Blob(_) => Value::Blob(text.into_bytes()),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_computes_what_it_says() {
        assert_eq!(derived(&Derivation::Compact, "01 99-00.12 (34)"), "0199001234");
        assert_eq!(derived(&Derivation::Upper, "é@x"), "É@X");
        assert_eq!(derived(&Derivation::Digits, "+33 1"), "331");
        for number in ["01 99 00 12 34", "+33 (0)1 99 00 12 34", "0033199001234", "+33199001234"] {
            assert_eq!(derived(&Derivation::E164, number), "+33199001234");
        }
    }

    #[test]
    fn the_way_is_the_one_that_gave_the_original() {
        assert_eq!(really(&Derivation::Compact, "m.d@x.fr", "m.d@x.fr"), Derivation::Copy);
        assert_eq!(really(&Derivation::Compact, "01 99 00 12 34", "+33199001234"), Derivation::E164);
        assert_eq!(really(&Derivation::Compact, "01 99", "0199"), Derivation::Compact);
        assert_eq!(really(&Derivation::Compact, "01 99", "nonsense"), Derivation::Compact);
    }

    #[test]
    fn templates_leave_no_double_blanks() {
        let pieces = pieces("{a} {b} ({c})", |name| ["a", "b", "c"].iter().position(|known| *known == name));
        let values = ["Julie".into(), Value::Null, Value::Integer(3)].map(Mask::Other);
        assert_eq!(filled(&pieces.expect("known columns"), &values), "Julie (3)");
        assert_eq!(super::pieces("{z}", |_| None), Err("z".into()));
    }
}
