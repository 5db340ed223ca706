//! Masks for telephone numbers, from the French ranges that are reserved for fiction (ARCEP decision 2018-0881).

use super::key::Purpose;
use super::masker::{Masker, Shape};
use super::style::{digits, is_mark};
use crate::reach::{self, LANDLINES_OF_FICTION, MOBILES_OF_FICTION, NATIONAL};

/// Fewer digits than this are an extension or a short code, not a subscriber's number.
const FEWEST_DIGITS: usize = 8;
/// What people put between two numbers in one value.
pub(super) const BETWEEN_NUMBERS: [char; 5] = ['/', ';', ',', '|', '\n'];

impl Masker {
    /// A number nobody answers, written as the original is. Many-to-one, but for unique columns: there it is a number
    /// of the spare country code 999, one-to-one for numbers of up to 12 digits.
    pub(super) fn phone(&self, value: &str, shape: Shape) -> String {
        let value = value.trim();
        let plain = digits(value);
        if plain.is_empty() {
            return self.free_text(value, shape.turn);
        }
        if plain.len() < FEWEST_DIGITS {
            return self.scrambled(Purpose::Phone, value, shape.turn);
        }
        if let Some(several) = self.several_phones(value, shape) {
            return several;
        }
        let number = Number::of(value, &plain);
        if shape.unique {
            return self.spare_number(&number.full(), shape);
        }
        match number {
            Number::French(national) => {
                let mut full = [b'3'; 2 + NATIONAL];
                full[2..].copy_from_slice(national.as_bytes());
                written_like(value, &plain, &self.fiction(&full, shape))
            }
            Number::Other(number) => written_abroad(value, &self.fiction(number.as_bytes(), shape)),
        }
    }

    /// Nine digits of a range that is reserved for fiction, which are not the last ones of the number.
    fn fiction(&self, number: &[u8], shape: Shape) -> String {
        let mut draw = self.key.draw(Purpose::Phone, shape.turn, number);
        let mobile = number.starts_with(b"336") || number.starts_with(b"337");
        let landline = LANDLINES_OF_FICTION[draw.below(LANDLINES_OF_FICTION.len())];
        let range = if mobile && !shape.valid { MOBILES_OF_FICTION } else { landline };
        let mut mask = String::with_capacity(NATIONAL);
        mask.push_str(range);
        let last = draw.below(10_000);
        mask.extend([1000, 100, 10, 1].map(|unit| char::from(b'0' + (last / unit % 10) as u8)));
        if number.ends_with(mask.as_bytes()) {
            let last = if mask.pop() == Some('9') { '0' } else { '9' };
            mask.push(last);
        }
        mask
    }

    /// As many digits as there is room for. Where they are fewer than the number's own, two may meet, and the row that
    /// comes later is drawn again.
    fn spare_number(&self, number: &str, shape: Shape) -> String {
        let size = room_for_spare_numbers(shape.most);
        let mask = match number.parse::<u128>() {
            Ok(number) if number < size => self.key.permute(Purpose::Phone, shape.turn, number, size),
            _ => self.key.draw(Purpose::Phone, shape.turn, number.as_bytes()).wide() % size,
        };
        format!("{SPARE}{mask:0width$}", width = spare_digits(shape.most))
    }

    fn several_phones(&self, value: &str, shape: Shape) -> Option<String> {
        let long = |part: &&str| part.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS;
        if value.split(BETWEEN_NUMBERS).filter(long).count() < 2 {
            return None;
        }
        let mut out = String::with_capacity(value.len());
        for part in value.split_inclusive(BETWEEN_NUMBERS) {
            let number = part.trim_end_matches(BETWEEN_NUMBERS);
            if number.trim().is_empty() {
                out.push_str(number);
            } else {
                let blanks = number.len() - number.trim_start().len();
                out.push_str(&number[..blanks]);
                out.push_str(&self.phone(number, shape));
                out.push_str(&number[number.trim_end().len()..]);
            }
            out.push_str(&part[number.len()..]);
        }
        Some(out)
    }
}

/// Whether a number is of the ranges that masks come from, or too short to be a subscriber's.
pub(super) fn reaches_no_phone(value: &str) -> bool {
    value.bytes().filter(u8::is_ascii_digit).count() < FEWEST_DIGITS || is_of_fiction(value)
}

/// Whether a number is of the ranges that masks come from.
pub(super) fn is_of_fiction(value: &str) -> bool {
    let plain = digits(value);
    Number::of(value, &plain).national().is_some_and(reach::is_of_fiction)
        || (value.trim().starts_with(SPARE) && plain.len() > SPARE.len())
}

/// A country code that no country has.
const SPARE: &str = "+999";

fn spare_digits(most: usize) -> usize {
    const DIGITS: usize = 12;
    most.saturating_sub(SPARE.len()).clamp(1, DIGITS)
}

/// How many numbers of the spare country fit into so many characters.
pub(super) fn room_for_spare_numbers(most: usize) -> u128 {
    10u128.pow(spare_digits(most) as u32)
}

