//! One value with three faces: a table for people, plain lines for pipes, JSON for programs.

use super::text;
use crate::fault::Result;
use serde::Serialize;

/// The result of a command.
pub trait Report: Serialize {
    /// The name and number of the JSON's make: `crm-admin/backup` and 1. The number changes when a field goes.
    const SCHEMA: (&'static str, u32);

    /// What a person reads.
    fn page(&self) -> Page;
}

/// What a person reads: blocks, one below the other.
#[derive(Debug, Default)]
pub struct Page(pub Vec<Block>);

/// A part of a page.
#[derive(Debug)]
pub enum Block {
    /// Names and values, a line each.
    Facts(Vec<(String, String)>),
    /// Rows under headings.
    Table {
        /// The headings.
        headings: Vec<String>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
    /// Lines as they are: what to paste somewhere.
    Lines(Vec<String>),
}

impl Page {
    /// Adds names and values.
    pub fn facts<N: Into<String>, V: Into<String>>(
        mut self,
        facts: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.0
            .push(Block::Facts(facts.into_iter().map(|(name, value)| (name.into(), value.into())).collect()));
        self
    }

    /// Adds a table; without rows there is none.
    pub fn table(mut self, headings: &[&str], rows: Vec<Vec<String>>) -> Self {
        if !rows.is_empty() {
            let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
            self.0.push(Block::Table { headings, rows });
        }
        self
    }

    /// Adds lines as they are.
    pub fn lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.0.push(Block::Lines(lines.into_iter().collect()));
        self
    }

    /// The page for a terminal `width` characters wide. The one place that draws tables.
    pub fn draw(&self, width: u16) -> String {
        let mut drawn = Vec::new();
        for block in &self.0 {
            drawn.push(match block {
                Block::Facts(facts) => {
                    let widest = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
                    let fact = |(name, value): &(String, String)| {
                        format!("{:<widest$}  {}", text::line(name), text::line(value))
                    };
                    facts.iter().map(fact).collect::<Vec<_>>().join("\n")
                }
                Block::Table { headings, rows } => table(headings, rows, width),
                Block::Lines(lines) => {
                    lines.iter().map(|line| text::line(line)).collect::<Vec<_>>().join("\n")
                }
            });
        }
        drawn.join("\n\n")
    }

    /// The page for a pipe: no borders, one record a line, fields separated by tabs, no headings.
    pub fn plain(&self) -> String {
        let mut out = Vec::new();
        for block in &self.0 {
            match block {
                Block::Facts(facts) => out.extend(
                    facts.iter().map(|(name, value)| format!("{}\t{}", text::line(name), text::line(value))),
                ),
                Block::Table { rows, .. } => out.extend(
                    rows.iter()
                        .map(|row| row.iter().map(|cell| text::line(cell)).collect::<Vec<_>>().join("\t")),
                ),
                Block::Lines(lines) => out.extend(lines.iter().map(|line| text::line(line).into_owned())),
            }
        }
        out.join("\n")
    }
}

fn table(headings: &[String], rows: &[Vec<String>], width: u16) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(headings.iter().map(|heading| text::line(heading).into_owned()).collect::<Vec<_>>());
    for row in rows {
        table.add_row(row.iter().map(|cell| text::line(cell).into_owned()).collect::<Vec<_>>());
    }
    table.trim_fmt()
}

/// The report as one JSON object that says what make it is of.
///
/// # Errors
/// When the report does not serialise to an object; that is a fault in the program.
pub fn json<R: Report>(report: &R) -> Result<String> {
    let (name, number) = R::SCHEMA;
    object(name, number, serde_json::to_value(report)?)
}

/// Any value as an object of the given make.
pub fn object(name: &str, number: u32, value: serde_json::Value) -> Result<String> {
    let serde_json::Value::Object(fields) = value else {
        anyhow::bail!("the report {name} is no JSON object");
    };
    let mut whole = serde_json::Map::new();
    whole.insert("schema".into(), serde_json::json!({"name": name, "number": number}));
    whole.extend(fields);
    Ok(text::json(&serde_json::to_string_pretty(&whole)?).into_owned())
}
