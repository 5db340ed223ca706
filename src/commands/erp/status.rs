//! `erp status`: is the link there, good and used?

use super::LinkArgs;
use super::report::{KeyRow, KeysReport, LinkRow, LinkState, StatusReport};
use super::side::{self, Side};
use crate::commands::Context;
use crate::erp::{Connection, Office};
use crate::fault::{Kind, Outcome, Result, kind_of};
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;

/// Show the links to ERPs, and whether they work
///
/// The exit status is 3 when a link has no key, was revoked, cannot be used, was
/// never synchronised, or not for longer than --late-after. With --erp the keys
/// of an ERP are shown instead, on its own side. Nothing is changed.
///
/// Examples:
///   crm-admin --db crm.db erp status --late-after 2h
///   crm-admin erp status --erp /srv/erp/erp.db
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct StatusArgs {
    /// After how long without a synchronisation a link is late
    #[arg(long, value_name = "TIME", default_value = "25h", value_parser = crate::cli::duration)]
    pub late_after: Duration,
    /// Show the keys of this ERP's database instead
    #[arg(long, value_name = "FILE")]
    pub erp: Option<PathBuf>,
    #[command(flatten)]
    pub link: LinkArgs,
}

/// Runs `erp status`.
///
/// # Errors
/// Those of reading. A link that does not work is a finding.
pub fn run(args: &StatusArgs, context: &mut Context) -> Result<Outcome> {
    if let Some(erp) = &args.erp {
        return keys(erp, args, context);
    }
    let mut crm = Side::open(context)?;
    let mut rows = Vec::new();
    for connection in side::connections(&mut crm)? {
        let wanted = args.link.name.as_ref().is_none_or(|name| *name == connection.name);
        if wanted {
            let (state, company) = state_of(&connection, args, &crm, context);
            rows.push(LinkRow::new(&connection, state, company));
        }
    }
    let report = StatusReport { rows };
    context.ui.report(&report)?;
    if report.rows.is_empty() {
        context.ui.status("The CRM is not linked to an ERP; `crm-admin erp connect` links it.");
    }
    Ok(if report.is_well() { Outcome::Done } else { Outcome::Findings })
}

/// How a link is, and the company whose books it opens where that could be asked.
fn state_of(
    connection: &Connection,
    args: &StatusArgs,
    crm: &Side,
    context: &Context,
) -> (LinkState, Option<String>) {
    if !connection.enabled {
        return (LinkState::SwitchedOff, None);
    }
    if connection.sealed.is_none() {
        let state = if connection.password.is_some() { LinkState::Password } else { LinkState::NoKey };
        return (state, None);
    }
    let entered = side::enter(connection, &args.link, &crm.desk, context);
    let company = match entered {
        Ok((_, access)) => access.company.name,
        Err(error) if kind_of(&error) == Kind::Denied => {
            context.ui.error(&error);
            return (LinkState::Denied, None);
        }
        Err(error) => {
            context.ui.error(&error);
            return (LinkState::Unreachable, None);
        }
    };
    let state = match connection.synced_at {
        None => LinkState::NeverSynchronised,
        Some(since) if age(since, crm.desk.now) > args.late_after => LinkState::Late,
        Some(_) => LinkState::Works,
    };
    (state, Some(company))
}

/// How long ago a moment was.
fn age(since: Timestamp, now: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(now.as_second() - since.as_second()).unwrap_or(0))
}

/// The keys of an ERP.
fn keys(erp: &std::path::Path, args: &StatusArgs, context: &Context) -> Result<Outcome> {
    let erp_context = side::context_of(erp, args.link.erp_map.as_deref(), None, context);
    let mut side = Side::open(&erp_context)?;
    let now = side.desk.now;
    let row = |key| {
        let late = |since| age(since, now) > args.late_after;
        KeyRow::of(key, late)
    };
    let report = KeysReport { rows: side.erp()?.keys()?.iter().map(row).collect() };
    context.ui.report(&report)?;
    Ok(if report.is_well() { Outcome::Done } else { Outcome::Findings })
}
