//! `user list`: every account of a population, a line each.

use crate::accounts::{Account, hints};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::handout::key;
use crate::fault::{Outcome, Result};
use crate::password::scheme::recognise;
use crate::schema::Accounts as Population;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;

/// List the accounts: who may log in, and how their passwords stand
///
/// Example:
///   crm-admin --db crm.db user list --administrators
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ListArgs {
    /// Only those who may log in
    #[arg(long)]
    pub active: bool,
    /// Only administrators
    #[arg(long)]
    pub administrators: bool,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
}

pub(super) fn run(args: &ListArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let wanted = |account: &&Account| {
        (!args.active || account.active) && (!args.administrators || account.administrator)
    };
    let rows = accounts.all.iter().filter(wanted).map(|account| Shown::of(account, &population)).collect();
    context.ui.report(&ListReport { accounts: population.name.clone(), rows })?;
    Ok(Outcome::Done)
}

/// An account as it is shown: everything but its secrets.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) login: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) active: bool,
    pub(super) administrator: bool,
    pub(super) password: String,
    pub(super) changed_at: Option<String>,
    pub(super) must_change: Option<bool>,
    pub(super) temporary_until: Option<String>,
    pub(super) never_expires: Option<bool>,
    pub(super) last_login: Option<String>,
    pub(super) sessions: u64,
}

impl Shown {
    pub(super) fn of(account: &Account, population: &Population) -> Self {
        let stored = account.hash.as_ref().map(|hash| hash.expose()).unwrap_or_default();
        let scheme = population.hash.as_ref().map(|_| recognise(stored, &hints(population)).label());
        let moment = |moment: Option<jiff::Timestamp>| moment.map(|moment| moment.to_string());
        Shown {
            kind: "account",
            id: key(&account.key),
            login: account.login.clone(),
            name: account.name.clone(),
            email: account.email.clone(),
            active: account.active,
            administrator: account.administrator,
            password: match (&account.temporary, scheme) {
                (Some(_), _) => "temporary, of the CRM's own".into(),
                (None, Some(label)) => label,
                (None, None) => "not mapped".into(),
            },
            changed_at: moment(account.changed_at),
            must_change: account.must_change,
            temporary_until: moment(account.temporary_until),
            never_expires: account.never_expires,
            last_login: moment(account.last_login),
            sessions: account.sessions,
        }
    }

    fn state(&self) -> String {
        let words = [
            (!self.active, "disabled"),
            (self.administrator, "administrator"),
            (self.must_change == Some(true), "must change"),
            (self.temporary_until.is_some(), "temporary"),
            (self.never_expires == Some(true), "never expires"),
        ];
        words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
    }
}

/// What `user list` lists.
#[derive(Debug, Serialize)]
struct ListReport {
    accounts: String,
    rows: Vec<Shown>,
}

impl Report for ListReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/user-list", 1);

    fn page(&self) -> Page {
        let day =
            |moment: &Option<String>| moment.as_deref().map(|text| text[..10].to_owned()).unwrap_or_default();
        let row = |user: &Shown| {
            vec![
                user.login.clone(),
                user.name.clone().unwrap_or_default(),
                user.state(),
                user.password.clone(),
                day(&user.changed_at),
                day(&user.last_login),
                user.sessions.to_string(),
            ]
        };
        let headings = ["Login", "Name", "State", "Password", "Changed", "Last login", "Sessions"];
        Page::default().table(&headings, self.rows.iter().map(row).collect())
    }
}
