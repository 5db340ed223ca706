//! Who is measured against whom. The first of each group is what the others are compared with.

use super::settings::{Settings, shell};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const CRM_ADMIN: &str = env!("CARGO_BIN_EXE_crm-admin");
const AGAINST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/against");
/// What the slower anonymisers are measured on.
const SMALL: u64 = 10_000;

/// Lines that do the same work.
pub struct Group {
    /// What the work is.
    pub title: String,
    /// Who does it.
    pub contenders: Vec<Contender>,
}

/// One way of doing it.
pub struct Contender {
    /// How it is called in the table.
    pub name: String,
    /// What it is, for the shell; `make` of another group may have to come first.
    pub line: String,
    /// The files that it makes, its result last; they are removed before each run.
    pub makes: Vec<&'static str>,
    tools: Vec<&'static str>,
}

impl Contender {
    pub fn new(name: &str, line: String, makes: &[&'static str], tools: &[&'static str]) -> Self {
        Contender { name: name.to_owned(), line, makes: makes.to_vec(), tools: tools.to_vec() }
    }

    /// The first tool that is not there.
    pub fn missing(&self, folder: &Path) -> Option<&'static str> {
        self.tools.iter().copied().find(|tool| !is_there(tool, folder))
    }
}

fn is_there(tool: &str, folder: &Path) -> bool {
    let test = match tool {
        "Faker" => "python3 -c 'import faker'".to_owned(),
        tool => format!("command -v {tool}"),
    };
    shell(&test, folder).output().is_ok_and(|output| output.status.success())
}

/// Makes the databases that are not there yet, and says what is measured.
pub fn groups(folder: &Path, settings: &Settings) -> Result<Vec<Group>, String> {
    let large = database(folder, settings.contacts)?;
    let small = database(folder, SMALL)?;
    let groups = [
        backup(&large, settings.contacts),
        restore(&large, settings.contacts),
        anonymisers(&small),
        super::lists::group(CRM_ADMIN, AGAINST, folder, &small)?,
        super::lists::search(CRM_ADMIN, &large, settings.contacts),
    ];
    // Restoring needs something to restore.
    for contender in groups[0].contenders.iter().filter(|contender| contender.missing(folder).is_none()) {
        contender.makes.iter().for_each(|file| drop(fs::remove_file(folder.join(file))));
        super::measure::of(&contender.line, folder)?;
    }
    if is_there("sqlite3", folder) {
        statements(folder, &small)?;
    }
    Ok(groups.into())
}

/// The reference database with so many contacts, made once.
fn database(folder: &Path, contacts: u64) -> Result<String, String> {
    let name = format!("{contacts}.db");
    if !folder.join(&name).exists() {
        eprintln!("making a database of {contacts} contacts, once");
        let _ = fs::remove_file(folder.join("password"));
        let line = format!(
            "'{CRM_ADMIN}' init {name}.part --admin bench --deliver file:password --demo {contacts} && mv {name}.part {name}"
        );
        super::measure::of(&line, folder)?;
    }
    Ok(name)
}

fn backup(database: &str, contacts: u64) -> Group {
    let ours = |more: &str, to: &str| format!("'{CRM_ADMIN}' --db {database} backup {more} -o {to}");
    let sqlite = ["sqlite3", "zstd"];
    Group {
        title: format!("backup, {contacts} contacts"),
        contenders: vec![
            Contender::new(
                "`.dump \\| zstd -3 -T2`",
                format!("sqlite3 {database} .dump | zstd -q -3 -T2 -o dump.zst"),
                &["dump.zst"],
                &sqlite,
            ),
            Contender::new(
                "`VACUUM INTO`, `zstd -3 -T2`",
                format!(
                    "sqlite3 {database} \"VACUUM INTO 'vacuum.db'\" && zstd -q -3 -T2 vacuum.db -o vacuum.zst"
                ),
                &["vacuum.db", "vacuum.zst"],
                &sqlite,
            ),
            Contender::new(
                "crm-admin backup --no-proof",
                ours("--no-proof", "plain.zst"),
                &["plain.zst"],
                &[],
            ),
            Contender::new("crm-admin backup", ours("", "proven.zst"), &["proven.zst"], &[]),
        ],
    }
}

fn restore(database: &str, contacts: u64) -> Group {
    Group {
        title: format!("restore of {database}, {contacts} contacts"),
        contenders: vec![
            Contender::new(
                "`zstd -dc \\| sqlite3`",
                "zstd -q -dc dump.zst | sqlite3 from-dump.db".to_owned(),
                &["from-dump.db"],
                &["sqlite3", "zstd"],
            ),
            Contender::new(
                "zstd -d of the VACUUM",
                "zstd -q -d vacuum.zst -o from-vacuum.db".to_owned(),
                &["from-vacuum.db"],
                &["sqlite3", "zstd"],
            ),
            Contender::new(
                "crm-admin restore",
                format!("'{CRM_ADMIN}' restore proven.zst --to restored.db"),
                &["restored.db"],
                &[],
            ),
        ],
    }
}

fn anonymisers(database: &str) -> Group {
    let ours = |more: &str| format!("'{CRM_ADMIN}' --db {database} backup {more} -o small.zst");
    Group {
        title: format!("anonymising, {SMALL} contacts"),
        contenders: vec![
            Contender::new("crm-admin backup", ours(""), &["small.zst"], &[]),
            Contender::new("crm-admin backup --no-proof", ours("--no-proof"), &["small.zst"], &[]),
            Contender::new(
                "dumpling, zstd -3 -T2",
                format!(
                    "dumpling -i statements.sql -o masked.sql -c '{AGAINST}/dumpling.toml' --no-seal && zstd -q -3 -T2 masked.sql -o masked.zst"
                ),
                &["masked.sql", "masked.zst"],
                &["sqlite3", "zstd", "dumpling"],
            ),
            Contender::new(
                "Faker script, zstd -3 -T2",
                format!(
                    "python3 '{AGAINST}/with_faker.py' {database} faked.db && zstd -q -3 -T2 faked.db -o faked.zst"
                ),
                &["faked.db", "faked.zst"],
                &["zstd", "Faker"],
            ),
        ],
    }
}

/// What dumpling can read: INSERT statements with their columns, and no schema, whose comments hold apostrophes.
fn statements(folder: &Path, database: &str) -> Result<(), String> {
    let ask = |line: &str| {
        let output = shell(&format!("sqlite3 {database} \"{line}\""), folder).output();
        let output = output.map_err(|error| format!("sqlite3: {error}"))?;
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    };
    let columns = ask(
        "SELECT t.name || '|' || group_concat(c.name, ', ') FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%' GROUP BY t.name",
    )?;
    let columns: BTreeMap<&str, &str> = columns.lines().filter_map(|line| line.split_once('|')).collect();
    let (mut statements, mut inside) = (String::new(), false);
    for line in ask(".dump --newlines")?.lines() {
        let found = line.strip_prefix("INSERT INTO ").and_then(|rest| rest.split_once(" VALUES("));
        if let Some((table, values)) = found.filter(|_| !inside)
            && let Some(columns) = columns.get(table.trim_matches('"'))
        {
            statements.push_str(&format!("INSERT INTO {table} ({columns}) VALUES({values}\n"));
            inside = !line.ends_with(");");
        } else if inside {
            statements.push_str(&format!("{line}\n"));
            inside = !line.ends_with(");");
        }
    }
    fs::write(folder.join("statements.sql"), statements).map_err(|error| error.to_string())
}
