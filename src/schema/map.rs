//! A map as it is written, and merged with what it extends.

use super::complete::Origin;
use super::names::nearest;
use super::pattern::{Pattern, best};
use super::roles::Roles;
use super::rule::ColumnRule;
use super::{read, shipped};
use crate::fault::{Fault, Result};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest map that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// A schema map, read and merged with what it extends, not yet held against a database.
///
/// [`Map::check`] says how it fits one; [`Map::complete_for`] makes the [`super::CompleteMap`] that copying and
/// erasing ask for. The language is described in crm-admin-map(5).
#[derive(Debug, Clone)]
pub struct Map {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) digest: String,
    pub(super) time: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) types: Vec<Named>,
    pub(super) columns: Vec<PatternRule>,
    pub(super) tables: Vec<TableRule>,
    pub(super) blocks: Vec<Block>,
    pub(super) views: Vec<Named>,
    pub(super) triggers: Vec<Named>,
    pub(super) indexes: Vec<Named>,
    pub(super) references: Vec<Reference>,
    pub(super) roles: Roles,
    pub(super) quasi: Vec<QuasiRule>,
}

/// A name or pattern that the map mentions, with nothing else to say.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) pattern: Pattern,
    pub(super) origin: Origin,
}

/// The rule of the columns that fit a pattern.
#[derive(Debug, Clone)]
pub(super) struct PatternRule {
    pub(super) pattern: Pattern,
    pub(super) rule: ColumnRule,
    pub(super) origin: Origin,
}

/// What `[tables]` says of the tables that fit a pattern.
#[derive(Debug, Clone)]
pub(super) struct TableRule {
    pub(super) pattern: Pattern,
    pub(super) word: Option<TableWord>,
    pub(super) optional: bool,
    pub(super) origin: Origin,
}

/// What a whole table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TableWord {
    Keep,
    Empty,
    Rebuild,
    History { table: String, row: String },
}

/// A `[table.T]` block.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) table: String,
    pub(super) columns: Vec<PatternRule>,
    pub(super) origin: Origin,
}

/// A model of reference strings whose table does not follow from its name.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) model: String,
    pub(super) table: String,
    pub(super) origin: Origin,
}

/// The columns of a table that single somebody out together.
#[derive(Debug, Clone)]
pub(super) struct QuasiRule {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    pub(super) origin: Origin,
}

impl Map {
    /// The map's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the map is for, in one line.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// SHA-256 in hexadecimal: of the map's text, and where it extends another map of both texts with a NUL between.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The maps that come with the program: name and one line about each.
    pub fn shipped() -> Vec<(&'static str, String)> {
        let about = |text| {
            Map::parse(text, "shipped", &mut |name| Map::find(name, Path::new("")).map(|(found, _)| found))
        };
        let line = |shipped: &shipped::Shipped| {
            (shipped.name, about(shipped.text).map(|map| map.about).unwrap_or_default())
        };
        shipped::ALL.iter().map(line).collect()
    }

