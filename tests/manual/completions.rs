//! Completion scripts: each shell understands its own, and finds every command in it.

use crate::tools;
use crate::world::World;
use std::fs;
use std::process::Command;

fn a_shell_understands_its_script(shell: &str, check: &str) {
    let world = World::empty();
    let script = world.run(["generate", "completions", shell]).exits(0).stdout();
    for word in ["backup", "restore", "inspect", "explain", "--lock-wait", "--dry-run"] {
        let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
        assert!(script.contains(word), "{word} is not in the script for {shell}");
    }
    let Some(program) = tools::find(shell) else { return };
    let path = world.path("completions");
    fs::write(&path, script).unwrap();
    let mut command = Command::new(program);
    command.arg(check).arg(&path).current_dir(world.folder()).env_clear().env("HOME", world.folder());
    let said = command.output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn bash_understands_its_script() {
    a_shell_understands_its_script("bash", "-n");
}

#[test]
fn zsh_understands_its_script() {
    a_shell_understands_its_script("zsh", "-n");
}

#[test]
fn fish_understands_its_script() {
    a_shell_understands_its_script("fish", "--no-execute");
}

#[test]
fn bash_completes_a_command() {
    let Some(bash) = tools::find("bash") else { return };
    let world = World::empty();
    let script = world.run(["generate", "completions", "bash"]).exits(0).stdout();
    fs::write(world.path("completions"), script).unwrap();
    let asked = "source ./completions; COMP_WORDS=(crm-admin map ex); COMP_CWORD=2; \
                 [[ $(complete -p crm-admin) =~ -F\\ ([^ ]+) ]] && ${BASH_REMATCH[1]} crm-admin ex map; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let said =
        Command::new(bash).args(["-c", asked]).current_dir(world.folder()).env_clear().output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&said.stdout),
        "explain\n",
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}
