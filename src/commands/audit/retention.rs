//! `audit retention`: who has stayed as long as the map allows, who is held, and who falls due soon.

use super::{AsOf, AuditArgs};
use crate::commands::Context;
use crate::fault::{Fault, Outcome, Result};
use crate::retention::{self, Counted, Hold, Retained, Standing, State, Zone};
use crate::schema::{CompleteMap, Period};
use crate::severity::Severity;
use crate::store::Store;
use crate::ui::{Page, Report};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// Due for longer than this is worse.
const LATE: &str = "1 year";

/// Options of `audit retention`.
#[derive(Debug, Args)]
#[command(next_help_heading = "For retention")]
pub struct RetentionArgs {
    /// What falls due within this time is told, such as "2 months" [default: 1 month]
    #[arg(long, value_name = "TIME", value_parser = period)]
    pub ahead: Option<Period>,
    /// Print `KIND ID` lines of what is due, for `erase --from -`, and nothing else
    #[arg(long)]
    pub ids: bool,
}

impl RetentionArgs {
    /// Whether any of them was said.
    pub fn is_said(&self) -> bool {
        self.ahead.is_some() || self.ids
    }
}

fn period(words: &str) -> Result<Period, String> {
    Period::parse(words).ok_or_else(|| format!("`{words}` is no time; write it like 2 months"))
}

/// Holds every relation against the terms of the map.
pub(super) fn look(
    args: &AuditArgs,
    context: &Context,
    map: &CompleteMap,
    store: &mut dyn Store,
) -> Result<RetentionReport> {
    let zone = Zone::of(map)?;
    let as_of = args.as_of.map_or_else(|| zone.day_of(Timestamp::now()), |as_of| as_of.day(&zone));
    let month = Period { count: 1, unit: crate::schema::PeriodUnit::Months };
    let ahead = args.retention.ahead.unwrap_or(month);
    let mut progress = context.ui.progress();
    let retained = retention::audit(map, &mut *store.snapshot()?, (as_of, ahead), &zone, &mut *progress)?;
    Ok(RetentionReport::new(retained, as_of, ahead, &zone))
}

/// Runs `audit retention`.
///
/// # Errors
/// Refused when the map does not fit the database or says no term; those of reading.
pub(super) fn run(args: &AuditArgs, context: &mut Context) -> Result<Outcome> {
    let mut store = context.open()?;
    let map = context.map(&mut store)?.complete_for(&store.catalog()?)?;
    if map.retention().is_empty() {
        return Err(Fault::refused(format!("the map {} says no term for any relation", map.name()))
            .hint("add [retention.contact] and the like; see crm-admin-map(5)")
            .into());
    }
    let report = look(args, context, &map, &mut store)?;
    match args.retention.ids {
        true => tell_ids(&report, context)?,
        false => context.ui.report(&report)?,
    }
    let found = report.rows.iter().any(|row| args.fail_on.counts(severity(&row.standing, report.as_of)));
    Ok(if found { Outcome::Findings } else { Outcome::Done })
}

fn tell_ids(report: &RetentionReport, context: &Context) -> Result<()> {
    let due = || report.rows.iter().map(|row| &row.standing).filter(|standing| standing.state == State::Due);
    let lines: Vec<String> = due()
        .filter(|standing| standing.goes_with.is_none() && !standing.id.chars().any(char::is_control))
        .map(|standing| format!("{} {}", standing.kind.word(), standing.id))
        .collect();
    let along = due().count() - lines.len();
    if along > 0 {
        context.ui.status(format_args!("{along} more are due and go together with one of these."));
    }
    if lines.is_empty() {
        return Ok(());
    }
    context.ui.text(&lines.join("\n"))
}

/// How bad it is that somebody is still there.
fn severity(standing: &Standing, as_of: Date) -> Severity {
    let is_late = || {
        let end = standing.until.zip(Period::parse(LATE)).and_then(|(until, late)| late.end(until));
        end.is_some_and(|end| end < as_of)
    };
    match standing.state {
        State::Due if is_late() => Severity::High,
        State::Due => Severity::Medium,
        State::NoEvent => Severity::Low,
        State::Held | State::Soon => Severity::Information,
    }
}

