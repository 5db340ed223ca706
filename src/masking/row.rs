//! A table's rows, masked one by one.

use super::blank::Tokens;
use super::dates::Step;
use super::derive::{derived, filled, in_class, really, text_of};
use super::generalise::Half;
use super::kept::told_in;
use super::masker::{Masker, Shape};
use super::plan::{Action, Setting, TablePlan};
use super::settle::{Settler, Tally};
use super::value::{Fate, Mask, readable};
use crate::fault::{Fault, Result};
use crate::schema::{Category, MappedTable};
use crate::store::{Value, ValueRef};
use std::path::Path;

/// Masks the rows of one table, each by itself: threads may share it, and rows may come in any order. What has to
/// differ from row to row, a [`Settler`] sees to afterwards.
pub struct RowMasker<'a> {
    masker: &'a Masker,
    table: String,
    pub(super) plan: TablePlan,
    tokens: Tokens,
}

/// How often a row is drawn again because it came out like an earlier one.
pub(super) const MOST_TURNS: u32 = 64;
/// From this turn on, the mask is made unique by itself.
const UNIQUE_TURN: u32 = 16;

impl<'a> RowMasker<'a> {
    /// Works out what happens to each stored column of the table.
    ///
    /// # Errors
    /// Refused where the map has no rule for a stored column, names a column that is not stored, or has columns
    /// computed from each other.
    pub fn new(masker: &'a Masker, mapped: &MappedTable) -> Result<Self> {
        let plan = TablePlan::of(mapped)?;
        Ok(RowMasker { masker, table: mapped.table.name.clone(), tokens: Tokens::fresh(), plan })
    }

