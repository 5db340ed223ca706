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
const MANY: usize = 32;
/// More threads than these would only wait for the one that writes.
const MOST_THREADS: usize = 4;

/// How many threads work together, the one that reads among them.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

/// Reads on this thread, and does the two steps with what is given: the first on as many threads as there are `firsts`,
/// this one among them; the last one by one.
///
/// # Errors
/// The first one of a step, in the order of giving; else what `read` says.
pub(super) fn work_together<J: Default + Send, F: FnMut(&mut J) -> Result<()> + Send>(
    firsts: Vec<F>,
    last: Last<'_, J>,
    read: impl FnOnce(&mut Giving<'_, '_, J>) -> Result<()>,
) -> Result<()> {
    let belt = Belt::to(last, FEW * firsts.len());
    let mut firsts = firsts.into_iter();
    let Some(mut own) = firsts.next() else { return Ok(()) };
    let read = thread::scope(|scope| {
        let mut helpers = Vec::new();
        let belt = &belt;
        let lead = || {
            // Whoever gives up in the middle, for whatever reason, leaves nobody waiting.
            let alarm = Alarm(belt);
            for mut first in firsts {
                let help = move || belt.work(&mut first);
                helpers.push(thread::Builder::new().spawn_scoped(scope, help).map_err(Fault::no_thread)?);
            }
            read(&mut Giving { belt, first: &mut own })?;
            std::mem::forget(alarm);
            belt.is_all();
            belt.work(&mut own);
            Ok(())
        };
        let read = lead();
        let panicked = helpers.into_iter().filter_map(|helper| helper.join().err()).count() > 0;
        if panicked { Err(Fault::thread_stopped(WORKS).into()) } else { read }
    });
    // Where a step failed, reading could not go on either: the cause comes first.
    belt.end().and(read)
}

/// The one who reads.
pub(super) struct Giving<'b, 'a, J> {
    belt: &'b Belt<'a, J>,
    first: First<'b, J>,
}

impl<J: Default + Send> Giving<'_, '_, J> {
    /// A job to be filled: one that is done, where there is one.
    pub(super) fn empty(&self) -> J {
        self.belt.lying().done.pop().unwrap_or_default()
    }

    /// Gives a job.
    ///
    /// # Errors
    /// When the work was stopped; why, [`work_together`] says.
    pub(super) fn give(&mut self, job: J) -> Result<()> {
        self.belt.give(job, self.first)
    }
}

/// What is done with one job last.
type Last<'a, J> = &'a mut (dyn FnMut(&mut J) -> Result<()> + Send);
/// What is done with it first: by each thread with what is its own.
type First<'a, J> = &'a mut dyn FnMut(&mut J) -> Result<()>;

/// What a thread that is gone did.
const WORKS: &str = "works on rows";

/// Jobs between two threads and two steps.
struct Belt<'a, J> {
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
    /// How many threads wait. To wake nobody costs as much as to wake somebody, and mostly there is nobody.
    waiting: usize,
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
    /// Whoever gives helps as soon as more than a few jobs lie there.
    fn to(last: Last<'a, J>, few: usize) -> Self {
        let lying = Lying {
            jobs: VecDeque::new(),
            gone: 0,
            waiting: 0,
            is_at_last: false,
            is_all: false,
            stopped: None,
            done: Vec::new(),
        };
        Belt { lying: Mutex::new(lying), changed: Condvar::new(), last: Mutex::new(last), few }
    }

    /// Gives a job, and helps while more lie there than is good. An error where the work was stopped.
    fn give(&self, job: J, first: First<'_, J>) -> Result<()> {
        let mut lying = self.lying();
        lying.jobs.push_back(Step::First(job));
        self.wake_one(&lying);
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
            Some(_) => Err(Fault::thread_stopped(WORKS).into()),
        }
    }

    /// Works until there is nothing more to do.
    fn work(&self, first: First<'_, J>) {
        let mut lying = self.lying();
        while lying.stopped.is_none() && !(lying.is_all && lying.jobs.is_empty() && !lying.is_at_last) {
            let (now, did) = self.help(lying, first);
            lying = if did { now } else { self.wait(now) };
        }
    }

    /// Says that no more will come.
    fn is_all(&self) {
        let mut lying = self.lying();
        lying.is_all = true;
        self.wake_all(&lying);
    }

    /// Stops everything.
    fn stop(&self) {
        let mut lying = self.lying();
        lying.stopped.get_or_insert(Ok(()));
        self.wake_all(&lying);
    }

    /// How it ended, when nobody works any more: with the first error of a step, in the order of giving.
    fn end(self) -> Result<()> {
        let lying = self.lying.into_inner().unwrap_or_else(PoisonError::into_inner);
        lying.stopped.unwrap_or(Ok(()))
    }

    /// Does one step, if there is one to be done.
    fn help<'s>(
        &'s self,
        mut lying: MutexGuard<'s, Lying<J>>,
        first: First<'_, J>,
    ) -> (MutexGuard<'s, Lying<J>>, bool) {
        if !lying.is_at_last
            && matches!(lying.jobs.front(), Some(Step::Last(_)))
            && let Some(Step::Last(job)) = lying.jobs.pop_front()
        {
            lying.gone += 1;
            lying.is_at_last = true;
            drop(lying);
            return (self.do_last(job), true);
        }
        let mut steps = lying.jobs.iter_mut().enumerate();
        let Some((place, step)) = steps.find(|(_, step)| matches!(step, Step::First(_))) else {
            return (lying, false);
        };
        let Step::First(mut job) = std::mem::replace(step, Step::InHand) else { return (lying, false) };
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
                self.wake_one(&lying);
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
        self.wake_all(&lying);
        lying
    }

    fn lying(&self) -> MutexGuard<'_, Lying<J>> {
        self.lying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, mut lying: MutexGuard<'s, Lying<J>>) -> MutexGuard<'s, Lying<J>> {
        lying.waiting += 1;
        let mut lying = self.changed.wait(lying).unwrap_or_else(PoisonError::into_inner);
        lying.waiting -= 1;
        lying
    }

    fn wake_one(&self, lying: &Lying<J>) {
        if lying.waiting > 0 {
            self.changed.notify_one();
        }
    }

    fn wake_all(&self, lying: &Lying<J>) {
        if lying.waiting > 0 {
            self.changed.notify_all();
        }
    }
}

/// Tells the others when a step ends in a panic: they would wait for ever.
struct Alarm<'b, 'a, J: Default + Send>(&'b Belt<'a, J>);

impl<J: Default + Send> Drop for Alarm<'_, '_, J> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
#[path = "hands_tests.rs"]
mod tests;
