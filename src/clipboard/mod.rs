//! The clipboard of the person who sits there: a desktop's, tmux's, or that of a terminal at the far end of SSH.
//!
//! On a desktop nobody keeps what was copied but the program that copied it, so a small process of our own
//! ([`holder`]) outlives the command by less than a minute. tmux keeps its buffers itself. A terminal over SSH is told
//! by an escape sequence (OSC 52) and never answers; there a person has to say whether it arrived.

mod desktop;
pub mod holder;
mod terminal;
mod tmux;

use crate::fault::{Fault, Result};
use crate::secret::Secret;
use std::ffi::OsString;
use std::time::Duration;

/// How to reach a clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clipboard {
    /// X11's or Wayland's.
    Desktop,
    /// The paste buffers of the tmux that we run in, which passes them on to the terminal outside.
    Tmux,
    /// That of the terminal, which is asked by OSC 52.
    Terminal,
}

impl Clipboard {
    /// The clipboard that these variables of the environment speak of, the nearest to the person first.
    ///
    /// # Errors
    /// Unconfirmed when there is none, as under cron.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Result<Clipboard> {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("WAYLAND_DISPLAY") || is_set("DISPLAY") {
            Ok(Clipboard::Desktop)
        } else if is_set("TMUX") {
            Ok(Clipboard::Tmux)
        } else if is_set("SSH_CONNECTION") && terminal::is_there() {
            Ok(Clipboard::Terminal)
        } else {
            Err(Fault::unconfirmed("there is no clipboard here: no desktop, no tmux, no terminal over SSH")
                .hint("say --deliver file:PATH for a new file that only its owner reads")
                .into())
        }
    }

    /// Whether only a person can tell that a text arrived.
    pub fn needs_an_answer(self) -> bool {
        self == Clipboard::Terminal
    }

    /// Puts a secret there, for a time; what answers has it when this returns.
    ///
    /// # Errors
    /// Unconfirmed when it did not arrive.
    pub fn put(self, secret: &Secret, time: Duration) -> Result<Held> {
        match self {
            Clipboard::Desktop => desktop::put(secret, time).map(|holder| Held::Desktop(Some(holder))),
            Clipboard::Tmux => tmux::put(secret, time).map(|buffer| Held::Tmux(Some(buffer))),
            Clipboard::Terminal => terminal::put(secret).map(|()| Held::Terminal),
        }
    }
}

/// A secret that is on a clipboard. Dropped, it is taken back; [`Held::keep`] lets it stay for its time.
#[derive(Debug)]
#[must_use = "dropping it takes the secret back"]
pub enum Held {
    /// By a process of ours.
    Desktop(Option<desktop::Holder>),
    /// In a buffer of tmux.
    Tmux(Option<tmux::Buffer>),
    /// By a terminal, which takes nothing back.
    Terminal,
}

impl Held {
    /// Lets the secret stay until its time is over or something else is copied.
    pub fn keep(mut self) {
        match &mut self {
            Held::Desktop(holder) => holder.take().into_iter().for_each(desktop::Holder::keep),
            Held::Tmux(buffer) => *buffer = None,
            Held::Terminal => {}
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            Held::Desktop(holder) => holder.take().into_iter().for_each(desktop::Holder::take_back),
            Held::Tmux(buffer) => buffer.take().into_iter().for_each(tmux::Buffer::take_back),
            Held::Terminal => {}
        }
    }
}

fn not_taken(by: &str) -> Fault {
    Fault::unconfirmed(format!("{by} did not take it")).hint("say --deliver file:PATH, or --deliver print")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};

    fn found(variables: &[(&str, &str)]) -> Result<Clipboard> {
        Clipboard::find(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_nearest_clipboard_is_taken() {
        assert_eq!(found(&[("WAYLAND_DISPLAY", "wayland-1")]).unwrap(), Clipboard::Desktop);
        assert_eq!(found(&[("TMUX", "/tmp/x,1,0"), ("DISPLAY", ":0")]).unwrap(), Clipboard::Desktop);
        assert_eq!(found(&[("DISPLAY", ""), ("TMUX", "/tmp/x,1,0")]).unwrap(), Clipboard::Tmux);
    }

    #[test]
    fn where_there_is_none_it_is_refused_with_another_way() {
        let error = found(&[("HOME", "/root"), ("TMUX", "")]).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Unconfirmed);
        assert!(crate::fault::fault_of(&error).unwrap().hint.as_ref().unwrap().contains("--deliver file:"));
    }
}
