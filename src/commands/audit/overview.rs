//! How much `audit retention` and `audit notes` would list, in a few lines, for `audit all`.

use super::notes_report::counted;
use super::{AuditArgs, notes, retention};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::fault::Result;
use crate::retention::State;
use crate::schema::CompleteMap;
use crate::severity::Severity;
use crate::store::Store;

/// The lines.
#[derive(Debug, Default)]
pub(super) struct Overview {
    /// Why there are none, where there should be some.
    pub(super) left_out: Option<String>,
    pub(super) lines: Vec<Line>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) severity: Severity,
    pub(super) rule: String,
    pub(super) what: String,
    pub(super) repair: &'static str,
}

impl Overview {
    /// How bad each line is.
    pub(super) fn rows(&self) -> impl Iterator<Item = Severity> + '_ {
        self.lines.iter().map(|line| line.severity)
    }
}

/// Looks at relations and notes. Where the map does not fit the whole database, that is told and not passed over.
pub(super) fn look(args: &AuditArgs, context: &Context, desk: &mut Desk) -> Result<Overview> {
    let map = context.map(&mut desk.store)?;
    let map = match map.complete_for(&desk.store.catalog()?) {
        Ok(map) => map,
        Err(error) => {
            let why = format!("relations and notes: {error}; see `map check`");
            context.ui.warn(format_args!("not looked at: {why}"));
            return Ok(Overview { left_out: Some(why), lines: Vec::new() });
        }
    };
    let mut lines = Vec::new();
    if !map.retention().is_empty() {
        due(args, context, &map, &mut desk.store, &mut lines)?;
    }
    for ((column, rule), (count, severity, what)) in
        notes::overview(args, context, &map, &mut desk.store)?.by_column()
    {
        let severity =
            Severity::WORDS.iter().find(|(word, _)| *word == severity).map_or(Severity::Low, |(_, one)| *one);
        let (what, repair) =
            (format!("{}: {what}", counted(count)), "see `audit notes`, and put it right in the CRM");
        lines.push(Line { kind: "notes", id: column, severity, rule, what, repair });
    }
    Ok(Overview { left_out: None, lines })
}

fn due(
    args: &AuditArgs,
    context: &Context,
    map: &CompleteMap,
    store: &mut dyn Store,
    lines: &mut Vec<Line>,
) -> Result<()> {
    let report = retention::look(args, context, map, store)?;
    for counted in &report.kinds {
        let states = [
            (State::Due, counted.due, "have stayed longer than they may"),
            (State::NoEvent, counted.no_event, "never had an event, so nobody knows when they fall due"),
            (State::Held, counted.held, "have stayed longer than they may, and are held"),
            (State::Soon, counted.soon, "fall due soon"),
        ];
        for (state, count, what) in states.into_iter().filter(|(_, count, _)| *count > 0) {
            lines.push(Line {
                kind: "retention",
                id: counted.kind.word().to_owned(),
                severity: report.worst(counted, state),
                rule: format!("retention.{}", state.word()),
                what: format!("{count} of {} {what}", counted.relations),
                repair: "see `audit retention`",
            });
        }
    }
    Ok(())
}
