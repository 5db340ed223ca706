//! The steps of one backup: read what identifies, mask, pack, prove. Each knows only what the last one gave it.

use super::known::{self, Known, Sought};
use super::{BackupArgs, report};
use crate::anonymise::{self, Copied};
use crate::archive::{
    self, Ahead, Archive, Limits, Manifest, Options, Proof, ProofState, Pseudonyms, Summary, Writer,
};
use crate::background;
use crate::fault::{Fault, Kind, Result, kind_of};
use crate::masking::{Key, Masker};
use crate::memory;
use crate::progress::{Progress, Silence};
use crate::proof::{self, Evidence, Needles, SchemaText, Watched};
use crate::publish::{Eager, scratch_in, unnamed_in};
use crate::schema::{CompleteMap, Rows};
use crate::store::sqlite::{self, Awaited, NewDatabase, NewFile, Sqlite};
use crate::store::{Builder, Catalog, Snapshot};
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

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

/// A masked database, complete and still open.
struct Made {
    copied: Copied,
    new: NewDatabase,
    /// Its file.
    database: File,
    /// The same, for the one who reads it when it is done.
    awaited: Awaited,
    /// What could be compressed meanwhile.
    ahead: Option<Ahead>,
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
        let key = self.key.clone().unwrap_or_else(Key::fresh);
        let Known { masker, sought, count } =
            Known::read(source, self.map, key, self.with_proof, self.progress)?;
        lap("reading what identifies");
        let Made { copied, mut new, mut database, awaited, ahead } = self.mask(source, masker, folder)?;
        lap("masking");
        let (health, summary) = thread::scope(|scope| -> Result<_> {
            let checking =
                thread::Builder::new().spawn_scoped(scope, || new.health()).map_err(Fault::no_thread)?;
            let summary = self.pack(&mut database, ahead, &copied, count, out);
            let stopped = |_| Err(Fault::thread_stopped("checks").into());
            Ok((checking.join().unwrap_or_else(stopped)?, summary))
        })?;
        anonymise::check(source, &health)?;
        let summary = summary?;
        // The engine lets go of the file: it is read by another one's eyes now.
        drop(new);
        lap("compressing and checking");
        let evidence = match self.with_proof {
            true => Some(self.prove(source, sought, &database, awaited, out)?),
            false => {
                drop(awaited);
                None
            }
        };
        // Its pages go with the last one who has it open. The archive is put on the disk meanwhile.
        background::let_go(database);
        lap("proving");
        self.progress.finish();
        Ok(Done { copied, pseudonyms: self.pseudonyms(), summary, evidence, times })
    }

    fn mask(&mut self, source: &mut dyn Snapshot, masker: Masker, folder: &Path) -> Result<Made> {
        let rebuilt = self.map.tables().iter().filter(|mapped| mapped.rows == Rows::Rebuild);
        let rebuilt: Vec<&str> = rebuilt.map(|mapped| mapped.table.name.as_str()).collect();
        let mut scratch = scratch_in(folder)?;
        let new = NewFile::open(scratch.path())?;
        let awaited = Awaited::at(scratch.path())?;
        // Before the first byte is written the file has no name: not even a kill leaves anything behind.
        scratch.unlink()?;
        let mut new = new.begin(self.catalog, &rebuilt)?;
        let database = scratch.file().try_clone()?;
        // Where few files may be open, one is not opened twice.
        drop(scratch);
        let (copied, ahead) = self.copy(source, masker, folder, &mut new, &database)?;
        Ok(Made { copied, new, database, awaited, ahead })
    }

    /// Copies, and compresses what is done while search indexes are made of it: they take one thread long.
    fn copy(
        &mut self,
        source: &mut dyn Snapshot,
        masker: Masker,
        folder: &Path,
        new: &mut NewDatabase,
        database: &File,
    ) -> Result<(Copied, Option<Ahead>)> {
        let spool = unnamed_in(folder)?;
        let options = Options { threads: 1, ..self.options() };
        let goes_on = AtomicBool::new(true);
        let (tell, settled) = channel();
        new.tell_when_settled(Some(tell));
        thread::scope(|scope| {
            let goes_on = &goes_on;
            let pack = move || {
                settled.recv().ok()?;
                background::stand_back();
                // What the masks of the last rows were made in.
                memory::give_back();
                let settled = database.metadata().ok()?.len();
                // What cannot be made ahead, for want of room, is made when it is wanted.
                Ahead::make(database, settled, spool, options, || goes_on.load(Ordering::Relaxed)).ok()
            };
            let packing = thread::Builder::new().spawn_scoped(scope, pack).map_err(Fault::no_thread)?;
            let copied = anonymise::copy(source, self.map, masker, folder, new, self.progress);
            // Where it came to nothing, nobody is to wait for more of it.
            new.tell_when_settled(None);
            // From now on there is nothing to be ahead of: what is left is compressed by all threads together.
            goes_on.store(false, Ordering::Relaxed);
            let ahead = packing.join().map_err(|_| Fault::thread_stopped("compresses"))?;
            Ok((copied?, ahead))
        })
    }

    fn options(&self) -> Options {
        Options { level: self.level, ..Options::default() }
    }

    fn pack(
        &mut self,
        database: &mut File,
        ahead: Option<Ahead>,
        copied: &Copied,
        originals: u64,
        out: &mut File,
    ) -> Result<Summary> {
        database.rewind()?;
        self.progress.stage("compressing", Some(database.metadata()?.len()));
        let mut writer = Writer::new(BufWriter::new(Eager::new(out)), self.options())?.with(ahead);
        writer.push_all(database, self.progress)?;
        let (_, summary) = writer.finish(&self.manifest(copied, originals))?;
        Ok(summary)
    }

    /// Holds the archive against its source, for one share of what identifies after the other.
    fn prove(
        &mut self,
        source: &mut dyn Snapshot,
        sought: Sought,
        database: &File,
        awaited: Awaited,
        out: &File,
    ) -> Result<Evidence> {
        let mut copy = awaited.arrived()?;
        copy.keep_file(database.try_clone()?);
        let (map, catalog) = (self.map, self.catalog);
        let mut all: Option<Evidence> = None;
        sought.each_share(source, map, self.progress, |source, progress, needles| {
            let archive = Packed { archive: out, database, copy: &mut copy };
            let mut evidence =
                search(source, map, &SchemaText::of(catalog, needles), needles, archive, progress)?;
            let found = evidence.originals_found();
            if needles.may_err() && !found.is_empty() {
                evidence.keep_originals(&known::real(source, map, needles, found, progress)?);
            }
            match &mut all {
                Some(all) => all.join(evidence),
                None => all = Some(evidence),
            }
            Ok(())
        })?;
        let mut evidence = all.unwrap_or_default();
        evidence.forgive_across(&mut |place| sqlite::lies_across(database, place.start, place.length))?;
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

/// An archive, and what was packed into it.
struct Packed<'a> {
    archive: &'a File,
    database: &'a File,
    copy: &'a mut Sqlite,
}

