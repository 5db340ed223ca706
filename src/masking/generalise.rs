//! Coarser values in place of masks, so that many people share them: a year, a department, a band.

use super::dates::Step;
use super::derive::text_of;
use super::example::plain;
use super::masker::{Masker, Shape};
use super::style::{cut, like};
use super::taken::Taken;
use super::value::Fate;
use crate::schema::{Category, Generalise};
use crate::store::{Value, ValueRef};
use crate::words::{self, Commune, fold};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// So many communes of a department may stand for it: the first that is nobody's name.
const STAND_INS: usize = 4;

/// The other half of a postcode or town.
pub(super) struct Half<'a> {
    pub(super) town: bool,
    pub(super) partner: Option<ValueRef<'a>>,
}

/// The departments with the communes that may stand for each.
static DEPARTMENTS: LazyLock<HashMap<&'static str, Vec<&'static Commune>>> = LazyLock::new(|| {
    let mut departments: HashMap<&str, Vec<&Commune>> = HashMap::new();
    for commune in words::communes() {
        let first = departments.entry(commune.department).or_default();
        if first.len() < STAND_INS {
            first.push(commune);
        }
    }
    departments
});

/// The postcodes and folded names of the communes that may stand for their department.
static GENERAL: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let both = |commune: &&Commune| [commune.postcode.to_owned(), fold(commune.name)];
    DEPARTMENTS.values().flatten().flat_map(both).collect()
});

/// The departments of the communes of our list, by their folded names.
static TOWNS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    words::communes().iter().map(|commune| (fold(commune.name), commune.department)).collect()
});

/// The commune that stands for each department: the first that is nobody's name.
pub(super) fn stand_ins(originals: &Taken) -> HashMap<&'static str, &'static Commune> {
    let free = |communes: &[&'static Commune]| {
        communes.iter().copied().find(|commune| !originals.stand_in(commune.name))
    };
    DEPARTMENTS.iter().filter_map(|(code, communes)| Some((*code, free(communes)?))).collect()
}

impl Masker {
    /// The coarser value; a value that is not of the sort to be generalised is masked as its category says, and
    /// emptied where that keeps it.
    pub(super) fn generalised(
        &self,
        coarse: &Generalise,
        category: Category,
        original: ValueRef<'_>,
        half: Half<'_>,
        shape: Shape,
        time: Option<&str>,
    ) -> Fate {
        match coarse {
            Generalise::Year => self.stepped(original, Step::Year, time, shape.most),
            Generalise::Month => self.stepped(original, Step::Month, time, shape.most),
            Generalise::Department => match self.stand_in_commune(original, &half) {
                Some(commune) => in_place_of(original, commune, half.town, shape.most),
                None => self.value(category, original, shape, time),
            },
            Generalise::Bands(bounds) => band(bounds, original),
        }
    }

    fn stand_in_commune(&self, original: ValueRef<'_>, half: &Half<'_>) -> Option<&'static Commune> {
        self.lists.stand_ins.get(department(original, half)?).copied()
    }
}

/// Whether a value is coarse already, so that it may come out as it went in. `time` is how its column writes moments.
pub fn is_general(coarse: &Generalise, value: ValueRef<'_>, time: Option<&str>) -> bool {
    let stays = |step| {
        let stepped = plain().stepped(value, step, time, usize::MAX);
        matches!(stepped, Fate::Masked(coarse) if coarse.borrow() == value)
    };
    match coarse {
        Generalise::Year => stays(Step::Year),
        Generalise::Month => stays(Step::Month),
        Generalise::Department => GENERAL.contains(&fold(postcode_text(value).trim())),
        Generalise::Bands(_) => true,
    }
}

/// The department of a postcode, else that of a town of our list; none for what is abroad.
fn department(original: ValueRef<'_>, half: &Half<'_>) -> Option<&'static str> {
    let own = postcode_text(original);
    let partner = half.partner.map(postcode_text).unwrap_or_default();
    let (postcode, town) = if half.town { (partner, own) } else { (own, partner) };
    of_postcode(&postcode).or_else(|| {
        let known = TOWNS.get(&fold(town.trim()));
        known.filter(|_| postcode.trim().is_empty()).copied()
    })
}

/// A postcode that is stored as a number has lost its first zero.
fn postcode_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Integer(number) => format!("{number:05}"),
        other => text_of(other).into_owned(),
    }
}

fn of_postcode(postcode: &str) -> Option<&'static str> {
    let postcode = postcode.trim();
    if postcode.len() != 5 || !postcode.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let code = match (&postcode[..2], &postcode[..3]) {
        ("20", "200" | "201") => "2A",
        ("20", _) => "2B",
        ("97" | "98", three) => three,
        (two, _) => two,
    };
    DEPARTMENTS.get_key_value(code).map(|(department, _)| *department)
}

