//! `relation show`: everything that the CRM holds about one relation.

use super::filter::why;
use super::list::as_json;
use crate::commands::Context;
use crate::commands::exclude::WhoseArgs;
use crate::commands::office::Office;
use crate::fault::{Outcome, Result};
use crate::objection::{Excluded, Standing};
use crate::relation::{Dossier, Entry, Part, shown};
use crate::schema::{Category, CompleteMap, Content};
use crate::store::{Store, Value};
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use serde_json::Map;

/// Show everything that the CRM holds about a relation
///
/// Its own row and other records of the same, whatever belongs to it, and where
/// rows of others mention it: what somebody is to be told who asks what is known
/// about them. Of secrets and documents only that there are some.
///
/// Examples:
///   crm-admin --db crm.db relation show contact 42
///   crm-admin --db crm.db --json relation show company 7
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    #[command(flatten)]
    pub which: WhoseArgs,
}

pub(super) fn run(args: &ShowArgs, context: &mut Context) -> Result<Outcome> {
    let mut office = Office::open(context)?;
    let register = office.register()?;
    let (relation, map) = (args.which.relation(), &office.map);
    let mut snapshot = office.store.snapshot()?;
    let dossier = Dossier::of(&relation, map, &mut *snapshot)?;
    let standing = Excluded::standing(&relation, map, &register, &mut *snapshot)?;
    let label = relation.relation(map)?.label.as_deref();
    let own = dossier.entries.first();
    let name = own.zip(label).map(|(entry, label)| shown(entry.row.value(label).borrow()));
    context.ui.report(&ShowReport {
        kind: relation.kind.word(),
        id: relation.id,
        name,
        excluded: Some(standing).filter(Standing::is_excluded),
        rows: dossier.entries.iter().map(|entry| Row::of(entry, map)).collect(),
    })?;
    Ok(Outcome::Done)
}

/// What `relation show` shows.
#[derive(Debug, Serialize)]
struct ShowReport {
    kind: &'static str,
    id: String,
    name: Option<String>,
    excluded: Option<Standing>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: String,
    id: String,
    part: Part,
    table: String,
    by: Option<String>,
    values: Map<String, serde_json::Value>,
}

impl Row {
    fn of(entry: &Entry, map: &CompleteMap) -> Self {
        let mapped = map.table(&entry.table);
        let is_secret = |column: &str| {
            let rule = mapped.and_then(|mapped| mapped.column(column)).map(|column| &column.rule.content);
            rule == Some(&Content::One(Category::Secret))
        };
        // Of a row of somebody else's only that it is there; of a relation of its own what it is called.
        let is_shown = |column: &str| match entry.part {
            Part::Itself | Part::Belongs => true,
            Part::Mentions => false,
            Part::Related => map
                .relations()
                .iter()
                .any(|relation| relation.table == entry.table && relation.label.as_deref() == Some(column)),
        };
        let mut values = Map::new();
        for (column, value) in entry.row.cells.iter().filter(|(column, _)| is_shown(column)) {
            if *value == Value::Null || *value == Value::from("") {
                continue;
            }
            let told = if is_secret(column) { "(secret)".into() } else { as_json(value) };
            values.insert(column.clone(), told);
        }
        let root = map.relations().iter().find(|relation| relation.table == entry.table);
        Row {
            kind: root.map_or(entry.table.clone(), |relation| relation.kind.word().to_owned()),
            id: entry.id.clone(),
            part: entry.part,
            table: entry.table.clone(),
            by: entry.by.clone(),
            values,
        }
    }

    fn heading(&self) -> String {
        let (table, id) = (&self.table, &self.id);
        match (self.part, &self.by) {
            (Part::Itself, None) => format!("{table} {id}"),
            (Part::Itself, Some(by)) => format!("{table} {id}: another record of the same, by {by}"),
            (Part::Belongs, _) => format!("{table} {id}"),
            (Part::Related, _) => format!("{table} {id}: a relation of its own"),
            (Part::Mentions, by) => {
                format!("{table} {id} mentions it, by {}", by.as_deref().unwrap_or_default())
            }
        }
    }
}

impl Report for ShowReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/relation-show", 1);

    fn page(&self) -> Page {
        let name = self.name.as_deref().unwrap_or_default();
        let excluded =
            self.excluded.as_ref().map_or("no".to_owned(), |standing| format!("yes: {}", why(standing)));
        let page = Page::default()
            .facts([(self.kind, format!("{} {name}", self.id)), ("excluded from marketing", excluded)]);
        self.rows.iter().fold(page, |page, row| {
            let page = page.lines([row.heading()]);
            let fact = |(name, value): (&String, &serde_json::Value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (format!("  {name}"), value)
            };
            if row.values.is_empty() { page } else { page.facts(row.values.iter().map(fact)) }
        })
    }
}
