//! `archive verify`: whether an archive is whole, and with `--deep` whether it is what it says.

use super::open;
use crate::archive::{Archive, Verified};
use crate::cli;
use crate::commands::Context;
use crate::fault::{Outcome, Result};
use crate::progress::Progress;
use crate::proof::{self, Alone};
use crate::publish::scratch_in;
use crate::store::Store;
use crate::store::sqlite::{Options, Sqlite};
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

/// Check every byte of an archive
///
/// Exit status 7 when a byte is missing, added or changed.
///
/// With --deep the database in it is unpacked into the folder for temporary
/// files and looked at as far as that goes without its source: every page and
/// index, the tables, columns and row counts that the manifest names, secrets in
/// any column, masked addresses that lead to somebody. Exit status 7 when the
/// database is damaged or not the manifest's, 3 when something was found.
///
/// Examples:
///   crm-admin archive verify crm.zst
///   crm-admin archive verify crm.zst --deep --tmp /var/tmp
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct VerifyArgs {
    /// The archive
    pub archive: PathBuf,
    /// Unpack the database and look at it, too
    #[arg(long)]
    pub deep: bool,
    /// Where --deep unpacks it [default: TMPDIR, else /tmp]
    #[arg(long, value_name = "DIR", requires = "deep")]
    pub tmp: Option<PathBuf>,
    /// Refuse an archive that would unpack to more, such as 20G
    #[arg(long, value_name = "SIZE", value_parser = cli::size, default_value = "64G")]
    pub max_size: u64,
}

/// Runs `archive verify`.
///
/// # Errors
/// Missing when there is no archive; damaged when it is not whole, or not what it says.
pub fn run(args: &VerifyArgs, context: &mut Context) -> Result<Outcome> {
    let mut archive = open(&args.archive, args.max_size)?;
    let mut progress = context.ui.progress();
    progress.stage("verifying", Some(archive.decoded_bytes()));
    let (verified, alone) = if args.deep {
        let (verified, alone) = look(args, &mut archive, &mut *progress)?;
        (verified, Some(alone))
    } else {
        (archive.verify(&mut *progress)?, None)
    };
    progress.finish();
    drop(progress);
    let report = VerifyReport::new(args, &verified, alone.as_ref());
    context.ui.report(&report)?;
    Ok(if report.rows.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// Unpacks the database into a file without a name, and looks at it as at a stranger's.
fn look(
    args: &VerifyArgs,
    archive: &mut Archive<BufReader<File>>,
    progress: &mut dyn Progress,
) -> Result<(Verified, Alone)> {
    let folder = args.tmp.clone().unwrap_or_else(std::env::temp_dir);
    let mut scratch = scratch_in(&folder)?;
    let mut out = BufWriter::with_capacity(1 << 20, scratch.file());
    let verified = archive.unpack(&mut out, progress)?;
    drop(out);
    let mut copy = Sqlite::open(scratch.path(), &Options { unpublished: true, ..Options::default() })?;
    scratch.unlink()?;
    let mut moment = copy.snapshot()?;
    let alone = proof::look(&mut *moment, archive.manifest(), progress)?;
    Ok((verified, alone))
}

/// What `archive verify` found.
#[derive(Debug, Serialize)]
struct VerifyReport {
    archive: String,
    whole: bool,
    deep: bool,
    values: u64,
    frames: u64,
    database_bytes: u64,
    pages: u32,
    sha256: String,
    rows: Vec<Finding>,
}

/// One thing that was found: where, what, and how often.
#[derive(Debug, Serialize)]
struct Finding {
    kind: &'static str,
    id: String,
    count: u64,
    what: &'static str,
}

impl VerifyReport {
    fn new(args: &VerifyArgs, verified: &Verified, alone: Option<&Alone>) -> Self {
        VerifyReport {
            archive: args.archive.display().to_string(),
            whole: true,
            deep: alone.is_some(),
            values: alone.map_or(0, |alone| alone.values),
            frames: verified.frames,
            database_bytes: verified.decoded_bytes,
            pages: verified.pages,
            sha256: verified.sha256.to_string(),
            rows: alone.map(findings).unwrap_or_default(),
        }
    }
}

fn findings(alone: &Alone) -> Vec<Finding> {
    let finding = |id: String, count, what| Finding { kind: "finding", id, count, what };
    let broken = alone
        .broken
        .iter()
        .map(|line| finding(line.clone(), 1, "breaks a rule of the schema; the source may break it too"));
    let columns = alone.columns.iter().flat_map(|((table, column), seen)| {
        let of = |count, what| (count > 0).then(|| finding(format!("{table}.{column}"), count, what));
        let secrets = of(seen.secrets, "looks like a hash, a key or a token");
        let reachable = of(seen.reachable, "leads to a host, a number or a machine that may be somebody's");
        secrets.into_iter().chain(reachable)
    });
    broken.chain(columns).collect()
}

impl Report for VerifyReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/archive-verify", 1);

    fn page(&self) -> Page {
        let verdict = match (self.deep, self.rows.len()) {
            (false, _) => "whole: every byte is as it was written".to_owned(),
            (true, 0) => "whole, sound and as the manifest says; nothing was found".to_owned(),
            (true, found) => format!("whole and as the manifest says; {found} findings"),
        };
        let finding =
            |found: &Finding| vec![found.id.clone(), found.count.to_string(), found.what.to_owned()];
        let mut facts = vec![("archive", self.archive.clone()), ("verdict", verdict)];
        if self.deep {
            facts.push(("values looked at", self.values.to_string()));
        }
        facts.extend([
            ("frames", self.frames.to_string()),
            ("database bytes", self.database_bytes.to_string()),
            ("SHA-256 of the database", self.sha256.clone()),
        ]);
        Page::default()
            .facts(facts)
            .table(&["Where", "Count", "What"], self.rows.iter().map(finding).collect())
    }
}
