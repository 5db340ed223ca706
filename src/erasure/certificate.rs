//! The certificate of an erasure: what was done and how far it was proven, without a word of what it was done to.

use super::plan::{Kept, Plan, TablePlan};
use super::removal::Removed;
use crate::digest::{Digest, digest};
use crate::fault::Result;
use crate::schema::{CompleteMap, RelationKind};
use crate::store::Held;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What no statement of the engine reaches.
const NOT_COVERED: [&str; 7] = [
    "blocks of the disk that no file names any more, copy-on-write copies, spare blocks of flash memory, swap",
    "values stored as numbers",
    "values of less than 8 bytes, but for those next to another text in their row",
    "values that had been changed or deleted before the erasure, of which nobody knows any more what they were",
    "values that are compressed or encoded, such as those in pictures and office documents",
    "backups and archives",
    "what others wrote about the person in texts of their own rows",
];

/// What a certificate says of an erasure's plan. It is kept with what is owed, so that a certificate can be written
/// when the plan's rows are long gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// The kind of the relation.
    pub kind: RelationKind,
    /// How many contacts went with their company.
    pub contacts: u64,
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
            contacts: plan.contacts,
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

/// What is certified.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The name of the act in the ledger; behind a dot, which of its erasures.
    pub act: &'a str,
    /// On whose word: a role, not a person.
    pub by: &'a str,
    /// The engine and its version.
    pub engine: String,
    /// What was planned and done.
    pub summary: &'a Summary,
    /// The settings under which it was done, as they were read back.
    pub settings: &'a BTreeMap<String, String>,
    /// How the values left the files.
    pub removal: &'a Removed,
    /// When identifiable archives were written of the database before: they still hold the relation.
    pub older_full_archives: Vec<String>,
}

/// A certificate.
#[derive(Debug, Serialize)]
pub struct Certificate<'a> {
    schema: BTreeMap<&'static str, serde_json::Value>,
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
    contacts: u64,
    tables: &'a [TablePlan],
    kept: &'a [Kept],
    files_removed: u64,
    settings: &'a BTreeMap<String, String>,
    sought: &'a BTreeMap<String, u64>,
    removal: &'a Removed,
    older_full_archives: Vec<String>,
    not_covered: [&'static str; 7],
}

impl<'a> Certificate<'a> {
    /// The certificate of an erasure.
    pub fn new(facts: Facts<'a>, map: &'a CompleteMap) -> Self {
        let definitions: String =
            map.tables().iter().map(|mapped| mapped.table.definition.as_str()).collect();
        let Facts { act, by, engine, summary, settings, removal, older_full_archives } = facts;
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
            contacts: summary.contacts,
            tables: &summary.tables,
            kept: &summary.kept,
            files_removed: summary.files,
            settings,
            sought: &summary.sought,
            removal,
            older_full_archives,
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
            format!("Act {} of the ledger; {}, {}.", self.act, self.tool, self.engine),
            format!("Map {}, digest {}.", self.map, self.map_digest),
            format!("Database schema, digest {}.", self.schema_digest),
            String::new(),
            "What was done".to_owned(),
        ];
        lines.extend(self.rows());
        lines.extend([String::new(), "How it was proven".to_owned()]);
        lines.extend(self.proof());
        lines.extend([String::new(), "What is not covered".to_owned()]);
        lines.extend(self.not_covered.iter().map(|line| format!("- {line}")));
        let archives = self.older_full_archives.iter().map(|at| format!("- the full archive of {at}"));
        if self.older_full_archives.is_empty() {
            lines.push("No full archive that is older stands in the ledger.".to_owned());
        } else {
            lines.push("Older full archives that still hold the data, by the ledger:".to_owned());
            lines.extend(archives);
        }
        lines.join("\n") + "\n"
    }

    fn rows(&self) -> Vec<String> {
        let row = |table: &TablePlan| {
            format!(
                "- {}: {} rows deleted, {} emptied, {} detached, {} kept",
                table.table, table.delete, table.blank, table.detach, table.keep
            )
        };
        let mut lines: Vec<String> = self.tables.iter().map(row).collect();
        if self.contacts > 0 {
            lines.push(format!("- among them {} contacts that only this company had", self.contacts));
        }
        lines.extend(self.kept.iter().map(|kept| format!("- {}", kept.sentence())));
        lines.push(format!("- {} files beside the database removed", self.files_removed));
        lines
    }

    fn proof(&self) -> Vec<String> {
        let removal = self.removal;
        let listed = |counts: Vec<String>| match counts.is_empty() {
            true => "nothing".to_owned(),
            false => counts.join(", "),
        };
        let hits = |hits: &BTreeMap<Held, u64>| {
            listed(hits.iter().map(|(held, many)| format!("{many} in {}", held.words())).collect())
        };
        let sought = self.sought.iter().map(|(sort, many)| format!("{many} {sort}")).collect();
        let files = removal.files.iter().map(|(sort, bytes)| format!("{sort} ({bytes} bytes)")).collect();
        let settings = self.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let mut lines = vec![
            format!("- settings, read back: {}", listed(settings)),
            format!("- searched: {}", listed(files)),
            format!("- for {} byte strings: {}", removal.sought, listed(sought)),
            format!("- found at first: {}", hits(&removal.hits_before)),
            format!("- found in the end: {}", hits(&removal.hits_after)),
            format!(
                "- steps: {} samples of statistics dropped, {} full-text indexes rewritten, {} pages overwritten{}",
                removal.samples,
                removal.search_indexes,
                removal.pages_overwritten,
                if removal.rewritten { ", the whole database written anew" } else { "" }
            ),
        ];
        if removal.residue == 0 && removal.hits_after.contains_key(&Held::Nobody) {
            lines.push(
                "- what is found in free space in the end are values that others hold as well".to_owned(),
            );
        }
        lines.push(match self.ending {
            Ending::Proven => {
                "PROVEN: nothing that nobody may hold is left in the files that were searched.".to_owned()
            }
            Ending::Owed => {
                "NOT PROVEN: something may be left. `crm-admin erase resume` completes it.".to_owned()
            }
        });
        lines
    }
}
