//! `user add`: new accounts, each with a temporary password that is handed over at once.

use crate::accounts::{self, NewAccount, Template};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::handout::{self, DeliverArgs, Fresh, Owner};
use crate::commands::reset::read;
use crate::deliver::Delivery;
use crate::fault::{Fault, Outcome, Result};
use crate::schema::Accounts as Population;
use crate::store::Store;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Make an account, and hand over its first, temporary password
///
/// Not delivered, not made (exit status 9). A CRM whose map does not say how an
/// account is made keeps that to itself: the command is refused (exit status 4).
/// With --from, a file of lines `login,given name,family name,e-mail,template`,
/// of which all but the login may be empty.
///
/// Examples:
///   crm-admin --db crm.db user add marie --given-name Marie --family-name Durand
///   crm-admin --db crm.db user add --from newcomers.csv --deliver file:first.passwords
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct AddArgs {
    /// What will be typed to log in
    #[arg(value_name = "LOGIN", required_unless_present = "from", conflicts_with = "from")]
    pub login: Option<String>,
    /// The given name
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    pub given_name: Option<String>,
    /// The family name
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    pub family_name: Option<String>,
    /// The e-mail address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "from")]
    pub email: Option<String>,
    /// Make an administrator
    #[arg(long)]
    pub administrator: bool,
    /// The template to make them from [default: the first that makes no administrators]
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// Many at once, from this file; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub from: Option<PathBuf>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
    #[command(flatten)]
    pub deliver: DeliverArgs,
}

/// One who gets an account, and what it is made from.
struct Newcomer {
    new: NewAccount,
    template: Option<Template>,
}

pub(super) fn run(args: &AddArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    accounts::creation(&desk.roles, &population)?;
    let newcomers = newcomers(args, &mut desk, &population)?;
    refuse_taken(&mut desk, &population, &newcomers)?;
    let mut done = newcomers.len();
    if !context.settings.dry_run {
        done = add_all(args, context, &mut desk, &population, &newcomers)?;
    }
    let row = |one: &Newcomer| Row {
        kind: "account",
        id: one.new.login.clone(),
        template: one.template.as_ref().map(|template| template.name.clone()),
    };
    if context.settings.dry_run || args.deliver.deliver != Delivery::Print {
        let rows = newcomers.iter().take(done).map(row).collect();
        context.ui.report(&AddReport { dry_run: context.settings.dry_run, rows })?;
    }
    Ok(if done == newcomers.len() { Outcome::Done } else { Outcome::Owed })
}

fn newcomers(args: &AddArgs, desk: &mut Desk, population: &Population) -> Result<Vec<Newcomer>> {
    let templates = accounts::templates(&mut *desk.store.snapshot()?, population)?;
    let find = |name: Option<&str>| match name {
        Some(name) => templates
            .iter()
            .find(|template| template.name == name)
            .cloned()
            .map(Some)
            .ok_or_else(|| Fault::missing(format!("there is no template {name}"))),
        None => Ok(templates.iter().find(|template| !template.administrator).cloned()),
    };
    let Some(path) = &args.from else {
        let new = NewAccount {
            login: args.login.clone().unwrap_or_default(),
            given_name: args.given_name.clone(),
            family_name: args.family_name.clone(),
            email: args.email.clone(),
            administrator: args.administrator,
        };
        check_login(&new.login)?;
        return Ok(vec![Newcomer { new, template: find(args.template.as_deref())? }]);
    };
    let text = read(path)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let newcomer = |line: &str| {
        let mut cells = line.split([',', ';', '\t']).map(str::trim);
        let mut cell = || cells.next().filter(|cell| !cell.is_empty()).map(str::to_owned);
        let login = cell().unwrap_or_default();
        check_login(&login)?;
        let (given_name, family_name, email) = (cell(), cell(), cell());
        let template = cell().or_else(|| args.template.clone());
        let new = NewAccount { login, given_name, family_name, email, administrator: args.administrator };
        Ok(Newcomer { new, template: find(template.as_deref())? })
    };
    lines.map(newcomer).collect()
}

