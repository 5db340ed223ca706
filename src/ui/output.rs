//! The one way out: a full disk and a closed pipe are noticed here and nowhere else.

use crate::fault::{Fault, Result};
use std::io::{self, Write};

/// Writes a result to standard output, whole, and makes sure that it arrived.
///
/// # Errors
/// When the disk is full or the reader has gone. A reader that has gone (`| head`) is no reason for words: the
/// message is empty and nobody prints it.
pub fn write(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(told)
}

/// Standard output, for a result that comes in pieces. Whoever writes there looks at every error.
pub fn stream() -> impl Write {
    io::stdout().lock()
}

/// What a failed write to standard output means.
pub fn told(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Fault::unfinished(String::new()).into(),
        _ => Fault::unfinished(format!("standard output: {error}")).into(),
    }
}

/// Writes talk to standard error. Where nobody can hear it, the work goes on.
pub fn say(text: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
}
