//! Ctrl-C, a hang-up or a polite kill: noticed here, obeyed wherever work comes in pieces. The one home of signal-hook.

use crate::fault::{Fault, Kind, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Default::default);

/// Catches SIGINT, SIGTERM and SIGHUP from now on. The first one asks the work to stop and roll back; a second one
/// ends the process at once, as it would have without us.
///
/// # Errors
/// When the operating system refuses the handlers.
pub fn listen() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let armed = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register_conditional_default(signal, Arc::clone(&armed))?;
        signal_hook::flag::register(signal, armed)?;
        signal_hook::flag::register_usize(signal, Arc::clone(&SIGNAL), signal as usize)?;
    }
    Ok(())
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
