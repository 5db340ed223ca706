//! The identifying values of a database, for the two who must know them: the masks, which may be none of them, and the
//! proof, which may find none of them.

use crate::anonymise::originals::{self, Original};
use crate::anonymise::threads;
use crate::fault::{Fault, Result};
use crate::fingerprints::{MOST_EXPECTED, Share, fresh_seed};
use crate::masking::{Key, Masker, Originals, reaches_nobody};
use crate::memory;
use crate::progress::Progress;
use crate::proof::{Collector, Needles};
use crate::schema::{Category, CompleteMap};
use crate::store::Snapshot;
use std::collections::HashSet;
use std::thread;

/// Of more values than these each of several shares is searched by itself.
const MOST_IN_A_SHARE: u64 = 32_000_000;

/// What was read, ready to be used.
pub struct Known {
    /// Makes masks that are none of the values.
    pub masker: Masker,
    /// What the proof searches.
    pub sought: Sought,
    /// How many values are searched, equal ones counted each; 0 where no proof is wanted.
    pub count: u64,
}

impl Known {
    /// Reads every identifying value of the moment.
    ///
    /// # Errors
    /// Refused where there are too many of them; when a table cannot be read.
    pub fn read(
        source: &mut dyn Snapshot,
        map: &CompleteMap,
        key: Key,
        with_proof: bool,
        progress: &mut dyn Progress,
    ) -> Result<Self> {
        let about = originals::about_how_many(source, map)?;
        // Of more, those that are searched are read once more for the proof, when no mask is made any more: the two do
        // not have to be in memory together.
        let is_once = about <= MOST_EXPECTED;
        let collector = || if is_once { Collector::of_about(about) } else { Collector::idle() };
        let first = Gathered {
            // Many of them are addresses at hosts where no mask can be.
            originals: Originals::of_about(about / 2, &key),
            needles: with_proof.then(collector),
            count: 0,
        };
        let all = visited(source, map, with_siblings(first, Gathered::sibling), Gathered::add, progress)?;
        let count = all.iter().map(|gathered| gathered.count).sum();
        let (mut all_originals, mut all_needles) = (Vec::new(), Vec::new());
        for gathered in all {
            all_originals.push(gathered.originals);
            all_needles.extend(gathered.needles);
        }
        thread::scope(|scope| {
            let find = || joined(all_needles, Collector::join).unwrap_or_default().finish();
            let needles = thread::Builder::new().spawn_scoped(scope, find).map_err(Fault::no_thread)?;
            let originals = joined(all_originals, Originals::join).unwrap_or_default();
            if originals.are_too_many() {
                return Err(too_many().into());
            }
            let masker = Masker::new(key, originals);
            let needles = needles.join().map_err(|_| Fault::thread_stopped("sorts values"))?;
            // Texts have many lines, and who has counted rows has not expected them.
            let at_hand = Some(needles).filter(|needles| is_once && !needles.may_err());
            let sought = Sought { about: about.max(count), seed: fresh_seed(), at_hand };
            Ok(Known { masker, sought, count })
        })
    }
}

/// The values that the proof searches: so few that they are all remembered, or in shares that are read when it is their
/// turn.
pub struct Sought {
    about: u64,
    /// Of all shares, so that a value is in one of them.
    seed: u64,
    at_hand: Option<Needles>,
}

impl Sought {
    /// Shows one share of the values after the other.
    ///
    /// # Errors
    /// When a table cannot be read; whatever `search` returns.
    pub fn each_share(
        self,
        source: &mut dyn Snapshot,
        map: &CompleteMap,
        progress: &mut dyn Progress,
        mut search: impl FnMut(&mut dyn Snapshot, &mut dyn Progress, &Needles) -> Result<()>,
    ) -> Result<()> {
        if let Some(needles) = &self.at_hand {
            return search(source, progress, needles);
        }
        let of = u32::try_from(self.about.div_ceil(MOST_IN_A_SHARE)).unwrap_or(u32::MAX);
        (0..of).try_for_each(|number| {
            // What the step before, or the last share, took.
            memory::give_back();
            let collector = Collector::of_share(self.about, Share { number, of }, self.seed);
            let needles = collected(source, map, collector, progress)?.finish();
            search(source, progress, &needles)
        })
    }
}

fn too_many() -> Fault {
    Fault::refused("the database has more identifying values than masks can be told from")
        .details(["memory for them is bounded, at some 150 million different ones".to_owned()])
        .hint("say \"empty\" under [tables] of the map for tables that the copy can do without")
}

/// Those of the digests that a value of the source has; the others only look like one.
///
/// # Errors
/// When a table cannot be read.
pub fn real(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    needles: &Needles,
    digests: HashSet<u64>,
    progress: &mut dyn Progress,
) -> Result<HashSet<u64>> {
    Ok(collected(source, map, needles.seeking(digests), progress)?.found())
}

