//! `map`: what the schema map says, and whether it fits the database.

use super::Context;
use crate::fault::{Fault, Outcome, Result};
use crate::masking;
use crate::schema::{Check, CompleteMap, Content, Explanation, Map, Rows, explain};
use crate::store::Store;
use crate::ui::{Page, Report};
use clap::{Args, Subcommand};
use serde::Serialize;

/// Hold the schema map against the database, and explain it
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    Check(CheckArgs),
    Show(ShowArgs),
    Explain(ExplainArgs),
    List(ListArgs),
}

/// List what the map lacks and what it names in vain
///
/// Exit status 3 when there is something to add or to remove; the lines to add
/// are printed.
///
/// Example:
///   crm-admin --db crm.sqlite --map tryton-8 map check
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CheckArgs {}

/// Show what the map makes of every table and column
///
/// Example:
///   crm-admin --db crm.sqlite --map tryton-8 map show --table party_party
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    /// Only this table
    #[arg(long, value_name = "TABLE")]
    pub table: Option<String>,
}

/// Explain one column: what it is, who says so, what a backup makes of it
///
/// Example:
///   crm-admin --db crm.sqlite --map tryton-8 map explain party_party.name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ExplainArgs {
    /// The column, as TABLE.COLUMN
    #[arg(value_name = "TABLE.COLUMN")]
    pub column: String,
}

/// List the maps that are built in
#[derive(Debug, Args)]
pub struct ListArgs {}

/// Runs `map`.
///
/// # Errors
/// When the map cannot be understood or the database cannot be read.
pub fn run(command: &MapCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        MapCommand::Check(_) => check(context),
        MapCommand::Show(args) => show(args, context),
        MapCommand::Explain(args) => explain_column(args, context),
        MapCommand::List(_) => list(context),
    }
}

fn check(context: &mut Context) -> Result<Outcome> {
    let mut store = context.open()?;
    let map = context.map(&mut store)?;
    let check = map.check(&store.catalog()?);
    let report = CheckReport { map: map.name().to_owned(), complete: check.is_complete(), check };
    context.ui.report(&report)?;
    Ok(if report.complete { Outcome::Done } else { Outcome::Findings })
}

/// What `map check` found.
#[derive(Debug, Serialize)]
struct CheckReport {
    map: String,
    complete: bool,
    #[serde(flatten)]
    check: Check,
}

impl Report for CheckReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/map-check", 1);

    fn page(&self) -> Page {
        let mut rows = Vec::new();
        for unmapped in &self.check.unmapped {
            rows.push(vec!["unmapped".into(), unmapped.to_string(), String::new()]);
        }
        for stale in &self.check.stale {
            rows.push(vec!["stale".into(), stale.what_and_nearest(), stale.origin.to_string()]);
        }
        for misfit in &self.check.misfits {
            rows.push(vec!["misfit".into(), misfit.what.clone(), misfit.origin.to_string()]);
        }
        for warning in &self.check.warnings {
            rows.push(vec!["warning".into(), warning.what.clone(), warning.origin.to_string()]);
        }
        let verdict = if self.complete { "fits the database" } else { "does not fit the database" };
        let mut page = Page::default()
            .facts([("map", self.map.as_str()), ("verdict", verdict)])
            .table(&["Finding", "What", "Where"], rows);
        let lines = self.check.lines_to_add();
        if !lines.is_empty() {
            page = page.lines(
                std::iter::once("# careful guesses to add to the map, and to look at:".into()).chain(lines),
            );
        }
        page
    }
}

fn show(args: &ShowArgs, context: &mut Context) -> Result<Outcome> {
    let complete = complete(context)?;
    let wanted = match &args.table {
        Some(name) => vec![complete.require_table(name)?],
        None => complete.tables().iter().collect(),
    };
    let mut rows = Vec::new();
    for mapped in wanted {
        if mapped.rows != Rows::Copy {
            rows.push(ShownRow {
                kind: "table",
                id: mapped.table.name.clone(),
                declared: String::new(),
                rule: rows_word(mapped.rows).into(),
                origin: mapped.origin.to_string(),
                words: mapped.origin.words.clone(),
            });
            continue;
        }
        for column in &mapped.columns {
            let declared = mapped.table.column(&column.name).map(|column| column.declared_type.clone());
            rows.push(ShownRow {
                kind: "column",
                id: format!("{}.{}", mapped.table.name, column.name),
                declared: declared.unwrap_or_default(),
                rule: column.rule.content.word().to_owned(),
                origin: column.origin.to_string(),
                words: column.origin.words.clone(),
            });
        }
    }
    let report = ShowReport { map: complete.name().to_owned(), digest: complete.digest().to_owned(), rows };
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}

