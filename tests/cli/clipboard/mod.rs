//! Temporary passwords on a clipboard: there when the command has ended, gone after their time, and nowhere else.

mod accounts;
mod desktop;
mod terminals;

use crate::tools;
use crate::world::{Told, World, text};
use crm_admin::password;
use crm_admin::secret::Secret;
use desktop::{Desktop, soon};
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Whether a text is the temporary password of the administrator in a database that `init` made.
fn is_the_password(world: &World, database: &str, candidate: &str) -> bool {
    let hash = text(&world.database(database), "SELECT password_hash FROM user WHERE login = 'admin'");
    password::verify(&hash, &Secret::new(candidate.to_owned())).unwrap()
}

fn init(command: &mut Command, database: &str, how: &str) -> Told {
    Told::of(command.args(["init", database, "--admin", "admin", "--deliver", how]))
}

#[test]
fn a_password_is_on_the_clipboard_after_the_command_and_gone_after_its_time() {
    let world = World::empty();
    for (at, desktop) in Desktop::all(&world).iter().enumerate() {
        let name = format!("{at}.db");
        let told = init(&mut desktop.program(&world), &name, "clipboard:2").exits(0);
        let delivered = Instant::now();
        let pasted = desktop.pasted();
        assert!(is_the_password(&world, &name, &pasted));
        assert_eq!(desktop.pasted(), pasted, "it can be pasted twice");
        assert!(desktop.formats().contains("x-kde-passwordManagerHint"), "clipboard managers are told");
        assert!(!told.stdout().contains(&pasted) && !told.stderr().contains(&pasted));
        soon("the clipboard is empty", || desktop.pasted().is_empty());
        assert!(delivered.elapsed() > Duration::from_secs(1), "it was there for its time");
    }
}

#[test]
fn what_is_copied_meanwhile_stays_and_ends_the_holding() {
    let world = World::empty();
    for (at, desktop) in Desktop::all(&world).iter().enumerate() {
        let (name, next) = (format!("{at}.db"), format!("{at}-next.db"));
        let how = format!("clipboard:{}", seconds(0));
        init(&mut desktop.program(&world), &name, &how).exits(0);
        assert!(processes().iter().any(|line| is_holder(line, 0)), "the holder is there");
        init(&mut desktop.program(&world), &next, "clipboard:2").exits(0);
        assert!(is_the_password(&world, &next, &desktop.pasted()), "the next password takes its place");
        assert!(desktop.copies("something else"));
        sleep(Duration::from_millis(2500));
        assert_eq!(desktop.pasted(), "something else");
        soon("the first holder has ended", || !processes().iter().any(|line| is_holder(line, 0)));
    }
}

#[test]
fn a_holder_ends_with_its_desktop() {
    let world = World::empty();
    for (at, desktop) in Desktop::all(&world).into_iter().enumerate() {
        let how = format!("clipboard:{}", seconds(2));
        init(&mut desktop.program(&world), &format!("{at}.db"), &how).exits(0);
        assert!(processes().iter().any(|line| is_holder(line, 2)), "the holder is there");
        drop(desktop);
        soon("the holder has ended", || !processes().iter().any(|line| is_holder(line, 2)));
    }
}

#[test]
fn a_command_that_dies_before_the_password_is_in_force_takes_it_along() {
    let world = World::empty();
    for desktop in Desktop::all(&world) {
        let mut holder = desktop
            .program(&world)
            .args(["__hold-clipboard", "300"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut command = holder.stdin.take().unwrap();
        command.write_all(b"Canari-bleu-77\n").unwrap();
        let mut answer = [0];
        holder.stdout.take().unwrap().read_exact(&mut answer).unwrap();
        assert_eq!(desktop.pasted(), "Canari-bleu-77");
        drop(command);
        holder.wait().unwrap();
        assert_eq!(desktop.pasted(), "");
    }
}

#[test]
fn the_holder_keeps_no_lock_and_no_pipe_of_the_command() {
    let Some(flock) = tools::find("flock") else { return };
    let world = World::empty();
    for (at, desktop) in Desktop::all(&world).iter().enumerate() {
        let script = format!(
            "(\"$1\" -n 9 && \"$2\" init {at}.db --admin admin --deliver clipboard:30) 9>lock && \"$1\" -n lock true"
        );
        let start = Instant::now();
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]).arg(&flock).arg(env!("CARGO_BIN_EXE_crm-admin"));
        Told::of(command.current_dir(world.folder()).env_clear().envs(desktop.variables())).exits(0);
        assert!(start.elapsed() < Duration::from_secs(20), "nobody waited for the holder");
        assert!(is_the_password(&world, &format!("{at}.db"), &desktop.pasted()));
    }
}

