//! What no mask may be: the identifying values of the database itself.

use super::identifiers::siren_in;
use super::key::{Key, Purpose};
use super::nobody::url_host;
use super::phone::Number;
use super::run::Run;
use super::style::digits;
use super::taken::{LONGEST, Lengths, Taken, padded};
use crate::fingerprints::{Gathering, Recent, SHORTEST};
use crate::schema::Category;
use crate::words::capitalised_pairs;

/// The identifying values of a database, being gathered: [`Masker::new`](super::Masker::new) takes them.
pub struct Originals {
    runs: Gathering,
    recent: Recent,
    recent_texts: Recent,
    short: Lengths,
    /// The value that is being added, in memory that is used again.
    run: Run,
    joined: String,
}

/// A secret that is longer is no word that somebody chose. In bytes.
const LONGEST_WORD: usize = 40;

/// Whether an address is at a host where no mask's can be: those are below `.example`, at a host without a dot, or at the
/// number of one. What stands around an address may be anywhere.
fn is_elsewhere(category: Category, value: &str) -> bool {
    let is_bare =
        || !value.contains(|sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | ',' | ';'));
    let host = match category {
        Category::Email => value.rsplit_once('@').map(|(_, host)| host).filter(|_| is_bare()),
        Category::Url => url_host(value).filter(|_| is_bare()),
        _ => None,
    };
    host.and_then(|host| host.rsplit_once('.'))
        .is_some_and(|(_, last)| last.contains(char::is_alphabetic) && !last.eq_ignore_ascii_case("example"))
}

impl Default for Originals {
    fn default() -> Self {
        Originals::of_about(0, &Key::fresh())
    }
}

impl Originals {
    /// Gets ready for about so many values. A mask that looks like one of them by chance does so every time under the
    /// same key.
    pub fn of_about(count: u64, key: &Key) -> Self {
        let seed = key.draw(Purpose::Originals, 0, b"").wide() as u64;
        Originals::with(Gathering::of_about(count, seed))
    }

    /// Whether there are so many that no mask can be told from them: memory for them has an end.
    pub fn are_too_many(&self) -> bool {
        self.runs.is_crowded()
    }

    /// Another one, for another thread; [`Originals::join`] brings the two together again.
    pub fn sibling(&self) -> Self {
        Originals::with(self.runs.sibling())
    }

    fn with(runs: Gathering) -> Self {
        let [recent, recent_texts] = [Recent::default(), Recent::default()];
        Originals { runs, recent, recent_texts, short: 0, run: Run::default(), joined: String::new() }
    }

    /// Adds what a sibling has gathered.
    pub fn join(&mut self, sibling: Self) {
        self.short |= sibling.short;
        self.runs.join(sibling.runs);
    }

    /// Adds a value of a category, as far as a mask may hold it.
    pub fn add_one_of(&mut self, category: Category, value: &str) {
        match category {
            // A hash or a random token: no mask can be one. A password in clear may be a word.
            Category::Secret if value.len() > LONGEST_WORD => {}
            Category::FreeText => self.add_line(value),
            _ if is_elsewhere(category, value) => {}
            // Nobody writes them without what stands between their words.
            Category::Email | Category::Url | Category::Street => self.add_text(value),
            _ if self.recent.has_seen(value.as_bytes()) => {}
            Category::Phone => self.add_phone(value),
            category => {
                self.add_unseen(value);
                // Whoever looks there would take a mask that is it for the original.
                siren_in(category, value).iter().for_each(|siren| self.add(siren));
            }
        }
    }

    /// Adds a telephone number, also with its 0 and with the country before it, as other places write it. A mask's
    /// digits are compared however they are grouped.
    fn add_phone(&mut self, value: &str) {
        let plain = digits(value);
        let Some(national) = Number::of(value, &plain).national() else { return self.add_unseen(value) };
        let is_among = ["0", "33"].iter().any(|before| plain.strip_prefix(before) == Some(national));
        if !is_among || value.contains(char::is_alphabetic) {
            self.add_unseen(value);
        }
        let mut whole = std::mem::take(&mut self.joined);
        for before in ["0", "33"] {
            whole.clear();
            whole.extend([before, national]);
            self.add(&whole);
        }
        self.joined = whole;
    }

