//! Names and values that try to steer the terminal they are shown on: none of them gets there.

use crate::tools;
use crate::world::{Told, World, number};
use crm_admin::archive::{Column, FRAME, Manifest, MapStamp, Options, Table, Writer};
use std::fs;
use std::process::{Command, Stdio};

/// Sets the clipboard, hides text, goes back to the line's beginning, starts a sequence in one byte, rubs out, turns
/// the line round, isolates, joins nothing visibly, and tags.
const HOSTILE: &str = "a\u{1b}]52;c;ZXZpbA==\u{7}b\u{1b}]8;;mailto:x\u{1b}\\c\u{1b}[8md\re\u{9b}31mf\u{7f}g\u{202e}h\u{2066}i\u{200f}j\u{200b}k\u{8}l\tm\nn";

/// A text as TOML or JSON write it between double quotes.
fn escaped(text: &str) -> String {
    serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007f")
}

/// The same characters in a text that is no person's.
fn kept() -> String {
    format!("\0{HOSTILE}").chars().rev().collect()
}

/// A CRM in which the names of the table, a column, a view, a trigger and an index are hostile, and every value is.
fn hostile() -> World {
    let name = |kind: &str| format!("\"{kind}{}\"", HOSTILE);
    let (table, column) = (name("table"), name("column"));
    let (view, trigger, index) = (name("view"), name("trigger"), name("index"));
    let script = format!(
        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, {column} TEXT, kept TEXT, mail TEXT, bytes BLOB);
         CREATE INDEX {index} ON {table} (lower({column}));
         CREATE VIEW {view} AS SELECT {column} FROM {table};
         CREATE TRIGGER {trigger} AFTER DELETE ON {table} BEGIN SELECT 1; END;"
    );
    let key = |kind: &str| escaped(&format!("{kind}{HOSTILE}"));
    let map = format!(
        "name = \"hostile\"\nformat = 1\nfor = \"names that steer\"\n[views]\n{} = \"keep\"\n[triggers]\n{} = \"keep\"\n\
         [indexes]\n{} = \"keep\"\n[table.{}]\nid = \"keep\"\n{} = \"full-name\"\nkept = \"keep\"\nmail = \"email\"\n\
         bytes = \"free-text\"\n",
        key("view"),
        key("trigger"),
        key("index"),
        key("table"),
        key("column"),
    );
    let world = World::with(&script, &map);
    let insert = format!("INSERT INTO {table} ({column}, kept, mail, bytes) VALUES (?1, ?2, ?1, ?3)");
    let database = world.database("crm.db");
    for bytes in [HOSTILE.as_bytes(), b"\x9b31m\0\xff", b""] {
        database.execute(&insert, rusqlite::params![format!("{HOSTILE}\0"), kept(), bytes]).unwrap();
    }
    drop(database);
    world
}

/// Runs the program under a pseudo-terminal; the status and everything that reached the terminal.
fn on_terminal(world: &World, look: &[&str], arguments: &[&str]) -> Option<(i32, Vec<u8>)> {
    let script = tools::find("script")?;
    let quoted = |word: &&str| format!("'{}'", word.replace('\'', "'\\''"));
    let words: Vec<String> =
        [env!("CARGO_BIN_EXE_crm-admin")].iter().chain(look).chain(arguments).map(quoted).collect();
    let mut command = Command::new(script);
    command
        .args(["-q", "-e", "-c", &words.join(" "), "/dev/null"])
        .current_dir(world.folder())
        .env_clear()
        .env("NO_COLOR", "1")
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::null());
    let told = Told::of(&mut command);
    Some((told.status().expect("a status"), told.bytes().to_vec()))
}

/// Whether a terminal would obey a character, or show what follows in another order.
fn steers(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

#[track_caller]
fn assert_harmless(bytes: &[u8], what: &str) {
    // Fields of plain lines are separated by tabs, which steer nothing.
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what}: not UTF-8: {bytes:?}"));
    // The terminal itself adds the return to each line end.
    let text = text.replace("\r\n", "\n");
    assert!(!text.trim().is_empty(), "{what}: something was shown");
    assert!(!text.contains(steers), "{what}: {text:?}");
}

