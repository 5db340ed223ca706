//! A folder with databases in it, and the program run there with an empty environment.

use rusqlite::Connection;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder of one test's own.
pub struct World {
    folder: TempDir,
}

impl World {
    /// An empty folder.
    pub fn empty() -> Self {
        World { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with `crm.db`, a demo database of so many contacts.
    pub fn demo(contacts: u64) -> Self {
        let world = Self::empty();
        let contacts = contacts.to_string();
        world
            .run([
                "init",
                "crm.db",
                "--admin",
                "admin",
                "--demo",
                &contacts,
                "--seed",
                "7",
                "--deliver",
                "print",
            ])
            .exits(0);
        world
    }

    /// A folder with `crm.db`, made by a script, and `map.toml`, a map for it.
    pub fn with(script: &str, map: &str) -> Self {
        let world = Self::empty();
        world.database("crm.db").execute_batch(script).expect("the test's own schema");
        fs::write(world.path("map.toml"), map).unwrap();
        world
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A database in the folder, opened by the test itself.
    pub fn database(&self, name: &str) -> Connection {
        Connection::open(self.path(name)).expect("the test's own database")
    }

    /// The program, ready to be run in the folder: no environment, nothing on standard input, no terminal.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crm-admin"));
        command.current_dir(self.folder()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Told {
        Told::of(self.program().args(arguments))
    }

    /// Runs the program on `crm.db`; with `map.toml` where there is one.
    pub fn on_crm<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Told {
        let mut command = self.program();
        command.args(["--db", "crm.db"]);
        if self.path("map.toml").exists() {
            command.args(["--map", "map.toml"]);
        }
        Told::of(command.args(arguments))
    }

    /// Every file of the folder and below it, and what is in it.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let about = fs::symlink_metadata(&path).unwrap();
                if about.is_dir() {
                    walk(&path, files);
                } else {
                    let content = if about.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
                    files.insert(path, content);
                }
            }
        }
        let mut files = BTreeMap::new();
        walk(self.folder(), &mut files);
        files
    }

    /// The names of all files, for a short comparison.
    pub fn names(&self) -> Vec<PathBuf> {
        self.files().into_keys().collect()
    }

    /// The database that an archive decodes to, opened by the test itself.
    pub fn unpacked(&self, archive: &str) -> Connection {
        let target = format!("{archive}.unpacked.db");
        self.run(["restore", archive, "--to", &target]).exits(0);
        self.database(&target)
    }
}

/// What the program said, and how it ended.
pub struct Told {
    line: String,
    output: Output,
}

impl Told {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let line = format!("{command:?}");
        Told { output: command.output().expect("the program starts"), line }
    }

    /// The exit status must be this one; it is none after a signal.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.output.status.code(),
            Some(status),
            "{}\n{}{}",
            self.line,
            self.stdout(),
            self.stderr()
        );
        self
    }

    /// The status that the program ended with.
    pub fn status(&self) -> Option<i32> {
        self.output.status.code()
    }

    /// Standard output.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Standard output, as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.output.stdout
    }

    /// Standard error.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// Standard error must contain the text.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr().contains(text), "{}\nis missing `{text}` in: {}", self.line, self.stderr());
        self
    }

    /// Standard output must contain the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout().contains(text), "{}\nis missing `{text}` in: {}", self.line, self.stdout());
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout())
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.line, self.stdout()))
    }
}

/// One number out of a database.
pub fn number(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// One text out of a database.
pub fn text(database: &Connection, sql: &str) -> String {
    database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// One column of rows out of a database, as texts; NULL is left out.
pub fn texts(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    rows.filter_map(Result::unwrap).collect()
}
