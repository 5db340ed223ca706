//! Holds every row of a finished copy against the row that it was made from.

use super::copy::{Loads, columns_of, ends, read_copy};
use super::leftover::is_left;
use super::needles::Needles;
use super::scan::in_value;
use super::verdict::{Evidence, Seen};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::progress::Progress;
use crate::schema::{Category, CompleteMap, Content, MappedTable, Rows};
use crate::store::{Snapshot, Store, ValueRef};

/// Compares a whole copy with its source, both read in the order of their keys. `copy` opens the decoded archive.
///
/// # Errors
/// When either cannot be read; damaged when they do not have the same rows. What is found is no error here.
pub fn hold_against_source(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    copy: impl FnOnce() -> Result<Box<dyn Store>> + Send,
    needles: &Needles,
    progress: &mut dyn Progress,
    evidence: &mut Evidence,
) -> Result<()> {
    let tables: Vec<&MappedTable> = map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy).collect();
    std::thread::scope(|scope| {
        let (sending, mut rows) = ends();
        let names = &tables;
        let reader = scope.spawn(move || read_copy(copy, names, needles, sending));
        let compared = tables.iter().try_for_each(|mapped| {
            progress.stage(&format!("proving {}", mapped.table.name), None);
            compare_table(source, mapped, &mut rows, needles, progress, evidence)
        });
        // A reader that waits for room must not wait for ever.
        drop(rows);
        let read =
            reader.join().unwrap_or_else(|_| Err(Fault::unfinished("reading the archive failed").into()));
        compared.and(read)
    })
}

fn compare_table(
    source: &mut dyn Snapshot,
    mapped: &MappedTable,
    rows: &mut Loads,
    needles: &Needles,
    progress: &mut dyn Progress,
    evidence: &mut Evidence,
) -> Result<()> {
    let name = &mapped.table.name;
    let columns = columns_of(mapped);
    let judges: Vec<Judge<'_>> = columns.iter().map(|column| Judge::of(mapped, column, &columns)).collect();
    let mut seen = vec![Seen::default(); columns.len()];
    let is_paired = is_paired(mapped);
    let (mut room, mut count) = (Vec::new(), 0u64);
    source.scan(name, &columns, &mut |row| {
        count += 1;
        if count.is_multiple_of(1024) {
            interrupt::check()?;
            progress.advance(1024);
        }
        let masked = rows.next()?.ok_or_else(|| Fault::damaged(format!("rows of {name} are missing")))?;
        for ((place, judge), mask) in judges.iter().enumerate().zip(rows.current.row(masked)) {
            evidence.values += 1;
            judge.look(row, place, mask, is_paired, needles, &mut room, &mut seen[place]);
        }
        Ok(())
    })?;
    if rows.next()?.is_some() {
        return Err(Fault::damaged(format!("{name} has rows in the archive that the source has not")).into());
    }
    for ((column, mut seen), originals) in columns.into_iter().zip(seen).zip(rows.originals.drain(..)) {
        seen.originals = originals;
        evidence.columns.insert((name.clone(), column.to_owned()), seen);
    }
    Ok(())
}

/// Rows pair up by their order where the key that orders them is not masked.
fn is_paired(mapped: &MappedTable) -> bool {
    let kept = |name: &String| mapped.column(name).is_some_and(|column| column.rule.content.is_kept());
    mapped.table.row_number.is_some() || mapped.table.primary_key.iter().all(kept)
}

/// What one column has to be like.
struct Judge<'a> {
    content: Option<&'a Content>,
    decider: Option<usize>,
}

impl<'a> Judge<'a> {
    fn of(mapped: &'a MappedTable, column: &str, columns: &[&str]) -> Self {
        let content = mapped.column(column).map(|column| &column.rule.content);
        let decider = match content {
            Some(Content::ByColumn { column, .. }) => {
                columns.iter().position(|name| name.eq_ignore_ascii_case(column))
            }
            _ => None,
        };
        Judge { content, decider }
    }

    /// What this row's value is, where one category says it.
    fn category(&self, row: &[ValueRef<'_>]) -> Option<Category> {
        match self.content? {
            Content::One(category) => Some(*category),
            Content::ByColumn { when, otherwise, .. } => {
                let decider = crate::masking::decider_text(row[self.decider?]);
                Some(*when.get(decider.as_str()).unwrap_or(otherwise))
            }
            _ => None,
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn look(
        &self,
        row: &[ValueRef<'_>],
        place: usize,
        mask: ValueRef<'_>,
        is_paired: bool,
        needles: &Needles,
        room: &mut Vec<u8>,
        seen: &mut Seen,
    ) {
        let Some(category) = self.category(row) else { return };
        if category.is_kept() {
            return;
        }
        self.control(row[place], category, needles, room, seen);
        if is_paired && !is_empty(row[place]) && category.is_replaced() {
            seen.compared += 1;
            seen.equal += u64::from(mask == row[place]);
        }
        if is_paired
            && category == Category::FreeText
            && let (Some(original), Some(mask)) = (row[place].as_str(), mask.as_str())
        {
            seen.leftovers += u64::from(is_left(original, mask));
        }
    }

    /// Feeds the search with the source's own value, until it has found one.
    fn control(
        &self,
        original: ValueRef<'_>,
        category: Category,
        needles: &Needles,
        room: &mut Vec<u8>,
        seen: &mut Seen,
    ) {
        if seen.control || !category.is_identifying() {
            return;
        }
        if let Some(text) = original.as_str()
            && super::needles::trim(text.as_bytes()).len() >= super::needles::SHORTEST
        {
            seen.has_originals = true;
            seen.control = in_value(needles, text.as_bytes(), room) > 0;
        }
    }
}

fn is_empty(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => true,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.trim_ascii().is_empty(),
        ValueRef::Integer(_) | ValueRef::Real(_) => false,
    }
}
