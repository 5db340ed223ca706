//! The passwords of accounts that are there: delivered, and nowhere else.

use super::desktop::{Desktop, soon};
use super::terminals::{copied, on_a_far_terminal};
use super::{base64, contains, processes, seconds};
use crate::world::{Told, World, text};
use crm_admin::password;
use crm_admin::secret::Secret;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

fn hash_of(world: &World, login: &str) -> String {
    text(
        &world.database("crm.db"),
        &format!("SELECT coalesce(password_hash, '') FROM user WHERE login = '{login}'"),
    )
}

fn is_the_password(world: &World, login: &str, candidate: &str) -> bool {
    password::verify(&hash_of(world, login), &Secret::new(candidate.to_owned())).unwrap()
}

fn login(world: &World, id: u32) -> String {
    text(&world.database("crm.db"), &format!("SELECT login FROM user WHERE id = {id}"))
}

/// Runs a command to its end, and looks at every process meanwhile.
fn watched(command: &mut Command) -> (Told, BTreeSet<Vec<u8>>) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                seen.extend(processes());
                sleep(Duration::from_millis(1));
            }
            seen
        });
        let told = Told::of(command);
        sleep(Duration::from_millis(200));
        done.store(true, Ordering::Relaxed);
        (told.exits(0), sampler.join().unwrap())
    })
}

/// The password is in no process, in nothing that was said, and in no file but those of the person who typed it.
#[track_caller]
fn assert_nowhere(world: &World, secret: &str, told: &Told, seen: BTreeSet<Vec<u8>>, theirs: &[&str]) {
    assert!(seen.iter().any(|line| contains(line, b"--lock-wait\x0077s")), "the command was seen");
    let mut places: Vec<Vec<u8>> = seen.into_iter().collect();
    places.extend([told.bytes().to_vec(), told.stderr().into_bytes()]);
    let theirs: Vec<_> = theirs.iter().map(|name| world.path(name)).collect();
    places
        .extend(world.files().into_iter().filter(|(path, _)| !theirs.contains(path)).map(|(_, bytes)| bytes));
    for needle in [secret.to_owned(), base64(secret)] {
        assert!(needle.len() >= 15);
        assert!(!places.iter().any(|place| contains(place, needle.as_bytes())), "it is somewhere");
    }
}

/// What marks the command among the processes.
const MARK: [&str; 4] = ["--db", "crm.db", "--lock-wait", "77s"];

#[test]
fn no_process_output_or_file_shows_a_password_that_is_handed_out() {
    let world = World::demo(20);
    world.database("crm.db").execute_batch("PRAGMA journal_mode = WAL").unwrap();
    // Somebody keeps the log from being emptied, so that it is looked at too.
    let reader = world.database("crm.db");
    reader.execute_batch("BEGIN; SELECT count(*) FROM user").unwrap();
    let marie = login(&world, 3);
    for (at, desktop) in Desktop::all(&world).iter().enumerate() {
        let (how, new) = (format!("clipboard:{}", seconds(0)), format!("zoe{at}"));
        for (whose, words) in [(&marie, vec!["temp-password", &marie]), (&new, vec!["user", "add", &new])] {
            let mut command = desktop.program(&world);
            command.args(MARK).args(words).args(["--deliver", &how]);
            let (told, seen) = watched(&mut command);
            let secret = desktop.pasted();
            assert!(is_the_password(&world, whose, &secret));
            assert!(desktop.formats().contains("x-kde-passwordManagerHint"), "clipboard managers are told");
            assert_nowhere(&world, &secret, &told, seen, &[]);
        }
        assert!(desktop.copies("something else"), "so that the holders end");
    }
}

#[test]
fn no_process_output_or_file_shows_the_passwords_of_a_person_s_own_change() {
    let world = World::demo(20);
    let marie = login(&world, 3);
    world.on_crm(["temp-password", &marie, "--deliver", "file:old"]).exits(0);
    let line = fs::read_to_string(world.path("old")).unwrap();
    let old = line.trim_end().split_once('\t').unwrap().1.to_owned();
    for (name, content) in [("old", old.as_str()), ("new", "Mesange-bleue-1789")] {
        fs::write(world.path(name), content).unwrap();
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mut command = world.program();
    let passwd = ["user", "passwd", &marie, "--password-file", "old", "--new-password-file", "new"];
    let (told, seen) = watched(command.args(MARK).args(passwd));
    assert!(is_the_password(&world, &marie, "Mesange-bleue-1789"));
    for secret in [&old, "Mesange-bleue-1789"] {
        assert_nowhere(&world, secret, &told, seen.clone(), &["old", "new"]);
    }
}

#[test]
fn a_temporary_password_is_there_after_the_command_and_gone_after_its_time() {
    let world = World::demo(20);
    let marie = login(&world, 3);
    for desktop in Desktop::all(&world) {
        let line = ["--db", "crm.db", "temp-password", &marie, "--words", "--deliver", "clipboard:2"];
        Told::of(desktop.program(&world).args(line)).exits(0).complains("for 2 seconds");
        let secret = desktop.pasted();
        assert!(is_the_password(&world, &marie, &secret));
        assert_eq!(secret.split('-').count(), 8, "seven words and two digits");
        soon("the clipboard is empty", || desktop.pasted().is_empty());
    }
}

#[test]
fn several_passwords_go_to_the_clipboard_one_after_the_other() {
    let world = World::demo(20);
    let (one, two) = (login(&world, 3), login(&world, 4));
    let (first, second) = (hash_of(&world, &one), hash_of(&world, &two));
    let line = format!("--db crm.db temp-password {one} {two}");
    let ask = |place: u32| format!("({place} of 2)");
    let paste = "Did it paste?";
    let Some((status, got)) =
        on_a_far_terminal(&world, &line, &[(&ask(1), "\r"), (paste, "y\r"), (&ask(2), "\r"), (paste, "n\r")])
    else {
        return;
    };
    assert_eq!(status, 8, "{got}");
    assert!(got.contains("1 were done before; 1 are as they were"), "{got}");
    assert_ne!(hash_of(&world, &one), first, "the first holds");
    assert_eq!(hash_of(&world, &two), second, "the second is as it was");
    let _ = copied(&got);
    let answers = [(&*ask(1), "\r"), (paste, "n\r")];
    let before = hash_of(&world, &one);
    let (status, _) = on_a_far_terminal(&world, &line, &answers).unwrap();
    assert_eq!(status, 9);
    assert_eq!(hash_of(&world, &one), before, "nothing was changed");
}

#[test]
fn without_a_clipboard_or_a_person_nothing_is_changed() {
    let world = World::demo(20);
    let (one, two) = (login(&world, 3), login(&world, 4));
    let before = fs::read(world.path("crm.db")).unwrap();
    let cases: [&[&str]; 4] = [
        &["temp-password", &one],
        &["temp-password", &one, &two],
        &["user", "add", "zoe"],
        &["user", "add", "zoe", "--words"],
    ];
    for line in cases {
        world.on_crm(line).exits(9).complains("--deliver file:PATH");
    }
    for desktop in Desktop::all(&world).iter().take(1) {
        let line = ["--db", "crm.db", "temp-password", &one, &two];
        Told::of(desktop.program(&world).args(line)).exits(9).complains("nobody is there to take them");
    }
    assert!(fs::read(world.path("crm.db")).unwrap() == before);
}
