//! What a search index makes of a sign. The engine is asked: it has the tables of letters, marks and accents.

use crate::fault::Result;
use crate::store::sqlite::errors::Told;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

/// A sign, as an index takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// Whether a word may begin with it.
    pub begins: bool,
    /// Whether it goes on with a word that has begun: accents may, and begin none.
    pub goes_on: bool,
    folded: [u8; 4],
    length: u8,
}

impl Sign {
    /// What is kept of it in a word, which may be nothing.
    pub fn folded(&self) -> &[u8] {
        &self.folded[..usize::from(self.length)]
    }

    /// A sign of which the engine made these words: once alone, and once between two signs that it folds to `anchor`.
    fn of(alone: &[Vec<u8>], between: &[Vec<u8>], anchor: &[u8]) -> Option<Self> {
        let (goes_on, within) = match between {
            [word] => (true, word.strip_prefix(anchor)?.strip_suffix(anchor)?),
            [before, after] if before == anchor && after == anchor => (false, [].as_slice()),
            _ => return None,
        };
        // Words have no zeros: there are some behind them.
        if within.contains(&0) {
            return None;
        }
        let begins = match alone {
            [] => false,
            [word] if goes_on && word == within => true,
            _ => return None,
        };
        let mut folded = [0; 4];
        folded.get_mut(..within.len())?.copy_from_slice(within);
        Some(Sign { begins, goes_on, folded, length: within.len() as u8 })
    }
}

/// The engine, which cuts texts into words for us as an index does, in a database of its own in memory.
pub struct Signs {
    memory: Connection,
    /// A sign that stands in words, and what it is folded to.
    anchor: u8,
    folded: Vec<u8>,
}

impl Signs {
    /// Who knows the signs for an index that says this of how it cuts texts. None where no word can be made of ASCII.
    pub fn of(tokenize: &str) -> Result<Option<Self>> {
        let memory = Connection::open_in_memory().told(doing)?;
        memory
            .execute_batch(&format!(
                "CREATE VIRTUAL TABLE words USING fts5 (text, content = ''{tokenize});
                 CREATE VIRTUAL TABLE seen USING fts5vocab (words, instance);"
            ))
            .told(doing)?;
        let mut signs = Signs { memory, anchor: 0, folded: Vec::new() };
        let candidates = signs.cut((0..0x80).map(|sign| vec![sign]))?;
        let found = (0..).zip(candidates).find_map(|(sign, words)| match words.as_slice() {
            [word] if !word.is_empty() => Some((sign, word.clone())),
            _ => None,
        });
        Ok(found.map(|(anchor, folded)| {
            (signs.anchor, signs.folded) = (anchor, folded);
            signs
        }))
    }

    /// What these signs are; none for one that is not understood. Each is what the engine reads at once: a byte below
    /// 0x80, or one above with all that go on with it.
    pub fn learn(&self, signs: &[Vec<u8>]) -> Result<Vec<Option<Sign>>> {
        let between = |sign: &Vec<u8>| [&[self.anchor], sign.as_slice(), &[self.anchor]].concat();
        let words = self.cut(signs.iter().cloned().chain(signs.iter().map(between)))?;
        let (alone, between) = words.split_at(signs.len());
        Ok(alone.iter().zip(between).map(|(alone, between)| Sign::of(alone, between, &self.folded)).collect())
    }

    /// The words of each text, in their order.
    fn cut(&self, texts: impl Iterator<Item = Vec<u8>>) -> Result<Vec<Vec<Vec<u8>>>> {
        self.memory.execute_batch("BEGIN").told(doing)?;
        let insert = "INSERT INTO words (rowid, text) VALUES (?1, CAST(?2 AS TEXT))";
        let mut insert = self.memory.prepare_cached(insert).told(doing)?;
        let mut words = Vec::new();
        for text in texts {
            insert.execute(params![words.len() as i64, text]).told(doing)?;
            words.push(Vec::new());
        }
        self.memory.execute_batch("COMMIT").told(doing)?;
        let seen = "SELECT doc, term FROM seen ORDER BY doc, offset";
        let mut seen = self.memory.prepare_cached(seen).told(doing)?;
        let mut rows = seen.query([]).told(doing)?;
        while let Some(row) = rows.next().told(doing)? {
            let word = match row.get_ref(1).told(doing)? {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                _ => Vec::new(),
            };
            words[row.get::<_, i64>(0).told(doing)? as usize].push(word);
        }
        drop(rows);
        self.memory.execute_batch("INSERT INTO words (words) VALUES ('delete-all')").told(doing)?;
        Ok(words)
    }
}

fn doing() -> String {
    "learning how a search index cuts texts".to_owned()
}
