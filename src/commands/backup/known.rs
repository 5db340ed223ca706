//! The identifying values of a database, for the two who must know them: the masks, which may be none of them, and the
//! proof, which may find none of them.

use crate::anonymise::originals::{self, Original};
use crate::anonymise::threads;
use crate::fault::{Fault, Result};
use crate::masking::{Key, Masker, Originals, reaches_nobody};
use crate::progress::Progress;
use crate::proof::{Collector, Needles};
use crate::schema::{Category, CompleteMap};
use crate::store::Snapshot;
use std::collections::HashSet;
use std::thread;

/// What was read, ready to be used.
pub struct Known {
    /// Makes masks that are none of the values.
    pub masker: Masker,
    /// Finds the values; none of them where no proof is wanted.
    pub needles: Needles,
    /// How many values are searched, equal ones counted each.
    pub count: u64,
}

impl Known {
    /// Reads every identifying value of the moment.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn read(
        source: &mut dyn Snapshot,
        map: &CompleteMap,
        key: Key,
        with_proof: bool,
        progress: &mut dyn Progress,
    ) -> Result<Self> {
        let about = originals::about_how_many(source, map)?;
        let first = Gathered {
            // Many of them are addresses at hosts where no mask can be.
            originals: Originals::of_about(about / 2, &key),
            needles: with_proof.then(|| Collector::of_about(about)),
            count: 0,
        };
        let mut all = with_siblings(first, Gathered::sibling);
        let mut visitors: Vec<_> =
            all.iter_mut().map(|gathered| |original: Original<'_>| gathered.add(&original)).collect();
        originals::each(source, map, progress, &mut visitors)?;
        drop(visitors);
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
            let masker = Masker::new(key, originals);
            let needles = needles.join().map_err(|_| Fault::thread_stopped("sorts values"))?;
            Ok(Known { masker, needles, count })
        })
    }
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
    let mut all = with_siblings(needles.seeking(digests), Collector::sibling);
    let mut visitors: Vec<_> = all
        .iter_mut()
        .map(|needles| {
            |original: Original<'_>| {
                add(needles, &original);
                Ok(())
            }
        })
        .collect();
    originals::each(source, map, progress, &mut visitors)?;
    drop(visitors);
    Ok(joined(all, Collector::join).map(Collector::found).unwrap_or_default())
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

    fn add(&mut self, original: &Original<'_>) -> Result<()> {
        self.originals.add_one_of(original.category, original.value);
        if let Some(needles) = &mut self.needles {
            self.count += u64::from(add(needles, original));
        }
        Ok(())
    }
}