/// Every command on the hostile CRM, in an order in which each finds what it needs, with its status.
fn commands() -> Vec<(Vec<String>, i32)> {
    let table = format!("table{HOSTILE}");
    let column = format!("{table}.column{HOSTILE}");
    let crm = ["--db", "crm.db", "--map", "map.toml"];
    let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let on_crm = |words: &[&str]| strings(&[&crm[..], words].concat());
    let with = |map: &str| strings(&["--db", "crm.db", "--map", map, "map", "check"]);
    vec![
        (on_crm(&["map", "check"]), 0),
        (on_crm(&["map", "show"]), 0),
        (on_crm(&["map", "show", "--table", &table]), 0),
        (on_crm(&["map", "explain", &column]), 0),
        (on_crm(&["--dry-run", "backup", "-o", "no.zst"]), 0),
        (on_crm(&["backup", "-o", "out.zst"]), 0),
        (strings(&["archive", "inspect", "--columns", "out.zst"]), 0),
        (strings(&["archive", "verify", "out.zst"]), 0),
        (strings(&["restore", "out.zst", "--to", "new.db"]), 0),
        (strings(&["restore", "out.zst", "--to", HOSTILE]), 0),
        (strings(&["restore", "out.zst", "--to", HOSTILE]), 4),
        (strings(&["archive", "verify", HOSTILE]), 7),
        (strings(&["--db", HOSTILE, "--map", "map.toml", "map", "check"]), 0),
        (strings(&["--db", &table, "--map", "map.toml", "map", "check"]), 5),
        (on_crm(&["map", "show", "--table", HOSTILE]), 5),
        (on_crm(&["map", "explain", HOSTILE]), 2),
        (on_crm(&["map", "explain", &format!("{table}.{HOSTILE}")]), 5),
        (with("bare.toml"), 3),
        (on_crm(&["backup", "-o", &format!("none{HOSTILE}/out.zst")]), 1),
        (strings(&["--db", "crm.db", "--map", "bare.toml", "backup", "-o", "no.zst"]), 4),
        (with("stale.toml"), 3),
        (with("broken.toml"), 2),
        (with("wrong.toml"), 2),
        (with(HOSTILE), 2),
        (strings(&["init", "out.zst", "--admin", HOSTILE, "--deliver", "print"]), 4),
        (strings(&["init", "x.db", "--admin", HOSTILE, "--deliver", "print"]), 2),
        (strings(&["init", "x.db", "--deliver", HOSTILE]), 2),
        (strings(&[HOSTILE]), 2),
        (strings(&["map", HOSTILE]), 2),
        (strings(&[&format!("--{HOSTILE}")]), 2),
        (strings(&["--config", HOSTILE, "map", "list"]), 2),
    ]
}

/// Maps that do not fit the hostile CRM, each in another way.
fn misfits(world: &World) {
    let head = "name = \"hostile\"\nformat = 1\nfor = \"x\"\n";
    let name = escaped(&format!("none{HOSTILE}"));
    fs::write(world.path("bare.toml"), head).unwrap();
    let good = fs::read_to_string(world.path("map.toml")).unwrap();
    fs::write(
        world.path("stale.toml"),
        format!("{good}{name} = \"keep\"\n[table.{name}]\n{name} = \"keep\"\n"),
    )
    .unwrap();
    fs::write(world.path("broken.toml"), format!("{head}x = {HOSTILE}\n")).unwrap();
    fs::write(world.path("wrong.toml"), format!("{head}[table.x]\n{name} = {name}\n[{name}]\n")).unwrap();
}

