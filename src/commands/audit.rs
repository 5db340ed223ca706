//! `audit`: what is wrong with accounts and templates, who has stayed too long, and what notes should not say.

mod guessing;
mod notes;
mod notes_report;
mod overview;
mod repair;
mod report;
mod retention;

use super::Context;
use super::desk::Desk;
use crate::accounts::{self, Accounts, Template, policy::Policy};
use crate::cli::duration;
use crate::fault::{Fault, Outcome, Result};
use crate::password::audit::{self, Finding, Severity, Standard, Subject};
use crate::retention::Zone;
use crate::store::Store;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use notes::NotesArgs;
use report::AuditReport;
use retention::RetentionArgs;
use std::path::PathBuf;
use std::time::Duration;

/// Find weak accounts, people kept too long, and what notes should not say
///
/// Exit status 3 with findings, 0 without. `all` looks at accounts and templates,
/// and counts what `retention` and `notes` would list.
///
/// Passwords, templates: with --repair the mildest thing that
/// cures each is done, in one transaction; a second time there is nothing to do,
/// and what is left needs a person. With --guess likely passwords are tried; that
/// one was guessed is told, and of which family it is, never the password.
///
/// Retention: which relations have stayed as long as the map allows after the
/// last event of business, which are held and why, and which fall due next month.
/// What is held by the ERP, or would take somebody along who is not due, is not
/// due.
///
/// Notes: health, faith, offences, insults and other things that free text should
/// not say, and numbers of people, cards and accounts. A match is a place to look
/// at and no proof; the words themselves are shown masked, and only with
/// --excerpts.
///
/// Examples:
///   crm-admin --db crm.db audit
///   crm-admin --db crm.db audit passwords --guess --max-time 10m --fail-on high
///   crm-admin --db crm.db audit --repair --dry-run
///   crm-admin --db crm.db audit retention --ids > due.txt
///   crm-admin --db crm.db audit notes --baseline notes.json --fail-on high
///   crm-admin --db crm.db audit notes --for contact 42
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct AuditArgs {
    /// What is looked at
    #[arg(value_enum, default_value_t = What::All)]
    pub what: What,
    /// Which findings make the exit status 3
    #[arg(long, value_enum, default_value_t = FailOn::Low, value_name = "LEVEL")]
    pub fail_on: FailOn,
    /// Do the mildest thing that cures each finding
    #[arg(long)]
    pub repair: bool,
    /// Try likely passwords
    #[arg(long)]
    pub guess: bool,
    /// Try these too, one a line
    #[arg(long, value_name = "FILE", requires = "guess")]
    pub list: Option<PathBuf>,
    /// Stop guessing after this long
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "guess")]
    pub max_time: Option<Duration>,
    /// Try at most this many for each account
    #[arg(long, value_name = "N", requires = "guess")]
    pub max_guesses: Option<usize>,
    /// Look as if it were this day or moment, such as 2026-10-01 [default: now]
    #[arg(long, value_name = "DATE", value_parser = retention::as_of)]
    pub as_of: Option<AsOf>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
    #[command(flatten)]
    pub retention: RetentionArgs,
    #[command(flatten)]
    pub notes: NotesArgs,
}

/// A day or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// A day, as those who use the CRM count them.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

impl AsOf {
    fn moment(self) -> Timestamp {
        match self {
            AsOf::Day(day) => {
                TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())).unwrap_or(Timestamp::MAX)
            }
            AsOf::Moment(moment) => moment,
        }
    }

    fn day(self, zone: &Zone) -> Date {
        match self {
            AsOf::Day(day) => day,
            AsOf::Moment(moment) => zone.day_of(moment),
        }
    }
}

/// What an audit looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Accounts and their passwords.
    Passwords,
    /// The templates that new accounts are made from.
    Templates,
    /// Relations that have stayed as long as they may.
    Retention,
    /// Free text that says what it should not.
    Notes,
    /// Accounts and templates, and how much there is of the rest.
    All,
}

/// From which severity on a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Every finding that is more than information.
    Low,
    /// What is to be cured.
    Medium,
    /// What is to be cured now.
    High,
    /// None.
    None,
}

impl FailOn {
    fn counts(self, severity: Severity) -> bool {
        match self {
            FailOn::Low => severity >= Severity::Low,
            FailOn::Medium => severity >= Severity::Medium,
            FailOn::High => severity >= Severity::High,
            FailOn::None => false,
        }
    }
}

/// What was looked at, and what was found in it.
struct Seen {
    accounts: Accounts,
    templates: Vec<Template>,
    policy: Policy,
    findings: Vec<Finding>,
}

