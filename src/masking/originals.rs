//! What no mask may be: the identifying values of the database itself.

use super::identifiers::siren_in;
use super::phone::national_part;
use crate::fingerprints::{Gathering, Recent, Runs, SHORTEST};
use crate::schema::Category;
use crate::words::fold_letter;
use std::cell::RefCell;

/// The identifying values of a database, being gathered: [`Masker::new`](super::Masker::new) takes them.
pub struct Originals {
    runs: Gathering,
    recent: Recent,
    recent_texts: Recent,
    short: Lengths,
    /// The value that is being added, in memory that is used again.
    run: Run,
}

/// What a value is in other places: the SIREN of a SIRET or VAT number, and a telephone number with its 0 and with the
/// country before it. A mask that is one of these would be taken for the original by whoever looks there.
pub fn also_written(category: Category, value: &str) -> Vec<String> {
    match category {
        Category::Siret | Category::Vat => siren_in(category, value).into_iter().collect(),
        Category::Phone => {
            let ways = |national: String| [format!("0{national}"), format!("33{national}")];
            national_part(value).into_iter().flat_map(ways).collect()
        }
        _ => Vec::new(),
    }
}

/// Digests of the identifying values of a database, so that no mask is, or contains, one of them.
///
/// A value counts from 8 bytes on; case, accents and punctuation do not. Two values that share a digest only make a
/// mask be drawn again.
pub(super) struct Taken {
    runs: Runs,
    /// Those that are shorter without their accents than [`SHORTEST`].
    short: Lengths,
}

/// Lengths below [`SHORTEST`], in bytes: a bit for each.
type Lengths = u8;

/// A longer value is told by its beginning. In bytes.
const LONGEST: usize = 32;

impl Default for Originals {
    fn default() -> Self {
        Originals::of_about(0)
    }
}

impl Originals {
    /// Gets ready for about so many values.
    pub fn of_about(count: u64) -> Self {
        Originals::with(Gathering::of_about(count))
    }

    /// Another one, for another thread; [`Originals::join`] brings the two together again.
    pub fn sibling(&self) -> Self {
        Originals::with(self.runs.sibling())
    }

    fn with(runs: Gathering) -> Self {
        let [recent, recent_texts] = [Recent::default(), Recent::default()];
        Originals { runs, recent, recent_texts, short: 0, run: Run::default() }
    }

    /// Adds what a sibling has gathered.
    pub fn join(&mut self, sibling: Self) {
        self.short |= sibling.short;
        self.runs.join(sibling.runs);
    }

    /// Adds a value, also without its blanks.
    pub fn add(&mut self, value: &str) {
        if self.recent.has_seen(value.as_bytes()) {
            return;
        }
        self.add_run(value);
        if self.run.words > 1 {
            let (mut closed, mut length) = ([0; LONGEST], 0);
            for byte in without_blanks(&self.run.text).take(LONGEST) {
                closed[length] = byte;
                length += 1;
            }
            self.runs.add(&closed[..length]);
        }
    }

    /// Adds a text, or a part of one, which nobody writes without its blanks.
    pub fn add_text(&mut self, text: &str) {
        if !self.recent_texts.has_seen(text.as_bytes()) {
            self.add_run(text);
        }
    }

    fn add_run(&mut self, value: &str) {
        self.run.refill(value);
        let text = &self.run.text;
        // `Lefèvre` has eight bytes, and the proof finds it; `lefevre` has seven.
        if text.len() < SHORTEST && value.len() >= SHORTEST && !text.is_empty() {
            self.short |= 1 << text.len();
            self.runs.add(&padded(text));
        }
        self.runs.add(&text[..text.len().min(LONGEST)]);
    }

    /// Makes them searchable.
    pub(super) fn finish(self) -> Taken {
        Taken { runs: self.runs.finish(), short: self.short }
    }
}

