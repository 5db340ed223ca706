//! A result being written: it has no name until it is complete and safely on the disk.

use super::{Folder, PRIVATE, cannot_write, path_of};
use crate::fault::{Fault, Result};
use rustix::fs::{AtFlags, CWD, OFlags, RenameFlags, linkat, openat, renameat, renameat_with};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// One of the two ways to make a private file: without a name, or with a hidden one, which comes with it.
type Way = fn(&Folder) -> Result<(File, Option<OsString>)>;

/// A private file without a name, in the folder where it will have one.
///
/// Dropped before [`Draft::publish`], it leaves nothing behind, not even after a kill. Where the file system cannot do
/// that, it has a random name `.crm-admin-…` meanwhile, which a kill (and nothing else) leaves behind.
#[derive(Debug)]
pub struct Draft {
    file: File,
    folder: Folder,
    target: PathBuf,
    name: OsString,
    /// The name it has meanwhile, where it needs one.
    hidden: Option<OsString>,
}

impl Draft {
    /// Begins a file that will be called `target`.
    ///
    /// # Errors
    /// Refused when anything has that name, be it a dangling link; usage when `target` names no file; unfinished when
    /// the folder is missing or cannot be written.
    pub fn beside(target: &Path) -> Result<Draft> {
        Self::begin(target, nameless)
    }

    /// Begins a file that will take the place of `target`, which stays as it is until [`Draft::replace`].
    ///
    /// # Errors
    /// As [`Draft::beside`], but for something that has the name.
    pub fn instead_of(target: &Path) -> Result<Draft> {
        let (folder, name) = split(target)?;
        let (file, hidden) = nameless(&folder)?;
        Ok(Draft { file, folder, target: target.to_owned(), name, hidden })
    }

    fn begin(target: &Path, make: Way) -> Result<Draft> {
        let (folder, name) = split(target)?;
        if folder.find(&name)?.is_some() {
            return Err(exists(target).into());
        }
        let (file, hidden) = make(&folder)?;
        Ok(Draft { file, folder, target: target.to_owned(), name, hidden })
    }

    /// The file itself, for writing and for reading back.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The name that it will have.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Says in plain words that there is no room for the file, where that is why `error` happened. Any other error
    /// comes back as it is.
    pub fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let room = [FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull];
        match error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()) {
            Some(cause) if room.contains(&cause.kind()) => cannot_write(&self.target, cause).into(),
            _ => error,
        }
    }

    /// Syncs the file, gives it its name and syncs the folder. When this returns, the file survives a power cut.
    ///
    /// # Errors
    /// Refused when something has got the name meanwhile, which is left as it is; unfinished when anything else goes
    /// wrong. Either way nothing of ours is left.
    pub fn publish(mut self) -> Result<()> {
        self.file.sync_all().map_err(|error| cannot_write(&self.target, &error))?;
        match self.link() {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(exists(&self.target).into()),
            Err(error) => return Err(cannot_write(&self.target, &error.into()).into()),
        }
        if let Some(hidden) = self.hidden.take() {
            self.folder.remove(&hidden);
        }
        self.folder.sync().inspect_err(|_| self.folder.remove(&self.name))
    }

    /// Syncs the file and puts it in the place of what has its name, which from then on is called `kept`, in the same
    /// folder. At no moment is there nothing under the name: it is the one or the other.
    ///
    /// # Errors
    /// Refused when something is called `kept` already; unfinished when anything else goes wrong. Either way what was
    /// there is there.
    pub fn replace(mut self, kept: &OsStr) -> Result<()> {
        let written = |error: Errno| cannot_write(&self.target, &error.into());
        self.file.sync_all().map_err(|error| cannot_write(&self.target, &error))?;
        let hidden = match self.hidden.take() {
            Some(hidden) => hidden,
            None => {
                let hidden = OsString::from(format!(".crm-admin-{:016x}", rand::random::<u64>()));
                self.link_as(&hidden).map_err(written)?;
                hidden
            }
        };
        let folder = &self.folder.handle;
        let replaced = linkat(folder, &self.name, folder, kept, AtFlags::empty()).and_then(|()| {
            renameat(folder, &hidden, folder, &self.name).inspect_err(|_| self.folder.remove(kept))
        });
        match replaced {
            Ok(()) => self.folder.sync(),
            Err(error) => {
                self.folder.remove(&hidden);
                let kept = self.target.with_file_name(kept);
                Err(if error == Errno::EXIST { exists(&kept).into() } else { written(error).into() })
            }
        }
    }

    /// Gives the file, which has none, a name.
    fn link_as(&self, name: &OsStr) -> Result<(), Errno> {
        linkat(CWD, path_of(&self.file), &self.folder.handle, name, AtFlags::SYMLINK_FOLLOW)
    }

    fn link(&self) -> Result<(), Errno> {
        let folder = &self.folder.handle;
        let Some(hidden) = &self.hidden else {
            return self.link_as(&self.name);
        };
        match linkat(folder, hidden, folder, &self.name, AtFlags::empty()) {
            // No links on this file system: a renaming that refuses to replace does the same.
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
                renameat_with(folder, hidden, folder, &self.name, RenameFlags::NOREPLACE)
            }
            result => result,
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(hidden) = &self.hidden {
            self.folder.remove(hidden);
        }
    }
}

