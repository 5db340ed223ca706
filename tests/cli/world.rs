//! A folder with databases in it, and the program run there with an empty environment.

use rusqlite::Connection;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A CRM of one table and three people.
const SMALL: &str = "
    CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, note TEXT);
    CREATE INDEX person_name ON person (name);
    INSERT INTO person VALUES
        (1, 'Canari Durand', 'canari.durand@canari-conseil.fr', 'Canari Durand souhaite une visite'),
        (2, 'Canari Lefèvre', 'canari.lefevre@canari-conseil.fr', NULL),
        (3, 'Canari N''Guyen', NULL, 'Canari est absente en août');";

/// A complete map for it.
const SMALL_MAP: &str = r#"
name = "small"
format = 1
for = "a CRM of one table"
[table.person]
id = "keep"
name = "full-name"
email = "email"
note = "free-text"
"#;

/// What every personal value of [`World::small`] contains, and nothing else does.
pub const CANARY: &str = "canari";

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

    /// A folder with `crm.db`, a CRM of one table and three people, and `map.toml`, a map for it.
    pub fn small() -> Self {
        Self::with(SMALL, SMALL_MAP)
    }

    /// The same with so many people, whose names and notes differ.
    pub fn people(count: u32) -> Self {
        let world = Self::small();
        let more = format!(
            "WITH RECURSIVE n (i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO person SELECT i, 'Canari Durand' || i, 'canari' || i || '@canari-conseil.fr',
                 'Canari ' || hex(i * i) || ' appelle le ' || (i * 7919 % 100003) FROM n;"
        );
        world.database("crm.db").execute_batch(&more).unwrap();
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

    /// A copy of the program where everybody may run it: the place where it was built may be closed to others.
    pub fn program_for_all(&self) -> PathBuf {
        let program = self.path("program");
        if !program.exists() {
            self.executable("program", &fs::read(env!("CARGO_BIN_EXE_crm-admin")).unwrap());
        }
        program
    }

    /// Writes a file that everybody may run. A child writes it: while this process has it open, any test that starts a
    /// program hands that descriptor on, and a file which somebody may still write cannot be run.
    pub fn executable(&self, name: &str, content: &[u8]) {
        let mut writer = Command::new("sh");
        writer
            .args(["-euc", "cat > \"$1\"; chmod 755 \"$1\"", "sh"])
            .arg(self.path(name))
            .stdin(Stdio::piped());
        let mut writer = writer.spawn().unwrap();
        writer.stdin.take().unwrap().write_all(content).unwrap();
        assert!(writer.wait().unwrap().success());
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

    /// The program, ready to be run on a database with `map.toml`. Its temporary files go below the folder too, so that
    /// [`World::files`] sees those that are left.
    pub fn on(&self, database: &str) -> Command {
        let temporary = self.path("tmp");
        fs::create_dir_all(&temporary).unwrap();
        let mut command = self.program();
        command.env("TMPDIR", temporary).args(["--map", "map.toml", "--db", database]);
        command
    }

    /// Does something that must leave every file as it was, and add none.
    #[track_caller]
    pub fn unchanged<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = self.files();
        let result = act();
        let after = self.files();
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "files came or went");
        // What the engine keeps in memory that programs share is no data.
        let is_shared = |path: &Path| path.to_string_lossy().ends_with("-shm");
        for (path, content) in before.into_iter().filter(|(path, _)| !is_shared(path)) {
            assert!(after[&path] == content, "{} was changed", path.display());
        }
        result
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

    /// Runs a command that must end in time.
    #[track_caller]
    pub fn within(limit: Duration, command: &mut Command) -> Self {
        let line = format!("{command:?}");
        let since = Instant::now();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        while child.try_wait().unwrap().is_none() {
            if since.elapsed() > limit {
                child.kill().unwrap();
                panic!("{line}\nhas not ended after {limit:?}");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Told { output: child.wait_with_output().unwrap(), line }
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
