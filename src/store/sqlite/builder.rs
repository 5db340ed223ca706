//! A database in the making: rows go in once, in order; whatever stands on them comes after.
//!
//! The engine and the writer of pages have the file in turn: the engine makes tables, and fills those that the writer
//! does not know. Between them stands a commit, and a header that says that the file was changed.

use super::checker::Checker;
use super::errors::Told;
use super::health::Look;
use super::pages::{self, PageWriter};
use super::rules::Filled;
use super::sql::{bind, places, quote, quoted_list};
use super::{health, rules, search_index, session, transaction};
use crate::background;
use crate::fault::{Fault, Result};
use crate::store::{Builder, Catalog, Health, Index, Load, Table, TableKind, Transaction};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::thread;

/// Pages kept in memory while writing: 16 MiB, in the engine's unit of negative kibibytes.
const CACHE: &str = "-16384";

/// A new SQLite file that nobody else sees yet.
pub struct NewDatabase {
    connection: Connection,
    catalog: Catalog,
    /// Search indexes that are made anew from the rows of other tables.
    rebuilt: Vec<String>,
    /// Writes pages itself, where there is a table that allows it; and whether it fills the table now.
    pages: Option<PageWriter>,
    by_pages: bool,
    /// Tables that have their indexes.
    indexed: Vec<String>,
    /// What was filled.
    filled: Vec<Filled>,
    /// Looks at what is done, and what it said of it.
    checker: Option<Checker>,
    health: Option<Result<Health>>,
    /// Who wants to know when its tables are done.
    settled: Option<Sender<()>>,
    insert: String,
    doing: String,
}

/// A new SQLite file that is open and still empty. Its name is not needed any more.
pub struct NewFile {
    connection: Connection,
    /// The same file, for the pages that the engine does not write.
    file: File,
    checker: Checker,
    folder: PathBuf,
}

impl NewFile {
    /// Opens an empty file that only its maker knows: there is no journal, since the file is thrown away whenever
    /// anything goes wrong. Nothing is written yet, so that its name can be taken away before anything is.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = open(path)?;
        // Between two transactions the file is not the engine's alone, so that it looks at what was changed.
        connection
            .execute_batch("PRAGMA locking_mode = NORMAL")
            .told(|| format!("opening {}", path.display()))?;
        let file = File::options()
            .read(true)
            .write(true)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
            .open(path)
            .map_err(|error| Fault::unfinished(format!("opening {}: {error}", path.display())))?;
        let checker = Checker::open(path)?;
        Ok(NewFile { connection, file, checker, folder: path.parent().unwrap_or(Path::new(".")).to_owned() })
    }

    /// Begins a database. The tables of `catalog` are there afterwards; search indexes that [`Builder::complete`] makes
    /// anew are named in `rebuilt`.
    ///
    /// # Errors
    /// When the file cannot be written, or the engine does not understand a table's own definition.
    pub fn begin(self, catalog: &Catalog, rebuilt: &[&str]) -> Result<NewDatabase> {
        let connection = self.connection;
        for name in ["page_size", "encoding", "auto_vacuum", "user_version", "application_id"] {
            if let Some(value) = catalog.settings.get(name) {
                let pragma = format!("PRAGMA main.{name} = '{}'", value.replace('\'', "''"));
                connection.execute_batch(&pragma).told(|| format!("setting {name}"))?;
            }
        }
        let mut new = NewDatabase::over(connection, catalog.clone());
        new.rebuilt = rebuilt.iter().map(|name| (*name).to_owned()).collect();
        // Where the engine may move pages about, what is done may change again.
        new.checker = Some(self.checker).filter(|_| pages::understands_settings(&new.catalog));
        for table in new.catalog.data_tables().filter(|table| !new.is_rebuilt(table)) {
            new.define(&table.definition, &format!("making table {}", table.name))?;
            for index in table.indexes.iter().filter(|index| new.is_made_early(table, index)) {
                new.make_index(index)?;
            }
        }
        if new.catalog.data_tables().any(|table| new.is_written_as_pages(table)) {
            new.let_go()?;
            new.pages = PageWriter::of(&new.connection, self.file, self.folder)?;
        }
        Ok(new)
    }
}

