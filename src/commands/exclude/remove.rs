//! `exclude remove`: an objection to marketing, taken back.

use super::report::ActReport;
use super::{MediumArgs, WhoseArgs, ledger_name};
use crate::commands::Context;
use crate::commands::office::Office;
use crate::fault::{Fault, Outcome, Result};
use crate::objection::{Contacts, Excluded, Plan};
use crate::schema::RelationKind;
use crate::store::Store;
use clap::{Args, ValueEnum};

/// Take an objection to marketing back, because whoever made it said so
///
/// Taken back from a company, it has to be said what becomes of the contacts who
/// are excluded because the company was. Who objected in person stays excluded.
///
/// Examples:
///   crm-admin --db crm.db exclude remove contact 42
///   crm-admin --db crm.db exclude remove company 7 --contacts clear
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RemoveArgs {
    #[command(flatten)]
    pub whose: WhoseArgs,
    #[command(flatten)]
    pub medium: MediumArgs,
    /// What becomes of a company's contacts
    #[arg(long, value_enum)]
    pub contacts: Option<Answer>,
}

/// What becomes of a company's contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// They stay excluded
    Keep,
    /// They are excluded no more, unless they objected in person
    Clear,
}

pub(super) fn run(args: &RemoveArgs, context: &mut Context) -> Result<Outcome> {
    let mut office = Office::open(context)?;
    let relation = args.whose.relation();
    if args.contacts.is_some() && relation.kind != RelationKind::Company {
        return Err(Fault::usage("--contacts is said of companies").into());
    }
    let mut contacts = match args.contacts {
        Some(Answer::Clear) => Contacts::Clear,
        _ => Contacts::Keep,
    };
    let register = office.register()?;
    let mut plan = Plan::remove(
        &relation,
        args.medium.only,
        contacts,
        office.now,
        &office.map,
        &register,
        &mut *office.store.snapshot()?,
    )?;
    if args.contacts.is_none() && plan.contacts_left > 0 {
        contacts = ask(&plan, context)?;
        let data = &mut *office.store.snapshot()?;
        plan = Plan::remove(&relation, args.medium.only, contacts, office.now, &office.map, &register, data)?;
    }
    if !context.settings.dry_run && !plan.is_empty() {
        let command = format!("exclude remove {}", relation.kind.word());
        let at = office.now;
        office.act(&command, vec![ledger_name(&relation)], |change, map, register, tally| {
            let now = Plan::remove(&relation, args.medium.only, contacts, at, map, register, change)?;
            super::carry_out(&plan, &now, map, change, register, tally)
        })?;
    }
    let report = ActReport::of(&plan, context.settings.dry_run);
    context.ui.report(&report)?;
    report.say(&plan, &context.ui);
    if !context.settings.dry_run {
        let register = office.register()?;
        let data = &mut *office.store.snapshot()?;
        let left = Excluded::standing(&relation, &office.map, &register, data)?;
        for because in &left.because {
            context.ui.warn(format_args!(
                "{relation} is excluded all the same: {} {} objects",
                because.kind.word(),
                because.id
            ));
        }
    }
    Ok(Outcome::Done)
}

/// Asks what becomes of the contacts; `--yes` is no answer to that.
fn ask(plan: &Plan, context: &Context) -> Result<Contacts> {
    let many = plan.contacts_left;
    if !context.ui.can_ask() {
        let what =
            format!("{many} contacts are excluded because {} was: what becomes of them?", plan.relation);
        return Err(Fault::usage(what).hint("say --contacts keep or --contacts clear").into());
    }
    let question = format!("{many} contacts are excluded because {} was. Clear them too?", plan.relation);
    Ok(if context.ui.ask_whether(&question)? { Contacts::Clear } else { Contacts::Keep })
}
