//! Columns that are computed from other columns: in which order, and whether there is one.

use super::complete::MappedColumn;
use super::live::Live;
use super::rule::Content;
use crate::store::{Generated, Table};

/// Where the walk stands with a column.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Untouched,
    Underway,
    Done,
}

/// The derived columns by their place, each after those it is made from. A circle is noted as a misfit.
pub(super) fn in_order(live: &Live<'_>, table: &Table, columns: &[MappedColumn]) -> Vec<usize> {
    let mut walk = Walk { columns, steps: vec![Step::Untouched; columns.len()], order: Vec::new() };
    for (at, column) in columns.iter().enumerate() {
        check_sources(live, table, column);
        if let Err(circle) = walk.visit(at) {
            let what = format!("{} is computed from itself: {}", column.name, circle.join(" from "));
            live.misfit(&column.origin, what);
        }
    }
    walk.order
}

/// A column that the database computes is not there yet when the others are written.
fn check_sources(live: &Live<'_>, table: &Table, column: &MappedColumn) {
    let Content::Derived { from, .. } = &column.rule.content else { return };
    for source in from {
        if table.column(source).is_some_and(|source| source.generated != Generated::No) {
            let what =
                format!("{} is computed from {source}, which the database computes itself", column.name);
            live.misfit(&column.origin, what);
        }
    }
}

struct Walk<'a> {
    columns: &'a [MappedColumn],
    steps: Vec<Step>,
    order: Vec<usize>,
}

impl Walk<'_> {
    /// Visits what a column is made from, then the column. The error is the way round a circle.
    fn visit(&mut self, at: usize) -> Result<(), Vec<String>> {
        let columns = self.columns;
        let Content::Derived { from, .. } = &columns[at].rule.content else { return Ok(()) };
        match self.steps[at] {
            Step::Done => return Ok(()),
            Step::Underway => return Err(vec![columns[at].name.clone()]),
            Step::Untouched => self.steps[at] = Step::Underway,
        }
        let places = from.iter().filter_map(|name| columns.iter().position(|column| column.name == *name));
        let mut circle = Ok(());
        for source in places {
            circle = circle.and(self.visit(source).map_err(|mut way| {
                way.insert(0, columns[at].name.clone());
                way
            }));
        }
        self.steps[at] = Step::Done;
        self.order.push(at);
        circle
    }
}
