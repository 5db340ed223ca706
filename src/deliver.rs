//! How a temporary password reaches a person: printed, or in a file that only its owner reads.
//!
//! The lines `login<TAB>password` written here are the only place where a password is ever written.

use crate::fault::{Fault, Result};
use crate::publish::Draft;
use crate::secret::Secret;
use crate::ui::output;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a temporary password goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// To standard output.
    Print,
    /// Into a new file that only its owner reads.
    File(PathBuf),
}

impl FromStr for Delivery {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "print" => Ok(Delivery::Print),
            Some(("file", path)) if !path.is_empty() => Ok(Delivery::File(path.into())),
            _ => Err("write print, or file:PATH".into()),
        }
    }
}

/// A password that is ready to be handed over.
pub struct Parcel {
    line: Secret,
    draft: Option<Draft>,
}

impl Delivery {
    /// Makes everything ready, so that handing over can hardly fail.
    ///
    /// # Errors
    /// When the file is there already or cannot be made.
    pub fn prepare(&self, login: &str, password: &Secret) -> Result<Parcel> {
        let line = Secret::new(format!("{}\t{}", crate::ui::text::line(login), password.expose()));
        let draft = match self {
            Delivery::Print => None,
            Delivery::File(path) => {
                let mut draft = Draft::beside(path)?;
                writeln!(draft.file(), "{}", line.expose())
                    .map_err(|error| Fault::unfinished(format!("{}: {error}", path.display())))?;
                Some(draft)
            }
        };
        Ok(Parcel { line, draft })
    }
}

impl Parcel {
    /// Hands the password over.
    ///
    /// # Errors
    /// Unconfirmed when it did not arrive; nothing may be written to the database then.
    pub fn hand_over(self) -> Result<()> {
        let handed = match self.draft {
            Some(draft) => draft.publish(),
            None => output::write(self.line.expose()),
        };
        handed.map_err(|error| {
            Fault::unconfirmed(format!("the password was not delivered ({error}); nothing was changed"))
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_delivery_are_read_as_written() {
        assert_eq!("print".parse(), Ok(Delivery::Print));
        assert_eq!("file:/a:b".parse(), Ok(Delivery::File("/a:b".into())));
        for wrong in ["", "file", "file:", "clipboard!", "print:x"] {
            assert!(wrong.parse::<Delivery>().is_err(), "{wrong}");
        }
    }
}
