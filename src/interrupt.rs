//! Ctrl-C, a hang-up or a polite kill: noticed here, obeyed wherever work comes in pieces. The one home of signal-hook.

use crate::fault::{Fault, Kind, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Default::default);

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

/// Returns an error as soon as a signal has come: call it in every long loop.
///
/// # Errors
/// [`Kind::Stopped`] with the number of the signal.
pub fn check() -> Result<()> {
    match signal() {
        None => Ok(()),
        Some(signal) => Err(stopped(signal).into()),
    }
}

fn stopped(signal: i32) -> Fault {
    let what = match signal {
        SIGHUP => "hung up",
        SIGTERM => "terminated",
        _ => "interrupted",
    };
    Fault::new(Kind::Stopped(signal), format!("{what}; nothing was left half-done"))
}
