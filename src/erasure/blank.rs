//! What an emptied row looks like: which columns are emptied, and what emptied is.

use super::row::{Act, New, Row};
use super::verdict;
use crate::digest::Digest;
use crate::schema::{Bond, Category, Content, EraseAct, MappedColumn, MappedTable};
use crate::store::{Column, Generated, Table, Value, ValueRef};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The columns of a row whose personal values are emptied, with what they become. Of a row that is kept for a reason
/// only the columns that the map names for it.
pub fn columns(mapped: &MappedTable, row: &Row, is_kept: bool, day: Date) -> Vec<(String, New)> {
    let mut set = Vec::new();
    for (column, live) in mapped.columns.iter().zip(&mapped.table.columns) {
        if live.generated != Generated::No || is_empty(row.value(&column.name)) {
            continue;
        }
        let wanted = match column.rule.erase.as_ref().map(|erase| erase.act) {
            // Of a link to an owner it says what happens to the row, which goes on belonging to it.
            Some(EraseAct::Blank) => column.rule.link.as_ref().is_none_or(|link| link.bond == Bond::Mention),
            Some(EraseAct::Keep) if is_kept || !is_over(column, row, day) => false,
            _ => !is_kept && column.rule.link.is_none() && is_personal(column, row),
        };
        if wanted {
            let new = empty(&mapped.table, column, live);
            if New::Value(row.value(&column.name).clone()) != new {
                set.push((column.name.clone(), new));
            }
        }
    }
    set
}

/// Whether all personal values of a stored row are empty already: an erasure has been here. The values are those of every
/// column that is not hidden; what is kept for a reason does not count.
pub fn is_emptied(mapped: &MappedTable, values: &[ValueRef<'_>]) -> bool {
    let shown = mapped.table.columns.iter().filter(|column| column.generated != Generated::Hidden);
    let cells =
        shown.map(|column| column.name.clone()).zip(values.iter().map(|value| value.to_value())).collect();
    let row = Row {
        identity: Vec::new(),
        cells,
        digest: Digest([0; 32]),
        act: Act::Detach,
        set: BTreeMap::new(),
        kept: None,
        is_self: true,
    };
    columns(mapped, &row, false, Date::MIN).iter().all(|(_, new)| *new == New::Token)
}

/// The columns that outlive their row, each with the reason and the last day, where the map says so.
pub fn kept_columns<'a>(
    mapped: &'a MappedTable,
    row: &Row,
    day: Date,
) -> Vec<(&'a str, String, Option<String>)> {
    let mut kept = Vec::new();
    for column in mapped.columns.iter().filter(|column| column.rule.link.is_none()) {
        let Some(erase) = column.rule.erase.as_ref().filter(|erase| erase.act == EraseAct::Keep) else {
            continue;
        };
        if !is_empty(row.value(&column.name)) && !is_over(column, row, day) {
            let until = verdict::last_day(erase.until.as_deref(), row).map(|day| day.to_string());
            let reason = erase.reason.clone().unwrap_or_default();
            kept.push((column.name.as_str(), reason, until.or_else(|| erase.until.clone())));
        }
    }
    kept
}

/// Whether the last day of a column that is kept is over.
fn is_over(column: &MappedColumn, row: &Row, day: Date) -> bool {
    let until = column.rule.erase.as_ref().and_then(|erase| erase.until.as_deref());
    verdict::last_day(until, row).is_some_and(|last| last < day)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(bytes) | Value::Blob(bytes) => bytes.is_empty(),
        _ => false,
    }
}

fn is_personal(column: &MappedColumn, row: &Row) -> bool {
    match &column.rule.content {
        Content::ByColumn { column, when, otherwise } => {
            let word = row.value(column).borrow().as_str().map(str::to_owned);
            let category = word.and_then(|word| when.get(&word).copied()).unwrap_or(*otherwise);
            !category.is_kept()
        }
        content => !content.is_kept(),
    }
}

/// What an emptied value is: what the map says, else NULL, else nothing of the column's type.
pub fn empty(table: &Table, column: &MappedColumn, live: &Column) -> New {
    let fit = &column.rule.fit;
    if fit.random {
        return New::Token;
    }
    if let Some(text) = &fit.blank_is {
        return New::Value(Value::from(text.as_str()));
    }
    let is_key = table.primary_key.iter().any(|name| name.eq_ignore_ascii_case(&live.name));
    if !live.not_null && !is_key {
        return New::Value(Value::Null);
    }
    let kind = live.type_name();
    if kind.contains("BLOB") {
        return New::Value(Value::Blob(Vec::new()));
    }
    if ["INT", "REAL", "NUM", "FLOA", "DOUB", "BOOL"].iter().any(|part| kind.contains(part)) {
        return New::Value(Value::Integer(0));
    }
    if table.unique_with(&live.name).next().is_some()
        || matches!(column.rule.content, Content::One(Category::Login))
    {
        return New::Token;
    }
    match column.rule.content {
        Content::Json { .. } => New::Value(Value::from("{}")),
        _ => New::Value(Value::from("")),
    }
}
