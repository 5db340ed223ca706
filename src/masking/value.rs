//! The mask of a stored value: the same storage class as the original, or nothing.

use super::dates::Step;
use super::document::{stub, stub_text};
use super::masker::{Masker, Shape};
use crate::schema::Category;
use crate::store::{Value, ValueRef, utf_8};
use std::borrow::Cow;

/// What goes out in place of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Mask<'a> {
    /// The value itself.
    Same(ValueRef<'a>),
    /// Another one.
    Other(Value),
}

impl Mask<'_> {
    /// What goes out.
    pub fn borrow(&self) -> ValueRef<'_> {
        match self {
            Mask::Same(value) => *value,
            Mask::Other(value) => value.borrow(),
        }
    }
}

/// A text as far as it is UTF-8, which nearly every one is.
pub(super) fn readable(bytes: &[u8]) -> Cow<'_, str> {
    // Told at once where it is; what is not is looked at byte by byte.
    utf_8(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fate {
    /// It goes across as it is: the map says so.
    Kept,
    /// There was nothing in it: NULL, empty, or blanks only.
    Nothing,
    /// Something else stands in its place.
    Masked(Value),
    /// No mask fits, or none is wanted: it is emptied.
    Blank,
}

impl Masker {
    /// The mask of a value. Text that is no valid UTF-8 never goes across: what can be read of it is masked.
    pub(super) fn value(
        &self,
        category: Category,
        original: ValueRef<'_>,
        shape: Shape,
        time: Option<&str>,
    ) -> Fate {
        match original {
            ValueRef::Null => Fate::Nothing,
            _ if category.is_kept() => Fate::Kept,
            ValueRef::Text(bytes) => {
                let text = readable(bytes);
                if text.trim().is_empty() {
                    return Fate::Nothing;
                }
                self.text_fate(category, &text, shape, time)
            }
            ValueRef::Blob([]) => Fate::Nothing,
            ValueRef::Blob(bytes) if category == Category::Document => Fate::Masked(Value::Blob(stub(bytes))),
            ValueRef::Blob(_) => Fate::Blank,
            ValueRef::Integer(number) => {
                self.integer(category, number, shape).map_or(Fate::Blank, Fate::Masked)
            }
            ValueRef::Real(number) => self.real(category, number, shape).map_or(Fate::Blank, Fate::Masked),
        }
    }

    fn text_fate(&self, category: Category, text: &str, shape: Shape, time: Option<&str>) -> Fate {
        let mask = match category {
            Category::Document => Some(stub_text(text)).filter(|stub| stub.len() <= shape.most),
            Category::Date | Category::BirthDate if time.is_some() => self.date(text, Step::of(shape), time),
            _ => self.text(category, text, shape),
        };
        mask.map_or(Fate::Blank, |mask| Fate::Masked(mask.into()))
    }

    /// An identifier or telephone number may be stored as a number: its mask is one then.
    fn integer(&self, category: Category, number: i64, shape: Shape) -> Option<Value> {
        let mask = match category {
            Category::Amount => self.whole_amount(number, shape.turn),
            Category::Date | Category::BirthDate => self.date_number(number, Step::of(shape))?,
            // The spare numbers of unique columns are written with a plus, which a number has not.
            Category::Phone => {
                self.text(category, &number.to_string(), shape)?.trim_start_matches('+').parse().ok()?
            }
            _ => self.text(category, &number.to_string(), shape)?.parse().ok()?,
        };
        Some(Value::Integer(mask))
    }

    fn real(&self, category: Category, number: f64, shape: Shape) -> Option<Value> {
        match category {
            Category::Amount => Some(Value::Real(self.real_amount(number, shape.turn))),
            Category::Date | Category::BirthDate => {
                Some(Value::Real(self.date_real(number, Step::of(shape))))
            }
            _ if number.fract() == 0.0 && number.abs() < 1e15 => {
                match self.integer(category, number as i64, shape)? {
                    Value::Integer(mask) => Some(Value::Real(mask as f64)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    fn fate(category: Category, original: ValueRef<'_>) -> Fate {
        masker().value(category, original, Shape::default(), None)
    }

    #[test]
    fn the_storage_class_stays() {
        assert!(matches!(
            fate(Category::Phone, ValueRef::Integer(612_345_678)),
            Fate::Masked(Value::Integer(_))
        ));
        assert!(matches!(fate(Category::Siren, ValueRef::Real(404_833_048.0)), Fate::Masked(Value::Real(_))));
        assert!(matches!(
            fate(Category::Postcode, ValueRef::Integer(31_000)),
            Fate::Masked(Value::Integer(_))
        ));
        assert_eq!(fate(Category::FullName, ValueRef::Integer(7)), Fate::Blank);
        assert_eq!(fate(Category::Email, ValueRef::Blob(b"marie@acme.fr")), Fate::Blank);
        assert_eq!(fate(Category::Date, ValueRef::Text(b"demain")), Fate::Blank);
    }

    #[test]
    fn nothing_stays_nothing() {
        for nothing in [ValueRef::Null, ValueRef::Text(b""), ValueRef::Text(b" \n"), ValueRef::Blob(b"")] {
            assert_eq!(fate(Category::FullName, nothing), Fate::Nothing);
        }
    }

    #[test]
    fn text_that_is_no_utf_8_is_masked() {
        let Fate::Masked(Value::Text(mask)) = fate(Category::FamilyName, ValueRef::Text(b"Lef\xe8vre"))
        else {
            panic!("not masked")
        };
        assert!(std::str::from_utf8(&mask).is_ok());
    }
}