    /// Adds a line of a text: its beginning, and the names in it, which may stand in no column at all.
    fn add_line(&mut self, text: &str) {
        self.add_text(text);
        let mut pair = std::mem::take(&mut self.joined);
        for (first, second) in capitalised_pairs(text) {
            pair.clear();
            pair.extend([first, " ", second]);
            self.add(&pair);
        }
        self.joined = pair;
    }

    /// Adds a value, also without its blanks.
    pub fn add(&mut self, value: &str) {
        if !self.recent.has_seen(value.as_bytes()) {
            self.add_unseen(value);
        }
    }

    fn add_unseen(&mut self, value: &str) {
        self.add_run(value);
        if self.run.words > 1 {
            let (mut closed, mut length) = ([0; LONGEST], 0);
            for byte in self.run.closed().take(LONGEST) {
                closed[length] = byte;
                length += 1;
            }
            self.runs.add(&closed[..length]);
        }
    }

    /// Adds a text, which nobody writes without its blanks.
    fn add_text(&mut self, text: &str) {
        self.run.refill(beginning(text));
        if self.run.text.len() < LONGEST {
            self.run.refill(text);
        }
        if !self.recent_texts.has_seen(&self.run.text[..self.run.text.len().min(LONGEST)]) {
            self.add_told(text);
        }
    }

    fn add_run(&mut self, value: &str) {
        self.run.refill(value);
        self.add_told(value);
    }

    /// Adds the run, which is that of the value.
    fn add_told(&mut self, value: &str) {
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

/// As much of a text as mostly has [`LONGEST`] letters and digits.
fn beginning(text: &str) -> &str {
    let end = (0..=text.len().min(2 * LONGEST)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
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
    fn what_no_mask_can_hold_is_not_remembered() {
        let remembered = |category, value: &str| {
            let mut originals = Originals::default();
            originals.add_one_of(category, value);
            originals.finish().runs.len()
        };
        for (category, value, count) in [
            (Category::Email, "marie.durand@acme.fr", 0),
            (Category::Email, "marie.durand@acme-x1y2z.Example", 1),
            (Category::Email, "marie.durand@localhost", 1),
            (Category::Email, "marie.durand@192.0.2.7", 1),
            (Category::Email, "Marie Durand <marie@acme.fr>", 1),
            (Category::Email, "marie.durand", 1),
            (Category::Url, "https://www.acme.fr/marie", 0),
            (Category::Url, "https://192.0.2.7/marie", 1),
            (Category::Url, "Fleurs et jardins", 1),
            (Category::Phone, "06 12 34 56 78", 2),
            (Category::Phone, "+33 6 12 34 56 78", 2),
            // As a SIREN may be written.
            (Category::Phone, "612345678", 3),
            (Category::Phone, "06 12 34 56 78 (Marie)", 4),
            (Category::Phone, "+44 20 7946 0958", 2),
            (Category::Siret, "732 829 320 00074", 3),
            (Category::Vat, "FR44 732829320", 3),
            (Category::Siren, "732829320", 1),
            (Category::FreeText, "Marie Durand est venue. Bonjour Paul Petit !", 7),
        ] {
            assert_eq!(remembered(category, value), count, "{value}");
        }
    }

    #[test]
    fn a_value_is_known_as_other_places_write_it() {
        let known = |category, value: &str, other: &str| {
            let mut originals = Originals::default();
            originals.add_one_of(category, value);
            originals.finish().runs.holds(other.bytes())
        };
        for (category, value, other) in [
            (Category::Siret, "732 829 320 00074", "732829320"),
            (Category::Vat, "FR44 732829320", "732829320"),
            (Category::Phone, "+33 (0)6 12 34 56 78", "0612345678"),
            (Category::Phone, "+33 (0)6 12 34 56 78", "33612345678"),
            (Category::Phone, "06.12.34.56.78", "0612345678"),
            (Category::Phone, "06.12.34.56.78", "33612345678"),
        ] {
            assert!(known(category, value, other), "{value}");
        }
        for other in ["02079460958", "332079460958", "07946095844"] {
            assert!(!known(Category::Phone, "+44 20 7946 0958", other), "{other}");
        }
    }
}
