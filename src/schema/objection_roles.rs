//! What a map says of objections to marketing: where the CRM notes them, and where users say what their lists show.

use super::complete::Origin;
use super::roles::{Filter, RelationKind};
use crate::store::Value;
use serde::{Deserialize, Serialize};

/// How an objection may have been made, in the words of maps and commands.
pub const CHANNELS: [&str; 6] = ["mail", "call", "letter", "form", "meeting", "import"];
/// Who may have made it.
pub const MAKERS: [&str; 4] = ["person", "company", "erp", "administrator"];

/// One place where the CRM notes that relations of a kind object to marketing. A kind may have several.
#[derive(Debug, Clone, PartialEq)]
pub struct Objection {
    /// The kind of relation.
    pub kind: RelationKind,
    /// The one way of marketing that it is about; none where it is about all of them.
    pub medium: Option<Medium>,
    /// The table that notes it: the root table, or one whose rows are tied to it.
    pub table: String,
    /// How its rows are tied to relations.
    pub tie: Tie,
    /// Which of its rows count.
    pub filter: Filter,
    /// How it is noted.
    pub sign: ObjectionSign,
    /// What the flag's column holds for true and for false.
    pub stored: [Value; 2],
    /// The column that says when it was made.
    pub at: Option<String>,
    /// The column that says when it was taken back.
    pub withdrawn_at: Option<String>,
    /// The column that says how it was made: by mail, by telephone.
    pub channel: Option<WordColumn>,
    /// The column that says who made it: the person, the company.
    pub made_by: Option<WordColumn>,
    /// How a row is made where a relation has none; none where only the CRM makes one.
    pub new_row: Option<NewRow>,
    /// Where the map says so.
    pub origin: Origin,
}

/// How the rows of a place are tied to relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tie {
    /// The row is the relation's own root row.
    Root,
    /// A column holds the relation's key.
    Key(String),
    /// A column holds an address or a number, and means whoever has it.
    Address(String, Medium),
    /// What the map names with `by`, not yet looked up.
    Written(Option<String>),
}

/// How an objection is noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectionSign {
    /// A true value in the column means that mail is welcome.
    MayBeMailed(String),
    /// A true value in the column means that somebody objected.
    Objected(String),
    /// A row in the table means that somebody objected.
    Present,
}

impl ObjectionSign {
    /// The column of the flag, where there is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            ObjectionSign::MayBeMailed(column) | ObjectionSign::Objected(column) => Some(column),
            ObjectionSign::Present => None,
        }
    }
}

/// A column that holds one of some words, perhaps in the CRM's own spelling.
#[derive(Debug, Clone, PartialEq)]
pub struct WordColumn {
    /// The column.
    pub column: String,
    /// Our words and what the CRM writes for each; where there are none, it writes ours.
    pub words: Vec<(String, Value)>,
}

/// A row that notes an objection where there was none.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRow {
    /// Columns and what they hold. [`super::RestoredMark::MOMENT`] in a text stands for the moment.
    pub set: Vec<(String, Value)>,
    /// A column that links to a table: the row is made once for each row of that table.
    pub once_for: Option<OnceFor>,
}

/// A link, each of whose targets gets a row of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceFor {
    /// The column.
    pub column: String,
    /// The table that it links to. Found from the link; empty before the map is complete.
    pub table: String,
    /// That table's key.
    pub key: String,
}

/// A way of marketing that somebody may object to by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// E-mail.
    Email,
    /// Telephone calls.
    Phone,
    /// Text messages.
    Sms,
    /// Letters.
    Post,
}

impl Medium {
    /// Every medium with its word in maps and commands.
    pub const WORDS: &'static [(&'static str, Medium)] =
        &[("email", Medium::Email), ("phone", Medium::Phone), ("sms", Medium::Sms), ("post", Medium::Post)];

    /// The word in maps and commands.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, medium)| *medium == self).map_or("", |(word, _)| word)
    }
}

/// Where an account's wish stands that lists leave out who objects: a row of the account in some table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferencePlace {
    /// The table.
    pub table: String,
    /// Its column with the account's key.
    pub by: String,
    /// Its column with the wish: true where lists leave them out.
    pub column: String,
}
