//! `erase`: a relation is erased, and proven to be gone from the files of the database.

mod begin;
mod report;
pub(super) mod resume;
pub(super) mod work;

pub(super) use resume::repeat;
pub(super) use work::Work;

use super::desk::Desk;
use super::who::{WhoArgs, administrator};
use super::{Context, input};
use crate::erasure::{Plan, RelationRef};
use crate::fault::{Fault, Kind, Outcome, Result, kind_of};
use crate::publish::Draft;
use crate::schema::{CompleteMap, RelationKind};
use crate::state::State;
use crate::store::Store;
use clap::{Args, Subcommand};
use report::{EraseReport, VerifyReport};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use work::Done;

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
/// third party in the ERP, and `erp sync` erases both here. While another program
/// reads the log, the proof is owed (exit status 8) and `erase resume` completes
/// it. An erasure that was killed is gone on with when it is asked for again: it
/// stays one act of the ledger.
///
/// Examples:
///   crm-admin --db crm.db --as marie erase contact 42 --dry-run
///   crm-admin --db crm.db --as marie erase company 7 --yes --certificate 7.json
///   crm-admin --db crm.db --as marie erase --from list.txt --yes --certificates papers
///   crm-admin --db crm.db --as marie erase resume
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
    /// Write the certificate of each erasure, as JSON, into a folder
    #[arg(long, global = true, value_name = "DIR")]
    pub certificates: Option<PathBuf>,
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
    let relations = relations(args, &map)?;
    let mut work = Work::new(args.keep_contacts, false, &map, &mut desk);
    if context.settings.dry_run {
        return dry_run(args, &relations, &mut work, context);
    }
    let papers = Papers::of(args)?;
    work.certificates = args.certificates.as_deref().map(folder).transpose()?;
    work.by = administrator("erase", &args.who, context, work.desk)?;
    work.desk.store.let_triggers_run()?;
    let outcome = match &args.what {
        Some(EraseCommand::Resume) => resume_all(&mut work, papers, context),
        Some(EraseCommand::Replay) => resume::replay(&mut work, context),
        _ => erase_all(&mut work, &relations, papers, context),
    };
    work.put_back()?;
    outcome
}

fn dry_run(
    args: &EraseArgs,
    relations: &[RelationRef],
    work: &mut Work<'_>,
    context: &Context,
) -> Result<Outcome> {
    if let Some(EraseCommand::Resume) = &args.what {
        return resume::look(work, context);
    }
    let relations = match &args.what {
        Some(EraseCommand::Replay) => resume::returned(work)?,
        _ => relations.to_vec(),
    };
    let (mut plans, mut errors): (Vec<Plan>, Vec<anyhow::Error>) = (Vec::new(), Vec::new());
    for relation in &relations {
        match work.plan(relation) {
            Ok(plan) => plans.push(plan),
            Err(error) if is_of_one_alone(&error) => errors.push(error),
            Err(error) => return Err(error),
        }
    }
    if relations.len() != errors.len() || relations.is_empty() {
        context.ui.report(&EraseReport::planned(&plans))?;
    }
    let last = errors.pop();
    errors.iter().for_each(|error| context.ui.error(error));
    last.map_or(Ok(Outcome::Done), Err)
}

fn resume_all(work: &mut Work<'_>, papers: Papers, context: &Context) -> Result<Outcome> {
    if papers.are_wanted() && resume::count(work)? > 1 {
        return Err(Fault::usage("a certificate is of one erasure, and several are owed")
            .hint("say --certificates DIR")
            .into());
    }
    let (all, outcome) = resume::resume(work, context)?;
    papers.publish(all.first())?;
    Ok(outcome)
}

