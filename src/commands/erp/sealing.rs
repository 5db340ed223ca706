//! The key file under which the ERP's key is sealed: named, a systemd credential, or in the state folder.

use crate::commands::key_file;
use crate::fault::{Fault, Kind, Result, kind_of};
use crate::state::State;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The systemd credential with the key.
const CREDENTIAL: &str = "crm-admin-key";
/// The file in the state folder.
const FILE: &str = "erp.key";

/// The key that ERP keys are sealed under.
pub type SealingKey = Zeroizing<[u8; 32]>;

/// Where the key file is: where somebody said, else where systemd put it, else in the state folder.
fn place(said: Option<&Path>, state: Option<&State>) -> Result<PathBuf> {
    if let Some(path) = said {
        return Ok(path.to_owned());
    }
    let credential =
        std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(CREDENTIAL));
    let known = credential.filter(|path| path.exists()).or_else(|| state.map(|state| state.path(FILE)));
    known.ok_or_else(|| {
        Fault::missing("there is no state folder with the key that the ERP's key is sealed under")
            .hint("name it with --state DIR, or the key file with --key-file FILE")
            .into()
    })
}

/// The key, for opening what was sealed.
///
/// # Errors
/// Missing when there is no key file; denied when others may read it.
pub fn read(said: Option<&Path>, state: Option<&State>) -> Result<SealingKey> {
    key_file::bytes(&place(said, state)?)
}

/// The key, made where there is none yet.
///
/// # Errors
/// Denied when others may read it; unfinished when it cannot be made.
pub fn read_or_make(said: Option<&Path>, state: &State) -> Result<SealingKey> {
    let path = place(said, Some(state))?;
    match key_file::bytes(&path) {
        Err(error) if kind_of(&error) == Kind::Missing => {}
        other => return other,
    }
    match key_file::write(&path) {
        // Another command was first.
        Err(error) if kind_of(&error) != Kind::Refused => Err(error),
        _ => key_file::bytes(&path),
    }
}
