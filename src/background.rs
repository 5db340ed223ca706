//! Threads that others do not wait for.

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
