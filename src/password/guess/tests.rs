//! Runs over a handful of accounts: what is found, what it costs, where it stops, and what the next run pays.

use super::kernel::Worker;
use super::*;
use crate::fault::Result;
use crate::password::scheme::{Hash, Hints, Recipe, Scheme, recognise};
use crate::progress::{Progress, Silence};
use md5::{Digest, Md5};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const YEAR: i16 = 2026;

fn hash(stored: &str) -> Hash {
    match recognise(stored, &Hints::default()) {
        Scheme::Known(hash) => hash,
        other => panic!("{other:?}"),
    }
}

fn hex(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An account whose password is stored as a bare MD5.
fn bare(account: &str, password: &str) -> Target {
    target(account, &hex(password))
}

/// One with a salt of its own.
fn salted(account: &str, password: &str) -> Target {
    target(account, &format!("md5${account}${}", hex(&format!("{account}{password}"))))
}

fn target(account: &str, stored: &str) -> Target {
    let about = About {
        login: format!("{account}.durand"),
        names: vec!["Mélanie".into(), "Durand".into()],
        ..About::default()
    };
    Target { account: account.into(), hash: hash(stored), about }
}

/// Counts what the portable kernel computes.
#[derive(Default)]
struct Counting(std::sync::Arc<AtomicU64>);

impl Counting {
    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Kernel for Counting {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(CountingWorker(Portable.worker(), self.0.clone()))
    }

    fn memory_kib(&self, recipe: &Recipe) -> u64 {
        recipe.memory_kib()
    }
}

struct CountingWorker(Box<dyn Worker>, std::sync::Arc<AtomicU64>);

impl Worker for CountingWorker {
    fn lanes(&self, _: &Recipe) -> usize {
        3
    }

    fn compute(&mut self, jobs: &[Job<'_>], results: &mut Vec<Vec<u8>>) -> Result<()> {
        assert!(jobs.len() <= 3);
        self.1.fetch_add(jobs.len() as u64, Ordering::Relaxed);
        self.0.compute(jobs, results)
    }
}

/// What two guesses, of three lanes each, cost before a run with one scheme.
const MEASURE: u64 = 6;

fn budget(most_guesses: Option<usize>) -> Budget {
    Budget { most_guesses, threads: 2, ..Budget::unlimited() }
}

fn run(targets: &[Target], tried: &mut Tried, budget: Budget, kernel: &dyn Kernel) -> Report {
    let sequence = Sequence::new(YEAR, &[]);
    let plan = Plan::new(targets, &sequence, tried, budget, kernel).unwrap();
    plan.run(tried, &mut Silence, &|| false, &mut |_| ()).unwrap()
}

fn fresh() -> Tried {
    Tried::new([9; 32])
}

fn families(report: &Report) -> Vec<(&str, Family)> {
    report.hits.iter().map(|hit| (hit.account.as_str(), hit.family)).collect()
}

#[test]
fn every_family_is_found_and_no_strong_password_is() {
    let targets = [
        salted("a", ""),
        salted("b", "doudou"),
        salted("c", "c.durand2026"),
        salted("d", "Melanie123"),
        salted("e", "Printemps2026!"),
        salted("f", "qsdfghjklm"),
        salted("g", "Tx7-marmotte-bleue"),
        bare("h", "Bienvenue1"),
    ];
    let report = run(&targets, &mut fresh(), budget(None), &Portable);
    let expected = [
        ("a", Family::Handed),
        ("b", Family::Common),
        ("c", Family::Login),
        ("d", Family::Name),
        ("e", Family::Season),
        ("f", Family::Keyboard),
        ("h", Family::Handed),
    ];
    assert_eq!(families(&report), expected);
    assert_eq!((report.tried, report.left, report.ended), (1, 0, Ended::Done));
}

#[test]
fn slow_schemes_are_guessed_in_memory_that_is_used_again() {
    let stored = [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ];
    let targets = stored.map(|stored| target("x", stored));
    let report = run(&targets, &mut fresh(), budget(Some(20)), &Portable);
    assert_eq!(report.hits.len(), 1, "the first is `password`, the second nobody's");
    assert_eq!(report.tried, 1);
}

#[test]
fn without_salts_one_hash_serves_everybody() {
    let alone = Counting::default();
    run(&[bare("a", "Tx7-marmotte-1")], &mut fresh(), budget(Some(40)), &alone);
    let many: Vec<Target> = (0..50).map(|place| bare("a", &format!("Tx7-marmotte-{place}"))).collect();
    let together = Counting::default();
    run(&many, &mut fresh(), budget(Some(40)), &together);
    assert_eq!(alone.count(), 40 + MEASURE);
    assert_eq!(together.count(), 40 + MEASURE);
    let own_salts: Vec<Target> = (0..5).map(|place| salted(&format!("s{place}"), "Tx7-marmotte")).collect();
    let each = Counting::default();
    run(&own_salts, &mut fresh(), budget(Some(40)), &each);
    assert_eq!(each.count(), 5 * 40 + MEASURE);
}

#[test]
fn a_guess_from_one_account_finds_the_same_password_of_another() {
    let targets = [bare("a", "b.durand2026"), bare("b", "Tx7-marmotte")];
    let report = run(&targets, &mut fresh(), budget(None), &Portable);
    assert_eq!(families(&report), [("a", Family::Login)]);
    let same = [bare("a", "doudou"), bare("b", "doudou")];
    assert_eq!(run(&same, &mut fresh(), budget(None), &Portable).hits.len(), 2);
}

#[test]
fn an_account_is_left_alone_after_its_first_hit() {
    let kernel = Counting::default();
    // A second thread might guess on for as long as the first one is not let to say what it has found.
    let alone = Budget { threads: 1, ..budget(None) };
    let report = run(&[salted("a", "123456")], &mut fresh(), alone, &kernel);
    assert_eq!(report.hits.len(), 1);
    // Pieces of a fast scheme are large, but the accounts are looked at between guesses.
    assert!(kernel.count() < 100, "{}", kernel.count());
    assert!(report.spared > 1_000);
}

#[test]
fn the_budget_of_guesses_counts_for_each_account() {
    let targets: Vec<Target> = (0..4).map(|place| salted(&format!("s{place}"), "Tx7-marmotte")).collect();
    for most in [1, 47, 60, 100, 400] {
        let sequence = Sequence::new(YEAR, &[]);
        let plan = Plan::new(&targets, &sequence, &fresh(), budget(Some(most)), &Portable).unwrap();
        assert_eq!(plan.estimate().guesses, 4 * most as u64);
        let report = plan.run(&mut fresh(), &mut Silence, &|| false, &mut |_| ()).unwrap();
        assert_eq!((report.guesses, report.tried, report.ended), (4 * most as u64, 4, Ended::Done));
    }
}

#[test]
fn time_and_a_signal_stop_it_and_it_says_how_far_it_got() {
    let slow: Vec<Target> = (0..4).map(|place| target("x", &argon2(place))).collect();
    let sequence = Sequence::new(YEAR, &[]);
    let hurry = Budget { most_time: Some(Duration::from_millis(100)), ..budget(None) };
    for (budget, stop, expected) in
        [(hurry, false, Ended::OutOfTime), (budget(None), true, Ended::Interrupted)]
    {
        let mut tried = fresh();
        let plan = Plan::new(&slow, &sequence, &tried, budget, &Portable).unwrap();
        let planned = plan.estimate().guesses;
        let report = plan.run(&mut tried, &mut Silence, &|| stop, &mut |_| ()).unwrap();
        assert_eq!(report.ended, expected);
        assert_eq!(report.left, 4);
        assert!(report.guesses < planned && report.spared == planned - report.guesses);
        // The next plan is shorter by exactly what was computed: nothing is paid twice, nothing is skipped.
        let rest = Plan::new(&slow, &sequence, &tried, Budget::unlimited(), &Portable).unwrap();
        assert_eq!(rest.estimate().guesses, planned - report.guesses);
    }
}

fn argon2(place: u8) -> String {
    let salt = [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "BAAAAAAAAAAAAAAAAAAAAA",
        "CAAAAAAAAAAAAAAAAAAAAA",
        "DAAAAAAAAAAAAAAAAAAAAA",
    ];
    let sum = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    format!("$argon2id$v=19$m=2048,t=1,p=1${}${sum}", salt[usize::from(place)])
}

#[test]
fn the_next_run_pays_only_for_what_changed() {
    let mut targets: Vec<Target> = (0..6).map(|place| salted(&format!("s{place}"), "Tx7-marmotte")).collect();
    targets.push(salted("weak", "doudou"));
    let mut tried = fresh();
    let first = run(&targets, &mut tried, budget(Some(100)), &Portable);
    assert_eq!((first.hits.len(), first.tried), (1, 6));

    let mut tried = Tried::from_bytes([9; 32], &tried.to_bytes()).unwrap();
    let kernel = Counting::default();
    let again = run(&targets, &mut tried, budget(Some(100)), &kernel);
    assert_eq!((again.guesses, kernel.count()), (0, 0));
    assert_eq!((again.hits, again.tried), (first.hits, 6), "what was found stays found");

    targets[2] = salted("s2", "another");
    targets[3].about.names.push("Martin".into());
    assert_eq!(run(&targets, &mut tried, budget(Some(100)), &Portable).guesses, 200);
    assert_eq!(run(&targets, &mut tried, budget(Some(130)), &Portable).guesses, 6 * 30);
    let other_key = Tried::new([1; 32]);
    let plan_of = |tried: &Tried| {
        let sequence = Sequence::new(YEAR, &[]);
        Plan::new(&targets, &sequence, tried, budget(Some(130)), &Portable).unwrap().estimate().accounts
    };
    assert_eq!((plan_of(&tried), plan_of(&other_key)), (0, 7));
    tried.keep_only([&targets[0].hash, &targets[1].hash]);
    assert_eq!((tried.len(), plan_of(&tried)), (2, 5));
}

#[test]
fn likely_guesses_of_all_accounts_come_before_unlikely_ones_of_any() {
    // The last of many slow accounts is guessed within the first few guesses of each.
    let mut targets: Vec<Target> = (0..3).map(|place| target("x", &argon2(place))).collect();
    targets.push(target(
        "weak",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ));
    let sequence = Sequence::new(YEAR, &[]);
    let seen = AtomicU64::new(0);
    struct Watch<'a>(&'a AtomicU64);
    impl Progress for Watch<'_> {
        fn stage(&mut self, _: &str, total: Option<u64>) {
            assert!(total.unwrap() > 4_000);
        }
        fn advance(&mut self, by: u64) {
            self.0.fetch_add(by, Ordering::Relaxed);
        }
        fn finish(&mut self) {}
    }
    let mut tried = fresh();
    let plan = Plan::new(&targets, &sequence, &tried, budget(None), &Portable).unwrap();
    let stop = || seen.load(Ordering::Relaxed) > 150;
    let report = plan.run(&mut tried, &mut Watch(&seen), &stop, &mut |_| ()).unwrap();
    assert_eq!((families(&report), report.ended), (vec![("weak", Family::Common)], Ended::Interrupted));
    assert_eq!(seen.load(Ordering::Relaxed), report.guesses, "progress tells every guess");
}