fn split(target: &Path) -> Result<(Folder, OsString)> {
    let ends_as_a_folder = target.as_os_str().as_bytes().ends_with(b"/");
    let Some(name) = target.file_name().filter(|_| !ends_as_a_folder) else {
        return Err(match target.exists() {
            true => exists(target),
            false => Fault::usage(format!("'{}' is not a name for a file", target.display())),
        }
        .into());
    };
    Ok((Folder::open(target.parent().unwrap_or(Path::new("")))?, OsStr::to_owned(name)))
}

fn exists(target: &Path) -> Fault {
    Fault::refused(format!("{} exists", target.display())).hint("choose another name: nothing is overwritten")
}

/// Makes a private file in a folder for one's own use: it never gets a name, and is gone when it is closed.
///
/// # Errors
/// Unfinished when the folder is missing or cannot be written.
pub fn unnamed_in(folder: &Path) -> Result<File> {
    let folder = Folder::open(folder)?;
    let (file, hidden) = nameless(&folder)?;
    hidden.iter().for_each(|name| folder.remove(name));
    Ok(file)
}

/// A file without a name, or with a hidden one where the file system (or a missing /proc) does not allow it.
fn nameless(folder: &Folder) -> Result<(File, Option<OsString>)> {
    if !Path::new("/proc/self/fd").exists() {
        return hidden(folder);
    }
    let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
    match openat(&folder.handle, ".", flags, PRIVATE) {
        Ok(file) => {
            folder.make_private(&file)?;
            Ok((file.into(), None))
        }
        // How old kernels and file systems without nameless files say so.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL | Errno::NOSYS) => hidden(folder),
        Err(error) => Err(cannot_write(&folder.path, &error.into()).into()),
    }
}

