//! Ctrl-C, a hang-up, a polite kill or a deadline: noticed here, obeyed wherever work comes in pieces. The one home of
//! signal-hook.

use crate::fault::{Fault, Kind, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Default::default);
/// When the work has to be over, and how long it was given.
static DEADLINE: Mutex<Option<(Instant, Duration)>> = Mutex::new(None);

/// Catches SIGINT, SIGTERM and SIGHUP from now on. The first one asks the work to stop and roll back; a second one
/// ends the process at once, as it would have without us. One that the caller has chosen to ignore (`nohup`) stays
/// ignored. Also, a file that becomes larger than files may be is an error of the one who writes it, not the end.
///
/// # Errors
/// When the operating system refuses the handlers.
pub fn listen() -> Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal)) {
        let armed = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register_conditional_default(signal, Arc::clone(&armed))?;
        signal_hook::flag::register(signal, armed)?;
        signal_hook::flag::register_usize(signal, Arc::clone(&SIGNAL), signal as usize)?;
    }
    Ok(())
}

/// Whether the process was started with a signal ignored. Where nobody can tell, it was not.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

/// The signal that came, if one did.
pub fn signal() -> Option<i32> {
    match SIGNAL.load(Ordering::Relaxed) {
        0 => None,
        signal => Some(signal as i32),
    }
}

/// Returns an error as soon as a signal has come or the time of a [`Deadline`] is up: call it in every long loop.
///
/// # Errors
/// [`Kind::Stopped`] with the number of the signal; busy when the time is up.
pub fn check() -> Result<()> {
    match (signal(), overdue()) {
        (Some(signal), _) => Err(stopped(signal).into()),
        (None, Some(given)) => Err(late(given).into()),
        (None, None) => Ok(()),
    }
}

/// Limits how long a lock is held; the limit goes when this is dropped, as the lock has to.
#[derive(Debug)]
pub struct Deadline(());

impl Deadline {
    /// Gives the work so much time from now on.
    pub fn after(time: Duration) -> Self {
        *deadline() = Instant::now().checked_add(time).map(|end| (end, time));
        Deadline(())
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        *deadline() = None;
    }
}

fn deadline() -> std::sync::MutexGuard<'static, Option<(Instant, Duration)>> {
    // Two numbers are never half-written.
    DEADLINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time that was given, where it is up.
fn overdue() -> Option<Duration> {
    let (end, given) = (*deadline())?;
    (Instant::now() >= end).then_some(given)
}

fn late(given: Duration) -> Fault {
    Fault::busy(format!(
        "other programs would have had to wait longer than {given:?}; nothing was left half-done"
    ))
    .hint("try again when fewer people work, or allow more with --max-lock")
}

fn stopped(signal: i32) -> Fault {
    let what = match signal {
        SIGHUP => "hung up",
        SIGTERM => "terminated",
        _ => "interrupted",
    };
    Fault::new(Kind::Stopped(signal), format!("{what}; nothing was left half-done"))
}
