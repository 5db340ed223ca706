//! A search for values in bytes, written for the tests: none of it is the product's own scanner.

use std::collections::{BTreeMap, HashMap};

/// Values shorter than this are found everywhere by chance.
pub const SHORTEST: usize = 8;

/// Values to look for, each with its kind.
#[derive(Default)]
pub struct Needles {
    /// By their first bytes: the rest is compared only where these match.
    by_start: HashMap<[u8; SHORTEST], Vec<(Vec<u8>, String)>>,
    count: usize,
}

impl Needles {
    /// Adds a value of a kind, where it is long enough.
    pub fn add(&mut self, kind: &str, value: &[u8]) {
        if let Some(start) = value.first_chunk::<SHORTEST>() {
            self.count += 1;
            self.by_start.entry(*start).or_default().push((value.to_vec(), kind.to_owned()));
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Every value that stands in the bytes, with its kind; where `whole` is set, only where neither a letter nor a
    /// digit stands before or behind it.
    pub fn found_in(&self, bytes: &[u8], whole: bool) -> BTreeMap<Vec<u8>, String> {
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        let mut found = BTreeMap::new();
        for at in 0..bytes.len().saturating_sub(SHORTEST - 1) {
            let start: &[u8; SHORTEST] = bytes[at..].first_chunk().expect("eight bytes are left");
            for (value, kind) in self.by_start.get(start).into_iter().flatten() {
                let inside = at > 0 && is_word(bytes.get(at - 1)) || is_word(bytes.get(at + value.len()));
                if bytes[at..].starts_with(value) && !(whole && inside) {
                    found.insert(value.clone(), kind.clone());
                }
            }
        }
        found
    }
}

/// The digits of a value.
pub fn digits(value: &str) -> String {
    value.chars().filter(char::is_ascii_digit).collect()
}

/// The bytes in lower case.
pub fn lower(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).to_lowercase().into_bytes()
}

/// The bytes without what people put between digits.
pub fn without_separators(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !b" .-/()".contains(byte)).collect()
}

/// Looks for values three ways: as they are, in lower case, and by their digits only.
pub fn everywhere<'a>(
    values: impl IntoIterator<Item = (&'a str, &'a str)>,
    bytes: &[u8],
    whole: bool,
) -> BTreeMap<Vec<u8>, String> {
    let (mut exact, mut lowered, mut numbers) = (Needles::default(), Needles::default(), Needles::default());
    for (kind, value) in values {
        exact.add(kind, value.as_bytes());
        lowered.add(kind, value.to_lowercase().as_bytes());
        // A value that is mostly words (a street, say) is not a number.
        if digits(value).len() * 2 >= value.len() {
            numbers.add(kind, digits(value).as_bytes());
        }
    }
    assert!(exact.len() > 0, "there is something to look for");
    let mut found = exact.found_in(bytes, whole);
    found.extend(lowered.found_in(&lower(bytes), whole));
    found.extend(numbers.found_in(&without_separators(bytes), whole));
    found
}

#[test]
fn the_search_finds_what_is_there() {
    let bytes = b"..Marie.Durand@Example.ORG..06 12.34-56 78..M\xe9lanie..";
    let values =
        [("mail", "marie.durand@example.org"), ("phone", "+0612345678"), ("absent", "nobody@example.org")];
    let kinds: Vec<String> = everywhere(values, bytes, false).into_values().collect();
    assert_eq!(kinds, ["phone", "mail"]);
}
