//! `exclude default`: whether a user's lists leave out who objects to marketing.

use crate::accounts::Accounts;
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::fault::{Outcome, Result};
use crate::objection::preference;
use crate::store::Store;
use crate::ui::{Page, Report};
use clap::{Args, ValueEnum};
use serde::Serialize;

/// Say whether a user's lists leave out who objects to marketing
///
/// Without on or off it is shown. Lists leave them out where nobody has said
/// otherwise. It stands in the CRM where its map has a place for it, else in the
/// state folder.
///
/// Example:
///   crm-admin --db crm.db exclude default marie off
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DefaultArgs {
    /// Whose lists
    pub login: String,
    /// Whether they leave them out
    #[arg(value_enum)]
    pub wish: Option<Switch>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// They leave out who objects
    On,
    /// They show everybody
    Off,
}

pub(super) fn run(args: &DefaultArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let account = accounts.require([args.login.as_str()])?[0].clone();
    let before = excludes(&mut desk, &accounts, &account)?;
    let wish = args.wish.map_or(before, |wish| wish == Switch::On);
    let name = accounts.ledger_name(&account);
    if wish != before && !context.settings.dry_run {
        let state = desk.state()?;
        let place = population.exclude_objected.clone();
        desk.act(
            "exclude default",
            vec![name.clone()],
            || Ok(()),
            |change, _, _, _| match &place {
                Some(place) => preference::write_to_database(place, &account, wish, change),
                None => preference::write_to_state(&state, &name, wish),
            },
        )?;
    }
    context.ui.report(&DefaultReport {
        dry_run: context.settings.dry_run,
        account: name,
        login: account.login.clone(),
        exclude_objected: wish,
        before,
    })?;
    if args.wish.is_some() && wish == before {
        context.ui.status("Nothing to do: it is so already.");
    }
    Ok(Outcome::Done)
}

fn excludes(desk: &mut Desk, accounts: &Accounts, account: &crate::accounts::Account) -> Result<bool> {
    let state = desk.found_state()?;
    preference::excludes(accounts, account, state.as_ref(), &mut *desk.store.snapshot()?)
}

/// What a user's lists show.
#[derive(Debug, Serialize)]
struct DefaultReport {
    dry_run: bool,
    account: String,
    login: String,
    exclude_objected: bool,
    before: bool,
}

impl Report for DefaultReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/exclude-default", 1);

    fn page(&self) -> Page {
        let lists =
            if self.exclude_objected { "on: who objects is left out" } else { "off: everybody is shown" };
        Page::default().facts([("login", self.login.as_str()), ("exclude by default", lists)])
    }
}
