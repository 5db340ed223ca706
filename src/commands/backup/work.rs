//! The steps of one backup: read what identifies, mask, pack, prove. Each knows only what the last one gave it.

use super::BackupArgs;
use super::report;
use crate::anonymise::{self, Copied, originals};
use crate::archive::{
    self, Archive, Limits, Manifest, Options, Proof, ProofState, Pseudonyms, Summary, Writer,
};
use crate::fault::{Kind, Result, kind_of};
use crate::masking::{Key, Masker, Originals, also_written, reaches_nobody};
use crate::progress::Progress;
use crate::proof::{self, Collector, Evidence, Needles, Watching};
use crate::publish::scratch_in;
use crate::schema::{Category, CompleteMap, Rows};
use crate::store::sqlite::{self, Awaited, NewDatabase};
use crate::store::{Catalog, Snapshot, Store};
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// A secret that is longer is no word that somebody chose. In bytes.
const LONGEST_WORD: usize = 40;

/// What one backup works with.
pub struct Work<'a> {
    map: &'a CompleteMap,
    catalog: &'a Catalog,
    level: i32,
    with_proof: bool,
    /// That of a key file. Without one, a key is made for this archive and forgotten with it.
    key: Option<Key>,
    progress: &'a mut dyn Progress,
}

/// What one backup did.
pub struct Done {
    /// What was copied.
    pub copied: Copied,
    /// What became of the key.
    pub pseudonyms: Pseudonyms,
    /// What was written.
    pub summary: Summary,
    /// What the proof found, where one was made.
    pub evidence: Option<Evidence>,
    /// How long each step took.
    pub times: Vec<(&'static str, Duration)>,
}

/// The identifying values, for the two who must know them: the masks, which may be none of them, and the proof, which
/// may find none of them.
struct Known {
    masker: Masker,
    needles: Needles,
    count: u64,
}

impl<'a> Work<'a> {
    /// Gets ready; nothing is read yet.
    pub fn new(
        map: &'a CompleteMap,
        catalog: &'a Catalog,
        args: &BackupArgs,
        key: Option<Key>,
        progress: &'a mut dyn Progress,
    ) -> Self {
        Work { map, catalog, level: args.level, with_proof: !args.no_proof, key, progress }
    }

    /// Masks the moment into a database without a name in `folder`, packs it into `out` and proves it.
    ///
    /// # Errors
    /// Those of the steps, with the folder's name where it may be its fault; `out` is worth nothing then.
    pub fn archive(&mut self, source: &mut dyn Snapshot, folder: &Path, out: &mut File) -> Result<Done> {
        self.steps(source, folder, out).map_err(|error| match kind_of(&error) {
            Kind::Unfinished => error.context(format!("working in {}", folder.display())),
            _ => error,
        })
    }

    fn steps(&mut self, source: &mut dyn Snapshot, folder: &Path, out: &mut File) -> Result<Done> {
        let mut times = Vec::new();
        let mut since = Instant::now();
        let mut lap = |step| times.push((step, std::mem::replace(&mut since, Instant::now()).elapsed()));
        let known = self.read_what_identifies(source)?;
        lap("reading what identifies");
        let (copied, mut database) = self.mask(source, &known.masker, folder)?;
        lap("masking");
        let summary = self.pack(&mut database, &copied, known.count, out)?;
        drop(database);
        lap("compressing");
        let evidence = if self.with_proof { Some(self.prove(source, &known, folder, out)?) } else { None };
        lap("proving");
        self.progress.finish();
        Ok(Done { copied, pseudonyms: self.pseudonyms(), summary, evidence, times })
    }

    fn read_what_identifies(&mut self, source: &mut dyn Snapshot) -> Result<Known> {
        let with_proof = self.with_proof;
        let about = originals::about_how_many(source, self.map)?;
        let (mut originals, mut count) = (Originals::of_about(about), 0);
        let mut needles = Collector::of_about(if with_proof { about } else { 0 });
        originals::each(source, self.map, self.progress, &mut |original| {
            match original.category {
                // A hash or a random token: no mask can be one. A password in clear may be a word.
                Category::Secret if original.value.len() > LONGEST_WORD => {}
                Category::FreeText => add_text(&mut originals, original.value),
                category => {
                    originals.add(original.value);
                    also_written(category, original.value).iter().for_each(|value| originals.add(value));
                }
            }
            if !with_proof {
                return Ok(());
            }
            count += u64::from(needles.add(original.value.as_bytes()));
            if !reaches_nobody(original.category, original.value) && original.category != Category::FreeText {
                needles.add_digits(original.value.as_bytes());
            }
            Ok(())
        })?;
        let masker = Masker::new(self.key.clone().unwrap_or_else(Key::fresh), originals);
        Ok(Known { masker, needles: needles.finish(), count })
    }

