//! What is measured: said on the command line, else what the promises are about.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the command line says.
pub struct Settings {
    /// Contacts in the large database.
    pub contacts: u64,
    /// How often each line is run; the median counts.
    pub runs: usize,
}

/// Reads `--contacts N` and `--runs N`; what `cargo bench` adds by itself is passed over.
pub fn read() -> Result<Settings, String> {
    let mut settings = Settings { contacts: 200_000, runs: 5 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let said = words.next().and_then(|said| said.parse::<u64>().ok()).filter(|number| *number > 0);
            said.ok_or_else(|| format!("{word} wants a number from 1"))
        };
        match word.as_str() {
            "--contacts" => settings.contacts = number()?,
            "--runs" => settings.runs = number()? as usize,
            "--bench" => {}
            _ => return Err(format!("{word} is not known: say --contacts N or --runs N")),
        }
    }
    Ok(settings)
}

/// Where everything is made: target/bench, kept from one run to the next.
pub fn folder() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../bench");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    folder.canonicalize().map_err(|error| error.to_string())
}

/// A shell line to be run in `folder`. Tools of a virtual environment in it are found before those of the system.
pub fn shell(line: &str, folder: &Path) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command.args(["-e", "-c", line]).current_dir(folder).stdin(Stdio::null());
    command.env("PATH", format!("{}:{path}", folder.join("venv/bin").display()));
    command
}
