//! Makes erased values leave the files: settings, statistics, full-text indexes, log, pages. PRAGMAs are read back.

mod index;
mod look;
mod pages;
mod raw;
mod search;
mod survey;
mod tidy;
mod words;
mod written;

use super::errors::Told;
use super::file::beside;
use super::{Sqlite, catalog};
use crate::fault::{Fault, Result};
use crate::progress::Progress;
use crate::store::{Found, Held, Needles, Scrub, Store, Table, TableKind, Tidied, Value};
use pages::{Layout, Pages};
use raw::{OpenPages, RawPages};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

const JOURNAL: &str = "journal_mode";

impl Scrub for Sqlite {
    fn settings(&self) -> Result<BTreeMap<String, String>> {
        Ok([(JOURNAL.to_owned(), pragma(self.session.connection(), JOURNAL)?)].into())
    }

    fn make_ready(&mut self) -> Result<BTreeMap<String, String>> {
        let connection = self.session.connection();
        let was = pragma(connection, JOURNAL)?;
        connection.execute_batch("PRAGMA secure_delete = ON").told(|| "setting secure_delete".into())?;
        let secure = pragma(connection, "secure_delete")?;
        if secure != "1" {
            return Err(Fault::unfinished("secure_delete cannot be switched on").into());
        }
        // What nobody else has needs no log: its journal is in memory, where no old page outlives the program.
        if was != "wal" && !self.unpublished {
            connection
                .query_row("PRAGMA main.journal_mode = WAL", [], |_| Ok(()))
                .told(|| "switching to a write-ahead log".into())?;
        }
        let journal = pragma(connection, JOURNAL)?;
        if journal != "wal" && !self.unpublished {
            return Err(Fault::unfinished("the database cannot be switched to a write-ahead log").into());
        }
        self.settle()?;
        Ok([(JOURNAL.to_owned(), journal), ("secure_delete".to_owned(), secure)].into())
    }

    fn written(&self, table: &Table, row: &[(String, Value)]) -> Vec<Vec<u8>> {
        written::neighbours(table, row, &|text| self.encoded(text))
    }

    fn encoded(&self, text: &[u8]) -> Vec<u8> {
        let encoding = pragma(self.session.connection(), "encoding").unwrap_or_default();
        let units = || String::from_utf8_lossy(text).encode_utf16().collect::<Vec<_>>();
        match encoding.as_str() {
            "UTF-16le" => units().into_iter().flat_map(u16::to_le_bytes).collect(),
            "UTF-16be" => units().into_iter().flat_map(u16::to_be_bytes).collect(),
            _ => text.to_vec(),
        }
    }

    fn forget_samples(&mut self, tables: &BTreeSet<String>) -> Result<u64> {
        tidy::forget_samples(self.session.connection(), tables)
    }

    fn words(&self, texts: &[&[u8]]) -> Result<Vec<Vec<Vec<u8>>>> {
        let catalog = catalog::read(self.session.connection())?;
        words::of(self.session.connection(), &index::all(&catalog), texts)
    }

    fn tidy_search_indexes(
        &mut self,
        tables: &BTreeSet<String>,
        progress: &mut dyn Progress,
    ) -> Result<Tidied> {
        tidy::search_indexes(self.session.connection(), tables, progress)
    }

    fn settle(&mut self) -> Result<bool> {
        let connection = self.session.connection();
        let busy: i64 = connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .told(|| "emptying the write-ahead log".into())?;
        Ok(busy == 0)
    }

    fn search(
        &mut self,
        needles: &Needles,
        folders: &[PathBuf],
        progress: &mut dyn Progress,
    ) -> Result<Found> {
        let trees = self.trees()?;
        let path = self.path.clone();
        let mut found = Found::default();
        let raw = self.raw()?;
        found.files.push((path.clone(), raw.bytes));
        found.hits = search::main_file(&raw, &trees, needles, progress)?;
        for suffix in ["-wal", "-journal"] {
            self.search_file(&beside(&path, suffix), needles, Held::Nobody, &mut found)?;
        }
        // Of the database itself no second descriptor is opened: closing it would drop the engine's locks.
        let ours = ["", "-wal", "-shm", "-journal"].map(|suffix| beside(&path, suffix));
        for file in folders.iter().flat_map(|folder| files_below(folder)).filter(|file| !ours.contains(file))
        {
            self.search_file(&file, needles, Held::File, &mut found)?;
        }
        Ok(found)
    }