/// Decodes the archive as a technician would, and holds it against the source. What it decodes to is, byte for byte, the
/// database that was packed: that one is read, and no second one is written.
fn search(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    schema: &SchemaText,
    needles: &Needles,
    packed: Packed<'_>,
    progress: &mut dyn Progress,
) -> Result<Evidence> {
    let Packed { archive, mut database, copy } = packed;
    let mut archive =
        Archive::open(BufReader::new(archive.try_clone()?), Limits { max_decoded_bytes: u64::MAX })?;
    database.rewind()?;
    let mut evidence = Evidence { originals: needles.len() as u64, ..Evidence::default() };
    // Both read on by themselves, and neither waits for the other: no processor is idle.
    let (watched, compared) = thread::scope(|scope| -> Result<_> {
        let watch = || decoded(&mut archive, archive::Same::of(database), needles, schema);
        let watching = thread::Builder::new().spawn_scoped(scope, watch).map_err(Fault::no_thread)?;
        let compared = proof::hold_against_source(source, map, copy, needles, progress, &mut evidence);
        let stopped = |_| Err(Fault::thread_stopped("searches").into());
        Ok((watching.join().unwrap_or_else(stopped), compared))
    })?;
    let watched = watched?;
    compared?;
    (evidence.in_bytes, evidence.bytes) = (watched.originals, watched.bytes);
    Ok(evidence)
}

/// Searches every byte that an archive decodes to, which must be those that were packed.
fn decoded(
    archive: &mut Archive<BufReader<File>>,
    mut packed: archive::Same<&File>,
    needles: &Needles,
    schema: &SchemaText,
) -> Result<Watched> {
    let pass = |to: &mut dyn Write| archive.unpack(to, &mut Silence).map(drop);
    let watched = proof::watch(&mut packed, needles, schema, pass)?;
    match packed.is_all()? {
        true => Ok(watched),
        false => Err(Fault::damaged("the archive is shorter than what was packed").into()),
    }
}
