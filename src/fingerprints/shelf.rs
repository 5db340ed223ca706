//! Digests that memory has no room for: sorted runs of them in a file without a name.

use crate::fault::{Fault, Result};
use crate::publish;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// So many runs of one size become one of the next: to look for a digest is to look into few of them.
const TOGETHER: usize = 8;
/// One look into a run reads so many entries, and one digest of them stays in memory.
const BLOCK: usize = 1 << 10;
/// Entries of one run that are read at once where several are merged.
const AHEAD: usize = 1 << 12;

/// Entries of one digest, by which they are sorted, and what belongs to it.
#[derive(Debug)]
pub struct Shelf<const WIDTH: usize> {
    folder: PathBuf,
    /// Once it is needed.
    file: Option<File>,
    end: u64,
    runs: Vec<Run>,
}

/// A sorted run.
#[derive(Debug)]
struct Run {
    start: u64,
    count: u64,
    /// How often its entries were merged.
    level: u32,
    /// The first digest of each block.
    firsts: Vec<u64>,
}

impl<const WIDTH: usize> Shelf<WIDTH> {
    /// Nothing yet; the file will be in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Shelf { folder: folder.to_owned(), file: None, end: 0, runs: Vec::new() }
    }

    /// Puts sorted entries on it.
    ///
    /// # Errors
    /// Unfinished when the file cannot be made or written.
    pub fn put(&mut self, sorted: &[[u64; WIDTH]]) -> Result<()> {
        if sorted.is_empty() {
            return Ok(());
        }
        let mut writing = self.begin(0)?;
        sorted.iter().try_for_each(|entry| writing.push(self, *entry))?;
        let run = writing.finish(self)?;
        self.runs.push(run);
        self.merge_alike()
    }

    /// Whether nothing was put on it.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// An entry with this digest, if there is one.
    ///
    /// # Errors
    /// Unfinished when the file cannot be read.
    pub fn find(&self, digest: u64) -> Result<Option<[u64; WIDTH]>> {
        let Some(file) = &self.file else { return Ok(None) };
        for run in &self.runs {
            // The block that begins with the digest, or the one before the first that begins behind it.
            let block = run.firsts.partition_point(|first| *first < digest);
            let block = if run.firsts.get(block) == Some(&digest) { block } else { block.wrapping_sub(1) };
            if block >= run.firsts.len() {
                continue;
            }
            let from = (block * BLOCK) as u64;
            let entries: Vec<[u64; WIDTH]> = read(file, run, from, BLOCK)?;
            if let Ok(at) = entries.binary_search_by_key(&digest, |entry| entry[0]) {
                return Ok(Some(entries[at]));
            }
        }
        Ok(None)
    }

    /// Shows all entries in their order.
    ///
    /// # Errors
    /// Unfinished when the file cannot be read.
    pub fn each(&self, mut show: impl FnMut([u64; WIDTH])) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        merge(file, &self.runs, &mut |entry| {
            show(entry);
            Ok(())
        })
    }

    /// Makes one run of the last ones where there are enough of their size.
    fn merge_alike(&mut self) -> Result<()> {
        while let (Some(last), Some(file)) = (self.runs.last(), &self.file) {
            let level = last.level;
            let first = self.runs.partition_point(|run| run.level > level);
            if self.runs.len() - first < TOGETHER {
                break;
            }
            // What is read lies before what is written.
            let file = file.try_clone().map_err(told)?;
            let alike = self.runs.split_off(first);
            let mut writing = self.begin(level + 1)?;
            merge(&file, &alike, &mut |entry| writing.push(self, entry))?;
            let run = writing.finish(self)?;
            self.runs.push(run);
        }
        Ok(())
    }

    fn begin(&mut self, level: u32) -> Result<Writing> {
        if self.file.is_none() {
            self.file = Some(publish::unnamed_in(&self.folder)?);
        }
        let run = Run { start: self.end, count: 0, level, firsts: Vec::new() };
        Ok(Writing { run, waiting: Vec::with_capacity(AHEAD * bytes_of::<WIDTH>()) })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(file) = &self.file {
            file.write_all_at(bytes, self.end).map_err(told)?;
            self.end += bytes.len() as u64;
        }
        Ok(())
    }
}

/// A run that is being written.
struct Writing {
    run: Run,
    waiting: Vec<u8>,
}

