//! What the search of free text finds, measured on labelled notes, and what it must never take for something.

use crm_admin::notes::{Finder, Lexicon, Scratch};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What a set of notes came out as, for one category or for all.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Score {
    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

/// The notes of a file, each with its labels.
fn labelled(file: &str) -> Vec<(BTreeSet<String>, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/notes").join(file);
    let read = |line: &str| {
        let (labels, text) = line.split_once('\t').expect("labels, a tab, a note");
        let labels = labels.split(',').filter(|label| *label != "-").map(str::to_owned).collect();
        (labels, text.to_owned())
    };
    fs::read_to_string(path).expect("the notes").lines().map(read).collect()
}

/// The categories that are found in a text, each with what was found.
fn found_in(finder: &Finder, scratch: &mut Scratch, text: &str) -> BTreeMap<String, String> {
    let mut hits = Vec::new();
    finder.find(text, scratch, &mut hits);
    let word = |category: usize| finder.categories().at(category).word.clone();
    hits.iter().map(|hit| (word(hit.category), text[hit.place.clone()].to_owned())).collect()
}

/// Holds the finder against a file, prints what came out, and returns the scores: of each category, and of all.
fn measured(file: &str) -> (BTreeMap<String, Score>, Score) {
    let finder = Finder::new(&Lexicon::shipped().expect("well written")).expect("the shipped lexicon");
    let mut scratch = Scratch::default();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for (labels, text) in labelled(file) {
        let matches = found_in(&finder, &mut scratch, &text);
        let found: BTreeSet<String> = matches.keys().cloned().collect();
        labels.intersection(&found).for_each(|word| scores.entry(word.clone()).or_default().right += 1);
        for word in found.difference(&labels) {
            println!("wrongly {word} ({}): {text}", matches[word]);
            scores.entry(word.clone()).or_default().wrong += 1;
        }
        for word in labels.difference(&found) {
            println!("missed {word}: {text}");
            scores.entry(word.clone()).or_default().missed += 1;
        }
    }
    let all = scores.values().fold(Score::default(), |all, one| Score {
        right: all.right + one.right,
        wrong: all.wrong + one.wrong,
        missed: all.missed + one.missed,
    });
    println!(
        "{file}: {:<16} {:>5} {:>5} {:>6} {:>9} {:>6}",
        "category", "right", "wrong", "missed", "precision", "recall"
    );
    for (word, score) in scores.iter().map(|(word, score)| (word.as_str(), *score)).chain([("all", all)]) {
        let Score { right, wrong, missed } = score;
        let (precision, recall) = (score.precision(), score.recall());
        println!("{file}: {word:<16} {right:>5} {wrong:>5} {missed:>6} {precision:>9.2} {recall:>6.2}");
    }
    (scores, all)
}

#[test]
fn the_labelled_notes_are_found_and_the_traps_are_not() {
    let (_, all) = measured("labelled.tsv");
    assert!(all.precision() >= 0.97 && all.recall() >= 0.97, "{all:?}");
}
