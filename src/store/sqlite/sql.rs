//! Names quoted, values bound: the only places where SQL text is put together.

use crate::store::{Value, ValueRef};
use rusqlite::types::{ToSql, ToSqlOutput};

/// A name as SQL writes it, whatever is in it.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quoted names, separated by commas.
pub fn quoted_list(names: &[&str]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// `?1, ?2, …`
pub fn places(count: usize) -> String {
    (1..=count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}

/// `"a" = ?3 AND "b" = ?4`, the first place being `from`. NULL equals NULL here.
pub fn equals(names: &[&str], from: usize, join: &str) -> String {
    let operator = if join == " AND " { "IS" } else { "=" };
    names
        .iter()
        .enumerate()
        .map(|(index, name)| format!("{} {operator} ?{}", quote(name), from + index))
        .collect::<Vec<_>>()
        .join(join)
}

/// Binds our value without looking into it: text may be any bytes.
pub struct Bound<'a>(pub ValueRef<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::ValueRef as Theirs;
        Ok(ToSqlOutput::Borrowed(match self.0 {
            ValueRef::Null => Theirs::Null,
            ValueRef::Integer(number) => Theirs::Integer(number),
            ValueRef::Real(number) => Theirs::Real(number),
            ValueRef::Text(bytes) => Theirs::Text(bytes),
            ValueRef::Blob(bytes) => Theirs::Blob(bytes),
        }))
    }
}

/// Their value as ours.
pub fn ours(value: rusqlite::types::ValueRef<'_>) -> ValueRef<'_> {
    use rusqlite::types::ValueRef as Theirs;
    match value {
        Theirs::Null => ValueRef::Null,
        Theirs::Integer(number) => ValueRef::Integer(number),
        Theirs::Real(number) => ValueRef::Real(number),
        Theirs::Text(bytes) => ValueRef::Text(bytes),
        Theirs::Blob(bytes) => ValueRef::Blob(bytes),
    }
}

/// Binds a row to a statement, from the given place on.
pub fn bind<'a>(
    statement: &mut rusqlite::Statement<'_>,
    from: usize,
    row: impl IntoIterator<Item = ValueRef<'a>>,
) -> rusqlite::Result<()> {
    for (index, value) in row.into_iter().enumerate() {
        statement.raw_bind_parameter(from + index, Bound(value))?;
    }
    Ok(())
}

/// The values of name-value pairs, borrowed.
pub fn borrowed<'a>(pairs: &'a [(&str, Value)]) -> Vec<ValueRef<'a>> {
    pairs.iter().map(|(_, value)| value.borrow()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_quotes_stays_one_name() {
        assert_eq!(quote(r#"a"; DROP TABLE b; --"#), r#""a""; DROP TABLE b; --""#);
        assert_eq!(quoted_list(&["to", "from_"]), r#""to", "from_""#);
        assert_eq!(equals(&["a", "b"], 3, " AND "), r#""a" IS ?3 AND "b" IS ?4"#);
    }
}
