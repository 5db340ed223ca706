//! Starts the process that holds the desktop's clipboard, tells it the secret and waits until it has it.

use super::{holder, not_taken};
use crate::fault::Result;
use crate::secret::Secret;
use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the holder needs to find the desktop. It is told nothing else of our environment.
const VARIABLES: &[&str] = &["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "HOME"];

/// A process that has the clipboard. It ends by itself if we do before [`Holder::keep`].
#[derive(Debug)]
pub struct Holder(Child);

/// Puts a secret on the desktop's clipboard for a time.
pub(super) fn put(secret: &Secret, time: Duration) -> Result<Holder> {
    let child = start(time).map_err(|_| not_taken("the desktop's clipboard"))?;
    let mut holder = Holder(child);
    match holder.tell(secret) {
        Ok(()) => Ok(holder),
        Err(_) => {
            holder.take_back();
            Err(not_taken("the desktop's clipboard").into())
        }
    }
}

fn start(time: Duration) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(holder::ARGUMENT).arg(time.as_secs().to_string());
    command.env_clear();
    command.envs(VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    // No folder and no pipe of the command's is kept busy by a process that outlives it.
    command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

impl Holder {
    /// Tells it the secret, and returns when it has the clipboard.
    fn tell(&mut self, secret: &Secret) -> io::Result<()> {
        let (Some(to), Some(from)) = (&mut self.0.stdin, &mut self.0.stdout) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        to.write_all(secret.expose().as_bytes())?;
        to.write_all(b"\n")?;
        let mut answer = [0];
        from.read_exact(&mut answer)?;
        if answer == [holder::HELD] { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Lets it hold the secret until its time is over.
    pub(super) fn keep(mut self) {
        if let Some(to) = &mut self.0.stdin {
            // It may have ended already, because something else was copied.
            let _ = to.write_all(&[holder::KEEP]);
        }
    }

    /// Ends it, and with it what it holds.
    pub(super) fn take_back(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
