//! Columns that are computed from others, when one of those is corrected: done again in the way of the CRM.

use super::derive::{derived, filled, in_class, pieces, really, text_of};
use super::value::Mask;
use crate::schema::{Content, Derivation, MappedTable};
use crate::store::Value;

/// What a copy of a corrected value becomes: computed in the way in which the old one was, else as the map says.
pub fn follows(how: &Derivation, old: (&Value, &Value), new: &Value) -> Value {
    let (source, copy) = old;
    if *new == Value::Null {
        return Value::Null;
    }
    let how = really(how, &text_of(source.borrow()), &text_of(copy.borrow()));
    in_class(copy.borrow(), derived(&how, &text_of(new.borrow())), usize::MAX)
}

/// The computed columns of a row that change with it; `old` and `new` give a column's value before and after, as far as
/// that is known yet.
pub fn followed(
    mapped: &MappedTable,
    old: &dyn Fn(&str) -> Value,
    mut changed: Vec<(String, Value)>,
) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for at in &mapped.derived {
        let column = &mapped.columns[*at];
        let Content::Derived { how, from } = &column.rule.content else { continue };
        if !changed.iter().any(|(name, _)| from.iter().any(|source| source.eq_ignore_ascii_case(name))) {
            continue;
        }
        let now = |name: &str| {
            let found = changed.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map_or_else(|| old(name), |(_, value)| value.clone())
        };
        let before = old(&column.name);
        let after = match (how, from.as_slice()) {
            (Derivation::Template(template), sources) => {
                let values: Vec<Mask<'_>> = sources.iter().map(|source| Mask::Other(now(source))).collect();
                let place = |name: &str| sources.iter().position(|source| source.eq_ignore_ascii_case(name));
                let Ok(pieces) = pieces(template, place) else { continue };
                in_class(before.borrow(), filled(&pieces, &values), usize::MAX)
            }
            (how, [source, ..]) => follows(how, (&old(source), &before), &now(source)),
            (_, []) => continue,
        };
        changed.push((column.name.clone(), after.clone()));
        all.push((column.name.clone(), after));
    }
    all
}
