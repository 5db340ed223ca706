//! `erp connect`: the ERP issues a key, the CRM keeps it sealed, and a user's password is needed no more.

use super::report::ConnectReport;
use super::side::{self, Side};
use super::{LinkArgs, sealing};
use crate::commands::Context;
use crate::commands::erase::work::Work;
use crate::commands::who::{ErpWhoArgs, WhoArgs, administrator, erp_administrator};
use crate::erasure::{Debt, Owed};
use crate::erp::{Company, Connection, Crm, Erp, Key, Office, seal};
use crate::fault::{Fault, Outcome, Result};
use crate::ledger::{Actor, Counts, Intent, Tally};
use crate::secret::Secret;
use crate::state::State;
use crate::store::{Needles, Scrub, Store};
use clap::Args;
use std::path::PathBuf;

/// Link the CRM to a company of an ERP
///
/// The ERP issues a random key and keeps only its digest; the CRM keeps the key
/// sealed. A connection that was set up with a user's password is converted: the
/// key replaces the password, which is erased from the database's files too.
/// Both sides have to agree: an administrator of the CRM (--as), since the ERP
/// may order erasures from then on, and one of the ERP (--erp-as).
///
/// Examples:
///   crm-admin --db crm.db --as marie erp connect /srv/erp/erp.db --erp-as paul
///   crm-admin --db crm.db --as marie erp connect erp.db --erp-as paul --company Pont
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ConnectArgs {
    /// The ERP's database
    #[arg(value_name = "ERP")]
    pub erp: PathBuf,
    /// The company of the ERP [default: chosen from a list at a terminal]
    #[arg(long, value_name = "NAME")]
    pub company: Option<String>,
    #[command(flatten)]
    pub link: LinkArgs,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub erp_who: ErpWhoArgs,
}

/// Runs `erp connect`.
///
/// # Errors
/// Denied to whoever is no administrator of both; refused when a map does not describe its side of the link.
pub fn run(args: &ConnectArgs, context: &mut Context) -> Result<Outcome> {
    let mut crm = Side::open(context)?;
    let erp_context =
        side::context_of(&args.erp, args.link.erp_map.as_deref(), args.erp_who.erp_as.as_deref(), context);
    let mut erp = Side::open(&erp_context).map_err(|error| error.context("opening the ERP"))?;
    if crm.desk.store.path() == erp.desk.store.path() {
        return Err(Fault::usage("the CRM and the ERP are the same database").into());
    }
    let existing = existing(&mut crm, args.link.name.as_deref())?;
    let company = company(args.company.as_deref(), &erp.erp()?.companies()?, context)?;
    let name = existing.as_ref().map(|one| one.name.clone()).or_else(|| args.link.name.clone());
    let name = name.unwrap_or_else(|| company.name.clone());
    let converts = existing.as_ref().is_some_and(|one| one.password.is_some());
    let mut report = ConnectReport::new(&name, &company.name, converts, context.settings.dry_run);
    if context.settings.dry_run {
        context.ui.report(&report)?;
        return Ok(Outcome::Done);
    }
    let by = administrator("erp connect", &args.who, context, &mut crm.desk)?;
    let erp_by = erp_administrator("erp connect", &args.erp_who, &erp_context, &mut erp.desk)?;
    let state = crm.desk.state()?;
    let _alone = state.keep(super::sync::LOCK, context.settings.lock_wait)?;
    let under = sealing::read_or_make(args.link.key_file.as_deref(), &state)?;
    let key = issue(&mut erp, erp_by.clone(), (&company, &name), (&crm, existing.as_ref()), &args.link)?;
    let sealed = seal::seal(&key, &name, &under)?;
    let place = erp.desk.store.path().display().to_string();
    report.password_proven_gone = store(&mut crm, by, existing.as_ref(), (&name, &place, sealed), context)?;
    report.replaced = retire(&mut erp, erp_by, &key)?;
    context.ui.report(&report)?;
    if report.password_proven_gone == Some(false) {
        context.ui.warn("the password is gone, but something of it may be left in the files: run `crm-admin erase resume` later");
        return Ok(Outcome::Owed);
    }
    Ok(Outcome::Done)
}

/// The connection that gets the key: the one of that name, or the only one there is.
fn existing(crm: &mut Side, name: Option<&str>) -> Result<Option<Connection>> {
    let mut all = side::connections(crm)?;
    match name {
        Some(name) => Ok(all.into_iter().find(|one| one.name.to_lowercase() == name.to_lowercase())),
        None if all.len() > 1 => side::connection(crm, None).map(Some),
        None => Ok(all.pop()),
    }
}

