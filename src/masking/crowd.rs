//! How many people share the columns that single somebody out together: the k of k-anonymity, before and after.

use super::plan::TablePlan;
use crate::store::ValueRef;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};

/// A group of fewer people hides nobody.
const SMALL: u64 = 5;

/// The groups of people who are alike in some columns, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Rows that have something in one of the columns at least.
    pub rows: u64,
    /// How many rows the smallest group has: k.
    pub smallest: u64,
    /// Rows that are like no other.
    pub alone: u64,
    /// Rows in groups of fewer than five.
    pub below_five: u64,
}

/// Counts the groups of one table. Memory: 16 bytes per row, whatever its values are.
pub(super) struct Crowds {
    places: Vec<usize>,
    state: RandomState,
    before: Vec<u64>,
    after: Vec<u64>,
}

impl Crowds {
    /// Gets ready; nothing where the map names no columns of the table.
    pub(super) fn of(columns: &[String], plan: &TablePlan) -> Option<Self> {
        let place = |name: &String| plan.columns.iter().position(|column| column.name == *name);
        let places: Vec<usize> = columns.iter().filter_map(place).collect();
        let nothing = Vec::new;
        let state = RandomState::new();
        (!places.is_empty()).then(|| Crowds { places, state, before: nothing(), after: nothing() })
    }

    /// Notes a row and its mask.
    pub(super) fn note(&mut self, originals: &[ValueRef<'_>], masks: &[ValueRef<'_>]) {
        let before = digest(&self.state, &self.places, |at| originals[at]);
        let after = digest(&self.state, &self.places, |at| masks[at]);
        self.before.extend(before);
        self.after.extend(after);
    }

    /// The columns' places, and the groups before and after.
    pub(super) fn count(&mut self) -> (Crowd, Crowd) {
        (groups(&mut self.before), groups(&mut self.after))
    }
}

/// Nothing for a row with nothing in any of the columns.
fn digest<'a>(state: &RandomState, places: &[usize], value: impl Fn(usize) -> ValueRef<'a>) -> Option<u64> {
    let mut hasher = state.build_hasher();
    let mut has_something = false;
    for &at in places {
        let value = value(at);
        let is_nothing = matches!(value, ValueRef::Null | ValueRef::Text([]) | ValueRef::Blob([]));
        has_something |= !is_nothing;
        match value {
            _ if is_nothing => 0.hash(&mut hasher),
            ValueRef::Null => 0.hash(&mut hasher),
            ValueRef::Integer(number) => (1, number).hash(&mut hasher),
            ValueRef::Real(number) => (2, number.to_bits()).hash(&mut hasher),
            ValueRef::Text(bytes) => {
                (3, bytes.len()).hash(&mut hasher);
                bytes.iter().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
            }
            ValueRef::Blob(bytes) => (4, bytes).hash(&mut hasher),
        }
    }
    has_something.then(|| hasher.finish())
}

fn groups(digests: &mut [u64]) -> Crowd {
    digests.sort_unstable();
    let mut crowd = Crowd { rows: digests.len() as u64, ..Crowd::default() };
    for group in digests.chunk_by(|one, next| one == next) {
        let size = group.len() as u64;
        crowd.smallest = if crowd.smallest == 0 { size } else { crowd.smallest.min(size) };
        crowd.alone += if size == 1 { 1 } else { 0 };
        crowd.below_five += if size < SMALL { size } else { 0 };
    }
    crowd
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_by_their_size() {
        let mut digests = vec![7, 1, 7, 2, 7, 7, 7, 2];
        let expected = Crowd { rows: 8, smallest: 1, alone: 1, below_five: 3 };
        assert_eq!(groups(&mut digests), expected);
        assert_eq!(groups(&mut []), Crowd::default());
    }

    #[test]
    fn a_row_with_nothing_to_tell_is_in_no_group() {
        let state = RandomState::new();
        let of = |row: &[ValueRef<'static>]| {
            let row = row.to_vec();
            digest(&state, &[0, 1], move |at| row[at])
        };
        assert_eq!(of(&[ValueRef::Null, ValueRef::Text(b"")]), None);
        assert_eq!(
            of(&[ValueRef::Text(b"X"), ValueRef::Null]),
            of(&[ValueRef::Text(b"x"), ValueRef::Text(b"")])
        );
        assert_ne!(of(&[ValueRef::Text(b"x"), ValueRef::Null]), of(&[ValueRef::Null, ValueRef::Text(b"x")]));
    }
}
