//! Several threads at the same work: whoever has nothing to do takes what lies next.
//!
//! One thread reads and gives. All of them, that one too, do the first step, side by side; then one at a time does the
//! last, in the order of giving. Nobody waits as long as there is anything to do, and with no more threads than
//! processors what was just read is worked on where it still lies in the processor's own memory.

use crate::fault::{Fault, Result};
use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The one who gives helps as soon as so many jobs for each thread lie there.
const FEW: usize = 2;
/// So many may lie there while all that can be done is to wait for the last step: memory stays flat.
const MANY: usize = 24;
/// More threads than these would only wait for the one that writes.
const MOST_THREADS: usize = 4;

/// How many threads work together, the one that reads among them.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

/// What is done with one job last.
type Last<'a, J> = &'a mut (dyn FnMut(&mut J) -> Result<()> + Send);
/// What is done with it first: by each thread with what is its own.
pub(super) type First<'a, J> = &'a mut dyn FnMut(&mut J) -> Result<()>;

/// Jobs between two threads and two steps.
pub(super) struct Belt<'a, J> {
    lying: Mutex<Lying<J>>,
    changed: Condvar,
    last: Mutex<Last<'a, J>>,
    few: usize,
}

/// What lies on it, in the order of giving.
struct Lying<J> {
    jobs: VecDeque<Step<J>>,
    /// How many have left it.
    gone: usize,
    /// Whether somebody does the last step.
    is_at_last: bool,
    /// Whether no more will come.
    is_all: bool,
    /// Why all is over: nobody does anything any more.
    stopped: Option<Result<()>>,
    /// Jobs that are done, to be used again.
    done: Vec<J>,
}

enum Step<J> {
    First(J),
    InHand,
    Last(Result<J>),
}

impl<'a, J: Default + Send> Belt<'a, J> {
    pub(super) fn to(last: Last<'a, J>) -> Self {
        let lying = Lying {
            jobs: VecDeque::new(),
            gone: 0,
            is_at_last: false,
            is_all: false,
            stopped: None,
            done: Vec::new(),
        };
        Belt { lying: Mutex::new(lying), changed: Condvar::new(), last: Mutex::new(last), few: FEW * threads() }
    }

    /// A job to be filled: one that is done, where there is one.
    pub(super) fn empty(&self) -> J {
        self.lying().done.pop().unwrap_or_default()
    }

    /// Gives a job, and helps while more lie there than is good.
    ///
    /// # Errors
    /// When the work was stopped: why, [`Belt::end`] says.
    pub(super) fn give(&self, job: J, first: First<'_, J>) -> Result<()> {
        let mut lying = self.lying();
        lying.jobs.push_back(Step::First(job));
        self.changed.notify_one();
        while lying.stopped.is_none() && lying.jobs.len() > self.few {
            let (now, did) = self.help(lying, first);
            lying = now;
            if !did {
                if lying.jobs.len() <= MANY {
                    break;
                }
                lying = self.wait(lying);
            }
        }
        match lying.stopped {
            None => Ok(()),
            Some(_) => Err(Fault::thread_stopped("works on rows").into()),
        }
    }

    /// Works until there is nothing more to do.
    pub(super) fn work(&self, first: First<'_, J>) {
        let mut lying = self.lying();
        while lying.stopped.is_none() && !(lying.is_all && lying.jobs.is_empty() && !lying.is_at_last) {
            let (now, did) = self.help(lying, first);
            lying = if did { now } else { self.wait(now) };
        }
    }

    /// Says that no more will come.
    pub(super) fn is_all(&self) {
        self.lying().is_all = true;
        self.changed.notify_all();
    }

    /// Stops everything.
    pub(super) fn stop(&self) {
        self.lying().stopped.get_or_insert(Ok(()));
        self.changed.notify_all();
    }

    /// How it ended, when nobody works any more.
    ///
    /// # Errors
    /// The first one of a step, in the order of giving.
    pub(super) fn end(self) -> Result<()> {
        let lying = self.lying.into_inner().unwrap_or_else(PoisonError::into_inner);
        lying.stopped.unwrap_or(Ok(()))
    }

    /// Does one step, if there is one to be done.
    fn help<'s>(
        &'s self,
        mut lying: MutexGuard<'s, Lying<J>>,
        first: First<'_, J>,
    ) -> (MutexGuard<'s, Lying<J>>, bool) {
        if !lying.is_at_last && matches!(lying.jobs.front(), Some(Step::Last(_))) {
            if let Some(Step::Last(job)) = lying.jobs.pop_front() {
                lying.gone += 1;
                lying.is_at_last = true;
                drop(lying);
                return (self.do_last(job), true);
            }
            unreachable!("it was looked at under the same lock");
        }
        let Some(place) = lying.jobs.iter().position(|step| matches!(step, Step::First(_))) else {
            return (lying, false);
        };
        let Step::First(mut job) = std::mem::replace(&mut lying.jobs[place], Step::InHand) else {
            unreachable!("it was looked at under the same lock");
        };
        let number = lying.gone + place;
        drop(lying);
        let alarm = Alarm(self);
        let result = first(&mut job).map(|()| job);
        std::mem::forget(alarm);
        let mut lying = self.lying();
        if lying.stopped.is_none() {
            let place = number - lying.gone;
            lying.jobs[place] = Step::Last(result);
            if place == 0 && !lying.is_at_last {
                self.changed.notify_one();
            }
        }
        (lying, true)
    }

    fn do_last(&self, job: Result<J>) -> MutexGuard<'_, Lying<J>> {
        let alarm = Alarm(self);
        let done = job.and_then(|mut job| {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last(&mut job).map(|()| job)
        });
        std::mem::forget(alarm);
        let mut lying = self.lying();
        lying.is_at_last = false;
        match done {
            Ok(job) => lying.done.push(job),
            Err(error) => {
                lying.jobs.clear();
                lying.stopped.get_or_insert(Err(error));
            }
        }
        self.changed.notify_all();
        lying
    }

    fn lying(&self) -> MutexGuard<'_, Lying<J>> {
        self.lying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, lying: MutexGuard<'s, Lying<J>>) -> MutexGuard<'s, Lying<J>> {
        self.changed.wait(lying).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the others when a step ends in a panic: they would wait for ever.
struct Alarm<'b, 'a, J: Default + Send>(&'b Belt<'a, J>);

impl<J: Default + Send> Drop for Alarm<'_, '_, J> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
