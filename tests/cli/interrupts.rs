//! Commands that are stopped or killed at any moment: what they made is complete, or nothing of it is there.

use crate::counts::count;
use crate::world::{CANARY, World};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The signals that ask to stop, and the status that each ends with.
const SIGNALS: [(Signal, i32); 3] = [(Signal::HUP, 129), (Signal::INT, 130), (Signal::TERM, 143)];

/// Those of them that this test itself does not ignore: what it starts inherits that, as from `nohup` or a shell's `&`.
fn signals() -> impl Iterator<Item = (Signal, i32)> {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mask =
        status.lines().find_map(|line| line.strip_prefix("SigIgn:")).expect("a mask of ignored signals");
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
    SIGNALS.into_iter().filter(move |(signal, _)| mask >> (signal.as_raw() - 1) & 1 == 0)
}

/// What a command makes, and how to see that it is complete.
struct Work {
    world: World,
    arguments: Vec<&'static str>,
    /// The file that is there afterwards, where one is.
    makes: Option<&'static str>,
}

impl Work {
    fn backup() -> Work {
        Work {
            world: World::people(4000),
            arguments: vec!["backup", "-o", "out.zst"],
            makes: Some("out.zst"),
        }
    }

    fn backup_into_a_pipe() -> Work {
        Work { world: World::people(4000), arguments: vec!["backup", "-o", "-"], makes: None }
    }

    fn restore() -> Work {
        let world = World::small();
        let filler = "CREATE TABLE filler (data BLOB);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 32)
            INSERT INTO filler SELECT zeroblob(2000000) FROM n;";
        world.database("crm.db").execute_batch(filler).unwrap();
        let map = fs::read_to_string(world.path("map.toml")).unwrap();
        fs::write(world.path("map.toml"), format!("{map}\n[tables]\nfiller = \"keep\"\n")).unwrap();
        world.on_crm(["backup", "-o", "good.zst"]).exits(0);
        fs::remove_file(world.path("crm.db")).unwrap();
        Work { world, arguments: vec!["restore", "good.zst", "--to", "new.db"], makes: Some("new.db") }
    }

    fn init() -> Work {
        let arguments = vec!["init", "new.db", "--admin", "marie", "--demo", "150", "--deliver", "print"];
        Work { world: World::small(), arguments, makes: Some("new.db") }
    }

    fn command(&self) -> Command {
        let mut command = self.world.on("crm.db");
        command.args(&self.arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// How long it takes when nobody disturbs it: the shortest of three, since somebody may.
    fn duration(&self) -> Duration {
        let once = |_| {
            let since = Instant::now();
            assert!(self.command().status().unwrap().success());
            let duration = since.elapsed();
            self.take_result();
            duration
        };
        (0..3).map(once).min().unwrap()
    }

    /// Makes sure that the result is complete and takes it away.
    #[track_caller]
    fn take_result(&self) {
        let Some(made) = self.makes else { return };
        let path = self.world.path(made);
        if made.ends_with(".zst") {
            self.world.run(["archive", "verify", made]).exits(0);
        } else {
            let database = self.world.database(made);
            let verdict: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(verdict, "ok");
        }
        fs::remove_file(path).unwrap();
    }

    /// Starts it, and ends it with a signal after a while; its status, none where the signal killed it.
    fn ended_by(&self, signal: Signal, after: Duration) -> Option<i32> {
        let mut child = self.command().spawn().unwrap();
        std::thread::sleep(after);
        // Nobody has waited for it, so its number is still its own.
        kill_process(Pid::from_child(&child), signal).unwrap();
        child.wait().unwrap().code()
    }
}

/// Moments spread over the time that a command takes, the first and the last included.
fn moments(duration: Duration, count: u32) -> impl Iterator<Item = Duration> {
    (0..count).map(move |moment| duration * moment / (count - 1))
}

#[track_caller]
fn assert_same(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before == after, "a file was changed");
}

#[track_caller]
fn assert_stops_cleanly(work: &Work) {
    let before = work.world.files();
    let mut stopped = 0;
    // On a busy machine a run may take much less time than the one that was measured, and be over before the signal.
    for _ in 0..8 {
        stopped += stopped_cleanly(work, &before, work.duration());
        if stopped >= 3 {
            return;
        }
    }
    panic!("some runs were stopped halfway: {stopped}");
}

/// How many runs were stopped halfway by signals that came within this time; the others had ended or not begun.
fn stopped_cleanly(work: &Work, before: &BTreeMap<PathBuf, Vec<u8>>, duration: Duration) -> u32 {
    let mut stopped = 0;
    for (signal, status) in signals() {
        for after in moments(duration, 6) {
            match work.ended_by(signal, after) {
                Some(0) => work.take_result(),
                // It came before the program was ready to notice.
                None => {}
                told => {
                    assert_eq!(told, Some(status), "{signal:?} after {after:?} of {duration:?}");
                    stopped += 1;
                }
            }
            assert_same(before, &work.world.files());
        }
    }
    stopped
}

#[test]
fn a_backup_that_is_stopped_leaves_nothing() {
    assert_stops_cleanly(&Work::backup());
}

#[test]
fn a_restore_that_is_stopped_leaves_nothing() {
    assert_stops_cleanly(&Work::restore());
}

#[test]
fn an_init_that_is_stopped_leaves_nothing() {
    assert_stops_cleanly(&Work::init());
}

#[test]
fn a_tour_that_is_stopped_takes_its_folder_away() {
    let world = World::small();
    let before = world.names();
    for (signal, status) in signals() {
        let mut command = world.on("crm.db");
        let mut child = command.arg("tour").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // The first stop has been announced, so the tour is under way.
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 10]).unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(status));
        assert_eq!(world.names(), before);
    }
}

