//! Threads that others do not wait for.

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
