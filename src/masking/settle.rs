//! What has to differ from row to row: the rows of a table in their order, each beside its mask.

use super::crowd::{Crowd, Crowds};
use super::row::{MOST_TURNS, RowMasker};
use super::unique::Guards;
use super::value::Mask;
use crate::fault::Result;
use crate::schema::MappedTable;
use crate::store::ValueRef;
use std::path::Path;

/// What was done to the values of a column. NULL is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Values that another one stands for now.
    pub masked: u64,
    /// Values that came across as the map says.
    pub kept: u64,
    /// Values that were emptied.
    pub blank: u64,
    /// Values that were empty before.
    pub empty: u64,
    /// Values whose mask is the value itself, for want of another: a zero amount.
    pub same: u64,
}

impl Tally {
    pub(super) fn add(&mut self, changes: bool, original: ValueRef<'_>, mask: &Mask<'_>) {
        let other = match mask {
            Mask::Same(_) => None,
            Mask::Other(value) => Some(value.borrow()),
        };
        if let Some(count) = self.count_of(changes, original, other) {
            *count += 1;
        }
    }

    /// Takes back what was added for a mask that does not go out.
    fn take_back(&mut self, changes: bool, original: ValueRef<'_>, mask: ValueRef<'_>) {
        if let Some(count) = self.count_of(changes, original, Some(mask)) {
            *count = count.saturating_sub(1);
        }
    }

    /// The count for a value and what goes out in its place, if anything does.
    fn count_of(
        &mut self,
        changes: bool,
        original: ValueRef<'_>,
        other: Option<ValueRef<'_>>,
    ) -> Option<&mut u64> {
        Some(match (original, other) {
            (ValueRef::Null, _) => return None,
            (ValueRef::Text(text), _) if text.trim_ascii().is_empty() => &mut self.empty,
            (ValueRef::Blob([]), _) => &mut self.empty,
            (_, Some(other)) if is_blank(other) => &mut self.blank,
            (original, Some(other)) if original != other => &mut self.masked,
            _ if changes => &mut self.same,
            _ => &mut self.kept,
        })
    }

    /// Adds what was done to other values of the column.
    pub fn join(&mut self, other: &Tally) {
        self.masked += other.masked;
        self.kept += other.kept;
        self.blank += other.blank;
        self.empty += other.empty;
        self.same += other.same;
    }
}

fn is_blank(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Null | ValueRef::Text([]) | ValueRef::Blob([]))
}

/// Sees the rows of one table in their order, and has those drawn again that came out like an earlier one and may not.
pub struct Settler<'a> {
    rows: &'a RowMasker<'a>,
    guards: Guards,
    crowds: Option<Crowds>,
}

impl<'a> Settler<'a> {
    pub(super) fn of(rows: &'a RowMasker<'a>, mapped: &MappedTable, count: u64, folder: &Path) -> Self {
        let guards = Guards::of(&mapped.table, &rows.plan, count, folder);
        Settler { rows, guards, crowds: Crowds::of(&mapped.quasi, &rows.plan, folder) }
    }

    /// Whether rows may go out as they come: nothing has to differ, and nobody is counted.
    pub fn is_idle(&self) -> bool {
        self.guards.are_none() && self.crowds.is_none()
    }

    /// Looks at the next row and its mask; returns another mask where this one cannot go out.
    ///
    /// # Errors
    /// When what memory has no room for cannot be written or read.
    pub fn settle<'v>(
        &mut self,
        row: &[ValueRef<'v>],
        masks: &[ValueRef<'v>],
        tallies: &mut [Tally],
    ) -> Result<Option<Vec<Mask<'v>>>> {
        let clash = self.guards.conflict(row, masks)?;
        let again = clash.map(|at| self.drawn_again(at, row, masks)).transpose()?;
        let borrowed: Option<Vec<ValueRef<'_>>> =
            again.as_ref().map(|values| values.iter().map(Mask::borrow).collect());
        let out = borrowed.as_deref().unwrap_or(masks);
        if let Some(again) = &again {
            for (at, tally) in tallies.iter_mut().enumerate() {
                let changes = self.rows.plan.columns[at].action.changes();
                tally.take_back(changes, row[at], masks[at]);
                tally.add(changes, row[at], &again[at]);
            }
        }
        self.guards.note(row, out)?;
        if let Some(crowds) = &mut self.crowds {
            crowds.note(row, out)?;
        }
        Ok(again)
    }

    fn drawn_again<'v>(
        &self,
        at: usize,
        row: &[ValueRef<'v>],
        masks: &[ValueRef<'v>],
    ) -> Result<Vec<Mask<'v>>> {
        let mut out: Vec<Mask<'v>> = masks.iter().map(|mask| Mask::Same(*mask)).collect();
        let mut clash = Some(at);
        for turn in 1..=MOST_TURNS {
            let Some(at) = clash else { break };
            self.rows.redraw(at, turn, row, &mut out);
            let borrowed: Vec<ValueRef<'_>> = out.iter().map(Mask::borrow).collect();
            clash = self.guards.conflict(row, &borrowed)?;
        }
        Ok(out)
    }

    /// How many rows are alike in the columns that single somebody out together, before and after; nothing where the
    /// map names no such columns.
    ///
    /// # Errors
    /// When what memory has no room for cannot be read.
    pub fn crowds(&mut self) -> Result<Option<(Crowd, Crowd)>> {
        self.crowds.as_mut().map(Crowds::count).transpose()
    }
}