#[test]
fn fewer_threads_work_where_memory_is_short() {
    let targets = [target("x", &argon2(0))];
    let sequence = Sequence::new(YEAR, &[]);
    let poor = Budget { threads: 8, most_memory_kib: 5 * 1024, ..budget(None) };
    let plan = Plan::new(&targets, &sequence, &fresh(), poor, &Portable).unwrap();
    assert_eq!((plan.estimate().threads, plan.estimate().memory_kib), (2, 4 * 1024));
    assert_eq!(plan.estimate().rates[0].0, "argon2id (m=2048,t=1,p=1)");
    assert!(plan.estimate().time > Duration::ZERO);
}

/// A kernel that calls everything a hit.
struct Liar;

impl Kernel for Liar {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(LiarWorker)
    }

    fn memory_kib(&self, _: &Recipe) -> u64 {
        0
    }
}

struct LiarWorker;

impl Worker for LiarWorker {
    fn lanes(&self, _: &Recipe) -> usize {
        1
    }

    fn compute(&mut self, jobs: &[Job<'_>], results: &mut Vec<Vec<u8>>) -> Result<()> {
        results.extend(jobs.iter().map(|_| hash(&hex("Tx7-marmotte")).sum().to_vec()));
        Ok(())
    }
}

#[test]
fn a_hit_counts_only_when_the_plain_verifier_finds_it_too() {
    let report = run(&[bare("a", "Tx7-marmotte")], &mut fresh(), budget(Some(50)), &Liar);
    assert_eq!((report.hits.len(), report.tried), (0, 1));
}

#[test]
fn reports_and_records_hold_no_word() {
    let mut tried = fresh();
    let report = run(&[salted("a", "doudou")], &mut tried, budget(None), &Portable);
    let shown = format!("{report:?}");
    assert!(shown.contains("Common") && !shown.contains("doudou"), "{shown}");
    let bytes = tried.to_bytes();
    assert!(!bytes.windows(6).any(|window| window == b"doudou"));
    assert!(!bytes.windows(16).any(|window| window == hash(&hex("adoudou")).sum()));
}
