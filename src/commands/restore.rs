//! `restore`: a database again, out of an archive.

mod full;
mod replace;
mod support;

use super::archive::open;
use super::who::WhoArgs;
use super::{Context, beside};
use crate::archive::{Archive, Manifest, Verified};
use crate::cli;
use crate::deliver::{Delivery, Parcel};
use crate::fault::{Outcome, Result};
use crate::ledger::{Actor, Counts, Intent, Ledger};
use crate::progress::Progress;
use crate::publish::Draft;
use crate::schema::Map;
use crate::ui::{Page, Report};
use clap::Args;
use full::AtHand;
use replace::Old;
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

/// Make a database of an archive
///
/// The archive is checked while it is unpacked; a database that is there is never
/// overwritten. With --replace it gives its name to the restored one and is kept
/// beside it; stop the CRM first. Files that rows named in the source are not in
/// an archive; the rows say so by naming none.
///
/// A full copy is restored only with the state folder of its database at hand
/// (--state), and whoever was erased since then is erased again before anybody
/// sees it.
///
/// No old password works in an anonymised copy. With --support-login one
/// administrator's account gets a new login and a new password, and the copy is
/// marked as one where its schema has a place for it, before it gets its name.
///
/// Examples:
///   crm-admin restore crm.zst --to copy.db
///   crm-admin restore crm.zst --to copy.db --support-login support
///   crm-admin --as marie restore crm-full.zst --to crm.db --replace
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RestoreArgs {
    /// The archive
    pub archive: PathBuf,
    /// The database to make
    #[arg(long, value_name = "NEW.db")]
    pub to: PathBuf,
    /// Make one login that works, for a technician
    #[arg(long, value_name = "LOGIN", value_parser = cli::login)]
    pub support_login: Option<String>,
    /// How that login's password is delivered: clipboard, print, or file:PATH
    /// [default: clipboard]
    #[arg(long, value_name = "HOW", requires = "support_login")]
    pub deliver: Option<Delivery>,
    /// Let it take the place of the database that is there, which is kept under
    /// another name; an administrator of that one (--as) has to confirm it
    #[arg(long)]
    pub replace: bool,
    /// Refuse an archive that would unpack to more, such as 20G
    #[arg(long, value_name = "SIZE", value_parser = cli::size, default_value = "64G")]
    pub max_size: u64,
    #[command(flatten)]
    pub who: WhoArgs,
}

impl RestoreArgs {
    /// The folder of the new database.
    fn folder(&self) -> &Path {
        self.to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The login that is wanted, how its password is delivered, and the map that tells where accounts are.
    fn support(&self, context: &Context, manifest: &Manifest) -> Result<Option<(&str, Delivery, Map)>> {
        let Some(login) = self.support_login.as_deref() else { return Ok(None) };
        Ok(Some((login, self.deliver.clone().unwrap_or_default(), support::map(context, manifest)?)))
    }

    /// The file that will have the database's name.
    fn draft(&self, old: Option<&Old>) -> Result<Draft> {
        if let Some(old) = old {
            return Draft::instead_of(old.path());
        }
        beside::refuse_leftovers(&self.to)?;
        beside::refuse_log_names(&self.to)?;
        Draft::beside(&self.to)
    }
}

/// Runs `restore`.
///
/// # Errors
/// Missing when there is no archive, damaged when it is not whole, refused when the database is there already;
/// unconfirmed when the password of a support login was not delivered, and then there is no database either.
pub fn run(args: &RestoreArgs, context: &mut Context) -> Result<Outcome> {
    replace::refuse_unused(args)?;
    let mut archive = open(&args.archive, args.max_size)?;
    let at_hand = AtHand::of(args, context, archive.manifest())?;
    let wanted = args.support(context, archive.manifest())?;
    if let Some((_, delivery, _)) = &wanted {
        delivery.ready(1, &context.ui)?;
    }
    let old = Old::of(args, context)?;
    let mut draft = args.draft(old.as_ref())?;
    let filled = match (&wanted, &at_hand) {
        _ if context.settings.dry_run => verify(&mut archive, context),
        (Some((login, delivery, map)), _) => {
            let mut progress = context.ui.progress();
            let wanted = (*login, delivery, map);
            support::unpack(args, wanted, &mut archive, &mut draft, &mut *progress).map(Filled::ready)
        }
        (None, Some(full)) => {
            let by = old.as_ref().map_or_else(Actor::system, |old| old.by().clone());
            full.unpack(args, by, context, &mut archive, &mut draft)
        }
        (None, None) => unpack(&mut archive, &mut draft, &mut *context.ui.progress()).map(Filled::plain),
    };
    let mut filled = filled.map_err(|error| draft.explain(error))?;
    let delivered = filled.parcel.take().map(|parcel| parcel.hand_over(&context.ui)).transpose()?;
    let kept = old.as_ref().map(Old::kept);
    if !context.settings.dry_run {
        publish(draft, old, at_hand.as_ref())?;
    }
    if let Some(delivered) = delivered {
        delivered.keep(&context.ui);
    }
    context.ui.report(&RestoreReport {
        support_login: args.support_login.clone(),
        marked: filled.marked,
        erased_again: filled.erased_again,
        kept: kept.map(|path| path.display().to_string()),
        ..RestoreReport::new(args, context.settings.dry_run, archive.manifest(), &filled.verified)
    })?;
    at_hand.iter().for_each(|full| full.tell(args, context));
    Ok(Outcome::Done)
}

/// Gives the database its name: a new one, or that of the one that is there.
fn publish(draft: Draft, old: Option<Old>, full: Option<&AtHand>) -> Result<()> {
    match (old, full) {
        (Some(old), _) => old.replace(draft),
        (None, None) => draft.publish(),
        (None, Some(full)) => {
            let mut ledger = Ledger::open(full.state(), std::time::Duration::from_secs(5))?;
            let (by, counts) = (Actor::system(), Counts::new());
            let intent = Intent { command: "restore full".into(), by, counts, ..Intent::default() };
            ledger.perform(&intent, |_| draft.publish())
        }
    }
}

/// What the new database was filled with.
struct Filled {
    verified: Verified,
    parcel: Option<Parcel>,
    marked: Vec<String>,
    /// How many relations were erased in it, because they had been erased since the copy was made.
    erased_again: usize,
}

impl Filled {
    fn plain(verified: Verified) -> Self {
        Filled { verified, parcel: None, marked: Vec::new(), erased_again: 0 }
    }