    fn mask(&mut self, source: &mut dyn Snapshot, masker: &Masker, folder: &Path) -> Result<(Copied, File)> {
        let rebuilt = self.map.tables().iter().filter(|mapped| mapped.rows == Rows::Rebuild);
        let rebuilt: Vec<&str> = rebuilt.map(|mapped| mapped.table.name.as_str()).collect();
        let mut scratch = scratch_in(folder)?;
        let mut new = NewDatabase::begin(scratch.path(), self.catalog, &rebuilt)?;
        // From here on the file has no name: not even a kill leaves anything behind.
        scratch.unlink()?;
        let copied = anonymise::copy(source, self.map, masker, &mut new, self.progress)?;
        drop(new);
        Ok((copied, scratch.file().try_clone()?))
    }

    fn pack(
        &mut self,
        database: &mut File,
        copied: &Copied,
        originals: u64,
        out: &mut File,
    ) -> Result<Summary> {
        database.rewind()?;
        self.progress.stage("compressing", Some(database.metadata()?.len()));
        let options = Options { level: self.level, ..Options::default() };
        let mut writer = Writer::new(BufWriter::new(out), options)?;
        writer.push_all(database, self.progress)?;
        let (_, summary) = writer.finish(&self.manifest(copied, originals))?;
        Ok(summary)
    }

    /// Decodes the archive as a technician would, and holds it against the source.
    fn prove(
        &mut self,
        source: &mut dyn Snapshot,
        known: &Known,
        folder: &Path,
        out: &mut File,
    ) -> Result<Evidence> {
        let mut archive =
            Archive::open(BufReader::new(out.try_clone()?), Limits { max_decoded_bytes: u64::MAX })?;
        let mut decoded = scratch_in(folder)?;
        let awaited = Awaited::at(decoded.path())?;
        decoded.unlink()?;
        self.progress.stage("searching the archive", Some(archive.decoded_bytes()));
        let schema = proof::Known::of(self.catalog, &known.needles);
        let mut watching = Watching::new(BufWriter::new(decoded.file()), &known.needles, &schema);
        archive.unpack(&mut watching, self.progress)?;
        watching.flush()?;
        let (in_bytes, bytes) = watching.finish();
        let copy = awaited.arrived()?;
        let mut evidence =
            Evidence { in_bytes, bytes, originals: known.needles.len() as u64, ..Evidence::default() };
        let open = move || Ok(Box::new(copy) as Box<dyn Store>);
        proof::hold_against_source(source, self.map, open, &known.needles, self.progress, &mut evidence)?;
        evidence.judge()?;
        Ok(evidence)
    }

    fn pseudonyms(&self) -> Pseudonyms {
        if self.key.is_some() { Pseudonyms::KeyFile } else { Pseudonyms::KeyDestroyed }
    }

    fn manifest(&self, copied: &Copied, originals: u64) -> Manifest {
        let setting = |name: &str| self.catalog.settings.get(name).cloned().unwrap_or_default();
        let number = |name: &str| setting(name).parse::<i32>().unwrap_or_default();
        // Said before it is made: an archive whose proof fails never gets its name.
        let state = if self.with_proof { ProofState::Passed } else { ProofState::None };
        let counts =
            if self.with_proof { [("originals".to_owned(), originals)].into() } else { Default::default() };
        Manifest {
            engine: sqlite::engine_version(),
            created: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            map: archive::MapStamp { name: self.map.name().to_owned(), digest: self.map.digest().to_owned() },
            pseudonyms: self.pseudonyms(),
            proof: Proof { state, counts },
            database: archive::Database {
                page_size: number("page_size").unsigned_abs(),
                encoding: setting("encoding"),
                user_version: number("user_version"),
                application_id: number("application_id"),
                tables: copied.tables.iter().map(report::table).collect(),
            },
            columns: copied.columns.iter().map(report::column).collect(),
            quasi_identifiers: copied.crowds.iter().map(report::crowd).collect(),
            files_not_copied: copied.files.iter().map(report::files).collect(),
            ..Manifest::default()
        }
    }
}

/// What no mask may hold of a text: its sentences, since masks are made of whole ones, and the names in it, which may
/// stand in no column at all.
fn add_text(originals: &mut Originals, text: &str) {
    text.split_inclusive(['.', '!', '?']).for_each(|sentence| originals.add(sentence));
    let is_name = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    for pair in words.windows(2).filter(|pair| pair.iter().all(|word| is_name(word))) {
        originals.add(&pair.join(" "));
    }
}