    /// Who sees to it that rows differ which have to: one for all rows of the table, which are about so many. What
    /// memory has no room for goes into files without a name in `folder`; it is digests, no text.
    pub fn settler(&self, mapped: &MappedTable, count: u64, folder: &Path) -> Settler<'_> {
        Settler::of(self, mapped, count, folder)
    }

    /// The columns whose values may come out changed.
    pub fn changed(&self) -> Vec<&str> {
        let set: Vec<usize> =
            self.plan.settings.iter().flat_map(|setting| setting.set.iter().map(|(at, _)| *at)).collect();
        let columns = self.plan.columns.iter().enumerate();
        let changed = columns.filter(|(at, column)| !column.stays() || set.contains(at));
        changed.map(|(_, column)| column.name.as_str()).collect()
    }

    /// Masks a row, and adds what was done to the tallies, one for each column. `row` has the stored columns, in the
    /// order of [`crate::store::Table::stored`] and without the row's own number; `out` gets their masks in the same
    /// order, in place of what it held.
    ///
    /// # Errors
    /// Refused when a column that is kept by its declared type holds a value of another, or a text that the map keeps
    /// tells how to reach somebody; the value is not named.
    pub fn mask<'v>(
        &self,
        row: &[ValueRef<'v>],
        out: &mut Vec<Mask<'v>>,
        tallies: &mut Vec<Tally>,
    ) -> Result<()> {
        let columns = &self.plan.columns;
        if row.len() != columns.len() {
            let (table, has, got) = (&self.table, columns.len(), row.len());
            return Err(
                Fault::unfinished(format!("{table} has {has} stored columns, but a row has {got}")).into()
            );
        }
        out.clear();
        for at in 0..row.len() {
            let passes = columns[at].passes(row[at]);
            out.push(if passes { Mask::Same(row[at]) } else { self.column(at, row)? });
        }
        self.make_nobodys_name(row, out);
        self.finish(row, out);
        tallies.resize(columns.len(), Tally::default());
        for (at, tally) in tallies.iter_mut().enumerate() {
            tally.add(columns[at].action.changes(), row[at], &out[at]);
        }
        Ok(())
    }

    /// Draws the mask of one column again, for the given time.
    pub(super) fn redraw<'v>(&self, at: usize, turn: u32, row: &[ValueRef<'v>], out: &mut [Mask<'v>]) {
        if let Some(fate) = self.fate(at, row, turn) {
            out[at] = self.settle(at, row[at], fate, turn);
        }
        self.finish(row, out);
    }

    /// Two masked names together may be an original's; then both are drawn as the whole name would be.
    fn make_nobodys_name(&self, row: &[ValueRef<'_>], out: &mut [Mask<'_>]) {
        let Some((given, family)) = self.plan.name else { return };
        for draw in 1..MOST_TURNS {
            let (first, last) = (text_of(out[given].borrow()), text_of(out[family].borrow()));
            if first.is_empty() || last.is_empty() || !self.masker.is_somebodys_name(&first, &last) {
                return;
            }
            for (at, category) in [(given, Category::GivenName), (family, Category::FamilyName)] {
                let shape = Shape { turn: draw, ..self.plan.columns[at].shape };
                if let Some(mask) = row[at].as_str().and_then(|text| self.masker.drawn(category, text, shape))
                {
                    out[at] = Mask::Other(mask.into());
                }
            }
        }
    }

    fn column<'v>(&self, at: usize, row: &[ValueRef<'v>]) -> Result<Mask<'v>> {
        if let Action::KeepTyped { class, declared } = &self.plan.columns[at].action
            && let Some(intruder) = class.intruder(row[at])
        {
            let (table, column) = (&self.table, &self.plan.columns[at].name);
            let what = format!("{table}.{column} is kept by its type {declared}, but holds {intruder}");
            return Err(Fault::refused(what).hint("say in the map what the column is").into());
        }
        let fate = self.fate(at, row, 0);
        if fate == Some(Fate::Kept) && self.plan.columns[at].texts_kept {
            self.refuse_address(at, row[at])?;
        }
        let fate = fate.unwrap_or(Fate::Kept);
        Ok(self.settle(at, row[at], fate, 0))
    }

    /// A text that is kept must not carry out how to reach somebody.
    fn refuse_address(&self, at: usize, original: ValueRef<'_>) -> Result<()> {
        let Some(told) = original.as_str().and_then(told_in) else { return Ok(()) };
        let (table, column) = (&self.table, &self.plan.columns[at].name);
        Err(Fault::refused(format!("{table}.{column} is kept, but a value of it holds {told}"))
            .hint("say in the map what the column is: free-text masks whatever stands in a text")
            .into())
    }

    /// What becomes of a value; nothing for a computed column.
    fn fate(&self, at: usize, row: &[ValueRef<'_>], turn: u32) -> Option<Fate> {
        let column = &self.plan.columns[at];
        let original = row[at];
        let shape = Shape { turn, unique: column.shape.unique || turn >= UNIQUE_TURN, ..column.shape };
        let time = column.time.as_deref();
        let value = |category| self.masker.value(category, original, shape, time);
        if let Some((coarse, category)) = &column.generalise {
            let partner = match &column.action {
                Action::Commune { partner, .. } => Some(row[*partner]),
                _ => None,
            };
            let half = Half { town: *category == Category::Town, partner };
            return Some(self.masker.generalised(coarse, *category, original, half, shape, time));
        }
        if let Some((whose, of)) = &column.person
            && row[*whose] != ValueRef::Null
        {
            let person = format!("{of} {}", text_of(row[*whose]));
            return Some(self.masker.stepped(original, Step::Same(&person, turn), time, shape.most));
        }
        Some(match &column.action {
            Action::Keep | Action::KeepTyped { .. } => Fate::Kept,
            Action::Mask(category) => value(*category),
            Action::By { column, when, otherwise } => {
                value(*when.get(&*text_of(row[*column])).unwrap_or(otherwise))
            }
            Action::Commune { partner, town } => self.half_commune(original, row[*partner], *town, shape),
            Action::Json(rules, memo) => match text_in(original) {
                Some(text) if text.trim().is_empty() => Fate::Nothing,
                Some(text) => {
                    let mask = memo.of((), &text, || self.masker.json(&text, rules));
                    let mask = mask.filter(|mask| mask.chars().count() <= shape.most);
                    mask.map_or(Fate::Blank, |mask| Fate::Masked(in_class(original, mask, usize::MAX)))
                }
                None if original == ValueRef::Null => Fate::Nothing,
                None => Fate::Blank,
            },
            Action::List(category) => match original {
                ValueRef::Text(bytes) if !category.is_kept() && !bytes.trim_ascii().is_empty() => {
                    let list = self.masker.list(*category, &readable(bytes), shape);
                    list.map_or(Fate::Blank, |list| Fate::Masked(list.into()))
                }
                _ => value(*category),
            },
            Action::Blank => value(Category::Blank),
            Action::Derive { .. } | Action::Fill { .. } => return None,
        })
    }

    fn half_commune(&self, original: ValueRef<'_>, partner: ValueRef<'_>, town: bool, shape: Shape) -> Fate {
        let own = text_of(original);
        let plain = matches!(original, ValueRef::Text(_)) && !own.trim().is_empty();
        if !plain || shape.unique {
            let category = if town { Category::Town } else { Category::Postcode };
            return self.masker.value(category, original, shape, None);
        }
        let partner = text_of(partner);
        let (postcode, name) = if town { (&partner, &own) } else { (&own, &partner) };
        let commune = self.masker.commune(postcode, name, shape.turn);
        let mask = if town {
            super::style::like(&own, commune.name.to_owned())
        } else {
            commune.postcode.to_owned()
        };
        Fate::Masked(super::style::cut(&mask, shape.most).into())
    }

    fn settle<'v>(&self, at: usize, original: ValueRef<'v>, fate: Fate, turn: u32) -> Mask<'v> {
        match fate {
            Fate::Kept | Fate::Nothing => Mask::Same(original),
            Fate::Masked(value) => Mask::Other(value),
            Fate::Blank => {
                let column = &self.plan.columns[at];
                let shape = Shape { turn, ..column.shape };
                Mask::Other(column.emptied.value(original, shape, &self.tokens))
            }
        }
    }

    /// Computes the computed columns, then sets what the copy must not do by itself.
    fn finish(&self, row: &[ValueRef<'_>], out: &mut [Mask<'_>]) {
        for at in &self.plan.derived {
            let column = &self.plan.columns[*at];
            let original = row[*at];
            if text_of(original).trim().is_empty() && !matches!(original, ValueRef::Blob([_, ..])) {
                continue;
            }
            let value = match &column.action {
                Action::Derive { how, from } => {
                    let how = really(how, &text_of(row[*from]), &text_of(original));
                    in_class(original, derived(&how, &text_of(out[*from].borrow())), column.shape.most)
                }
                Action::Fill { template } => in_class(original, filled(template, out), column.shape.most),
                _ => continue,
            };
            out[*at] = Mask::Other(value);
        }
        for setting in self.plan.settings.iter().filter(|setting| fits(setting, row)) {
            for (at, value) in &setting.set {
                out[*at] = Mask::Other(value.clone());
            }
        }
    }
}

fn text_in(value: ValueRef<'_>) -> Option<std::borrow::Cow<'_, str>> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(readable(bytes)),
        _ => None,
    }
}

fn fits(setting: &Setting, row: &[ValueRef<'_>]) -> bool {
    let is_one = |(at, values): &(usize, Vec<Value>)| values.iter().any(|value| alike(row[*at], value));
    setting.only.iter().all(is_one)
}

/// Equal, also where one is a number and the other the same number as text.
fn alike(stored: ValueRef<'_>, wanted: &Value) -> bool {
    stored == wanted.borrow() || (stored != ValueRef::Null && text_of(stored) == text_of(wanted.borrow()))
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