fn check_login(login: &str) -> Result<()> {
    let wrong = |letter: char| letter.is_control() || letter.is_whitespace();
    if login.is_empty() || login.chars().count() > 64 || login.chars().any(wrong) {
        return Err(Fault::usage("a login has 1 to 64 characters, without blanks").into());
    }
    Ok(())
}

fn refuse_taken(desk: &mut Desk, population: &Population, newcomers: &[Newcomer]) -> Result<()> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = newcomers.iter().find(|one| !seen.insert(one.new.login.to_lowercase())) {
        return Err(Fault::usage(format!("{} is asked for twice", twice.new.login)).into());
    }
    let known = desk.accounts(population)?;
    let taken: Vec<String> = known
        .seek(newcomers.iter().map(|one| one.new.login.as_str()))?
        .found
        .iter()
        .map(|one| one.login.clone())
        .collect();
    match taken.is_empty() {
        true => Ok(()),
        false => {
            Err(Fault::refused("there are such accounts already; nothing was changed").details(taken).into())
        }
    }
}

/// Adds all of them; returns how many were added.
fn add_all(
    args: &AddArgs,
    context: &Context,
    desk: &mut Desk,
    population: &Population,
    newcomers: &[Newcomer],
) -> Result<usize> {
    args.deliver.deliver.ready(newcomers.len(), &context.ui)?;
    let policy = desk.policy()?;
    let login = |one: &Newcomer| one.new.login.clone();
    handout::in_turn(&args.deliver, context, newcomers, login, |some| {
        let fresh = |one: &Newcomer| {
            let names = [&one.new.given_name, &one.new.family_name];
            let names: Vec<String> = names.into_iter().flatten().cloned().collect();
            let owner = Owner { login: &one.new.login, names: &names, template: one.template.as_ref() };
            handout::fresh(&args.deliver, population, &policy, &owner, desk.now)
        };
        let fresh = some.iter().map(fresh).collect::<Result<Vec<_>>>()?;
        add_some(args, context, desk, population, some, &fresh)
    })
}

fn add_some(
    args: &AddArgs,
    context: &Context,
    desk: &mut Desk,
    population: &Population,
    some: &[Newcomer],
    fresh: &[Fresh],
) -> Result<()> {
    rehearse(desk, population, some, fresh)?;
    let lines: Vec<_> =
        some.iter().zip(fresh).map(|(one, fresh)| (one.new.login.as_str(), fresh.secret())).collect();
    let parcel = args.deliver.deliver.prepare_all(&lines)?;
    let (_, delivered) = desk.act(
        "user add",
        Vec::new(),
        || parcel.hand_over(&context.ui),
        |transaction, roles, now, tally| {
            for (one, fresh) in some.iter().zip(fresh) {
                let (new, template) = (&one.new, one.template.as_ref());
                let made =
                    accounts::create(transaction, roles, population, new, template, fresh.stored(), now)?;
                tally.accounts.push(made);
            }
            tally.counts.insert("accounts".into(), some.len() as u64);
            Ok(())
        },
    )?;
    delivered.keep(&context.ui);
    Ok(())
}

/// Makes the accounts and takes them back, so that no password is handed over for one that cannot be made.
fn rehearse(desk: &mut Desk, population: &Population, some: &[Newcomer], fresh: &[Fresh]) -> Result<()> {
    let mut transaction = desk.store.transaction()?;
    for (one, fresh) in some.iter().zip(fresh) {
        let template = one.template.as_ref();
        accounts::create(
            &mut *transaction,
            &desk.roles,
            population,
            &one.new,
            template,
            fresh.stored(),
            desk.now,
        )?;
    }
    Ok(())
}

/// What `user add` made.
#[derive(Debug, Serialize)]
struct AddReport {
    dry_run: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    template: Option<String>,
}

impl Report for AddReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/user-add", 1);

    fn page(&self) -> Page {
        let row = |row: &Row| vec![row.id.clone(), row.template.clone().unwrap_or_default()];
        Page::default().table(&["Login", "Template"], self.rows.iter().map(row).collect())
    }
}
