//! What a guessing run will do and how long it will take, before it starts.

use super::about::About;
use super::family::Family;
use super::group::{Group, Member};
use super::kernel::{Job, Kernel};
use super::sequence::Sequence;
use super::tried::{HashId, ListId, Tried};
use crate::fault::Result;
use crate::password::scheme::{Hash, Recipe};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// An account whose password is guessed at.
pub struct Target {
    /// The account's key, for the report.
    pub account: String,
    /// Its stored hash.
    pub hash: Hash,
    /// What is known of its owner.
    pub about: About,
}

/// When to stop.
#[derive(Debug, Clone)]
pub struct Budget {
    /// The most guesses for one account, those of earlier runs included; `None` for the whole sequence.
    pub most_guesses: Option<usize>,
    /// The longest that the run may take.
    pub most_time: Option<Duration>,
    /// The threads to use; fewer are used where memory is short.
    pub threads: usize,
    /// The memory that all threads together may use, in KiB.
    pub most_memory_kib: u64,
}

impl Budget {
    /// The whole sequence, on all processors, with at most half of the memory that is free, and 4 GiB.
    pub fn unlimited() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let most_memory_kib = free_memory_kib().map_or(MOST_MEMORY, |free| MOST_MEMORY.min(free / 2));
        Budget { most_guesses: None, most_time: None, threads, most_memory_kib }
    }
}

const MOST_MEMORY: u64 = 4 * 1024 * 1024;

/// The memory that a program may have without others being put out of it, where the system tells.
fn free_memory_kib() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// What a run will cost, measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Accounts with something left to try.
    pub accounts: usize,
    /// Accounts that earlier runs have dealt with: guessed, or tried to the end.
    pub accounts_done: usize,
    /// Hashes to compute.
    pub guesses: u64,
    /// How long that takes when nothing is hit; a budget of time may end it sooner.
    pub time: Duration,
    /// Threads that will work.
    pub threads: usize,
    /// Memory that they will use, in KiB.
    pub memory_kib: u64,
    /// Scheme and parameters, accounts, and guesses per second and thread.
    pub rates: Vec<(String, usize, f64)>,
}

/// Everything that a run needs, grouped and measured.
pub struct Plan<'a> {
    pub(super) targets: &'a [Target],
    pub(super) sequence: &'a Sequence,
    pub(super) kernel: &'a dyn Kernel,
    pub(super) groups: Vec<Group>,
    /// Targets that earlier runs guessed.
    pub(super) known: Vec<(usize, Family)>,
    pub(super) budget: Budget,
    estimate: Estimate,
}

impl<'a> Plan<'a> {
    /// Groups the accounts, leaves out what was tried, and measures each scheme with two guesses.
    ///
    /// # Errors
    /// When there is no memory for a guess.
    pub fn new(
        targets: &'a [Target],
        sequence: &'a Sequence,
        tried: &Tried,
        budget: Budget,
        kernel: &'a dyn Kernel,
    ) -> Result<Self> {
        let (mut by_recipe, mut known) = (HashMap::<&Recipe, Vec<Member>>::new(), Vec::new());
        let shared = sequence.digest();
        for (place, target) in targets.iter().enumerate() {
            let id = tried.hash_id(&target.hash.fingerprint());
            let list = list_id(tried, &shared, &target.about);
            let record = tried.get(&id);
            if let Some(family) = record.and_then(|record| record.hit) {
                known.push((place, family));
                continue;
            }
            let done = record.filter(|record| record.list == list).map_or(0, |record| record.done as usize);
            let member = member(target, place, sequence, &budget, (id, list, done));
            by_recipe.entry(target.hash.recipe()).or_default().push(member);
        }
        let mut groups: Vec<Group> = by_recipe
            .into_iter()
            .map(|(recipe, members)| Group::new(recipe.clone(), members, sequence))
            .filter(|group| group.left() > 0)
            .collect();
        let rates = measure(&mut groups, kernel)?;
        // Cheap groups first; the order of the targets where they cost the same, so that a run can be repeated.
        groups.sort_by(|one, other| {
            one.cost.total_cmp(&other.cost).then(one.members[0].target.cmp(&other.members[0].target))
        });
        let estimate = estimate(&groups, targets.len(), rates, &budget, kernel);
        Ok(Plan { targets, sequence, kernel, groups, known, budget, estimate })
    }