/// What the digits of a value are.
pub(super) enum Number<'a> {
    /// The nine digits behind the 0 or the country: `612345678` for `06 12 34 56 78`, `+33 (0)6 …` and `0033 6 …`. An
    /// extension is not part of them.
    French(&'a str),
    /// Digits with another country before them, or with none.
    Other(&'a str),
}

impl<'a> Number<'a> {
    /// Of a value, and its digits alone.
    pub(super) fn of(value: &str, plain: &'a str) -> Self {
        let national = |digits: &'a str| digits.get(..NATIONAL);
        let abroad = plain.strip_prefix("00").or(value.contains('+').then_some(plain));
        let abroad = abroad.or(plain.strip_prefix("33").filter(|rest| rest.len() == NATIONAL).map(|_| plain));
        let french = match abroad {
            Some(full) => {
                let behind = |country| full.strip_prefix(country).and_then(national);
                behind("330").or_else(|| behind("33"))
            }
            None if plain.len() == NATIONAL => Some(plain),
            None => plain.strip_prefix('0').and_then(national),
        };
        french.map_or(Number::Other(abroad.unwrap_or(plain)), Number::French)
    }

    /// The nine digits of a French one.
    pub(super) fn national(&self) -> Option<&'a str> {
        match self {
            Number::French(national) => Some(national),
            Number::Other(_) => None,
        }
    }

    /// With the country before it, where it is known.
    fn full(&self) -> String {
        match self {
            Number::French(national) => format!("33{national}"),
            Number::Other(number) => (*number).to_owned(),
        }
    }
}

/// The mask with the prefix, blanks and marks of a French original. What follows the number is dropped.
fn written_like(value: &str, plain: &str, mask: &str) -> String {
    let prefix = ["00330", "0033", "330", "33", "0", ""].into_iter().find(|prefix| {
        plain.strip_prefix(prefix).is_some_and(|rest| rest.len() >= NATIONAL)
            && (*prefix != "0" || plain.len() > NATIONAL)
    });
    let prefix = prefix.unwrap_or_default();
    let start = value.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(').unwrap_or(0);
    let mut digits = prefix.chars().chain(mask.chars());
    let mut left = prefix.len() + mask.len();
    let mut out = String::with_capacity(value.len());
    for place in value[start..].chars() {
        match place {
            _ if left == 0 => break,
            '0'..='9' => {
                out.extend(digits.next());
                left -= 1;
            }
            mark if is_mark(mark) => out.push(mark),
            _ => {}
        }
    }
    out.extend(digits);
    out
}

/// A French number in international form, in place of a foreign one.
fn written_abroad(value: &str, mask: &str) -> String {
    let grouped = value.trim_start_matches(['+', '(']).chars().any(|c| !c.is_ascii_digit());
    if value.chars().all(|c| c.is_ascii_digit()) && !value.starts_with("00") {
        return format!("33{mask}");
    }
    if !grouped {
        return format!("+33{mask}");
    }
    let pairs = [&mask[1..3], &mask[3..5], &mask[5..7], &mask[7..9]].join(" ");
    format!("+33 {} {pairs}", &mask[..1])
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    fn mask(value: &str) -> String {
        masker().phone(value, Shape::default())
    }

    #[test]
    fn one_number_has_one_mask_however_it_is_written() {
        let number = digits(&mask("06 12 34 56 78"))[1..].to_owned();
        assert!(number.starts_with(MOBILES_OF_FICTION));
        for (value, start) in [
            ("+33612345678", "33"),
            ("+33 6 12 34 56 78", "33"),
            ("0033 6 12 34 56 78", "0033"),
            ("+33 (0)6.12.34.56.78", "330"),
            ("0612345678", "0"),
            ("33612345678", "33"),
            ("06-12-34-56-78", "0"),
            ("Tél. 06 12 34 56 78 poste 12", "0"),
        ] {
            assert_eq!(digits(&mask(value)), format!("{start}{number}"), "{value}");
        }
    }

    #[test]
    fn the_mask_is_written_as_the_original() {
        let shape = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
        for value in ["06 12 34 56 78", "+33 (0)1.12.34.56.78", "01-12-34-56-78", "+33612345678"] {
            assert_eq!(shape(&mask(value)), shape(value));
        }
    }

    #[test]
    fn where_numbers_are_checked_mobiles_become_landlines() {
        let checked = masker().phone("0612345678", Shape { valid: true, ..Shape::default() });
        assert!(LANDLINES_OF_FICTION.iter().any(|range| checked[1..].starts_with(range)), "{checked}");
    }

    #[test]
    fn foreign_numbers_become_french_ones_in_international_form() {
        assert!(mask("+44 20 7946 0958").starts_with("+33 "));
        assert!(mask("+442079460958").starts_with("+33"));
    }

    #[test]
    fn two_numbers_in_one_value_are_two_numbers() {
        let both = mask("01 12 34 56 78 / 06 12 34 56 78");
        assert_eq!(both, format!("{} / {}", mask("01 12 34 56 78"), mask("06 12 34 56 78")));
    }

    #[test]
    fn unique_numbers_stay_apart() {
        let masker = masker();
        let unique = Shape { unique: true, ..Shape::default() };
        let masks: std::collections::HashSet<String> =
            (0..20_000).map(|n| masker.phone(&format!("+336{n:08}"), unique)).collect();
        assert_eq!(masks.len(), 20_000);
        assert!(masks.iter().all(|mask| mask.starts_with("+999") && mask.len() == 16));
    }
}
