//! Rows on their way: read on this thread, masked on several, settled and written in their order on one more.
//!
//! Loads of rows go to the masking threads in turn, and the writer takes them back in the same turn, so their order
//! stays. Every queue is short: memory is the same whatever the size of the database.

use super::hands::{InTurn, LOADS_WAITING, threads};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::masking::{Crowd, Mask, RowMasker, Settler, Tally};
use crate::progress::Progress;
use crate::schema::MappedTable;
use crate::store::{Builder, Load, Snapshot, ValueRef};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// A table that is copied.
pub(super) struct Task<'a> {
    pub(super) mapped: &'a MappedTable,
    pub(super) masker: RowMasker<'a>,
    /// How many rows it counts.
    pub(super) rows: u64,
}

/// What was done with one table.
#[derive(Default)]
pub(super) struct Passed {
    /// One for each stored column.
    pub(super) tallies: Vec<Tally>,
    pub(super) crowds: Option<(Crowd, Crowd)>,
}

/// Some rows of a table, and their masks beside them.
#[derive(Default)]
struct Job {
    task: usize,
    raw: Load,
    masked: Load,
    tallies: Vec<Tally>,
    /// Whether they are the table's last.
    is_last: bool,
}

/// Streams all tables through their maskers into `new`, completes it, and checks the pages of the source meanwhile.
pub(super) fn pass(
    source: &mut dyn Snapshot,
    tasks: &[Task<'_>],
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<Vec<Passed>> {
    let count = threads();
    thread::scope(|scope| {
        let (give_back, empties) = channel();
        let (mut todo, mut done) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (send, jobs) = sync_channel(LOADS_WAITING);
            let (results, masked) = sync_channel(LOADS_WAITING);
            thread::Builder::new()
                .spawn_scoped(scope, move || mask_jobs(tasks, &jobs, &results))
                .map_err(Fault::no_thread)?;
            todo.push(send);
            done.push(masked);
        }
        let writing = Writing { done: InTurn::of(done), give_back };
        let writer = thread::Builder::new()
            .spawn_scoped(scope, move || writing.all(tasks, new))
            .map_err(Fault::no_thread)?;
        let read =
            Reading { todo: InTurn::of(todo), empties, job: Job::default() }.all(source, tasks, progress);
        progress.stage("making indexes", None);
        // Damage is the better explanation, whatever went wrong.
        let damage = source.soundness();
        let passed = writer.join().unwrap_or_else(|_| Err(Fault::thread_stopped("writes").into()));
        damage?;
        // Where writing failed, reading could not go on either, and the other way round: the cause comes first.
        match passed? {
            Some(passed) => read.map(|()| passed),
            None => Err(read.err().unwrap_or_else(|| Fault::thread_stopped("masks").into())),
        }
    })
}

struct Reading {
    todo: InTurn<SyncSender<Job>>,
    empties: Receiver<Job>,
    job: Job,
}

impl Reading {
    fn all(
        mut self,
        source: &mut dyn Snapshot,
        tasks: &[Task<'_>],
        progress: &mut dyn Progress,
    ) -> Result<()> {
        for (number, task) in tasks.iter().enumerate() {
            self.table(source, number, task, progress)?;
        }
        Ok(())
    }

    fn table(
        &mut self,
        source: &mut dyn Snapshot,
        number: usize,
        task: &Task<'_>,
        progress: &mut dyn Progress,
    ) -> Result<()> {
        let table = &task.mapped.table;
        progress.stage(&table.name, Some(task.rows));
        let mut columns: Vec<&str> = table.row_number.as_deref().into_iter().collect();
        columns.extend(table.stored().map(|column| column.name.as_str()));
        self.job.task = number;
        let mut rows = 0;
        source.scan(&table.name, &columns, &mut |row| {
            self.job.raw.push(row.iter().copied());
            rows += 1;
            if self.job.raw.is_full() {
                interrupt::check()?;
                progress.advance(self.job.raw.len() as u64);
                self.hand_over(number, false)?;
            }
            Ok(())
        })?;
        self.hand_over(number, true)?;
        if rows == task.rows {
            return Ok(());
        }
        let (name, expected) = (&table.name, task.rows);
        Err(Fault::damaged(format!("{name} counts {expected} rows and shows {rows}")).into())
    }

    fn hand_over(&mut self, task: usize, is_last: bool) -> Result<()> {
        let mut next = self.empties.try_recv().unwrap_or_default();
        next.task = task;
        let job = Job { is_last, ..std::mem::replace(&mut self.job, next) };
        self.todo.next().send(job).map_err(|_| Fault::thread_stopped("masks").into())
    }
}

/// Masks loads until there are no more, or nobody wants them.
fn mask_jobs(tasks: &[Task<'_>], jobs: &Receiver<Job>, results: &SyncSender<Result<Job>>) {
    for mut job in jobs {
        let result = mask_rows(&tasks[job.task], &mut job).map(|()| job);
        if results.send(result).is_err() {
            return;
        }
    }
}

fn mask_rows(task: &Task<'_>, job: &mut Job) -> Result<()> {
    let number = usize::from(task.mapped.table.row_number.is_some());
    let (mut row, mut masks): (Vec<ValueRef<'_>>, Vec<Mask<'_>>) = (Vec::new(), Vec::new());
    for at in 0..job.raw.len() {
        row.clear();
        row.extend(job.raw.row(at));
        task.masker.mask(&row[number..], &mut masks, &mut job.tallies)?;
        job.masked.push(row[..number].iter().copied().chain(masks.iter().map(Mask::borrow)));
    }
    Ok(())
}

struct Writing {
    done: InTurn<Receiver<Result<Job>>>,
    give_back: Sender<Job>,
}

impl Writing {
    /// Nothing where no more came although there should have.
    fn all(mut self, tasks: &[Task<'_>], new: &mut dyn Builder) -> Result<Option<Vec<Passed>>> {
        let mut all = Vec::with_capacity(tasks.len());
        for task in tasks {
            let Some(passed) = self.table(task, new)? else { return Ok(None) };
            all.push(passed);
        }
        new.complete()?;
        Ok(Some(all))
    }

    fn table(&mut self, task: &Task<'_>, new: &mut dyn Builder) -> Result<Option<Passed>> {
        let table = &task.mapped.table;
        new.fill(table, &task.masker.changed())?;
        let mut settler = task.masker.settler(task.mapped);
        let mut passed = Passed::default();
        passed.tallies.resize(table.stored().count(), Tally::default());
        loop {
            let Ok(job) = self.done.next().recv() else { return Ok(None) };
            let mut job = job?;
            match settled(&mut settler, &mut job, usize::from(table.row_number.is_some())) {
                Some(load) => new.rows(&load)?,
                None => new.rows(&job.masked)?,
            }
            passed.tallies.iter_mut().zip(&job.tallies).for_each(|(all, some)| all.join(some));
            let is_last = job.is_last;
            self.give_back(job);
            if is_last {
                break;
            }
        }
        passed.crowds = settler.crowds();
        new.index(table)?;
        Ok(Some(passed))
    }

    fn give_back(&self, mut job: Job) {
        job.raw.clear();
        job.masked.clear();
        job.tallies.clear();
        // Nobody needs it any more where the last row has been read.
        let _ = self.give_back.send(job);
    }
}

/// The load that goes out in place of the masked one, where a row of it had to be drawn again.
fn settled(settler: &mut Settler<'_>, job: &mut Job, number: usize) -> Option<Load> {
    if settler.is_idle() {
        return None;
    }
    let mut load: Option<Load> = None;
    let (mut row, mut masks): (Vec<ValueRef<'_>>, Vec<ValueRef<'_>>) = (Vec::new(), Vec::new());
    for at in 0..job.raw.len() {
        row.clear();
        row.extend(job.raw.row(at));
        masks.clear();
        masks.extend(job.masked.row(at));
        let again = settler.settle(&row[number..], &masks[number..], &mut job.tallies);
        if again.is_some() && load.is_none() {
            let mut before = Load::default();
            (0..at).for_each(|earlier| before.push(job.masked.row(earlier)));
            load = Some(before);
        }
        match (&mut load, again) {
            (Some(load), Some(again)) => {
                load.push(masks[..number].iter().copied().chain(again.iter().map(Mask::borrow)));
            }
            (Some(load), None) => load.push(masks.iter().copied()),
            (None, _) => {}
        }
    }
    load
}