impl Taken {
    /// Whether one of the values stands anywhere in the text, inside a longer word too: `Laine SAS` in `Porcelaine
    /// SAS`; numbers however their digits are grouped.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        !self.runs.is_empty() && Run::once(text, |run| self.holds_one_of(run))
    }

    /// Whether one of the values stands in the text in whole words, as a search for it would find it.
    pub(super) fn stand_in_words_of(&self, text: &str) -> bool {
        Run::once(text, |run| {
            self.are_all_of(run)
                || self.are_words_of(run)
                || run.with_numbers_closed().is_some_and(|run| self.are_words_of(&run))
        })
    }

    fn are_words_of(&self, run: &Run) -> bool {
        run.starts().any(|at| {
            let bytes = &run.text[at..];
            let is_end = |length: usize| bytes.get(length).is_none_or(|byte| *byte == b' ');
            self.runs.begins(bytes, is_end).is_some() || self.short_one_begins(bytes)
        })
    }

    /// Whether one of the values stands anywhere in the two texts, one after the other, in either order.
    pub(super) fn stand_in_either_order(&self, one: &str, other: &str) -> bool {
        if self.runs.is_empty() {
            return false;
        }
        let (one, other) = (Run::of(one), Run::of(other));
        let (run, turned) = (Run::of_both(&one, &other), Run::of_both(&other, &one));
        // What stands in one of the two alone is found in the first order.
        self.holds_one_of(&run)
            || self.are_all_of(&turned)
            || (0..other.text.len()).any(|at| self.begin_at(&turned, at))
            || turned.with_numbers_closed().is_some_and(|run| self.are_within(&run))
    }

    fn holds_one_of(&self, run: &Run) -> bool {
        self.are_all_of(run)
            || self.are_within(run)
            || run.with_numbers_closed().is_some_and(|run| self.are_within(&run))
    }

    /// Whether one of the values is all of the run, its blanks apart.
    pub(super) fn are_all_of(&self, run: &Run) -> bool {
        run.words > 1 && self.runs.holds(without_blanks(&run.text).take(LONGEST))
    }

    fn are_within(&self, run: &Run) -> bool {
        self.runs.begin_within(&run.text)
            || self.short != 0 && run.starts().any(|at| self.short_one_begins(&run.text[at..]))
    }

    /// Whether one of the values begins in a place of the run; one that is short without its accents counts as whole
    /// words only.
    pub(super) fn begin_at(&self, run: &Run, at: usize) -> bool {
        let bytes = &run.text[at..];
        self.begins(bytes) || self.short != 0 && run.is_start(at) && self.short_one_begins(bytes)
    }

    fn short_one_begins(&self, bytes: &[u8]) -> bool {
        let is_one = |end: &usize| {
            self.short >> end & 1 == 1 && *end <= bytes.len() && bytes.get(*end).is_none_or(|b| *b == b' ')
        };
        (1..SHORTEST).filter(is_one).any(|end| self.begins(&padded(&bytes[..end])))
    }

    /// Whether one of the values is a beginning of the run.
    fn begins(&self, run: &[u8]) -> bool {
        self.runs.begins(run, |_| true).is_some()
    }

    /// Whether all of a run that begins like this one may be one of the values.
    pub(super) fn may_be_all_of(&self, run: &Run) -> bool {
        self.runs.may_hold(without_blanks(&run.text))
    }

    /// The places of the run at which a value may begin that goes on beyond its end.
    pub(super) fn open_places(&self, run: &Run) -> Vec<usize> {
        (0..run.text.len()).filter(|at| self.is_open(run, *at)).collect()
    }

    /// Whether a value may begin in a place of the run and go on beyond its end.
    pub(super) fn is_open(&self, run: &Run, at: usize) -> bool {
        let bytes = &run.text[at..];
        self.runs.may_go_on(bytes) || self.short != 0 && bytes.len() < SHORTEST && run.is_start(at)
    }
}

/// A text as originals are compared: its folded words with one blank between two.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// UTF-8.
    pub(super) text: Vec<u8>,
    words: usize,
}

/// A longer run's memory is not kept. In bytes.
const LONGEST_KEPT: usize = 64 << 10;

impl Run {
    pub(super) fn of(text: &str) -> Self {
        let mut run = Run::default();
        run.refill(text);
        run
    }

    /// Looks at the run of a text, in memory that the next one uses again: nearly every mask is looked at.
    fn once<T>(text: &str, look: impl FnOnce(&Run) -> T) -> T {
        thread_local! { static RUN: RefCell<Run> = RefCell::default(); }
        RUN.with_borrow_mut(|run| {
            run.refill(text);
            let seen = look(run);
            run.text.shrink_to(LONGEST_KEPT);
            seen
        })
    }

    fn refill(&mut self, text: &str) {
        self.text.clear();
        self.text.reserve(text.len());
        self.words = 0;
        let mut within = false;
        for letter in text.chars() {
            if letter.is_ascii() {
                // Such a letter is one byte.
                let is_word = letter.is_ascii_alphanumeric();
                self.begin_word(is_word && !within);
                within = is_word;
                if is_word {
                    self.text.push(letter.to_ascii_lowercase() as u8);
                }
            } else {
                fold_letter(letter, &mut |letter| {
                    let is_word = letter.is_alphanumeric();
                    self.begin_word(is_word && !within);
                    within = is_word;
                    if is_word {
                        self.text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                });
            }
        }
    }

    fn begin_word(&mut self, begins: bool) {
        if begins {
            if self.words > 0 {
                self.text.push(b' ');
            }
            self.words += 1;
        }
    }

    /// The words of two, one after the other.
    pub(super) fn of_both(first: &Run, second: &Run) -> Self {
        let mut run = Run::default();
        run.join(first);
        run.join(second);
        run
    }

    /// Adds the words of another; returns where they begin.
    pub(super) fn join(&mut self, other: &Run) -> usize {
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push(b' ');
        }
        let start = self.text.len();
        self.text.extend_from_slice(&other.text);
        self.words += other.words;
        start
    }

