//! The voice of the program: results on standard output, everything else on standard error. Called by commands only.

mod bar;
mod list;
pub mod output;
mod page;
mod prompt;
pub mod text;

pub use list::List;
pub use page::{Block, Page, Report};

use crate::fault::{self, Fault, Result};
use crate::progress::{Progress, Silence};
use crate::secret::Secret;
use std::io::IsTerminal;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables, for people.
    Table,
    /// Lines with tabs, for pipes.
    Plain,
    /// One JSON object, for programs.
    Json,
    /// Lists only: comma-separated, for spreadsheets; a cell that begins like a formula gets an apostrophe before it.
    Csv,
    /// Lists only: a JSON object for each row.
    Jsonl,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How long work tells about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressStyle {
    /// A bar on a terminal, lines elsewhere.
    Auto,
    /// A bar.
    Bar,
    /// A line now and then.
    Lines,
    /// Nothing.
    None,
}

/// What the user asked of the voice.
#[derive(Debug, Clone)]
pub struct Manner {
    /// How results are written; without it, tables on a terminal and plain lines elsewhere.
    pub format: Option<Format>,
    /// When colours are used.
    pub color: Color,
    /// How long work tells about itself.
    pub progress: ProgressStyle,
    /// Only results and errors.
    pub quiet: bool,
    /// More about what is done; the more, the more.
    pub verbose: u8,
    /// Never ask.
    pub no_input: bool,
    /// Take yes for the answer.
    pub yes: bool,
}

/// The voice.
#[derive(Debug, Clone)]
pub struct Ui {
    manner: Manner,
}

/// How wide a table is where there is no terminal to ask, in characters.
const WIDTH: u16 = 110;
/// No table is narrower, in characters.
const LEAST_WIDTH: u16 = 60;

impl Ui {
    /// A voice with these manners.
    pub fn new(manner: Manner) -> Self {
        Ui { manner }
    }

    /// How results are written here and now.
    pub fn format(&self) -> Format {
        let usual = if std::io::stdout().is_terminal() { Format::Table } else { Format::Plain };
        self.manner.format.unwrap_or(usual)
    }

    /// Whether results are in a form that only lists have.
    pub fn is_for_lists(&self) -> bool {
        matches!(self.format(), Format::Csv | Format::Jsonl)
    }

    /// Whether the user wants to know more.
    pub fn is_verbose(&self) -> bool {
        self.manner.verbose > 0
    }

    /// Writes a command's result to standard output.
    ///
    /// # Errors
    /// When it does not arrive there.
    pub fn report<R: Report>(&self, report: &R) -> Result<()> {
        let text = match self.format() {
            Format::Json => page::json(report)?,
            Format::Csv => list::csv(&report.page()),
            Format::Jsonl => list::jsonl(&serde_json::to_value(report)?),
            Format::Plain => report.page().plain(),
            Format::Table => report.page().draw(width()),
        };
        if text.is_empty() { Ok(()) } else { output::write(&text) }
    }

