//! A text in the making, from phrases that are no originals: what may be one is only what stands across two of them.

use super::run::Run;
use super::taken::Taken;
use std::iter;
use std::sync::atomic::{AtomicU64, Ordering};

/// A sentence or a word of the lists, as it is written and as originals are compared.
pub(super) struct Phrase {
    /// As the list has it.
    pub(super) text: &'static str,
    /// In lower case.
    pub(super) lower: String,
    /// How many characters it has.
    pub(super) chars: usize,
    words: Words,
    /// Whether a text that begins with it may be an original as a whole.
    may_begin_one: bool,
    /// Its place among those whose [`Joints`] are remembered.
    number: Option<usize>,
}

impl Phrase {
    /// A phrase; nothing where it is, or holds, an original.
    pub(super) fn of(text: &'static str, originals: &Taken) -> Option<Self> {
        let words = Words::of(text, originals)?;
        let may_begin_one = originals.may_be_all_of(&words.run);
        let chars = text.chars().count();
        Some(Phrase { text, lower: text.to_lowercase(), chars, words, may_begin_one, number: None })
    }
}

/// Words in which no original stands, as originals are compared.
#[derive(Debug)]
pub(super) struct Words {
    run: Run,
    /// The places of the run from which an original may go on beyond its end.
    open: Vec<usize>,
}

impl Words {
    /// The words of a text; nothing where there are none, or an original stands in them.
    pub(super) fn of(text: &str, originals: &Taken) -> Option<Self> {
        let run = Run::of(text);
        if run.text.is_empty() || originals.stand_in(text) {
            return None;
        }
        let open = originals.open_places(&run);
        Some(Words { run, open })
    }

    /// Whether an original stands in words that follow each other.
    pub(super) fn hold_one_of(all: &[&Words], originals: &Taken) -> bool {
        all.len() > 1
            && Run::of_all(all.iter().map(|words| &words.run), |run| {
                let mut end = 0;
                originals.are_all_of(iter::once(run))
                    || all.iter().any(|words| {
                        let start = end;
                        end += words.run.text.len() + 1;
                        words.open.iter().any(|at| originals.begin_at(run, start + at))
                    })
            })
    }
}

/// What is known of phrases that stood one after the other already: the same sentences meet again and again.
///
/// Several threads may ask: what they note is the same, whoever comes first.
pub(super) struct Joints {
    /// Two bits for each pair of numbers.
    known: Vec<AtomicU64>,
    numbers: usize,
}

/// Nothing stands across the two, not even the beginning of an original that goes on behind them.
const NOTHING: u64 = 1;
/// Something may.
const SOMETHING: u64 = 2;

impl Joints {
    /// Numbers these phrases, and gets ready to remember which of them fit together.
    pub(super) fn of<'a>(phrases: impl Iterator<Item = &'a mut Phrase>) -> Self {
        let mut numbers = 0;
        for phrase in phrases {
            phrase.number = Some(numbers);
            numbers += 1;
        }
        let words = (numbers * numbers).div_ceil(32);
        Joints { known: std::iter::repeat_with(AtomicU64::default).take(words).collect(), numbers }
    }

    /// Whether an original may stand across the two, or begin in the first and go on behind the second.
    fn may_hold_one_of(&self, originals: &Taken, first: &Phrase, second: &Phrase) -> bool {
        let (Some(row), Some(column)) = (first.number, second.number) else {
            return may_stand_across(originals, first, second);
        };
        let pair = row * self.numbers + column;
        let (word, shift) = (&self.known[pair / 32], pair % 32 * 2);
        match word.load(Ordering::Relaxed) >> shift & (NOTHING | SOMETHING) {
            0 => {
                let may = may_stand_across(originals, first, second);
                word.fetch_or(if may { SOMETHING } else { NOTHING } << shift, Ordering::Relaxed);
                may
            }
            known => known != NOTHING,
        }
    }
}

fn may_stand_across(originals: &Taken, first: &Phrase, second: &Phrase) -> bool {
    Run::of_all([first, second].map(|phrase| &phrase.words.run).into_iter(), |run| {
        first.words.open.iter().any(|at| originals.begin_at(run, *at) || originals.is_open(run, *at))
    })
}

/// A phrase seldom has fewer bytes.
const USUAL_PHRASE: usize = 24;

/// A text in the making.
#[derive(Default)]
pub(super) struct Draft<'a> {
    /// As far as it is written.
    pub(super) text: String,
    /// What stands in it, one after the other.
    pieces: Vec<Piece<'a>>,
}

enum Piece<'a> {
    Phrase(&'a Phrase),
    /// Letters that are none.
    Letters(Run),
}