impl NewDatabase {
    /// Makes a database from a script of its own definitions, whose triggers are known and run. It is filled through
    /// [`NewDatabase::transaction`].
    ///
    /// # Errors
    /// When the file cannot be written or the script is wrong.
    pub fn from_script(file: &Path, script: &str) -> Result<Self> {
        let connection = open(file)?;
        let making = || "making the schema".to_owned();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true).told(making)?;
        connection.execute_batch(script).told(making)?;
        connection
            .execute_batch("PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON;")
            .told(making)?;
        Ok(NewDatabase::over(connection, Catalog::default()))
    }

    fn over(connection: Connection, catalog: Catalog) -> Self {
        NewDatabase {
            connection,
            catalog,
            rebuilt: Vec::new(),
            pages: None,
            by_pages: false,
            indexed: Vec::new(),
            filled: Vec::new(),
            checker: None,
            health: None,
            settled: None,
            insert: String::new(),
            doing: String::new(),
        }
    }

    /// Has somebody told when all tables and their indexes are in the file: but for those that list what there is, their
    /// pages hardly change any more. Nobody is told where they may.
    pub fn tell_when_settled(&mut self, tell: Option<Sender<()>>) {
        self.settled = tell;
    }

    /// Fills a database that was made from a script.
    ///
    /// # Errors
    /// When a transaction is open already.
    pub fn transaction(&mut self) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(transaction::Change::begin(&self.connection)?))
    }

    fn is_rebuilt(&self, table: &Table) -> bool {
        self.rebuilt.iter().any(|name| name.eq_ignore_ascii_case(&table.name))
    }

    fn is_written_as_pages(&self, table: &Table) -> bool {
        pages::understands_settings(&self.catalog) && !self.is_rebuilt(table) && pages::understands(table)
    }

    /// Whether an index is there before its table is filled. The engine is quicker with one that it fills afterwards.
    fn is_made_early(&self, table: &Table, index: &Index) -> bool {
        self.is_written_as_pages(table) && pages::understands_index(table, index)
    }

    /// Begins a transaction of the engine, where there is none.
    fn take(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            self.connection.execute_batch("BEGIN").told(|| "beginning the new database".into())?;
        }
        Ok(())
    }

    /// Ends a transaction of the engine, so that everything is in the file.
    fn let_go(&self) -> Result<()> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT").told(|| "completing the new database".into())?;
        }
        Ok(())
    }

    /// Completes the table that is written as pages, if one is.
    fn end_pages(&mut self) -> Result<()> {
        match &mut self.pages {
            Some(pages) if std::mem::take(&mut self.by_pages) => pages.end(),
            _ => Ok(()),
        }
    }

    /// Writes rows as pages, as long as they are as they should be; returns how many.
    fn write_pages(&mut self, load: &Load) -> Result<usize> {
        let Some(pages) = self.pages.as_mut().filter(|_| self.by_pages) else { return Ok(0) };
        let mut row = Vec::new();
        for number in 0..load.len() {
            row.clear();
            row.extend(load.row(number));
            if !pages.add(&mut row)? {
                // The engine goes on with it: it may know how, or says why not.
                self.end_pages()?;
                return Ok(number);
            }
        }
        Ok(load.len())
    }

    fn define(&self, definition: &str, doing: &str) -> Result<()> {
        self.take()?;
        self.connection.execute(definition, []).map(|_| ()).told(|| doing.to_owned())
    }

    fn index_now(&self, table: &Table) -> Result<()> {
        let late = table.indexes.iter().filter(|index| !self.is_made_early(table, index));
        late.into_iter().try_for_each(|index| self.make_index(index))
    }

    fn make_index(&self, index: &Index) -> Result<()> {
        let doing = || format!("making index {}", index.name);
        index.definition.iter().try_for_each(|definition| self.define(definition, &doing()))
    }

    /// What stands on rows that do not change any more: search indexes, triggers and statistics.
    fn make_the_rest(&self, mut pages: Option<PageWriter>) -> Result<()> {
        // A search index may be over a view.
        for search in self.catalog.data_tables().filter(|table| self.is_rebuilt(table)) {
            search_index::make(&self.connection, pages.as_mut(), search, &self.catalog)?;
        }
        self.take()?;
        for trigger in &self.catalog.triggers {
            self.define(&trigger.definition, &format!("making trigger {}", trigger.name))?;
        }
        if self.catalog.settings.get("statistics").is_some_and(|said| said == "yes") {
            // Anew, from the masked rows: the source's statistics hold samples of real values.
            self.connection.execute_batch("ANALYZE").told(|| "collecting statistics".into())?;
        }
        self.let_go()
    }

    /// Search indexes are made by the engine from these very rows; to read them again takes long.
    fn looks(&self) -> Vec<Look<'_>> {
        let tables = self.catalog.data_tables().filter(|table| !matches!(table.kind, TableKind::Virtual(_)));
        let look = tables.map(|table| {
            let filled = self.filled.iter().find(|filled| filled.table == table.name);
            let conditions =
                filled.map_or(Some(Vec::new()), |filled| rules::conditions(table, &filled.changed));
            let keys = rules::may_dangle(table, &self.catalog, &self.filled);
            Look { table: &table.name, conditions, keys }
        });
        look.collect()
    }

    fn restore_counters(&self) -> Result<()> {
        if self.catalog.counters.is_empty() {
            return Ok(());
        }
        let doing = || "restoring the row counters".to_owned();
        self.connection.execute("DELETE FROM sqlite_sequence", []).told(doing)?;
        let mut insert =
            self.connection.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)").told(doing)?;
        for (table, last) in &self.catalog.counters {
            insert.execute(rusqlite::params![table, last]).told(doing)?;
        }
        Ok(())
    }
}

