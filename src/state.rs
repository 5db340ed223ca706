//! The state folder: what the program remembers about one database, kept outside it and from everybody else.

use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::publish::cannot_write;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The file with the state's own random name.
const ID: &str = "id";

/// The folder of one database: `crm.db.crm-admin/` beside it, or the one of `--state`. Only its owner reads it.
#[derive(Debug, Clone)]
pub struct State {
    folder: PathBuf,
    id: String,
}

/// Where the state of a database is: where somebody said, else beside the file.
pub fn place(database: &Path, said: Option<&Path>) -> PathBuf {
    said.map(Path::to_owned).unwrap_or_else(|| {
        let mut name = OsString::from(database.as_os_str());
        name.push(".crm-admin");
        PathBuf::from(name)
    })
}

impl State {
    /// The state folder, made where there is none.
    ///
    /// # Errors
    /// Unfinished when it cannot be made; refused when others may read it or it is no folder.
    pub fn open(folder: &Path) -> Result<State> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(no_state(folder, &error).into()),
        }
        look_at(folder)?;
        let mut state = State { folder: folder.to_owned(), id: String::new() };
        if state.read(ID)?.is_none() {
            state.take_a_name()?;
        }
        state.id = state.read_id()?;
        Ok(state)
    }

    /// The state folder, where there is one: for commands that only read.
    ///
    /// # Errors
    /// Refused when others may read it or it is no folder.
    pub fn find(folder: &Path) -> Result<Option<State>> {
        if fs::symlink_metadata(folder).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(None);
        }
        look_at(folder)?;
        let mut state = State { folder: folder.to_owned(), id: String::new() };
        if state.read(ID)?.is_some() {
            state.id = state.read_id()?;
        }
        Ok(Some(state))
    }

    /// The random name that ties database, state and archives together.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The full name of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What is in a file of it, if the file is there.
    ///
    /// # Errors
    /// Unfinished when it cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let mut bytes = Vec::new();
        let opened = OpenOptions::new().read(true).custom_flags(no_follow()).open(&path);
        match opened.and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => {
                Err(Fault::unfinished(format!("{} cannot be read: {error}", path.display())).into())
            }
        }
    }

    /// Replaces a file of it, all or nothing.
    ///
    /// # Errors
    /// Unfinished when it cannot be written; the old file is there as it was.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let draft = format!(".{name}-{:016x}", rand::random::<u64>());
        self.create(&draft, bytes)?;
        let (from, to) = (self.path(&draft), self.path(name));
        fs::rename(&from, &to).and_then(|()| File::open(&self.folder)?.sync_all()).map_err(|error| {
            let _ = fs::remove_file(&from);
            cannot_write(&to, &error).into()
        })
    }

    /// Keeps a name in it for oneself, until what is returned is dropped.
    ///
    /// # Errors
    /// Busy when another command keeps it for longer than one may wait; unfinished when it cannot be written.
    pub fn keep(&self, name: &str, wait: Duration) -> Result<File> {
        let path = self.path(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(no_follow());
        let file = options.open(&path).map_err(|error| cannot_write(&path, &error))?;
        lock(&file, wait)?;
        Ok(file)
    }

    /// A folder in it, made where there is none.
    ///
    /// # Errors
    /// Unfinished when it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.path(name);
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(no_state(&path, &error).into()),
            _ => Ok(path),
        }
    }

    /// Of two commands that are the first ones at once, one gives the name and both use it.
    fn take_a_name(&self) -> Result<()> {
        let id: String = (0..2).map(|_| format!("{:016x}", rand::random::<u64>())).collect();
        let draft = format!(".{ID}-{:016x}", rand::random::<u64>());
        self.create(&draft, id.as_bytes())?;
        let linked = fs::hard_link(self.path(&draft), self.path(ID));
        let _ = fs::remove_file(self.path(&draft));
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(no_state(&self.folder, &error).into())
            }
            _ => Ok(()),
        }
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(name);
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let written = opened.and_then(|mut file| {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|error| cannot_write(&path, &error).into())
    }

    fn read_id(&self) -> Result<String> {
        let bytes = self.read(ID)?.unwrap_or_default();
        let id = String::from_utf8_lossy(&bytes).trim().to_owned();
        if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(id);
        }
        Err(Fault::damaged(format!("{} holds no state id", self.path(ID).display())).into())
    }
}

/// Waits until a file is one's own.
pub(crate) fn lock(file: &File, wait: Duration) -> Result<()> {
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if since.elapsed() < wait => {
                interrupt::check()?;
                std::thread::sleep(Duration::from_millis(20).min(wait));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Fault::busy("another crm-admin is at work on this database")
                    .hint("try later, or wait longer with --lock-wait TIME")
                    .into());
            }
            Err(TryLockError::Error(error)) => {
                return Err(Fault::unfinished(format!("the state folder cannot be locked: {error}")).into());
            }
        }
    }
}

/// Links are not followed inside the folder: nobody but us has put anything there.
pub(crate) fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits() as i32
}

fn look_at(folder: &Path) -> Result<()> {
    let shown = folder.display();
    let about = fs::symlink_metadata(folder).map_err(|error| no_state(folder, &error))?;
    if !about.is_dir() {
        return Err(Fault::unfinished(format!("{shown} is no folder, so there is no place for the ledger"))
            .hint("name another place with --state DIR")
            .into());
    }
    if about.permissions().mode() & 0o077 != 0 {
        return Err(Fault::unfinished(format!("other users may look into {shown}"))
            .hint(format!("chmod 700 {shown}"))
            .into());
    }
    Ok(())
}

fn no_state(folder: &Path, error: &std::io::Error) -> Fault {
    let fault = cannot_write(folder, error);
    Fault::unfinished(format!("there is no place for the ledger: {}", fault.what))
        .hint("name a folder that you may write with --state DIR")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_state_is_private_and_keeps_its_name() {
        let home = tempdir().unwrap();
        let folder = place(&home.path().join("crm.db"), None);
        assert!(folder.ends_with("crm.db.crm-admin"));
        assert!(State::find(&folder).unwrap().is_none());
        let state = State::open(&folder).unwrap();
        assert_eq!(state.id().len(), 32);
        assert_eq!(State::open(&folder).unwrap().id(), state.id());
        assert_eq!(State::find(&folder).unwrap().unwrap().id(), state.id());
        assert_eq!([mode(&folder), mode(&state.path(ID))], [0o700, 0o600]);
    }

    #[test]
    fn a_folder_that_others_may_read_is_refused() {
        let home = tempdir().unwrap();
        let folder = home.path().join("state");
        State::open(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(State::open(&folder).unwrap_err().to_string().starts_with("other users may look into"));
        assert!(State::find(&folder).is_err());
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let home = tempdir().unwrap();
        let state = State::open(&home.path().join("state")).unwrap();
        assert_eq!(state.read("policy.json").unwrap(), None);
        for text in ["one", "another"] {
            state.replace("policy.json", text.as_bytes()).unwrap();
            assert_eq!(state.read("policy.json").unwrap().as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(fs::read_dir(home.path().join("state")).unwrap().count(), 2);
    }
}
