//! `restore`: a database again, out of an archive.

mod support;

use super::archive::open;
use super::{Context, beside};
use crate::archive::{Archive, Manifest, Verified};
use crate::cli;
use crate::deliver::{Delivery, Parcel};
use crate::fault::{Outcome, Result};
use crate::progress::Progress;
use crate::publish::Draft;
use crate::schema::Map;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

/// Make a database of an archive
///
/// The archive is checked while it is unpacked; a database that is there is never
/// overwritten. Files that rows named in the source are not in an archive; the
/// rows say so by naming none.
///
/// No old password works in an anonymised copy. With --support-login one
/// administrator's account gets a new login and a new password, and the copy is
/// marked as one where its schema has a place for it, before it gets its name.
///
/// Examples:
///   crm-admin restore crm.zst --to copy.db
///   crm-admin restore crm.zst --to copy.db --support-login support --deliver print
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RestoreArgs {
    /// The archive
    pub archive: PathBuf,
    /// The database to make
    #[arg(long, value_name = "NEW.db")]
    pub to: PathBuf,
    /// Make one login that works, for a technician
    #[arg(long, value_name = "LOGIN", value_parser = cli::login, requires = "deliver")]
    pub support_login: Option<String>,
    /// How that login's password is delivered: clipboard, print, or file:PATH
    #[arg(long, value_name = "HOW", requires = "support_login")]
    pub deliver: Option<Delivery>,
    /// Refuse an archive that would unpack to more, such as 20G
    #[arg(long, value_name = "SIZE", value_parser = cli::size, default_value = "64G")]
    pub max_size: u64,
}

impl RestoreArgs {
    /// The folder of the new database.
    fn folder(&self) -> &Path {
        self.to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The login that is wanted, how its password is delivered, and the map that tells where accounts are.
    fn support(&self, context: &Context, manifest: &Manifest) -> Result<Option<(&str, &Delivery, Map)>> {
        let Some((login, delivery)) = self.support_login.as_deref().zip(self.deliver.as_ref()) else {
            return Ok(None);
        };
        Ok(Some((login, delivery, support::map(context, manifest)?)))
    }
}

/// Runs `restore`.
///
/// # Errors
/// Missing when there is no archive, damaged when it is not whole, refused when the database is there already;
/// unconfirmed when the password of a support login was not delivered, and then there is no database either.
pub fn run(args: &RestoreArgs, context: &mut Context) -> Result<Outcome> {
    let mut archive = open(&args.archive, args.max_size)?;
    let wanted = args.support(context, archive.manifest())?;
    if let Some((_, delivery, _)) = &wanted {
        delivery.ready(1, &context.ui)?;
    }
    beside::refuse_leftovers(&args.to)?;
    beside::refuse_log_names(&args.to)?;
    let mut draft = Draft::beside(&args.to)?;
    let mut progress = context.ui.progress();
    progress.stage("restoring", Some(archive.decoded_bytes()));
    if let Some((_, delivery, _)) = &wanted {
        delivery.ready(1, &context.ui)?;
    }
    let filled = match &wanted {
        _ if context.settings.dry_run => archive.verify(&mut *progress).map(Filled::plain),
        None => unpack(&mut archive, &mut draft, &mut *progress).map(Filled::plain),
        Some((login, delivery, map)) => {
            let wanted = (*login, *delivery, map);
            support::unpack(args, wanted, &mut archive, &mut draft, &mut *progress).map(Filled::ready)
        }
    };
    let filled = filled.map_err(|error| draft.explain(error))?;
    progress.finish();
    drop(progress);
    let delivered = filled.parcel.map(|parcel| parcel.hand_over(&context.ui)).transpose()?;
    if !context.settings.dry_run {
        draft.publish()?;
    }
    if let Some(delivered) = delivered {
        delivered.keep(&context.ui);
    }
    context.ui.report(&RestoreReport {
        support_login: args.support_login.clone(),
        marked: filled.marked,
        ..RestoreReport::new(args, context.settings.dry_run, archive.manifest(), &filled.verified)
    })?;
    Ok(Outcome::Done)
}

/// What the new database was filled with.
struct Filled {
    verified: Verified,
    parcel: Option<Parcel>,
    marked: Vec<String>,
}

impl Filled {
    fn plain(verified: Verified) -> Self {
        Filled { verified, parcel: None, marked: Vec::new() }
    }

    fn ready(ready: support::Ready) -> Self {
        Filled { verified: ready.verified, parcel: Some(ready.parcel), marked: ready.marked }
    }
}

/// Unpacks the archive, byte for byte.
fn unpack(
    archive: &mut Archive<BufReader<File>>,
    draft: &mut Draft,
    progress: &mut dyn Progress,
) -> Result<Verified> {
    let mut out = BufWriter::with_capacity(1 << 20, draft.file());
    let verified = archive.unpack(&mut out, progress)?;
    std::io::Write::flush(&mut out)?;
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
        facts.extend([
            ("database bytes in the archive", self.database_bytes.to_string()),
            ("SHA-256 of these bytes", self.sha256.clone()),
        ]);
        Page::default().facts(facts)
    }
}