fn open(file: &Path) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let opening = || format!("opening {}", file.display());
    let mut connection = Connection::open_with_flags(file, flags).told(opening)?;
    session::profile(&mut connection, false).told(opening)?;
    // Old schemas write defaults between double quotes; their definitions are taken as they are.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, true).told(opening)?;
    // A journal in memory, where a new file's pages never go; without any, the engine refuses when it is on its guard
    // and makes one under a name of its own.
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA temp_store = FILE;
             PRAGMA cache_size = {CACHE};"
        ))
        .told(opening)?;
    Ok(connection)
}

impl Builder for NewDatabase {
    fn fill(&mut self, table: &Table, changed: &[&str]) -> Result<()> {
        let changed = changed.iter().map(|column| (*column).to_owned()).collect();
        self.filled.push(Filled { table: table.name.clone(), changed });
        let mut columns: Vec<&str> = table.row_number.iter().map(String::as_str).collect();
        columns.extend(table.stored().map(|column| column.name.as_str()));
        self.let_go()?;
        self.doing = format!("writing {}", table.name);
        self.insert = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quote(&table.name),
            quoted_list(&columns),
            places(columns.len())
        );
        self.by_pages = match &mut self.pages {
            Some(pages) => pages.begin(&table.name)?,
            None => false,
        };
        self.connection.prepare_cached(&self.insert).map(|_| ()).told(|| self.doing.clone())
    }

    fn rows(&mut self, load: &Load) -> Result<()> {
        let written = self.write_pages(load)?;
        if written == load.len() {
            return Ok(());
        }
        self.take()?;
        let doing = || self.doing.clone();
        let mut statement = self.connection.prepare_cached(&self.insert).told(doing)?;
        for number in written..load.len() {
            bind(&mut statement, 1, load.row(number)).told(doing)?;
            statement.raw_execute().told(doing)?;
        }
        Ok(())
    }

    fn index(&mut self, table: &Table) -> Result<()> {
        self.end_pages()?;
        self.index_now(table)?;
        self.indexed.push(table.name.clone());
        Ok(())
    }

    fn complete(&mut self) -> Result<()> {
        self.take()?;
        let missing = |table: &&Table| !self.indexed.contains(&table.name) && !self.is_rebuilt(table);
        self.catalog.data_tables().filter(missing).try_for_each(|table| self.index_now(table))?;
        self.restore_counters()?;
        for view in &self.catalog.views {
            self.define(&view.definition, &format!("making view {}", view.name))?;
        }
        self.let_go()?;
        let pages = self.pages.take();
        let Some(mut checker) = self.checker.take() else { return self.make_the_rest(pages) };
        checker.begin()?;
        if let Some(tell) = self.settled.take() {
            // Who is not there any more does not want to know.
            let _ = tell.send(());
        }
        let looks = self.looks();
        let (made, health) = thread::scope(|scope| -> Result<_> {
            let checking = thread::Builder::new()
                .spawn_scoped(scope, || {
                    // The search indexes are what takes long.
                    background::stand_back();
                    checker.health(&looks)
                })
                .map_err(Fault::no_thread)?;
            let made = self.make_the_rest(pages);
            let stopped = |_| Err(Fault::thread_stopped("checks").into());
            Ok((made, checking.join().unwrap_or_else(stopped)))
        })?;
        self.health = Some(health);
        made
    }

    fn health(&mut self) -> Result<Health> {
        let early = self.health.take();
        let health = early.unwrap_or_else(|| health::of_tables(&self.connection, &self.looks()))?;
        // A check of one table stops at a hundred lines.
        if health.page_errors.is_empty() {
            Ok(health)
        } else {
            self.connection
                .execute_batch("PRAGMA ignore_check_constraints = OFF")
                .told(|| "checking".into())?;
            health::of(&self.connection, health::Depth::Quick)
        }
    }
}

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