fn complete(context: &Context) -> Result<CompleteMap> {
    let mut store = context.open()?;
    let map = context.map(&mut store)?;
    map.complete_for(&store.catalog()?)
}

fn rows_word(rows: Rows) -> &'static str {
    match rows {
        Rows::Copy => "copied",
        Rows::Empty => "comes empty",
        Rows::Rebuild => "made anew",
    }
}

/// What `map show` shows.
#[derive(Debug, Serialize)]
struct ShowReport {
    map: String,
    digest: String,
    rows: Vec<ShownRow>,
}

#[derive(Debug, Serialize)]
struct ShownRow {
    kind: &'static str,
    id: String,
    declared: String,
    rule: String,
    origin: String,
    words: String,
}

impl Report for ShowReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/map-show", 1);

    fn page(&self) -> Page {
        let row =
            |row: &ShownRow| vec![row.id.clone(), row.declared.clone(), row.rule.clone(), row.origin.clone()];
        Page::default().table(&["Column", "Type", "Rule", "Said at"], self.rows.iter().map(row).collect())
    }
}

fn explain_column(args: &ExplainArgs, context: &mut Context) -> Result<Outcome> {
    let complete = complete(context)?;
    let (table, column) = split(&complete, &args.column)?;
    let explanation = explain(&complete, table, column)?;
    let rule = complete.table(table).and_then(|mapped| mapped.column(column)).map(|column| &column.rule);
    let example = match rule.map(|rule| &rule.content) {
        Some(Content::One(category) | Content::ListOf(category)) => Some(masking::example(*category)),
        _ => None,
    };
    let example = example.map(|(original, masked)| Example { original: original.to_owned(), masked });
    context.ui.report(&ExplainReport { explanation, example })?;
    Ok(Outcome::Done)
}

/// Splits `TABLE.COLUMN` where the table exists: names may hold dots.
fn split<'a>(map: &CompleteMap, name: &'a str) -> Result<(&'a str, &'a str)> {
    let mut known = name.match_indices('.').map(|(at, _)| (&name[..at], &name[at + 1..]));
    known.clone().find(|(table, _)| map.table(table).is_some()).or_else(|| known.next_back()).ok_or_else(
        || Fault::usage(format!("{name} names no column")).hint("write it as TABLE.COLUMN").into(),
    )
}

/// What `map explain` says.
#[derive(Debug, Serialize)]
struct ExplainReport {
    #[serde(flatten)]
    explanation: Explanation,
    example: Option<Example>,
}

/// A synthetic value and a mask of it under a throw-away key.
#[derive(Debug, Serialize)]
struct Example {
    original: String,
    masked: String,
}

impl Report for ExplainReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/map-explain", 1);

    fn page(&self) -> Page {
        let said = &self.explanation;
        let mut facts = vec![
            ("column", format!("{}.{} {}", said.table, said.column, said.declared_type)),
            ("is", said.is.clone()),
            ("rule", said.rule.words.clone()),
            ("said at", said.rule.to_string()),
            ("backup", said.backup.clone()),
            ("erase", said.erase.clone()),
        ];
        facts.extend(said.link.iter().map(|link| ("link", link.clone())));
        if let Some(example) = &self.example {
            facts.push(("example", format!("{} becomes {}", example.original, example.masked)));
        }
        Page::default().facts(facts)
    }
}

fn list(context: &mut Context) -> Result<Outcome> {
    let rows =
        Map::shipped().into_iter().map(|(name, about)| Shipped { kind: "map", id: name.to_owned(), about });
    context.ui.report(&ListReport { rows: rows.collect() })?;
    Ok(Outcome::Done)
}

/// What `map list` lists.
#[derive(Debug, Serialize)]
struct ListReport {
    rows: Vec<Shipped>,
}

#[derive(Debug, Serialize)]
struct Shipped {
    kind: &'static str,
    id: String,
    about: String,
}

impl Report for ListReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/map-list", 1);

    fn page(&self) -> Page {
        let rows = self.rows.iter().map(|map| vec![map.id.clone(), map.about.clone()]).collect();
        Page::default().table(&["Map", "For"], rows)
    }
}