#[test]
fn a_stopped_command_says_so() {
    let work = Work::backup();
    let duration = work.duration();
    for attempt in 1..20 {
        let mut command = work.command();
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(duration * attempt / 20);
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.code() == Some(143) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("terminated; nothing was left half-done"), "{said}");
            return;
        }
        let _ = fs::remove_file(work.world.path("out.zst"));
    }
    panic!("no run was stopped halfway");
}

#[test]
fn a_hang_up_that_somebody_chose_to_ignore_is_ignored() {
    let work = Work::backup();
    let duration = work.duration();
    for moment in 1..5 {
        let command = work.command();
        let mut deaf = Command::new("/bin/sh");
        deaf.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(work.world.folder())
            .stdout(Stdio::null());
        let mut child = deaf.spawn().unwrap();
        std::thread::sleep(duration * moment / 5);
        kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        work.take_result();
    }
}

/// After kills that nobody can notice: the result is absent or complete, and all that may be left is an empty file of
/// our own.
#[track_caller]
fn assert_killed_cleanly(work: &Work) {
    let duration = work.duration();
    let before = work.world.files();
    let mut killed = 0;
    for _ in 0..count(20, 300) {
        let after = duration.mul_f64(rand::random());
        if work.ended_by(Signal::KILL, after).is_none() {
            killed += 1;
        }
        if work.makes.is_some_and(|made| work.world.path(made).exists()) {
            work.take_result();
        }
        let mut left = work.world.files();
        left.retain(|path, content| {
            let ours = path.file_name().unwrap().to_string_lossy().starts_with(".crm-admin-");
            assert!(!ours || content.is_empty(), "{} was left: {}", path.display(), told(content));
            if ours {
                fs::remove_file(path).unwrap();
            }
            !ours
        });
        assert_same(&before, &left);
    }
    assert!(killed >= count(5, 100), "{killed} runs were killed");
}

/// What is in a file that should not be there, without the values.
fn told(content: &[u8]) -> String {
    let clear = String::from_utf8_lossy(content).to_lowercase().matches(CANARY).count();
    format!("{} bytes, {clear} clear values", content.len())
}

#[test]
fn a_backup_that_is_killed_leaves_no_clear_value_and_no_half_archive() {
    assert_killed_cleanly(&Work::backup());
}

#[test]
fn a_backup_into_a_pipe_that_is_killed_leaves_nothing_in_the_temporary_folder() {
    assert_killed_cleanly(&Work::backup_into_a_pipe());
}

#[test]
fn a_restore_that_is_killed_leaves_no_half_database() {
    assert_killed_cleanly(&Work::restore());
}