/// Runs `audit`.
///
/// # Errors
/// When the database cannot be read, or a repair is refused.
pub fn run(args: &AuditArgs, context: &mut Context) -> Result<Outcome> {
    check_together(args)?;
    match args.what {
        What::Retention => return retention::run(args, context),
        What::Notes => return notes::run(args, context),
        What::Passwords | What::Templates | What::All => {}
    }
    if args.guess && args.what == What::Templates {
        return Err(Fault::usage("templates are not guessed at")
            .hint("say `audit passwords --guess`")
            .into());
    }
    let mut desk = Desk::open(context)?;
    let before = look(args, &mut desk)?;
    if before.policy.scope.is_nobody() {
        context.ui.warn("no policy has been applied: nothing is held against age or templates");
    }
    let guessed = match args.guess {
        true => Some(guessing::guess(args, context, &mut desk, &before)?),
        false => None,
    };
    let plan = args.repair.then(|| repair::plan(&before, guessed.as_ref()));
    let mut report = AuditReport::new(&before, guessed.as_ref(), desk.now);
    let mut after = None;
    if let Some(plan) = &plan
        && !plan.is_empty()
        && !context.settings.dry_run
    {
        repair::carry_out(plan, context, &mut desk, &before)?;
        report.repaired = true;
        // It is done by now: a signal that comes while we look again only means that nobody says what is left.
        after = look(args, &mut desk).ok();
    }
    let more = match args.what {
        What::All => overview::look(args, context, &mut desk)?,
        _ => overview::Overview::default(),
    };
    let more_found = more.rows().any(|severity| args.fail_on.counts(severity));
    let owed = more.left_out.is_some();
    report.add(more);
    context.ui.report(&report)?;
    let left = after.as_ref().unwrap_or(&before);
    let forced = plan.as_ref().filter(|_| report.repaired).map(repair::forced).unwrap_or_default();
    let hits = guessed.iter().flat_map(|guessed| &guessed.hits);
    let open_hits = hits.filter(|hit| !left.is_asked(&hit.account) && !forced.contains(&hit.account)).count();
    let found = left.findings.iter().any(|finding| args.fail_on.counts(finding.severity))
        || (open_hits > 0 && args.fail_on.counts(Severity::High))
        || more_found;
    if report.repaired && found {
        context.ui.status("What is left only a person can cure: run the audit again to see it.");
    }
    Ok(match found {
        true => Outcome::Findings,
        // What was to be looked at and could not be is owed, to whoever asks for a status at all.
        false if owed && args.fail_on != FailOn::None => Outcome::Owed,
        false => Outcome::Done,
    })
}

/// Options that belong to another audit are a mistake, and not passed over.
fn check_together(args: &AuditArgs) -> Result<()> {
    let of_accounts = args.repair || args.guess || args.accounts.is_some();
    let wrong = match args.what {
        What::Retention | What::Notes if of_accounts => {
            Some("--repair, --guess and --accounts are for accounts")
        }
        What::Notes | What::Passwords | What::Templates if args.retention.is_said() => {
            Some("--ahead and --ids are for `audit retention`")
        }
        What::Retention | What::Passwords | What::Templates if args.notes.is_said() => Some(
            "--category, --excerpts, --baseline, --write-baseline, --lexicon and --for are for `audit notes`",
        ),
        What::All if args.notes.is_said() || args.retention.is_said() => {
            Some("say `audit retention` or `audit notes` with options of their own")
        }
        _ => None,
    };
    wrong.map_or(Ok(()), |what| Err(Fault::usage(what).into()))
}

impl Seen {
    /// Whether the owner of an account has been asked for another password already.
    fn is_asked(&self, key: &str) -> bool {
        self.accounts.of_key(key).is_some_and(|account| account.must_change == Some(true))
    }
}

fn look(args: &AuditArgs, desk: &mut Desk) -> Result<Seen> {
    let population = desk.population(args.accounts.as_deref())?;
    let accounts = desk.accounts(&population)?;
    let templates = accounts::templates(&mut *desk.store.snapshot()?, &population)?;
    let policy = desk.policy()?;
    let checks = policy.rules.checks();
    let hints = accounts::hints(&population);
    let dormant = u32::try_from(policy.rules.get("dormant-days")).unwrap_or(audit::DORMANT_DAYS);
    let standard = Standard {
        policy: (!policy.scope.is_nobody()).then_some(&checks),
        hints: &hints,
        shipped: population.hash.as_ref().map(|hash| hash.shipped.as_slice()).unwrap_or_default(),
        as_of: args.as_of.map_or(desk.now, AsOf::moment),
        dormant_days: if dormant == 0 { u32::MAX } else { dormant },
    };
    let template_facts: Vec<_> = templates.iter().map(Template::facts).collect();
    let mut findings = audit::findings(&accounts.facts(), &template_facts, &standard);
    findings.retain(|finding| match (&finding.subject, args.what) {
        (Subject::Template(_), What::Passwords) | (Subject::Account(_), What::Templates) => false,
        _ => is_covered(finding, &accounts, &policy),
    });
    Ok(Seen { accounts, templates, policy, findings })
}

/// A rule of the policy is held only against those for whom it is in force; the rest against everybody.
fn is_covered(finding: &Finding, accounts: &Accounts, policy: &Policy) -> bool {
    use audit::Rule;
    let of_policy = matches!(finding.rule, Rule::TooOld | Rule::NeverExpires);
    let name = |key: &str| format!("{}:{key}", accounts.name());
    match &finding.subject {
        Subject::Account(key) if of_policy => {
            accounts.of_key(key).is_some_and(|account| policy.covers(accounts, account))
        }
        Subject::Template(key) if finding.rule != Rule::TemplatePassword => {
            policy.scope.everybody || policy.scope.templates.contains(&name(key))
        }
        _ => true,
    }
}