impl Writing {
    fn push<const WIDTH: usize>(&mut self, shelf: &mut Shelf<WIDTH>, entry: [u64; WIDTH]) -> Result<()> {
        if self.run.count.is_multiple_of(BLOCK as u64) {
            self.run.firsts.push(entry[0]);
        }
        self.run.count += 1;
        entry.iter().for_each(|number| self.waiting.extend_from_slice(&number.to_le_bytes()));
        if self.waiting.len() >= AHEAD * bytes_of::<WIDTH>() {
            shelf.write(&self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }

    fn finish<const WIDTH: usize>(self, shelf: &mut Shelf<WIDTH>) -> Result<Run> {
        shelf.write(&self.waiting)?;
        Ok(self.run)
    }
}

/// Reads a run from its beginning.
struct Reader<'a, const WIDTH: usize> {
    file: &'a File,
    run: &'a Run,
    next: u64,
    entries: Vec<[u64; WIDTH]>,
    at: usize,
}

impl<const WIDTH: usize> Reader<'_, WIDTH> {
    fn fill(&mut self) -> Result<()> {
        self.entries = read(self.file, self.run, self.next, AHEAD)?;
        self.at = 0;
        self.next += self.entries.len() as u64;
        Ok(())
    }
}

/// Shows the entries of several runs in their order.
fn merge<const WIDTH: usize>(
    file: &File,
    runs: &[Run],
    show: &mut dyn FnMut([u64; WIDTH]) -> Result<()>,
) -> Result<()> {
    let mut readers: Vec<Reader<'_, WIDTH>> =
        runs.iter().map(|run| Reader { file, run, next: 0, entries: Vec::new(), at: 0 }).collect();
    readers.iter_mut().try_for_each(Reader::fill)?;
    loop {
        readers.retain(|reader| reader.at < reader.entries.len());
        // They are few: to look at each costs less than to keep them in order.
        let Some(least) = readers.iter_mut().min_by_key(|reader| reader.entries[reader.at]) else {
            return Ok(());
        };
        show(least.entries[least.at])?;
        least.at += 1;
        if least.at == least.entries.len() {
            least.fill()?;
        }
    }
}

/// Entries of a run, as many as these at most.
fn read<const WIDTH: usize>(file: &File, run: &Run, from: u64, most: usize) -> Result<Vec<[u64; WIDTH]>> {
    let count = most.min((run.count - from) as usize);
    let mut bytes = vec![0; count * bytes_of::<WIDTH>()];
    let place = run.start + from * bytes_of::<WIDTH>() as u64;
    file.read_exact_at(&mut bytes, place).map_err(told)?;
    let (numbers, _) = bytes.as_chunks::<{ size_of::<u64>() }>();
    let numbers: Vec<u64> = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
    Ok(numbers.as_chunks::<WIDTH>().0.to_vec())
}

/// The bytes of an entry.
const fn bytes_of<const WIDTH: usize>() -> usize {
    WIDTH * size_of::<u64>()
}

fn told(error: io::Error) -> anyhow::Error {
    Fault::unfinished(format!("what memory has no room for cannot be written or read: {error}")).into()
}

#[cfg(test)]
mod tests {
    use super::super::scattered;
    use super::*;

    #[test]
    fn what_was_put_there_in_runs_is_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::<2>::in_folder(folder.path());
        assert!(shelf.is_empty() && shelf.find(7).unwrap().is_none());
        const RUN: u64 = 3_000;
        for run in 0..70 {
            let mut entries: Vec<[u64; 2]> =
                (run * RUN..(run + 1) * RUN).map(|number| [scattered(number), number]).collect();
            entries.sort_unstable();
            shelf.put(&entries).unwrap();
        }
        assert_eq!(shelf.runs.len(), 1 + 6, "64 that were merged twice, and six");
        for number in (0..70 * RUN).step_by(7) {
            assert_eq!(shelf.find(scattered(number)).unwrap(), Some([scattered(number), number]));
        }
        for number in (70 * RUN..71 * RUN).map(scattered).chain([0, u64::MAX]) {
            assert_eq!(shelf.find(number).unwrap(), None);
        }
        let (mut count, mut last) = (0, [0, 0]);
        shelf
            .each(|entry| {
                assert!(last < entry);
                (count, last) = (count + 1, entry);
            })
            .unwrap();
        assert_eq!(count, 70 * RUN);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn equal_ones_all_come_again_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::<1>::in_folder(folder.path());
        for _ in 0..9 {
            shelf.put(&[[1], [1], [5]]).unwrap();
        }
        let mut all = Vec::new();
        shelf.each(|[digest]| all.push(digest)).unwrap();
        assert_eq!(all, [[1; 18].as_slice(), &[5; 9]].concat());
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let mut shelf = Shelf::<1>::in_folder(Path::new("/nowhere/at/all"));
        assert!(shelf.put(&[[1]]).is_err());
    }
}