    fn ready(ready: support::Ready) -> Self {
        Filled { parcel: Some(ready.parcel), marked: ready.marked, ..Filled::plain(ready.verified) }
    }
}

/// Checks the archive, and unpacks it nowhere.
fn verify(archive: &mut Archive<BufReader<File>>, context: &Context) -> Result<Filled> {
    let mut progress = context.ui.progress();
    progress.stage("checking", Some(archive.decoded_bytes()));
    archive.verify(&mut *progress).map(Filled::plain)
}

/// Unpacks the archive, byte for byte.
fn unpack(
    archive: &mut Archive<BufReader<File>>,
    draft: &mut Draft,
    progress: &mut dyn Progress,
) -> Result<Verified> {
    progress.stage("restoring", Some(archive.decoded_bytes()));
    let mut out = BufWriter::with_capacity(1 << 20, draft.file());
    let verified = archive.unpack(&mut out, progress)?;
    std::io::Write::flush(&mut out)?;
    progress.finish();
    Ok(verified)
}

/// What `restore` did.
#[derive(Debug, Serialize)]
struct RestoreReport {
    database: String,
    dry_run: bool,
    map: String,
    tables: usize,
    rows_restored: u64,
    files_not_copied: u64,
    support_login: Option<String>,
    marked: Vec<String>,
    erased_again: usize,
    /// What the database is called that was there.
    kept: Option<String>,
    database_bytes: u64,
    sha256: String,
}

impl RestoreReport {
    fn new(args: &RestoreArgs, dry_run: bool, manifest: &Manifest, verified: &Verified) -> Self {
        RestoreReport {
            database: args.to.display().to_string(),
            dry_run,
            map: manifest.map.name.clone(),
            tables: manifest.database.tables.len(),
            rows_restored: manifest.database.tables.iter().map(|table| table.rows).sum(),
            files_not_copied: manifest.files_not_copied.iter().map(|files| files.count).sum(),
            support_login: None,
            marked: Vec::new(),
            erased_again: 0,
            kept: None,
            database_bytes: verified.decoded_bytes,
            sha256: verified.sha256.to_string(),
        }
    }
}

impl Report for RestoreReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/restore", 1);

    fn page(&self) -> Page {
        let target =
            if self.dry_run { format!("{} (not made)", self.database) } else { self.database.clone() };
        let mut facts = vec![
            ("database", target),
            ("map", self.map.clone()),
            ("tables", self.tables.to_string()),
            ("rows", self.rows_restored.to_string()),
            ("files not in the archive", self.files_not_copied.to_string()),
        ];
        if let Some(login) = &self.support_login {
            let marked = if self.marked.is_empty() { "nowhere".into() } else { self.marked.join(", ") };
            facts.extend([("support login", login.clone()), ("marked as a restored copy in", marked)]);
        }
        facts.extend(self.kept.iter().map(|kept| ("the one that was there", kept.clone())));
        if self.erased_again > 0 {
            facts.push(("relations erased again", self.erased_again.to_string()));
        }
        facts.extend([
            ("database bytes in the archive", self.database_bytes.to_string()),
            ("SHA-256 of these bytes", self.sha256.clone()),
        ]);
        Page::default().facts(facts)
    }
}
