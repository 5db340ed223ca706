//! What a map says about one column: what it is, whose row it marks, what happens to it. Plain values, no behaviour.

use super::category::Category;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything a map says about a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnRule {
    /// What the values are, and so what a backup does with them.
    pub content: Content,
    /// Whose row this is, or whom it mentions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// What an erasure does with the column or its row, where it is not what the link or the category implies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase: Option<Erase>,
    /// The shape that a mask has to keep.
    pub fit: Fit,
}

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// All of one category.
    One(Category),
    /// Another column of the row decides.
    ByColumn {
        /// The column that decides.
        column: String,
        /// Its values, and what each makes of this one.
        when: BTreeMap<String, Category>,
        /// What any other value makes of it.
        otherwise: Category,
    },
    /// Computed from other columns of the row, after they have been masked.
    Derived {
        /// How.
        how: Derivation,
        /// The columns it is computed from.
        from: Vec<String>,
    },
    /// A JSON document: each path has a category, and what no path names has `otherwise`.
    Json {
        /// Paths, most specific first.
        paths: Vec<(JsonPath, Category)>,
        /// What every other leaf is.
        otherwise: Category,
    },
    /// Several values of one category in one text, separated by commas, semicolons or line ends.
    ListOf(Category),
    /// The name of a file beside the database. The file is not copied, and the column is emptied.
    File {
        /// Where the file is, below the database's folder: `attachments/{0:2}/{2:2}/{}`.
        path: String,
        /// What the file is.
        holds: Category,
    },
}

/// How a derived column is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Derivation {
    /// Without blanks, dots, hyphens, slashes and parentheses.
    Compact,
    /// In lower case.
    Lower,
    /// In upper case.
    Upper,
    /// The digits only.
    Digits,
    /// An international telephone number: `+33123456789`.
    E164,
    /// The same as the other column.
    Copy,
    /// A text with `{column}` in it.
    Template(String),
}

/// A path into a JSON document: `$.lines[*].description`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JsonPath(pub Vec<JsonStep>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JsonStep {
    /// A member of an object.
    Key(String),
    /// Every member of an object.
    AnyKey,
    /// Every item of an array.
    AnyItem,
}

/// A link from a row to another row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Whether the other row owns this one, or is only mentioned.
    pub bond: Bond,
    /// How the column names the other row.
    pub target: LinkTarget,
    /// Whether the row may have several owners, and goes with the last of them.
    pub shared: bool,
}

/// What a link means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bond {
    /// The row goes where its owner goes.
    Owner,
    /// The row only mentions the other one.
    Mention,
}

/// How a column names the row it points at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkTarget {
    /// The key of one table.
    Key {
        /// The table.
        table: String,
    },
    /// A value that stands in a column of another table; tied by value only.
    Value {
        /// The table.
        table: String,
        /// Its column.
        column: String,
    },
    /// `model,id` in one text; the model is a table of the map's `[references]`.
    Reference,
    /// The key, where another column of the row says of which table.
    TypedKey {
        /// The column that says it.
        type_column: String,
        /// Its values, and the tables they mean.
        types: BTreeMap<String, String>,
    },
}

/// What an erasure does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erase {
    /// What happens.
    pub act: EraseAct,
    /// Why a row or value is kept; needed for [`EraseAct::Keep`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when, in the map's words: `10 years after sale_date`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The acts of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EraseAct {
    /// The row goes.
    Delete,
    /// The value is emptied, the row stays.
    Blank,
    /// The link is emptied, the row stays.
    Detach,
    /// The row stays as it is, for a reason.
    Keep,
    /// The erasure is refused while there is such a row.
    Refuse,
    /// The row at the other end is erased too.
    Follow,
    /// The row at the other end is offered for erasure.
    Offer,
}

/// The shape that a mask has to keep, beyond what the database itself declares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// The longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_chars: Option<usize>,
    /// Whether the CRM checks the value against the real rules (a telephone numbering plan).
    pub valid: bool,
    /// Whether the CRM holds the value to be unique, though the database does not say so.
    pub unique: bool,
    /// The other column that is one value with this one: a postcode and its town. Of a date, the column that says
    /// whose it is: the dates of one person move together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// What an emptied value is, where it is not NULL: `""`, `"!"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank_is: Option<String>,
    /// Whether an emptied secret becomes a random token, because the CRM wants one there.
    pub random: bool,
    /// The coarser value that stands for the value, in place of a mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generalise: Option<Generalise>,
    /// How this column writes a moment, where it is not how the database's other columns do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// A coarser value, so that several people share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Generalise {
    /// The first of January of the date's year.
    Year,
    /// The first day of the date's month.
    Month,
    /// One commune for all of its department.
    Department,
    /// The bound below the number, of these rising ones.
    Bands(Vec<i64>),
}

impl Generalise {
    /// What a value becomes, in a few words.
    pub fn words(&self) -> String {
        match self {
            Generalise::Year => "its year".to_owned(),
            Generalise::Month => "its month".to_owned(),
            Generalise::Department => "its department".to_owned(),
            Generalise::Bands(bounds) => {
                let bounds: Vec<String> = bounds.iter().map(i64::to_string).collect();
                format!("its band ({})", bounds.join(", "))
            }
        }
    }
}

impl ColumnRule {
    /// What is done with the values, in words for the manifest.
    pub fn done(&self) -> String {
        match &self.fit.generalise {
            Some(coarse) => format!("{}, generalised to {}", self.content.word(), coarse.words()),
            None => self.content.word().to_owned(),
        }
    }

    /// Whether the values go into an archive as they are.
    pub fn is_kept(&self) -> bool {
        self.content.is_kept() && self.fit.generalise.is_none()
    }

    /// A column of one category and nothing else to say.
    pub fn of(category: Category) -> Self {
        ColumnRule { content: Content::One(category), link: None, erase: None, fit: Fit::default() }
    }

    /// A link to a table's key, kept in a backup.
    pub fn link(bond: Bond, table: &str) -> Self {
        let target = LinkTarget::Key { table: table.to_owned() };
        ColumnRule { link: Some(Link { bond, target, shared: false }), ..Self::of(Category::Keep) }
    }
}

impl Content {
    /// What is done with the values, in one word of the map.
    pub fn word(&self) -> &'static str {
        match self {
            Content::One(category) => category.word(),
            Content::ByColumn { .. } => "by-column",
            Content::Derived { .. } => "derived",
            Content::Json { .. } => "json",
            Content::ListOf(category) => category.word(),
            Content::File { .. } => "file",
        }
    }

    /// Whether the values go into an archive as they are.
    pub fn is_kept(&self) -> bool {
        matches!(self, Content::One(category) if category.is_kept())
    }
}
