//! The results, as the README shows them.

use super::contenders::Group;
use super::measure::Measure;
use super::settings::shell;
use std::path::Path;
use std::time::Duration;

/// The versions of everybody, in one line.
pub fn versions(folder: &Path) -> String {
    let lines = [
        format!("'{}' --version", env!("CARGO_BIN_EXE_crm-admin")),
        "echo sqlite3 $(sqlite3 --version | cut -d' ' -f1)".to_owned(),
        "zstd --version | sed 's/.*v/zstd /; s/,.*//'".to_owned(),
        "dumpling --version".to_owned(),
        "python3 -c 'import faker; print(\"Faker\", faker.VERSION)'".to_owned(),
    ];
    let version = |line: &String| {
        let output = shell(line, folder).output().ok()?;
        let said = String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned();
        (output.status.success() && said.contains(' ')).then_some(said)
    };
    lines.iter().filter_map(version).collect::<Vec<_>>().join(", ")
}

/// One line for each contender: medians, and how often the first one's time it took.
pub fn print(group: &Group, results: &[Vec<Measure>], folder: &Path) {
    println!("\n{}\n", group.title);
    println!("| what | seconds | ratio | anonymous memory, MB | result, MB |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let first = results.first().and_then(|measures| median(measures, |measure| measure.time));
    for (contender, measures) in group.contenders.iter().zip(results) {
        let name = &contender.name;
        let Some(time) = median(measures, |measure| measure.time) else {
            println!("| {name} | skipped: {} | | | |", contender.missing(folder).unwrap_or("?"));
            continue;
        };
        let ratio = first.map_or_else(
            || "-".to_owned(),
            |first| format!("{:.2}", time.as_secs_f64() / first.as_secs_f64()),
        );
        let megabytes =
            |bytes: fn(&Measure) -> u64| median(measures, bytes).unwrap_or_default().div_ceil(1_000_000);
        println!(
            "| {name} | {:.2} | {ratio} | {} | {} |",
            Duration::as_secs_f64(&time),
            megabytes(|measure| measure.memory),
            megabytes(|measure| measure.bytes),
        );
    }
}

fn median<T: Ord>(measures: &[Measure], of: impl Fn(&Measure) -> T) -> Option<T> {
    let mut all: Vec<T> = measures.iter().map(of).collect();
    all.sort();
    let middle = all.len() / 2;
    all.into_iter().nth(middle)
}
