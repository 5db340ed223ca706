//! How a temporary password reaches a person: on a clipboard, printed, or in a file that only its owner reads.
//!
//! The lines `login<TAB>password` written here are the only place where a password is ever written.
//!
//! The order is always the same: [`Delivery::ready`] before a password is made, [`Delivery::prepare`] when there is
//! one, [`Parcel::hand_over`] before anything is written to the database, [`Delivered::keep`] when that is safely done.
//! Whatever fails on the way takes the password back.

use crate::clipboard::{Clipboard, Held};
use crate::fault::{Fault, Result, fault_of};
use crate::publish::Draft;
use crate::secret::Secret;
use crate::ui::{Ui, output, text};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a password stays on a clipboard.
const ON_THE_CLIPBOARD: Duration = Duration::from_secs(45);
/// The longest that somebody may ask for, in seconds.
const LONGEST: u64 = 600;

/// Where a temporary password goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// On the clipboard, for so long.
    Clipboard(Duration),
    /// To standard output.
    Print,
    /// Into a new file that only its owner reads.
    File(PathBuf),
}

impl Default for Delivery {
    fn default() -> Self {
        Delivery::Clipboard(ON_THE_CLIPBOARD)
    }
}

impl FromStr for Delivery {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "clipboard" => Ok(Delivery::Clipboard(ON_THE_CLIPBOARD)),
            None if text == "print" => Ok(Delivery::Print),
            Some(("file", path)) if !path.is_empty() => Ok(Delivery::File(path.into())),
            Some(("clipboard", time)) => match time.parse() {
                Ok(seconds @ 1..=LONGEST) => Ok(Delivery::Clipboard(Duration::from_secs(seconds))),
                _ => Err(format!("write clipboard:SECONDS with 1 to {LONGEST}")),
            },
            _ => Err("write clipboard, print, or file:PATH".into()),
        }
    }
}

impl Delivery {
    /// Whether so many passwords can be delivered here and now: to be asked before one is made.
    ///
    /// # Errors
    /// Unconfirmed when there is no clipboard, or nobody at a terminal to take one password after the other from it;
    /// as [`Draft::beside`] when the file cannot be made.
    pub fn ready(&self, passwords: usize, ui: &Ui) -> Result<()> {
        match self {
            Delivery::Print => Ok(()),
            Delivery::File(path) => Draft::beside(path).map(drop),
            Delivery::Clipboard(_) => {
                let clipboard = find_clipboard()?;
                if passwords > 1 && !ui.can_ask() {
                    return Err(Fault::unconfirmed(
                        "several passwords go to the clipboard one after the other, and nobody is there to take them",
                    )
                    .hint("say --deliver file:PATH for one new file with all of them")
                    .into());
                }
                if clipboard.needs_an_answer() && !ui.can_ask() {
                    return Err(nobody_can_tell().into());
                }
                Ok(())
            }
        }
    }

    /// Whether each password has to be handed over, written and kept before the next one is prepared; the others
    /// take all of them at once, with [`Delivery::prepare_all`].
    pub fn is_one_at_a_time(&self) -> bool {
        matches!(self, Delivery::Clipboard(_))
    }

    /// Makes everything ready, so that handing over can hardly fail.
    ///
    /// # Errors
    /// When the file is there already or cannot be made, or there is no clipboard.
    pub fn prepare(&self, login: &str, password: &Secret) -> Result<Parcel> {
        match self {
            Delivery::Clipboard(time) => Ok(Parcel::Clipboard {
                clipboard: find_clipboard()?,
                password: password.clone(),
                time: *time,
            }),
            Delivery::Print | Delivery::File(_) => self.prepare_all(&[(login, password)]),
        }
    }

    /// As [`Delivery::prepare`], for several logins and their passwords in one parcel.
    ///
    /// # Errors
    /// As there; usage when passwords have to go one at a time.
    pub fn prepare_all(&self, passwords: &[(&str, &Secret)]) -> Result<Parcel> {
        let lines = lines(passwords);
        match self {
            Delivery::Print => Ok(Parcel::Lines(lines)),
            Delivery::File(path) => {
                let mut draft = Draft::beside(path)?;
                writeln!(draft.file(), "{}", lines.expose()).map_err(|error| draft.explain(error.into()))?;
                Ok(Parcel::File(draft))
            }
            Delivery::Clipboard(_) => match passwords {
                [(login, password)] => self.prepare(login, password),
                _ => Err(Fault::usage("the clipboard takes one password at a time").into()),
            },
        }
    }
}

fn find_clipboard() -> Result<Clipboard> {
    Clipboard::find(|name| std::env::var_os(name))
}

fn nobody_can_tell() -> Fault {
    Fault::unconfirmed(
        "the terminal's clipboard does not answer, and nobody is there to say whether it pasted",
    )
    .hint("say --deliver file:PATH for a new file that only its owner reads")
}

/// One line for each login, without the end of the last.
fn lines(passwords: &[(&str, &Secret)]) -> Secret {
    let logins: Vec<_> = passwords.iter().map(|(login, _)| text::line(login)).collect();
    let size =
        logins.iter().zip(passwords).map(|(login, (_, password))| login.len() + password.expose().len() + 2);
    // Made at its full size: a string that grows leaves its old copies in memory.
    let mut lines = Zeroizing::new(String::with_capacity(size.sum()));
    for (login, (_, password)) in logins.iter().zip(passwords) {
        if !lines.is_empty() {
            lines.push('\n');
        }
        for part in [login.as_ref(), "\t", password.expose()] {
            lines.push_str(part);
        }
    }
    Secret::new(std::mem::take(&mut lines))
}

