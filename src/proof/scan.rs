//! Looks for originals in bytes: in a whole stream, or in one value.

use super::needles::{LONGEST, Needles, SHORTEST, fold_latin, is_word, push_folded};

/// A scanner over a stream that comes in pieces. An original counts where it stands as a whole run of words.
pub struct Scanner<'a> {
    needles: &'a Needles,
    /// Folded bytes that were not decided yet, beginning with the last byte that was.
    pending: Vec<u8>,
    hits: u64,
    scanned: u64,
}

impl<'a> Scanner<'a> {
    /// A scanner at the beginning of a stream.
    pub fn new(needles: &'a Needles) -> Self {
        Scanner { needles, pending: vec![b' '], hits: 0, scanned: 0 }
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
            self.hits += hits(self.needles, &self.pending, decided);
            self.pending.drain(..decided);
        }
    }

    /// The end of the stream: how many originals were in it, and how many bytes it had.
    pub fn finish(mut self) -> (u64, u64) {
        let decided = self.pending.len();
        self.hits += hits(self.needles, &self.pending, decided);
        (self.hits, self.scanned)
    }
}

/// How many originals begin in `bytes[1..=decided]`; the byte before each decides whether a word begins there.
fn hits(needles: &Needles, bytes: &[u8], decided: usize) -> u64 {
    let mut hits = 0;
    for at in 1..bytes.len().min(decided + 1) {
        if is_word(bytes[at]) && !is_word(bytes[at - 1]) && needles.begins_at(&bytes[at..]).is_some() {
            hits += 1;
        }
    }
    hits
}

/// How many originals stand in one value.
pub fn in_value(needles: &Needles, value: &[u8], room: &mut Vec<u8>) -> u64 {
    if value.len() < SHORTEST {
        return 0;
    }
    room.clear();
    room.push(b' ');
    push_folded(value, room);
    hits(needles, room, room.len())
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
        in_value(needles, text.as_bytes(), &mut Vec::new())
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
        for piece in [1, 2, 7, 64, 119, 120, 121, 500, 5000] {
            let mut scanner = Scanner::new(&needles);
            text.as_bytes().chunks(piece).for_each(|bytes| scanner.push(bytes));
            assert_eq!(scanner.finish(), (40, text.len() as u64), "pieces of {piece}");
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
    fn nothing_is_found_in_nothing() {
        assert_eq!(count(&needles(&[]), "anything at all"), 0);
        assert_eq!(count(&needles(&["something"]), ""), 0);
    }
}
