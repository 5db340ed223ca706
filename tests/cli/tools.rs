//! Tools that are not ours and need not be there.

use std::path::PathBuf;

/// Where a tool is. Where it is not there, the test says so by name and is over; `.ci/run` has them all and fails on
/// such a line.
pub fn find(tool: &str) -> Option<PathBuf> {
    let found = std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .map(|folder| folder.join(tool))
        .find(|path| path.is_file());
    if found.is_none() {
        skip(tool);
    }
    found
}

/// Says that a test is over before it began, and for want of what.
pub fn skip(tool: &str) {
    use std::io::Write;
    // Past the test harness, which would swallow it.
    let _ = writeln!(std::io::stderr(), "skipped: {tool}");
}
