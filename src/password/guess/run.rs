//! A guessing run: threads that take pieces of work from one queue, until it is empty or the budget is spent.

use super::family::Family;
use super::group::{Group, Piece};
use super::kernel::{Job, Worker};
use super::plan::Plan;
use super::sequence::Guess;
use super::tried::{Record, Tried};
use crate::fault::Result;
use crate::password::scheme::{self, Recipe};
use crate::progress::Progress;
use crate::secret::Secret;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A piece takes about so long: short enough to stop and to share, long enough not to queue for.
const PIECE: f64 = 0.02;
const LOOK: Duration = Duration::from_millis(20);
/// After so long what was tried is handed out to be kept, so that even a kill costs no more than that.
const KEEP: Duration = Duration::from_secs(20);

/// An account whose password was guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The account's key.
    pub account: String,
    /// Which kind of guess it was.
    pub family: Family,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything that the budget of guesses allows was tried.
    Done,
    /// The time was over.
    OutOfTime,
    /// Somebody asked it to stop.
    Interrupted,
}

/// What a run found, and how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Guessed now or in an earlier run, in the order of the targets.
    pub hits: Vec<Hit>,
    /// Hashes computed by this run.
    pub guesses: u64,
    /// Accounts not guessed whose guesses were all tried, as far as the budget of guesses allows.
    pub tried: usize,
    /// Accounts with guesses left.
    pub left: usize,
    /// Of the guesses planned, how many were not computed: a hit or the end of the time spared them.
    pub spared: u64,
    /// Why it ended.
    pub ended: Ended,
}

/// What the threads share.
struct Shared<'a> {
    queue: Mutex<Queue>,
    recipes: Vec<Recipe>,
    cost: Vec<f64>,
    results: Vec<HashMap<Vec<u8>, Vec<usize>>>,
    open: Vec<Vec<AtomicBool>>,
    halt: AtomicBool,
    computed: AtomicU64,
    sequence: &'a super::sequence::Sequence,
}

struct Queue {
    groups: Vec<Group>,
    /// Groups with something left to hand out: the likeliest next guess first, then the cheapest.
    order: BinaryHeap<Reverse<(usize, usize)>>,
    hits: Vec<(usize, Family)>,
    fault: Option<anyhow::Error>,
}

impl Queue {
    /// Notes how far each account got; returns how many have guesses left.
    fn note(&self, tried: &mut Tried) -> usize {
        let found: HashMap<usize, Family> = self.hits.iter().copied().collect();
        let mut left = 0;
        for member in self.groups.iter().flat_map(|group| &group.members) {
            let hit = found.get(&member.target).copied();
            left += usize::from(hit.is_none() && member.done < member.end);
            tried.set(member.id, Record { list: member.list, done: member.done as u32, hit });
        }
        left
    }
}

impl Plan<'_> {
    /// Guesses until it is done, out of time, or `stop` says so, which is asked between guesses.
    ///
    /// `tried` is brought up to date however the run ends, so the caller writes it down in any case; `keep` is called
    /// with it now and then, for runs that are killed.
    ///
    /// # Errors
    /// When there is no memory for a guess; `tried` holds what was done until then.
    pub fn run(
        mut self,
        tried: &mut Tried,
        progress: &mut dyn Progress,
        stop: &(dyn Fn() -> bool + Sync),
        keep: &mut dyn FnMut(&Tried),
    ) -> Result<Report> {
        let planned = self.estimate().guesses;
        let threads = self.estimate().threads;
        let start = Instant::now();
        let shared = Shared::new(std::mem::take(&mut self.groups), self.sequence);
        progress.stage("guessing", Some(planned));
        let mut ended = Ended::Done;
        let mut told = 0;
        let mut kept = Instant::now();
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads).map(|_| scope.spawn(|| shared.work(&mut *self.kernel.worker()))).collect();
            while workers.iter().any(|worker| !worker.is_finished()) {
                std::thread::sleep(LOOK);
                let computed = shared.computed.load(Ordering::Relaxed);
                progress.advance(computed - told);
                told = computed;
                if kept.elapsed() >= KEEP {
                    shared.queue().note(tried);
                    keep(tried);
                    kept = Instant::now();
                }
                if stop() {
                    ended = Ended::Interrupted;
                } else if self.budget.most_time.is_some_and(|most| start.elapsed() >= most) {
                    ended = Ended::OutOfTime;
                }
                if ended != Ended::Done {
                    shared.halt.store(true, Ordering::Relaxed);
                }
            }
        });
        progress.advance(shared.computed.load(Ordering::Relaxed) - told);
        progress.finish();
        self.settle(shared, tried, planned, ended)
    }

    /// Writes down how far each account got and puts the report together.
    fn settle(self, shared: Shared<'_>, tried: &mut Tried, planned: u64, ended: Ended) -> Result<Report> {
        let guesses = shared.computed.into_inner();
        let queue = shared.queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        let left = queue.note(tried);
        let found = queue.hits;
        if let Some(fault) = queue.fault {
            return Err(fault);
        }
        let mut hits: Vec<(usize, Family)> = self.known.into_iter().chain(found).collect();
        hits.sort_unstable();
        let account = |target: usize| self.targets[target].account.clone();
        let hits: Vec<Hit> =
            hits.into_iter().map(|(target, family)| Hit { account: account(target), family }).collect();
        // Accounts that were tried to the end in earlier runs are in no group any more.
        let tried = self.targets.len() - hits.len() - left;
        // What ends in the very last moment was not cut short.
        let ended = if left == 0 { Ended::Done } else { ended };
        Ok(Report { hits, guesses, tried, left, spared: planned.saturating_sub(guesses), ended })
    }
}