    /// Writes a report as JSON to standard error, where standard output carries something else.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn report_as_talk<R: Report>(&self, report: &R) -> Result<()> {
        output::say(&page::json(report)?);
        Ok(())
    }

    /// Writes text to standard output as it is: a completion script, a manual page.
    ///
    /// # Errors
    /// When it does not arrive there.
    pub fn text(&self, text: &str) -> Result<()> {
        output::write(text.trim_end_matches('\n'))
    }

    /// A sentence about what was done.
    pub fn status(&self, sentence: impl std::fmt::Display) {
        if !self.manner.quiet {
            output::say(&text::lines(&sentence.to_string()));
        }
    }

    /// A sentence for those who want to know more.
    pub fn detail(&self, sentence: impl std::fmt::Display) {
        if self.manner.verbose > 0 {
            self.status(sentence);
        }
    }

    /// Something the user should know before it bites.
    pub fn warn(&self, sentence: impl std::fmt::Display) {
        let mark = self.paint("33", "warning:");
        output::say(&format!("{mark} {}", text::lines(&sentence.to_string())));
    }

    /// Says what went wrong, and what to do about it; one JSON object where results are JSON.
    pub fn error(&self, error: &anyhow::Error) {
        let found = fault::fault_of(error);
        let what = chain(error);
        if what.is_empty() {
            return;
        }
        if matches!(self.format(), Format::Json | Format::Jsonl) {
            let value = serde_json::json!({
                "error": {
                    "kind": fault::kind_of(error).name(),
                    "status": fault::kind_of(error).status(),
                    "what": what,
                    "details": found.map(|fault| fault.details.clone()).unwrap_or_default(),
                    "hint": found.and_then(|fault| fault.hint.clone()),
                }
            });
            if let Ok(object) = page::object("crm-admin/error", 1, value) {
                output::say(&object);
            }
            return;
        }
        let mut told = format!("{} {}", self.paint("31", "error:"), text::line(&what));
        for line in found.iter().flat_map(|fault| &fault.details) {
            told.push_str(&format!("\n  {}", text::line(line)));
        }
        if let Some(hint) = found.and_then(|fault| fault.hint.as_ref()) {
            told.push_str(&format!("\n{} {}", self.paint("36", "hint:"), text::line(hint)));
        }
        output::say(&told);
    }

    /// A listener for long work.
    pub fn progress(&self) -> Box<dyn Progress> {
        let terminal = std::io::stderr().is_terminal() && !is_dumb();
        match self.manner.progress {
            _ if self.manner.quiet => Box::new(Silence),
            ProgressStyle::None => Box::new(Silence),
            ProgressStyle::Bar => Box::new(bar::Bar::new()),
            ProgressStyle::Auto if terminal => Box::new(bar::Bar::new()),
            ProgressStyle::Auto | ProgressStyle::Lines => Box::new(bar::Lines::new()),
        }
    }

    /// Asks for one line, where somebody is there; otherwise takes the default.
    ///
    /// # Errors
    /// When the answer cannot be read.
    pub fn ask_or(&self, question: &str, default: &str) -> Result<String> {
        if self.manner.no_input || self.manner.yes || !prompt::somebody_is_there() {
            return Ok(default.to_owned());
        }
        prompt::ask(question, default)
    }

    /// Whether a question can be asked.
    pub fn can_ask(&self) -> bool {
        !self.manner.no_input && prompt::somebody_is_there()
    }

    /// Asks a person whether something happened that the program cannot see. `--yes` is no answer to that.
    ///
    /// # Errors
    /// Unconfirmed when nobody is there to answer, or the answer cannot be read.
    pub fn ask_whether(&self, question: &str) -> Result<bool> {
        if !self.can_ask() {
            return Err(Fault::unconfirmed("nobody is there to answer").into());
        }
        prompt::ask_whether(question)
    }

    /// Has a person choose one thing of a list, which may come from a database; the place of it.
    ///
    /// # Errors
    /// Unconfirmed when nobody is there to choose.
    pub fn choose(&self, question: &str, items: &[String]) -> Result<usize> {
        if !self.can_ask() {
            return Err(Fault::unconfirmed("nobody is there to choose").into());
        }
        let shown: Vec<String> = items.iter().map(|item| text::line(item).into_owned()).collect();
        prompt::choose(question, &shown)
    }

    /// Waits until a person presses Enter.
    ///
    /// # Errors
    /// Unconfirmed when nobody is there to do so.
    pub fn wait_for_enter(&self, sentence: &str) -> Result<()> {
        if !self.can_ask() {
            return Err(Fault::unconfirmed("nobody is there to press Enter").into());
        }
        prompt::wait_for_enter(sentence)
    }

    /// Asks for a secret; `option` is what a script says instead.
    ///
    /// # Errors
    /// Usage when nobody is there to answer.
    pub fn ask_secret(&self, question: &str, option: &str) -> Result<Secret> {
        if self.manner.no_input || !prompt::somebody_is_there() {
            return Err(Fault::usage("a password is needed, and nobody is there to ask")
                .hint(format!("say {option}"))
                .into());
        }
        prompt::ask_secret(question)
    }

    /// Whether somebody is asked before something that cannot be undone.
    pub fn is_to_confirm(&self) -> bool {
        !self.manner.yes && self.can_ask()
    }

    /// Has a person type a text before something that cannot be undone; `--yes` answers for a script.
    ///
    /// # Errors
    /// Usage when nobody is there to answer, unconfirmed when the answer is another.
    pub fn confirm_by_typing(&self, question: &str, expected: &str) -> Result<()> {
        if self.manner.yes {
            return Ok(());
        }
        if self.manner.no_input || !prompt::somebody_is_there() {
            return Err(Fault::usage("this has to be confirmed, and nobody is there to ask")
                .hint("say --yes")
                .into());
        }
        prompt::confirm_by_typing(question, expected)
    }

    fn paint(&self, code: &str, word: &str) -> String {
        let wanted = match self.manner.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
                let refused =
                    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb();
                !refused && (forced || std::io::stderr().is_terminal())
            }
        };
        if wanted { format!("\u{1b}[1;{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// The width of the terminal that standard output is, or the usual one.
fn width() -> u16 {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    size.map(|size| size.ws_col).filter(|&columns| columns > 0).unwrap_or(WIDTH).max(LEAST_WIDTH)
}

/// The whole story of an error in one line: what we were doing, what failed.
fn chain(error: &anyhow::Error) -> String {
    let parts: Vec<String> = error.chain().map(ToString::to_string).filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}
