//! What a database declares about itself, in words that are no engine's.

/// Everything a database declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Tables, by name.
    pub tables: Vec<Table>,
    /// Views.
    pub views: Vec<View>,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// The highest row number that was ever given out, per table that counts for ever.
    pub counters: Vec<(String, i64)>,
    /// The database's own settings, in the engine's words: encoding, page size, version numbers of the application.
    pub settings: std::collections::BTreeMap<String, String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, as the database writes it.
    pub name: String,
    /// What sort of table it is.
    pub kind: TableKind,
    /// Whether the engine holds every value to its column's type.
    pub strict: bool,
    /// Its columns in order, generated ones included.
    pub columns: Vec<Column>,
    /// The columns of the primary key, in the key's order; empty when there is none.
    pub primary_key: Vec<String>,
    /// The name under which the engine numbers the rows, where it does and no column is that number itself.
    pub row_number: Option<String>,
    /// The foreign keys that are declared. Many real databases declare none.
    pub foreign_keys: Vec<ForeignKey>,
    /// The indexes, those of constraints included.
    pub indexes: Vec<Index>,
    /// The engine's own words that make it. Only that engine reads them.
    pub definition: String,
}

/// The sorts of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableKind {
    /// Rows with a number of their own.
    Plain,
    /// Rows that only their primary key finds.
    WithoutRowid,
    /// A table that a module answers for, such as a full-text index. The module's name.
    Virtual(String),
    /// Where a virtual table keeps its bytes: never copied, made anew by its virtual table.
    Shadow,
    /// The engine's own bookkeeping (statistics, counters): never copied as rows.
    Internal,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, as the database writes it.
    pub name: String,
    /// The type as declared, with its length: `VARCHAR(80)`; empty where none is.
    pub declared_type: String,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// Whether and how it is computed.
    pub generated: Generated,
    /// The collation under which it is compared, in upper case: `BINARY`, `NOCASE`.
    pub collation: String,
}

/// Whether the engine computes a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// It is stored as it was written.
    No,
    /// Computed at every read.
    Virtual,
    /// Computed at every write, and stored.
    Stored,
    /// A column that a virtual table hides: an argument or a command, not data.
    Hidden,
}

/// A declared foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The child's columns.
    pub columns: Vec<String>,
    /// The parent table.
    pub parent: String,
    /// The parent's columns; empty when they are its primary key.
    pub parent_columns: Vec<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether it refuses duplicates.
    pub unique: bool,
    /// Whether it covers only some rows.
    pub partial: bool,
    /// Its parts, in order.
    pub parts: Vec<IndexPart>,
    /// The engine's own words that make it; none where a constraint made it.
    pub definition: Option<String>,
}

/// A part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPart {
    /// The column; none where the part is an expression or the row's number.
    pub column: Option<String>,
    /// Whether the part is an expression.
    pub expression: bool,
    /// The collation of this part, in upper case.
    pub collation: String,
}

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The engine's own words that make it.
    pub definition: String,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table or view it stands on.
    pub table: String,
    /// The engine's own words that make it.
    pub definition: String,
}

impl Catalog {
    /// The table of that name; engines fold ASCII case, and so does this.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The tables that hold rows of their own: neither shadows nor bookkeeping.
    pub fn data_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| !matches!(table.kind, TableKind::Shadow | TableKind::Internal))
    }
}

impl Table {
    /// The column of that name, ASCII case folded.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The columns that are written: all but the computed and the hidden ones.
    pub fn stored(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.generated == Generated::No)
    }

    /// The longest text, in characters, that a CHECK of the form `length(column) <= 40` allows. `<`, `=` and BETWEEN
    /// are understood too; of several the shortest counts, and what is written otherwise is passed over.
    pub fn checked_length(&self, column: &str) -> Option<usize> {
        let definition = self.definition.to_ascii_lowercase();
        let lengths = definition.match_indices("length").filter_map(|(at, word)| {
            let (inside, rest) =
                definition[at + word.len()..].trim_start().strip_prefix('(')?.split_once(')')?;
            let name = inside.trim().trim_matches(['"', '`', '[', ']', '\'']);
            if !name.eq_ignore_ascii_case(column) {
                return None;
            }
            longest(rest.trim_start())
        });
        lengths.min()
    }

    /// The unique indexes in which the column has a part, primary key included.
    pub fn unique_with<'a>(&'a self, column: &'a str) -> impl Iterator<Item = &'a Index> {
        self.indexes.iter().filter(move |index| {
            index.unique
                && index
                    .parts
                    .iter()
                    .any(|part| part.column.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(column)))
        })
    }
}

/// The upper bound of what follows `length(column)`.
fn longest(comparison: &str) -> Option<usize> {
    let number = |text: &str| {
        let text = text.trim_start();
        let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<usize>().ok()
    };
    if let Some(between) = comparison.strip_prefix("between") {
        return number(between.split_once("and")?.1);
    }
    if let Some(bound) = comparison.strip_prefix("<=") {
        return number(bound);
    }
    if let Some(bound) = comparison.strip_prefix('<') {
        return number(bound)?.checked_sub(1);
    }
    number(comparison.strip_prefix('=')?.trim_start_matches('='))
}

impl Column {
    /// The type's name without length or precision, in upper case: `VARCHAR` for `varchar(80)`.
    pub fn type_name(&self) -> String {
        self.declared_type.split('(').next().unwrap_or_default().trim().to_ascii_uppercase()
    }

    /// The length that a character type declares, in characters: 80 for `VARCHAR(80)`.
    pub fn declared_length(&self) -> Option<usize> {
        let (kind, rest) = self.declared_type.split_once('(')?;
        let kind = kind.to_ascii_uppercase();
        if !kind.contains("CHAR") && !kind.contains("TEXT") {
            return None;
        }
        rest.split([',', ')']).next()?.trim().parse().ok()
    }
}
