//! How a file gets its name: written privately, synced, and only then linked, so that nothing half-written is ever seen.
//!
//! A [`Draft`] becomes the result, written by an [`Eager`] where it is long; a [`Scratch`] file is for an engine that opens
//! files by name. They are 0600 whatever the umask says, and neither follows or overwrites what somebody else has put in
//! its way. The one home of `rustix::fs`.

mod draft;
mod eager;
mod scratch;

pub use draft::{Draft, unnamed_in};
pub use eager::Eager;
pub use scratch::{Scratch, scratch_in};

use crate::fault::{Fault, Result};
use rustix::fs::{AtFlags, Mode, OFlags, Stat, fchmod, fsync, open, openat, statat, unlinkat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

const PRIVATE: Mode = Mode::from_raw_mode(0o600);

/// Where an open file can be found that may have no name.
fn path_of(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// An open folder. Names are looked up in it, so it stays the same folder if its path is renamed meanwhile.
#[derive(Debug)]
struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl Folder {
    fn open(path: &Path) -> Result<Folder> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
            Ok(handle) => Ok(Folder { handle, path: path.to_owned() }),
            Err(Errno::NOENT) => Err(Fault::unfinished(format!("folder {} does not exist", path.display()))
                .hint("make it first")
                .into()),
            Err(Errno::NOTDIR) => {
                Err(Fault::unfinished(format!("{} is not a folder", path.display())).into())
            }
            Err(error) => Err(cannot_write(path, &error.into()).into()),
        }
    }

    /// What stands under a name, links not followed.
    fn find(&self, name: &OsStr) -> Result<Option<Stat>> {
        match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(Some(found)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(cannot_write(&self.path.join(name), &error.into()).into()),
        }
    }

    /// Makes an empty private file under a random name.
    fn create(&self) -> Result<(File, OsString)> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for _ in 0..16 {
            let name = OsString::from(format!(".crm-admin-{:016x}", rand::random::<u64>()));
            match openat(&self.handle, &name, flags, PRIVATE) {
                Ok(file) => match self.make_private(&file) {
                    Ok(()) => return Ok((file.into(), name)),
                    Err(error) => {
                        self.remove(&name);
                        return Err(error);
                    }
                },
                Err(Errno::EXIST) => continue,
                Err(error) => return Err(cannot_write(&self.path, &error.into()).into()),
            }
        }
        Err(Fault::unfinished(format!("every name tried in {} exists", self.path.display())).into())
    }

    /// Exactly 0600: a umask may have taken rights away, and a file system without rights is no place for people's data.
    fn make_private(&self, file: impl AsFd) -> Result<()> {
        fchmod(file, PRIVATE).map_err(|error| {
            let path = self.path.display();
            Fault::unfinished(format!(
                "files in {path} cannot be kept from other users ({})",
                plain(&error.into())
            ))
            .hint("choose a folder on a file system that has owners and permissions")
            .into()
        })
    }

    /// Takes a name away again. Nothing more can be done where that fails.
    fn remove(&self, name: &OsStr) {
        let _ = unlinkat(&self.handle, name, AtFlags::empty());
    }

    /// Makes names last through a power cut.
    fn sync(&self) -> Result<()> {
        match fsync(&self.handle) {
            // Some network and user-space file systems cannot sync a folder, and have nothing to lose by it.
            Ok(()) | Err(Errno::INVAL | Errno::OPNOTSUPP) => Ok(()),
            Err(error) => Err(cannot_write(&self.path, &error.into()).into()),
        }
    }
}

/// The fault for a file or folder that cannot be written, with the cause in an administrator's words.
pub fn cannot_write(path: &Path, error: &io::Error) -> Fault {
    let fault = Fault::unfinished(format!("{} cannot be written: {}", path.display(), plain(error)));
    match error.kind() {
        ErrorKind::StorageFull => {
            Fault::unfinished(format!("no space left on the file system of {}", path.display()))
                .hint("make room, or choose a folder on another file system")
        }
        ErrorKind::QuotaExceeded => fault.hint("make room within your quota, or choose another file system"),
        ErrorKind::PermissionDenied => fault.hint("choose a folder where you may write"),
        _ => fault,
    }
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "no space left".into(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".into(),
        ErrorKind::FileTooLarge => "it would be larger than files may be".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        ErrorKind::InvalidFilename => "the name is too long".into(),
        ErrorKind::NotFound => "it is gone".into(),
        _ => error.to_string(),
    }
}