impl<'a> Draft<'a> {
    /// A draft with room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        let pieces = Vec::with_capacity(bytes / USUAL_PHRASE + 2);
        Draft { text: String::with_capacity(bytes + 16), pieces }
    }

    /// Writes a phrase.
    pub(super) fn push(&mut self, phrase: &'a Phrase) {
        self.pieces.push(Piece::Phrase(phrase));
        self.text.push_str(phrase.text);
    }

    /// Writes a phrase in lower case.
    pub(super) fn push_lower(&mut self, phrase: &'a Phrase) {
        self.pieces.push(Piece::Phrase(phrase));
        self.text.push_str(&phrase.lower);
    }

    /// Writes letters that are no phrase.
    pub(super) fn push_letters(&mut self, letters: &str) {
        self.pieces.push(Piece::Letters(Run::of(letters)));
        self.text.push_str(letters);
    }

    /// Whether an original stands in it.
    pub(super) fn holds_one_of(&self, originals: &Taken, joints: &Joints) -> bool {
        self.is_one_of(originals)
            || self.may_hold_one_across(originals, joints) && self.surely_holds_one_of(originals)
    }

    /// Whether one of them is all of it, its blanks apart.
    fn is_one_of(&self, originals: &Taken) -> bool {
        let may_be = match self.pieces.first() {
            // A phrase by itself is none.
            Some(Piece::Phrase(first)) => self.pieces.len() > 1 && first.may_begin_one,
            Some(Piece::Letters(_)) => true,
            None => false,
        };
        may_be && originals.are_all_of(self.pieces.iter().map(Piece::run))
    }

    /// What two neighbours tell: enough for most.
    fn may_hold_one_across(&self, originals: &Taken, joints: &Joints) -> bool {
        let mut last = None;
        self.pieces.iter().any(|piece| {
            let Piece::Phrase(phrase) = piece else { return true };
            last.replace(*phrase).is_some_and(|last| joints.may_hold_one_of(originals, last, phrase))
        })
    }

    fn surely_holds_one_of(&self, originals: &Taken) -> bool {
        let mut run = Run::default();
        let starts: Vec<usize> = self.pieces.iter().map(|piece| run.join(piece.run())).collect();
        let ends = starts.iter().skip(1).map(|start| start.saturating_sub(1)).chain([run.text.len()]);
        let mut pieces = self.pieces.iter().zip(&starts).zip(ends);
        pieces.any(|((piece, start), end)| match piece {
            Piece::Phrase(phrase) => phrase.words.open.iter().any(|at| originals.begin_at(&run, start + at)),
            Piece::Letters(_) => (*start..end).any(|at| originals.begin_at(&run, at)),
        })
    }
}

impl Piece<'_> {
    fn run(&self) -> &Run {
        match self {
            Piece::Phrase(phrase) => &phrase.words.run,
            Piece::Letters(run) => run,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Originals;
    use super::*;

    const PHRASES: [&str; 4] = ["Le devis est prêt.", "Appeler Zoé", "Roy d'abord !", "a"];

    fn holds(original: &str, phrases: &[usize]) -> bool {
        let mut originals = Originals::default();
        originals.add("Somebody Else Altogether");
        originals.add(original);
        let originals = originals.finish();
        let mut known: Vec<Phrase> =
            PHRASES.iter().map(|text| Phrase::of(text, &originals).expect(text)).collect();
        // The last one has no number.
        let joints = Joints::of(known.iter_mut().take(PHRASES.len() - 1));
        let mut draft = Draft::default();
        for at in phrases {
            draft.push(&known[*at]);
            draft.text.push(' ');
        }
        let stands = originals.stand_in(&draft.text);
        for time in ["at first", "and from memory"] {
            assert_eq!(draft.holds_one_of(&originals, &joints), stands, "{original} {time}");
        }
        stands
    }

    #[test]
    fn what_stands_across_phrases_is_found_as_in_the_whole_text() {
        for original in ["prêt Appeler", "t. Appeler Zoé Roy d", "Zoé Roy", "Roy d'abord a", "prêt, appeler"]
        {
            assert!(holds(original, &[0, 1, 2, 3]), "{original}");
            assert!(!holds(original, &[2, 0, 3, 1]), "{original}");
        }
        assert!(holds("Le devis est prêt, appeler Zoé", &[0, 1]));
        assert!(holds("a a a a a a", &[3; 8]), "across more than two");
    }

    #[test]
    fn a_phrase_that_holds_an_original_is_none() {
        let mut originals = Originals::default();
        originals.add("devis est");
        assert!(Phrase::of(PHRASES[0], &originals.finish()).is_none());
    }

    #[test]
    fn letters_that_are_no_phrase_are_searched_at_every_place() {
        let mut originals = Originals::default();
        originals.add("abelodi");
        originals.add("belodi le");
        let originals = originals.finish();
        let phrase = Phrase::of(PHRASES[0], &originals).unwrap();
        let joints = Joints::of(std::iter::empty());
        let mut draft = Draft::default();
        draft.push_letters("nabelodi");
        assert!(!draft.holds_one_of(&originals, &joints));
        draft.push(&phrase);
        assert!(draft.holds_one_of(&originals, &joints));
    }
}
