//! Unique indexes of several columns, and of values that differ by case only: no two rows may come out the same.

use super::plan::{Action, TablePlan};
use crate::fault::Result;
use crate::fingerprints::Pairs;
use crate::store::{Table, ValueRef};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::path::Path;

/// The unique indexes of a table that masks may break, and the tuples that they hold so far.
///
/// Masks are one-to-one where one column must be unique. Where several columns must be so together, many-to-one masks
/// may meet, and the later row's mask is drawn again.
pub(super) struct Guards {
    state: RandomState,
    guards: Vec<Guard>,
}

struct Guard {
    parts: Vec<(usize, Collation)>,
    /// The column whose mask is drawn again.
    redrawn: usize,
    /// Digests of masked tuples, and of the original tuple of each: equal originals may stay equal.
    seen: Pairs,
}

/// So many tuples of all guards together stay in memory: some 10 MB, and as much again when they leave it.
const MOST_IN_MEMORY: usize = 450_000;

#[derive(Clone, Copy, PartialEq)]
enum Collation {
    Exact,
    Folded,
    Trimmed,
}

impl Guards {
    /// The guards of a table of about so many rows; `folder` is for what memory has no room for.
    pub(super) fn of(table: &Table, plan: &TablePlan, rows: u64, folder: &Path) -> Self {
        let place =
            |name: &str| plan.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let unique = table.indexes.iter().filter(|index| index.unique);
        let mut tuples: Vec<Vec<(usize, Collation)>> = unique
            .filter_map(|index| {
                let part = |part: &crate::store::IndexPart| {
                    let collation = match part.collation.as_str() {
                        "" | "BINARY" => Collation::Exact,
                        "RTRIM" => Collation::Trimmed,
                        _ => Collation::Folded,
                    };
                    Some((place(part.column.as_deref()?)?, collation))
                };
                index.parts.iter().map(part).collect()
            })
            .collect();
        let key: Option<Vec<_>> =
            table.primary_key.iter().map(|name| Some((place(name)?, Collation::Exact))).collect();
        tuples.extend(
            key.filter(|key| !key.is_empty() && tuples.iter().all(|tuple| places(tuple) != places(key))),
        );
        // What the map alone calls unique, the database does not guard.
        for (at, column) in plan.columns.iter().enumerate() {
            if column.shape.unique && tuples.iter().all(|tuple| places(tuple) != [at]) {
                tuples.push(vec![(at, Collation::Folded)]);
            }
        }
        let guarded = tuples.into_iter().filter_map(|parts| {
            let redrawn = parts.iter().rev().find_map(|(at, _)| redrawn(plan, *at, 0))?;
            Some((parts, redrawn))
        });
        let guarded: Vec<_> = guarded.collect();
        let room = MOST_IN_MEMORY / guarded.len().max(1);
        let guard = |(parts, redrawn)| Guard { parts, redrawn, seen: Pairs::of_about(rows, room, folder) };
        Guards { state: RandomState::new(), guards: guarded.into_iter().map(guard).collect() }
    }

    /// Whether there is nothing to guard.
    pub(super) fn are_none(&self) -> bool {
        self.guards.is_empty()
    }

    /// The column to draw again, where an earlier row has the same tuple from other originals.
    ///
    /// # Errors
    /// When what memory has no room for cannot be read.
    pub(super) fn conflict(
        &self,
        originals: &[ValueRef<'_>],
        masks: &[ValueRef<'_>],
    ) -> Result<Option<usize>> {
        for guard in &self.guards {
            if let Some((mask, original)) = guard.digests(&self.state, originals, masks)
                && guard.seen.get(mask)?.is_some_and(|seen| seen != original)
            {
                return Ok(Some(guard.redrawn));
            }
        }
        Ok(None)
    }

    /// Remembers a row that goes out.
    ///
    /// # Errors
    /// When memory has no room for it, and no file can be written.
    pub(super) fn note(&mut self, originals: &[ValueRef<'_>], masks: &[ValueRef<'_>]) -> Result<()> {
        let Guards { state, guards } = self;
        guards.iter_mut().try_for_each(|guard| match guard.digests(state, originals, masks) {
            Some((mask, original)) => guard.seen.put(mask, original),
            None => Ok(()),
        })
    }
}

impl Guard {
    /// The digests of a masked tuple and of its original.
    fn digests(
        &self,
        state: &RandomState,
        originals: &[ValueRef<'_>],
        masks: &[ValueRef<'_>],
    ) -> Option<(u64, u64)> {
        let mask = self.digest(state, |at| masks[at], true)?;
        Some((mask, self.digest(state, |at| originals[at], false)?))
    }

    /// Nothing for a tuple with a NULL in it: it is equal to none.
    fn digest<'a>(
        &self,
        state: &RandomState,
        value: impl Fn(usize) -> ValueRef<'a>,
        collated: bool,
    ) -> Option<u64> {
        let mut hasher = state.build_hasher();
        for (at, collation) in &self.parts {
            let collation = if collated { *collation } else { Collation::Exact };
            match value(*at) {
                ValueRef::Null => return None,
                ValueRef::Integer(number) => (1, number).hash(&mut hasher),
                ValueRef::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                    (1, number as i64).hash(&mut hasher);
                }
                ValueRef::Real(number) => (2, number.to_bits()).hash(&mut hasher),
                ValueRef::Text(text) => match collation {
                    Collation::Exact => (3, text).hash(&mut hasher),
                    Collation::Folded => (3, text.to_ascii_lowercase()).hash(&mut hasher),
                    Collation::Trimmed => (3, text.trim_ascii_end()).hash(&mut hasher),
                },
                ValueRef::Blob(bytes) => (4, bytes).hash(&mut hasher),
            }
        }
        Some(hasher.finish())
    }
}

fn places(tuple: &[(usize, Collation)]) -> Vec<usize> {
    let mut places: Vec<usize> = tuple.iter().map(|(at, _)| *at).collect();
    places.sort_unstable();
    places
}

/// The column to draw again for one that has to differ: itself, or what it is computed from.
fn redrawn(plan: &TablePlan, at: usize, depth: usize) -> Option<usize> {
    match &plan.columns[at].action {
        action if !action.changes() || depth > plan.columns.len() => None,
        Action::Derive { .. } | Action::Fill { .. } => {
            let sources = plan.columns[at].action.sources();
            sources.into_iter().rev().find_map(|from| redrawn(plan, from, depth + 1))
        }
        _ => Some(at),
    }
}