    fn overwrite(&mut self, found: &Found) -> Result<Option<u64>> {
        if !self.can_overwrite() {
            return Ok(None);
        }
        let guilty: BTreeSet<u32> = found
            .residue()
            .iter()
            .filter(|hit| hit.held == Held::Nobody && hit.page > 0)
            .map(|hit| hit.page)
            .collect();
        let trees = self.trees()?;
        let connection = self.session.connection();
        let doing = || "overwriting what is dead in pages".to_owned();
        let defend = |on| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, on).told(doing);
        defend(false)?;
        let done = zero(connection, &trees, &guilty);
        defend(true)?;
        done.map(Some)
    }

    fn rewrite(&mut self) -> Result<()> {
        self.session.connection().execute_batch("VACUUM").told(|| "writing the database anew".into())
    }

    fn put_back(&mut self, was: &BTreeMap<String, String>) -> Result<()> {
        match was.get(JOURNAL).map(String::as_str) {
            Some(mode @ ("delete" | "truncate" | "persist")) => {
                // Somebody else may have the database open by now; then it stays as it is, which does no harm.
                let _ = pragma(self.session.connection(), &format!("journal_mode = {mode}"));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Sqlite {
    /// The first page of every tree, and who holds what is in it.
    fn trees(&mut self) -> Result<BTreeMap<u32, Held>> {
        let catalog = self.catalog()?;
        let connection = self.session.connection();
        let doing = || "reading the schema".to_owned();
        let sql = "SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0";
        let mut statement = connection.prepare(sql).told(doing)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?)));
        let mut trees = BTreeMap::from([(1, Held::Row)]);
        for row in rows.told(doing)? {
            let (root, name) = row.told(doing)?;
            let kind = catalog.table(&name).map(|table| table.kind.clone());
            let held = match kind {
                Some(TableKind::Shadow) => Held::SearchIndex,
                _ if name.to_ascii_lowercase().starts_with("sqlite_stat") => Held::Statistics,
                _ => Held::Row,
            };
            trees.insert(root, held);
        }
        Ok(trees)
    }

    /// The main file, opened once: closing it again would drop the engine's locks.
    fn raw(&mut self) -> Result<RawPages<'_>> {
        let told = |error| Fault::unfinished(format!("the database's file cannot be read: {error}"));
        let size = pragma(self.session.connection(), "page_size")?.parse().unwrap_or(4096usize);
        let file = match &mut self.raw {
            Some(file) => file,
            none => none.insert(File::open(&self.path).map_err(told)?),
        };
        let bytes = file.metadata().map_err(told)?.len();
        Ok(RawPages { file, size, bytes })
    }

    fn search_file(&self, path: &PathBuf, needles: &Needles, held: Held, found: &mut Found) -> Result<()> {
        let Ok(about) = std::fs::symlink_metadata(path) else { return Ok(()) };
        if !about.is_file() {
            return Ok(());
        }
        let hits = search::other_file(path, needles, held)
            .map_err(|error| Fault::unfinished(format!("{} cannot be read: {error}", path.display())))?;
        found.files.push((path.clone(), about.len()));
        found.hits.extend(hits);
        Ok(())
    }

    /// Whether this build has the table of pages: a compile flag that not every build sets.
    fn can_overwrite(&self) -> bool {
        let modules = "SELECT count(*) FROM pragma_module_list WHERE name = 'sqlite_dbpage'";
        self.session
            .connection()
            .query_row(modules, [], |row| row.get::<_, i64>(0))
            .is_ok_and(|count| count > 0)
    }
}

/// Overwrites what is dead in the guilty pages, in one transaction, as they are by then.
fn zero(connection: &Connection, trees: &BTreeMap<u32, Held>, guilty: &BTreeSet<u32>) -> Result<u64> {
    let doing = || "overwriting what is dead in pages".to_owned();
    let transaction =
        rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate)
            .told(doing)?;
    let pages = OpenPages { connection };
    let layout = Layout::of(&pages)?;
    let roots: Vec<u32> = trees.keys().copied().collect();
    let in_trees: BTreeSet<u32> =
        guilty.iter().filter(|page| !layout.free.contains_key(page)).copied().collect();
    let owners = survey::owners(&pages, layout.usable, &roots, &in_trees)?;
    let mut zeroed = 0;
    for page in guilty {
        let mut bytes = pages.read(*page)?;
        let dead = layout.dead(*page, &bytes, owners.get(page).and_then(|owner| owner.end));
        dead.into_iter().for_each(|range| bytes[range].fill(0));
        connection
            .prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1 AND schema = 'main'")
            .and_then(|mut statement| statement.execute((page, &bytes)))
            .told(doing)?;
        zeroed += 1;
    }
    transaction.commit().told(doing)?;
    Ok(zeroed)
}

/// A setting, as the engine says it.
pub fn pragma(connection: &Connection, name: &str) -> Result<String> {
    connection
        .query_row(&format!("PRAGMA main.{name}"), [], |row| {
            Ok(match row.get_ref(0)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap_or_default().to_owned(),
            })
        })
        .told(|| format!("reading {name}"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    files
}
