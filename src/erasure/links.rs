//! Which columns of which tables point at a table, and what they hold when they do.

use crate::schema::{Bond, CompleteMap, Erase, LinkTarget, MappedTable};
use crate::store::Value;

/// A column that points at rows of a table.
#[derive(Debug, Clone)]
pub struct Inbound<'a> {
    /// The table that points.
    pub mapped: &'a MappedTable,
    /// Its column.
    pub column: &'a str,
    /// How it points.
    pub how: How,
    /// Whether the rows belong to what they point at.
    pub bond: Bond,
    /// Whether they may have several owners.
    pub shared: bool,
    /// What the map wants done.
    pub erase: Option<&'a Erase>,
}

/// What a column that points holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The other row's key.
    Key,
    /// The value of another column of the other row.
    Value(String),
    /// `model,key`, with any of these models.
    Reference(Vec<String>),
    /// The other row's key, where another column has one of these words.
    Typed {
        /// That column.
        column: String,
        /// The words.
        words: Vec<String>,
    },
}

/// Every column that points at a table, history tables included.
pub fn inbound<'a>(map: &'a CompleteMap, table: &str) -> Vec<Inbound<'a>> {
    let mut found = Vec::new();
    for mapped in map.tables() {
        for column in &mapped.columns {
            let Some(link) = &column.rule.link else { continue };
            let Some(how) = how(map, &link.target, table) else { continue };
            let (bond, shared, erase) = (link.bond, link.shared, column.rule.erase.as_ref());
            found.push(Inbound { mapped, column: &column.name, how, bond, shared, erase });
        }
        let versions = mapped.history.as_ref().filter(|history| history.table.eq_ignore_ascii_case(table));
        if let Some(column) = versions.and_then(|_| mapped.column(&key_of(map, table)))
            && column.rule.link.is_none()
        {
            let (how, bond) = (How::Key, Bond::Owner);
            found.push(Inbound { mapped, column: &column.name, how, bond, shared: false, erase: None });
        }
    }
    found
}

fn how(map: &CompleteMap, target: &LinkTarget, table: &str) -> Option<How> {
    match target {
        LinkTarget::Key { table: other } => other.eq_ignore_ascii_case(table).then_some(How::Key),
        LinkTarget::Value { table: other, column } => {
            other.eq_ignore_ascii_case(table).then(|| How::Value(column.clone()))
        }
        LinkTarget::Reference => Some(How::Reference(models(map, table))),
        LinkTarget::TypedKey { type_column, types } => {
            let here = types.iter().filter(|(_, other)| other.eq_ignore_ascii_case(table));
            let words: Vec<String> = here.map(|(word, _)| word.clone()).collect();
            (!words.is_empty()).then(|| How::Typed { column: type_column.clone(), words })
        }
    }
}

/// The column by which other tables know the rows of a table.
pub fn key_of(map: &CompleteMap, table: &str) -> String {
    let is_it = |other: &str| other.eq_ignore_ascii_case(table);
    let relation = map.relations().iter().find(|relation| is_it(&relation.table)).map(|found| &found.key);
    let account = map.accounts().iter().find(|accounts| is_it(&accounts.table)).map(|found| &found.key);
    let mapped = map.table(table);
    let primary = mapped.and_then(|mapped| mapped.table.identity().first().map(|name| (*name).to_owned()));
    relation.or(account).cloned().or(primary).unwrap_or_default()
}

/// The models of reference strings that mean a table. A dot of a model is an underscore of its table, so each
/// underscore may have been one.
fn models(map: &CompleteMap, table: &str) -> Vec<String> {
    const MOST_UNDERSCORES: usize = 7;
    let written = map.references().iter().filter(|(_, other)| other.eq_ignore_ascii_case(table));
    let mut models: Vec<String> = written.map(|(model, _)| model.clone()).collect();
    let places: Vec<usize> = table.match_indices('_').map(|(at, _)| at).take(MOST_UNDERSCORES).collect();
    for choice in 0..1usize << places.len() {
        let mut model = table.as_bytes().to_vec();
        for (bit, place) in places.iter().enumerate() {
            if choice >> bit & 1 == 1 {
                model[*place] = b'.';
            }
        }
        let model = String::from_utf8_lossy(&model).into_owned();
        if map.referenced(&model).is_some_and(|found| found.table.name.eq_ignore_ascii_case(table)) {
            models.push(model);
        }
    }
    models
}

impl Inbound<'_> {
    /// What the column holds when it points at these rows, given by key and by the row itself.
    pub fn values(&self, rows: &[(Value, &super::Row)]) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        for (key, row) in rows {
            match &self.how {
                How::Key | How::Typed { .. } => values.push(key.clone()),
                How::Value(column) => values.extend(spellings(row.value(column))),
                How::Reference(models) => {
                    let Some(key) = shown(key) else { continue };
                    values.extend(models.iter().map(|model| Value::from(format!("{model},{key}"))));
                }
            }
        }
        values.retain(|value| !matches!(value, Value::Null));
        values
    }

    /// Whether a row that has such a value points at the table indeed.
    pub fn points(&self, row: &super::Row) -> bool {
        match &self.how {
            How::Typed { column, words } => row
                .value(column)
                .borrow()
                .as_str()
                .is_some_and(|word| words.iter().any(|known| known == word)),
            _ => true,
        }
    }
}

/// A value as it stands, and in lower case, as other tables like to keep addresses.
fn spellings(value: &Value) -> Vec<Value> {
    let mut all = vec![value.clone()];
    if let Some(text) = value.borrow().as_str() {
        if text.is_empty() {
            return Vec::new();
        }
        let lower = text.to_lowercase();
        if lower != text {
            all.push(Value::from(lower));
        }
    }
    all
}

/// A key as a reference string shows it.
pub fn shown(key: &Value) -> Option<String> {
    match key {
        Value::Integer(number) => Some(number.to_string()),
        Value::Text(text) => String::from_utf8(text.clone()).ok(),
        _ => None,
    }
}
