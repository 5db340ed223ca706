//! `init`: a new database with the reference schema, its first administrator and, if wanted, synthetic people.

use super::{Context, beside};
use crate::cli;
use crate::deliver::Delivery;
use crate::fault::{Fault, Outcome, Result};
use crate::password;
use crate::progress::Progress;
use crate::publish::{Draft, Scratch, scratch_in};
use crate::reference::{self, Administrator, Filled};
use crate::store::sqlite::NewDatabase;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use std::io::Seek;
use std::path::{Path, PathBuf};

/// The administrator's login when nobody says another.
const ADMINISTRATOR: &str = "admin";

/// Make a new database with the reference schema
///
/// The password policy is on from the start. The first administrator gets a
/// temporary password, which has to be replaced at the first login and is valid
/// for 72 hours. With --demo the database is filled with synthetic French
/// contacts and everything attached to them; the same seed makes the same people.
///
/// Examples:
///   crm-admin init crm.db --admin marie
///   crm-admin init crm.db --admin marie --deliver file:marie.password
///   crm-admin init demo.db --demo 1000 --deliver print
///   crm-admin init erp.db --erp --demo 1000 --deliver print
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct InitArgs {
    /// The database to make [default: the one of --db]
    #[arg(value_name = "DB")]
    pub database: Option<PathBuf>,
    /// The first administrator's login [default: asked for at a terminal, else admin]
    #[arg(long, value_name = "LOGIN")]
    pub admin: Option<String>,
    /// How the temporary password is delivered: clipboard (for 45 s; for another
    /// time clipboard:SECONDS), print, or file:PATH
    #[arg(long, value_name = "HOW", default_value = "clipboard")]
    pub deliver: Delivery,
    /// Fill it with this many synthetic contacts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub demo: Option<u64>,
    /// Make a reference ERP instead; with --demo it has the customers of the
    /// demo CRM that the same N and S make
    #[arg(long)]
    pub erp: bool,
    /// With --erp: the company whose books are kept [default: that of the demo]
    #[arg(long, value_name = "NAME", requires = "erp")]
    pub company: Option<String>,
    /// What the synthetic people are drawn from
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

/// The moment at which the synthetic people live: always the same, so that the same seed makes the same database.
/// 1 October 2026, 08:00 UTC, in seconds since 1970.
const DEMO_MOMENT: jiff::Timestamp = jiff::Timestamp::constant(1_790_841_600, 0);

/// Runs `init`.
///
/// # Errors
/// Refused when the database is there already; unconfirmed when the password was not delivered, and then there is no
/// database either.
pub fn run(args: &InitArgs, context: &mut Context) -> Result<Outcome> {
    let path = match &args.database {
        Some(path) => path.clone(),
        None => context.database()?,
    };
    if path.as_os_str().is_empty() {
        return Err(Fault::usage("the database's name is empty").into());
    }
    beside::refuse_leftovers(&path)?;
    beside::refuse_log_names(&path)?;
    let mut draft = Draft::beside(&path)?;
    args.deliver.ready(1, &context.ui)?;
    let login = administrator(args, context)?;
    if context.settings.dry_run {
        context.ui.report(&InitReport::new(&path, &login, &Filled::default(), true))?;
        return Ok(Outcome::Done);
    }
    let mut random = rand::rngs::SysRng;
    let secret = password::temporary(password::generate::SHORTEST, &mut random)?;
    let hash = password::hash(&secret, &mut random)?;
    let parcel = args.deliver.prepare(&login, &secret)?;
    let mut progress = context.ui.progress();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut scratch = scratch_in(folder)?;
    let filled = make(args, &login, hash, &mut scratch, &mut *progress)?;
    progress.stage("writing the database", None);
    scratch.file().rewind()?;
    std::io::copy(scratch.file(), draft.file()).map_err(|error| draft.explain(error.into()))?;
    progress.finish();
    drop(progress);
    let delivered = parcel.hand_over(&context.ui)?;
    draft.publish()?;
    delivered.keep(&context.ui);
    context.ui.report(&InitReport::new(&path, &login, &filled, false))?;
    context.ui.status(format_args!(
        "{login} has to replace the temporary password at the first login, within 72 hours."
    ));
    Ok(Outcome::Done)
}

fn administrator(args: &InitArgs, context: &Context) -> Result<String> {
    let login = match &args.admin {
        Some(login) => login.clone(),
        None => context.ui.ask_or("Login of the first administrator", ADMINISTRATOR)?,
    };
    cli::login(&login).map_err(|wrong| Fault::usage(wrong).hint("say --admin LOGIN").into())
}

/// Builds the database in a file that has no name any more when this returns.
fn make(
    args: &InitArgs,
    login: &str,
    hash: String,
    scratch: &mut Scratch,
    progress: &mut dyn Progress,
) -> Result<Filled> {
    let now = jiff::Timestamp::now();
    let script = if args.erp { reference::ERP_SCHEMA } else { reference::SCHEMA };
    let mut new = NewDatabase::from_script(scratch.path(), script)?;
    scratch.unlink()?;
    let mut transaction = new.transaction()?;
    reference::seed(&mut *transaction, &Administrator { login: login.to_owned(), hash }, now)?;
    if args.erp {
        reference::add_company(
            &mut *transaction,
            args.company.as_deref().unwrap_or(reference::COMPANY),
            now,
        )?;
    }
    let fill = if args.erp { reference::fill_erp } else { reference::fill };
    let filled = match args.demo {
        Some(contacts) => fill(&mut *transaction, contacts, args.seed, DEMO_MOMENT, progress)?,
        None => Filled::default(),
    };
    transaction.commit()?;
    Ok(filled)
}

/// What `init` made.
#[derive(Debug, Serialize)]
struct InitReport {
    database: String,
    dry_run: bool,
    administrator: String,
    password_policy: &'static str,
    synthetic: Filled,
}

impl InitReport {
    fn new(path: &Path, login: &str, filled: &Filled, dry_run: bool) -> Self {
        InitReport {
            database: path.display().to_string(),
            dry_run,
            administrator: login.to_owned(),
            password_policy: "on",
            synthetic: filled.clone(),
        }
    }
}

impl Report for InitReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/init", 1);

    fn page(&self) -> Page {
        let target =
            if self.dry_run { format!("{} (not made)", self.database) } else { self.database.clone() };
        let mut facts = vec![
            ("database".to_owned(), target),
            ("administrator".to_owned(), self.administrator.clone()),
            ("password policy".to_owned(), self.password_policy.to_owned()),
        ];
        facts.extend(self.synthetic.facts());
        Page::default().facts(facts)
    }
}
