//! A text as originals are compared.

use crate::words::fold_letter;
use std::cell::RefCell;

/// The folded words of a text with one blank between two.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// UTF-8.
    pub(super) text: Vec<u8>,
    /// How many words it has.
    pub(super) words: usize,
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
    pub(super) fn once<T>(text: &str, look: impl FnOnce(&Run) -> T) -> T {
        Run::again(|run| run.refill(text), |run, ()| look(run))
    }

    /// Looks at the words of two texts, one after the other, and where those of the first one end.
    pub(super) fn of_texts<T>(first: &str, second: &str, look: impl FnOnce(&Run, usize) -> T) -> T {
        let join = |run: &mut Run| {
            run.refill(first);
            let end = run.text.len();
            run.add(second);
            end
        };
        Run::again(join, look)
    }

    /// Looks at the words of several, one after the other, in the same memory.
    pub(super) fn of_all<'r, T>(runs: impl Iterator<Item = &'r Run>, look: impl FnOnce(&Run) -> T) -> T {
        let join = |run: &mut Run| {
            run.clear();
            runs.for_each(|other| {
                run.join(other);
            });
        };
        Run::again(join, |run, ()| look(run))
    }

    fn again<F, T>(fill: impl FnOnce(&mut Run) -> F, look: impl FnOnce(&Run, F) -> T) -> T {
        thread_local! { static RUN: RefCell<Run> = RefCell::default(); }
        RUN.with_borrow_mut(|run| {
            let filled = fill(run);
            let seen = look(run, filled);
            run.text.shrink_to(LONGEST_KEPT);
            seen
        })
    }

    fn clear(&mut self) {
        self.text.clear();
        self.words = 0;
    }

    pub(super) fn refill(&mut self, text: &str) {
        self.clear();
        self.add(text);
    }

    fn add(&mut self, text: &str) {
        self.text.reserve(text.len() + 1);
        let mut within = false;
        let mut rest = text.as_bytes();
        while let [byte, after @ ..] = rest {
            if byte.is_ascii() {
                let plain = PLAIN[usize::from(*byte)];
                self.begin_word(plain != 0 && !within);
                within = plain != 0;
                if within {
                    self.text.push(plain);
                }
                rest = after;
                continue;
            }
            let letters = &text[text.len() - rest.len()..];
            let Some(letter) = letters.chars().next() else { break };
            fold_letter(letter, &mut |letter| {
                let is_word = letter.is_alphanumeric();
                self.begin_word(is_word && !within);
                within = is_word;
                if is_word {
                    self.text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            });
            rest = &rest[letter.len_utf8()..];
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

    /// The bytes of its words, one word after the other.
    pub(super) fn closed(&self) -> impl Iterator<Item = u8> {
        self.text.iter().copied().filter(|byte| *byte != b' ')
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
    pub(super) fn starts(&self) -> impl Iterator<Item = usize> {
        let blanks = self.text.iter().enumerate().filter(|(_, byte)| **byte == b' ');
        let first = (!self.text.is_empty()).then_some(0);
        first.into_iter().chain(blanks.map(|(at, _)| at + 1))
    }

    /// Whether a word begins there.
    pub(super) fn is_start(&self, at: usize) -> bool {
        let bytes = &self.text;
        bytes[at] != b' ' && at.checked_sub(1).is_none_or(|before| bytes[before] == b' ')
    }

    /// Looks at the run without the blanks between two digits, where there are any; in memory that is used again.
    pub(super) fn with_numbers_closed(&self, look: impl FnOnce(&Run) -> bool) -> bool {
        thread_local! { static CLOSED: RefCell<Run> = RefCell::default(); }
        let bytes = &self.text;
        let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        let is_gap = |at: usize| bytes[at] == b' ' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        if !(0..bytes.len()).any(is_gap) {
            return false;
        }
        let kept = bytes.iter().enumerate().filter(|(at, _)| !is_gap(*at));
        CLOSED.with_borrow_mut(|closed| {
            closed.text.clear();
            closed.text.extend(kept.map(|(_, byte)| *byte));
            closed.text.shrink_to(LONGEST_KEPT);
            closed.words = self.words;
            look(closed)
        })
    }
}

/// What is left of a letter or digit of ASCII; 0 for anything else.
static PLAIN: [u8; 128] = {
    let mut plain = [0; 128];
    let mut byte = 0;
    while byte < plain.len() {
        if (byte as u8).is_ascii_alphanumeric() {
            plain[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    plain
};