/// What `audit retention` found.
#[derive(Debug, Serialize)]
pub(super) struct RetentionReport {
    as_of: Date,
    ahead: String,
    zone: String,
    pub(super) kinds: Vec<Counted>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    severity: &'static str,
    rule: String,
    #[serde(flatten)]
    standing: Standing,
}

impl RetentionReport {
    fn new(retained: Retained, as_of: Date, ahead: Period, zone: &Zone) -> Self {
        let row = |standing: Standing| Row {
            severity: severity(&standing, as_of).name(),
            rule: format!("retention.{}", standing.state.word()),
            standing,
        };
        let rows = retained.rows.into_iter().map(row).collect();
        RetentionReport {
            as_of,
            ahead: ahead.to_string(),
            zone: zone.name().to_owned(),
            kinds: retained.kinds,
            rows,
        }
    }

    /// The reasons of all that is listed, each once.
    fn reasons(&self) -> BTreeSet<(&'static str, String)> {
        let why = |Row { standing, .. }: &Row| {
            let source = standing.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
            (standing.kind.word(), format!("{}{source}", standing.reason))
        };
        self.rows.iter().map(why).collect()
    }

    /// How many there are of a kind and state, with the worst severity among them.
    pub(super) fn worst(&self, counted: &Counted, state: State) -> Severity {
        let of =
            self.rows.iter().filter(|row| row.standing.kind == counted.kind && row.standing.state == state);
        of.map(|row| severity(&row.standing, self.as_of)).max().unwrap_or(Severity::Information)
    }
}

fn holds(holds: &[Hold]) -> impl Iterator<Item = String> + '_ {
    holds.iter().map(|hold| {
        let rows = hold.rows.map(|rows| format!(" ({rows} {})", if rows == 1 { "row" } else { "rows" }));
        let until = hold.until.map(|until| format!(" until {until}")).unwrap_or_default();
        format!("{}{}{until}: {}", hold.what, rows.unwrap_or_default(), hold.reason)
    })
}

impl Report for RetentionReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/audit-retention", 1);

    fn page(&self) -> Page {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let row = |Row { standing, .. }: &Row| {
            let with = standing.goes_with.iter().map(|with| format!("goes with {with}"));
            let kept = holds(&standing.kept).map(|kept| format!("an erasure keeps {kept}"));
            let more: Vec<String> = holds(&standing.held).chain(with).chain(kept).collect();
            vec![
                standing.state.word().to_owned(),
                standing.kind.word().to_owned(),
                standing.id.clone(),
                day(standing.since),
                standing.event.clone().unwrap_or_default(),
                day(standing.until),
                more.join("; "),
            ]
        };
        let headings = ["State", "Kind", "Id", "Since", "Event", "Until", "Held"];
        let mut facts = vec![
            ("as of".to_owned(), format!("{}, days of {}", self.as_of, self.zone)),
            ("looks ahead".to_owned(), self.ahead.clone()),
        ];
        facts.extend(self.kinds.iter().map(|kind| {
            let untold = match kind.without_a_term {
                0 => String::new(),
                several => format!(", {several} without a term"),
            };
            let told = format!(
                "{} of {} due, {} without an event, {} held, {} due soon{untold}",
                kind.due, kind.relations, kind.no_event, kind.held, kind.soon
            );
            (kind.kind.word().to_owned(), told)
        }));
        facts.extend(self.reasons().into_iter().map(|(kind, why)| (format!("why {kind}"), why)));
        Page::default().table(&headings, self.rows.iter().map(row).collect()).facts(facts)
    }
}

/// Reads a day or a moment.
pub(super) fn as_of(text: &str) -> Result<AsOf, String> {
    let day = || text.parse::<Date>().ok().filter(|_| !text.contains('T')).map(AsOf::Day);
    let moment = || text.parse::<Timestamp>().ok().map(AsOf::Moment);
    day().or_else(moment).ok_or_else(|| {
        format!("`{text}` is neither a day such as 2026-10-01 nor a moment such as 2026-10-01T08:00:00Z")
    })
}