    /// The text of a shipped map.
    pub fn shipped_text(name: &str) -> Option<&'static str> {
        shipped::find(name).map(|shipped| shipped.text)
    }

    /// Reads a map: a shipped one by its name, else a file by its path.
    ///
    /// # Errors
    /// Missing when there is neither, with the nearest shipped name; usage when it cannot be understood, with
    /// everything that is wrong as `FILE:LINE:COLUMN: what`.
    pub fn load(name_or_path: &str) -> Result<Self> {
        let ((text, label), mut folder) = Self::find(name_or_path, Path::new(""))?;
        Self::parse(&text, &label, &mut |extended| {
            let (found, next) = Self::find(extended, &folder)?;
            folder = next;
            Ok(found)
        })
    }

    /// Reads a map's text; `label` is what messages call it. `find` gives the text and the label of a map that it extends.
    ///
    /// # Errors
    /// Usage when a text cannot be understood: the first thing that is wrong, and the others (20 in all) as details.
    /// Whatever `find` returns.
    pub fn parse(
        text: &str,
        label: &str,
        find: &mut dyn FnMut(&str) -> Result<(String, String)>,
    ) -> Result<Self> {
        read::chain(text, label, find)
    }

    /// The text and label of a shipped map or a file below `folder`, and the folder of what that extends.
    fn find(name_or_path: &str, folder: &Path) -> Result<((String, String), PathBuf)> {
        if let Some(shipped) = shipped::find(name_or_path) {
            return Ok(((shipped.text.to_owned(), shipped.name.to_owned()), PathBuf::new()));
        }
        let path = folder.join(name_or_path);
        let text = match read_all(&path) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| {
                Fault::usage(format!("{}: a map is UTF-8 text, and this is not", path.display()))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(no_such_map(name_or_path).into());
            }
            Err(error) => {
                return Err(
                    Fault::unfinished(format!("the map {} cannot be read: {error}", path.display())).into()
                );
            }
        };
        let next = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(((text, path.display().to_string()), next))
    }

    /// Lays an overlay on this map: what the overlay says replaces what is said here of the same name.
    pub(super) fn overlaid(self, over: Map) -> Map {
        let same_name = |one: &Named, other: &Named| one.pattern.is_same(&other.pattern);
        Map {
            name: over.name,
            about: over.about,
            digest: over.digest,
            time: over.time.or(self.time),
            zone: over.zone.or(self.zone),
            folder: over.folder.or(self.folder),
            types: laid(self.types, over.types, same_name),
            columns: laid(self.columns, over.columns, |one, other| one.pattern.is_same(&other.pattern)),
            tables: laid(self.tables, over.tables, |one, other| one.pattern.is_same(&other.pattern)),
            blocks: laid_blocks(self.blocks, over.blocks),
            views: laid(self.views, over.views, same_name),
            triggers: laid(self.triggers, over.triggers, same_name),
            indexes: laid(self.indexes, over.indexes, same_name),
            references: laid(self.references, over.references, |one, other| one.model == other.model),
            roles: laid_roles(self.roles, over.roles),
            quasi: laid(self.quasi, over.quasi, |one, other| one.table.eq_ignore_ascii_case(&other.table)),
        }
    }

    /// What `[tables]` says of a table: the best fitting entry that has a word.
    pub(super) fn table_word(&self, table: &str) -> Option<(&TableWord, &TableRule)> {
        let with_word = self.tables.iter().filter(|rule| rule.word.is_some());
        let rule = best(with_word, |rule| &rule.pattern, table)?;
        rule.word.as_ref().map(|word| (word, rule))
    }

    /// Whether the map allows that a table is not there.
    pub(super) fn is_optional(&self, table: &str) -> bool {
        self.tables.iter().any(|rule| rule.optional && rule.pattern.matches(table))
    }

    /// The `[table.T]` block of a table.
    pub(super) fn block(&self, table: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.table.eq_ignore_ascii_case(table))
    }

    /// The first place where the map mentions a table, if it does.
    pub(super) fn mention(&self, table: &str) -> Option<&Origin> {
        let word = self.table_word(table).map(|(_, rule)| &rule.origin);
        word.or_else(|| self.block(table).map(|block| &block.origin))
            .or_else(|| best(self.tables.iter(), |rule| &rule.pattern, table).map(|rule| &rule.origin))
    }
}

/// What is in a file, up to a limit: a device may have no end.
fn read_all(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        let what = format!("it is longer than {} MiB", LONGEST >> 20);
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

fn no_such_map(name: &str) -> Fault {
    let names: Vec<&str> = shipped::ALL.iter().map(|shipped| shipped.name).collect();
    let fault = Fault::missing(format!("no shipped map and no file is called {name}"));
    match nearest(name, names.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(format!("shipped maps: {}", names.join(", "))),
    }
}

fn laid<T>(base: Vec<T>, over: Vec<T>, same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut kept: Vec<T> = base.into_iter().filter(|old| !over.iter().any(|new| same(old, new))).collect();
    kept.extend(over);
    kept
}

fn laid_blocks(mut base: Vec<Block>, over: Vec<Block>) -> Vec<Block> {
    for block in over {
        match base.iter_mut().find(|known| known.table.eq_ignore_ascii_case(&block.table)) {
            Some(known) => {
                let old = std::mem::take(&mut known.columns);
                known.columns = laid(old, block.columns, |one, other| one.pattern.is_same(&other.pattern));
            }
            None => base.push(block),
        }
    }
    base
}

fn laid_roles(base: Roles, over: Roles) -> Roles {
    Roles {
        accounts: laid(base.accounts, over.accounts, |one, other| one.name == other.name),
        policy: over.policy.or(base.policy),
        organisation: over.organisation.or(base.organisation),
        relations: laid(base.relations, over.relations, |one, other| one.kind == other.kind),
        objection: laid(base.objection, over.objection, |one, other| one.kind == other.kind),
        erp: laid(base.erp, over.erp, |one, other| one.kind == other.kind),
        erp_sections: base.erp_sections.overlaid(over.erp_sections),
        retention: laid(base.retention, over.retention, |one, other| one.kind == other.kind),
        neutralise: laid(base.neutralise, over.neutralise, |one, other| {
            one.table.eq_ignore_ascii_case(&other.table)
        }),
        restored: laid(base.restored, over.restored, |one, other| {
            one.table.eq_ignore_ascii_case(&other.table)
        }),
        fields: laid(base.fields, over.fields, |one, other| {
            one.kind == other.kind && one.name.eq_ignore_ascii_case(&other.name)
        }),
        search: laid(base.search, over.search, |one, other| one.table.eq_ignore_ascii_case(&other.table)),
        groups: over.groups.or(base.groups),
    }
}