#[test]
fn nothing_hostile_reaches_a_terminal() {
    let world = hostile();
    misfits(&world);
    for format in ["table", "plain", "json"] {
        for (arguments, status) in commands() {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let look = ["--format", format, "--progress", "none"];
            let Some((told, shown)) = on_terminal(&world, &look, &arguments) else { return };
            let what = format!("{format}: {arguments:?}");
            assert_eq!(told, status, "{what}: {}", String::from_utf8_lossy(&shown));
            assert_harmless(&shown, &what);
        }
        for made in ["out.zst", "new.db", HOSTILE] {
            fs::remove_file(world.path(made)).unwrap();
        }
    }
}

#[test]
fn colours_and_bars_are_the_only_sequences_on_a_terminal() {
    let world = hostile();
    misfits(&world);
    let look = ["--color", "always", "--progress", "bar"];
    let Some((status, shown)) =
        on_terminal(&world, &look, &["--db", "crm.db", "--map", "bare.toml", "backup", "-o", "x"])
    else {
        return;
    };
    assert_eq!(status, 4);
    let mut text = String::from_utf8(shown).unwrap();
    assert!(text.contains("\u{1b}[1;31merror:\u{1b}[0m"), "{text:?}");
    for ours in ["\u{1b}[1;31m", "\u{1b}[1;36m", "\u{1b}[0m"] {
        text = text.replace(ours, "");
    }
    assert_harmless(text.as_bytes(), "in colours");
}

#[test]
fn every_row_comes_across_whatever_is_in_it() {
    let world = hostile();
    let told = world.on_crm(["--json", "backup", "-o", "out.zst"]).exits(0).json();
    assert_eq!(told["rows_copied"], 3);
    let copy = world.unpacked("out.zst");
    let table = format!("\"table{HOSTILE}\"");
    let kept = copy
        .query_row(&format!("SELECT count(*) FROM {table} WHERE kept = ?1"), [kept()], |row| row.get(0))
        .unwrap_or(0_i64);
    assert_eq!(kept, 3, "what is kept is kept to the byte");
    assert_eq!(number(&copy, &format!("SELECT count(*) FROM {table}")), 3);
}

#[test]
fn json_gives_hostile_names_back_as_they_are() {
    let world = hostile();
    let shown = world.on_crm(["--json", "map", "show"]).exits(0);
    assert!(!shown.stdout().contains(steers));
    let wanted = format!("table{HOSTILE}.column{HOSTILE}");
    let shown = shown.json();
    assert!(shown["rows"].as_array().unwrap().iter().any(|row| row["id"] == wanted.as_str()), "{shown}");
}

#[test]
fn an_archive_that_lies_about_itself_shows_nothing_hostile() {
    let world = World::empty();
    let mut database = vec![0; FRAME / 8];
    database[..16].copy_from_slice(b"SQLite format 3\0");
    database[16..18].copy_from_slice(&1_u16.to_be_bytes());
    database[28..32].copy_from_slice(&(FRAME as u32 / 8 / 65536).to_be_bytes());
    let evil = || HOSTILE.to_owned();
    let manifest = Manifest {
        made_by: evil(),
        engine: evil(),
        created: evil(),
        map: MapStamp { name: evil(), digest: evil() },
        database: crm_admin::archive::Database {
            encoding: evil(),
            tables: vec![Table { name: evil(), rows: 3, disposition: evil() }],
            ..Manifest::default().database
        },
        columns: vec![Column { table: evil(), column: evil(), done: evil(), masked: 1, kept: 2, blank: 3 }],
        ..Manifest::default()
    };
    let mut writer = Writer::new(Vec::new(), Options::default()).unwrap();
    writer.push(&database).unwrap();
    fs::write(world.path("liar.zst"), writer.finish(&manifest).unwrap().0).unwrap();
    for format in ["table", "plain", "json"] {
        for arguments in
            [&["archive", "inspect", "--columns", "liar.zst"][..], &["restore", "liar.zst", "--to", format]]
        {
            let Some((status, shown)) = on_terminal(&world, &["--format", format], arguments) else { return };
            assert_eq!(status, 0, "{}", String::from_utf8_lossy(&shown));
            assert_harmless(&shown, &format!("{format}: {arguments:?}"));
        }
    }
}
