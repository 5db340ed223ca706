//! `exclude add`: an objection to marketing, noted.

use super::report::ActReport;
use super::{MediumArgs, WhoseArgs, ledger_name};
use crate::commands::Context;
use crate::commands::office::Office;
use crate::fault::{Fault, Outcome, Result};
use crate::objection::{Details, Plan, Wish};
use crate::schema::{CHANNELS, MAKERS};
use crate::store::Store;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Note that a relation objects to marketing; a company for all its contacts
///
/// Everything changes in one transaction. Whoever objects already keeps the older
/// date; noting it twice does nothing. When, how and by whom it was said is kept.
///
/// Examples:
///   crm-admin --db crm.db exclude add contact 42 --channel mail
///   crm-admin --db crm.db exclude add company 7 --at 2026-05-04 --origin person
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct AddArgs {
    #[command(flatten)]
    pub whose: WhoseArgs,
    #[command(flatten)]
    pub medium: MediumArgs,
    /// When it was said [default: now]
    #[arg(long, value_name = "DAY|MOMENT")]
    pub at: Option<String>,
    /// How it was said
    #[arg(long, value_name = "WORD", value_parser = CHANNELS)]
    pub channel: Option<String>,
    /// Who said it
    #[arg(long, value_name = "WORD", value_parser = MAKERS, default_value = "person")]
    pub origin: String,
}

pub(super) fn run(args: &AddArgs, context: &mut Context) -> Result<Outcome> {
    let mut office = Office::open(context)?;
    let relation = args.whose.relation();
    let wish = Wish { medium: args.medium.only, details: details(args, office.now)? };
    let register = office.register()?;
    let plan = Plan::add(&relation, &wish, &office.map, &register, &mut *office.store.snapshot()?)?;
    if !context.settings.dry_run && !plan.is_empty() {
        let command = format!("exclude add {}", relation.kind.word());
        office.act(&command, vec![ledger_name(&relation)], |change, map, register, tally| {
            let now = Plan::add(&relation, &wish, map, register, change)?;
            super::carry_out(&plan, &now, map, change, register, tally)
        })?;
    }
    let report = ActReport::of(&plan, context.settings.dry_run);
    context.ui.report(&report)?;
    report.say(&plan, &context.ui);
    Ok(Outcome::Done)
}

fn details(args: &AddArgs, now: Timestamp) -> Result<Details> {
    let at = match &args.at {
        None => now,
        Some(text) => moment(text).ok_or_else(|| {
            Fault::usage(format!("`{text}` is no day"))
                .hint("write it like 2026-05-04 or 2026-05-04T09:30:00Z")
        })?,
    };
    if at > now {
        return Err(Fault::usage("an objection is not made in the future").into());
    }
    let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
    Ok(Details { at: Some(at.to_string()), channel: args.channel.clone(), origin: Some(args.origin.clone()) })
}

fn moment(text: &str) -> Option<Timestamp> {
    let day = |text: &str| {
        TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.to_datetime(Default::default())).ok()
    };
    text.parse().ok().or_else(|| day(text))
}
