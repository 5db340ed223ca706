//! Rows on their way: read on this thread, masked on any, settled and written in their order.

use super::hands::{Giving, threads, work_together};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::masking::{Crowd, Mask, Masker, RowMasker, Settler, Tally};
use crate::memory;
use crate::progress::Progress;
use crate::schema::MappedTable;
use crate::store::{Builder, Load, Snapshot, ValueRef};
use std::path::Path;
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

/// Streams all tables through their maskers into `new`; `folder` is for what memory has no room for.
pub(super) fn pass(
    source: &mut dyn Snapshot,
    tasks: &[Task<'_>],
    folder: &Path,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<Vec<Passed>> {
    let mut writing = Writing { tasks, folder, new, table: None, passed: Vec::with_capacity(tasks.len()) };
    let streamed = stream(source, tasks, &mut |job| writing.job(job), progress);
    let passed = writing.passed;
    match streamed {
        Ok(()) => Ok(passed),
        // Damage is the better explanation, whatever went wrong.
        Err(error) => source.soundness().and(Err(error)),
    }
}

/// Completes the new database. Meanwhile what made its masks is given up, and the pages of the source are checked.
pub(super) fn complete(
    source: &mut dyn Snapshot,
    masker: Masker,
    new: &mut dyn Builder,
    progress: &mut dyn Progress,
) -> Result<()> {
    progress.stage("making indexes", None);
    thread::scope(|scope| {
        let completing =
            thread::Builder::new().spawn_scoped(scope, || new.complete()).map_err(Fault::no_thread)?;
        // To complete takes memory of its own.
        drop(masker);
        memory::give_back();
        let damage = source.soundness();
        let completed = completing.join().unwrap_or_else(|_| Err(Fault::thread_stopped("writes").into()));
        damage.and(completed)
    })
}

/// Reads all tables, masks their rows on every thread, and shows them to `write` in their order.
fn stream(
    source: &mut dyn Snapshot,
    tasks: &[Task<'_>],
    write: &mut (dyn FnMut(&mut Job) -> Result<()> + Send),
    progress: &mut dyn Progress,
) -> Result<()> {
    let mask = |job: &mut Job| mask_rows(&tasks[job.task], job);
    work_together(vec![mask; threads()], write, |giving| {
        let mut reading = Reading { giving, job: Job::default() };
        let mut tasks = tasks.iter().enumerate();
        tasks.try_for_each(|(number, task)| reading.table(source, number, task, progress))
    })
}

struct Reading<'g, 'b, 'a> {
    giving: &'g mut Giving<'b, 'a, Job>,
    job: Job,
}

impl Reading<'_, '_, '_> {
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
        let job = Job { task, is_last, ..std::mem::replace(&mut self.job, self.giving.empty()) };
        self.giving.give(job)
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

/// Writes the jobs of all tables, one after the other.
struct Writing<'a> {
    tasks: &'a [Task<'a>],
    folder: &'a Path,
    new: &'a mut dyn Builder,
    /// The table that is being written.
    table: Option<(Settler<'a>, Passed)>,
    /// Those that are done.
    passed: Vec<Passed>,
}

impl Writing<'_> {
    fn job(&mut self, job: &mut Job) -> Result<()> {
        let task = &self.tasks[job.task];
        let table = &task.mapped.table;
        let (mut settler, mut passed) = match self.table.take() {
            Some(begun) => begun,
            None => {
                self.new.fill(table, &task.masker.changed())?;
                let tallies = vec![Tally::default(); table.stored().count()];
                (task.masker.settler(task.mapped, task.rows, self.folder), Passed { tallies, crowds: None })
            }
        };
        match settled(&mut settler, job, usize::from(table.row_number.is_some()))? {
            Some(load) => self.new.rows(&load)?,
            None => self.new.rows(&job.masked)?,
        }
        passed.tallies.iter_mut().zip(&job.tallies).for_each(|(all, some)| all.join(some));
        if job.is_last {
            passed.crowds = settler.crowds()?;
            self.new.index(table)?;
            self.passed.push(passed);
        } else {
            self.table = Some((settler, passed));
        }
        job.raw.clear();
        job.masked.clear();
        job.tallies.clear();
        Ok(())
    }
}

/// The load that goes out in place of the masked one, where a row of it had to be drawn again.
fn settled(settler: &mut Settler<'_>, job: &mut Job, number: usize) -> Result<Option<Load>> {
    if settler.is_idle() {
        return Ok(None);
    }
    let mut load: Option<Load> = None;
    let (mut row, mut masks): (Vec<ValueRef<'_>>, Vec<ValueRef<'_>>) = (Vec::new(), Vec::new());
    for at in 0..job.raw.len() {
        row.clear();
        row.extend(job.raw.row(at));
        masks.clear();
        masks.extend(job.masked.row(at));
        let again = settler.settle(&row[number..], &masks[number..], &mut job.tallies)?;
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
    Ok(load)
}
