//! Makes erased values leave the files of the engine: as far as needed, and no further. Each step is followed by a
//! search, and only a search that finds nothing is taken for proof.

use crate::fault::{Kind, Result, kind_of};
use crate::progress::Progress;
use crate::store::{Files, Found, Held, Needles, Scrub};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// One removal.
pub struct Removal<'a> {
    /// The engine.
    pub engine: &'a mut dyn Scrub,
    /// What has to be gone.
    pub needles: &'a Needles,
    /// The tables that were touched.
    pub tables: &'a BTreeSet<String>,
    /// Where attachments lie.
    pub folders: &'a [PathBuf],
    /// Who listens.
    pub progress: &'a mut dyn Progress,
}

/// What a removal did and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Samples of statistics that were dropped.
    pub samples: u64,
    /// How many full-text indexes were rewritten.
    pub search_indexes: u64,
    /// Full-text indexes that may still hold words, because nobody can tell them what is gone.
    pub unsure: Vec<String>,
    /// Whether the log is empty. It is not while somebody reads it.
    pub log_emptied: bool,
    /// The files that were searched, by the end of their names, with their bytes.
    pub files: Vec<(String, u64)>,
    /// How many byte strings were sought.
    pub sought: u64,
    /// How many of them others hold lawfully.
    pub held_elsewhere: u64,
    /// Hits of the first search, by who holds them.
    pub hits_before: BTreeMap<Held, u64>,
    /// The same, of the last search.
    pub hits_after: BTreeMap<Held, u64>,
    /// Hits of the last search that nobody may hold.
    pub residue_before: u64,
    /// The same, after the last step.
    pub residue: u64,
    /// Pages whose dead bytes were overwritten.
    pub pages_overwritten: u64,
    /// Whether the whole database was written anew.
    pub rewritten: bool,
}

impl Removed {
    /// Whether a search has found nothing that nobody may hold.
    pub fn is_proven(&self) -> bool {
        self.log_emptied && self.residue == 0 && self.unsure.is_empty()
    }
}

impl Removal<'_> {
    /// Removes and searches.
    ///
    /// # Errors
    /// When a file cannot be read or written. A reader in the way is no error: the result says what is owed.
    pub fn run(mut self) -> Result<Removed> {
        let mut done = Removed { sought: self.needles.len() as u64, ..Removed::default() };
        match self.steps(&mut done) {
            Err(error) if kind_of(&error) == Kind::Busy => {
                done.log_emptied = false;
                Ok(done)
            }
            result => result.map(|()| done),
        }
    }

    fn steps(&mut self, done: &mut Removed) -> Result<()> {
        done.samples = self.engine.forget_samples(self.tables)?;
        let tidied = self.engine.tidy_search_indexes(self.tables, self.progress)?;
        (done.search_indexes, done.unsure) = (tidied.indexes, tidied.unsure);
        done.log_emptied = self.engine.settle()?;
        if !done.log_emptied {
            return Ok(());
        }
        let mut found = self.search(done)?;
        done.hits_before = found.classes();
        done.residue_before = done.residue;
        if found.residue().iter().any(|hit| hit.held == Held::Statistics) {
            done.samples += self.engine.forget_samples(&BTreeSet::new())?;
            found = self.search_again(done)?;
        }
        if done.residue > 0 {
            let pages = self.engine.overwrite(&found)?;
            done.pages_overwritten = pages.unwrap_or(0);
            if pages.is_some() {
                self.search_again(done)?;
            }
        }
        if done.residue > 0 && done.log_emptied {
            self.engine.rewrite()?;
            done.rewritten = true;
            self.search_again(done)?;
        }
        Ok(())
    }

    fn search_again(&mut self, done: &mut Removed) -> Result<Found> {
        done.log_emptied = self.engine.settle()?;
        self.search(done)
    }

    fn search(&mut self, done: &mut Removed) -> Result<Found> {
        let found = self.engine.search(self.needles, self.folders, self.progress)?;
        done.residue = found.residue().len() as u64;
        done.held_elsewhere = found.held_elsewhere();
        done.hits_after = found.classes();
        done.files = named(&found.files);
        Ok(found)
    }
}

/// Files by what they are: their names may be somebody's.
fn named(files: &Files) -> Vec<(String, u64)> {
    let mut named: Vec<(String, u64)> = Vec::new();
    for (place, (path, bytes)) in files.iter().enumerate() {
        let name = path.to_string_lossy();
        let sort = match place {
            0 => "database",
            _ if name.ends_with("-wal") => "write-ahead log",
            _ if name.ends_with("-journal") => "journal",
            _ => "attachments",
        };
        match named.iter_mut().find(|(known, _)| known == sort) {
            Some((_, sum)) => *sum += bytes,
            None => named.push((sort.to_owned(), *bytes)),
        }
    }
    named
}
