//! One file per command: its arguments, then `run`, then its report.

pub mod archive;
pub mod audit;
pub mod backup;
mod beside;
mod desk;
pub mod erase;
pub mod erp;
pub mod exclude;
pub mod generate;
mod handout;
pub mod init;
mod input;
mod key_file;
pub mod ledger;
pub mod map;
mod office;
pub mod policy;
pub mod relation;
pub mod reset;
pub mod restore;
pub mod temp_password;
pub mod tour;
pub mod user;
mod who;

use crate::cli::{Cli, Command};
use crate::config::{self, Settings};
use crate::fault::{Fault, Outcome, Result};
use crate::reference;
use crate::schema::Map;
use crate::store::Store;
use crate::store::sqlite::{Options, Sqlite};
use crate::ui::{Color, Manner, ProgressStyle, Ui, output, text};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a command works with.
pub struct Context {
    /// How it speaks.
    pub ui: Ui,
    /// The options that hold.
    pub settings: Settings,
}

/// Runs a command and says what went wrong, if anything did.
///
/// # Errors
/// The command's own; it has been reported already.
pub fn run(cli: &Cli) -> Result<Outcome> {
    let settings = match config::settle(&cli.global) {
        Ok(settings) => settings,
        Err(error) => {
            Ui::new(plain_manner(cli)).error(&error);
            return Err(error);
        }
    };
    let ui = Ui::new(settings.manner.clone());
    let mut context = Context { ui, settings };
    let result = dispatch(cli, &mut context);
    if let Err(error) = &result {
        context.ui.error(error);
    }
    result
}

fn dispatch(cli: &Cli, context: &mut Context) -> Result<Outcome> {
    if context.ui.is_for_lists() && !cli.command.is_list() {
        return Err(Fault::usage("csv and jsonl are for lists")
            .hint("say --format json, plain or table")
            .into());
    }
    match &cli.command {
        Command::Init(args) => init::run(args, context),
        Command::Backup(args) => backup::run(args, context),
        Command::Relation(command) => relation::run(command, context),
        Command::Erase(args) => erase::run(args, context),
        Command::Erp(command) => erp::run(command, context),
        Command::Exclude(command) => exclude::run(command, context),
        Command::Restore(args) => restore::run(args, context),
        Command::User(command) => user::run(command, context),
        Command::TempPassword(args) => temp_password::run(args, context),
        Command::Reset(args) => reset::run(args, context),
        Command::Audit(args) => audit::run(args, context),
        Command::Policy(command) => policy::run(command, context),
        Command::Ledger(command) => ledger::run(command, context),
        Command::Archive(command) => archive::run(command, context),
        Command::Map(command) => map::run(command, context),
        Command::Generate(command) => generate::run(command, context),
        Command::Tour(args) => tour::run(args, context),
    }
}

/// Prints what clap says about the command line: help on standard output, a mistake on standard error.
pub fn tell_usage(told: &clap::Error) -> ExitCode {
    // A mistake quotes the command line, which may hold a name that steers the terminal.
    let plain = told.render().to_string();
    let shown = text::lines(plain.trim_end());
    if told.use_stderr() && shown != plain.trim_end() {
        output::say(&shown);
    } else {
        let _ = told.print();
    }
    ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2))
}

fn plain_manner(cli: &Cli) -> Manner {
    let global = &cli.global;
    Manner {
        format: if global.json { Some(crate::ui::Format::Json) } else { global.format },
        color: global.color.unwrap_or(Color::Auto),
        progress: ProgressStyle::None,
        quiet: global.quiet,
        verbose: global.verbose,
        no_input: global.no_input,
        yes: global.yes,
    }
}

impl Context {
    /// The database that was named.
    ///
    /// # Errors
    /// Usage when none was.
    pub fn database(&self) -> Result<PathBuf> {
        self.settings.db.clone().ok_or_else(|| {
            Fault::usage("no database was named").hint("say --db FILE, or set CRM_ADMIN_DB").into()
        })
    }

    /// Opens the database that was named, and says how, where that is worth a word.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub fn open(&self) -> Result<Sqlite> {
        let options = Options { lock_wait: self.settings.lock_wait, ..Options::default() };
        let store = Sqlite::open(&self.database()?, &options)?;
        for note in store.notes() {
            self.ui.status(note);
        }
        Ok(store)
    }

    /// The map that was named, or the reference map for a database with the reference schema.
    ///
    /// # Errors
    /// Usage when none was named for a foreign database, or the map cannot be understood.
    pub fn map(&self, store: &mut dyn Store) -> Result<Map> {
        if let Some(name) = &self.settings.map {
            return Map::load(name);
        }
        if let Some(name) = reference::map_of(&store.catalog()?) {
            return Map::load(name);
        }
        let shipped =
            Map::shipped().iter().map(|(name, about)| format!("{name}: {about}")).collect::<Vec<_>>();
        Err(Fault::usage("no map was named, and the database is none of crm-admin's own")
            .details(shipped)
            .hint("say --map NAME for one of these, or --map FILE for your own; see crm-admin-map(5)")
            .into())
    }
}