fn erase_all(
    work: &mut Work<'_>,
    relations: &[RelationRef],
    papers: Papers,
    context: &Context,
) -> Result<Outcome> {
    let (mut all, mut failed): (Vec<Done>, u64) = (Vec::new(), 0);
    for relation in relations {
        match erase_one(work, relation, context) {
            Ok(done) => all.extend(done),
            Err(error)
                if !all.is_empty()
                    && kind_of(&error) == Kind::Missing
                    && resume::was_erased(work, relation)? =>
            {
                context.ui.status(format_args!("{relation} is erased already."));
            }
            // Of a list the others are erased all the same; what somebody stops or declines ends it.
            Err(error) if relations.len() > 1 && is_of_one_alone(&error) => {
                context.ui.error(&error);
                failed += 1;
            }
            Err(error) => {
                if !all.is_empty() {
                    context.ui.report(&EraseReport::done(&all))?;
                }
                return Err(error);
            }
        }
        if let Some(error) = all.last_mut().and_then(|done| done.trouble.take()) {
            context.ui.report(&EraseReport::done(&all))?;
            return Err(error);
        }
    }
    context.ui.report(&EraseReport::done(&all))?;
    papers.publish(all.first())?;
    for done in all.iter().filter(|done| !done.is_proven()) {
        context.ui.warn(report::owed(done));
    }
    if failed > 0 {
        context.ui.warn(format_args!("{failed} of {} were not erased", relations.len()));
    }
    Ok(if failed == 0 && all.iter().all(Done::is_proven) { Outcome::Done } else { Outcome::Owed })
}

fn erase_one(work: &mut Work<'_>, relation: &RelationRef, context: &Context) -> Result<Vec<Done>> {
    match work.plan(relation) {
        Ok(plan) => {
            confirm(&plan, context)?;
            Ok(vec![work.erase(relation, plan, context)?])
        }
        // It may be gone already, and only its proof be owed: the last run was killed.
        Err(error) if kind_of(&error) == Kind::Missing && resume::owes(work, relation)? => {
            context.ui.status(format_args!("{relation} was erased before; what is owed of it is completed."));
            resume::finish(work, relation, context)
        }
        Err(error) => Err(error),
    }
}

/// Whether an error is about one relation of a list, and not about the whole run.
fn is_of_one_alone(error: &anyhow::Error) -> bool {
    matches!(kind_of(error), Kind::Missing | Kind::Refused | Kind::Usage)
}

/// Shows what would go, and has its id typed.
fn confirm(plan: &Plan, context: &Context) -> Result<()> {
    for line in report::lines(plan, context) {
        context.ui.status(line);
    }
    let (rows, files) = (plan.deleted() + plan.blanked(), plan.files.len());
    let question = format!("Type {} to erase these {rows} rows and {files} files", plan.id);
    context.ui.confirm_by_typing(&question, &plan.id)
}

/// The folder of certificates has to be there before anything is erased.
fn folder(path: &Path) -> Result<PathBuf> {
    match path.canonicalize() {
        Ok(path) if path.is_dir() => Ok(path),
        _ => Err(Fault::missing(format!("there is no folder {}", path.display())).into()),
    }
}

fn relations(args: &EraseArgs, map: &CompleteMap) -> Result<Vec<RelationRef>> {
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
            let text = input::text("list", from, LONGEST_LIST)?;
            let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
            // Read to its end, and every id with it, before anything is erased.
            let read = |(at, line): (usize, &str)| {
                let relation = RelationRef::parse(line).and_then(|it| it.key(map).map(|_| it));
                relation.map_err(|error| error.context(format!("line {} of the list", at + 1)))
            };
            let found = lines.map(read).collect::<Result<Vec<_>>>()?;
            if found.len() > 1 && (args.certificate.is_some() || args.certificate_text.is_some()) {
                return Err(Fault::usage("a certificate is of one erasure")
                    .hint("say --certificates DIR for one of each")
                    .into());
            }
            Ok(found)
        }
    }
}

/// The certificate's files: begun before anything is erased, so that a name in the way stops it in time.
struct Papers {
    json: Option<Draft>,
    text: Option<Draft>,
}

impl Papers {
    fn of(args: &EraseArgs) -> Result<Self> {
        let draft = |path: &Option<PathBuf>| path.as_deref().map(Draft::beside).transpose();
        Ok(Papers { json: draft(&args.certificate)?, text: draft(&args.certificate_text)? })
    }

    fn are_wanted(&self) -> bool {
        self.json.is_some() || self.text.is_some()
    }

    fn publish(self, done: Option<&Done>) -> Result<()> {
        let Some((json, text)) = done.and_then(|done| done.certificate.as_ref()) else { return Ok(()) };
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
    let reading = crate::ledger::read(&state)?;
    if reading.broken.is_some() {
        return Err(Fault::damaged("the ledger has been changed")
            .hint("see `crm-admin ledger verify`")
            .into());
    }
    let digest = crate::digest::digest(&bytes).to_string();
    let act = reading.certified(&digest).ok_or_else(|| {
        Fault::damaged("the ledger of this database knows no such certificate, or it was changed")
    })?;
    context.ui.report(&VerifyReport::of(&bytes, act))?;
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
