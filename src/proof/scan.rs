//! Looks for originals in bytes: in a whole stream, or in one value.

use super::finds::{Finds, Place};
use super::needles::{FEWEST_DIGITS, LONGEST, Needles, SHORTEST, fold_latin, push_folded};
use super::starts::each_start;

/// A scanner over a stream that comes in pieces. An original counts where it stands as a whole run of words.
pub struct Scanner<'a> {
    needles: &'a Needles,
    /// Digests of values that do not count here, sorted: a word of the schema is no secret.
    pardoned: &'a [u64],
    /// Folded bytes that were not decided yet, beginning with the last byte that was.
    pending: Vec<u8>,
    hits: Finds,
    /// How many bytes are decided and gone, the one before the stream among them.
    gone: u64,
    scanned: u64,
}

impl<'a> Scanner<'a> {
    /// A scanner at the beginning of a stream.
    pub fn new(needles: &'a Needles, pardoned: &'a [u64]) -> Self {
        Scanner { needles, pardoned, pending: vec![b' '], hits: Finds::default(), gone: 0, scanned: 0 }
    }

    /// The next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.scanned += bytes.len() as u64;
        let from = self.pending.len().saturating_sub(1);
        self.pending.extend_from_slice(bytes);
        self.pending[from + 1..].make_ascii_lowercase();
        fold_latin(&mut self.pending[from..]);
        let decided = self.pending.len().saturating_sub(LONGEST + 1);
        if decided > 0 {
            self.look_before(decided);
            self.pending.drain(..decided);
            self.gone += decided as u64;
        }
    }

    fn look_before(&mut self, decided: usize) {
        let Scanner { needles, pardoned, pending, hits, gone, .. } = self;
        each_hit(needles, pending, decided, &mut |at, digest, length| {
            if pardoned.binary_search(&digest).is_err() {
                hits.add_at(digest, Place { start: *gone + at as u64 - 1, length });
            }
        });
    }

    /// The end of the stream: the originals that were in it, and how many bytes it had.
    pub fn finish(mut self) -> (Finds, u64) {
        self.look_before(self.pending.len());
        (self.hits, self.scanned)
    }
}

/// Shows the place, the digest and the length of each original that begins in `bytes[1..=decided]`; the byte before each
/// decides whether a word begins there.
pub fn each_hit(needles: &Needles, bytes: &[u8], decided: usize, hit: &mut dyn FnMut(usize, u64, usize)) {
    each_start(bytes, bytes.len().min(decided + 1), |at| {
        needles.each_at(&bytes[at..], &mut |digest, length| hit(at, digest, length));
    });
}

/// A longer value is searched in pieces, so that no second one stands beside it in memory. In bytes.
pub const PIECE: usize = 1 << 20;

/// Looks for originals in single values.
pub struct Search<'a> {
    needles: &'a Needles,
    folded: Vec<u8>,
    squeezed: Vec<u8>,
}

impl<'a> Search<'a> {
    /// A search for these originals.
    pub fn new(needles: &'a Needles) -> Self {
        Search { needles, folded: Vec::new(), squeezed: Vec::new() }
    }

    /// How many originals stand in a value, numbers also where their digits are grouped in another way.
    pub fn count_in(&mut self, value: &[u8]) -> u64 {
        let mut hits = 0;
        self.each_in(value, &mut |_| hits += 1);
        hits
    }

    /// The digests of the originals that stand in a value.
    pub fn digests_in(&mut self, value: &[u8]) -> Vec<u64> {
        let mut digests = Vec::new();
        self.each_in(value, &mut |digest| digests.push(digest));
        digests
    }

    fn each_in(&mut self, value: &[u8], hit: &mut dyn FnMut(u64)) {
        if value.len() > PIECE {
            // Pieces overlap, so that nothing is cut in two.
            let step = PIECE - LONGEST;
            for at in (0..value.len()).step_by(step) {
                self.each_in(&value[at..value.len().min(at + PIECE)], hit);
            }
            return;
        }
        if value.len() < SHORTEST {
            return;
        }
        self.folded.clear();
        self.folded.push(b' ');
        push_folded(value, &mut self.folded);
        each_hit(self.needles, &self.folded, self.folded.len(), &mut |_, digest, _| hit(digest));
        if squeeze_numbers(&self.folded, &mut self.squeezed) {
            each_hit(self.needles, &self.squeezed, self.squeezed.len(), &mut |_, digest, _| hit(digest));
        }
    }
}

