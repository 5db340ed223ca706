//! How many people share the columns that single somebody out together: the k of k-anonymity, before and after.

use super::plan::TablePlan;
use crate::fault::Result;
use crate::fingerprints::Shelf;
use crate::store::ValueRef;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::path::Path;

/// A group of fewer people hides nobody.
const SMALL: u64 = 5;
/// So many rows stay in memory, at eight bytes each.
const MOST_IN_MEMORY: usize = 1 << 20;

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

/// Counts the groups of one table.
pub(super) struct Crowds {
    places: Vec<usize>,
    state: RandomState,
    before: Groups,
    after: Groups,
}

impl Crowds {
    /// Gets ready; nothing where the map names no columns of the table. `folder` is for what memory has no room for.
    pub(super) fn of(columns: &[String], plan: &TablePlan, folder: &Path) -> Option<Self> {
        let place = |name: &String| plan.columns.iter().position(|column| column.name == *name);
        let places: Vec<usize> = columns.iter().filter_map(place).collect();
        let groups = || Groups::in_folder(folder, MOST_IN_MEMORY);
        let state = RandomState::new();
        (!places.is_empty()).then(|| Crowds { places, state, before: groups(), after: groups() })
    }

    /// Notes a row and its mask.
    ///
    /// # Errors
    /// When there are too many for memory, and no file can be written.
    pub(super) fn note(&mut self, originals: &[ValueRef<'_>], masks: &[ValueRef<'_>]) -> Result<()> {
        let before = digest(&self.state, &self.places, |at| originals[at]);
        let after = digest(&self.state, &self.places, |at| masks[at]);
        before.map_or(Ok(()), |digest| self.before.add(digest))?;
        after.map_or(Ok(()), |digest| self.after.add(digest))
    }

    /// The columns' places, and the groups before and after.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn count(&mut self) -> Result<(Crowd, Crowd)> {
        Ok((self.before.count()?, self.after.count()?))
    }
}

/// Digests of rows: equal ones are a group.
struct Groups {
    newest: Vec<u64>,
    most_in_memory: usize,
    older: Shelf<1>,
}

impl Groups {
    fn in_folder(folder: &Path, most_in_memory: usize) -> Self {
        Groups { newest: Vec::new(), most_in_memory, older: Shelf::in_folder(folder) }
    }

    fn add(&mut self, digest: u64) -> Result<()> {
        if self.newest.len() == self.most_in_memory {
            self.make_room()?;
        }
        self.newest.push(digest);
        Ok(())
    }

    fn make_room(&mut self) -> Result<()> {
        self.newest.sort_unstable();
        self.older.put(self.newest.as_chunks().0)?;
        self.newest.clear();
        Ok(())
    }

    fn count(&mut self) -> Result<Crowd> {
        let mut counting = Counting::default();
        if self.older.is_empty() {
            self.newest.sort_unstable();
            self.newest.iter().for_each(|digest| counting.next(*digest));
        } else {
            self.make_room()?;
            self.older.each(|[digest]| counting.next(digest))?;
        }
        Ok(counting.finish())
    }
}

/// Groups that come one after the other.
#[derive(Default)]
struct Counting {
    crowd: Crowd,
    /// The group that is not over yet, and how many rows it has.
    group: (u64, u64),
}

impl Counting {
    fn next(&mut self, digest: u64) {
        if digest != self.group.0 {
            self.end_group();
            self.group = (digest, 0);
        }
        self.group.1 += 1;
    }

    fn end_group(&mut self) {
        let (crowd, size) = (&mut self.crowd, self.group.1);
        if size > 0 {
            crowd.rows += size;
            crowd.smallest = if crowd.smallest == 0 { size } else { crowd.smallest.min(size) };
            crowd.alone += if size == 1 { 1 } else { 0 };
            crowd.below_five += if size < SMALL { size } else { 0 };
        }
    }

    fn finish(mut self) -> Crowd {
        self.end_group();
        self.crowd
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_by_their_size_in_memory_and_beyond_it() {
        let folder = tempfile::tempdir().unwrap();
        let expected = Crowd { rows: 8, smallest: 1, alone: 1, below_five: 3 };
        for most_in_memory in [100, 3] {
            let mut groups = Groups::in_folder(folder.path(), most_in_memory);
            [7, 1, 7, 2, 7, 7, 7, 2].into_iter().for_each(|digest| groups.add(digest).unwrap());
            assert_eq!(groups.older.is_empty(), most_in_memory > 8);
            assert_eq!(groups.count().unwrap(), expected);
            assert_eq!(groups.count().unwrap(), expected, "and once more");
        }
        assert_eq!(Groups::in_folder(folder.path(), 3).count().unwrap(), Crowd::default());
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