fn hidden(folder: &Folder) -> Result<(File, Option<OsString>)> {
    let (file, name) = folder.create()?;
    Ok((file, Some(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};
    use std::fs;
    use std::io::{Read, Seek, Write};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use tempfile::{TempDir, tempdir};

    /// Both ways to make a draft: every promise holds for both.
    const WAYS: [Way; 2] = [nameless, hidden];

    fn files_in(folder: &TempDir) -> Vec<OsString> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_published_draft_has_its_name_its_bytes_and_no_other_reader() {
        for way in WAYS {
            let folder = tempdir().unwrap();
            let target = folder.path().join("a.zst");
            let mut draft = Draft::begin(&target, way).unwrap();
            draft.file().write_all(b"all of it").unwrap();
            assert!(!target.exists());
            let mut back = String::new();
            draft.file().rewind().unwrap();
            draft.file().read_to_string(&mut back).unwrap();
            draft.publish().unwrap();
            assert_eq!(back, "all of it");
            assert_eq!(fs::read(&target).unwrap(), b"all of it");
            assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o7777, 0o600);
            assert_eq!(files_in(&folder), ["a.zst"]);
        }
    }

    #[test]
    fn a_file_of_ones_own_is_private_and_has_no_name() {
        let folder = tempdir().unwrap();
        let mut file = unnamed_in(folder.path()).unwrap();
        assert_eq!(files_in(&folder), [""; 0]);
        file.write_all(b"rows").unwrap();
        file.rewind().unwrap();
        let mut back = String::new();
        file.read_to_string(&mut back).unwrap();
        assert_eq!(back, "rows");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(kind_of(&unnamed_in(&folder.path().join("none")).unwrap_err()), Kind::Unfinished);
    }

    #[test]
    fn the_usual_way_needs_no_name_at_all() {
        let folder = tempdir().unwrap();
        let draft = Draft::beside(&folder.path().join("a.zst")).unwrap();
        if draft.hidden.is_some() {
            return;
        }
        assert_eq!(files_in(&folder), [""; 0]);
    }

    #[test]
    fn a_hidden_name_is_private_too() {
        let folder = tempdir().unwrap();
        let draft = Draft::begin(&folder.path().join("a.zst"), hidden).unwrap();
        let name = draft.hidden.as_deref().unwrap();
        assert_eq!(files_in(&folder), [name]);
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }

    #[test]
    fn a_dropped_draft_leaves_the_folder_empty() {
        for way in WAYS {
            let folder = tempdir().unwrap();
            let mut draft = Draft::begin(&folder.path().join("a.zst"), way).unwrap();
            draft.file().write_all(b"half of").unwrap();
            drop(draft);
            assert_eq!(files_in(&folder), [""; 0]);
        }
    }

    /// One thing of every kind that a name can stand for.
    fn everything_in(folder: &Path) -> [PathBuf; 6] {
        let path = |name| folder.join(name);
        fs::write(path("file"), "x").unwrap();
        fs::write(path("empty"), "").unwrap();
        fs::create_dir(path("folder")).unwrap();
        symlink("file", path("link")).unwrap();
        symlink("nowhere", path("dangling")).unwrap();
        rustix::fs::mknodat(CWD, path("fifo"), rustix::fs::FileType::Fifo, PRIVATE, 0).unwrap();
        ["file", "empty", "folder", "link", "dangling", "fifo"].map(path)
    }

    #[test]
    fn whatever_has_the_name_is_refused_and_untouched() {
        let folder = tempdir().unwrap();
        let targets = everything_in(folder.path());
        let before = files_in(&folder);
        for target in targets {
            for way in WAYS {
                let error = Draft::begin(&target, way).unwrap_err();
                assert_eq!(kind_of(&error), Kind::Refused, "{error}");
                assert!(error.to_string().ends_with("exists"), "{error}");
            }
        }
        assert_eq!(files_in(&folder), before);
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"x");
        assert_eq!(fs::read_link(folder.path().join("dangling")).unwrap(), Path::new("nowhere"));
    }

    #[test]
    fn whatever_gets_the_name_meanwhile_is_refused_and_untouched() {
        let kinds = ["file", "empty", "folder", "link", "dangling", "fifo"];
        for (way, kind) in WAYS.into_iter().flat_map(|way| kinds.map(|kind| (way, kind))) {
            let folder = tempdir().unwrap();
            let draft = Draft::begin(&folder.path().join(kind), way).unwrap();
            everything_in(folder.path());
            let error = draft.publish().unwrap_err();
            assert_eq!(kind_of(&error), Kind::Refused, "{error}");
            assert_eq!(files_in(&folder), ["dangling", "empty", "fifo", "file", "folder", "link"]);
            assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"x");
        }
    }

    #[test]
    fn of_two_drafts_for_one_name_the_first_gets_it() {
        for way in WAYS {
            let folder = tempdir().unwrap();
            let target = folder.path().join("a.zst");
            let [mut first, second] = [way, way].map(|way| Draft::begin(&target, way).unwrap());
            first.file().write_all(b"first").unwrap();
            first.publish().unwrap();
            assert_eq!(kind_of(&second.publish().unwrap_err()), Kind::Refused);
            assert_eq!(fs::read(&target).unwrap(), b"first");
            assert_eq!(files_in(&folder), ["a.zst"]);
        }
    }

    #[test]
    fn a_folder_that_is_none_is_named() {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let refusal = |path: &str| Draft::beside(&folder.path().join(path)).unwrap_err();
        assert!(refusal("none/a.zst").to_string().ends_with("none does not exist"));
        assert_eq!(kind_of(&refusal("none/a.zst")), Kind::Unfinished);
        assert!(refusal("file/a.zst").to_string().ends_with("file is not a folder"));
        assert!(refusal(&"n".repeat(300)).to_string().ends_with("the name is too long"));
    }

    #[test]
    fn what_names_no_file_is_refused() {
        let kind = |target: &str| kind_of(&Draft::beside(Path::new(target)).unwrap_err());
        assert_eq!(kind(""), Kind::Usage);
        assert_eq!(kind("new-folder/"), Kind::Usage);
        assert_eq!(["/", ".", "..", "/tmp/"].map(kind), [Kind::Refused; 4]);
    }

    #[test]
    fn a_full_disk_is_told_in_plain_words_and_other_errors_as_they_are() {
        let folder = tempdir().unwrap();
        let draft = Draft::beside(&folder.path().join("a.zst")).unwrap();
        let full = anyhow::Error::from(io::Error::from_raw_os_error(28)).context("writing the archive");
        let told = draft.explain(full);
        assert!(told.to_string().starts_with("no space left on the file system of"), "{told}");
        assert_eq!(kind_of(&told), Kind::Unfinished);
        assert_eq!(draft.explain(Fault::damaged("other").into()).to_string(), "other");
    }
}