/// Adds every value of the moment to a collector.
fn collected(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    collector: Collector,
    progress: &mut dyn Progress,
) -> Result<Collector> {
    let all = with_siblings(collector, Collector::sibling);
    let note = |collector: &mut Collector, original: &Original<'_>| {
        add(collector, original);
    };
    let all = visited(source, map, all, note, progress)?;
    Ok(joined(all, Collector::join).unwrap_or_default())
}

/// Shows every value of the moment to one of those that gather.
fn visited<T: Send>(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    mut all: Vec<T>,
    note: impl Fn(&mut T, &Original<'_>) + Sync,
    progress: &mut dyn Progress,
) -> Result<Vec<T>> {
    let note = &note;
    let visitors = all.iter_mut().map(|one| {
        move |original: Original<'_>| {
            note(one, &original);
            Ok(())
        }
    });
    originals::each(source, map, progress, &mut visitors.collect::<Vec<_>>())?;
    Ok(all)
}

/// Adds what is searched of a value, also a number as others write it; returns whether it is searched.
fn add(needles: &mut Collector, original: &Original<'_>) -> bool {
    let is_searched = needles.add(original.value.as_bytes());
    if !reaches_nobody(original.category, original.value) && original.category != Category::FreeText {
        needles.add_digits(original.value.as_bytes());
    }
    is_searched
}

/// One for each thread.
fn with_siblings<T>(first: T, sibling: impl Fn(&T) -> T) -> Vec<T> {
    let siblings: Vec<T> = (1..threads()).map(|_| sibling(&first)).collect();
    std::iter::once(first).chain(siblings).collect()
}

fn joined<T>(all: Vec<T>, join: impl Fn(&mut T, T)) -> Option<T> {
    all.into_iter().reduce(|mut one, other| {
        join(&mut one, other);
        one
    })
}

/// What one thread has gathered.
struct Gathered {
    originals: Originals,
    needles: Option<Collector>,
    count: u64,
}

impl Gathered {
    fn sibling(&self) -> Self {
        let needles = self.needles.as_ref().map(Collector::sibling);
        Gathered { originals: self.originals.sibling(), needles, count: 0 }
    }

    fn add(&mut self, original: &Original<'_>) {
        self.originals.add_one_of(original.category, original.value);
        if let Some(needles) = &mut self.needles {
            self.count += u64::from(add(needles, original));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silence;
    use crate::proof::Search;
    use crate::reference;
    use crate::schema::Map;
    use crate::store::Store;
    use crate::store::sqlite::{NewDatabase, Options, Sqlite};

    #[test]
    fn very_many_are_searched_a_share_at_a_time_and_each_in_one_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("source.db");
        std::fs::write(&path, "").unwrap();
        let mut new = NewDatabase::from_script(&path, reference::SCHEMA).unwrap();
        let mut transaction = new.transaction().unwrap();
        reference::fill(&mut *transaction, 20, 1, jiff::Timestamp::UNIX_EPOCH, &mut Silence).unwrap();
        transaction.commit().unwrap();
        drop(new);
        let mut store = Sqlite::open(&path, &Options::default()).unwrap();
        let mut source = store.snapshot().unwrap();
        let catalog = source.catalog().unwrap();
        let map = Map::load("reference").unwrap().complete_for(&catalog).unwrap();
        let mut values = Vec::new();
        let visit = |original: Original<'_>| {
            values.push(original.value.to_owned());
            Ok(())
        };
        originals::each(&mut *source, &map, &mut Silence, &mut [visit]).unwrap();
        let mut found = Vec::new();
        for (about, shares) in [(MOST_EXPECTED + 1, 1), (2 * MOST_IN_A_SHARE + 1, 3)] {
            let (mut count, mut all) = (0, 0);
            let mut times = vec![0; values.len()];
            let sought = Sought { about, seed: fresh_seed(), at_hand: None };
            let search = |source: &mut dyn Snapshot, progress: &mut dyn Progress, needles: &Needles| {
                (count, all) = (count + 1, all + needles.len());
                let mut search = Search::new(needles);
                let digests: Vec<_> =
                    values.iter().map(|value| search.digests_in(value.as_bytes())).collect();
                let suspects = digests.iter().flatten().copied().collect();
                let real = real(source, &map, needles, suspects, progress)?;
                for (times, digests) in times.iter_mut().zip(digests) {
                    *times += digests.iter().filter(|digest| real.contains(digest)).count();
                }
                Ok(())
            };
            sought.each_share(&mut *source, &map, &mut Silence, search).unwrap();
            assert_eq!(count, shares);
            found.push((all, times));
        }
        assert_eq!(found[0], found[1], "as many are found in three shares as in one");
        assert!(found[0].0 > 100 && found[0].1.iter().filter(|times| **times > 0).count() > 100);
    }
}
