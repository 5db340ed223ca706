//! A text in the making, from phrases that are no originals: what may be one is only what stands across two of them.

use super::originals::{Run, Taken};

/// A sentence or a word of the lists, as it is written and as originals are compared.
pub(super) struct Phrase {
    /// As the list has it.
    pub(super) text: &'static str,
    /// In lower case.
    pub(super) lower: String,
    /// How many characters it has.
    pub(super) chars: usize,
    run: Run,
    /// The places of the run from which an original may go on beyond its end.
    open: Vec<usize>,
}

impl Phrase {
    /// A phrase; nothing where it is, or holds, an original.
    pub(super) fn of(text: &'static str, originals: &Taken) -> Option<Self> {
        if originals.stand_in(text) {
            return None;
        }
        let run = Run::of(text);
        let open = originals.open_places(&run);
        Some(Phrase { text, lower: text.to_lowercase(), chars: text.chars().count(), run, open })
    }
}

/// A text in the making.
#[derive(Default)]
pub(super) struct Draft<'a> {
    /// As far as it is written.
    pub(super) text: String,
    /// The phrases one after the other, and where each begins in `run`; none where letters stand that are no phrase.
    pieces: Vec<(usize, Option<&'a Phrase>)>,
    run: Run,
}

impl<'a> Draft<'a> {
    /// A draft with room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Draft { text: String::with_capacity(bytes + 16), ..Draft::default() }
    }

    /// Writes a phrase.
    pub(super) fn push(&mut self, phrase: &'a Phrase) {
        self.note(phrase);
        self.text.push_str(phrase.text);
    }

    /// Writes a phrase in lower case.
    pub(super) fn push_lower(&mut self, phrase: &'a Phrase) {
        self.note(phrase);
        self.text.push_str(&phrase.lower);
    }

    fn note(&mut self, phrase: &'a Phrase) {
        let start = self.run.join(&phrase.run);
        self.pieces.push((start, Some(phrase)));
    }

    /// Writes letters that are no phrase.
    pub(super) fn push_letters(&mut self, letters: &str) {
        let start = self.run.join(&Run::of(letters));
        self.pieces.push((start, None));
        self.text.push_str(letters);
    }

    /// Whether an original stands in it.
    pub(super) fn holds_one_of(&self, originals: &Taken) -> bool {
        let ends = self.pieces.iter().skip(1).map(|(start, _)| start.saturating_sub(1));
        let mut pieces = self.pieces.iter().zip(ends.chain([self.run.text.len()]));
        originals.are_all_of(&self.run)
            || pieces.any(|((start, phrase), end)| match phrase {
                Some(phrase) => {
                    let mut open = phrase.open.iter().map(|at| start + at);
                    open.any(|at| originals.begin_at(&self.run, at))
                }
                None => (*start..end).any(|at| originals.begin_at(&self.run, at)),
            })
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
        let known: Vec<Phrase> =
            PHRASES.iter().map(|text| Phrase::of(text, &originals).expect(text)).collect();
        let mut draft = Draft::default();
        for at in phrases {
            draft.push(&known[*at]);
            draft.text.push(' ');
        }
        assert_eq!(draft.holds_one_of(&originals), originals.stand_in(&draft.text), "{original}");
        draft.holds_one_of(&originals)
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
        let mut draft = Draft::default();
        draft.push_letters("nabelodi");
        assert!(!draft.holds_one_of(&originals));
        draft.push(&phrase);
        assert!(draft.holds_one_of(&originals));
    }
}