/// Passwords that are ready to be handed over.
pub enum Parcel {
    /// One password, and where to put it.
    Clipboard {
        /// Which clipboard.
        clipboard: Clipboard,
        /// What to put there.
        password: Secret,
        /// For how long.
        time: Duration,
    },
    /// Lines for standard output.
    Lines(Secret),
    /// A file that has no name yet.
    File(Draft),
}

impl Parcel {
    /// Hands the passwords over.
    ///
    /// # Errors
    /// Unconfirmed when they did not arrive, or a person says so; nothing may be written to the database then.
    pub fn hand_over(self, ui: &Ui) -> Result<Delivered> {
        let handed = match self {
            Parcel::Clipboard { clipboard, password, time } => copy(clipboard, &password, time, ui),
            Parcel::Lines(lines) => output::write(lines.expose()).map(|()| Delivered(Place::Printed)),
            Parcel::File(draft) => {
                let path = draft.target().to_owned();
                draft.publish().map(|()| Delivered(Place::File(path)))
            }
        };
        handed.map_err(undelivered)
    }
}

fn copy(clipboard: Clipboard, password: &Secret, time: Duration, ui: &Ui) -> Result<Delivered> {
    if clipboard.needs_an_answer() && !ui.can_ask() {
        return Err(nobody_can_tell().into());
    }
    let held = clipboard.put(password, time)?;
    if clipboard.needs_an_answer()
        && !ui.ask_whether("The password was sent to the terminal's clipboard. Did it paste?")?
    {
        return Err(Fault::unconfirmed("the terminal did not take it")
            .hint("some terminals do not, or have to be allowed to; say --deliver file:PATH, or --deliver print")
            .into());
    }
    Ok(Delivered(Place::Clipboard { clipboard, held, time }))
}

fn undelivered(error: anyhow::Error) -> anyhow::Error {
    if matches!(fault_of(&error).map(|fault| fault.kind), Some(crate::fault::Kind::Stopped(_))) {
        return error;
    }
    let hint = fault_of(&error).and_then(|fault| fault.hint.clone());
    let mut fault =
        Fault::unconfirmed(format!("the password was not delivered ({error}); nothing was changed"));
    fault.hint = hint;
    fault.into()
}

/// Passwords that have been handed over. Dropped, they are taken back as far as that can be done; call
/// [`Delivered::keep`] when they are in force.
#[must_use = "dropping it takes the password back"]
pub struct Delivered(Place);

enum Place {
    Clipboard { clipboard: Clipboard, held: Held, time: Duration },
    File(PathBuf),
    Printed,
}

impl Delivered {
    /// Lets the passwords stay where they are, and says for how long where that is not for ever.
    pub fn keep(mut self, ui: &Ui) {
        let place = std::mem::replace(&mut self.0, Place::Printed);
        let Place::Clipboard { clipboard, held, time } = place else { return };
        held.keep();
        let seconds = time.as_secs();
        match clipboard {
            Clipboard::Desktop => ui.status(format_args!("The password is on the clipboard for {seconds} seconds.")),
            Clipboard::Tmux => ui.status(format_args!(
                "The password is in tmux's newest buffer for {seconds} seconds; copy something else afterwards if \
                 your terminal has it too."
            )),
            Clipboard::Terminal => ui.status("Copy something else afterwards: the terminal keeps the password."),
        }
    }
}

impl Drop for Delivered {
    fn drop(&mut self) {
        // What a clipboard holds goes by itself.
        if let Place::File(path) = &self.0 {
            remove(path);
        }
    }
}

/// Removes the file of ours; it did not exist before. Nothing more can be done where that fails.
fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{Color, Manner, ProgressStyle};

    fn silent() -> Ui {
        Ui::new(Manner {
            format: None,
            color: Color::Never,
            progress: ProgressStyle::None,
            quiet: true,
            verbose: 0,
            no_input: true,
            yes: false,
        })
    }

    #[test]
    fn ways_of_delivery_are_read_as_written() {
        assert_eq!("print".parse(), Ok(Delivery::Print));
        assert_eq!("file:/a:b".parse(), Ok(Delivery::File("/a:b".into())));
        assert_eq!("clipboard".parse(), Ok(Delivery::Clipboard(Duration::from_secs(45))));
        assert_eq!("clipboard:2".parse(), Ok(Delivery::Clipboard(Duration::from_secs(2))));
        for wrong in
            ["", "file", "file:", "clipboard!", "clipboard:", "clipboard:0", "clipboard:601", "print:x"]
        {
            assert!(wrong.parse::<Delivery>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_has_a_line_for_each_login_and_stays_only_when_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwords");
        let delivery = Delivery::File(path.clone());
        let [first, second] = ["Tr0ub4dor", "Mésange"].map(|text| Secret::new(text.into()));
        let hand_over = || {
            delivery.ready(2, &silent()).unwrap();
            let parcel = delivery.prepare_all(&[("marie", &first), ("jean", &second)]).unwrap();
            parcel.hand_over(&silent()).unwrap()
        };

        let delivered = hand_over();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "marie\tTr0ub4dor\njean\tMésange\n");
        drop(delivered);
        assert!(!path.exists(), "what was not kept is taken back");

        hand_over().keep(&silent());
        assert!(path.exists());
        assert!(delivery.ready(1, &silent()).is_err(), "nothing is overwritten");
    }
}
