//! The certificate of an erasure: what was done and how far it was proven, without a word of what it was done to.

use super::plan::{Kept, Plan, TablePlan};
use super::removal::Removed;
use crate::digest::{Digest, digest};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, RelationKind};
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the digests of certificates are kept, in the state folder.
const FILE: &str = "certificates.json";

/// What no statement of the engine reaches.
const NOT_COVERED: [&str; 5] = [
    "blocks of the disk that no file names any more, copy-on-write copies, spare blocks of flash memory, swap",
    "values stored as numbers",
    "values of less than 8 bytes, but for those next to another text in their row",
    "backups and archives",
    "what others wrote about the person in texts of their own rows",
];

/// What a certificate says of an erasure's plan. It is kept with what is owed, so that a certificate can be written
/// when the plan's rows are long gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// The kind of the relation.
    pub kind: RelationKind,
    /// What happened in which table.
    pub tables: Vec<TablePlan>,
    /// What was kept, and why.
    pub kept: Vec<Kept>,
    /// Files that went.
    pub files: u64,
    /// How many byte strings of each sort were sought.
    pub sought: BTreeMap<String, u64>,
}

impl Summary {
    /// What there is to say of a plan, and of what was sought for it.
    pub fn of(plan: &Plan, sought: BTreeMap<String, u64>) -> Self {
        Summary {
            kind: plan.kind,
            tables: plan.tables.clone(),
            kept: plan.kept.clone(),
            files: plan.files.len() as u64,
            sought,
        }
    }
}

/// How an erasure ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Erased, and searched for in vain.
    Proven,
    /// Erased, and something may be left in the files.
    Owed,
}

/// A certificate.
#[derive(Debug, Serialize)]
pub struct Certificate<'a> {
    schema: BTreeMap<&'static str, serde_json::Value>,
    /// The random name of the act.
    act: &'a str,
    at: String,
    kind: RelationKind,
    by: &'a str,
    tool: &'static str,
    engine: String,
    map: &'a str,
    map_digest: &'a str,
    schema_digest: Digest,
    ending: Ending,
    tables: &'a [TablePlan],
    kept: &'a [Kept],
    files_removed: u64,
    settings: &'a BTreeMap<String, String>,
    sought: &'a BTreeMap<String, u64>,
    removal: &'a Removed,
    not_covered: [&'static str; 5],
}

impl<'a> Certificate<'a> {
    /// The certificate of an erasure. `by` is a role, not a person.
    pub fn new(
        act: &'a str,
        by: &'a str,
        engine: String,
        summary: &'a Summary,
        map: &'a CompleteMap,
        settings: &'a BTreeMap<String, String>,
        removal: &'a Removed,
    ) -> Self {
        let definitions: String =
            map.tables().iter().map(|mapped| mapped.table.definition.as_str()).collect();
        Certificate {
            schema: [("name", "crm-admin/erasure-certificate".into()), ("number", 1.into())].into(),
            act,
            at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            kind: summary.kind,
            by,
            tool: concat!("crm-admin ", env!("CARGO_PKG_VERSION")),
            engine,
            map: map.name(),
            map_digest: map.digest(),
            schema_digest: digest(definitions.as_bytes()),
            ending: if removal.is_proven() { Ending::Proven } else { Ending::Owed },
            tables: &summary.tables,
            kept: &summary.kept,
            files_removed: summary.files,
            settings,
            sought: &summary.sought,
            removal,
            not_covered: NOT_COVERED,
        }
    }

    /// The certificate as JSON.
    ///
    /// # Errors
    /// When it does not serialise, which it does.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The certificate as a page for people.
    pub fn text(&self) -> String {
        let mut lines = vec![
            "CERTIFICATE OF ERASURE".to_owned(),
            String::new(),
            format!("A {} was erased on {} by {}.", self.kind.word(), self.at, self.by),
            format!(
                "Act {}, {}, {}, map {} ({}).",
                self.act, self.tool, self.engine, self.map, self.map_digest
            ),
            String::new(),
        ];
        for table in self.tables {
            lines.push(format!(
                "{}: {} rows deleted, {} emptied, {} detached, {} kept",
                table.table, table.delete, table.blank, table.detach, table.keep
            ));
        }
        for kept in self.kept {
            let until = kept.until.as_deref().unwrap_or("no date known");
            lines
                .push(format!("Kept in {}: {} rows, {}, until {until}.", kept.table, kept.rows, kept.reason));
        }
        let removal = self.removal;
        lines.extend([
            format!("Files removed: {}.", self.files_removed),
            format!(
                "Searched for {} byte strings; {} places where nobody may hold them before, {} after.",
                removal.sought, removal.residue_before, removal.residue
            ),
            match self.ending {
                Ending::Proven => "Nothing is left in the files that were searched.".to_owned(),
                Ending::Owed => {
                    "NOT PROVEN: something may be left. `crm-admin erase resume` goes on.".to_owned()
                }
            },
            String::new(),
            "Not covered:".to_owned(),
        ]);
        lines.extend(self.not_covered.iter().map(|line| format!("- {line}")));
        lines.join("\n") + "\n"
    }
}

/// What is known of certificates.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    digests: Vec<String>,
}

/// Notes a certificate, so that it can be checked later.
///
/// # Errors
/// Unfinished when the state folder cannot be written.
pub fn note(state: &State, text: &str) -> Result<()> {
    let mut known = known(state)?;
    known.digests.push(digest(text.as_bytes()).to_string());
    state.replace(FILE, &serde_json::to_vec(&known)?)
}

/// Whether these are the bytes of a certificate that was written for this database.
///
/// # Errors
/// Damaged when the state folder is.
pub fn verify(state: &State, bytes: &[u8]) -> Result<bool> {
    Ok(known(state)?.digests.contains(&digest(bytes).to_string()))
}

fn known(state: &State) -> Result<Known> {
    let Some(bytes) = state.read(FILE)? else { return Ok(Known::default()) };
    serde_json::from_slice(&bytes)
        .map_err(|error| Fault::damaged(format!("{FILE} of the state folder: {error}")).into())
}
