//! How fast notes are searched: `cargo bench --bench notes [-- NOTES]`.
//!
//! One core, notes of 370 bytes such as people write, every category looked for. Beside it stand two ways that one would
//! try first, on the same notes in the same run: `grep` with the lexicon's own words, and the words one after another.

use crm_admin::notes::{Finder, Lexicon, Scratch};
use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a note is, in bytes; so long were those of the databases that were looked at.
const LENGTH: usize = 370;
/// Words for the baselines: single ones, as `grep -w` wants them.
const WORDS: &str = "cancer|diabétique|infarctus|dépressif|hospitalisé|enceinte|handicapé|alcoolique|condamné|prison|escroquerie|\
    communiste|syndiqué|musulman|catholique|ramadan|halal|arabe|immigré|homosexuel|gay|connard|con|débile|salope|menteur|\
    feignant|surendetté|chômeur|RSA|divorcé|veuf|célibataire|orphelin";

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let notes = notes(count);
    let finder = Finder::new(&Lexicon::shipped().expect("the shipped lexicon")).expect("not too large");
    let begun = Instant::now();
    drop(black_box(Finder::new(&Lexicon::shipped().expect("the shipped lexicon"))));
    println!(
        "{count} notes of {LENGTH} bytes; the lexicon is made ready in {:.0} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );
    let (ours, found) = best_of_three(|| {
        let (mut scratch, mut hits, mut found) = (Scratch::default(), Vec::new(), 0);
        for note in &notes {
            hits.clear();
            finder.find(note, &mut scratch, &mut hits);
            found += usize::from(!hits.is_empty());
        }
        found
    });
    tell("crm-admin, every category", ours, count, found, ours);
    let words: Vec<String> = WORDS.split('|').map(|word| word.trim().to_lowercase()).collect();
    let (naive, found) = best_of_three(|| {
        let holds = |note: &&String| {
            let note = note.to_lowercase();
            words
                .iter()
                .any(|word| note.split(|sign: char| !sign.is_alphanumeric()).any(|other| other == word))
        };
        notes.iter().filter(holds).count()
    });
    tell("one word after another, 34 words", naive, count, found, ours);
    match grep(&notes) {
        Some((time, found)) => tell("grep -wiE, 34 words", time, count, found, ours),
        None => println!("grep is not there"),
    }
}

fn tell(what: &str, time: Duration, count: usize, found: usize, ours: Duration) {
    let rate = count as f64 / time.as_secs_f64();
    let ratio = time.as_secs_f64() / ours.as_secs_f64();
    println!("{what:<34} {rate:>10.0} notes/s  {ratio:>7.2} of our time  {found} notes with a match");
}

fn best_of_three(mut work: impl FnMut() -> usize) -> (Duration, usize) {
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..3 {
        let begun = Instant::now();
        found = black_box(work());
        best = best.min(begun.elapsed());
    }
    (best, found)
}

/// Notes of the labelled set, joined until they are long enough: in every tenth something may be found, as in life.
fn notes(count: usize) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/notes/labelled.tsv");
    let text = fs::read_to_string(path).expect("the labelled notes");
    let lines: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('\t')).collect();
    let harmless: Vec<&str> =
        lines.iter().filter(|(labels, _)| *labels == "-").map(|(_, note)| *note).collect();
    let others: Vec<&str> =
        lines.iter().filter(|(labels, _)| *labels != "-").map(|(_, note)| *note).collect();
    let note = |number: usize| {
        let mut note =
            if number % 10 == 0 { others[number / 10 % others.len()].to_owned() } else { String::new() };
        let mut next = number * 7;
        while note.len() < LENGTH {
            note.push(' ');
            note.push_str(harmless[next % harmless.len()]);
            next += 13;
        }
        let end = (0..=LENGTH).rev().find(|end| note.is_char_boundary(*end)).unwrap_or(0);
        note.truncate(end);
        note.replace('\n', " ")
    };
    (0..count).map(note).collect()
}

/// The notes a line each through grep, with its start.
fn grep(notes: &[String]) -> Option<(Duration, usize)> {
    let text = notes.join("\n");
    let mut best: Option<(Duration, usize)> = None;
    for _ in 0..3 {
        let begun = Instant::now();
        let mut child = Command::new("grep")
            .args(["-c", "-w", "-i", "-E", &WORDS.replace(' ', "")])
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        let found = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
        let time = begun.elapsed();
        best = Some(best.map_or((time, found), |(known, found)| (known.min(time), found)));
    }
    best
}