/// Writes the value without what people put between digits. Returns whether that makes a number worth searching.
pub fn squeeze_numbers(value: &[u8], out: &mut Vec<u8>) -> bool {
    if value.iter().filter(|byte| byte.is_ascii_digit()).count() < FEWEST_DIGITS {
        return false;
    }
    out.clear();
    let mut at = 0;
    while at < value.len() {
        let gap = value[at..].iter().take_while(|byte| b" .-/()".contains(byte)).count();
        let between =
            out.last().is_some_and(u8::is_ascii_digit) && value.get(at + gap).is_some_and(u8::is_ascii_digit);
        if gap == 0 || !between {
            out.push(value[at]);
            at += 1;
        } else {
            at += gap;
        }
    }
    out.len() < value.len()
}

#[cfg(test)]
mod tests {
    use super::super::needles::Collector;
    use super::*;

    fn needles(values: &[&str]) -> Needles {
        let mut collector = Collector::default();
        for value in values {
            collector.add(value.as_bytes());
        }
        collector.finish()
    }

    fn count(needles: &Needles, text: &str) -> u64 {
        Search::new(needles).count_in(text.as_bytes())
    }

    #[test]
    fn a_whole_run_is_found_and_a_part_of_a_word_is_not() {
        let needles = needles(&["marie.durand@example.org", "+33 6 12 34 56 78", "Élodie Lefèvre", "short"]);
        assert_eq!(needles.len(), 3, "a value of less than eight bytes is not searched");
        assert_eq!(count(&needles, "<Marie.Durand@Example.org>"), 1);
        assert_eq!(count(&needles, "call 33 6 12 34 56 78, now"), 1);
        assert_eq!(count(&needles, "ÉLODIE LEFÈVRE"), 1);
        assert_eq!(count(&needles, "annemarie.durand@example.org"), 0);
        assert_eq!(count(&needles, "marie.durand@example.organic"), 0);
        assert_eq!(count(&needles, "short"), 0);
    }

    #[test]
    fn pieces_of_any_size_make_no_difference() {
        let needles = needles(&["marie.durand@example.org", "12 rue des Tilleuls"]);
        let text = "xx 12 rue des Tilleuls yy marie.durand@example.org zz ".repeat(20);
        for piece in [1, 2, 7, LONGEST - 1, LONGEST, LONGEST + 1, 500, 5000] {
            let mut scanner = Scanner::new(&needles, &[]);
            text.as_bytes().chunks(piece).for_each(|bytes| scanner.push(bytes));
            let (found, scanned) = scanner.finish();
            assert_eq!((found.total(), scanned), (40, text.len() as u64), "pieces of {piece}");
        }
    }

    #[test]
    fn a_long_text_is_found_by_its_beginning() {
        let words = ["salon", "rappeler", "vendredi", "matin", "devis", "chantier", "atelier"];
        let text: String = (0..60).map(|at| format!("{}{at} ", words[at % words.len()])).collect();
        let needles = needles(&[&text]);
        assert_eq!(count(&needles, &format!("« {text} »")), 1);
        assert_eq!(count(&needles, &text[..60]), 0);
    }

    #[test]
    fn a_long_text_is_found_also_where_its_beginning_ends_within_a_word() {
        for before in LONGEST - 6..=LONGEST {
            let words = "mot ".repeat((LONGEST - 8) / 4);
            let text = format!("{words}{}é{}", "x".repeat(before - words.len()), "suite du texte".repeat(3));
            assert_eq!(count(&needles(&[&text]), &format!("« {text} »")), 1, "{before}");
        }
    }

    #[test]
    fn a_number_is_found_however_its_digits_are_grouped() {
        let mut collector = Collector::default();
        assert!(collector.add_digits(b"06 12 34 56 78"));
        assert!(!collector.add_digits(b"2026-05-04"), "a date is no number");
        let needles = collector.finish();
        for text in
            ["06.12.34.56.78", "tel 0612345678.", "+33 6 12 34 56 78", "+33612345678", "(06) 12-34-56-78"]
        {
            assert!(count(&needles, text) > 0, "{text}");
        }
        assert_eq!(count(&needles, "06 12 34 56 79 and 1 06 12 34 56 78"), 0);
    }

    #[test]
    fn a_word_of_the_schema_is_pardoned_in_a_stream() {
        let needles = needles(&["marketing", "marie.durand@example.org"]);
        let pardoned = Search::new(&needles).digests_in(b"CREATE TABLE marketing (id)");
        let mut scanner = Scanner::new(&needles, &pardoned);
        scanner.push(b"create table marketing (id) marie.durand@example.org");
        assert_eq!(scanner.finish().0.total(), 1);
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert_eq!(count(&needles(&[]), "anything at all"), 0);
        assert_eq!(count(&needles(&["something"]), ""), 0);
    }
}
