//! `exclude`: objections to marketing, noted, taken back and shown; what lists leave out; a mailing list cleaned.

mod add;
mod default;
mod filter;
mod remove;
mod report;
mod show;

pub use remove::Answer;

use super::Context;
use crate::erasure::RelationRef;
use crate::fault::{Fault, Outcome, Result};
use crate::ledger::Tally;
use crate::objection::{self, Plan, Register};
use crate::schema::{CompleteMap, Medium, RelationKind};
use crate::store::Transaction;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

/// Exclude relations from marketing, and keep it that way
///
/// An objection to marketing is absolute (GDPR 21(2)). It is noted where the map
/// says that the CRM notes it; what the CRM has no place for is kept in the state
/// folder, and the command says so. A contact counts as excluded when its company
/// is, and a relation when the third party is that it is linked to.
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum ExcludeCommand {
    Add(add::AddArgs),
    Remove(remove::RemoveArgs),
    Show(show::ShowArgs),
    Default(default::DefaultArgs),
    Filter(filter::FilterArgs),
}

/// Runs `exclude`.
///
/// # Errors
/// Those of its commands.
pub fn run(command: &ExcludeCommand, context: &mut Context) -> Result<Outcome> {
    match command {
        ExcludeCommand::Add(args) => add::run(args, context),
        ExcludeCommand::Remove(args) => remove::run(args, context),
        ExcludeCommand::Show(args) => show::run(args, context),
        ExcludeCommand::Default(args) => default::run(args, context),
        ExcludeCommand::Filter(args) => filter::run(args, context),
    }
}

/// Which relation.
#[derive(Debug, Args)]
pub struct WhoseArgs {
    /// What it is
    #[arg(value_parser = words(RelationKind::WORDS))]
    pub kind: RelationKind,
    /// The id, as the CRM shows it
    #[arg(allow_hyphen_values = true)]
    pub id: String,
}

impl WhoseArgs {
    /// The relation that is meant.
    pub(super) fn relation(&self) -> RelationRef {
        RelationRef { kind: self.kind, id: self.id.clone() }
    }
}

/// A way of marketing.
#[derive(Debug, Args)]
pub struct MediumArgs {
    /// One way of marketing instead of all, where the CRM tells them apart
    #[arg(long, value_name = "WAY", value_parser = words(Medium::WORDS))]
    pub only: Option<Medium>,
}

/// Reads one of some words as what it means.
pub(super) fn words<T: Copy + Send + Sync + 'static>(
    words: &'static [(&'static str, T)],
) -> impl TypedValueParser<Value = T> {
    let known = PossibleValuesParser::new(words.iter().map(|(word, _)| *word));
    known.try_map(|said: String| {
        words.iter().find(|(word, _)| *word == said).map(|(_, meaning)| *meaning).ok_or("an unknown word")
    })
}

/// How the ledger names a relation: kind and id. An id that may be personal, as where people are known by their address,
/// is named by a digest of it.
pub(super) fn ledger_name(relation: &RelationRef) -> String {
    let id = &relation.id;
    let plain = id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let id =
        if plain { id.clone() } else { crate::digest::digest(id.as_bytes()).to_string()[..16].to_owned() };
    format!("{}:{id}", relation.kind.word())
}

/// Applies a plan that was made anew inside the transaction, if it is still the one that was shown.
fn carry_out(
    shown: &Plan,
    now: &Plan,
    map: &CompleteMap,
    change: &mut dyn Transaction,
    register: &mut Register,
    tally: &mut Tally,
) -> Result<()> {
    if now != shown {
        return Err(Fault::refused(format!("{} changed since it was shown", shown.relation))
            .hint("run the command again")
            .into());
    }
    let applied = objection::apply(now, map, change)?;
    register.plan(now);
    for (what, many) in [("rows", applied.rows), ("contacts", applied.contacts), ("entries", now.entries())] {
        if many > 0 {
            tally.counts.insert(what.to_owned(), many);
        }
    }
    Ok(())
}
