//! What an engine does so that erased values leave its files too. Each step says what it did; none is taken for proof.

use super::{Needles, Table, Value};
use crate::fault::Result;
use crate::progress::Progress;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// An engine whose files can be searched and overwritten.
pub trait Scrub {
    /// The settings that [`Scrub::make_ready`] changes for everybody, as they are now.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    fn settings(&self) -> Result<BTreeMap<String, String>>;

    /// Sets the engine so that what is deleted is overwritten and no journal keeps the old pages. The settings, as
    /// they were read back.
    ///
    /// # Errors
    /// Busy when somebody holds the database; unfinished when a setting does not hold.
    fn make_ready(&mut self) -> Result<BTreeMap<String, String>>;

    /// The values that lie next to one another in the engine's files when this row is written, each run of texts as
    /// one byte string. `row` has every column's name and value.
    fn written(&self, table: &Table, row: &[(String, Value)]) -> Vec<Vec<u8>>;

    /// A text as the engine's files hold it.
    fn encoded(&self, text: &[u8]) -> Vec<u8>;

    /// The words of these texts that a full-text index holds for nobody else, each by the forms in which its pages hold
    /// it, the whole word first.
    ///
    /// # Errors
    /// When an index cannot be asked.
    fn words(&self, texts: &[&[u8]]) -> Result<Vec<Vec<Vec<u8>>>>;

    /// Drops the samples that the engine's statistics took from these tables, all of them where none is named;
    /// returns how many.
    ///
    /// # Errors
    /// As a transaction.
    fn forget_samples(&mut self, tables: &BTreeSet<String>) -> Result<u64>;

    /// Rewrites every full-text index, in steps, so that none keeps a word of a row that is gone. One that nobody tells
    /// of changes is made anew, if the texts that it is about are in one of these tables.
    ///
    /// # Errors
    /// As a transaction.
    fn tidy_search_indexes(
        &mut self,
        tables: &BTreeSet<String>,
        progress: &mut dyn Progress,
    ) -> Result<Tidied>;

    /// Brings everything into the main file and empties the log. False when somebody still reads the log.
    ///
    /// # Errors
    /// When the files cannot be written.
    fn settle(&mut self) -> Result<bool>;

    /// Searches every file of the database, and every file below these folders.
    ///
    /// # Errors
    /// When a file cannot be read.
    fn search(
        &mut self,
        needles: &Needles,
        folders: &[PathBuf],
        progress: &mut dyn Progress,
    ) -> Result<Found>;

    /// Overwrites what is dead in the pages on which residue was found; returns how many pages that were, and nothing
    /// where this build of the engine cannot do it.
    ///
    /// # Errors
    /// As a transaction.
    fn overwrite(&mut self, found: &Found) -> Result<Option<u64>>;

    /// Writes the whole database anew: the last resort.
    ///
    /// # Errors
    /// Busy, or no room on the disk.
    fn rewrite(&mut self) -> Result<()>;

    /// Puts settings back that [`Scrub::make_ready`] changed for everybody. `was` is what [`Scrub::settings`] said.
    ///
    /// # Errors
    /// When the engine refuses.
    fn put_back(&mut self, was: &BTreeMap<String, String>) -> Result<()>;
}

/// What became of the full-text indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tidied {
    /// How many were rewritten.
    pub indexes: u64,
    /// Those of them that may still hold words of what is gone, and cannot be made anew.
    pub unsure: Vec<String>,
}

/// The files that were searched, with their sizes in bytes.
pub type Files = Vec<(PathBuf, u64)>;

/// Who holds a value where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// Nobody: free space, a free page, what is left in a log.
    Nobody,
    /// A row that is there.
    Row,
    /// A copy that the engine keeps of rows: a full-text index.
    SearchIndex,
    /// A full-text index, in which other rows have the same word.
    SharedWord,
    /// A sample of the engine's statistics.
    Statistics,
    /// A file beside the database.
    File,
}

impl Held {
    /// Whether it may stay there: others have it.
    pub fn is_lawful(self) -> bool {
        matches!(self, Held::Row | Held::SharedWord | Held::File)
    }

    /// Where that is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Held::Nobody => "free space or a log",
            Held::Row => "rows of others",
            Held::SearchIndex => "a full-text index",
            Held::SharedWord => "a full-text index that has the word from others",
            Held::Statistics => "statistics",
            Held::File => "files of others",
        }
    }
}

/// One place where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Which of the values.
    pub needle: usize,
    /// The page, from 1; 0 outside the main file.
    pub page: u32,
    /// Who holds it.
    pub held: Held,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The files that were searched.
    pub files: Files,
    /// Where something was found.
    pub hits: Vec<Hit>,
}

impl Found {
    /// The values that a row of somebody else holds: they may stay, wherever they are.
    pub fn lawful(&self) -> BTreeSet<usize> {
        let held = self.hits.iter().filter(|hit| matches!(hit.held, Held::Row | Held::SharedWord));
        held.map(|hit| hit.needle).collect()
    }

    /// How many values others hold, in a row or in a file.
    pub fn held_elsewhere(&self) -> u64 {
        let held = self.hits.iter().filter(|hit| hit.held.is_lawful());
        held.map(|hit| hit.needle).collect::<BTreeSet<usize>>().len() as u64
    }

    /// The hits that nobody may hold. A file of somebody else may have the value; that is no excuse for any other place.
    pub fn residue(&self) -> Vec<Hit> {
        let lawful = self.lawful();
        let is_left = |hit: &&Hit| hit.held != Held::File && !lawful.contains(&hit.needle);
        self.hits.iter().filter(is_left).copied().collect()
    }

    /// How many hits there are of each sort.
    pub fn classes(&self) -> BTreeMap<Held, u64> {
        let mut classes = BTreeMap::new();
        for hit in &self.hits {
            *classes.entry(hit.held).or_default() += 1;
        }
        classes
    }
}
