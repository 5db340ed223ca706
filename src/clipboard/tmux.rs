//! The paste buffers of tmux, which passes them on to the terminal outside even with its default options.

use super::not_taken;
use crate::fault::Result;
use crate::secret::Secret;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A buffer of tmux. tmux numbers its buffers and uses no number twice, so the name means ours or none.
#[derive(Debug)]
pub struct Buffer(String);

/// Puts a secret into a new buffer, which tmux deletes after a time.
pub(super) fn put(secret: &Secret, time: Duration) -> Result<Buffer> {
    let buffer = load(secret).map_err(|_| not_taken("tmux"))?;
    let seconds = time.as_secs().to_string();
    let delete = format!("delete-buffer -b {}", buffer.0);
    match tmux(&["run-shell", "-b", "-d", &seconds, "-C", &delete], None) {
        Ok(_) => Ok(buffer),
        Err(_) => {
            buffer.take_back();
            Err(not_taken("tmux").into())
        }
    }
}

/// The newest buffer stands first in the list, and nothing comes between two commands of one call.
fn load(secret: &Secret) -> io::Result<Buffer> {
    let call = ["load-buffer", "-w", "-", ";", "list-buffers", "-F", "#{buffer_name}"];
    let names = tmux(&call, Some(secret))?;
    match names.lines().next() {
        Some(name) if name.starts_with("buffer") => Ok(Buffer(name.to_owned())),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Runs tmux, the secret on its standard input, and returns what it says.
fn tmux(arguments: &[&str], secret: Option<&Secret>) -> io::Result<String> {
    let mut child = Command::new("tmux")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let written = match (child.stdin.take(), secret) {
        (Some(mut to), Some(secret)) => to.write_all(secret.expose().as_bytes()),
        _ => Ok(()),
    };
    let said = child.wait_with_output()?;
    written?;
    if !said.status.success() {
        return Err(io::ErrorKind::Other.into());
    }
    String::from_utf8(said.stdout).map_err(|_| io::ErrorKind::InvalidData.into())
}

impl Buffer {
    /// Deletes it at once. What the terminal outside has copied stays there.
    pub(super) fn take_back(self) {
        let _ = tmux(&["delete-buffer", "-b", &self.0], None);
    }
}
