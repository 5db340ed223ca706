//! Threads that compress frames side by side and give them back in the order they came.

use super::frame::{Encoder, Entry};
use crate::fault::{Fault, Result};
use anyhow::Context;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Takes one finished frame.
pub(super) type Take<'a> = dyn FnMut(&[u8], Entry) -> Result<()> + 'a;

/// A ring of threads. Each has at most one frame in hand, so memory is bounded, and asking them in turn is what keeps
/// the order.
pub(super) struct Pool {
    workers: Vec<Worker>,
    next: usize,
}

impl Pool {
    /// `threads` of 0 counts as 1.
    pub(super) fn new(level: i32, threads: usize) -> Result<Pool> {
        let workers = (0..threads.max(1)).map(|_| Worker::new(level)).collect::<Result<_>>()?;
        Ok(Pool { workers, next: 0 })
    }

    /// Hands `plain` to the next thread. The frame which that thread had made before goes to `take` first.
    pub(super) fn give(&mut self, plain: Arc<Vec<u8>>, take: &mut Take<'_>) -> Result<()> {
        let count = self.workers.len();
        let worker = &mut self.workers[self.next];
        self.next = (self.next + 1) % count;
        let frame = worker.collect(take)?;
        worker.start(Job { plain, frame })
    }

    /// Waits for the frames that are still being made, and gives them to `take`.
    pub(super) fn settle(&mut self, take: &mut Take<'_>) -> Result<()> {
        self.workers.rotate_left(self.next);
        self.next = 0;
        self.workers.iter_mut().try_for_each(|worker| worker.collect(take).map(drop))
    }
}

/// What is to be compressed, and where it goes.
struct Job {
    plain: Arc<Vec<u8>>,
    frame: Vec<u8>,
}

struct Worker {
    /// Taken away to tell the thread that there is no more work.
    jobs: Option<SyncSender<Job>>,
    done: Receiver<io::Result<(Vec<u8>, Entry)>>,
    working: bool,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn new(level: i32) -> Result<Worker> {
        let mut encoder = Encoder::new(level).context("preparing to compress")?;
        let (jobs, todo) = sync_channel::<Job>(1);
        let (results, done) = sync_channel(1);
        let work = move || {
            for mut job in todo {
                let result = encoder.encode(&job.plain, &mut job.frame).map(|entry| (job.frame, entry));
                if results.send(result).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("compress".into()).spawn(work);
        let thread = thread.context("starting a thread to compress")?;
        Ok(Worker { jobs: Some(jobs), done, working: false, thread: Some(thread) })
    }

    fn start(&mut self, job: Job) -> Result<()> {
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(stopped)?;
        self.working = true;
        Ok(())
    }

    /// Waits for the frame in hand, if there is one, and returns a buffer for the next.
    fn collect(&mut self, take: &mut Take<'_>) -> Result<Vec<u8>> {
        if !std::mem::take(&mut self.working) {
            return Ok(Vec::new());
        }
        let (frame, entry) = self.done.recv().map_err(|_| stopped())?.context("compressing")?;
        take(&frame, entry)?;
        Ok(frame)
    }
}

fn stopped() -> Fault {
    Fault::thread_stopped("compresses")
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already said so; its results are missing, which is an error of its own.
            let _ = thread.join();
        }
    }
}
