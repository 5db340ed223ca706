//! Which rule of a map holds for a column: the one place where the order of precedence is written down.

use super::category::Category;
use super::complete::Origin;
use super::map::{Map, TableWord};
use super::pattern::best;
use super::rule::ColumnRule;
use crate::store::{Catalog, Column, Generated, Table};

/// How many histories of histories are followed.
const MOST_HISTORIES: usize = 4;

/// The rule that holds for a column, as the map writes it.
pub(super) struct Settled {
    pub(super) rule: ColumnRule,
    pub(super) by_type: bool,
    pub(super) by_table: bool,
    pub(super) origin: Origin,
}

/// The rule that holds for a column, or none.
pub(super) fn settle(map: &Map, catalog: &Catalog, table: &Table, column: &Column) -> Option<Settled> {
    settle_within(map, catalog, table, column, MOST_HISTORIES)
}

/// The first that says something, in this order:
/// 1. the table's block, by name; 2. the block, by pattern; 3. the same column of the table whose history it is;
/// 4. `[everywhere.columns]`; 5. a word for the whole table; 6. `[everywhere.types]`; 7. the block's `"*"`.
fn settle_within(
    map: &Map,
    catalog: &Catalog,
    table: &Table,
    column: &Column,
    depth: usize,
) -> Option<Settled> {
    in_block(map, table, column, false)
        .or_else(|| in_history(map, catalog, table, column, depth))
        .or_else(|| everywhere(map, column))
        .or_else(|| whole_table(map, table))
        .or_else(|| by_type(map, column))
        .or_else(|| in_block(map, table, column, true))
}

fn in_block(map: &Map, table: &Table, column: &Column, rest: bool) -> Option<Settled> {
    let columns = map.block(&table.name)?.columns.iter().filter(|rule| rule.pattern.is_rest() == rest);
    let rule = best(columns, |rule| &rule.pattern, &column.name)?;
    Some(Settled { rule: rule.rule.clone(), by_type: false, by_table: false, origin: rule.origin.clone() })
}

fn in_history(map: &Map, catalog: &Catalog, table: &Table, column: &Column, depth: usize) -> Option<Settled> {
    let (TableWord::History { table: base, row }, said) = map.table_word(&table.name)? else { return None };
    if row.eq_ignore_ascii_case(&column.name) {
        let rule = ColumnRule::of(Category::Keep);
        return Some(Settled { rule, by_type: false, by_table: false, origin: said.origin.clone() });
    }
    let base = catalog.table(base)?;
    let same = base.column(&column.name).filter(|same| same.generated == Generated::No)?;
    settle_within(map, catalog, base, same, depth.checked_sub(1)?)
}

fn everywhere(map: &Map, column: &Column) -> Option<Settled> {
    let rule = best(map.columns.iter(), |rule| &rule.pattern, &column.name)?;
    Some(Settled { rule: rule.rule.clone(), by_type: false, by_table: false, origin: rule.origin.clone() })
}

/// The columns of a table that comes without its rows need no rules; should its rows be wanted, they are emptied.
fn whole_table(map: &Map, table: &Table) -> Option<Settled> {
    let (word, said) = map.table_word(&table.name)?;
    let category = match word {
        TableWord::Keep => Category::Keep,
        TableWord::Empty | TableWord::Rebuild => Category::Blank,
        TableWord::History { .. } => return None,
    };
    Some(Settled {
        rule: ColumnRule::of(category),
        by_type: false,
        by_table: true,
        origin: said.origin.clone(),
    })
}

fn by_type(map: &Map, column: &Column) -> Option<Settled> {
    let name = column.type_name();
    let named = best(map.types.iter(), |named| &named.pattern, &name)?;
    Some(Settled {
        rule: ColumnRule::of(Category::Keep),
        by_type: true,
        by_table: false,
        origin: named.origin.clone(),
    })
}
