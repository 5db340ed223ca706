//! `erase`: a relation is erased, and proven to be gone from the files of the database.

mod report;
mod resume;
pub(super) mod work;

use super::Context;
use super::desk::Desk;
use super::who::{WhoArgs, administrator};
use crate::erasure::{self, Plan, RelationRef};
use crate::fault::{Fault, Kind, Outcome, Result, kind_of};
use crate::publish::Draft;
use crate::schema::RelationKind;
use crate::state::State;
use crate::store::Store;
use clap::{Args, Subcommand};
use report::{EraseReport, VerifyReport};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use work::{Done, Work};

/// No longer list of relations is read, in bytes.
const LONGEST_LIST: u64 = 16 << 20;

/// Erase a company, a contact, a lead or a third party, and prove that it is gone
///
/// Everything attached goes with it, as the schema map says: what is deleted,
/// emptied, detached or kept for a legal reason is shown first. Then the files of
/// the database are searched for every value that was erased, and what is left in
/// free space, statistics, full-text indexes and logs is overwritten.
///
/// A company that is linked to the ERP is refused (exit status 4): erase its
/// third party in the ERP, and `erp sync` erases both here. While another program reads the log, the proof is owed (exit status 8)
/// and `erase resume` completes it.
///
/// Examples:
///   crm-admin --db crm.db --as marie erase contact 42 --dry-run
///   crm-admin --db crm.db --as marie erase company 7 --yes --certificate 7.json
///   crm-admin --db crm.db --as marie erase --from list.txt --yes
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct EraseArgs {
    #[command(subcommand)]
    pub what: Option<EraseCommand>,
    /// Erase what a file names in lines such as `contact 42`; - is standard input
    #[arg(long, value_name = "FILE|-")]
    pub from: Option<String>,
    /// The contacts of an erased company stay, without a company
    #[arg(long, global = true)]
    pub keep_contacts: bool,
    /// Write a certificate without personal data, as JSON
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Write the certificate as a page for people
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate_text: Option<PathBuf>,
    #[command(flatten)]
    pub who: WhoArgs,
}

/// What is erased, or done about what was.
#[derive(Debug, Subcommand)]
pub enum EraseCommand {
    /// Erase a company and everything attached to it
    Company(IdArgs),
    /// Erase a contact and everything attached
    Contact(IdArgs),
    /// Erase a lead and everything attached
    Lead(IdArgs),
    /// Erase a third party of an ERP; the next synchronisation takes it to the CRM
    ThirdParty(IdArgs),
    /// Complete what earlier erasures still owe
    Resume,
    /// Erase again what an older copy has brought back
    Replay,
    /// Check that a certificate was written here and is unchanged
    Verify(VerifyArgs),
}

/// Which one.
#[derive(Debug, Args)]
pub struct IdArgs {
    /// The id, as the CRM shows it
    #[arg(allow_hyphen_values = true)]
    pub id: String,
}

/// Which certificate.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The certificate, as JSON
    pub file: PathBuf,
}

/// Runs `erase`.
///
/// # Errors
/// Missing when there is no such relation, refused when a rule forbids it, denied to whoever is no administrator.
pub fn run(args: &EraseArgs, context: &mut Context) -> Result<Outcome> {
    if let Some(EraseCommand::Verify(verify)) = &args.what {
        return run_verify(verify, context);
    }
    let mut desk = Desk::open(context)?;
    let map = context.map(&mut desk.store)?;
    let map = map.complete_for(&desk.store.catalog()?)?;
    let relations = relations(args)?;
    let mut work = Work::new(args.keep_contacts, false, &map, &mut desk);
    if context.settings.dry_run {
        let plans = relations.iter().map(|relation| work.plan(relation)).collect::<Result<Vec<Plan>>>()?;
        context.ui.report(&EraseReport::planned(&plans))?;
        return Ok(Outcome::Done);
    }
    let drafts = Drafts::of(args)?;
    work.by = administrator("erase", &args.who, context, work.desk)?;
    work.desk.store.let_triggers_run()?;
    let outcome = match &args.what {
        Some(EraseCommand::Resume) => resume::resume(&mut work, context),
        Some(EraseCommand::Replay) => resume::replay(&mut work, context),
        _ => erase_all(&mut work, &relations, drafts, context),
    };
    work.put_back()?;
    outcome
}

fn erase_all(
    work: &mut Work<'_>,
    relations: &[RelationRef],
    drafts: Drafts,
    context: &mut Context,
) -> Result<Outcome> {
    let mut all: Vec<Done> = Vec::new();
    for relation in relations {
        match work.plan(relation) {
            Ok(plan) => {
                confirm(&plan, context)?;
                all.push(work.erase(relation, plan, context)?);
            }
            // It may be gone already, and only its proof be owed: the last run was killed.
            Err(error) if kind_of(&error) == Kind::Missing && resume::owes(work, relation)? => {
                return resume::resume(work, context);
            }
            Err(error) if all.is_empty() => return Err(error),
            Err(error) => {
                context.ui.error(&error);
                context.ui.report(&EraseReport::done(&all))?;
                return Ok(Outcome::Owed);
            }
        }
    }
    if let Some(done) = all.last() {
        drafts.publish(done, work)?;
    }
    context.ui.report(&EraseReport::done(&all))?;
    for done in all.iter().filter(|done| !done.is_proven()) {
        context.ui.warn(report::owed(done));
    }
    Ok(if all.iter().all(Done::is_proven) { Outcome::Done } else { Outcome::Owed })
}

