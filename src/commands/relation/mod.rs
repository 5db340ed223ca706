//! `relation`: found, shown, rectified.

mod filter;
mod list;
mod set;
mod show;

use super::Context;
use crate::erasure::RelationRef;
use crate::fault::{Fault, Outcome, Result};
use crate::schema::{CompleteMap, Map, RelationKind};
use crate::state::State;
use crate::store::sqlite::Sqlite;
use crate::store::{Catalog, Store};
use clap::{Args, Subcommand};

/// Find relations, show what the CRM holds about one, and rectify it
#[derive(Debug, Subcommand)]
pub enum RelationCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Set(set::SetArgs),
}

/// Which relation.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// company, contact, lead or third-party
    #[arg(value_parser = kind)]
    pub kind: RelationKind,
    /// The id, as the CRM shows it
    #[arg(allow_hyphen_values = true)]
    pub id: String,
}

impl WhichArgs {
    fn relation(&self) -> RelationRef {
        RelationRef { kind: self.kind, id: self.id.clone() }
    }
}

/// Runs `relation`.
///
/// # Errors
/// Those of its commands.
pub fn run(command: &RelationCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        RelationCommand::List(args) => list::run(args, context),
        RelationCommand::Show(args) => show::run(args, context),
        RelationCommand::Set(args) => set::run(args, context),
    }
}

/// A kind of relation, by its word.
fn kind(word: &str) -> Result<RelationKind, String> {
    let known = RelationKind::WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
    known.ok_or_else(|| {
        let words: Vec<&str> = RelationKind::WORDS.iter().map(|(word, _)| *word).collect();
        format!("a kind is one of {}", words.join(", "))
    })
}

/// The database, and what the map says of it.
struct Opened {
    store: Sqlite,
    about: About,
}

/// A map that fits, and what it was held against.
struct About {
    written: Map,
    map: CompleteMap,
    catalog: Catalog,
}

impl Opened {
    fn of(context: &Context) -> Result<Self> {
        let mut store = context.open()?;
        let written = context.map(&mut store)?;
        let catalog = store.catalog()?;
        let map = written.complete_for(&catalog)?;
        Ok(Opened { store, about: About { written, map, catalog } })
    }
}

/// The state folder, where there is one: who only reads makes none.
fn state(context: &Context) -> Result<Option<State>> {
    State::find(&crate::state::place(&context.database()?, context.settings.state.as_deref()))
}

/// What is read from a file or from standard input, up to a limit.
fn read_text(from: &str, most: u64) -> Result<String> {
    use std::io::Read;
    let mut text = String::new();
    let read = match from {
        "-" => std::io::stdin().lock().take(most + 1).read_to_string(&mut text),
        path => std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_string(&mut text)),
    };
    match read {
        Ok(length) if length as u64 <= most => Ok(text),
        Ok(_) => Err(Fault::usage(format!("{from} is too long")).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Fault::missing(format!("there is no file {from}")).into())
        }
        Err(error) => Err(Fault::unfinished(format!("{from} cannot be read: {error}")).into()),
    }
}
