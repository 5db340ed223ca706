//! What an archive says about itself: who made it, from what, and what was done to each column.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name that a manifest carries, beside its format number.
pub const SCHEMA: &str = "crm-admin-archive";

/// The manifest of an archive.
///
/// It never holds a value of the database, a path, a host or the name of a person. The same manifest always gives the
/// same JSON. Fields that a reader does not know are passed over. What the archive decodes to (bytes, frames, digest)
/// stands beside it in the trailer and is written by [`Writer`](super::Writer).
///
/// A manifest that was read is foreign text: strip it of control characters before it reaches a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The archive's format version, [`FORMAT`](super::FORMAT).
    pub format: u32,
    /// The program and its version, "crm-admin 0.1.0".
    pub made_by: String,
    /// The engine and its version, "SQLite 3.51.0".
    pub engine: String,
    /// When the source was read: RFC 3339, UTC, whole seconds.
    pub created: String,
    /// Whether the people in it are still themselves.
    pub content: Content,
    /// The schema map that decided what is masked.
    pub map: MapStamp,
    /// The random id of the state folder without which an identifiable copy is not restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Whether somebody can turn pseudonyms back.
    pub pseudonyms: Pseudonyms,
    /// What was proven before the archive got its name.
    pub proof: Proof,
    /// What the database file declares about itself.
    pub database: Database,
    /// What was done to each column that the map names.
    pub columns: Vec<Column>,
    /// Columns that refer to files outside the database; the archive does not hold those files.
    pub files_not_copied: Vec<FilesNotCopied>,
    /// Columns that single somebody out together, where the map says which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quasi_identifiers: Vec<QuasiIdentifiers>,
}

/// Whether the people in an archive are still themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Personal data was masked on the way.
    #[default]
    Anonymised,
    /// An identifiable copy.
    Full,
}

/// Which schema map was used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapStamp {
    /// The map's own name, not its path.
    pub name: String,
    /// The SHA-256 of the map, in hexadecimal.
    pub digest: String,
}

/// What became of the key that pseudonyms were made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pseudonyms {
    /// There are none: an identifiable copy.
    #[serde(rename = "none")]
    None,
    /// The key was made for this archive and forgotten.
    #[default]
    #[serde(rename = "key destroyed")]
    KeyDestroyed,
    /// The key is in a file of the administrator's: whoever has it can tell who is who.
    #[serde(rename = "key file")]
    KeyFile,
}

impl Pseudonyms {
    /// Whether somebody can find the person behind a pseudonym again.
    pub fn reversible(self) -> bool {
        self == Pseudonyms::KeyFile
    }
}

/// The proof that was made before the archive got its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Whether there was one.
    pub state: ProofState,
    /// What was counted, by name. Numbers only, so that no value can slip in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, u64>,
}

/// Whether an archive was held against its source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProofState {
    /// It was not: an identifiable copy, or the proof was switched off.
    #[default]
    None,
    /// It was, and nothing of anybody was found.
    Passed,
}

/// What the database file declares about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// In bytes.
    pub page_size: u32,
    /// "UTF-8", "UTF-16le" or "UTF-16be".
    pub encoding: String,
    /// `PRAGMA user_version`.
    pub user_version: i32,
    /// `PRAGMA application_id`.
    pub application_id: i32,
    /// Every table, with the number of rows in the archive.
    pub tables: Vec<Table>,
}

/// One table of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// How many rows of it are in the archive.
    pub rows: u64,
    /// What the map says about the whole table, such as "copy" or "empty".
    pub disposition: String,
}

/// What was done to one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The table's name.
    pub table: String,
    /// The column's name.
    pub column: String,
    /// The category it was masked as, or "keep", "json", "derived".
    pub done: String,
    /// How many values were masked.
    pub masked: u64,
    /// How many values came across as they were.
    pub kept: u64,
    /// How many values were NULL or empty before.
    pub blank: u64,
}

/// A column that refers to files outside the database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesNotCopied {
    /// The table's name.
    pub table: String,
    /// The column's name.
    pub column: String,
    /// How many files it refers to.
    pub count: u64,
}

/// Columns of a table that single somebody out together, and how many rows are alike in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuasiIdentifiers {
    /// The table's name.
    pub table: String,
    /// The columns' names.
    pub columns: Vec<String>,
    /// In the source.
    pub before: Crowd,
    /// In the archive.
    pub after: Crowd,
}

/// Groups of rows that are alike. Numbers only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// Rows that have something in one of the columns at least.
    pub rows: u64,
    /// How many rows the smallest group has: k.
    pub smallest: u64,
    /// Rows that are like no other.
    pub alone: u64,
    /// Rows in groups of fewer than five.
    pub below_five: u64,
}

/// An empty manifest of today's format, to be filled in.
impl Default for Manifest {
    fn default() -> Self {
        Manifest {
            schema: SCHEMA.into(),
            format: super::FORMAT,
            made_by: concat!("crm-admin ", env!("CARGO_PKG_VERSION")).into(),
            engine: String::new(),
            created: String::new(),
            content: Content::default(),
            map: MapStamp::default(),
            state: None,
            pseudonyms: Pseudonyms::default(),
            proof: Proof::default(),
            database: Database::default(),
            columns: Vec::new(),
            files_not_copied: Vec::new(),
            quasi_identifiers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_the_json_are_the_ones_in_the_manual() {
        let mut manifest = Manifest { made_by: "crm-admin 0.1.0".into(), ..Manifest::default() };
        manifest.proof.counts.insert("originals".into(), 7);
        manifest.database.tables.push(Table { name: "contact".into(), rows: 3, disposition: "copy".into() });
        manifest.columns.push(Column { table: "contact".into(), done: "email".into(), ..Column::default() });
        assert_eq!(
            serde_json::to_string(&manifest).unwrap(),
            concat!(
                r#"{"schema":"crm-admin-archive","format":1,"made_by":"crm-admin 0.1.0","engine":"","#,
                r#""created":"","content":"anonymised","map":{"name":"","digest":""},"#,
                r#""pseudonyms":"key destroyed","proof":{"state":"none","counts":{"originals":7}},"#,
                r#""database":{"page_size":0,"encoding":"","user_version":0,"application_id":0,"#,
                r#""tables":[{"name":"contact","rows":3,"disposition":"copy"}]},"#,
                r#""columns":[{"table":"contact","column":"","done":"email","masked":0,"kept":0,"blank":0}],"#,
                r#""files_not_copied":[]}"#
            )
        );
    }

    #[test]
    fn fields_of_the_future_are_passed_over() {
        let json = serde_json::to_string(&Manifest::default()).unwrap();
        let json = json.replacen('{', r#"{"colour":"blue","#, 1);
        assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), Manifest::default());
    }

    #[test]
    fn only_a_key_file_makes_pseudonyms_reversible() {
        let all = [Pseudonyms::None, Pseudonyms::KeyDestroyed, Pseudonyms::KeyFile];
        assert_eq!(all.map(Pseudonyms::reversible), [false, false, true]);
    }
}
