//! The file that holds a key for stable pseudonyms: made once, read by each backup that is to give the same masks.

use crate::digest::digest;
use crate::fault::{Fault, Kind, Result};
use crate::masking::Key;
use crate::publish::Draft;
use rand::TryRng;
use rand::rngs::SysRng;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// A key has so many bytes, and a file of fewer holds none.
const KEY_BYTES: usize = 32;
/// A file of more bytes was meant for something else.
const MOST_BYTES: usize = 4096;
/// The rights of everybody but the owner.
const OTHERS: u32 = 0o077;

/// Writes 32 random bytes into a new file that only its owner reads.
///
/// # Errors
/// Refused when the name is taken; unfinished when the folder cannot be written or the system has no randomness.
pub fn write(path: &Path) -> Result<()> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    SysRng
        .try_fill_bytes(&mut *bytes)
        .map_err(|error| Fault::unfinished(format!("the system gives no random bytes: {error}")))?;
    let mut draft = Draft::beside(path)?;
    let written = draft.file().write_all(&*bytes);
    written.map_err(|error| draft.explain(error.into()))?;
    draft.publish()
}

/// Reads the key that a file holds: its 32 bytes, or the SHA-256 digest of more.
///
/// # Errors
/// Missing when there is no such file; denied when others than its owner may read or write it; damaged when it is no
/// key.
pub fn read(path: &Path) -> Result<Key> {
    bytes(path).map(|bytes| Key::from_bytes(*bytes))
}

/// The key that a file holds, as bytes.
///
/// # Errors
/// As [`read`].
pub fn bytes(path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>> {
    let shown = path.display();
    let file = File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32)
        .open(path)
        .map_err(|error| unreadable(path, &error))?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(Fault::damaged(format!("{shown} is no file, so it is no key")).into());
    }
    if about.mode() & OTHERS != 0 {
        return Err(Fault::new(
            Kind::Denied,
            format!("the key file {shown} is open to others than its owner"),
        )
        .hint(format!("take their rights away (chmod 600 {shown}), and ask who may have read it"))
        .into());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 1));
    (&file).take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    match <[u8; KEY_BYTES]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(_) if (KEY_BYTES..=MOST_BYTES).contains(&bytes.len()) => Ok(Zeroizing::new(digest(&bytes).0)),
        Err(_) => Err(Fault::damaged(format!(
            "{shown} is no key: it has {} bytes, and a key file has {KEY_BYTES} to {MOST_BYTES}",
            about.len()
        ))
        .hint("make one with `crm-admin generate key FILE`")
        .into()),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => Fault::missing(format!("there is no key file {shown}"))
            .hint(format!("make it with `crm-admin generate key {shown}`")),
        std::io::ErrorKind::PermissionDenied => {
            Fault::new(Kind::Denied, format!("the key file {shown} may not be read"))
        }
        _ => Fault::unfinished(format!("the key file {shown} cannot be read: {error}")),
    }
}
