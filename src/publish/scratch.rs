//! A private file with a random name, for an engine that opens files by name; the name goes as soon as it is open.

use super::{Folder, cannot_write};
use crate::fault::{Fault, Result};
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An empty private file. Its name goes with [`Scratch::unlink`], its bytes when the last one who has it open is done.
#[derive(Debug)]
pub struct Scratch {
    file: File,
    folder: Folder,
    path: PathBuf,
    /// Its name, as long as it has one.
    name: Option<OsString>,
}

/// Makes a scratch file in a folder.
///
/// # Errors
/// Unfinished when the folder is missing or cannot be written.
pub fn scratch_in(folder: &Path) -> Result<Scratch> {
    let folder = Folder::open(folder)?;
    let full = folder.path.canonicalize().map_err(|error| cannot_write(&folder.path, &error))?;
    let (file, name) = folder.create()?;
    Ok(Scratch { file, folder, path: full.join(&name), name: Some(name) })
}

impl Scratch {
    /// The full path, for the one who opens it by name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself, to read what the engine has written. It stays open until this is dropped.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Takes the name away: call it as soon as the engine has the file open, so that even a kill leaves nothing.
    ///
    /// # Errors
    /// Refused when the name stands for another file by now: the engine may have opened that one.
    pub fn unlink(&mut self) -> Result<()> {
        let Some(name) = self.name.take() else { return Ok(()) };
        let ours = self.file.metadata().map_err(|error| cannot_write(&self.path, &error))?;
        match self.folder.find(&name)? {
            Some(found) if (found.st_dev, found.st_ino) == (ours.dev(), ours.ino()) => {
                self.folder.remove(&name);
                Ok(())
            }
            _ => Err(Fault::refused(format!("{} was replaced by somebody else", self.path.display()))
                .hint("choose a folder where only you may write")
                .into()),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Another one's file under our name is left alone, and nobody is there to be told.
        let _ = self.unlink();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};
    use std::fs;
    use std::io::{Read, Write};
    use std::os::unix::fs::PermissionsExt;
    use tempfile::{TempDir, tempdir};

    fn count(folder: &TempDir) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn it_is_empty_private_and_in_the_folder() {
        let folder = tempdir().unwrap();
        let scratch = scratch_in(folder.path()).unwrap();
        let found = fs::symlink_metadata(scratch.path()).unwrap();
        assert_eq!((found.len(), found.permissions().mode() & 0o7777), (0, 0o600));
        assert!(scratch.path().is_absolute());
        assert_eq!(count(&folder), 1);
    }

    #[test]
    fn what_was_written_by_name_is_read_after_the_name_is_gone() {
        let folder = tempdir().unwrap();
        let mut scratch = scratch_in(folder.path()).unwrap();
        let mut engine = fs::OpenOptions::new().write(true).open(scratch.path()).unwrap();
        scratch.unlink().unwrap();
        assert_eq!(count(&folder), 0);
        engine.write_all(b"rows").unwrap();
        let mut text = String::new();
        scratch.file().read_to_string(&mut text).unwrap();
        assert_eq!(text, "rows");
        scratch.unlink().unwrap();
    }

    #[test]
    fn dropping_it_takes_it_away() {
        let folder = tempdir().unwrap();
        drop(scratch_in(folder.path()).unwrap());
        assert_eq!(count(&folder), 0);
    }

    #[test]
    fn somebody_elses_file_under_its_name_is_noticed_and_left_alone() {
        let folder = tempdir().unwrap();
        let mut scratch = scratch_in(folder.path()).unwrap();
        let path = scratch.path().to_owned();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "theirs").unwrap();
        assert_eq!(kind_of(&scratch.unlink().unwrap_err()), Kind::Refused);
        drop(scratch);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempdir().unwrap();
        let error = scratch_in(&folder.path().join("none")).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Unfinished);
        assert!(error.to_string().ends_with("none does not exist"));
    }
}
