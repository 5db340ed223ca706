//! Desktops without a screen: an X server and a Wayland compositor, each for one test.

use crate::tools;
use crate::world::World;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a tool may take to tell what is on a clipboard.
const PATIENCE: Duration = Duration::from_secs(5);

/// A desktop, and how other programs copy and paste there.
pub struct Desktop {
    server: Child,
    variables: Vec<(&'static str, OsString)>,
    copy: Vec<OsString>,
    paste: Vec<OsString>,
    formats: Vec<OsString>,
}

impl Desktop {
    /// Both kinds, as far as their tools are there.
    pub fn all(world: &World) -> Vec<Desktop> {
        [Self::x11(), Self::wayland(world)].into_iter().flatten().collect()
    }

    fn x11() -> Option<Desktop> {
        let (xvfb, xclip) = (tools::find("Xvfb")?, tools::find("xclip")?);
        let mut server = Command::new(xvfb)
            .args(["-displayfd", "1", "-screen", "0", "64x64x8", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let call = |more: &[&str]| call(&xclip, &[&["-selection", "clipboard"], more].concat());
        Some(Desktop {
            server,
            variables: vec![("DISPLAY", format!(":{}", number.trim()).into())],
            copy: call(&["-in"]),
            paste: call(&["-out"]),
            formats: call(&["-out", "-target", "TARGETS"]),
        })
    }

    /// sway does not run as root, so root runs it as nobody.
    fn wayland(world: &World) -> Option<Desktop> {
        let (sway, paste, copy) = (tools::find("sway")?, tools::find("wl-paste")?, tools::find("wl-copy")?);
        let folder = world.path("wayland");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let mut command = Command::new(&sway);
        if rustix::process::geteuid().is_root() {
            command = Command::new(tools::find("setpriv")?);
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&sway);
            fs::set_permissions(world.folder(), fs::Permissions::from_mode(0o755)).unwrap();
            chown(&folder, Some(65534), Some(65534)).unwrap();
        }
        let server = command
            .args(["-c", "/dev/null"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("XDG_RUNTIME_DIR", &folder)
            .envs([
                ("WLR_BACKENDS", "headless"),
                ("WLR_LIBINPUT_NO_DEVICES", "1"),
                ("WLR_RENDERER", "pixman"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let desktop = Desktop {
            server,
            variables: vec![("WAYLAND_DISPLAY", "wayland-1".into()), ("XDG_RUNTIME_DIR", folder.into())],
            copy: call(&copy, &[]),
            paste: call(&paste, &["--no-newline"]),
            formats: call(&paste, &["--list-types"]),
        };
        soon("sway gives out a clipboard", || desktop.copies("ready") && desktop.pasted() == "ready");
        Some(desktop)
    }

    /// The variables with which a program finds it.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &OsString)> {
        self.variables.iter().map(|(name, value)| (*name, value))
    }

    /// The program, ready to be run on this desktop.
    pub fn program(&self, world: &World) -> Command {
        let mut command = world.program();
        command.envs(self.variables());
        command
    }

    /// What another program gets when it pastes; nothing when there is nothing.
    pub fn pasted(&self) -> String {
        self.told(&self.paste)
    }

    /// The formats in which other programs may ask for it.
    pub fn formats(&self) -> String {
        self.told(&self.formats)
    }

    /// Copies something else.
    pub fn copies(&self, text: &str) -> bool {
        // Nobody waits for its output: it stays in the background.
        let mut child = self.tool(&self.copy).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        // A tool that finds no desktop does not read it, and says so by its status.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        child.wait().unwrap().success()
    }

    fn told(&self, call: &[OsString]) -> String {
        let mut tool = self.tool(call).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let since = Instant::now();
        while tool.try_wait().unwrap().is_none() {
            // One that asked somebody who ended just then waits for an answer for ever.
            if since.elapsed() > PATIENCE {
                tool.kill().unwrap();
            }
            sleep(Duration::from_millis(10));
        }
        let output = tool.wait_with_output().unwrap();
        if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { String::new() }
    }

    fn tool(&self, call: &[OsString]) -> Command {
        let mut command = Command::new(&call[0]);
        command.args(&call[1..]).env_clear().envs(self.variables()).stderr(Stdio::null());
        command
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

fn call(tool: &Path, arguments: &[&str]) -> Vec<OsString> {
    std::iter::once(PathBuf::from(tool).into()).chain(arguments.iter().map(OsString::from)).collect()
}

/// Waits until something is so; ten seconds are too long.
#[track_caller]
pub fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(10), "still not so: {what}");
        sleep(Duration::from_millis(50));
    }
}
