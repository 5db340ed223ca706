//! How fast backup, restore and the cleaning of a mailing list are, beside what an administrator would use otherwise. See benches/README.md.

#![allow(clippy::disallowed_macros, reason = "a bench talks to its terminal itself")]

mod contenders;
mod lists;
mod measure;
mod settings;
mod table;

use contenders::{Contender, Group};
use measure::Measure;
use settings::Settings;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match settings::read().and_then(|settings| run(&settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(settings: &Settings) -> Result<(), String> {
    let folder = settings::folder()?;
    println!("{}", table::versions(&folder));
    for group in contenders::groups(&folder, settings)? {
        let results = measure_all(&group, settings.runs, &folder)?;
        table::print(&group, &results, &folder);
    }
    Ok(())
}

/// The measures of every contender of a group; none where a tool is missing. One run of each, then the next of each:
/// whatever else the machine does hits them all.
fn measure_all(group: &Group, runs: usize, folder: &Path) -> Result<Vec<Vec<Measure>>, String> {
    let mut results = vec![Vec::new(); group.contenders.len()];
    for _ in 0..runs {
        for (contender, measures) in group.contenders.iter().zip(&mut results) {
            if contender.missing(folder).is_none() {
                measures.push(once(contender, folder)?);
            }
        }
    }
    Ok(results)
}

fn once(contender: &Contender, folder: &Path) -> Result<Measure, String> {
    for file in &contender.makes {
        let _ = std::fs::remove_file(folder.join(file));
    }
    let mut measure = measure::of(&contender.line, folder)?;
    let size = |file: &&str| std::fs::metadata(folder.join(file)).map_or(0, |about| about.len());
    measure.bytes = contender.makes.last().map_or(0, size);
    if measure.bytes == 0 {
        return Err(format!("`{}` made nothing", contender.line));
    }
    Ok(measure)
}
