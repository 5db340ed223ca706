//! What a command reads from a file, or from standard input where it is called `-`.

use crate::fault::{Fault, Result};
use std::io::Read;

/// Reads a text of so many bytes at most; `what` is what messages call it.
///
/// # Errors
/// Missing when there is no such file, usage when it is longer, unfinished when it cannot be read.
pub(super) fn text(what: &str, from: &str, most: u64) -> Result<String> {
    let mut text = String::new();
    let read = match from {
        "-" => std::io::stdin().lock().take(most + 1).read_to_string(&mut text),
        path => std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_string(&mut text)),
    };
    match read {
        Ok(length) if length as u64 <= most => Ok(text),
        Ok(_) => Err(Fault::usage(format!("the {what} is too long")).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Fault::missing(format!("there is no {what} {from}")).into())
        }
        Err(error) => Err(Fault::unfinished(format!("the {what} cannot be read: {error}")).into()),
    }
}
