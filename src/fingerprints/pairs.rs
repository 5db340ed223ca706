//! Digests, each with another one that belongs to it: for certain, and in memory that has an end.

use super::shelf::Shelf;
use super::sieve::Sieve;
use crate::fault::Result;
use std::collections::HashMap;
use std::path::Path;

/// The sieve of those that left memory is for so many at most; of more, some are looked for in vain.
const MOST_SIFTED: u64 = 16 << 20;

/// Pairs that are remembered: the newest in memory, the older ones in a file without a name.
#[derive(Debug)]
pub struct Pairs {
    newest: HashMap<u64, u64>,
    most_in_memory: usize,
    /// How many there will be, about.
    about: u64,
    /// Tells of most that they are not on the shelf; made when something is.
    sieve: Option<Sieve>,
    shelf: Shelf<2>,
}

impl Pairs {
    /// Gets ready for about so many, of which so many stay in memory: 20 to 40 bytes for each.
    pub fn of_about(count: u64, most_in_memory: usize, folder: &Path) -> Self {
        let room = usize::try_from(count).unwrap_or(usize::MAX).min(most_in_memory);
        // All at once: memory that grows is there twice for a moment.
        let newest = HashMap::with_capacity(room);
        Pairs { newest, most_in_memory, about: count, sieve: None, shelf: Shelf::in_folder(folder) }
    }

    /// What belongs to the digest, if it is remembered.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn get(&self, digest: u64) -> Result<Option<u64>> {
        if let Some(other) = self.newest.get(&digest) {
            return Ok(Some(*other));
        }
        match &self.sieve {
            Some(sieve) if sieve.holds(digest) => Ok(self.shelf.find(digest)?.map(|[_, other]| other)),
            _ => Ok(None),
        }
    }

    /// Remembers a pair. Of a digest that is remembered already, either pair counts.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put(&mut self, digest: u64, other: u64) -> Result<()> {
        if self.newest.len() >= self.most_in_memory {
            self.make_room()?;
        }
        self.newest.entry(digest).or_insert(other);
        Ok(())
    }

    fn make_room(&mut self) -> Result<()> {
        let about = self.about.min(MOST_SIFTED);
        let sieve = self.sieve.get_or_insert_with(|| Sieve::of_about(about));
        let mut sorted: Vec<[u64; 2]> = Vec::with_capacity(self.newest.len());
        sorted.extend(self.newest.drain().map(|(digest, other)| [digest, other]));
        sorted.sort_unstable();
        sorted.iter().for_each(|[digest, _]| sieve.add(*digest));
        self.shelf.put(&sorted)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scattered;
    use super::*;

    #[test]
    fn those_that_left_memory_are_known_as_well_as_those_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut pairs = Pairs::of_about(10_000, 700, folder.path());
        for number in 0..10_000 {
            assert_eq!(pairs.get(scattered(number)).unwrap(), None);
            pairs.put(scattered(number), number).unwrap();
        }
        assert!(pairs.newest.len() <= 700 && !pairs.shelf.is_empty());
        for number in 0..10_000 {
            assert_eq!(pairs.get(scattered(number)).unwrap(), Some(number));
        }
        assert!((10_000..50_000).all(|number| pairs.get(scattered(number)).unwrap().is_none()));
    }

    #[test]
    fn few_need_no_file() {
        let mut pairs = Pairs::of_about(3, 700, Path::new("/nowhere/at/all"));
        (0..700).for_each(|number| pairs.put(scattered(number), number).unwrap());
        assert_eq!(pairs.get(scattered(9)).unwrap(), Some(9));
        assert!(pairs.put(scattered(700), 0).is_err(), "and many do");
    }
}
