//! One run of a shell line: how long it took, and how much anonymous memory all its processes had together at most.

use super::settings::shell;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at the memory.
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// What one run cost.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// From its start to its end.
    pub time: Duration,
    /// The most that `RssAnon` of all its processes added up to, in bytes. Pages of files that happen to be in memory
    /// are not counted: they are nobody's.
    pub memory: u64,
    /// The size of what it made.
    pub bytes: u64,
}

/// Runs a line in `folder`.
pub fn of(line: &str, folder: &Path) -> Result<Measure, String> {
    let start = Instant::now();
    let mut child = shell(line, folder)
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("sh: {error}"))?;
    let mut memory = 0;
    loop {
        let ended = child.try_wait().map_err(|error| error.to_string())?;
        if let Some(status) = ended {
            let measure = Measure { time: start.elapsed(), memory, bytes: 0 };
            return if status.success() { Ok(measure) } else { Err(format!("`{line}` failed: {status}")) };
        }
        memory = memory.max(anonymous_memory(child.id()));
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// What the processes of a group have of their own, in bytes.
fn anonymous_memory(group: u32) -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|process| group_of(*process) == Some(group)).filter_map(anonymous).sum()
}

fn group_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may hold blanks and brackets; what follows its last bracket is state, parent, group.
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

fn anonymous(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