impl<'a> Shared<'a> {
    fn new(groups: Vec<Group>, sequence: &'a super::sequence::Sequence) -> Self {
        let open = groups
            .iter()
            .map(|group| {
                group.members.iter().map(|member| AtomicBool::new(member.done < member.end)).collect()
            })
            .collect();
        Shared {
            recipes: groups.iter().map(|group| group.recipe.clone()).collect(),
            cost: groups.iter().map(|group| group.cost).collect(),
            results: groups.iter().map(Group::results).collect(),
            open,
            halt: AtomicBool::new(false),
            computed: AtomicU64::new(0),
            sequence,
            queue: Mutex::new(Queue {
                order: groups.iter().enumerate().map(|(at, group)| Reverse((group.rank(), at))).collect(),
                groups,
                hits: Vec::new(),
                fault: None,
            }),
        }
    }

    /// The queue. A thread that panicked holding it has lost its piece only, so the others go on.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, worker: &mut dyn Worker) {
        while !self.halt.load(Ordering::Relaxed) {
            let Some((group, number, piece, guesses)) = self.take(worker) else { return };
            match self.compute(worker, group, &guesses) {
                Ok(count) => self.queue().groups[group].give_back(number, piece.first(count)),
                Err(fault) => {
                    self.queue().fault = Some(fault);
                    self.halt.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    fn take(&self, worker: &dyn Worker) -> Option<(usize, u64, Piece, Vec<Guess>)> {
        let mut queue = self.queue();
        let (at, number, piece) = loop {
            let Reverse((_, at)) = queue.order.pop()?;
            let open = &self.open[at];
            if !open.iter().any(|open| open.load(Ordering::Relaxed)) {
                continue;
            }
            let most = ((PIECE / self.cost[at]) as usize).max(worker.lanes(&self.recipes[at]));
            let group = &mut queue.groups[at];
            if let Some((number, piece)) = group.take(most, |place| open[place].load(Ordering::Relaxed)) {
                let rank = group.rank();
                queue.order.push(Reverse((rank, at)));
                break (at, number, piece);
            }
        };
        let guesses = queue.groups[at].guesses(&piece, self.sequence);
        Some((at, number, piece, guesses))
    }

    /// Computes guesses in turn until all are done, all accounts are guessed or somebody says halt; how many it did.
    fn compute(&self, worker: &mut dyn Worker, group: usize, guesses: &[Guess]) -> Result<usize> {
        let recipe = &self.recipes[group];
        let mut results = Vec::new();
        let mut count = 0;
        for batch in guesses.chunks(worker.lanes(recipe).max(1)) {
            let open = self.open[group].iter().any(|open| open.load(Ordering::Relaxed));
            if self.halt.load(Ordering::Relaxed) || !open {
                break;
            }
            let jobs: Vec<Job<'_>> =
                batch.iter().map(|guess| Job { recipe, candidate: guess.word.as_bytes() }).collect();
            results.clear();
            worker.compute(&jobs, &mut results)?;
            self.computed.fetch_add(batch.len() as u64, Ordering::Relaxed);
            for (guess, result) in batch.iter().zip(&results) {
                self.look(group, guess, result)?;
            }
            count += batch.len();
        }
        Ok(count)
    }

    /// Whose result it is, if anybody's. A hit counts when the plain verifier finds it too.
    fn look(&self, at: usize, guess: &Guess, result: &[u8]) -> Result<()> {
        let Some(places) = self.results[at].get(result) else { return Ok(()) };
        let hash = self.queue().groups[at].members[places[0]].hash.clone();
        if !scheme::matches(&hash, &Secret::new(guess.word.clone()))? {
            return Ok(());
        }
        let mut queue = self.queue();
        for place in places {
            // A member that was tried to the end before is hit too when another's guess fits.
            let target = queue.groups[at].members[*place].target;
            if !queue.hits.iter().any(|(known, _)| *known == target) {
                queue.hits.push((target, guess.family));
            }
            self.open[at][*place].store(false, Ordering::Relaxed);
        }
        Ok(())
    }
}
