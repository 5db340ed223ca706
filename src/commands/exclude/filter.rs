//! `exclude filter`: a mailing list that came from anywhere, without those who are not to be written to.

use crate::commands::Context;
use crate::commands::office::Office;
use crate::fault::{Fault, Outcome, Result};
use crate::objection::Blocked;
use crate::objection::mailing::{self, Dialect, Encoding, Manner, Named, Tally, Why};
use crate::publish::Draft;
use crate::schema::Medium;
use crate::store::Store;
use crate::ui::{Format, Page, Report, output};
use clap::Args;
use serde::Serialize;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// Leave out of a mailing list whoever objects to marketing or was erased
///
/// Reads a CSV file from standard input and writes it to standard output without
/// those lines; every other line comes out byte for byte as it went in. Whoever
/// is excluded in the CRM is known by e-mail address or telephone number, the
/// contacts of excluded companies too; whoever was erased by the suppression list
/// in the state folder. Between fields stands , ; | or a tab: whichever makes the
/// first line have the named columns.
///
/// A line that cannot be read, or that has no address, is not passed on. How many
/// lines were left out, and why, is said on standard error. The exit status is 8
/// when some could not be read.
///
/// Examples:
///   crm-admin --db crm.db exclude filter --email-column Email < in.csv > out.csv
///   crm-admin --db crm.db exclude filter --email-column mail --check < in.csv
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct FilterArgs {
    /// A column with e-mail addresses; may be repeated
    #[arg(long = "email-column", value_name = "NAME", required_unless_present = "phone_columns")]
    pub email_columns: Vec<String>,
    /// A column with telephone numbers; may be repeated
    #[arg(long = "phone-column", value_name = "NAME")]
    pub phone_columns: Vec<String>,
    /// Write nothing; exit status 3 if any line would be left out
    #[arg(long)]
    pub check: bool,
    /// Write the list to a new file, and the report to standard output
    #[arg(short, long, value_name = "FILE", conflicts_with = "check")]
    pub output: Option<PathBuf>,
    /// The list's encoding, such as latin1 [default: utf-8]
    #[arg(long, value_name = "NAME", value_parser = Encoding::named)]
    pub encoding: Option<Encoding>,
    /// What stands between fields, where the first line does not tell
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// The first line is no header; columns are named by their number, from 1
    #[arg(long)]
    pub no_header: bool,
    /// Pass on lines without any address
    #[arg(long)]
    pub keep_without_address: bool,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ if text.len() == 1 && !text.contains(['"', '\r', '\n']) => Ok(text.as_bytes()[0]),
        _ => Err("it is one character, or the word tab".to_owned()),
    }
}

pub(super) fn run(args: &FilterArgs, context: &mut Context) -> Result<Outcome> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        return Err(Fault::usage("the list is read from standard input").hint("say < in.csv").into());
    }
    let mut office = Office::open(context)?;
    let state = office.found_state()?;
    let day = jiff::tz::TimeZone::UTC.to_datetime(office.now).date();
    let blocked = Blocked::read(&office.map, state.as_ref(), &mut *office.store.snapshot()?, day)?;
    let dry = args.check || context.settings.dry_run;
    let mut draft = args.output.as_deref().filter(|_| !dry).map(Draft::beside).transpose()?;
    let mut progress = context.ui.progress();
    progress.stage("filtering", None);
    let mut sink: Box<dyn Write> = match &mut draft {
        _ if dry => Box::new(std::io::sink()),
        Some(draft) => Box::new(BufWriter::with_capacity(1 << 16, draft.file())),
        None => Box::new(BufWriter::with_capacity(1 << 16, output::stream())),
    };
    let manner = Manner { keep_without_address: args.keep_without_address };
    let filtered = mailing::filter(
        &mut stdin,
        &mut *sink,
        &dialect(args),
        manner,
        &mut |medium, address| blocked.why(medium, address),
        &mut |bytes| progress.advance(bytes),
    );
    drop(sink);
    progress.finish();
    let tally = match (filtered, &draft) {
        (Err(error), Some(draft)) => return Err(draft.explain(error)),
        (Err(error), None) => return Err(error.downcast().map_or_else(|other| other, output::told)),
        (Ok(tally), _) => tally,
    };
    let report_has_stdout = dry || draft.is_some();
    if let Some(draft) = draft {
        draft.publish()?;
    }
    tell(&tally, dry, report_has_stdout, context)?;
    Ok(match tally {
        _ if args.check && tally.all_dropped() > 0 => Outcome::Findings,
        _ if !dry && tally.unreadable() > 0 => Outcome::Owed,
        _ => Outcome::Done,
    })
}

fn dialect(args: &FilterArgs) -> Dialect {
    let named = |medium| move |name: &String| Named { name: name.clone(), medium };
    let emails = args.email_columns.iter().map(named(Medium::Email));
    let phones = args.phone_columns.iter().map(named(Medium::Phone));
    Dialect {
        delimiter: args.delimiter,
        encoding: args.encoding.unwrap_or_default(),
        has_header: !args.no_header,
        columns: emails.chain(phones).collect(),
    }
}

/// The report goes to standard output where the list does not; else it is talk.
fn tell(tally: &Tally, dry: bool, report_has_stdout: bool, context: &mut Context) -> Result<()> {
    let report = FilterReport::of(tally, dry);
    let ui = &context.ui;
    if ui.format() == Format::Json {
        return if report_has_stdout { ui.report(&report) } else { ui.report_as_talk(&report) };
    }
    for (line, why) in &tally.unreadable {
        ui.warn(format_args!("line {line} is not passed on: {why}"));
    }
    let more = tally.unreadable() - tally.unreadable.len() as u64;
    if more > 0 {
        ui.warn(format_args!("{more} more lines are not passed on, because they cannot be read"));
    }
    if report_has_stdout {
        ui.report(&report)?;
    }
    let reasons: Vec<String> =
        tally.dropped.iter().map(|(why, many)| format!("{many} {}", why.words())).collect();
    let (may, why) = (if dry { "Would pass" } else { "Passed" }, reasons.join(", "));
    let (kept, read, dropped) = (tally.kept, tally.read, tally.all_dropped());
    let left_out =
        if dropped == 0 { "; nobody is left out".to_owned() } else { format!("; left out {dropped}: {why}") };
    ui.status(format_args!("{may} on {kept} of {read} lines{left_out}."));
    Ok(())
}

/// What happened to the list: numbers only.
#[derive(Debug, Serialize)]
struct FilterReport {
    dry_run: bool,
    lines: u64,
    kept: u64,
    dropped: u64,
    reasons: std::collections::BTreeMap<Why, u64>,
    rows: Vec<Row>,
}

/// A line that could not be read.
#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: u64,
    why: String,
}

impl FilterReport {
    fn of(tally: &Tally, dry_run: bool) -> Self {
        let row = |(line, why): &(u64, String)| Row { kind: "line", id: *line, why: why.clone() };
        FilterReport {
            dry_run,
            lines: tally.read,
            kept: tally.kept,
            dropped: tally.all_dropped(),
            reasons: tally.dropped.clone(),
            rows: tally.unreadable.iter().map(row).collect(),
        }
    }
}

impl Report for FilterReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/exclude-filter", 1);

    fn page(&self) -> Page {
        let all = [("lines", self.lines), ("kept", self.kept), ("left out", self.dropped)];
        let facts = all.iter().map(|(name, many)| ((*name).to_owned(), many.to_string()));
        let reasons = self.reasons.iter().map(|(why, many)| (format!("  {}", why.words()), many.to_string()));
        Page::default().facts(facts.chain(reasons))
    }
}
