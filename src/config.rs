//! Where an option's value comes from: the command line, the environment, or a file. Never a file of the current
//! folder, since the program may run as root in somebody else's.

use crate::cli::Global;
use crate::fault::{Fault, Result};
use crate::ui::{Color, Format, Manner, ProgressStyle};
use clap::ValueEnum;
use serde::Deserialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The system's own file.
const SYSTEM_FILE: &str = "/etc/crm-admin/config.toml";
/// No more of a file is read than this, in bytes: a device may have no end.
const LONGEST: u64 = 1 << 20;
/// How long to wait for a lock when nobody said.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// What a configuration file may say; the names are those of the options.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    db: Option<PathBuf>,
    map: Option<String>,
    state: Option<PathBuf>,
    #[serde(rename = "as")]
    acting: Option<String>,
    format: Option<String>,
    color: Option<String>,
    progress: Option<String>,
    lock_wait: Option<String>,
}

/// The options that hold.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database, where one was named.
    pub db: Option<PathBuf>,
    /// The map, where one was named.
    pub map: Option<String>,
    /// The state folder, where one was named.
    pub state: Option<PathBuf>,
    /// Who acts, by login, where somebody said.
    pub acting: Option<String>,
    /// How long to wait for a lock.
    pub lock_wait: Duration,
    /// Show what would be done, and do nothing.
    pub dry_run: bool,
    /// How the program speaks.
    pub manner: Manner,
}

/// Fills in from the files what neither the command line nor the environment said.
///
/// # Errors
/// Usage when a file cannot be read or understood; a user's or system's file need not exist.
pub fn settle(global: &Global) -> Result<Settings> {
    let files = read_all(global.config.as_deref())?;
    let word = |pick: fn(&File) -> Option<&String>| files.iter().find_map(pick);
    let lock_wait = match (global.lock_wait, word(|file| file.lock_wait.as_ref())) {
        (Some(wait), _) => wait,
        (None, Some(text)) => text
            .parse::<jiff::SignedDuration>()
            .ok()
            .and_then(|span| Duration::try_from(span).ok())
            .ok_or_else(|| Fault::usage(format!("lock-wait = \"{text}\" is no duration")))?,
        (None, None) => LOCK_WAIT,
    };
    let format = if global.json { Some(Format::Json) } else { global.format };
    Ok(Settings {
        db: global.db.clone().or_else(|| files.iter().find_map(|file| file.db.clone())),
        map: global.map.clone().or_else(|| files.iter().find_map(|file| file.map.clone())),
        state: global.state.clone().or_else(|| files.iter().find_map(|file| file.state.clone())),
        acting: global.acting.clone().or_else(|| files.iter().find_map(|file| file.acting.clone())),
        lock_wait,
        dry_run: global.dry_run,
        manner: Manner {
            format: one_of::<Format>(format, word(|file| file.format.as_ref()), "format")?,
            color: one_of(global.color, word(|file| file.color.as_ref()), "color")?.unwrap_or(Color::Auto),
            progress: one_of(global.progress, word(|file| file.progress.as_ref()), "progress")?
                .unwrap_or(ProgressStyle::Auto),
            quiet: global.quiet,
            verbose: global.verbose,
            no_input: global.no_input,
            yes: global.yes,
        },
    })
}

fn one_of<T: ValueEnum>(given: Option<T>, configured: Option<&String>, name: &str) -> Result<Option<T>> {
    match (given, configured) {
        (Some(value), _) => Ok(Some(value)),
        (None, None) => Ok(None),
        (None, Some(text)) => T::from_str(text, true)
            .map(Some)
            .map_err(|_| Fault::usage(format!("{name} = \"{text}\" is not one of its values")).into()),
    }
}

fn read_all(named: Option<&Path>) -> Result<Vec<File>> {
    let mut files = Vec::new();
    if let Some(path) = named {
        let file = read(path)?.ok_or_else(|| Fault::usage(format!("there is no {}", path.display())))?;
        files.push(file);
    }
    for path in user_file().into_iter().chain([PathBuf::from(SYSTEM_FILE)]) {
        files.extend(read(&path)?);
    }
    Ok(files)
}

fn read(path: &Path) -> Result<Option<File>> {
    let shown = path.display();
    let mut text = String::new();
    match std::fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text)) {
        Ok(length) if length as u64 == LONGEST => {
            Err(Fault::usage(format!("{shown} is too long for a configuration file")).into())
        }
        Ok(_) => toml::from_str(&text)
            .map(Some)
            .map_err(|error| Fault::usage(format!("{shown}: {}", error.to_string().trim_end())).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::usage(format!("{shown} cannot be read: {error}")).into()),
    }
}

fn user_file() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("crm-admin/config.toml"))
}
