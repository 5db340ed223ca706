//! A long file that is on its way to the disk while it is still being written.

use super::path_of;
use std::fs::File;
use std::io::{self, Write};
use std::thread::{self, JoinHandle};

/// After so many bytes the disk gets what there is. In bytes.
const STEP: usize = 16 << 20;

/// Writes to a file, and has the disk take it in parts, so that little is left to wait for when it is synced at the end.
/// That sync alone says whether all went well: what comes before it may fail, or not be possible.
#[derive(Debug)]
pub struct Eager<'a> {
    file: &'a mut File,
    /// Bytes since the last part.
    since: usize,
    /// Who waits for the disk.
    waiting: Option<JoinHandle<()>>,
}

impl<'a> Eager<'a> {
    /// Goes on where the file stands.
    pub fn new(file: &'a mut File) -> Self {
        Eager { file, since: 0, waiting: None }
    }

    fn send_off(&mut self) {
        if self.waiting.as_ref().is_some_and(|waiting| !waiting.is_finished()) {
            return;
        }
        self.since = 0;
        // Opened once more: a disk tells each opening of a file once that it failed, and the sync at the end must hear it.
        let Ok(again) = File::open(path_of(self.file)) else { return };
        let wait = move || {
            let _ = again.sync_data();
        };
        self.waiting = thread::Builder::new().spawn(wait).ok();
    }
}

impl Write for Eager<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.since += written;
        if self.since >= STEP {
            self.send_off();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek};

    #[test]
    fn every_byte_is_there_once_and_in_its_place() {
        let mut file = tempfile::tempfile().unwrap();
        let piece: Vec<u8> = (0..=250_u8).cycle().take(1 << 20).collect();
        let mut eager = Eager::new(&mut file);
        (0..40).for_each(|_| eager.write_all(&piece).unwrap());
        assert!(eager.waiting.is_some(), "some of it was sent to the disk");
        file.rewind().unwrap();
        let mut read = vec![0; piece.len()];
        for _ in 0..40 {
            file.read_exact(&mut read).unwrap();
            assert_eq!(read, piece);
        }
        assert_eq!(file.read(&mut read).unwrap(), 0);
    }
}
