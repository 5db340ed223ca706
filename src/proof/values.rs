//! Looks for originals in the values of the copy, whatever their columns are: many together, since most are short.

use super::needles::{Needles, SHORTEST, fold};
use super::scan::{PIECE, Search, each_hit, squeeze_numbers};
use crate::masking;
use crate::schema::Category;
use crate::store::ValueRef;

/// From this size on a whole number is searched by its digits: smaller ones are keys and amounts.
const LONG_NUMBER: u64 = 10_000_000_000;
/// What stands between two values: it is of no word, so that nothing of one goes on in the other.
const BETWEEN: u8 = 0;

/// Values that are searched together.
pub struct Values<'a> {
    needles: &'a Needles,
    alone: Search<'a>,
    gathered: Vec<u8>,
    /// Where each of them begins, and its number.
    starts: Vec<(usize, usize)>,
    squeezed: Vec<u8>,
    /// How many were put.
    count: usize,
    /// The numbers of those in which an original stands, and its digest.
    found: Vec<(usize, u64)>,
}

impl<'a> Values<'a> {
    /// None yet.
    pub fn new(needles: &'a Needles) -> Self {
        Values {
            needles,
            alone: Search::new(needles),
            gathered: Vec::new(),
            starts: Vec::new(),
            squeezed: Vec::new(),
            count: 0,
            found: Vec::new(),
        }
    }

    /// Puts the next value. In JSON a letter may be written as its number, so the texts in it are searched as they read,
    /// too.
    pub fn put(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null | ValueRef::Real(_) => {}
            ValueRef::Integer(number) => {
                if number.unsigned_abs() >= LONG_NUMBER {
                    self.add(number.to_string().as_bytes());
                }
            }
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                self.add(bytes);
                if has_escapes(bytes)
                    && let Some(text) = value.as_str()
                {
                    let texts = masking::json_texts(text, &[], Category::Keep);
                    texts.iter().for_each(|(_, text)| self.add(text.as_bytes()));
                }
            }
        }
        self.count += 1;
    }

    fn add(&mut self, value: &[u8]) {
        if value.len() < SHORTEST {
            return;
        }
        if value.len() > PIECE {
            // No second one is to stand beside it in memory.
            let digests = self.alone.digests_in(value);
            self.found.extend(digests.into_iter().map(|digest| (self.count, digest)));
            return;
        }
        let mut squeezed = std::mem::take(&mut self.squeezed);
        self.gather(value);
        if squeeze_numbers(value, &mut squeezed) {
            self.gather(&squeezed);
        }
        self.squeezed = squeezed;
    }

    fn gather(&mut self, value: &[u8]) {
        self.starts.push((self.gathered.len(), self.count));
        self.gathered.push(BETWEEN);
        self.gathered.extend_from_slice(value);
    }

    /// Shows the number of each value in which an original stands, once with each original, and begins anew.
    pub fn search(&mut self, mut show: impl FnMut(usize, u64)) {
        fold(&mut self.gathered);
        each_hit(self.needles, &self.gathered, self.gathered.len(), &mut |at, digest| {
            let value = self.starts.partition_point(|(start, _)| *start < at) - 1;
            self.found.push((self.starts[value].1, digest));
        });
        self.found.sort_unstable();
        self.found.dedup();
        self.found.drain(..).for_each(|(number, digest)| show(number, digest));
        self.gathered.clear();
        self.gathered.shrink_to(PIECE);
        self.starts.clear();
        self.count = 0;
    }
}

/// Whether a text looks like JSON in which letters are escaped.
fn has_escapes(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) && bytes.contains(&b'\\')
}

#[cfg(test)]
mod tests {
    use super::super::needles::Collector;
    use super::*;

    fn found(originals: &[&str], values: &[ValueRef<'_>]) -> Vec<usize> {
        let mut collector = Collector::default();
        originals.iter().for_each(|original| assert!(collector.add(original.as_bytes())));
        let needles = collector.finish();
        let mut search = Values::new(&needles);
        let mut found = Vec::new();
        // A second time, in memory that was used.
        for _ in 0..2 {
            found.clear();
            values.iter().for_each(|value| search.put(*value));
            search.search(|number, _| found.push(number));
        }
        found
    }

    fn text(text: &str) -> ValueRef<'_> {
        ValueRef::Text(text.as_bytes())
    }

    #[test]
    fn each_value_is_told_once_whatever_stands_beside_it() {
        let twice = "Élodie Lefèvre, ÉLODIE LEFÈVRE";
        let values = [
            text("xx"),
            text(twice),
            ValueRef::Null,
            text("elodie"),
            ValueRef::Integer(7),
            text("vu Élodie Lefèvre"),
            text("Élodie Lefèvres"),
            ValueRef::Blob("Élodie Lefèvre".as_bytes()),
        ];
        assert_eq!(found(&["Élodie Lefèvre"], &values), [1, 5, 7]);
        assert_eq!(found(&["Élodie Lefèvre"], &[]), [0; 0]);
    }

    #[test]
    fn nothing_of_one_value_goes_on_in_the_next() {
        let values = [text("Élodie"), text("Lefèvre"), text("Élodie "), text(" Lefèvre"), text("jolie é")];
        assert_eq!(found(&["Élodie Lefèvre", "é Élodie Lefèvre"], &values), [0; 0]);
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        let values = [
            text("06 12 34 56 78"),
            ValueRef::Integer(33_612_345_678),
            text("tel 06.12-34 56/78."),
            text("0612345679"),
            ValueRef::Integer(612_345_678),
        ];
        assert_eq!(found(&["0612345678", "33612345678"], &values), [0, 1, 2]);
    }

    #[test]
    fn json_is_read_as_well_as_searched() {
        let values =
            [text(r#"{"a": "\u00c9lodie Lef\u00e8vre"}"#), text(r#" [1, "Élodie Lefèvre\n"]"#), text("{\\")];
        assert_eq!(found(&["Élodie Lefèvre"], &values), [0, 1]);
    }

    #[test]
    fn a_long_value_is_searched_by_itself() {
        let long = format!("{}Élodie Lefèvre", "x ".repeat(PIECE));
        assert_eq!(found(&["Élodie Lefèvre"], &[text("x"), text(&long), text("Élodie Lefèvre")]), [1, 2]);
    }
}
