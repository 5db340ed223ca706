//! Masks for text that a person wrote: French sentences of the same length, line by line.

use super::draft::{Draft, Joints, Phrase};
use super::html;
use super::key::{Draw, Purpose};
use super::masker::Masker;
use super::taken::Taken;
use crate::words::{self, fold_letter};

/// The sentences and words that text is made of, without those that are originals.
pub(super) struct Sentences {
    /// By length, shortest first.
    sentences: Vec<Entry>,
    /// How many of them have at most 0, 1, 2… characters.
    no_longer_than: Vec<usize>,
    /// Short lines of 0, 1, 2… characters.
    subjects: Vec<Vec<Entry>>,
    /// Words of 0, 1, 2… characters.
    words: Vec<Vec<Entry>>,
    /// How sentences and subjects go together.
    pub(super) joints: Joints,
}

/// A phrase, and what tells whether an original has one of its words.
struct Entry {
    phrase: Phrase,
    /// Digests of its words of four letters or more.
    words: Vec<u64>,
    sieve: u64,
}

/// How many capitalised words a text seldom has more of.
const USUAL_CAPITALS: usize = 8;
/// The longest word of the lists that is used.
const LONGEST_WORD: usize = 12;
/// Fewer characters than this after a sentence would make an odd word.
const SHORTEST_REST: usize = 5;
/// A word of the original that has fewer letters may come again by chance.
const TELLING: usize = 4;

impl Sentences {
    /// Everything that is no original.
    pub(super) fn without(originals: &Taken) -> Self {
        let phrases = |list: &'static [&'static str]| -> Vec<Entry> {
            list.iter().filter_map(|text| Entry::of(text, originals)).collect()
        };
        let mut sentences = phrases(words::sentences());
        sentences.sort_by_key(|sentence| sentence.phrase.chars);
        let longest = sentences.last().map_or(0, |sentence| sentence.phrase.chars);
        let no_longer = |chars| sentences.partition_point(|sentence| sentence.phrase.chars <= chars);
        let no_longer_than = (0..=longest).map(no_longer).collect();
        let words = (0..=LONGEST_WORD).map(|length| phrases(words::words_of_length(length))).collect();
        let mut subjects: Vec<Vec<Entry>> =
            (0..=words::LONGEST_SUBJECT).map(|length| phrases(words::subjects_of_length(length))).collect();
        let numbered = sentences.iter_mut().chain(subjects.iter_mut().flatten());
        let joints = Joints::of(numbered.map(|entry| &mut entry.phrase));
        Sentences { sentences, no_longer_than, subjects, words, joints }
    }

    /// Those that have at most so many characters.
    fn of_at_most(&self, chars: usize) -> &[Entry] {
        let count = self.no_longer_than.get(chars).copied().unwrap_or(self.sentences.len());
        &self.sentences[..count]
    }
}

impl Entry {
    /// Nothing for a text that holds an original, or a number, which may be one's.
    fn of(text: &'static str, originals: &Taken) -> Option<Self> {
        let phrase = Phrase::of(text, originals).filter(|_| !text.bytes().any(|b| b.is_ascii_digit()))?;
        let words: Vec<u64> = telling_words(text).map(digest).collect();
        Some(Entry { phrase, sieve: sieve(&words), words })
    }
}

/// The words of an original that must not come again: capitalised ones of four letters or more.
pub(super) struct Banned {
    sieve: u64,
    words: Vec<u64>,
}

impl Banned {
    /// Reads them from the original.
    pub(super) fn of(original: &str) -> Self {
        let capitals = words::words_with(original, char::is_uppercase, char::is_alphabetic);
        let mut words = Vec::with_capacity(USUAL_CAPITALS);
        words.extend(capitals.filter(is_telling).map(digest));
        Banned { sieve: sieve(&words), words }
    }

    fn allows(&self, entry: &Entry) -> bool {
        self.sieve & entry.sieve == 0 || !entry.words.iter().any(|word| self.words.contains(word))
    }
}

fn telling_words(text: &str) -> impl Iterator<Item = &str> {
    words::words_with(text, char::is_alphabetic, char::is_alphabetic).filter(is_telling)
}

fn is_telling(word: &&str) -> bool {
    // Four letters are at least four bytes; counting characters comes second.
    word.len() >= TELLING && word.chars().nth(TELLING - 1).is_some()
}