fn in_place_of(original: ValueRef<'_>, commune: &Commune, town: bool, most: usize) -> Fate {
    let text = text_of(original);
    match original {
        ValueRef::Null => Fate::Nothing,
        ValueRef::Text(_) if text.trim().is_empty() => Fate::Nothing,
        ValueRef::Integer(_) if !town => {
            commune.postcode.parse().map_or(Fate::Blank, |code| Fate::Masked(Value::Integer(code)))
        }
        ValueRef::Text(_) if town => Fate::Masked(cut(&like(&text, commune.name.to_owned()), most).into()),
        ValueRef::Text(_) => Fate::Masked(cut(commune.postcode, most).into()),
        _ => Fate::Blank,
    }
}

/// The last bound that is not above the number; the first one, where all are.
fn band(bounds: &[i64], original: ValueRef<'_>) -> Fate {
    let below = |number: f64| {
        let reached = bounds.iter().rev().find(|bound| **bound as f64 <= number);
        reached.or(bounds.first()).copied().unwrap_or_default()
    };
    match original {
        ValueRef::Null => Fate::Nothing,
        ValueRef::Integer(number) => {
            let reached = bounds.iter().rev().find(|bound| **bound <= number).or(bounds.first());
            Fate::Masked(Value::Integer(reached.copied().unwrap_or_default()))
        }
        ValueRef::Real(number) => Fate::Masked(Value::Real(below(number) as f64)),
        ValueRef::Text(bytes) if bytes.trim_ascii().is_empty() => Fate::Nothing,
        ValueRef::Text(_) | ValueRef::Blob(_) => {
            let text = text_of(original).replace([' ', '\u{a0}', '\u{202f}'], "").replace(',', ".");
            text.parse().map_or(Fate::Blank, |number| Fate::Masked(below(number).to_string().as_str().into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    fn text(text: &str) -> ValueRef<'_> {
        ValueRef::Text(text.as_bytes())
    }

    fn department_of(original: ValueRef<'_>, town: bool, partner: Option<ValueRef<'_>>) -> Fate {
        let category = if town { Category::Town } else { Category::Postcode };
        let half = Half { town, partner };
        masker().generalised(&Generalise::Department, category, original, half, Shape::default(), None)
    }

    #[test]
    fn all_of_a_department_share_one_commune() {
        let postcode = |code: &str| department_of(text(code), false, None);
        assert_eq!(postcode("31000"), postcode("31770"));
        assert_ne!(postcode("31000"), postcode("32000"));
        assert_ne!(postcode("20000"), postcode("20200"));
        let Fate::Masked(Value::Text(code)) = postcode("97410") else { panic!("a postcode") };
        assert!(code.starts_with(b"974"));
        let town = department_of(text("COLOMIERS"), true, Some(text("31770")));
        let Fate::Masked(Value::Text(town)) = town else { panic!("a town") };
        let Fate::Masked(Value::Text(code)) = postcode("31770") else { panic!("a postcode") };
        let real =
            words::communes().iter().find(|commune| commune.postcode.as_bytes() == code).expect("real");
        assert_eq!(String::from_utf8_lossy(&town), real.name.to_uppercase());
        assert_eq!(department_of(ValueRef::Integer(1000), false, None), {
            let Fate::Masked(Value::Text(code)) = postcode("01000") else { panic!("a postcode") };
            Fate::Masked(Value::Integer(String::from_utf8_lossy(&code).parse().expect("digits")))
        });
    }

    #[test]
    fn what_has_no_department_is_masked() {
        for (value, town) in [("SW1A 1AA", false), ("Gotham", true)] {
            let fate = department_of(text(value), town, None);
            assert!(matches!(&fate, Fate::Masked(mask) if mask.borrow() != text(value)), "{value}: {fate:?}");
        }
        assert_eq!(department_of(ValueRef::Null, false, None), Fate::Nothing);
    }

    #[test]
    fn a_number_becomes_where_its_band_begins() {
        let bounds = [0, 10, 50, 250];
        for (number, bound) in [(0, 0), (9, 0), (10, 10), (249, 50), (9000, 250), (-5, 0)] {
            assert_eq!(band(&bounds, ValueRef::Integer(number)), Fate::Masked(Value::Integer(bound)));
        }
        assert_eq!(band(&bounds, ValueRef::Real(50.5)), Fate::Masked(Value::Real(50.0)));
        assert_eq!(band(&bounds, text("1 234,5")), Fate::Masked("250".into()));
        assert_eq!(band(&bounds, text("une dizaine")), Fate::Blank);
        assert_eq!(band(&bounds, ValueRef::Null), Fate::Nothing);
    }

    #[test]
    fn what_is_coarse_already_is_known() {
        assert!(is_general(&Generalise::Year, text("1980-01-01"), None));
        assert!(!is_general(&Generalise::Year, text("1980-05-06"), None));
        assert!(!is_general(&Generalise::Month, text("06/05/1980"), None));
        let first = DEPARTMENTS["31"][0];
        assert!(is_general(&Generalise::Department, text(first.postcode), None));
        assert!(!is_general(&Generalise::Department, text("31999"), None));
    }
}
