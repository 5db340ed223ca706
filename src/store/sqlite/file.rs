//! Looks at a database file before the engine does: what it is, whether it is whole, what lies beside it.
//!
//! It has to be before: closing a descriptor of the file later would drop the engine's locks.

use super::format;
use crate::fault::{Fault, Result};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;

/// A database file that was looked at.
pub struct Found {
    /// Its absolute path, links resolved.
    pub path: PathBuf,
    /// The link that led to it.
    link: Option<PathBuf>,
    /// Whether a write-ahead log with something in it was there.
    pub had_wal: bool,
    /// Whether a rollback journal with something in it was there.
    pub had_journal: bool,
    /// How many names the file has.
    pub names: u64,
    /// Which file it is, whatever its name leads to later.
    pub identity: Identity,
}

/// A file's device and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity(u64, u64);

impl Identity {
    fn of(about: &fs::Metadata) -> Self {
        Identity(about.dev(), about.ino())
    }

    /// Opens the file for reading, if it is still what the name leads to.
    pub fn open(self, path: &Path) -> Option<File> {
        let file = File::open(path).ok()?;
        (Identity::of(&file.metadata().ok()?) == self).then_some(file)
    }
}

impl Found {
    /// What the user should know: a link that was followed.
    pub fn notes(&self) -> Vec<String> {
        let note = |link: &PathBuf| format!("{} leads to {}", link.display(), self.path.display());
        self.link.iter().map(note).collect()
    }

    /// Whether the rollback journal is still there.
    pub fn journal_is_there(&self) -> bool {
        has_content(&beside(&self.path, "-journal"))
    }
}

/// The file beside a database: `-wal`, `-journal`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether a file is there that is not empty.
pub fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.len() > 0)
}

/// Finds a database that can be opened.
///
/// # Errors
/// Usage for an empty name, missing where nothing is, damaged where something else is.
pub fn find(path: &Path) -> Result<Found> {
    if path.as_os_str().is_empty() {
        return Err(Fault::usage("the database's name is empty").into());
    }
    let shown = path.display();
    let is_link = fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    let real = fs::canonicalize(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if is_link => {
            Fault::missing(format!("{shown} is a link that leads nowhere"))
        }
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            Fault::missing(format!("there is no database {shown}"))
                .hint("name one that exists with --db, or make one with `crm-admin init`")
        }
        _ => Fault::unfinished(format!("{shown} cannot be reached: {error}")),
    })?;
    let about = fs::metadata(&real)
        .map_err(|error| Fault::unfinished(format!("{shown} cannot be looked at: {error}")))?;
    refuse_what_is_no_file(path, &about)?;
    let found = Found {
        had_wal: has_content(&beside(&real, "-wal")),
        had_journal: has_content(&beside(&real, "-journal")),
        names: about.nlink(),
        identity: Identity::of(&about),
        link: is_link.then(|| path.to_path_buf()),
        path: real,
    };
    look_at_header(&found, about.len())?;
    Ok(found)
}

fn refuse_what_is_no_file(path: &Path, about: &fs::Metadata) -> Result<()> {
    let kind = about.file_type();
    let what = if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_file() {
        return Ok(());
    } else {
        "a device"
    };
    Err(Fault::damaged(format!("{} is {what}, not a database", path.display())).into())
}

fn look_at_header(found: &Found, size: u64) -> Result<()> {
    let shown = found.path.display();
    let mut head = Vec::new();
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32)
        .open(&found.path)
        .and_then(|file: File| file.take(4096).read_to_end(&mut head))
        .map_err(|error| Fault::unfinished(format!("{shown} cannot be read: {error}")))?;
    if !head.starts_with(MAGIC) {
        let mut fault = Fault::damaged(format!("{shown} is {}, not a database", what_is(&head)));
        if what_is(&head) == ARCHIVE {
            fault = fault.hint("`crm-admin restore ARCHIVE --to NEW.db` makes a database of an archive");
        }
        return Err(fault.into());
    }
    if head.len() < HEADER {
        return Err(Fault::damaged(format!("{shown} is cut off after {size} bytes")).into());
    }
    if head[18] > 2 || head[19] > 2 {
        return Err(
            Fault::damaged(format!("{shown} was made by a newer SQLite (format {})", head[19])).into()
        );
    }
    let page = format::page_size(&head).unwrap_or_default() as u64;
    if page < 512 || !page.is_power_of_two() {
        return Err(Fault::damaged(format!("{shown} has a damaged header (pages of {page} bytes)")).into());
    }
    // With a log or a journal beside it, the file's own size says nothing yet.
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let size_is_known = number(24) == number(92) && !found.had_wal && !found.had_journal;
    let declared = u64::from(number(28)) * page;
    if size_is_known && declared > size {
        return Err(Fault::damaged(format!(
            "{shown} is cut off: it has {size} of the {declared} bytes that its header declares"
        ))
        .into());
    }
    Ok(())
}

const ARCHIVE: &str = "an archive or another zstd file";

/// What a file looks like by its first bytes, for an error message.
pub fn what_is(head: &[u8]) -> &'static str {
    match head {
        [] => "empty",
        _ if head.starts_with(MAGIC) => "an SQLite database",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ARCHIVE,
        [0x1f, 0x8b, ..] => "a gzip file",
        [b'P', b'K', 3, 4, ..] => "a zip file",
        _ if std::str::from_utf8(&head[..head.len().min(512)]).is_ok_and(|text| !text.contains('\0')) => {
            "a text file"
        }
        _ => "a file of another kind",
    }
}
