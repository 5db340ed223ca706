//! Lists: written row by row, so that a long one needs no more memory than a short one.

use super::output::told;
use super::page::{Block, Page};
use super::{Format, Ui, text};
use crate::fault::Result;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, Stdout, Write};

/// A table gets its headings anew after so many rows, when it begins to be a page.
const ROWS_OF_A_PAGE: usize = 1_000;

/// A list that is being written.
pub struct List<'a> {
    ui: &'a Ui,
    headings: Vec<String>,
    out: BufWriter<Stdout>,
    is_terminal: bool,
    rows: u64,
    page: Vec<Vec<String>>,
}

impl Ui {
    /// Begins a list.
    ///
    /// # Errors
    /// When its head does not arrive on standard output.
    pub fn list(&self, schema: (&'static str, u32), headings: &[&str]) -> Result<List<'_>> {
        let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
        let out = BufWriter::with_capacity(64 << 10, std::io::stdout());
        let is_terminal = std::io::stdout().is_terminal();
        let mut list = List { ui: self, headings, out, is_terminal, rows: 0, page: Vec::new() };
        match self.format() {
            Format::Json => {
                let (name, number) = schema;
                let schema = json!({"name": name, "number": number});
                list.write(&format!("{{\n  \"schema\": {schema},\n  \"rows\": ["))?;
            }
            Format::Csv => {
                let line = csv_line(&list.headings, list.is_terminal);
                list.write(&line)?;
            }
            Format::Jsonl | Format::Plain | Format::Table => {}
        }
        Ok(list)
    }
}

impl List<'_> {
    /// Adds a row: as a person reads it, and as a program does.
    ///
    /// # Errors
    /// When it does not arrive on standard output.
    pub fn row(&mut self, cells: &[String], object: impl FnOnce() -> Map<String, Value>) -> Result<()> {
        self.rows += 1;
        match self.ui.format() {
            Format::Json => {
                let before = if self.rows == 1 { "\n    " } else { ",\n    " };
                let object = Value::Object(object()).to_string();
                self.write(before)?;
                self.write(&text::json(&object))
            }
            Format::Jsonl => {
                let object = Value::Object(object()).to_string();
                self.write(&text::json(&object))?;
                self.write("\n")
            }
            Format::Csv => self.write(&csv_line(cells, self.is_terminal)),
            Format::Plain => {
                let cells: Vec<_> = cells.iter().map(|cell| text::line(cell)).collect();
                self.write(&format!("{}\n", cells.join("\t")))
            }
            Format::Table => {
                self.page.push(cells.to_vec());
                if self.page.len() == ROWS_OF_A_PAGE { self.turn_page() } else { Ok(()) }
            }
        }
    }

    /// Ends the list; `rest` stands beside the rows in JSON.
    ///
    /// # Errors
    /// When it does not arrive on standard output.
    pub fn finish(mut self, rest: Map<String, Value>) -> Result<()> {
        self.turn_page()?;
        if self.ui.format() == Format::Json {
            self.write(if self.rows == 0 { "]" } else { "\n  ]" })?;
            for (name, value) in rest {
                let field = format!(",\n  {}: {value}", json!(name));
                self.write(&text::json(&field))?;
            }
            self.write("\n}\n")?;
        }
        self.out.flush().map_err(told)
    }

    fn turn_page(&mut self) -> Result<()> {
        if self.page.is_empty() {
            return Ok(());
        }
        let headings: Vec<&str> = self.headings.iter().map(String::as_str).collect();
        let page = Page::default().table(&headings, std::mem::take(&mut self.page));
        let drawn = page.draw(super::width());
        self.write(&format!("{drawn}\n"))
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.out.write_all(text.as_bytes()).map_err(told)
    }
}

/// The tables of a page as CSV.
pub fn csv(page: &Page) -> String {
    let is_terminal = std::io::stdout().is_terminal();
    let mut out = String::new();
    for block in &page.0 {
        if let Block::Table { headings, rows } = block {
            out.push_str(&csv_line(headings, is_terminal));
            out.extend(rows.iter().map(|row| csv_line(row, is_terminal)));
        }
    }
    out.trim_end_matches('\n').to_owned()
}

/// The rows of a report as JSON, one on each line.
pub fn jsonl(report: &Value) -> String {
    let rows = report.get("rows").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| text::json(&row.to_string()).into_owned()).collect::<Vec<_>>().join("\n")
}

/// A line of CSV in which no cell is a formula, and none steers a terminal.
fn csv_line(cells: &[String], is_terminal: bool) -> String {
    let mut writer = csv_core::Writer::new();
    let safe: Vec<String> = cells.iter().map(|cell| harmless(cell, is_terminal)).collect();
    // More than any line can need: each byte of a cell twice, quotes around it, and what stands between cells.
    let mut line = vec![0; safe.iter().map(|cell| 2 * cell.len() + 4).sum::<usize>() + 4];
    let mut end = 0;
    for (at, cell) in safe.iter().enumerate() {
        if at > 0 {
            end += writer.delimiter(&mut line[end..]).1;
        }
        end += writer.field(cell.as_bytes(), &mut line[end..]).2;
    }
    end += writer.terminator(&mut line[end..]).1;
    line.truncate(end);
    String::from_utf8(line).unwrap_or_default()
}

/// A cell that a spreadsheet takes for text: what begins like a formula gets an apostrophe before it.
fn harmless(cell: &str, is_terminal: bool) -> String {
    let begins = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let cell = if is_terminal { text::lines(cell) } else { Cow::Borrowed(cell) };
    if cell.starts_with(begins) { format!("'{cell}") } else { cell.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_of_csv_is_a_formula() {
        for formula in ["=1+1", "+33199", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert!(
                csv_line(&[formula.to_owned()], false).trim_start_matches('"').starts_with('\''),
                "{formula:?}"
            );
        }
        let cells = ["a,b".to_owned(), "say \"no\"".to_owned(), "1-2".to_owned(), String::new()];
        assert_eq!(csv_line(&cells, false), "\"a,b\",\"say \"\"no\"\"\",1-2,\n");
        assert_eq!(csv_line(&[String::new()], false), "\"\"\n", "an empty row is a row");
    }
}
