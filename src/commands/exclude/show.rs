//! `exclude show`: whether a relation is excluded from marketing, and why.

use super::WhoseArgs;
use crate::commands::Context;
use crate::commands::office::Office;
use crate::fault::{Outcome, Result};
use crate::objection::{Because, Excluded, Standing};
use crate::schema::Medium;
use crate::store::Store;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;

/// Show whether a relation is excluded from marketing, and why
///
/// Every reason is shown: its own objection, its company's, that of the third
/// party that it is linked to; with when, how and by whom it was said.
///
/// Example:
///   crm-admin --db crm.db exclude show contact 42
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ShowArgs {
    #[command(flatten)]
    pub whose: WhoseArgs,
}

pub(super) fn run(args: &ShowArgs, context: &mut Context) -> Result<Outcome> {
    let mut office = Office::open(context)?;
    let relation = args.whose.relation();
    let register = office.register()?;
    let standing = Excluded::standing(&relation, &office.map, &register, &mut *office.store.snapshot()?)?;
    context.ui.report(&ShowReport {
        kind: relation.kind.word(),
        id: relation.id,
        excluded: standing.is_excluded(),
        from: from(&standing),
        rows: standing.because,
    })?;
    Ok(Outcome::Done)
}

/// From what it is excluded, in words.
fn from(standing: &Standing) -> Vec<&'static str> {
    if standing.because.iter().any(|because| because.objecting.all) {
        return vec!["all"];
    }
    let media = Medium::WORDS.iter().filter(|(_, medium)| standing.is_excluded_from(*medium));
    media.map(|(word, _)| *word).collect()
}

/// How a relation stands.
#[derive(Debug, Serialize)]
struct ShowReport {
    kind: &'static str,
    id: String,
    excluded: bool,
    from: Vec<&'static str>,
    rows: Vec<Because>,
}

impl Report for ShowReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/exclude-show", 1);

    fn page(&self) -> Page {
        let state = if self.excluded { "yes" } else { "no" };
        let row = |because: &Because| {
            let details = &because.objecting.details;
            let media: Vec<&str> = because.objecting.only.iter().map(|medium| medium.word()).collect();
            let what = if because.objecting.all { "all".to_owned() } else { media.join(", ") };
            let known = |text: &Option<String>| text.clone().unwrap_or_default();
            let who = format!("{} {}", because.kind.word(), because.id);
            vec![who, what, known(&details.at), known(&details.channel), known(&details.origin)]
        };
        let rows = self.rows.iter().map(row).collect();
        Page::default()
            .facts([
                ("relation", format!("{} {}", self.kind, self.id)),
                ("excluded", state.to_owned()),
                ("from", self.from.join(", ")),
            ])
            .table(&["Who objects", "To", "Since", "Said by way of", "Said by"], rows)
    }
}
