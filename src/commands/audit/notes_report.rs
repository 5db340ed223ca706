//! What `audit notes` tells: a place and a category a line, never the words themselves.

use crate::erasure::RelationRef;
use crate::fault::Result;
use crate::notes::{Categories, Cell, Mention, Root, Searched};
use crate::retention::{Key, members};
use crate::schema::{CompleteMap, Relation, RelationKind};
use crate::severity::Severity;
use crate::store::Snapshot;
use crate::ui::{Page, Report};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a match is not. It stands in every report.
const NO_PROOF: &str = "a match is a place to look at, no proof: a word may mean something else, and what no word tells is not found";
/// As above, of one person.
const NO_PROOF_OF_MENTION: &str =
    "a match is a place to look at, no proof: others have the same name, and a nickname is not found";

/// What was found.
#[derive(Debug, Serialize)]
pub(super) struct NotesReport {
    note: &'static str,
    columns: Vec<String>,
    notes: u64,
    /// Findings that the baseline knows.
    known: u64,
    /// Matches that the lexicon allows.
    allowed: u64,
    /// What each category that was found is, and how many findings of it there are.
    categories: BTreeMap<String, Found>,
    rows: Vec<Row>,
}

#[derive(Debug, Default, Serialize)]
struct Found {
    findings: u64,
    what: String,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    severity: &'static str,
    rule: String,
    table: String,
    row: String,
    column: String,
    /// The relation that the row belongs to, or is.
    of: Option<String>,
    what: String,
    matches: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<String>,
}

impl NotesReport {
    pub(super) fn new(
        searched: &Searched,
        categories: &Categories,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let shown = || searched.findings.iter().filter(|finding| finding.new > 0);
        let names = Names::of(shown().filter_map(|finding| finding.of.as_ref()), map, data)?;
        let mut counts: BTreeMap<String, Found> = BTreeMap::new();
        let mut rows = Vec::new();
        for finding in shown() {
            let category = categories.at(finding.category);
            let found = counts.entry(category.word.clone()).or_default();
            (found.findings, found.what) = (found.findings + 1, category.what.clone());
            let (rule, what) = (format!("notes.{}", category.word), category.what.clone());
            let matches = (finding.new, finding.excerpt.clone());
            rows.push(row(
                &finding.cell,
                names.of_root(finding.of.as_ref()),
                category.severity,
                (rule, what),
                matches,
            ));
        }
        Ok(NotesReport {
            note: NO_PROOF,
            columns: searched.columns.clone(),
            notes: searched.notes,
            known: (searched.findings.len() - rows.len()) as u64,
            allowed: searched.allowed,
            categories: counts,
            rows,
        })
    }

    /// How bad each finding is.
    pub(super) fn severities(&self) -> impl Iterator<Item = Severity> + '_ {
        let severity =
            |row: &Row| Severity::WORDS.iter().find(|(word, _)| *word == row.severity).map(|(_, one)| *one);
        self.rows.iter().filter_map(severity)
    }

    /// Findings by column and rule, with how bad they are: a few lines for `audit all`.
    pub(super) fn by_column(&self) -> BTreeMap<(String, String), (u64, &'static str, String)> {
        let mut found = BTreeMap::new();
        for row in &self.rows {
            let place = (format!("{}.{}", row.table, row.column), row.rule.clone());
            found.entry(place).or_insert_with(|| (0, row.severity, row.what.clone())).0 += 1;
        }
        found
    }
}

/// `1 finding`, `2 findings`.
pub(super) fn counted(findings: u64) -> String {
    format!("{findings} {}", if findings == 1 { "finding" } else { "findings" })
}

fn row(
    cell: &Cell,
    of: Option<String>,
    severity: Severity,
    (rule, what): (String, String),
    (matches, excerpt): (u32, Option<String>),
) -> Row {
    Row {
        kind: "row",
        id: format!("{}:{}", cell.table, cell.row),
        severity: severity.name(),
        rule,
        table: cell.table.clone(),
        row: cell.row.clone(),
        column: cell.column.clone(),
        of,
        what,
        matches,
        excerpt,
    }
}

/// What the relations behind some rows are called. Kinds that share a table are told apart.
struct Names(Vec<(Relation, Option<HashSet<Key>>)>);