#[test]
fn without_a_clipboard_nothing_is_made() {
    let world = World::empty();
    let lone =
        |name: &str, value: &str| init(world.program().env(name, value), "crm.db", "clipboard").exits(9);
    init(&mut world.program(), "crm.db", "clipboard").exits(9).complains("hint: say --deliver file:PATH");
    lone("DISPLAY", ":4077").complains("was not delivered").complains("--deliver file:PATH");
    lone("WAYLAND_DISPLAY", "wayland-77").complains("nothing was changed");
    lone("TMUX", "/nowhere,1,0").complains("tmux did not take it");
    assert!(world.names().is_empty(), "{:?}", world.names());
    world.run(["--dry-run", "init", "crm.db", "--deliver", "clipboard"]).exits(9);
    world.run(["init", "crm.db", "--deliver", "clipboard:1d"]).exits(2);
}

#[test]
fn a_password_in_a_file_is_taken_back_when_there_is_no_database_after_all() {
    let world = World::empty();
    // The file takes the database's name, so the database cannot have it.
    world.run(["init", "crm.db", "--admin", "admin", "--deliver", "file:crm.db"]).exits(4);
    assert!(world.names().is_empty(), "{:?}", world.names());
}

#[test]
fn no_process_output_or_file_shows_the_password_while_it_is_delivered() {
    let world = World::empty();
    for (at, desktop) in Desktop::all(&world).iter().enumerate() {
        let name = format!("{at}.db");
        let done = AtomicBool::new(false);
        let (told, seen) = std::thread::scope(|scope| {
            let sampler = scope.spawn(|| {
                let mut seen = BTreeSet::new();
                while !done.load(Ordering::Relaxed) {
                    seen.extend(processes());
                    sleep(Duration::from_millis(1));
                }
                seen
            });
            let mut command = desktop.program(&world);
            let how = format!("clipboard:{}", seconds(1));
            let line = ["init", &name, "--admin", "admin", "--demo", "200", "--deliver", &how];
            let told = Told::of(command.env("TMPDIR", world.folder()).args(line));
            sleep(Duration::from_millis(200));
            done.store(true, Ordering::Relaxed);
            (told.exits(0), sampler.join().unwrap())
        });
        let secret = desktop.pasted();
        assert!(is_the_password(&world, &name, &secret));
        assert!(seen.iter().any(|line| contains(line, b"--demo")), "the command was seen");
        assert!(seen.iter().any(|line| is_holder(line, 1)), "the holder was seen");

        let mut places: Vec<Vec<u8>> = seen.into_iter().collect();
        places.extend([told.bytes().to_vec(), told.stderr().into_bytes()]);
        places.extend(world.files().into_values());
        for needle in [secret.clone(), base64(&secret)] {
            assert!(needle.len() >= 16);
            assert!(!places.iter().any(|place| contains(place, needle.as_bytes())), "it is somewhere");
        }
    }
}

/// The arguments and the environment of every process, as far as they can be read, each with its name before it.
fn processes() -> BTreeSet<Vec<u8>> {
    let folders = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    folders
        .filter_map(|folder| {
            let arguments = fs::read(folder.join("cmdline")).ok()?;
            Some([arguments, fs::read(folder.join("environ")).unwrap_or_default()].concat())
        })
        .collect()
}

/// A time that no other test and no other run uses, so that its holder is known by it.
fn seconds(test: u32) -> u32 {
    100 + std::process::id() % 150 * 3 + test
}

/// Whether this is the process that holds a clipboard for that time.
fn is_holder(process: &[u8], test: u32) -> bool {
    contains(process, format!("__hold-clipboard\0{}\0", seconds(test)).as_bytes())
}

fn contains(place: &[u8], needle: &[u8]) -> bool {
    place.windows(needle.len()).any(|window| window == needle)
}

/// Base64 without its padding, by a tool that is not ours.
fn base64(text: &str) -> String {
    let mut child = Command::new("base64").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim_end().trim_end_matches('=').to_owned()
}