    /// What it will cost: show it before [`Plan::run`].
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }
}

fn list_id(tried: &Tried, shared: &[u8; 32], about: &About) -> ListId {
    let mut parts: Vec<&[u8]> = vec![shared, about.login.as_bytes()];
    for list in [&about.names, &about.company, &about.towns, &about.departments] {
        parts.push(b"|");
        parts.extend(list.iter().map(String::as_bytes));
    }
    tried.list_id(parts)
}

fn member(
    target: &Target,
    place: usize,
    sequence: &Sequence,
    budget: &Budget,
    (id, list, done): (HashId, ListId, usize),
) -> Member {
    let own = sequence.own(&target.about).len();
    let whole = sequence.head.len() + own + sequence.tail.len();
    let end = budget.most_guesses.map_or(whole, |most| most.min(whole));
    let (hash, about) = (target.hash.clone(), target.about.clone());
    Member { target: place, hash, about, id, list, own, done, end }
}

type Rates = Vec<(String, usize, f64)>;

/// Two guesses of each scheme and its parameters; the quicker one counts, as the first one allocates.
fn measure(groups: &mut [Group], kernel: &dyn Kernel) -> Result<Rates> {
    let mut costs: HashMap<String, f64> = HashMap::new();
    let mut rates: Rates = Vec::new();
    let mut worker = kernel.worker();
    for group in groups {
        let label = group.recipe.label();
        if !costs.contains_key(&label) {
            let cost = cost_of(&group.recipe, &mut *worker)?;
            costs.insert(label.clone(), cost);
            rates.push((label.clone(), 0, 1.0 / cost));
        }
        group.cost = costs[&label];
        if let Some(rate) = rates.iter_mut().find(|rate| rate.0 == label) {
            rate.1 += group.members.len();
        }
    }
    Ok(rates)
}

fn cost_of(recipe: &Recipe, worker: &mut dyn super::kernel::Worker) -> Result<f64> {
    let lanes = worker.lanes(recipe).max(1);
    let mut best = f64::MAX;
    for _ in 0..2 {
        let jobs: Vec<Job<'_>> = (0..lanes).map(|_| Job { recipe, candidate: b"a measure" }).collect();
        let start = Instant::now();
        worker.compute(&jobs, &mut Vec::new())?;
        best = best.min(start.elapsed().as_secs_f64() / lanes as f64);
    }
    Ok(best.max(1e-8))
}

fn estimate(
    groups: &[Group],
    targets: usize,
    rates: Rates,
    budget: &Budget,
    kernel: &dyn Kernel,
) -> Estimate {
    let largest = groups.iter().map(|group| kernel.memory_kib(&group.recipe)).max().unwrap_or(0);
    let room = budget.most_memory_kib.checked_div(largest).map_or(usize::MAX, |room| room as usize);
    let threads = budget.threads.min(room).max(1);
    let wants = |member: &&Member| member.done < member.end;
    let accounts = groups.iter().flat_map(|group| &group.members).filter(wants).count();
    let work: f64 = groups.iter().map(|group| group.cost * group.left() as f64).sum();
    Estimate {
        accounts,
        accounts_done: targets - accounts,
        guesses: groups.iter().map(Group::left).sum(),
        time: Duration::try_from_secs_f64(work / threads as f64).unwrap_or(Duration::MAX),
        threads,
        memory_kib: largest * threads as u64,
        rates,
    }
}
