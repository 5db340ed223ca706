//! The clipboard of the terminal itself, asked by the escape sequence OSC 52. It never answers.

use super::not_taken;
use crate::fault::Result;
use crate::secret::Secret;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use zeroize::Zeroizing;

/// Whether there is a controlling terminal.
pub(super) fn is_there() -> bool {
    open().is_ok()
}

/// Asks the terminal to copy a secret. Whether it does, only the person in front of it can tell.
pub(super) fn put(secret: &Secret) -> Result<()> {
    let sequence = sequence(secret);
    let sent = open().and_then(|mut terminal| {
        terminal.write_all(sequence.as_bytes())?;
        terminal.flush()
    });
    sent.map_err(|_| not_taken("the terminal").into())
}

fn open() -> io::Result<File> {
    OpenOptions::new().write(true).open("/dev/tty")
}

fn sequence(secret: &Secret) -> Zeroizing<String> {
    let encoded = base64(secret.expose().as_bytes());
    let mut sequence = Zeroizing::new(String::with_capacity(encoded.len() + 8));
    for part in ["\u{1b}]52;c;", &encoded, "\u{7}"] {
        sequence.push_str(part);
    }
    sequence
}

/// Base64 with the usual alphabet and padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> Zeroizing<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Made at its full size: a string that grows leaves its old copies in memory.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(3) * 4));
    for chunk in bytes.chunks(3) {
        let three = (0..3).fold(0usize, |sum, at| sum << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let letter = char::from(LETTERS[three >> (18 - 6 * at) & 63]);
            text.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let examples = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ];
        for (clear, encoded) in examples {
            assert_eq!(*base64(clear.as_bytes()), encoded);
        }
    }

    #[test]
    fn the_terminal_is_asked_to_copy_it_and_nothing_else() {
        assert_eq!(*sequence(&Secret::new("foobar".into())), "\u{1b}]52;c;Zm9vYmFy\u{7}");
    }
}
