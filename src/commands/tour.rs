//! `tour`: the main commands, live, on a database that is thrown away afterwards.

use super::Context;
use crate::fault::{Fault, Outcome, Result};
use crate::interrupt;
use crate::ui::output;
use clap::Args;
use std::path::Path;
use std::process::{Command, Stdio};

/// Show the main commands, live, on a throw-away database
///
/// Makes a small demo database in a temporary folder, runs each command on it,
/// shows its command line and what it really says, and removes the folder again.
///
/// Example:
///   crm-admin tour
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TourArgs {
    /// How many contacts the demo database has
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub contacts: u64,
}

/// A stop of the tour: what it shows, the command line, and the exit status it must end with.
struct Stop {
    shows: &'static str,
    line: String,
    status: i32,
}

fn stops(contacts: u64) -> Vec<Stop> {
    let stop = |shows, line: &str, status| Stop { shows, line: line.into(), status };
    vec![
        stop(
            "A CRM to play with: the reference schema, filled with synthetic French contacts.",
            &format!("init demo.db --admin admin --demo {contacts} --seed 1 --deliver file:admin.password"),
            0,
        ),
        stop("Does the schema map classify every table and column of it?", "--db demo.db map check", 0),
        stop("What is one column, and what becomes of it?", "--db demo.db map explain email.address", 0),
        stop("The anonymised backup: one ordinary .zst file.", "--db demo.db backup -o demo.sqlite.zst", 0),
        stop("What is in an archive, without unpacking it?", "archive inspect demo.sqlite.zst", 0),
        stop("Is it whole?", "archive verify demo.sqlite.zst", 0),
        stop(
            "The technician's side: a database again, with no real value in it.",
            "restore demo.sqlite.zst --to copy.db",
            0,
        ),
        stop(
            "A second restore does not overwrite the first (exit status 4).",
            "restore demo.sqlite.zst --to copy.db",
            4,
        ),
        stop(
            "How safe are the accounts? What is found is exit status 3.",
            "--db demo.db audit passwords --fail-on high",
            3,
        ),
        stop(
            "Who will have stayed as long as they may by then? Lines for `erase --from -`.",
            "--db demo.db audit retention --as-of 2028-01-01 --ids",
            3,
        ),
        stop("What do notes say that they should not?", "--db demo.db audit notes --fail-on none", 0),
        stop(
            "A temporary password; at a terminal it would go to the clipboard.",
            "--db demo.db temp-password admin --deliver file:new.password",
            0,
        ),
        stop("Who did what, and is the record whole?", "--db demo.db ledger show", 0),
        stop("", "--db demo.db ledger verify", 0),
    ]
}

/// Runs `tour`.
///
/// # Errors
/// When a stop does not end as it must.
pub fn run(args: &TourArgs, context: &mut Context) -> Result<Outcome> {
    let folder = TemporaryFolder::make()?;
    let program = std::env::current_exe()?;
    for stop in stops(args.contacts) {
        if !stop.shows.is_empty() {
            output::write(&format!("# {}", stop.shows))?;
        }
        output::write(&format!("$ crm-admin {}", stop.line))?;
        let said = Command::new(&program)
            .args(stop.line.split(' '))
            .current_dir(folder.path())
            .env_clear()
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()?;
        interrupt::check()?;
        let text = [said.stdout, said.stderr].concat();
        output::write(&format!("{}\n", crate::ui::text::lines(String::from_utf8_lossy(&text).trim_end())))?;
        if said.status.code() != Some(stop.status) {
            return Err(Fault::unfinished(format!(
                "`crm-admin {}` ended with {} instead of {}",
                stop.line, said.status, stop.status
            ))
            .into());
        }
    }
    context.ui.status("The tour is over; its folder has been removed.");
    Ok(Outcome::Done)
}

/// A folder of our own that goes when it is dropped.
struct TemporaryFolder(std::path::PathBuf);

impl TemporaryFolder {
    fn make() -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let name = format!("crm-admin-tour-{}-{:08x}", std::process::id(), rand::random::<u32>());
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| Fault::unfinished(format!("{} cannot be made: {error}", path.display())))?;
        Ok(TemporaryFolder(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
