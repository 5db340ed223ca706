//! Where there is no desktop: tmux, and a terminal at the far end of SSH.

use super::desktop::soon;
use super::{base64, init, is_the_password};
use crate::tools;
use crate::world::{Told, World};
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A tmux server with its default options.
struct Tmux {
    tool: PathBuf,
    socket: PathBuf,
}

impl Tmux {
    fn start(world: &World) -> Option<Tmux> {
        let tmux = Tmux { tool: tools::find("tmux")?, socket: world.path("socket") };
        tmux.told(&["-f", "/dev/null", "new-session", "-d", "sleep 100"]).exits(0);
        Some(tmux)
    }

    fn told(&self, arguments: &[&str]) -> Told {
        let mut command = Command::new(&self.tool);
        command.arg("-S").arg(&self.socket).args(arguments).env_clear();
        Told::of(command.env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm"))
    }

    /// The program, as if a window of tmux ran it; with a `PATH` of this folder and what the test has.
    fn program(&self, world: &World) -> Command {
        let mut command = world.program();
        let mut path = OsString::from(world.path("bin"));
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        command.env("PATH", path).env("TMUX", format!("{},1,0", self.socket.display()));
        command
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.told(&["kill-server"]);
    }
}

#[test]
fn tmux_has_the_password_for_its_time_and_keeps_what_it_had() {
    let world = World::empty();
    let Some(tmux) = Tmux::start(&world) else { return };
    tmux.told(&["set-buffer", "older"]).exits(0);
    init(&mut tmux.program(&world), "crm.db", "clipboard:2").exits(0).complains("tmux's newest buffer");
    assert!(is_the_password(&world, "crm.db", &tmux.told(&["show-buffer"]).exits(0).stdout()));
    soon("the buffer has gone", || tmux.told(&["show-buffer"]).stdout() == "older");
}

#[test]
fn tmux_forgets_a_password_that_did_not_come_into_force() {
    let world = World::empty();
    let Some(tmux) = Tmux::start(&world) else { return };
    // As if somebody else had made the database between the delivery and the end.
    let script = format!("#!/bin/sh\n: >crm.db\nexec '{}' \"$@\"\n", tmux.tool.display());
    fs::create_dir(world.path("bin")).unwrap();
    world.executable("bin/tmux", script.as_bytes());
    init(&mut tmux.program(&world), "crm.db", "clipboard").exits(4);
    assert_eq!(fs::read(world.path("crm.db")).unwrap(), b"");
    assert_eq!(tmux.told(&["list-buffers"]).exits(0).stdout(), "");
}

/// Runs `init` over SSH, as it were, and answers the question; the status and what the terminal got.
fn over_ssh(world: &World, database: &str, answer: &str) -> Option<(i32, String)> {
    on_a_far_terminal(world, &format!("init {database} --admin admin"), &[("Did it paste?", answer)])
}

/// Runs the program over SSH, as it were, and answers each question when it comes; the status and what the terminal got.
pub fn on_a_far_terminal(world: &World, line: &str, answers: &[(&str, &str)]) -> Option<(i32, String)> {
    let script = tools::find("script")?;
    let line = format!("'{}' {line}", env!("CARGO_BIN_EXE_crm-admin"));
    let mut child = Command::new(script)
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .current_dir(world.folder())
        .env_clear()
        .envs([
            ("TERM", "xterm"),
            ("NO_COLOR", "1"),
            ("SHELL", "/bin/sh"),
            ("SSH_CONNECTION", "::1 1 ::1 22"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut to, mut from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut got = String::new();
    let mut some = [0; 1024];
    for (question, answer) in answers {
        let seen = got.len();
        while !got[seen..].contains(question) {
            let count = from.read(&mut some).unwrap();
            assert!(count > 0, "no question was asked: {got}");
            got.push_str(&String::from_utf8_lossy(&some[..count]));
        }
        to.write_all(answer.as_bytes()).unwrap();
    }
    from.read_to_string(&mut got).unwrap();
    Some((child.wait().unwrap().code().unwrap(), got))
}

/// What an escape sequence asks the terminal to copy, in base64.
pub fn copied(got: &str) -> &str {
    let (_, rest) = got.split_once("\u{1b}]52;c;").expect("the terminal was asked");
    rest.split_once('\u{7}').expect("the sequence ends").0.trim_end_matches('=')
}

#[test]
fn over_ssh_the_terminal_is_asked_and_then_the_person() {
    let world = World::empty();
    let Some((status, got)) = over_ssh(&world, "crm.db", "y\r") else { return };
    assert_eq!(status, 0, "{got}");
    assert!(world.path("crm.db").exists());
    assert_eq!(copied(&got).len(), base64("sixteen letters!").len(), "a password of 16 characters");

    let (status, got) = over_ssh(&world, "no.db", "n\r").unwrap();
    assert_eq!(status, 9, "{got}");
    assert!(got.contains("nothing was changed") && !world.path("no.db").exists());
}

#[test]
fn over_ssh_without_a_terminal_or_without_questions_nothing_is_made() {
    let world = World::empty();
    init(world.program().env("SSH_CONNECTION", "::1 1 ::1 22"), "crm.db", "clipboard").exits(9);
    let mut silent = world.program();
    init(silent.env("SSH_CONNECTION", "::1 1 ::1 22").arg("--no-input"), "crm.db", "clipboard").exits(9);
    assert!(world.names().is_empty());
}