/// The company that is meant.
fn company(said: Option<&str>, all: &[Company], context: &Context) -> Result<Company> {
    let names: Vec<String> = all.iter().map(|company| company.name.clone()).collect();
    let Some(said) = said else {
        return match all {
            [] => Err(Fault::missing("the ERP keeps no company's books").into()),
            [only] => Ok(only.clone()),
            _ if context.ui.can_ask() => {
                Ok(all[context.ui.choose("Which company of the ERP?", &names)?].clone())
            }
            _ => Err(Fault::usage("the ERP keeps several companies' books")
                .details(names)
                .hint("say which with --company NAME")
                .into()),
        };
    };
    let found = all.iter().find(|company| company.name.to_lowercase() == said.to_lowercase());
    found
        .cloned()
        .ok_or_else(|| Fault::missing(format!("the ERP keeps no books of {said}")).details(names).into())
}

/// Has the ERP issue the key, between two lines of its ledger.
fn issue(
    erp: &mut Side,
    by: Actor,
    (company, name): (&Company, &str),
    (crm, existing): (&Side, Option<&Connection>),
    link: &LinkArgs,
) -> Result<Key> {
    // One that cannot be opened any more is none of ours to replace.
    let own = existing.filter(|one| one.sealed.is_some());
    let own = own.and_then(|one| side::key_of(one, link, &crm.desk).ok());
    erp.desk.store.let_triggers_run()?;
    let mut ledger = erp.desk.ledger()?;
    let counts = Counts::from([("keys".to_owned(), 1)]);
    let intent = Intent { command: "erp connect".into(), by, counts, ..Intent::default() };
    ledger.perform(&intent, |_| erp.erp()?.issue(company, name, own.as_ref()))
}

/// Has the ERP revoke earlier keys of the same use, once the new one is sealed: how many.
fn retire(erp: &mut Side, by: Actor, key: &Key) -> Result<u64> {
    let mut ledger = erp.desk.ledger()?;
    let intent = Intent { command: "erp connect".into(), by, ..Intent::default() };
    ledger.perform(&intent, |tally| {
        let mut ours = erp.erp()?;
        let access = ours.enter(key)?;
        let retired = ours.retire_others(&access)?;
        tally.counts.insert("retired".into(), retired);
        Ok(retired)
    })
}

/// Puts the sealed key into the CRM, between two lines of its ledger. Whether a password that it replaces is proven to
/// be gone from the files; none where there was none.
fn store(
    crm: &mut Side,
    by: Actor,
    existing: Option<&Connection>,
    (name, place, sealed): (&str, &str, Vec<u8>),
    context: &Context,
) -> Result<Option<bool>> {
    let Side { desk, map } = crm;
    let password = existing.and_then(|one| one.password.clone());
    desk.store.let_triggers_run()?;
    let state = desk.state()?;
    let mut ledger = desk.ledger()?;
    let counts = Counts::from([
        ("connections".to_owned(), 1),
        ("passwords".to_owned(), u64::from(password.is_some())),
    ]);
    let intent = Intent { command: "erp connect".into(), by, counts, ..Intent::default() };
    let side = Crm::new(map, desk.now)?;
    let mut work = Work::new(false, false, map, desk);
    let proven = ledger.perform(&intent, |tally| {
        let debt = password.map(|password| debt_of(&password, &mut work, &state, tally)).transpose()?;
        let Some(debt) = debt else {
            let mut change = work.desk.store.transaction()?;
            side.store_key(&mut *change, existing, name, place, sealed)?;
            change.commit()?;
            return Ok(None);
        };
        let mut owed = Owed::read(&state)?;
        owed.debts.push(debt.clone());
        let mut change = work.desk.store.transaction()?;
        side.store_key(&mut *change, existing, name, place, sealed)?;
        owed.write(&state)?;
        if let Err(error) = change.commit() {
            owed.settle(&debt.act, &state)?;
            return Err(error);
        }
        let settled = work.settle(&debt, &state, tally, context);
        let proven = settled.proven;
        settled.or_trouble().map(|_| Some(proven))
    })?;
    work.put_back()?;
    Ok(proven)
}

/// What is owed about a password once the key is in its place: that nothing of it is left in the files.
fn debt_of(password: &Secret, work: &mut Work<'_>, state: &State, tally: &Tally) -> Result<Debt> {
    let secret = password.expose().as_bytes();
    let written = [secret.to_vec(), work.desk.store.encoded(secret)];
    Ok(Debt {
        act: tally.act.clone(),
        command: "erp connect".to_owned(),
        needles: Needles::of(written.iter().map(Vec::as_slice)),
        tables: work.map.erp_connections().map(|about| about.table.clone()).into_iter().collect(),
        settings: work.make_ready(state)?,
        ..Debt::default()
    })
}