/// Whether the line begins like this, which is in lower case, whatever the line's case.
fn begins_like(line: &str, lower: &str) -> bool {
    // Most differ in their first letter.
    let first = |text: &str| text.bytes().next().filter(u8::is_ascii);
    if let (Some(one), Some(other)) = (first(line), first(lower))
        && !one.eq_ignore_ascii_case(&other)
    {
        return false;
    }
    let mut letters = line.chars().flat_map(char::to_lowercase);
    lower.chars().all(|letter| letters.next() == Some(letter))
}

/// FNV-1a of the folded word. A collision only makes a phrase be passed over.
fn digest(word: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    if word.is_ascii() {
        word.bytes().for_each(|byte| add(byte.to_ascii_lowercase()));
    } else {
        let mut add = |plain: char| plain.encode_utf8(&mut [0; 4]).bytes().for_each(&mut add);
        word.chars().for_each(|letter| fold_letter(letter, &mut add));
    }
    hash
}

fn sieve(words: &[u64]) -> u64 {
    words.iter().fold(0, |bits, word| bits | 1 << (word >> 58))
}

impl Masker {
    /// Text of the same lines, of the same length each, without a number or a capitalised word of the original. Of
    /// HTML the tags stay, without their attributes.
    pub(super) fn free_text(&self, value: &str, turn: u32) -> String {
        if !html::is_html(value) {
            return self.plain_text(value, turn).text;
        }
        let (mut draw, banned) = self.prepared(value, turn);
        html::masked(value, |text, out| {
            let mut draft = Draft::of(text.len());
            self.lines(text, &mut draw, &banned, &mut draft);
            out.push_str(&draft.text);
        })
    }

    /// The same for text that is no HTML.
    pub(super) fn plain_text(&self, value: &str, turn: u32) -> Draft<'_> {
        let (mut draw, banned) = self.prepared(value, turn);
        let mut draft = Draft::of(value.len());
        self.lines(value, &mut draw, &banned, &mut draft);
        draft
    }

    fn prepared(&self, value: &str, turn: u32) -> (Draw, Banned) {
        (self.key.draw(Purpose::Text, turn, value.as_bytes()), Banned::of(value))
    }

    fn lines<'a>(&'a self, text: &str, draw: &mut Draw, banned: &Banned, out: &mut Draft<'a>) {
        for line in text.split_inclusive('\n') {
            let body = line
                .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | '>' | '#' | '•'));
            let core = body.trim_end();
            if core.is_empty() {
                out.text.push_str(line);
                continue;
            }
            out.text.push_str(&line[..line.len() - body.len()]);
            self.line(core, draw, banned, out);
            out.text.push_str(&body[core.len()..]);
        }
    }

    /// As many characters as the line has, with its last mark and its first capital.
    fn line<'a>(&'a self, line: &str, draw: &mut Draw, banned: &Banned, out: &mut Draft<'a>) {
        let start = out.text.len();
        let end = line.chars().next_back().filter(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…'));
        let mut left = line.chars().count() - usize::from(end.is_some());
        let is_title = end.is_none() && left <= words::LONGEST_SUBJECT;
        let mut misses = if is_title { 4 } else { 0 };
        while misses < 4 {
            // One that leaves room for a blank and a word.
            let Some(most) = left.checked_sub(1 + SHORTEST_REST) else { break };
            let fitting = self.lists.text.of_at_most(most);
            let Some(sentence) = fitting.get(draw.below(fitting.len())) else { break };
            if !banned.allows(sentence) {
                misses += 1;
                continue;
            }
            out.push(&sentence.phrase);
            out.text.push(' ');
            left -= sentence.phrase.chars + 1;
        }
        let capital = line.starts_with(char::is_uppercase) || out.text.len() > start;
        match self.subject(left, line, draw, banned) {
            Some(subject) if capital => out.push(subject),
            Some(subject) => out.push_lower(subject),
            None => self.filler(left, capital, draw, banned, out),
        }
        out.text.extend(end);
    }

    /// A short line of exactly so many characters, as it stands above a note, and not the line itself.
    fn subject(&self, chars: usize, line: &str, draw: &mut Draw, banned: &Banned) -> Option<&Phrase> {
        let shelf = self.lists.text.subjects.get(chars).filter(|shelf| !shelf.is_empty())?;
        let first = draw.below(shelf.len());
        let turned = shelf[first..].iter().chain(&shelf[..first]);
        let mut fine = turned.filter(|subject| banned.allows(subject)).map(|subject| &subject.phrase);
        fine.find(|subject| !begins_like(line, &subject.lower))
    }

    /// Exactly so many characters of words.
    fn filler<'a>(
        &'a self,
        mut left: usize,
        capital: bool,
        draw: &mut Draw,
        banned: &Banned,
        out: &mut Draft<'a>,
    ) {
        let start = out.text.len();
        while left > 0 {
            let length = if left <= LONGEST_WORD && (left < 5 || draw.below(3) == 0) {
                left
            } else {
                2 + draw.below((left - 3).min(LONGEST_WORD - 2))
            };
            self.word(length, draw, banned, out);
            left -= length;
            if left > 0 {
                out.text.push(' ');
                left -= 1;
            }
        }
        if capital {
            capitalise(&mut out.text, start);
        }
    }

    fn word<'a>(&'a self, length: usize, draw: &mut Draw, banned: &Banned, out: &mut Draft<'a>) {
        let words = &self.lists.text.words[length];
        for _ in 0..8 {
            if let Some(word) = words.get(draw.below(words.len())).filter(|word| banned.allows(word)) {
                out.push(&word.phrase);
                return;
            }
        }
        // No word is left: letters that are none.
        const VOWELS: &[u8] = b"aeiou";
        const CONSONANTS: &[u8] = b"bdfglmnprstv";
        let letter = |place: usize| {
            let letters = if place % 2 == length % 2 { VOWELS } else { CONSONANTS };
            letters[draw.below(letters.len())] as char
        };
        out.push_letters(&(0..length).map(letter).collect::<String>());
    }
}