/// Shows what would go, and has its id typed.
fn confirm(plan: &Plan, context: &Context) -> Result<()> {
    for line in report::lines(plan) {
        context.ui.status(line);
    }
    let (rows, files) = (plan.deleted() + plan.blanked(), plan.files.len());
    let question = format!("Type {} to erase these {rows} rows and {files} files", plan.id);
    context.ui.confirm_by_typing(&question, &plan.id)
}

fn relations(args: &EraseArgs) -> Result<Vec<RelationRef>> {
    let one = |kind, id: &IdArgs| Ok(vec![RelationRef { kind, id: id.id.clone() }]);
    match (&args.what, &args.from) {
        (Some(_), Some(_)) => Err(Fault::usage("say either a relation or --from").into()),
        (Some(EraseCommand::Company(id)), None) => one(RelationKind::Company, id),
        (Some(EraseCommand::Contact(id)), None) => one(RelationKind::Contact, id),
        (Some(EraseCommand::Lead(id)), None) => one(RelationKind::Lead, id),
        (Some(EraseCommand::ThirdParty(id)), None) => one(RelationKind::ThirdParty, id),
        (Some(_), None) => Ok(Vec::new()),
        (None, None) => {
            Err(Fault::usage("say what to erase").hint("such as `erase contact 42`, or --from FILE").into())
        }
        (None, Some(from)) => {
            if from == "-" && args.who.as_password_stdin {
                return Err(Fault::usage("standard input carries either ids or a password, not both").into());
            }
            let text = read_list(from)?;
            let found = text
                .lines()
                .filter(|line| !line.is_empty())
                .map(RelationRef::parse)
                .collect::<Result<Vec<_>>>()?;
            if found.len() > 1 && (args.certificate.is_some() || args.certificate_text.is_some()) {
                return Err(Fault::usage("a certificate is of one erasure").into());
            }
            Ok(found)
        }
    }
}

fn read_list(from: &str) -> Result<String> {
    let mut text = String::new();
    let read = match from {
        "-" => std::io::stdin().lock().take(LONGEST_LIST).read_to_string(&mut text),
        path => std::fs::File::open(path).and_then(|file| file.take(LONGEST_LIST).read_to_string(&mut text)),
    };
    match read {
        Ok(length) if (length as u64) < LONGEST_LIST => Ok(text),
        Ok(_) => Err(Fault::usage("the list is too long").into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Fault::missing(format!("there is no list {from}")).into())
        }
        Err(error) => Err(Fault::unfinished(format!("the list cannot be read: {error}")).into()),
    }
}

/// The certificates' files: begun before anything is erased, so that a name in the way stops it in time.
struct Drafts {
    json: Option<Draft>,
    text: Option<Draft>,
}

impl Drafts {
    fn of(args: &EraseArgs) -> Result<Self> {
        let draft = |path: &Option<PathBuf>| path.as_deref().map(Draft::beside).transpose();
        Ok(Drafts { json: draft(&args.certificate)?, text: draft(&args.certificate_text)? })
    }

    fn publish(self, done: &Done, work: &Work<'_>) -> Result<()> {
        let (json, text) = work.certificate_of(done)?;
        if self.json.is_some() {
            erasure::note(&work.desk.state()?, &json)?;
        }
        for (draft, content) in [(self.json, json), (self.text, text)] {
            if let Some(mut draft) = draft {
                let written = draft.file().write_all(content.as_bytes()).map_err(anyhow::Error::from);
                written.map_err(|error| draft.explain(error))?;
                draft.publish()?;
            }
        }
        Ok(())
    }
}

fn run_verify(args: &VerifyArgs, context: &Context) -> Result<Outcome> {
    let place = crate::state::place(&context.database()?, context.settings.state.as_deref());
    let state = State::find(&place)?.ok_or_else(|| Fault::missing("this database has no ledger"))?;
    let bytes = read_certificate(&args.file)?;
    if !erasure::verify(&state, &bytes)? {
        return Err(Fault::damaged(
            "this is no certificate that was written for this database, or it was changed",
        )
        .into());
    }
    if crate::ledger::read(&state)?.broken.is_some() {
        return Err(Fault::damaged("the ledger has been changed")
            .hint("see `crm-admin ledger verify`")
            .into());
    }
    context.ui.report(&VerifyReport::of(&bytes))?;
    Ok(Outcome::Done)
}

fn read_certificate(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).and_then(|file| file.take(LONGEST_LIST).read_to_end(&mut bytes)).map_err(
        |error| {
            let shown = path.display();
            match error.kind() {
                std::io::ErrorKind::NotFound => Fault::missing(format!("there is no certificate {shown}")),
                _ => Fault::unfinished(format!("{shown} cannot be read: {error}")),
            }
        },
    )?;
    Ok(bytes)
}
