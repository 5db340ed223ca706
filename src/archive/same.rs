//! Bytes that have to be the ones that a file holds already: what an archive decodes to, beside what was packed.

use std::io::{self, Read, Write};

/// Takes bytes as if it wrote them, and holds each against the next one of `what`.
#[derive(Debug)]
pub struct Same<R> {
    what: R,
    room: Vec<u8>,
}

impl<R: Read> Same<R> {
    /// From where `what` stands.
    pub fn of(what: R) -> Self {
        Same { what, room: Vec::new() }
    }

    /// Whether nothing is left of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_all(mut self) -> io::Result<bool> {
        Ok(self.what.read(&mut [0])? == 0)
    }
}

impl<R: Read> Write for Same<R> {
    /// An error where the bytes are others, or too many.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.room.resize(bytes.len(), 0);
        match self.what.read_exact(&mut self.room) {
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
            Ok(()) if self.room == bytes => Ok(bytes.len()),
            _ => Err(io::Error::other("the archive does not decode to what was packed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_pass_in_pieces_of_any_length() {
        let mut same = Same::of(&b"one database"[..]);
        for piece in [&b"one"[..], b"", b" database"] {
            same.write_all(piece).unwrap();
        }
        assert!(same.is_all().unwrap());
    }

    #[test]
    fn others_fewer_and_more_do_not() {
        assert!(Same::of(&b"one database"[..]).write_all(b"one datebase").is_err());
        assert!(Same::of(&b"one"[..]).write_all(b"one database").is_err());
        let mut fewer = Same::of(&b"one database"[..]);
        fewer.write_all(b"one").unwrap();
        assert!(!fewer.is_all().unwrap());
    }
}