impl Names {
    fn of<'r>(
        roots: impl Iterator<Item = &'r Root>,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let tables: HashSet<&str> = roots.map(|root| root.table.as_str()).collect();
        let mut several: HashMap<&str, usize> = HashMap::new();
        map.relations().iter().for_each(|relation| *several.entry(&relation.table).or_default() += 1);
        let met = map.relations().iter().filter(|relation| tables.contains(relation.table.as_str()));
        let name = |relation: &Relation| {
            let alone = several.get(relation.table.as_str()) == Some(&1)
                && relation.filter.is_empty()
                && relation.has.is_none();
            let keys = if alone { None } else { Some(members(map, data, relation)?) };
            Ok((relation.clone(), keys))
        };
        Ok(Names(met.map(name).collect::<Result<_>>()?))
    }

    fn of_root(&self, root: Option<&Root>) -> Option<String> {
        let root = root?;
        let key = &root.key;
        let is_it = |(relation, keys): &&(Relation, Option<HashSet<Key>>)| {
            relation.table == root.table && keys.as_ref().is_none_or(|keys| keys.contains(key))
        };
        let kind: Option<RelationKind> = self.0.iter().find(is_it).map(|(relation, _)| relation.kind);
        Some(format!("{} {key}", kind.map(RelationKind::word).unwrap_or(&root.table)))
    }
}

fn cells(row: &Row, with_excerpts: bool) -> Vec<String> {
    let mut cells = vec![
        row.severity.to_owned(),
        row.rule.clone(),
        format!("{}.{}", row.table, row.column),
        row.row.clone(),
        row.of.clone().unwrap_or_default(),
        row.matches.to_string(),
    ];
    cells.extend(with_excerpts.then(|| row.excerpt.clone().unwrap_or_default()));
    cells
}

fn table(rows: &[Row]) -> Page {
    let with_excerpts = rows.iter().any(|row| row.excerpt.is_some());
    let mut headings = vec!["Severity", "Rule", "Column", "Row", "Of", "Matches"];
    headings.extend(with_excerpts.then_some("Excerpt"));
    Page::default().table(&headings, rows.iter().map(|row| cells(row, with_excerpts)).collect())
}

impl Report for NotesReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/audit-notes", 1);

    fn page(&self) -> Page {
        let mut facts = vec![
            ("note".to_owned(), self.note.to_owned()),
            ("notes read".to_owned(), format!("{} in {} columns", self.notes, self.columns.len())),
            ("findings".to_owned(), self.rows.len().to_string()),
            ("known before".to_owned(), self.known.to_string()),
            ("allowed".to_owned(), self.allowed.to_string()),
        ];
        facts.extend(
            self.categories
                .iter()
                .map(|(word, found)| (word.clone(), format!("{}; {}", counted(found.findings), found.what))),
        );
        table(&self.rows).facts(facts)
    }
}

/// Where somebody is mentioned.
#[derive(Debug, Serialize)]
pub(super) struct MentionReport {
    note: &'static str,
    of: String,
    notes: u64,
    rows: Vec<Row>,
}

impl MentionReport {
    pub(super) fn new(
        relation: &RelationRef,
        found: &[Mention],
        notes: u64,
        map: &CompleteMap,
        data: &mut dyn Snapshot,
    ) -> Result<Self> {
        let names = Names::of(found.iter().filter_map(|mention| mention.of.as_ref()), map, data)?;
        let row_of = |mention: &Mention| {
            let what = match mention.by {
                "name" => "the name",
                "family-name" => "the family name alone: perhaps somebody else's",
                "phone" => "a telephone number",
                _ => "an e-mail address",
            };
            let said = (format!("mention.{}", mention.by), what.to_owned());
            let matches = (mention.matches, mention.excerpt.clone());
            row(&mention.cell, names.of_root(mention.of.as_ref()), mention.severity, said, matches)
        };
        Ok(MentionReport {
            note: NO_PROOF_OF_MENTION,
            of: relation.to_string(),
            notes,
            rows: found.iter().map(row_of).collect(),
        })
    }
}

impl Report for MentionReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/audit-mentions", 1);

    fn page(&self) -> Page {
        table(&self.rows).facts([
            ("note", self.note.to_owned()),
            ("mentions of", self.of.clone()),
            ("notes read", self.notes.to_string()),
            ("findings", self.rows.len().to_string()),
        ])
    }
}
