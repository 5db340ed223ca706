//! The global options and the list of commands. No behaviour.

use crate::commands;
use crate::ui::{Color, Format, ProgressStyle};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Keep a CRM's accounts safe and its personal data lawful
#[derive(Debug, Parser)]
#[command(name = "crm-admin", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// The heading of the options that every command takes.
pub const GLOBAL_HEADING: &str = "Global options";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = GLOBAL_HEADING)]
pub struct Global {
    /// The CRM's database
    #[arg(short, long, global = true, value_name = "FILE", env = "CRM_ADMIN_DB", hide_env_values = true)]
    pub db: Option<PathBuf>,
    /// The schema map: a shipped one's name, or a file
    #[arg(long, global = true, value_name = "NAME|FILE", env = "CRM_ADMIN_MAP", hide_env_values = true)]
    pub map: Option<String>,
    /// Who acts, by login of the CRM: noted in the ledger
    #[arg(long = "as", global = true, value_name = "LOGIN", env = "CRM_ADMIN_AS", hide_env_values = true)]
    pub acting: Option<String>,
    /// The state folder with the ledger [default: DB.crm-admin beside the database]
    #[arg(long, global = true, value_name = "DIR", env = "CRM_ADMIN_STATE", hide_env_values = true)]
    pub state: Option<PathBuf>,
    /// How results are written [default: table on a terminal, plain elsewhere]
    #[arg(long, global = true, value_enum, env = "CRM_ADMIN_FORMAT", hide_env_values = true)]
    pub format: Option<Format>,
    /// The same as --format json
    #[arg(long, global = true, conflicts_with = "format")]
    pub json: bool,
    /// Read options from this file before the user's own and the system's
    #[arg(long, global = true, value_name = "FILE", env = "CRM_ADMIN_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// How long to wait for a lock that somebody else holds, such as 30s [default: 5s]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, env = "CRM_ADMIN_LOCK_WAIT",
          hide_env_values = true)]
    pub lock_wait: Option<Duration>,
    /// Show what would be done, and do nothing
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Take yes for the answer to every question
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Never ask; what would be asked is an error, or its default
    #[arg(long, global = true)]
    pub no_input: bool,
    /// When to use colours [default: auto]
    #[arg(long, global = true, value_enum, env = "CRM_ADMIN_COLOR", hide_env_values = true)]
    pub color: Option<Color>,
    /// How long work tells about itself [default: auto]
    #[arg(long, global = true, value_enum, env = "CRM_ADMIN_PROGRESS", hide_env_values = true)]
    pub progress: Option<ProgressStyle>,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What crm-admin does.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(commands::init::InitArgs),
    Backup(commands::backup::BackupArgs),
    Restore(commands::restore::RestoreArgs),
    #[command(subcommand)]
    User(commands::user::UserCommand),
    TempPassword(commands::temp_password::TempPasswordArgs),
    Reset(commands::reset::ResetArgs),
    Audit(commands::audit::AuditArgs),
    #[command(subcommand)]
    Policy(commands::policy::PolicyCommand),
    #[command(subcommand)]
    Ledger(commands::ledger::LedgerCommand),
    #[command(subcommand)]
    Relation(commands::relation::RelationCommand),
    #[command(subcommand)]
    Exclude(commands::exclude::ExcludeCommand),
    Erase(commands::erase::EraseArgs),
    #[command(subcommand)]
    Erp(commands::erp::ErpCommand),
    #[command(subcommand)]
    Archive(commands::archive::ArchiveCommand),
    #[command(subcommand)]
    Map(commands::map::MapCommand),
    #[command(subcommand)]
    Generate(commands::generate::GenerateCommand),
    Tour(commands::tour::TourArgs),
}

impl Command {
    /// Whether the result is a list, which can be had as CSV and as lines of JSON too.
    pub fn is_list(&self) -> bool {
        use commands::{
            ledger::LedgerCommand, map::MapCommand, relation::RelationCommand, user::UserCommand,
        };
        matches!(
            self,
            Command::Relation(RelationCommand::List(_))
                | Command::User(UserCommand::List(_))
                | Command::Ledger(LedgerCommand::Show(_))
                | Command::Map(MapCommand::List(_))
        )
    }
}

/// The headings under which `--help` lists the commands. Every command stands under one of them.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("Start", &["init", "tour"]),
    ("Accounts", &["user", "temp-password", "reset", "audit", "policy", "ledger"]),
    ("People's data", &["relation", "exclude", "erase", "erp"]),
    ("Backup for the technician", &["backup", "restore", "archive"]),
    ("The CRM that is there", &["map"]),
    ("For the shell", &["generate"]),
];

/// The whole command line, with the commands under their headings.
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    let groups = grouped(&command);
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}Options:\n{{options}}\n\n\
         `crm-admin COMMAND --help` tells more about one command; the manual is crm-admin(1)."
    );
    command = command.help_template(template).override_usage("crm-admin [OPTIONS] COMMAND");
    command
}

fn grouped(command: &clap::Command) -> String {
    let mut text = String::new();
    for (heading, names) in GROUPS {
        text.push_str(&format!("{heading}:\n"));
        for name in *names {
            let about = command.find_subcommand(name).and_then(|found| found.get_about());
            text.push_str(&format!("  {name:<13} {}\n", about.map(ToString::to_string).unwrap_or_default()));
        }
        text.push('\n');
    }
    text
}

/// Reads the command line.
///
/// # Errors
/// What clap finds; help and version are such errors too, with status 0.
pub fn parse(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

/// A duration such as `30s`, `2m` or `500ms`; a bare number is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration; write it like 30s or 2m");
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}

/// A size such as `500M` or `2G` (powers of 1,024); a bare number is bytes.
pub fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size; write it like 500M or 2G");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let power = match text[digits.len()..].to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return Err(wrong()),
    };
    1024u64.checked_pow(power).and_then(|unit| unit.checked_mul(number)).ok_or_else(wrong)
}

/// What is typed to log in: 1 to 64 characters, none of them a blank.
pub fn login(text: &str) -> Result<String, String> {
    let fits = !text.is_empty()
        && text.chars().count() <= 64
        && !text.chars().any(|character| character.is_control() || character.is_whitespace());
    if fits { Ok(text.to_owned()) } else { Err("a login has 1 to 64 characters, without blanks".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_command_stands_under_one_heading() {
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let command = command();
        let mut there: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        listed.sort_unstable();
        there.sort_unstable();
        assert_eq!(listed, there);
    }

    #[test]
    fn durations_and_sizes_are_read_as_people_write_them() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        assert!(duration("soon").is_err() && duration("-5s").is_err());
        assert_eq!(
            [size("1024"), size("2G"), size("500M"), size("1kB")],
            [Ok(1024), Ok(2 << 30), Ok(500 << 20), Ok(1024)]
        );
        assert!(size("").is_err() && size("5X").is_err() && size("99999999T").is_err());
    }
}
