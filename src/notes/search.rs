//! The free-text columns of a database, searched in one pass.

use super::baseline::Baseline;
use super::category::place_of;
use super::columns::{Notes, notes_of};
use super::excerpt::excerpt;
use super::finder::{Finder, Hit, Scratch};
use super::lexicon::{Allowed, one_form};
use super::owner::{Between, Own, Owners, Root};
use crate::fault::{Fault, Result};
use crate::progress::Progress;
use crate::schema::{Category, CompleteMap};
use crate::store::{Snapshot, ValueRef};

/// One value of one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The table.
    pub table: String,
    /// The row, by its key.
    pub row: String,
    /// The column.
    pub column: String,
}

/// What one value says of one category.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Where.
    pub cell: Cell,
    /// The relation that the row belongs to, or is.
    pub of: Option<Root>,
    /// The place of the category in the finder's categories.
    pub category: usize,
    /// How often it says so.
    pub matches: u32,
    /// How many of them were not in the baseline.
    pub new: u32,
    /// Words around the first match, masked, where they were asked for.
    pub excerpt: Option<String>,
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Searched {
    /// The findings, in the order of the tables and rows.
    pub findings: Vec<Finding>,
    /// How many texts were read.
    pub notes: u64,
    /// The columns that were read, with their tables.
    pub columns: Vec<String>,
    /// Matches that the lexicon allows.
    pub allowed: u64,
}

/// Searches the free text of a database. `with_excerpts` keeps a few masked words of each finding.
///
/// # Errors
/// Those of reading; usage when a column that is allowed is no free text of the map.
pub fn search(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    finder: &Finder,
    allowed: &Allowed,
    mut baseline: Option<&mut Baseline>,
    with_excerpts: bool,
    progress: &mut dyn Progress,
) -> Result<Searched> {
    let mut tables = notes_of(map);
    check_allowed(&tables, allowed)?;
    let own = match finder.looks_for(&[place_of("phone"), place_of("email")]) {
        true => Own::read(map, data)?,
        false => Own::default(),
    };
    let mut searched = Searched::default();
    for notes in &mut tables {
        let name = &notes.mapped.table.name;
        notes.leave_out(|column| allowed.has_column(&format!("{name}.{column}")));
        searched.columns.extend(notes.columns().map(|column| format!("{name}.{column}")));
    }
    let staff = map.accounts().iter().map(|accounts| accounts.table.clone()).collect();
    let mut reader = Reader {
        finder,
        allowed,
        own: &own,
        staff,
        with_excerpts,
        scratch: Scratch::default(),
        hits: Vec::new(),
    };
    each_text(map, data, tables, progress, &mut |note| {
        searched.notes += 1;
        if reader.finds(note.text) {
            reader.tell(note.text, note.cell(), note.of(), baseline.as_deref_mut(), &mut searched);
        }
        Ok(())
    })?;
    Ok(searched)
}

/// A text, and how to find out where it stands.
pub(super) struct Note<'a> {
    pub(super) text: &'a str,
    pub(super) row: &'a [ValueRef<'a>],
    pub(super) notes: &'a Notes<'a>,
    column: &'a str,
    owners: &'a Owners<'a>,
}

impl Note<'_> {
    pub(super) fn cell(&self) -> Cell {
        let table = self.notes.mapped.table.name.clone();
        Cell { table, row: self.notes.row_name(self.row), column: self.column.to_owned() }
    }

    pub(super) fn of(&self) -> Option<Root> {
        self.owners.whose(self.row)
    }
}

/// Shows every free text of some tables, each table read once.
pub(super) fn each_text(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    tables: Vec<Notes<'_>>,
    progress: &mut dyn Progress,
    show: &mut dyn FnMut(&Note<'_>) -> Result<()>,
) -> Result<()> {
    let total = tables.iter().map(|notes| data.count(&notes.mapped.table.name)).sum::<Result<u64>>()?;
    let between = Between::read(map, data, &tables)?;
    progress.stage("reading notes", Some(total));
    for mut notes in tables {
        let owners = Owners::of(map, &between, &mut notes);
        data.scan(&notes.mapped.table.name, &notes.read, &mut |row| {
            progress.advance(1);
            notes.each(row, |column, category, text| match category {
                Category::FreeText => show(&Note { text, row, notes: &notes, column, owners: &owners }),
                _ => Ok(()),
            })
        })?;
    }
    progress.finish();
    Ok(())
}

fn check_allowed(tables: &[Notes<'_>], allowed: &Allowed) -> Result<()> {
    let is_there = |name: &str| {
        let of = |notes: &Notes<'_>| {
            notes
                .columns()
                .any(|column| format!("{}.{column}", notes.mapped.table.name).eq_ignore_ascii_case(name))
        };
        tables.iter().any(of)
    };
    match allowed.columns().find(|name| !is_there(name)) {
        Some(name) => {
            Err(Fault::usage(format!("the lexicon allows {name}, which is no free text of the map"))
                .hint("crm-admin map show tells what the columns are")
                .into())
        }
        None => Ok(()),
    }
}

/// Looks through one text after another.
struct Reader<'a> {
    finder: &'a Finder,
    allowed: &'a Allowed,
    own: &'a Own,
    staff: Vec<String>,
    with_excerpts: bool,
    scratch: Scratch,
    hits: Vec<Hit>,
}

impl Reader<'_> {
    fn finds(&mut self, text: &str) -> bool {
        self.hits.clear();
        self.finder.find(text, &mut self.scratch, &mut self.hits);
        !self.hits.is_empty()
    }

    fn tell(
        &mut self,
        text: &str,
        cell: Cell,
        of: Option<Root>,
        mut baseline: Option<&mut Baseline>,
        searched: &mut Searched,
    ) {
        let column = format!("{}.{}", cell.table, cell.column);
        let first = searched.findings.len();
        for hit in &self.hits {
            let found = &text[hit.place.clone()];
            let word = self.finder.categories().at(hit.category).word.as_str();
            if self.is_own(word, &cell, of.as_ref(), found) {
                continue;
            }
            if self.allowed.has(&column, found) {
                searched.allowed += 1;
                continue;
            }
            let is_new =
                baseline.as_deref_mut().is_none_or(|baseline| baseline.note(&cell, word, &one_form(found)));
            let known =
                searched.findings[first..].iter_mut().find(|finding| finding.category == hit.category);
            match known {
                Some(finding) => {
                    finding.matches += 1;
                    finding.new += u32::from(is_new);
                }
                None => searched.findings.push(Finding {
                    cell: cell.clone(),
                    of: of.clone(),
                    category: hit.category,
                    matches: 1,
                    new: u32::from(is_new),
                    excerpt: self.with_excerpts.then(|| excerpt(text, &hit.place)),
                }),
            }
        }
    }

    /// Whether a number or address is the relation's own. What the staff writes below its own letters is the staff's.
    fn is_own(&self, word: &str, cell: &Cell, of: Option<&Root>, found: &str) -> bool {
        let category = match word {
            "phone" => Category::Phone,
            "email" => Category::Email,
            _ => return false,
        };
        self.staff.contains(&cell.table) || self.own.has(of, category, found)
    }
}
