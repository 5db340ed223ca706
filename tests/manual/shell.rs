//! Command lines, run by a shell as a reader would.

use crate::world::{Told, World};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A `PATH` with the program, stand-ins for what would leave the machine, and the tools of the system.
pub fn path_of(world: &World) -> String {
    let bin = world.path("bin");
    fs::create_dir(&bin).unwrap();
    // ssh HOST COMMAND runs the command in a folder beside, named after the host.
    world.executable("bin/ssh", b"#!/bin/sh\ncd \"$HOME/$1\"\nshift\nexec sh -c \"$*\"\n");
    fs::create_dir(world.path("desk")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_crm-admin")).parent().unwrap();
    let system = std::env::var("PATH").unwrap();
    format!("{}:{}:{system}", bin.display(), program.display())
}

/// Runs a script in the world's folder; the first line that fails ends it.
pub fn shell(world: &World, path: &str, script: &str) -> Told {
    let mut command = Command::new("sh");
    command.args(["-euc", script]).current_dir(world.folder()).env_clear().env("PATH", path);
    Told::of(command.env("HOME", world.folder()).stdin(Stdio::null()))
}
