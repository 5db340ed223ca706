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
    /// What a shell would do before it, and the same done here.
    before: Option<(&'static str, Prepare)>,
}

/// What is done in the tour's folder before a stop.
type Prepare = fn(&Path) -> std::io::Result<()>;

/// Takes the temporary password out of its file, and thinks of one's own.
fn own_password(folder: &Path) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let delivered = std::fs::read_to_string(folder.join("new.password"))?;
    let temporary = delivered.trim_end().rsplit('\t').next().unwrap_or_default().to_owned();
    for (name, password) in
        [("temporary", temporary), ("own", format!("Tour-{:016x}", rand::random::<u64>()))]
    {
        let mut options = std::fs::OpenOptions::new();
        options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join(name))?
            .write_all(password.as_bytes())?;
    }
    Ok(())
}

fn stops(contacts: u64) -> Vec<Stop> {
    let stop = |shows, line: &str, status| Stop { shows, line: line.into(), status, before: None };
    vec![
        stop(
            "A CRM to play with: the reference schema, filled with synthetic French contacts.",
            &format!("init demo.db --admin admin --demo {contacts} --seed 1 --deliver file:admin.password"),
            0,
        ),
        stop("Does the schema map classify every table and column of it?", "--db demo.db map check", 0),
        stop("What is one column, and what becomes of it?", "--db demo.db map explain email.address", 0),
        stop(
            "Who is it? All words have to be there; accents and case make no difference.",
            "--db demo.db relation list --kind contact --search mar --limit 3",
            0,
        ),
        stop("What does the CRM hold about somebody?", "--db demo.db relation show contact 1", 0),
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
            "How safe are the accounts? A few likely passwords are tried too. What is found is exit status 3.",
            "--db demo.db --quiet audit passwords --guess --max-guesses 12 --fail-on high",
            3,
        ),
        stop("The rules for passwords, beside what the norms say.", "--db demo.db policy show", 0),
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
        Stop {
            before: Some((
                "cut -f2 new.password > temporary; (echo -n Tour-; openssl rand -hex 8) > own",
                own_password,
            )),
            ..stop(
                "To erase somebody one has to be an administrator, with a password of one's own.",
                "--db demo.db user passwd admin --password-file temporary --new-password-file own",
                0,
            )
        },
        stop("Contact 1 asks to be erased. What would go?", "--db demo.db erase contact 1 --dry-run", 0),
        stop(
            "It goes, and the bytes of the database are searched until nothing is left.",
            "--db demo.db --as admin erase contact 1 --as-password-file own --yes --certificate erased.json",
            0,
        ),
        stop("Is that certificate one of ours?", "--db demo.db erase verify erased.json", 0),
        stop(
            "The same in words that can be dictated, for a newcomer.",
            "--db demo.db user add zoe --given-name Zoé --words --deliver print",
            0,
        ),
        stop("Somebody has to change the password at the next login.", "--db demo.db reset zoe", 0),
        stop(
            "Its ERP: a database of its own, with the customers that the CRM is linked to.",
            &format!("init erp.db --erp --admin chef --demo {contacts} --seed 1 --deliver file:erp.password"),
            0,
        ),
        stop(
            "The link was set up with a user's password. `erp connect` puts a key in its place, on the word of an administrator on either side.",
            "--db demo.db erp status",
            3,
        ),
        stop(
            "A company objects to marketing, and so all its contacts do.",
            "--db demo.db exclude add company 1 --channel letter",
            0,
        ),
        stop("", "--db demo.db exclude show company 1", 0),
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
        if let Some((shown, act)) = stop.before {
            output::write(&format!("$ {shown}"))?;
            act(folder.path())?;
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