    /// The places at which a word begins.
    fn starts(&self) -> impl Iterator<Item = usize> {
        let blanks = self.text.iter().enumerate().filter(|(_, byte)| **byte == b' ');
        let first = (!self.text.is_empty()).then_some(0);
        first.into_iter().chain(blanks.map(|(at, _)| at + 1))
    }

    /// Whether a word begins there.
    fn is_start(&self, at: usize) -> bool {
        let bytes = &self.text;
        bytes[at] != b' ' && at.checked_sub(1).is_none_or(|before| bytes[before] == b' ')
    }

    /// The run without the blanks between two digits; nothing where there are none.
    fn with_numbers_closed(&self) -> Option<Run> {
        let bytes = &self.text;
        let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        let is_gap = |at: usize| bytes[at] == b' ' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        if !(0..bytes.len()).any(is_gap) {
            return None;
        }
        let kept = bytes.iter().enumerate().filter(|(at, _)| !is_gap(*at));
        Some(Run { text: kept.map(|(_, byte)| *byte).collect(), words: self.words })
    }
}

/// A run of less than eight bytes, told from the beginning of a longer one.
fn padded(run: &[u8]) -> [u8; SHORTEST] {
    std::array::from_fn(|at| run.get(at).copied().unwrap_or_default())
}

fn without_blanks(run: &[u8]) -> impl Iterator<Item = u8> {
    run.iter().copied().filter(|byte| *byte != b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_wherever_it_stands() {
        let mut originals = Originals::default();
        originals.add("Rue Victor Hugo");
        originals.add("dominique");
        originals.add("rue");
        originals.add("Laine SAS");
        let originals = originals.finish();
        assert!(originals.stand_in("12 rue Victor-Hugo"));
        assert!(originals.stand_in("DOMINIQUE Martin"));
        assert!(originals.stand_in("julie.dominique7k3"));
        assert!(originals.stand_in("Porcelaine SAS") && !originals.stand_in_words_of("Porcelaine SAS"));
        assert!(
            ["La laine, SAS", "rue Victor-Hugo", "laine sas"]
                .iter()
                .all(|text| originals.stand_in_words_of(text))
        );
        assert!(!originals.stand_in("Laine de verre SAS"));
        for (one, other) in [("Hugo", "Rue Victor"), ("Rue Victor", "Hugo"), ("DOMINIQUE", "Martin")] {
            assert!(originals.stand_in_either_order(one, other), "{one} {other}");
        }
        assert!(!originals.stand_in_either_order("Rue", "Victor"));
        assert!(!originals.stand_in("rue Victor"));
    }

    #[test]
    fn a_number_is_found_however_it_is_grouped() {
        let mut originals = Originals::default();
        originals.add("01 99 00 12 34");
        let originals = originals.finish();
        assert!(originals.stand_in("0199001234"));
        assert!(originals.stand_in("01.99.00.12.34"));
        assert!(originals.stand_in("tel 01 99 00 12 34, poste 5"));
        assert!(!originals.stand_in("01 99 00 12 43"));
    }

    #[test]
    fn a_value_that_is_short_without_its_accents_is_found_as_a_whole() {
        let mut originals = Originals::default();
        originals.add("Lefèvre");
        originals.add("Zoé Roy");
        originals.add("Petit");
        let originals = originals.finish();
        assert!(originals.stand_in("LEFÈVRE") && originals.stand_in("Marie Lefèvre-Durand"));
        assert!(originals.stand_in("mme zoé roy"));
        assert!(
            !originals.stand_in("Lefèvres") && !originals.stand_in("Roy Zoé") && !originals.stand_in("Petit")
        );
    }

    #[test]
    fn a_value_is_known_as_other_places_write_it() {
        assert_eq!(also_written(Category::Siret, "732 829 320 00074"), ["732829320"]);
        assert_eq!(also_written(Category::Vat, "FR44 732829320"), ["732829320"]);
        assert_eq!(also_written(Category::Phone, "+33 (0)6 12 34 56 78"), ["0612345678", "33612345678"]);
        assert_eq!(also_written(Category::Phone, "+44 20 7946 0958"), [""; 0]);
        assert_eq!(also_written(Category::Siren, "732829320"), [""; 0]);
    }
}
