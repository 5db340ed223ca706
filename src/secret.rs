//! A secret that cannot be printed, compared in a hurry or left in memory.

use crate::fault::{Fault, Result};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// A password, key or token. It has no `Display` and no `Serialize`, `Debug` hides it, and dropping it wipes it.
///
/// Every call of [`Secret::expose`] is a line that a reviewer reads.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller keeps no copy.
    pub fn new(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// No secret is longer than this, in bytes.
const LONGEST: u64 = 4_096;

impl Secret {
    /// The secret in a file: all of it but the line end.
    ///
    /// # Errors
    /// Usage when the file cannot be read, others can read it too, or it holds no text of one line.
    pub fn from_file(path: &Path) -> Result<Secret> {
        Self::from_file_closed_to(path, 0o077)
    }

    /// The secret in a systemd credential. Where the service runs as somebody else than root, systemd lets that user
    /// in by an access list, which shows as a right of the group.
    ///
    /// # Errors
    /// As [`Secret::from_file`]; a credential that everybody may read is none.
    pub fn from_credential(path: &Path) -> Result<Secret> {
        Self::from_file_closed_to(path, 0o037)
    }

    fn from_file_closed_to(path: &Path, others: u32) -> Result<Secret> {
        let shown = path.display();
        let refused = |what: String| Fault::usage(what).into();
        let file =
            File::open(path).map_err(|error| Fault::usage(format!("{shown} cannot be read: {error}")))?;
        let about = file.metadata().map_err(|error| Fault::usage(format!("{shown}: {error}")))?;
        if about.is_file() && about.permissions().mode() & others != 0 {
            return Err(Fault::usage(format!("other users may read {shown}, so it holds no secret"))
                .hint(format!("chmod 600 {shown}, and change the password that was in it"))
                .into());
        }
        match Self::from_reader(file) {
            Ok(secret) => Ok(secret),
            Err(why) => Err(refused(format!("{shown} {why}"))),
        }
    }

    /// The secret on standard input: all of it but the line end.
    ///
    /// # Errors
    /// Usage when it holds no text of one line.
    pub fn from_stdin() -> Result<Secret> {
        let read = Self::from_reader(std::io::stdin().lock());
        read.map_err(|why| Fault::usage(format!("standard input {why}")).into())
    }

    fn from_reader(reader: impl Read) -> Result<Secret, &'static str> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
        reader.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|_| "cannot be read")?;
        let text = std::str::from_utf8(&bytes).map_err(|_| "is no text")?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        match text {
            "" => Err("is empty"),
            _ if bytes.len() as u64 > LONGEST => Err("is too long for a secret"),
            _ if text.contains(['\n', '\r', '\0']) => Err("has more than one line"),
            _ => Ok(Secret::new(text.to_owned())),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_of_text() {
        let read = |bytes: &'static [u8]| Secret::from_reader(bytes);
        for bytes in [&b"Tr0ub4dor"[..], b"Tr0ub4dor\n", b"Tr0ub4dor\r\n"] {
            assert_eq!(read(bytes).unwrap().expose(), "Tr0ub4dor");
        }
        assert_eq!(read(b" a ").unwrap().expose(), " a ");
        for (bytes, why) in [
            (&b""[..], "is empty"),
            (b"\n", "is empty"),
            (b"a\nb", "has more than one line"),
            (b"\xff", "is no text"),
        ] {
            assert_eq!(read(bytes).unwrap_err(), why);
        }
        assert_eq!(Secret::from_reader(&[b'a'; 5_000][..]).unwrap_err(), "is too long for a secret");
    }

    #[test]
    fn a_file_that_others_may_read_holds_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "Tr0ub4dor\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Secret::from_file(&path).unwrap_err().to_string().starts_with("other users may read"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(Secret::from_file(&path).unwrap().expose(), "Tr0ub4dor");
        // As systemd gives it to a service that runs as somebody else than root.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(Secret::from_credential(&path).unwrap().expose(), "Tr0ub4dor");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
        assert!(Secret::from_credential(&path).is_err());
    }

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Secret::new("Tr0ub4dor".into())), "Secret(..)");
    }
}
