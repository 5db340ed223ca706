//! Threads beside the one that works: for what can be done meanwhile, or what nobody waits for.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How far back they stand: others have about nine times as much of a processor.
const NICE: i32 = 10;

/// Has this thread, and those that it starts, stand back where there are fewer processors than threads. It stays so.
///
/// Elsewhere than on Linux, where all threads of a program would stand back, nothing happens.
pub fn stand_back() {
    // Where it may not, it stands in nobody's way.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

/// Lets go of something whose end takes a while, and does not wait for it.
pub fn let_go(of: impl Send + 'static) {
    // Where no thread can be had, it ends here.
    let _ = thread::Builder::new().spawn(move || drop(of));
}

/// Does the two side by side, where a thread can be had, and returns what came of both: nothing else can be done before.
///
/// # Panics
/// Where one of them does.
pub fn beside<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    let waiting = Mutex::new(Some(one));
    let do_one = || {
        let one = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        one.map(|one| one())
    };
    thread::scope(|scope| {
        let helping = thread::Builder::new().spawn_scoped(scope, do_one);
        let other = other();
        // Whoever comes first does it.
        let here = do_one();
        let there =
            helping.ok().and_then(|helping| helping.join().unwrap_or_else(|panic| resume_unwind(panic)));
        (here.or(there).expect("who has taken it has done it"), other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn what_is_done_side_by_side_is_done_once_each() {
        let (mut ones, mut others) = (0, 0);
        for number in 0..100 {
            let one = || {
                ones += 1;
                number
            };
            let other = || {
                others += 1;
                number + 1
            };
            assert_eq!(beside(one, other), (number, number + 1));
        }
        assert_eq!((ones, others), (100, 100));
    }

    #[test]
    fn a_panic_of_either_comes_out() {
        let panics = |one: fn(), other: fn()| catch_unwind(AssertUnwindSafe(|| beside(one, other))).is_err();
        assert!(panics(|| panic!("on purpose"), || ()) && panics(|| (), || panic!("on purpose")));
        assert!(!panics(|| (), || ()));
    }
}
