//! Tables, values and databases that are larger than anybody's: they come across, and memory stays small.

use crate::counts::count;
use crate::world::{CANARY, Told, World, number};
use std::fmt::Write;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No more anonymous memory than this is used, large values aside. In bytes.
const MEMORY: u64 = 200 << 20;

/// Runs a command that must end well; the most anonymous memory that it had, in bytes.
#[track_caller]
pub fn peak(command: &mut Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let told = fs::read_to_string(&status).unwrap_or_default();
        let kibibytes = told.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
        peak = peak.max(kibibytes.trim().trim_end_matches(" kB").parse().unwrap_or(0) << 10);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert_eq!(ended.code(), Some(0));
    peak
}

/// The most memory of a backup and of the restore of its archive.
fn peaks(world: &World) -> [u64; 2] {
    let mut restore = world.program();
    restore.args(["restore", "out.zst", "--to", "new.db"]);
    let peaks = [peak(world.on("crm.db").args(["--quiet", "backup", "-o", "out.zst"])), peak(&mut restore)];
    assert!(peaks[0] > 1 << 20, "memory was measured");
    peaks
}

#[test]
fn a_table_of_2000_columns_comes_across_row_by_row() {
    let columns: Vec<String> = (0..2000).map(|number| format!("c{number}")).collect();
    let values: Vec<String> = (0..2000).map(|number| format!("'Canari Durand{number}'")).collect();
    let values = values[1..].join(", ");
    let mut script = format!("CREATE TABLE wide ({} TEXT);", columns.join(" TEXT, "));
    let mut map = "name = \"wide\"\nformat = 1\nfor = \"a test\"\n[table.wide]\nc0 = \"keep\"\n".to_owned();
    for row in [9, -3, 5] {
        let names = columns.join(", ");
        write!(script, "INSERT INTO wide (rowid, {names}) VALUES ({row}, 'kept {row}', {values});").unwrap();
    }
    for column in &columns[1..] {
        writeln!(map, "{column} = \"full-name\"").unwrap();
    }
    let world = World::with(&script, &map);
    assert!(peaks(&world).into_iter().all(|peak| peak < MEMORY));
    let copy = world.database("new.db");
    assert_eq!(number(&copy, "SELECT count(*) FROM pragma_table_info('wide')"), 2000);
    assert_eq!(number(&copy, "SELECT count(*) FROM wide WHERE c0 = 'kept ' || rowid"), 3);
    assert_eq!(number(&copy, "SELECT count(*) FROM wide WHERE length(c1) > 3 AND length(c1999) > 3"), 3);
    drop(copy);
    let bytes = fs::read(world.path("new.db")).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).to_lowercase().contains(CANARY));
}

#[test]
fn a_value_of_300_megabytes_comes_across_in_the_memory_of_four() {
    let size = count(30_000_000, 300_000_000);
    let world = World::small();
    let script = format!("CREATE TABLE large (data BLOB); INSERT INTO large VALUES (randomblob({size}));");
    world.database("crm.db").execute_batch(&script).unwrap();
    let map = fs::read_to_string(world.path("map.toml")).unwrap();
    fs::write(world.path("map.toml"), format!("{map}\n[table.large]\ndata = \"keep\"\n")).unwrap();
    for peak in peaks(&world) {
        // The row that is read, the one that is written, and what the engine makes of it.
        assert!(peak < MEMORY + 4 * size, "{peak} bytes");
    }
    let both = world.database("new.db");
    both.execute("ATTACH ?1 AS source", [world.path("crm.db").to_str().unwrap()]).unwrap();
    assert_eq!(number(&both, "SELECT a.data = b.data FROM main.large AS a, source.large AS b"), 1);
}

#[test]
fn many_large_values_take_no_more_memory_than_a_few() {
    let world = World::small();
    let rows = count(400, 4000);
    let script = format!(
        "CREATE TABLE file (id INTEGER PRIMARY KEY, data BLOB);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         INSERT INTO file SELECT i, zeroblob(300000) FROM n;"
    );
    world.database("crm.db").execute_batch(&script).unwrap();
    let map = fs::read_to_string(world.path("map.toml")).unwrap();
    fs::write(world.path("map.toml"), format!("{map}\n[table.file]\nid = \"keep\"\ndata = \"keep\"\n"))
        .unwrap();
    for peak in peaks(&world) {
        assert!(peak < MEMORY / 2, "{peak} bytes");
    }
}

#[test]
fn thousands_of_tables_come_across_and_are_checked_in_a_second_or_two() {
    let tables = count(1000, 5000);
    let mut script = "BEGIN;".to_owned();
    let mut map = "name = \"many\"\nformat = 1\nfor = \"a test\"\n".to_owned();
    for table in 0..tables {
        write!(
            script,
            "CREATE TABLE t{table} (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE);
             INSERT INTO t{table} VALUES (1, 'Canari Durand{table}', 'canari{table}@canari-conseil.fr');"
        )
        .unwrap();
        writeln!(map, "[table.t{table}]\nid = \"keep\"\nname = \"full-name\"\nemail = \"email\"").unwrap();
    }
    let world = World::with(&(script + "COMMIT;"), &map);
    let since = Instant::now();
    Told::of(world.on("crm.db").args(["map", "check"])).exits(0);
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    assert!(peaks(&world).into_iter().all(|peak| peak < MEMORY));
    let copied = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
    assert_eq!(number(&world.database("new.db"), copied), i64::from(tables));
}
