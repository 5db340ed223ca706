//! How rows lie in the file: which texts stand next to one another in a record, as the file format has it.

use crate::store::{Generated, Table, TableKind, Value};

/// Of two neighbours no more than so much of each is sought, in bytes.
const OF_EACH: usize = 60;

/// The neighbouring texts of a row: in its table's record, and in the records of its indexes.
pub fn neighbours(table: &Table, row: &[(String, Value)], encode: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let value =
        |name: &str| row.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let is_number = |name: &str| {
        table.kind == TableKind::Plain
            && table.row_number.is_none()
            && table.primary_key.first().is_some_and(|key| key.eq_ignore_ascii_case(name))
    };
    let mut order: Vec<&str> = Vec::new();
    if table.kind == TableKind::WithoutRowid {
        order.extend(table.primary_key.iter().map(String::as_str));
    }
    for column in table.columns.iter().filter(|column| column.generated != Generated::Virtual) {
        if !order.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
            order.push(&column.name);
        }
    }
    let mut found = runs(order.iter().map(|name| if is_number(name) { None } else { value(name) }), encode);
    for index in &table.indexes {
        let parts = index.parts.iter().map(|part| part.column.as_deref().and_then(value));
        found.extend(runs(parts, encode));
    }
    found
}

/// Each text with the next one, where nothing of any length stands between them.
fn runs<'a>(
    values: impl Iterator<Item = Option<&'a Value>>,
    encode: &dyn Fn(&[u8]) -> Vec<u8>,
) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut before: Option<Vec<u8>> = None;
    for value in values {
        match value {
            Some(Value::Text(text)) if !text.is_empty() => {
                let text = encode(text);
                if let Some(before) = &before {
                    let from = before.len().saturating_sub(OF_EACH);
                    found.push([&before[from..], &text[..text.len().min(OF_EACH)]].concat());
                }
                before = Some(text);
            }
            // These take no byte in a record.
            None | Some(Value::Null | Value::Integer(0 | 1)) => {}
            Some(Value::Text(_)) => {}
            Some(_) => before = None,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_texts_with_nothing_between_them() {
        let text = |text: &str| Value::from(text);
        let row = [
            text("Mme"),
            text("Lea"),
            Value::Null,
            text("Roy"),
            Value::Integer(1),
            text("x"),
            Value::Integer(7),
            text("y"),
        ];
        let found = runs(row.iter().map(Some), &|text| text.to_vec());
        let found: Vec<&str> = found.iter().map(|run| std::str::from_utf8(run).unwrap()).collect();
        assert_eq!(found, ["MmeLea", "LeaRoy", "Royx"]);
    }
}