/// Makes the letter at `start` a capital, where that takes no more room.
fn capitalise(text: &mut String, start: usize) {
    let Some(first) = text[start..].chars().next() else { return };
    let mut upper = first.to_uppercase();
    if let (Some(capital), None) = (upper.next(), upper.next()) {
        text.replace_range(start..start + first.len_utf8(), capital.encode_utf8(&mut [0; 4]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Originals;
    use super::super::masker::tests::masker;
    use super::*;

    const LETTER: &str = "Bonjour Madame Durand,\r\n\r\n  - rappeler au 06 12 34 56 78 avant Vendredi 12 !\n\
                          Monsieur LEFÈVRE a commandé 3 palettes. Voir avec Toulouse ?\n";

    #[test]
    fn text_keeps_its_lines_and_lengths() {
        let mask = masker().free_text(LETTER, 0);
        let shape = |text: &str| text.split('\n').map(|line| line.chars().count()).collect::<Vec<_>>();
        assert_eq!(shape(&mask), shape(LETTER));
        assert!(mask.contains(",\r\n\r\n  - ") && mask.ends_with("?\n"), "{mask}");
        assert_eq!(masker().free_text(LETTER, 0), mask);
    }

    #[test]
    fn no_number_and_no_capitalised_word_of_the_original_is_left() {
        let originals =
            [LETTER, "À RECONTACTER APRÈS LES CONGÉS D'ÉTÉ, PRÉVOIR UN PETIT VÉHICULE POUR VOUS", "12 34"];
        for original in originals {
            let masker = masker();
            for turn in 0..200 {
                let mask = masker.free_text(original, turn);
                assert!(!mask.contains(|c: char| c.is_ascii_digit()), "{mask}");
                let banned = Banned::of(original);
                let words: Vec<u64> = telling_words(&mask).map(digest).collect();
                assert!(!words.iter().any(|word| banned.words.contains(word)), "{mask}");
            }
        }
    }

    #[test]
    fn a_short_line_is_never_its_own_mask() {
        let masker = masker();
        for subject in (0..=words::LONGEST_SUBJECT).flat_map(words::subjects_of_length) {
            for line in [(*subject).to_owned(), subject.to_lowercase(), format!("{subject}.")] {
                assert_ne!(masker.free_text(&line, 0), line);
            }
        }
    }

    #[test]
    fn every_length_is_met() {
        let masker = masker();
        for length in 1..300 {
            assert_eq!(masker.free_text(&"x".repeat(length), 0).chars().count(), length);
        }
    }

    #[test]
    fn sentences_that_are_originals_are_not_used() {
        let mut originals = Originals::default();
        words::sentences().iter().for_each(|sentence| originals.add(sentence));
        let masker = Masker::new(super::super::Key::from_bytes([1; 32]), originals);
        let mask = masker.free_text(&"mot ".repeat(60), 0);
        assert_eq!(masker.lists.text.sentences.len(), 0);
        assert_eq!(mask.chars().count(), 240);
    }
}
