//! The digest of all decoded bytes, on a thread of its own: it has to be made in one go, from the first to the last.

use crate::digest::{Digest, Hasher};
use crate::fault::{Fault, Result};
use anyhow::Context;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// A digest in the making. Dropped before its end, it comes to nothing.
pub(super) struct Hashing {
    send: SyncSender<Arc<Vec<u8>>>,
    thread: JoinHandle<Digest>,
}

impl Hashing {
    pub(super) fn begin() -> Result<Self> {
        // One piece waits while another is looked at: memory is bounded.
        let (send, pieces) = sync_channel::<Arc<Vec<u8>>>(1);
        let work = move || {
            let mut hasher = Hasher::default();
            pieces.iter().for_each(|piece| hasher.add(&piece));
            hasher.digest()
        };
        let thread = thread::Builder::new().name("digest".into()).spawn(work);
        Ok(Hashing { send, thread: thread.context("starting a thread for the digest")? })
    }

    /// The next bytes.
    pub(super) fn add(&self, piece: Arc<Vec<u8>>) -> Result<()> {
        self.send.send(piece).map_err(|_| stopped().into())
    }

    pub(super) fn end(self) -> Result<Digest> {
        drop(self.send);
        self.thread.join().map_err(|_| stopped().into())
    }
}

fn stopped() -> Fault {
    Fault::thread_stopped("makes the digest")
}
